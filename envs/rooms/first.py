"""The first room: a small kitchen corner that stands still, whose six tasks the shipped policy knows."""

from __future__ import annotations

import mujoco

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
SPOTS = {
    "chest": Spot(x=0.55, y=-0.46), "microwave": Spot(x=0.55, y=0.48), "wall_cabinet": Spot(x=0.72, y=0.0, z=0.63),
    "bin": Spot(x=0.06 - BIN_HALF_M, y=-0.58),
}  # fmt: skip
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


def _layout(name: str, *, heldout: bool) -> Layout:
    return Layout(name=name, heldout=heldout, spots=SPOTS, usable=frozenset(SPOTS), zone=ZONE)


FIRST = Scene(
    name="first", room="first", shell=_shell, pieces=(CHEST, MICROWAVE, WALL_CABINET, BIN),
    layouts=(_layout("corner", heldout=False), _layout("corner_again", heldout=True)),
    styles=(Style(name="first", heldout=False, finishes=FINISHES), Style(name="first_again", heldout=True, finishes=FINISHES)),
    catalogue=CATALOGUE, add_assets=add_assets, things=len(CATALOGUE), movers=(HAND, PET), mount_noise=0.0, alone=True,
)  # fmt: skip
SCENES = (FIRST,)
