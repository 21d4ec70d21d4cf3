"""How the care room is coloured: walls and furniture, bed linen, pyjamas, and the person."""

from __future__ import annotations

from .scene import Finish, Style

RGB = tuple[float, float, float]
REPEAT = {"planks": (3.0, 3.0), "checks": (6.0, 6.0), "stone": (4.0, 4.0), "terrazzo": (3.0, 3.0), "grain": (1.0, 1.0), "grid": (6.0, 6.0), "": (1.0, 1.0),
          "weave": (6.0, 6.0)}  # fmt: skip
PEOPLE: dict[str, tuple[RGB, RGB, RGB]] = {
    "fair": ((0.88, 0.68, 0.57), (0.80, 0.79, 0.77), (0.74, 0.46, 0.42)), "rosy": ((0.90, 0.72, 0.64), (0.90, 0.88, 0.84), (0.78, 0.46, 0.44)),
    "olive": ((0.76, 0.57, 0.42), (0.42, 0.40, 0.38), (0.62, 0.38, 0.33)), "brown": ((0.55, 0.37, 0.26), (0.30, 0.29, 0.28), (0.46, 0.26, 0.23)),
    "dark": ((0.36, 0.24, 0.17), (0.68, 0.67, 0.66), (0.36, 0.19, 0.18)), "tan": ((0.80, 0.62, 0.46), (0.16, 0.14, 0.13), (0.66, 0.40, 0.35)),
}  # fmt: skip
"""Skin, hair, lips."""


def _shade(rgb: RGB, factor: float) -> RGB:
    r, g, b = (min(1.0, c * factor) for c in rgb)
    return r, g, b


def _style(
    name: str, person: str, wall: RGB, floor: tuple[RGB, str], worktop: tuple[RGB, str], base: RGB, bed: RGB, blanket: tuple[RGB, str], linen: RGB,
    pyjama: RGB, curtain: RGB, mat: RGB, *, heldout: bool = False,
) -> Style:  # fmt: skip
    skin, hair, lip = PEOPLE[person]
    return Style(
        name=name, heldout=heldout,
        finishes={
            "wall": Finish(rgb=wall, texture="plaster", repeat=(3.0, 3.0)), "floor": Finish(rgb=floor[0], texture=floor[1], repeat=REPEAT[floor[1]]),
            "worktop": Finish(rgb=worktop[0], texture=worktop[1], repeat=REPEAT[worktop[1]]), "base": Finish(rgb=base), "front": Finish(rgb=_shade(base, 1.12)),
            "bed_frame": Finish(rgb=bed), "wood": Finish(rgb=bed, texture="grain"), "blanket": Finish(rgb=blanket[0], texture=blanket[1], repeat=REPEAT[blanket[1]]),
            "sheet": Finish(rgb=linen), "pillow": Finish(rgb=_shade(linen, 1.03)), "cushion": Finish(rgb=_shade(linen, 0.94)),
            "sleeve": Finish(rgb=pyjama), "cuff": Finish(rgb=_shade(pyjama, 0.78)), "fabric": Finish(rgb=curtain), "accent": Finish(rgb=_shade(curtain, 0.8)),
            "mat": Finish(rgb=mat), "mat_edge": Finish(rgb=_shade(mat, 0.75)), "skin": Finish(rgb=skin), "hair": Finish(rgb=hair),
            "brow": Finish(rgb=_shade(hair, 0.7)), "lip": Finish(rgb=lip),
        },
    )  # fmt: skip


OAK, WALNUT, BIRCH, CHERRY, ASH, WHITE = (
    (0.80, 0.60, 0.38),
    (0.45, 0.31, 0.21),
    (0.90, 0.79, 0.60),
    (0.66, 0.36, 0.23),
    (0.70, 0.66, 0.60),
    (0.93, 0.93, 0.92),
)
CARE_STYLES: tuple[Style, ...] = (
    _style("harbour", "fair", (0.90, 0.92, 0.93), (OAK, "planks"), (BIRCH, "grain"), (0.60, 0.68, 0.74), OAK, ((0.30, 0.46, 0.62), ""), (0.95, 0.95, 0.94), (0.80, 0.84, 0.90), (0.74, 0.82, 0.88), (0.52, 0.66, 0.60)),
    _style("orchard", "rosy", (0.96, 0.93, 0.84), (BIRCH, "planks"), ((0.88, 0.86, 0.82), "stone"), (0.72, 0.76, 0.58), CHERRY, ((0.66, 0.74, 0.46), ""), (0.96, 0.95, 0.91), (0.86, 0.72, 0.74), (0.90, 0.84, 0.62), (0.42, 0.60, 0.62)),
    _style("chapel", "brown", (0.87, 0.85, 0.90), ((0.60, 0.58, 0.60), "grid"), (ASH, "grain"), (0.52, 0.48, 0.60), WALNUT, ((0.50, 0.40, 0.62), ""), (0.92, 0.91, 0.94), (0.90, 0.88, 0.80), (0.62, 0.54, 0.72), (0.46, 0.60, 0.52)),
    _style("dune", "tan", (0.95, 0.89, 0.79), ((0.80, 0.66, 0.50), "planks"), ((0.84, 0.78, 0.68), "terrazzo"), (0.78, 0.68, 0.54), ASH, ((0.84, 0.66, 0.44), "weave"), (0.96, 0.93, 0.87), (0.48, 0.58, 0.56), (0.88, 0.74, 0.52), (0.40, 0.52, 0.58)),
    _style("clover", "olive", (0.88, 0.94, 0.88), ((0.74, 0.76, 0.72), "terrazzo"), ((0.93, 0.94, 0.92), ""), (0.50, 0.68, 0.56), BIRCH, ((0.90, 0.90, 0.84), "weave"), (0.94, 0.96, 0.94), (0.36, 0.56, 0.46), (0.66, 0.82, 0.68), (0.34, 0.50, 0.66)),
    _style("ember", "dark", (0.93, 0.86, 0.80), (WALNUT, "planks"), (CHERRY, "grain"), (0.56, 0.34, 0.26), WALNUT, ((0.70, 0.36, 0.26), ""), (0.94, 0.91, 0.86), (0.92, 0.84, 0.60), (0.82, 0.52, 0.36), (0.46, 0.58, 0.50)),
    _style("ward", "fair", (0.95, 0.97, 0.97), ((0.80, 0.84, 0.85), "grid"), ((0.90, 0.92, 0.93), ""), (0.80, 0.85, 0.87), (0.84, 0.86, 0.88), ((0.62, 0.80, 0.82), ""), (0.98, 0.98, 0.98), (0.70, 0.86, 0.84), (0.60, 0.78, 0.80), (0.44, 0.66, 0.72)),
    _style("lantern", "olive", (0.74, 0.70, 0.66), ((0.42, 0.34, 0.28), "planks"), ((0.36, 0.34, 0.34), "stone"), (0.30, 0.30, 0.33), WALNUT, ((0.28, 0.30, 0.38), ""), (0.86, 0.84, 0.80), (0.76, 0.44, 0.30), (0.84, 0.62, 0.30), (0.46, 0.62, 0.66)),
    _style("petal", "dark", (0.97, 0.90, 0.92), (BIRCH, "planks"), (WHITE, "stone"), (0.88, 0.70, 0.76), WHITE, ((0.86, 0.60, 0.70), "weave"), (0.97, 0.95, 0.96), (0.94, 0.92, 0.94), (0.92, 0.74, 0.80), (0.62, 0.70, 0.84)),
    _style("fjord", "rosy", (0.84, 0.88, 0.92), (ASH, "planks"), ((0.72, 0.76, 0.80), "terrazzo"), (0.34, 0.44, 0.54), BIRCH, ((0.92, 0.92, 0.90), "weave"), (0.90, 0.92, 0.95), (0.28, 0.38, 0.54), (0.46, 0.58, 0.70), (0.40, 0.62, 0.58)),
    _style("meadowlark", "tan", (0.94, 0.95, 0.82), (OAK, "checks"), (OAK, "grain"), (0.90, 0.84, 0.56), OAK, ((0.94, 0.82, 0.40), ""), (0.97, 0.96, 0.90), (0.56, 0.66, 0.80), (0.96, 0.90, 0.66), (0.50, 0.62, 0.44)),
    _style("cedar", "brown", (0.86, 0.82, 0.74), (CHERRY, "planks"), (WALNUT, "grain"), (0.40, 0.46, 0.38), CHERRY, ((0.36, 0.48, 0.36), "weave"), (0.90, 0.88, 0.82), (0.84, 0.80, 0.70), (0.52, 0.60, 0.44), (0.36, 0.54, 0.60)),
    _style("glacier", "olive", (0.90, 0.96, 0.98), ((0.70, 0.76, 0.80), "stone"), ((0.82, 0.88, 0.92), "terrazzo"), (0.46, 0.62, 0.72), ASH, ((0.40, 0.66, 0.74), "weave"), (0.92, 0.97, 0.99), (0.88, 0.80, 0.60), (0.56, 0.76, 0.86), (0.44, 0.52, 0.74), heldout=True),
    _style("vineyard", "fair", (0.90, 0.84, 0.84), (CHERRY, "checks"), ((0.54, 0.48, 0.46), "stone"), (0.46, 0.24, 0.32), CHERRY, ((0.52, 0.22, 0.32), ""), (0.94, 0.90, 0.88), (0.60, 0.66, 0.48), (0.66, 0.38, 0.46), (0.56, 0.60, 0.40), heldout=True),
    _style("lagoon", "dark", (0.82, 0.93, 0.90), (BIRCH, "checks"), (ASH, "terrazzo"), (0.20, 0.50, 0.50), WHITE, ((0.18, 0.56, 0.54), "weave"), (0.93, 0.96, 0.94), (0.94, 0.70, 0.50), (0.36, 0.70, 0.66), (0.36, 0.46, 0.70), heldout=True),
    _style("saffron", "brown", (0.98, 0.90, 0.70), ((0.56, 0.40, 0.28), "planks"), ((0.94, 0.90, 0.80), "stone"), (0.86, 0.60, 0.24), WALNUT, ((0.90, 0.66, 0.24), "weave"), (0.98, 0.96, 0.90), (0.42, 0.30, 0.46), (0.96, 0.78, 0.40), (0.40, 0.44, 0.60), heldout=True),
)  # fmt: skip
