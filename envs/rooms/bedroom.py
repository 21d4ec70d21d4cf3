"""The household bedroom: a robot at the side of a bed. One scene for each cloth: cloth never sleeps, and each costs its share."""

from __future__ import annotations

import functools
import itertools
import zlib

import mujoco
import numpy as np

from ..furniture.bedding import BASKET, BED, BED_HEIGHT_M, BED_LENGTH_M, BED_WIDTH_M, HEADBOARD, MARK, PILLOW, TABLE
from ..furniture.cloth import BLANKET, QUILT, TOWEL, Cloth, add_cloth
from ..furniture.piece import Piece
from ..objects.catalogue import Catalogue, add_assets
from .bedroom_styles import BEDROOM_STYLES, add_bedroom_materials
from .scene import Layout, Scene, Spot
from .shell import begin, block, cameras, cloth_options, window

FLOOR_Z = -BED_HEIGHT_M
STORE_FLOOR_Z = -0.9
"""Under the floor: where things that an episode does not use are kept, out of sight."""
WALL_X, WALL_Y = 1.9, 2.3
"""How far the walls are behind the bed and to the sides [m]."""


def _wardrobe(spec: mujoco.MjSpec, y: float) -> None:
    """Against the wall behind the bed: two doors with knobs."""
    x, z = WALL_X - 0.46, FLOOR_Z
    block(spec, (x, y - 0.5, z + 0.06), (WALL_X, y + 0.5, z + 1.85), "wood")
    block(spec, (x + 0.03, y - 0.48, z), (WALL_X, y + 0.48, z + 0.06), "base")
    for low, high in ((y - 0.485, y - 0.005), (y + 0.005, y + 0.485)):
        block(spec, (x - 0.015, low, z + 0.08), (x, high, z + 1.82), "front")
        block(spec, (x - 0.019, low + 0.06, z + 0.16), (x - 0.015, high - 0.06, z + 0.86), "base")
        block(spec, (x - 0.019, low + 0.06, z + 0.96), (x - 0.015, high - 0.06, z + 1.74), "base")
    for k in (-0.035, 0.035):
        block(spec, (x - 0.04, y + k - 0.008, z + 0.85), (x - 0.015, y + k + 0.008, z + 0.97), "handle")


def _window_side(spec: mujoco.MjSpec) -> None:
    """A window with curtains on a rail, and a picture beside it."""
    y0, y1, z0, z1 = -0.55, 0.35, 0.35, 1.25
    window(spec, WALL_X, y0, y1, z0, z1)
    block(spec, (WALL_X - 0.07, y0 - 0.3, z1 + 0.09), (WALL_X - 0.05, y1 + 0.3, z1 + 0.11), "handle")
    for low, high in ((y0 - 0.26, y0 - 0.02), (y1 + 0.02, y1 + 0.26)):
        folds = np.linspace(low, high, 7)
        for k, (a, b) in enumerate(itertools.pairwise(folds)):
            depth = 0.055 if k % 2 else 0.085
            block(spec, (WALL_X - depth, float(a), z0 - 0.25), (WALL_X - 0.03, float(b), z1 + 0.09), "curtain")
    block(spec, (WALL_X - 0.02, -1.42, 0.45), (WALL_X, -0.98, 0.95), "frame")
    block(spec, (WALL_X - 0.024, -1.39, 0.48), (WALL_X - 0.02, -1.01, 0.92), "accent")
    block(spec, (WALL_X - 0.026, -1.32, 0.52), (WALL_X - 0.022, -1.16, 0.80), "pillow")


def _shell(spec: mujoco.MjSpec) -> None:
    begin(spec, cloth_options)
    add_bedroom_materials(spec)
    block(spec, (-2.6, -WALL_Y, FLOOR_Z - 0.03), (WALL_X, WALL_Y, FLOOR_Z), "floor", solid=True)
    block(spec, (-2.6, -WALL_Y, STORE_FLOOR_Z - 0.03), (-0.9, WALL_Y, STORE_FLOOR_Z), "floor", solid=True)
    block(spec, (WALL_X, -WALL_Y, FLOOR_Z), (WALL_X + 0.05, WALL_Y, 2.0), "wall")
    for y in (-WALL_Y - 0.05, WALL_Y):
        block(spec, (-1.6, y, FLOOR_Z), (WALL_X, y + 0.05, 2.0), "wall")
        block(spec, (-1.6, y + (0.05 if y < 0 else -0.012), FLOOR_Z), (WALL_X, y + (0.062 if y < 0 else 0.0), FLOOR_Z + 0.09), "skirting")
    block(spec, (WALL_X - 0.012, -WALL_Y, FLOOR_Z), (WALL_X, WALL_Y, FLOOR_Z + 0.09), "skirting")
    _wardrobe(spec, 1.25)
    _window_side(spec)
    block(spec, (-1.0, -0.9, FLOOR_Z), (0.3, 0.9, FLOOR_Z + 0.008), "rug")
    block(spec, (-0.17, -0.15, FLOOR_Z), (0.11, 0.15, -0.03), "base")  # what the robot stands on
    block(spec, (-0.18, -0.16, -0.03), (0.12, 0.16, 0.0), "metal")
    cameras(spec, (-0.16, -0.66, 1.10), (0.47, 0.0, 0.0), 50, (-0.85, -1.15, 1.12), (0.46, 0.02, 0.02))


HEAD_SIDE = {
    "dawn": 1, "dusk": -1, "noon": 1, "lull": -1, "doze": 1, "rest": -1, "nap": 1, "dream": -1, "still": 1, "hush": -1, "calm": 1, "cosy": -1,
}  # fmt: skip
HELDOUT_SIDE = {"night": -1, "yawn": 1, "snug": -1, "quiet": 1}
"""Layouts by name: which side of the robot the head of the bed is on, +1 left."""
ZONE = (0.27, 0.72, -0.34, 0.34)


def _layout(name: str, side: int, pieces: tuple[Piece, ...], heldout: bool) -> Layout:
    """The bed before the robot, its head to a side; pillow and bedside table there, the basket at the foot; the mark as
    long as the bed is: across it, its near end would be too near to the robot's foot to draw a hem there."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    front, middle = rng.uniform(0.165, 0.2), side * rng.uniform(-0.12, 0.32)
    head, turn = middle + side * (BED_LENGTH_M / 2 + 0.035), side * np.pi / 2
    near_table = rng.random() < 0.6
    spots = {
        "bed": Spot(x=front, y=middle),
        "headboard": Spot(x=front + BED_WIDTH_M / 2, y=head, yaw=turn),
        "pillow": Spot(
            x=front + BED_WIDTH_M / 2 + rng.uniform(-0.14, 0.16), y=head - side * rng.uniform(0.34, 0.38), yaw=turn + rng.uniform(-0.12, 0.12)
        ),
        "bedside_table": Spot(x=front - 0.27 if near_table else front + BED_WIDTH_M + 0.27, y=head - side * rng.uniform(0.28, 0.36), yaw=turn),
        "basket": Spot(x=rng.uniform(0.27, 0.36), y=-side * rng.uniform(0.44, 0.50), yaw=rng.uniform(-0.2, 0.2)),
        "mark": Spot(x=rng.uniform(0.47, 0.51), y=rng.uniform(-0.06, 0.06), yaw=np.pi / 2 + rng.uniform(-0.2, 0.2)),
    }  # fmt: skip
    names = {p.name for p in pieces}
    low, high = (ZONE[2], ZONE[3]) if "basket" not in names else (-0.23, ZONE[3]) if side > 0 else (ZONE[2], 0.23)
    return Layout(
        name=name, heldout=heldout, spots={n: s for n, s in spots.items() if n in names}, usable=frozenset(names), zone=(ZONE[0], ZONE[1], low, high)
    )  # fmt: skip


def _scene(name: str, cloth: Cloth, pieces: tuple[Piece, ...]) -> Scene:
    layouts = (
        *(_layout(n, s, pieces, False) for n, s in HEAD_SIDE.items()),
        *(_layout(n, s, pieces, True) for n, s in HELDOUT_SIDE.items()),
    )
    return Scene(
        name=name, room="bedroom", shell=_shell, pieces=pieces, layouts=layouts, styles=BEDROOM_STYLES,
        catalogue=Catalogue("toy", "ball", "book", "remote", "phone"), add_assets=add_assets, things=4, extras=functools.partial(_lay, cloth=cloth),
    )  # fmt: skip


def _lay(spec: mujoco.MjSpec, cloth: Cloth) -> None:
    add_cloth(spec, cloth)


FURNITURE = (BED, HEADBOARD, PILLOW, TABLE)
SCENES: tuple[Scene, ...] = (
    _scene("bedroom_quilt", QUILT, FURNITURE), _scene("bedroom_towel", TOWEL, (*FURNITURE, BASKET)), _scene("bedroom_blanket", BLANKET, (*FURNITURE, MARK)),
)  # fmt: skip
