"""The first room: a small kitchen corner, whose six tasks the shipped policy knows."""

from __future__ import annotations

import mujoco
import numpy as np

from ..furniture.bins import BIN, BIN_HALF_M
from ..furniture.doors import MICROWAVE
from ..furniture.movers import HAND, PET
from ..furniture.storage import CHEST
from ..furniture.wall_cabinet import WALL_CABINET
from ..objects.first import CATALOGUE, add_assets
from .scene import Finish, Layout, Scene, Spot, Style
from .shell import begin, block, cameras, side_walls

ZONE = (0.36, 0.66, -0.165, 0.155)
"""Free worktop between chest and microwave [m]."""
# Layout -> chest and microwave: x, y [m], turned by [degrees], and how far the bin stands from where it stands in the first one: x, y [m].
TABLE = {
    "corner": ((0.55, -0.46, 0), (0.55, 0.48, 0), (0.0, 0.0)),
    "near": ((0.53, -0.45, -4), (0.54, 0.46, 4), (0.02, -0.02)),
    "far": ((0.58, -0.47, 0), (0.57, 0.49, -3), (-0.02, 0.01)),
    "wide": ((0.55, -0.51, -6), (0.55, 0.52, 5), (0.0, -0.04)),
    "narrow": ((0.56, -0.43, 3), (0.56, 0.45, -3), (0.01, 0.02)),
    "towards": ((0.54, -0.48, -9), (0.54, 0.49, 8), (-0.02, -0.01)),
    "away": ((0.56, -0.45, 5), (0.56, 0.46, -5), (0.02, 0.0)),
    "staggered": ((0.52, -0.47, -3), (0.58, 0.48, 2), (-0.01, -0.03)),
    "shifted": ((0.57, -0.43, 0), (0.55, 0.53, 3), (0.0, 0.02)),
    "leaning": ((0.55, -0.50, -8), (0.56, 0.45, -4), (0.01, -0.04)),
}  # fmt: skip
HELDOUT = {
    "alcove": ((0.54, -0.44, 2), (0.57, 0.50, 4), (0.01, 0.01)),
    "bay": ((0.57, -0.50, -5), (0.54, 0.45, 1), (-0.02, -0.03)),
    "nook": ((0.53, -0.49, -7), (0.56, 0.51, 6), (0.0, -0.02)),
    "recess": ((0.56, -0.46, 4), (0.55, 0.47, -4), (0.02, -0.01)),
}  # fmt: skip
BIN_AT = (0.06 - BIN_HALF_M, -0.58)
NUDGE = (0.015, 0.015, 0.05)
"""Nothing stands twice in quite the same place."""
FINISHES = {
    "wall": Finish(rgb=(0.90, 0.86, 0.79), texture="plaster", repeat=(3.0, 3.0)),
    "floor": Finish(rgb=(0.55, 0.45, 0.36), texture="planks", repeat=(3.0, 3.0)),
    "worktop": Finish(rgb=(0.74, 0.72, 0.69), texture="stone", repeat=(4.0, 4.0)),
    "base": Finish(rgb=(0.42, 0.50, 0.47)),
    "wood": Finish(rgb=(0.78, 0.57, 0.36), texture="grain"),
    "front": Finish(rgb=(0.52, 0.35, 0.20)),
    "inside": Finish(rgb=(0.78, 0.76, 0.70)),
    "handle": Finish(rgb=(0.80, 0.62, 0.28)),
    "tiles": Finish(rgb=(0.90, 0.88, 0.83), texture="grid", repeat=(9.0, 9.0)),
    "plastic": Finish(rgb=(0.30, 0.34, 0.38)),
}


def _shell(spec: mujoco.MjSpec) -> None:
    begin(spec)
    block(spec, (-0.2, -0.95, -0.04), (1.0, 0.95, 0.0), "worktop", solid=True)
    block(spec, (-0.16, -0.92, -0.9), (1.0, 0.92, -0.04), "base")
    for y in (-0.6, 0.0, 0.6):
        block(spec, (-0.175, y - 0.28, -0.84), (-0.16, y + 0.28, -0.1), "inside")
    block(spec, (1.0, -2.2, -0.9), (1.03, 2.2, 2.0), "wall")
    side_walls(spec, (-2.6, 1.03), 2.2, -0.9, 2.0)
    block(spec, (0.992, -0.95, 0.0), (1.0, 0.95, 0.60), "tiles")
    block(spec, (-2.6, -2.2, -0.93), (1.2, 2.2, -0.9), "floor", solid=True)
    cameras(spec, (-0.05, -0.75, 1.15), (0.38, 0.0, 0.05), 47, overview=(-0.74, -1.14, 1.06), view=(0.42, -0.03, 0.17))


def _layout(name: str, row: tuple[tuple[float, ...], ...], *, heldout: bool) -> Layout:
    chest, microwave, (dx, dy) = row
    spots = {n: Spot(x=x, y=y, yaw=float(np.deg2rad(turn))) for n, (x, y, turn) in (("chest", chest), ("microwave", microwave))}
    spots |= {"wall_cabinet": Spot(x=0.72, y=0.0, z=0.63), "bin": Spot(x=BIN_AT[0] + dx, y=BIN_AT[1] + dy)}
    return Layout(name=name, heldout=heldout, spots=spots, usable=frozenset(spots), zone=ZONE)


FIRST = Scene(
    name="first", room="first", shell=_shell, pieces=(CHEST, MICROWAVE, WALL_CABINET, BIN),
    layouts=(*(_layout(n, r, heldout=False) for n, r in TABLE.items()), *(_layout(n, r, heldout=True) for n, r in HELDOUT.items())),
    styles=(Style(name="first", heldout=False, finishes=FINISHES), Style(name="first_again", heldout=True, finishes=FINISHES)),
    catalogue=CATALOGUE, add_assets=add_assets, things=len(CATALOGUE), movers=(HAND, PET), alone=True,
    nudge=NUDGE, fixed=("wall_cabinet",),
)  # fmt: skip
SCENES = (FIRST,)
