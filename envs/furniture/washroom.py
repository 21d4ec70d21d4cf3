"""What makes a washstand: a round basin with a tap, a shelf with towels, a stand with a hand towel."""

from __future__ import annotations

import mujoco
import numpy as np

from .parts import BOX, CAPSULE, CYLINDER, Vector, add_lathe, slab
from .piece import Piece

BASIN_RADIUS_M, BASIN_HEIGHT_M, BASIN_WALL_M = 0.15, 0.115, 0.009
TAP_X, TAP_HEIGHT_M = 0.335, 0.235
SIDES = 12
"""Blocks that stand for the basin's wall in contacts."""
LYING = (float(np.sqrt(0.5)), float(np.sqrt(0.5)), 0.0, 0.0)
"""Turns a cylinder's axis from the vertical to across the piece."""


def _seen(
    body: mujoco.MjsBody, kind: mujoco.mjtGeom, size: list[float], at: Vector, material: str, *, lies: bool = False, solid: bool = False
) -> None:
    """A primitive of the furniture that does not move."""
    body.add_geom(
        type=kind, size=[*size, 0, 0][:3], pos=list(at), quat=list(LYING) if lies else [1, 0, 0, 0], material=material, group=1, density=0,
        contype=int(solid), conaffinity=0, friction=[0.6, 0.005, 0.0005],
    )  # fmt: skip


def _tube(body: mujoco.MjsBody, start: Vector, end: Vector, radius: float) -> None:
    body.add_geom(
        type=CAPSULE, fromto=[*start, *end], size=[radius, 0, 0], material="metal", group=1, density=0, contype=1, conaffinity=0,
        friction=[0.5, 0.005, 0.0005],
    )  # fmt: skip


def _bowl(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    r, h, t = BASIN_RADIUS_M, BASIN_HEIGHT_M, BASIN_WALL_M
    add_lathe(
        spec, "basin",
        [(1e-4, 0.012), (0.55 * r, 0.016), (0.80 * r, 0.040), (r - t - 0.004, h - 0.012), (r - t, h - 0.002), (r - 0.5 * t, h),
         (r, h - 0.003), (r - 0.003, h - 0.020), (0.86 * r, 0.035), (0.66 * r, 0.004), (0.62 * r, 0.0), (1e-4, 0.0)],
    )  # fmt: skip
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH, meshname="basin", pos=[r, 0, 0], material="white", group=1, contype=0, conaffinity=0, mass=0
    )
    body.add_geom(
        type=CYLINDER, size=[0.62 * r, 0.007, 0], pos=[r, 0, 0.007], group=3, density=0, contype=1, conaffinity=0, friction=[0.4, 0.005, 0.0005]
    )  # fmt: skip
    for k in range(SIDES):
        a = 2 * np.pi * k / SIDES
        reach = 0.86 * r
        body.add_geom(
            type=BOX, size=[0.012, 1.04 * r * np.tan(np.pi / SIDES), h / 2], pos=[r + reach * np.cos(a), reach * np.sin(a), h / 2],
            quat=[np.cos(a / 2), 0, 0, np.sin(a / 2)], group=3, density=0, contype=1, conaffinity=0, friction=[0.4, 0.005, 0.0005],
        )  # fmt: skip
    _seen(body, CYLINDER, [0.024, 0.0015], (r, 0, 0.0175), "metal")
    _seen(body, CYLINDER, [0.014, 0.0010], (r, 0, 0.0195), "black")


def _washbasin(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A bowl on the worktop; the tap behind it has an electric eye and no lever."""
    _bowl(spec, body)
    x, top = TAP_X, TAP_HEIGHT_M
    _seen(body, CYLINDER, [0.026, 0.004], (x, 0, 0.004), "metal")
    _seen(body, CYLINDER, [0.0165, top / 2], (x, 0, top / 2), "metal", solid=True)
    _tube(body, (x, 0, top - 0.010), (BASIN_RADIUS_M + 0.035, 0, top - 0.002), 0.012)
    _tube(body, (BASIN_RADIUS_M + 0.035, 0, top - 0.002), (BASIN_RADIUS_M + 0.028, 0, top - 0.022), 0.012)
    _seen(body, mujoco.mjtGeom.mjGEOM_SPHERE, [0.0065], (x - 0.0125, 0, 0.15), "black")


def _roll(body: mujoco.MjsBody, y: float, z: float, radius: float, material: str) -> None:
    """A rolled towel, its end towards the room."""
    quat = [np.sqrt(0.5), 0, np.sqrt(0.5), 0]
    for size, x, paint in (([radius, 0.075], 0.098, material), ([0.72 * radius, 0.0004], 0.0226, "frame"), ([0.58 * radius, 0.0004], 0.0223, material),
                           ([0.34 * radius, 0.0004], 0.0220, "frame"), ([0.22 * radius, 0.0004], 0.0217, material)):  # fmt: skip
        body.add_geom(
            type=CYLINDER, size=[*size, 0], pos=[x, y, z], quat=quat, material=paint, group=1, density=0, contype=0, conaffinity=0
        )


SHELF_HALF_M, SHELF_DEPTH_M, SHELF_HEIGHT_M = 0.19, 0.19, 0.34


def _shelf(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """Open, of wood, with rolled towels below and boxes and a plant above."""
    del spec
    w, d, h, board = SHELF_HALF_M, SHELF_DEPTH_M, SHELF_HEIGHT_M, 0.014
    for side in (-1, 1):
        low, high = sorted((side * (w - board), side * w))
        slab(body, (0.0, low, 0.0), (d, high, h), "wood")
    for z in (0.02, 0.165, h - board - 0.02):
        slab(body, (0.004, -w + board, z), (d, w - board, z + board), "wood")
    slab(body, (d - 0.008, -w + board, 0.034), (d, w - board, h - 0.034), "inside")
    for y in (-0.115, 0.0, 0.115):
        _roll(body, y, 0.034 + 0.050, 0.050, "fabric")
    slab(body, (0.03, -0.15, 0.179), (0.16, -0.02, 0.255), "front", solid=False)
    slab(body, (0.026, -0.105, 0.21), (0.03, -0.065, 0.225), "handle", solid=False)
    slab(body, (0.04, 0.03, 0.179), (0.15, 0.14, 0.215), "accent", solid=False)
    _seen(body, CYLINDER, [0.038, 0.030], (0.10, 0.09, h + 0.030), "pot_clay")
    for k in range(9):
        a, lean = 2.4 * k, 0.25 + 0.05 * k
        foot = np.array([0.10, 0.09, h + 0.06])
        tip = foot + (0.10 + 0.006 * k) * np.array([np.sin(lean) * np.cos(a), np.sin(lean) * np.sin(a), np.cos(lean)])
        body.add_geom(
            type=CAPSULE, fromto=[*foot, *tip], size=[0.007, 0, 0], material="plant", group=1, density=0, contype=0, conaffinity=0
        )  # fmt: skip


def _towel_stand(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A bar on a foot with a folded hand towel over it."""
    del spec
    slab(body, (0.0, -0.10, 0.0), (0.12, 0.10, 0.012), "metal")
    _seen(body, CYLINDER, [0.008, 0.20], (0.06, 0, 0.212), "metal", solid=True)
    _seen(body, CAPSULE, [0.008, 0.14], (0.06, 0, 0.40), "metal", lies=True, solid=True)
    for low, high in (((0.046, 0.10), (0.050, 0.404)), ((0.070, 0.20), (0.074, 0.404))):
        slab(body, (low[0], -0.115, low[1]), (high[0], 0.115, high[1]), "fabric")
    _seen(body, CYLINDER, [0.014, 0.115], (0.06, 0, 0.402), "fabric", lies=True)
    for z in (0.14, 0.155):
        slab(body, (0.0455, -0.1152, z), (0.0506, 0.1152, z + 0.007), "accent", solid=False)


WASHBASIN = Piece(name="washbasin", build=_washbasin)
SHELF = Piece(name="shelf", build=_shelf)
TOWEL_STAND = Piece(name="towel_stand", build=_towel_stand)
