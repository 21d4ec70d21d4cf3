"""How rooms are coloured: each style gives the room's materials colours and textures that no other has together."""

from __future__ import annotations

from .scene import Finish, Style

RGB = tuple[float, float, float]


def _style(
    name: str, wall: RGB, worktop: tuple[RGB, str], base: RGB, wood: RGB, front: RGB, floor: tuple[RGB, str], tiles: RGB, handle: RGB,
    accent: RGB, *, heldout: bool = False,
) -> Style:  # fmt: skip
    repeat = {
        "planks": (3.0, 3.0),
        "checks": (6.0, 6.0),
        "stone": (4.0, 4.0),
        "terrazzo": (3.0, 3.0),
        "grain": (1.0, 1.0),
        "grid": (6.0, 6.0),
        "": (1.0, 1.0),
    }
    return Style(
        name=name, heldout=heldout,
        finishes={
            "wall": Finish(rgb=wall, texture="plaster", repeat=(3.0, 3.0)), "worktop": Finish(rgb=worktop[0], texture=worktop[1], repeat=repeat[worktop[1]]),
            "base": Finish(rgb=base), "wood": Finish(rgb=wood, texture="grain"), "front": Finish(rgb=front),
            "floor": Finish(rgb=floor[0], texture=floor[1], repeat=repeat[floor[1]]), "tiles": Finish(rgb=tiles, texture="grid", repeat=(9.0, 4.0)),
            "handle": Finish(rgb=handle), "accent": Finish(rgb=accent),
        },
    )  # fmt: skip


BRASS, STEEL, DARK, COPPER, WHITE = (0.80, 0.63, 0.30), (0.75, 0.76, 0.78), (0.13, 0.13, 0.14), (0.76, 0.46, 0.32), (0.93, 0.93, 0.92)
OAK, WALNUT, BIRCH, CHERRY, ASH = (0.80, 0.60, 0.38), (0.45, 0.31, 0.21), (0.90, 0.79, 0.60), (0.66, 0.36, 0.23), (0.70, 0.66, 0.60)
KITCHEN_STYLES: tuple[Style, ...] = (
    _style("cottage", (0.93, 0.89, 0.80), (OAK, "grain"), (0.52, 0.60, 0.53), OAK, (0.62, 0.68, 0.60), ((0.62, 0.47, 0.34), "planks"), (0.92, 0.90, 0.84), BRASS, (0.76, 0.28, 0.20)),
    _style("nordic", (0.95, 0.95, 0.94), ((0.86, 0.86, 0.85), "stone"), WHITE, BIRCH, WHITE, (BIRCH, "planks"), (0.96, 0.96, 0.96), STEEL, (0.22, 0.42, 0.56)),
    _style("slate", (0.82, 0.84, 0.86), ((0.32, 0.34, 0.37), "stone"), (0.42, 0.46, 0.52), ASH, (0.36, 0.41, 0.48), ((0.46, 0.44, 0.42), "planks"), (0.80, 0.83, 0.86), STEEL, (0.88, 0.62, 0.20)),
    _style("terracotta", (0.95, 0.86, 0.74), ((0.86, 0.74, 0.60), "terrazzo"), (0.70, 0.42, 0.30), CHERRY, (0.80, 0.52, 0.38), ((0.74, 0.46, 0.33), "grid"), (0.94, 0.84, 0.70), DARK, (0.18, 0.42, 0.40)),
    _style("mint", (0.90, 0.95, 0.92), ((0.94, 0.93, 0.90), "terrazzo"), (0.60, 0.78, 0.70), BIRCH, (0.68, 0.84, 0.77), ((0.80, 0.80, 0.78), "checks"), WHITE, STEEL, (0.86, 0.38, 0.38)),
    _style("navy", (0.92, 0.91, 0.88), ((0.90, 0.88, 0.84), "stone"), (0.17, 0.24, 0.38), OAK, (0.20, 0.28, 0.44), (WALNUT, "planks"), (0.93, 0.93, 0.93), BRASS, (0.86, 0.74, 0.30)),
    _style("loft", (0.78, 0.74, 0.70), (WALNUT, "grain"), (0.24, 0.24, 0.25), WALNUT, (0.28, 0.28, 0.30), ((0.58, 0.56, 0.54), "stone"), (0.70, 0.42, 0.33), DARK, (0.85, 0.46, 0.18)),
    _style("sunny", (0.98, 0.93, 0.72), ((0.96, 0.95, 0.92), "stone"), (0.95, 0.80, 0.42), OAK, (0.97, 0.86, 0.52), ((0.84, 0.72, 0.56), "planks"), (0.98, 0.97, 0.92), WHITE, (0.25, 0.50, 0.72)),
    _style("berry", (0.93, 0.87, 0.90), ((0.80, 0.76, 0.78), "stone"), (0.52, 0.26, 0.38), ASH, (0.60, 0.34, 0.46), ((0.70, 0.62, 0.60), "planks"), (0.92, 0.86, 0.90), STEEL, (0.30, 0.52, 0.36)),
    _style("sage", (0.90, 0.92, 0.86), (BIRCH, "grain"), (0.50, 0.56, 0.42), WALNUT, (0.56, 0.62, 0.47), (OAK, "planks"), (0.88, 0.90, 0.84), COPPER, (0.78, 0.56, 0.30)),
    _style("clinic", (0.97, 0.98, 0.98), ((0.92, 0.94, 0.95), ""), (0.84, 0.88, 0.90), (0.88, 0.88, 0.86), (0.90, 0.93, 0.95), ((0.82, 0.85, 0.86), "grid"), (0.94, 0.97, 0.98), STEEL, (0.16, 0.56, 0.62)),
    _style("midnight", (0.30, 0.33, 0.42), ((0.20, 0.20, 0.24), "terrazzo"), (0.16, 0.17, 0.24), ASH, (0.22, 0.23, 0.33), ((0.34, 0.28, 0.26), "planks"), (0.36, 0.40, 0.50), COPPER, (0.90, 0.80, 0.46)),
    _style("meadow", (0.86, 0.93, 0.80), (CHERRY, "grain"), (0.78, 0.84, 0.62), CHERRY, (0.85, 0.90, 0.70), ((0.52, 0.40, 0.30), "checks"), (0.90, 0.94, 0.86), BRASS, (0.64, 0.24, 0.44), heldout=True),
    _style("coral", (0.99, 0.88, 0.84), ((0.70, 0.72, 0.74), "terrazzo"), (0.90, 0.50, 0.44), BIRCH, (0.94, 0.60, 0.54), ((0.66, 0.68, 0.70), "grid"), (0.97, 0.92, 0.90), DARK, (0.14, 0.36, 0.50), heldout=True),
    _style("plum", (0.70, 0.62, 0.72), ((0.52, 0.46, 0.50), "stone"), (0.36, 0.22, 0.40), OAK, (0.44, 0.28, 0.50), (BIRCH, "checks"), (0.76, 0.70, 0.80), STEEL, (0.80, 0.78, 0.30), heldout=True),
    _style("rust", (0.86, 0.80, 0.70), ((0.44, 0.40, 0.36), "grain"), (0.56, 0.30, 0.16), ASH, (0.64, 0.36, 0.20), ((0.40, 0.42, 0.44), "terrazzo"), (0.82, 0.76, 0.66), COPPER, (0.24, 0.58, 0.62), heldout=True),
)  # fmt: skip
