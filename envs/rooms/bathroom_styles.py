"""How the bathroom is coloured: the room, its towels, and what stands on the washstand."""

from __future__ import annotations

from .scene import Finish, Style
from .styles import ASH, BIRCH, BRASS, CHERRY, COPPER, DARK, OAK, RGB, STEEL, WALNUT, WHITE

REPEAT = {
    "planks": (3.0, 3.0),
    "checks": (8.0, 8.0),
    "stone": (4.0, 4.0),
    "terrazzo": (3.0, 3.0),
    "grain": (1.0, 1.0),
    "grid": (8.0, 8.0),
    "": (1.0, 1.0),
}


def _style(
    name: str, wall: RGB, tiles: RGB, floor: tuple[RGB, str], worktop: tuple[RGB, str], front: RGB, wood: RGB, metal: RGB, towel: RGB,
    accent: RGB, jar: tuple[RGB, RGB], bottle: tuple[RGB, RGB], soap: RGB, lids: tuple[RGB, RGB], *, heldout: bool = False,
) -> Style:  # fmt: skip
    """jar, bottle: of the body and of its cap; lids: of weekdays and of the weekend."""
    r, g, b = (0.9 * c for c in worktop[0])  # daylight falls full on it: white would be all that a picture shows
    plain = {
        "front": front, "metal": metal, "handle": metal, "fabric": towel, "accent": accent, "jar": jar[0], "jar_cap": jar[1],
        "bottle": bottle[0], "bottle_cap": bottle[1], "dispenser": soap, "pill_lid": lids[0], "pill_weekend": lids[1],
        "base": (0.8 * front[0], 0.8 * front[1], 0.8 * front[2]),
    }  # fmt: skip
    return Style(
        name=name, heldout=heldout,
        finishes={
            "wall": Finish(rgb=wall, texture="plaster", repeat=(3.0, 3.0)), "tiles": Finish(rgb=tiles, texture="grid", repeat=(14.0, 5.0)),
            "floor": Finish(rgb=floor[0], texture=floor[1], repeat=REPEAT[floor[1]]),
            "worktop": Finish(rgb=(r, g, b), texture=worktop[1], repeat=REPEAT[worktop[1]]), "wood": Finish(rgb=wood, texture="grain"),
            **{material: Finish(rgb=rgb) for material, rgb in plain.items()},
        },
    )  # fmt: skip


CREAM, SNOW, RED, TEAL, SAND, LEAF = (
    (0.94, 0.90, 0.82),
    (0.95, 0.95, 0.95),
    (0.76, 0.27, 0.20),
    (0.20, 0.52, 0.56),
    (0.84, 0.74, 0.58),
    (0.46, 0.62, 0.40),
)
ROSE, SKY, AMBER, INK, LILAC, GREY = (
    (0.88, 0.58, 0.58),
    (0.46, 0.66, 0.84),
    (0.88, 0.62, 0.24),
    (0.20, 0.24, 0.36),
    (0.68, 0.58, 0.80),
    (0.62, 0.64, 0.66),
)
BATHROOM_STYLES: tuple[Style, ...] = (
    _style("spa", (0.93, 0.92, 0.88), (0.80, 0.86, 0.83), ((0.62, 0.56, 0.48), "planks"), ((0.92, 0.91, 0.88), "stone"), (0.72, 0.76, 0.70), OAK, STEEL, LEAF, SAND, (CREAM, RED), (TEAL, WHITE), (0.72, 0.80, 0.62), (SKY, AMBER)),
    _style("lagoon", (0.90, 0.95, 0.96), (0.48, 0.72, 0.76), ((0.86, 0.86, 0.84), "grid"), (SNOW, "terrazzo"), WHITE, BIRCH, STEEL, SNOW, TEAL, (SNOW, INK), (SKY, WHITE), (0.92, 0.80, 0.62), (TEAL, ROSE)),
    _style("hammam", (0.95, 0.87, 0.76), (0.84, 0.60, 0.42), ((0.74, 0.50, 0.36), "grid"), ((0.88, 0.80, 0.68), "stone"), (0.60, 0.38, 0.28), WALNUT, BRASS, (0.92, 0.86, 0.72), TEAL, (SAND, TEAL), (AMBER, DARK), (0.56, 0.36, 0.30), (LEAF, RED)),
    _style("graphite", (0.80, 0.81, 0.83), (0.34, 0.36, 0.39), ((0.42, 0.42, 0.43), "stone"), ((0.30, 0.31, 0.33), "stone"), (0.24, 0.25, 0.27), ASH, DARK, (0.80, 0.80, 0.80), AMBER, (GREY, DARK), (SNOW, DARK), (0.20, 0.20, 0.22), (GREY, AMBER)),
    _style("rosewater", (0.97, 0.92, 0.91), (0.94, 0.82, 0.80), ((0.90, 0.86, 0.84), "checks"), (SNOW, "stone"), (0.90, 0.74, 0.72), BIRCH, COPPER, ROSE, LILAC, (SNOW, ROSE), (ROSE, SNOW), (0.94, 0.90, 0.86), (LILAC, ROSE)),
    _style("harbour", (0.93, 0.93, 0.91), (0.93, 0.94, 0.95), ((0.26, 0.34, 0.46), "checks"), ((0.90, 0.89, 0.86), "stone"), (0.18, 0.28, 0.44), OAK, BRASS, (0.20, 0.32, 0.52), RED, (SNOW, (0.20, 0.36, 0.60)), (INK, RED), (0.92, 0.92, 0.90), ((0.24, 0.42, 0.66), RED)),
    _style("fern", (0.90, 0.94, 0.87), (0.52, 0.66, 0.50), ((0.70, 0.60, 0.46), "planks"), (BIRCH, "grain"), (0.50, 0.60, 0.44), CHERRY, STEEL, CREAM, LEAF, (LEAF, WALNUT), (LEAF, CREAM), (0.88, 0.84, 0.60), ((0.30, 0.50, 0.32), SAND)),
    _style("lemon", (0.99, 0.96, 0.82), (0.97, 0.96, 0.90), ((0.82, 0.80, 0.74), "terrazzo"), (SNOW, "terrazzo"), (0.96, 0.84, 0.46), BIRCH, STEEL, (0.97, 0.86, 0.42), SKY, (SNOW, AMBER), ((0.95, 0.85, 0.35), SNOW), (0.52, 0.72, 0.86), (AMBER, SKY)),
    _style("violet", (0.91, 0.89, 0.95), (0.76, 0.70, 0.86), ((0.60, 0.58, 0.62), "stone"), ((0.82, 0.80, 0.86), "stone"), (0.58, 0.48, 0.70), ASH, STEEL, LILAC, AMBER, (LILAC, INK), (LILAC, SNOW), (0.86, 0.84, 0.92), (LILAC, LEAF)),
    _style("clay", (0.92, 0.86, 0.80), (0.78, 0.66, 0.58), ((0.56, 0.42, 0.34), "planks"), (WALNUT, "grain"), (0.68, 0.50, 0.40), WALNUT, COPPER, (0.72, 0.46, 0.36), CREAM, ((0.72, 0.48, 0.36), CREAM), ((0.60, 0.40, 0.28), SAND), CREAM, (RED, SAND)),
    _style("ward", (0.97, 0.98, 0.98), (0.90, 0.95, 0.96), ((0.78, 0.82, 0.82), "grid"), ((0.93, 0.95, 0.95), ""), (0.88, 0.92, 0.93), (0.90, 0.90, 0.88), STEEL, (0.60, 0.80, 0.82), TEAL, (SNOW, SKY), (SNOW, TEAL), (0.90, 0.95, 0.95), (SKY, GREY)),
    _style("nightfall", (0.28, 0.31, 0.40), (0.22, 0.28, 0.40), ((0.30, 0.27, 0.26), "planks"), ((0.46, 0.44, 0.44), "terrazzo"), (0.16, 0.20, 0.30), OAK, BRASS, (0.86, 0.80, 0.66), BRASS, (INK, BRASS), ((0.30, 0.44, 0.40), BRASS), (0.84, 0.76, 0.60), (INK, BRASS)),
    _style("jade", (0.93, 0.95, 0.92), (0.30, 0.52, 0.44), ((0.88, 0.87, 0.82), "checks"), ((0.90, 0.90, 0.87), "stone"), (0.24, 0.42, 0.36), BIRCH, BRASS, (0.94, 0.93, 0.90), RED, ((0.30, 0.54, 0.46), SNOW), (SNOW, (0.26, 0.50, 0.42)), (0.92, 0.62, 0.50), ((0.34, 0.60, 0.50), ROSE), heldout=True),
    _style("peach", (0.99, 0.91, 0.85), (0.98, 0.90, 0.84), ((0.76, 0.70, 0.66), "terrazzo"), ((0.66, 0.62, 0.60), "stone"), (0.95, 0.68, 0.54), CHERRY, DARK, (0.96, 0.72, 0.58), INK, (CREAM, LEAF), (AMBER, INK), (0.60, 0.78, 0.76), (ROSE, INK), heldout=True),
    _style("basalt", (0.68, 0.66, 0.64), (0.48, 0.46, 0.46), ((0.26, 0.25, 0.25), "grid"), (OAK, "grain"), (0.38, 0.30, 0.26), OAK, STEEL, RED, RED, (DARK, SNOW), (RED, DARK), (0.50, 0.52, 0.30), (INK, RED), heldout=True),
    _style("orchid", (0.96, 0.93, 0.97), (0.92, 0.88, 0.95), ((0.50, 0.40, 0.46), "planks"), ((0.60, 0.44, 0.56), "terrazzo"), (0.80, 0.62, 0.78), ASH, COPPER, (0.72, 0.36, 0.58), LEAF, ((0.80, 0.50, 0.70), SNOW), (SNOW, (0.66, 0.30, 0.52)), (0.76, 0.86, 0.64), ((0.70, 0.40, 0.62), LEAF), heldout=True),
)  # fmt: skip
