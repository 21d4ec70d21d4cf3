"""The care room: a person in a bed who holds out a hand over the sideboard that the robot stands on; a call button."""

from __future__ import annotations

import zlib

import mujoco
import numpy as np

from ..furniture.bed import BED, ELBOW, PERSON_BODY
from ..furniture.care import BELL, BELL_X, COASTER, MAT
from ..furniture.movers import HAND, PET
from ..furniture.parts import add_look
from ..furniture.person import ELBOW_X, PALM_X, PERSON
from ..objects.catalogue import CATALOGUE, add_assets
from ..objects.forms import Form, ball, brick, lathe, loft, merged, sweep
from .care_styles import CARE_STYLES
from .scene import Layout, Scene, Spot
from .shell import begin, block, cameras, side_walls, window

PIECES = (PERSON, PERSON_BODY, BED, BELL, MAT, COASTER)
EDGE_X, WALL_X, FLOOR_Z = 0.60, 2.05, -0.9
"""Far edge of the sideboard, the wall behind the bed, the floor [m]."""


def _decor(spec: mujoco.MjSpec, name: str, form: Form, material: str) -> None:
    """Something of the room that nobody touches."""
    add_look(spec, spec.worldbody, name, form, material)


def _curtain(y: float) -> Form:
    """A gathered curtain before the wall."""
    path = [(WALL_X - 0.05 + 0.012 * np.sin(k * 2.1), y + 0.011 * (k - 10)) for k in range(21)]
    ring = [*path, *((x + 0.01, v) for x, v in reversed(path))]
    outlines = [np.array([(x, v, z) for x, v in ring]) for z in (-0.35, 1.42)]
    return loft(outlines, caps=True)


def _night_table(spec: mujoco.MjSpec) -> None:
    """Beyond the head of the bed: a small table with a lamp and a plant."""
    x, y, top = 1.80, 1.62, -0.22
    block(spec, (x - 0.22, y - 0.24, FLOOR_Z + 0.05), (x + 0.2, y + 0.24, top), "wood")
    block(spec, (x - 0.228, y - 0.20, top - 0.22), (x - 0.22, y + 0.20, top - 0.04), "front")
    _decor(
        spec,
        "lamp_foot",
        lathe([(0.075, 0.0), (0.075, 0.012), (0.012, 0.022), (0.010, 0.30), (0, 0.30)], 18).moved(x, y + 0.06, top),
        "handle",
    )
    _decor(spec, "lamp_shade", lathe([(0.15, 0.0), (0.10, 0.19), (0.098, 0.19), (0.147, 0.0)], 24).moved(x, y + 0.06, top + 0.26), "frame")
    _plant(spec, x - 0.08, y - 0.14, top)


def _plant(spec: mujoco.MjSpec, x: float, y: float, z: float) -> None:
    rng = np.random.default_rng(3)
    leaves = []
    for k in range(11):
        a, tilt, length = k * 2.4, rng.uniform(15, 55), rng.uniform(0.09, 0.15)
        leaf = ball(0.022, 0.006, length / 2, 8, 7).moved(0, 0, length / 2).turned("x", tilt).turned("z", np.rad2deg(a))
        leaves.append(leaf.moved(0, 0, 0.09))
    _decor(spec, f"plant_{x:.2f}", merged(leaves).moved(x, y, z), "plant")
    _decor(
        spec, f"pot_{x:.2f}", lathe([(0.042, 0.0), (0.058, 0.085), (0.063, 0.10), (0.054, 0.10), (0, 0.09)], 16).moved(x, y, z), "pot_clay"
    )


def _carafe(spec: mujoco.MjSpec) -> None:
    """Water and a card on the sideboard, out of the way."""
    x, y = 0.06, -0.98
    _decor(
        spec,
        "carafe",
        lathe([(0.055, 0.0), (0.062, 0.03), (0.058, 0.11), (0.03, 0.16), (0.034, 0.20), (0.030, 0.20), (0.026, 0.16), (0, 0.15)], 20).moved(
            x, y, 0
        ),
        "sky",
    )
    block(spec, (x - 0.07, y - 0.075, 0.0), (x + 0.07, y + 0.075, 0.14), "white", solid=True)
    spec.worldbody.geoms[-1].group = 5
    _decor(spec, "tray", brick(0.10, 0.16, 0.004, corner=0.03, steps=4).moved(x, y - 0.02, 0.004), "wood")


def _shell(spec: mujoco.MjSpec) -> None:
    begin(spec)
    block(spec, (-0.26, -1.2, -0.035), (EDGE_X, 1.2, 0.0), "worktop", solid=True)
    block(spec, (-0.23, -1.17, FLOOR_Z), (EDGE_X - 0.03, 1.17, -0.035), "base")
    for y in (-0.86, -0.29, 0.29, 0.86):
        block(spec, (-0.243, y - 0.27, FLOOR_Z + 0.06), (-0.23, y + 0.27, -0.07), "front")
    block(spec, (WALL_X, -3.0, FLOOR_Z), (WALL_X + 0.05, 3.0, 1.9), "wall")
    block(spec, (WALL_X - 0.012, -3.0, FLOOR_Z), (WALL_X, 3.0, FLOOR_Z + 0.09), "skirting")
    block(spec, (-2.6, 2.1, FLOOR_Z), (WALL_X, 2.15, 1.9), "wall")
    side_walls(spec, (-2.6, WALL_X + 0.05), 3.0, FLOOR_Z, 1.9)
    block(spec, (-2.6, -3.0, FLOOR_Z - 0.03), (WALL_X + 0.1, 3.0, FLOOR_Z), "floor", solid=True)
    window(spec, WALL_X, -0.75, 0.35, 0.42, 1.30)
    for k, y in enumerate((-0.92, 0.52)):
        _decor(spec, f"curtain_{k}", _curtain(y), "fabric")
    rail = sweep([(WALL_X - 0.045, -1.2, 1.44), (WALL_X - 0.045, 0.8, 1.44)], [0.012, 0.012], 8)
    _decor(spec, "curtain_rail", rail, "handle")
    block(spec, (WALL_X - 0.02, 1.05, 0.55), (WALL_X, 1.55, 0.95), "frame")
    block(spec, (WALL_X - 0.024, 1.08, 0.58), (WALL_X - 0.02, 1.52, 0.92), "accent")
    _night_table(spec)
    _plant(spec, 0.05, 1.0, 0.0)
    _carafe(spec)
    cameras(spec, (-0.26, -0.66, 1.20), (0.50, 0.03, 0.08), 54)


def _turn(yaw: float, x: float, y: float) -> np.ndarray:
    return np.array([np.cos(yaw) * x - np.sin(yaw) * y, np.sin(yaw) * x + np.cos(yaw) * y])


TRAIN = (
    "alder", "birch", "clove", "daisy", "elder", "fern", "gorse", "hazel", "iris", "jasmine", "kale", "lilac", "maple", "nutmeg", "oak", "peony", "rowan",
    "sorrel", *(f"herb_{k}" for k in range(42)),
)  # fmt: skip
HELDOUT = ("mint", "nettle", "olive", "poppy", "quince", "thyme")
BED_LIFT_M = 0.05
"""How far the bed may be raised [m]."""


def _layout(k: int, name: str, heldout: bool) -> Layout:
    """The person further left or right, the forearm at some angle, the bed at some height; the button beyond the free worktop or the
    hand. Low-discrepancy sequences spread the places: no two layouts are alike."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    u, v, w = ((offset + k * step) % 1.0 for offset, step in ((0.13, 0.618), (0.37, 0.755), (0.71, 0.570)))
    side = 1.0 if k % 2 else -1.0
    y = side * (0.04 + 0.24 * u)
    yaw = np.deg2rad(56 * w - 28)  # where the forearm comes from
    low, high = 0.785 - 0.335 * np.cos(yaw), min(0.59 - 0.14 * abs(np.sin(yaw)), np.sqrt(0.58**2 - y**2))
    palm = np.array([low + (high - low) * v, y])
    elbow = palm + _turn(yaw, ELBOW_X - PALM_X, 0.0)
    tilt, lift = np.deg2rad(rng.uniform(-2, 2)), BED_LIFT_M * ((0.19 + k * 0.445) % 1.0)
    bed, person = elbow - _turn(tilt, ELBOW[0], ELBOW[1]), palm - _turn(yaw, PALM_X, 0.0)
    inner = palm[1] - side * 0.21
    outer = -side * max(0.24, 0.20 - side * inner)
    bell = _bell_spot(k, side, float(palm[1]), float(outer), rng)
    spots = {
        "person": Spot(x=float(person[0]), y=float(person[1]), yaw=float(yaw), z=lift), "mat": Spot(x=float(person[0]), y=float(person[1]), yaw=float(yaw)),
        "person_body": Spot(x=float(bed[0]), y=float(bed[1]), yaw=float(tilt), z=lift), "bed": Spot(x=float(bed[0]), y=float(bed[1]), yaw=float(tilt), z=lift),
        "bell": bell, "coaster": Spot(x=float(rng.uniform(0.36, 0.50)), y=float((inner + outer) / 2 + rng.uniform(-0.06, 0.06))),
    }  # fmt: skip
    return Layout(
        name=name, heldout=heldout, spots=spots, usable=frozenset(spots), zone=(0.33, 0.53, float(min(inner, outer)), float(max(inner, outer)))
    )  # fmt: skip


def _bell_spot(k: int, side: float, palm_y: float, outer: float, rng: np.random.Generator) -> Spot:
    """On the hand's side past the hand, or past the free worktop, within reach."""
    beyond = k % 5 in (1, 3)
    y = palm_y + side * rng.uniform(0.25, 0.32) if beyond else outer - side * rng.uniform(0.12, 0.24)
    y = float(np.clip(y, -0.52, 0.52))
    low, high = (0.16, 0.34) if beyond else (0.22, 0.52)
    x = rng.uniform(low, max(min(high, np.sqrt(0.60**2 - y**2)), low + 0.01))
    turn = np.arctan2(y, x) + rng.uniform(-0.2, 0.2)
    corner = np.array([x, y]) - _turn(turn, BELL_X, 0.0)
    return Spot(x=float(corner[0]), y=float(corner[1]), yaw=float(turn))


CARE = Scene(
    name="care_room", room="care", shell=_shell, pieces=PIECES,
    layouts=(*(_layout(k, n, False) for k, n in enumerate(TRAIN)), *(_layout(k + 1, n, True) for k, n in enumerate(HELDOUT))),
    styles=CARE_STYLES, catalogue=CATALOGUE, add_assets=add_assets, things=12, movers=(HAND, PET),
)  # fmt: skip
SCENES: tuple[Scene, ...] = (CARE,)
