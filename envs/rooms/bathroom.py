"""The bathroom: a washstand under a mirror, jars and bottles on it, twenty-five arrangements, sixteen styles."""

from __future__ import annotations

import zlib

import mujoco
import numpy as np

from ..furniture.bottles import BOTTLE_PIECE, DISPENSER_PIECE, JAR_PIECE, PLINTH_M
from ..furniture.pill_box import PILL_BOX_PIECE
from ..furniture.thread import add_cap_sensors
from ..furniture.washroom import SHELF, TOWEL_STAND, WASHBASIN
from ..objects.catalogue import CATALOGUE, add_assets
from .bathroom_styles import BATHROOM_STYLES
from .scene import Layout, Scene, Spot
from .shell import BOX, begin, block, cameras, side_walls

PIECES = (JAR_PIECE, BOTTLE_PIECE, DISPENSER_PIECE, PILL_BOX_PIECE, WASHBASIN, SHELF, TOWEL_STAND)
WALL_X, WALL_Y = 1.0, 1.9
SIDE = ((-0.15, 0.55, 0.85), (0.36, 0.0, 0.06), 46.0)
"""The camera `side`: nearer than elsewhere, since the lids of the pill box are small."""
FRONT_M = {"pill_box": 0.465, ".": 0.505}
"""How far front edges are from the robot's foot, others at 0.44 [m]: fingers go under the lids from before them. `.`: the middle of
the free worktop."""
PLACES = 5
ARC_RAD = np.deg2rad(27)
"""Angle between neighbouring places on the arc about the robot."""
ZONE_HALF_M = (0.072, 0.072)
"""Half-sizes of the free worktop at the place that no piece has [m]."""


def _mirror(spec: mujoco.MjSpec) -> None:
    """A wide mirror on the wall with a lamp above it. MuJoCo draws reflections in one surface a scene, which is the worktop."""
    spec.add_material(name="mirror", rgba=[0.74, 0.82, 0.86, 1], specular=0.9, shininess=0.9, emission=0.25)
    spec.add_material(name="gleam", rgba=[0.84, 0.90, 0.93, 1], specular=0.9, shininess=0.9, emission=0.3)
    x, low, high, half = WALL_X - 0.008, 0.36, 0.98, 0.66
    block(spec, (x - 0.010, -half, low), (x, half, high), "mirror")
    for y, wide in ((-0.36, 0.05), (-0.24, 0.02), (0.30, 0.07), (0.46, 0.025)):
        spec.worldbody.add_geom(
            type=BOX, pos=[x - 0.0105, y, (low + high) / 2], size=[0.001, wide, 0.3], quat=[np.cos(0.2), np.sin(0.2), 0, 0], material="gleam",
            group=1, contype=0, conaffinity=0,
        )  # fmt: skip
    t = 0.022
    for a, b in (((-half - t, low - t), (half + t, low)), ((-half - t, high), (half + t, high + t)), ((-half - t, low), (-half, high)),
                 ((half, low), (half + t, high))):  # fmt: skip
        block(spec, (x - 0.018, a[0], a[1]), (x, b[0], b[1]), "wood")
    block(spec, (x - 0.07, -0.42, high + 0.07), (x, 0.42, high + 0.085), "metal")
    for y in (-0.3, 0.0, 0.3):
        spec.worldbody.add_geom(
            type=mujoco.mjtGeom.mjGEOM_SPHERE, pos=[x - 0.05, y, high + 0.13], size=[0.05, 0, 0], material="frame", group=1, contype=0, conaffinity=0
        )  # fmt: skip


def _shell(spec: mujoco.MjSpec) -> None:
    begin(spec)
    block(spec, (-0.22, -1.25, -0.04), (WALL_X, 1.25, 0.0), "worktop", solid=True)
    block(spec, (-0.18, -1.22, -0.78), (WALL_X, 1.22, -0.04), "base")
    for y in (-0.92, -0.31, 0.31, 0.92):
        block(spec, (-0.195, y - 0.29, -0.40), (-0.18, y + 0.29, -0.10), "front")
        block(spec, (-0.195, y - 0.29, -0.74), (-0.18, y + 0.29, -0.42), "front")
        for z in (-0.16, -0.48):
            block(spec, (-0.222, y - 0.09, z - 0.007), (-0.208, y + 0.09, z + 0.007), "handle")
    block(spec, (WALL_X, -3.0, -0.9), (WALL_X + 0.05, 3.0, 1.8), "wall")
    block(spec, (WALL_X - 0.008, -3.0, -0.9), (WALL_X, WALL_Y, 0.62), "tiles")
    block(spec, (WALL_X - 0.014, -3.0, 0.62), (WALL_X, WALL_Y, 0.645), "skirting")
    block(spec, (-2.6, WALL_Y, -0.9), (WALL_X, WALL_Y + 0.05, 1.8), "wall")
    side_walls(spec, (-2.6, WALL_X + 0.05), 3.0, -0.9, 1.8)
    block(spec, (-2.6, WALL_Y - 0.008, -0.9), (WALL_X - 0.008, WALL_Y, 0.62), "tiles")
    block(spec, (-2.6, WALL_Y - 0.014, 0.62), (WALL_X - 0.014, WALL_Y, 0.645), "skirting")
    block(spec, (-2.6, -3.0, -0.93), (1.2, 3.0, -0.9), "floor", solid=True)
    block(spec, (-2.65, -3.0, -0.9), (-2.6, 3.0, 1.2), "wall")
    _mirror(spec)
    cameras(spec, (-0.16, -0.68, 1.12), (0.42, 0.0, 0.05), 50, side=SIDE)


TRAIN = (
    "reed", "tarn", "wave", "foam", "pool", "surf", "rill", "brook", "spray", "tide", "steam", "mist", "creek", "bay", "lock", "weir", "moat",
    "fjord", "delta", "oxbow", *(f"water_{k}" for k in range(40)),
)  # fmt: skip
HELDOUT = ("dew", "rain", "well", "fount", "geyser")
"""Names of layouts, from which their places are drawn."""
BACK_Y, BACK_X = 0.66, {"washbasin": 0.635, "shelf": 0.79, "towel_stand": 0.82}


def _layout(name: str, heldout: bool) -> Layout:
    """What the robot uses stands on an arc before it, with one place left free, the furniture at the back."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    arc = [str(p) for p in rng.permutation(["jar", "bottle", "dispenser", "pill_box", "."])]
    # The basin to a side: a hand behind the pill box would meet it.
    back = [("washbasin", "shelf", "towel_stand"), ("washbasin", "towel_stand", "shelf")][int(rng.integers(2))][:: int(rng.choice([-1, 1]))]
    spots, zone, shift = {}, (0.0, 0.0, 0.0, 0.0), rng.uniform(-0.13, 0.13)
    for k, piece in enumerate(arc):
        angle = shift + (k - (PLACES - 1) / 2) * ARC_RAD + rng.uniform(-0.03, 0.03)
        radius = FRONT_M.get(piece, 0.44) + rng.uniform(-0.01, 0.08)
        if piece == ".":
            x, y = FRONT_M["."] * np.cos(angle), FRONT_M["."] * np.sin(angle)
            zone = (x - ZONE_HALF_M[0], x + ZONE_HALF_M[0], y - ZONE_HALF_M[1], y + ZONE_HALF_M[1])
            continue
        spots[piece] = Spot(
            x=radius * np.cos(angle),
            y=radius * np.sin(angle),
            yaw=float(angle) + rng.uniform(-0.15, 0.15),
            z=rng.uniform(0.0, PLINTH_M - 0.003),
        )
    for piece, y in zip(back, (-BACK_Y, 0.0, BACK_Y), strict=True):
        spots[piece] = Spot(x=BACK_X[piece] + rng.uniform(-0.02, 0.0), y=y + rng.uniform(-0.06, 0.06), yaw=rng.uniform(-0.08, 0.08))
    return Layout(name=name, heldout=heldout, spots=spots, usable=frozenset(p.name for p in PIECES), zone=zone)


BATHROOM = Scene(
    name="home_bathroom", room="bathroom", shell=_shell, pieces=PIECES,
    layouts=(*(_layout(n, False) for n in TRAIN), *(_layout(n, True) for n in HELDOUT)),
    styles=BATHROOM_STYLES, catalogue=CATALOGUE, add_assets=add_assets, things=6, extras=add_cap_sensors,
)  # fmt: skip
SCENES = (BATHROOM,)
