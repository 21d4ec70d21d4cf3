"""The household kitchen: shell, fourteen pieces, 87 layouts, sixteen styles."""

from __future__ import annotations

import dataclasses
import zlib

import mujoco
import numpy as np

from ..furniture.appliances import COFFEE_MACHINE, LIGHT_SWITCH, TOASTER
from ..furniture.bins import BIN, CUTLERY_TRAY
from ..furniture.doors import CUPBOARD, FRIDGE, MICROWAVE
from ..furniture.grains import PLACE_MAT, add_grains
from ..furniture.hob import HOB
from ..furniture.lids import BREAD_BIN, OVEN
from ..furniture.movers import HAND, PET
from ..furniture.sink import SINK
from ..furniture.storage import CHEST, CUTLERY
from ..objects.catalogue import CATALOGUE, add_assets
from .scene import Layout, Scene, Spot
from .shell import begin, block, cameras, side_walls, window
from .styles import KITCHEN_STYLES

PIECES = (CHEST, CUTLERY, CUPBOARD, FRIDGE, MICROWAVE, OVEN, BREAD_BIN, HOB, SINK, COFFEE_MACHINE, TOASTER, LIGHT_SWITCH, BIN, CUTLERY_TRAY)
ZONE = (0.32, 0.60, -0.195, 0.185)
BACK_X, BACK_Y = -1.05, 2.3
"""The counter behind the robot, where pieces stand that a layout does not use, and half its length."""


def _shell(spec: mujoco.MjSpec) -> None:
    begin(spec)
    block(spec, (-0.22, -1.25, -0.04), (1.0, 1.25, 0.0), "worktop", solid=True)
    block(spec, (-0.18, -1.22, -0.9), (1.0, 1.22, -0.04), "base")
    for y in (-0.8, -0.27, 0.27, 0.8):
        block(spec, (-0.195, y - 0.25, -0.84), (-0.18, y + 0.25, -0.1), "front")
    block(spec, (1.0, -3.0, -0.9), (1.05, 3.0, 2.2), "wall")
    side_walls(spec, (-2.6, 1.05), 3.0, -0.9, 2.2)
    block(spec, (0.992, -1.25, 0.0), (1.0, 1.25, 0.56), "tiles")
    window(spec, 1.0, -0.55, 0.45, 0.72, 1.35)
    block(spec, (-2.6, -3.0, -0.93), (1.2, 3.0, -0.9), "floor", solid=True)
    block(spec, (-1.55, -BACK_Y, -0.04), (-1.0, BACK_Y, 0.0), "worktop", solid=True)
    block(spec, (-1.55, -BACK_Y, -0.9), (-1.02, BACK_Y, -0.04), "base")
    block(spec, (-1.6, -3.0, -0.9), (-1.55, 3.0, 1.2), "wall")
    cameras(spec, (-0.20, -0.72, 1.22), (0.40, 0.0, 0.06), 52)


# What stands to the right and left at the back, to the right and left beside the robot, and in the middle at the back.
TABLE: dict[str, tuple[str, str, str, str, str]] = {
    "lane": ("chest", "microwave", "bin", "coffee_machine", "light_switch"),
    "mill": ("cupboard", "fridge", "toaster", "bin", "cutlery_tray"),
    "quay": ("cutlery", "sink", "light_switch", "bin", "coffee_machine"),
    "yard": ("hob", "microwave", "bin", "toaster", "cutlery_tray"),
    "loft": ("oven", "chest", "coffee_machine", "bin", "cutlery_tray"),
    "farm": ("bread_bin", "hob", "bin", "light_switch", "toaster"),
    "cove": ("sink", "fridge", "coffee_machine", "bin", "light_switch"),
    "hill": ("chest", "oven", "toaster", "bin", "light_switch"),
    "park": ("cupboard", "bread_bin", "coffee_machine", "toaster", "light_switch"),
    "dale": ("cutlery", "fridge", "bin", "toaster", "coffee_machine"),
    "glen": ("hob", "sink", "bin", "light_switch", "cutlery_tray"),
    "moor": ("cupboard", "cutlery", "bin", "coffee_machine", "toaster"),
    "wood": ("oven", "microwave", "light_switch", "bin", "toaster"),
    "ford": ("bread_bin", "chest", "bin", "toaster", "light_switch"),
    "vale": ("bread_bin", "cutlery", "bin", "coffee_machine", "light_switch"),
    "reed": ("cutlery", "oven", "bin", "light_switch", "toaster"),
}
OTHERS_BESIDE = (
    ("bin", "toaster", "coffee_machine"), ("coffee_machine", "bin", "light_switch"), ("bin", "coffee_machine", "cutlery_tray"),
    ("light_switch", "bin", "toaster"),
)  # fmt: skip
CROWDED = ("quay_0", "yard_0", "yard_2", "cove_0", "cove_2", "dale_2", "glen_1", "glen_2", "glen_3", "moor_1")
"""Of those that follow: where something would stand in something else's way (tests/envs/test_rooms.py)."""
TABLE |= {
    f"{name}_{k}": (*row[:2], *small) for name, row in tuple(TABLE.items()) for k, small in enumerate(OTHERS_BESIDE) if f"{name}_{k}" not in CROWDED
}  # fmt: skip
"""A few kitchens are soon known by heart: each again with other things beside the robot, every second one the other way round."""
HELDOUT: dict[str, tuple[str, str, str, str, str]] = {
    "isle": ("chest", "fridge", "coffee_machine", "bin", "toaster"),
    "rise": ("cutlery", "microwave", "bin", "light_switch", "toaster"),
    "gate": ("hob", "bread_bin", "toaster", "bin", "coffee_machine"),
    "pond": ("cupboard", "sink", "bin", "coffee_machine", "light_switch"),
    "nook": ("oven", "chest", "light_switch", "bin", "cutlery_tray"),
    "reef": ("hob", "cutlery", "bin", "coffee_machine", "light_switch"),
    "mere": ("cupboard", "fridge", "toaster", "bin", "cutlery_tray"),
    "holm": ("cupboard", "microwave", "bin", "coffee_machine", "toaster"),
    "crag": ("oven", "sink", "bin", "light_switch", "coffee_machine"),
    "lawn": ("bread_bin", "fridge", "light_switch", "bin", "cutlery_tray"),
    "dell": ("oven", "microwave", "bin", "toaster", "light_switch"),
    "fell": ("chest", "sink", "bin", "light_switch", "toaster"),
    "rock": ("cutlery", "bread_bin", "bin", "light_switch", "cutlery_tray"),
    "tor": ("hob", "chest", "bin", "toaster", "light_switch"),
    "cape": ("cupboard", "sink", "bin", "light_switch", "toaster"),
    "moss": ("hob", "fridge", "bin", "coffee_machine", "light_switch"),
    "bank": ("bread_bin", "microwave", "toaster", "bin", "coffee_machine"),
}
MIRRORED = (
    "mill",
    "quay",
    "loft",
    "yard",
    "park",
    "vale",
    "mere",
    "rise",
    "reef",
    "crag",
    "cape",
    "moss",
    "bank",
    *(n for n in TABLE if n[-2:] in ("_1", "_3")),
)
"""These layouts are the other way round: what the table calls left stands on the right, hinged on the other side."""
SMALL = ("coffee_machine", "toaster", "light_switch", "bin", "cutlery_tray")
FRONT = {"hob": (0.44, 0.38, 0.5), "sink": (0.18, 0.31, 0.8)}
"""x and |y| of the front's middle and the turn towards the robot [rad] of what is used from above, not from the front."""
NARROW = {"sink": 0.11, "hob": 0.13}
"""How far to a side the worktop is free beside what stands turned towards the robot [m]."""
WIPING_M = 0.38
"""Least width of free worktop for a place mat [m]; elsewhere it lies behind the robot."""
NUDGE = (0.035, 0.025, 0.12)
"""Nothing stands twice in quite the same place: less than the least gap between two pieces allows (a test)."""
MIDDLE_X = {"coffee_machine": 0.645, "toaster": 0.62, "light_switch": 0.66, "cutlery_tray": 0.62}


def _side(piece: str, sign: float, rng: np.random.Generator) -> Spot:
    """At the back on a side: -1 right, +1 left."""
    dx, dy, turn = rng.uniform(-0.035, 0.035), rng.uniform(-0.03, 0.04), rng.uniform(-0.12, 0.12)
    if piece in FRONT:
        x, y, yaw = FRONT[piece]
        return Spot(x=x + dx, y=sign * (y + dy), yaw=sign * yaw + turn)
    return Spot(x=0.555 + dx, y=sign * (0.475 + dy), yaw=turn)


SWEEPS = ("cupboard", "fridge", "microwave", "sink", "hob", "chest", "cutlery")
"""Pieces whose doors, or the arm at work on them, need the room beside."""
BESIDE_M = {"light_switch": 0.60, "coffee_machine": 0.58, "toaster": 0.50, "bin": 0.44}
"""How far from the robot's foot the front edge is of what stands beside it [m]: what is pressed from the front needs more room."""


def _beside(piece: str, sign: float, swings: bool, rng: np.random.Generator) -> Spot:
    """Beside the robot, facing it; further back where a door swings over the place."""
    angle = sign * (np.deg2rad(102 if swings else 80) + rng.uniform(-0.1, 0.1))
    radius = BESIDE_M[piece] + rng.uniform(-0.02, 0.03)
    return Spot(x=radius * np.cos(angle), y=radius * np.sin(angle), yaw=float(angle))


def _middle(piece: str, rng: np.random.Generator) -> Spot:
    wide = 0.5 if piece == "cutlery_tray" else 1.0  # its neighbours are near
    return Spot(x=MIDDLE_X[piece] + rng.uniform(-0.02, 0.02), y=wide * rng.uniform(-0.04, 0.04), yaw=wide * rng.uniform(-0.12, 0.12))


def _layout(name: str, row: tuple[str, str, str, str, str], heldout: bool) -> Layout:
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    right, left, near_right, near_left, middle = row
    spots = {
        right: _side(right, -1.0, rng), left: _side(left, 1.0, rng), near_right: _beside(near_right, -1.0, right in SWEEPS, rng),
        near_left: _beside(near_left, 1.0, left in SWEEPS, rng), middle: _middle(middle, rng),
    }  # fmt: skip
    rest = [p.name for p in PIECES if p.name not in spots]
    for k, piece in enumerate(rest):
        spots[piece] = Spot(x=BACK_X, y=-BACK_Y + 0.28 + k * (2 * BACK_Y - 0.56) / (len(rest) - 1), yaw=np.pi)
    low, high = -NARROW.get(right, -ZONE[2]), NARROW.get(left, ZONE[3])
    zone = (ZONE[0], MIDDLE_X[middle] - 0.085, low, high)
    layout = Layout(name=name, heldout=heldout, spots=spots, usable=frozenset(row), zone=zone, tight=frozenset([middle]))
    return layout.reflected([p.name for p in PIECES if p.handed]) if name in MIRRORED else layout


def _with_mat(layout: Layout) -> Layout:
    """The same kitchen with a place mat before the robot, where the free worktop is wide enough to wipe it."""
    rng = np.random.default_rng(zlib.crc32(layout.name.encode()) + 1)
    _, _, low, high = layout.zone
    if high - low < WIPING_M:
        spots = {**layout.spots, "place_mat": Spot(x=-0.6, y=1.5, z=-0.9)}
        return dataclasses.replace(layout, spots=spots)
    spot = Spot(x=0.33 + rng.uniform(-0.02, 0.02), y=(low + high) / 2 + rng.uniform(-0.035, 0.035), yaw=rng.uniform(-0.25, 0.25))
    return dataclasses.replace(layout, spots={**layout.spots, "place_mat": spot}, usable=layout.usable | {"place_mat"})


KITCHEN = Scene(
    name="home_kitchen", room="kitchen", shell=_shell, pieces=PIECES,
    layouts=(*(_layout(n, r, False) for n, r in TABLE.items()), *(_layout(n, r, True) for n, r in HELDOUT.items())),
    styles=KITCHEN_STYLES, catalogue=CATALOGUE, add_assets=add_assets, things=12, movers=(HAND, PET), nudge=NUDGE, turned=0.25,
    fixed=("cutlery_tray",),
)  # fmt: skip
GRAINS_KITCHEN = dataclasses.replace(
    KITCHEN, name="kitchen_grains", pieces=(*PIECES, PLACE_MAT), layouts=tuple(_with_mat(y) for y in KITCHEN.layouts), extras=add_grains, things=5,
    fixed=("cutlery_tray", "place_mat"),
)  # fmt: skip
"""The same with two dozen dried peas and a place mat."""
SCENES = (KITCHEN, GRAINS_KITCHEN)
