"""Things that hold things: a chest of two drawers with upright bars, a wide low cutlery drawer with a level one."""

from __future__ import annotations

import mujoco
import numpy as np

from .parts import Vector, grip_site, push_site, slab
from .piece import Fixture, Piece
from .pulls import pull

DRAWER_TRAVEL_M = 0.2
FLOORS = {"bottom": 0.085, "top": 0.215}
"""Heights of the chest drawers' middles [m]."""
DRAWER_INSIDE, CUTLERY_INSIDE = (0.12, 0.145, 0.045), (0.12, 0.195, 0.03)
"""Half-sizes [m] of the boxes about the sites `drawer_top_inside`, `drawer_bottom_inside` and `cutlery_drawer_inside` that count as in."""
SLANT = float(np.sqrt(0.5))


def _drawer(body: mujoco.MjsBody, joint: str, z: float, half: Vector, *, tray_top: float, friction_N: float) -> mujoco.MjsBody:
    """A drawer with its front at the piece's x = 0, its middle at height z; `half` are half-sizes of depth, width and front height.

    Its tray ends 30 mm before the back and `tray_top` above the middle. Dry friction and damping of plain wooden runners.
    """
    d, w, h = half
    drawer = body.add_body(name=joint, pos=[d, 0.0, z])
    drawer.add_joint(
        name=joint, type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[-1, 0, 0], range=[0, DRAWER_TRAVEL_M], limited=True, damping=5.0,
        frictionloss=friction_N,
    )  # fmt: skip
    front, back, side, floor = -d + 0.012, d - 0.03, w - 0.011, -h + 0.007
    slab(drawer, (-d, -w, -h), (front, w, h), "front", density=700)
    # As thick as there is room for: a knife that drops onto a thin board is through it within one step.
    slab(drawer, (front, -side, -h + 0.0005), (back, side, floor + 0.006), "inside", density=230)
    for sign in (-1, 1):
        low, high = sorted((sign * side, sign * (side - 0.008)))
        slab(drawer, (front, low, floor + 0.006), (back, high, tray_top), "inside", density=500)
    slab(drawer, (back - 0.008, -side + 0.008, floor + 0.006), (back, side - 0.008, tray_top), "inside", density=500)
    push_site(drawer, f"{joint}_push", (-d, 0.0, 0.0), direction=(1, 0, 0))
    drawer.add_site(name=f"{joint}_inside", pos=[-0.01, 0, (floor + tray_top) / 2], size=[0.004], group=4)
    return drawer


def _carcass(body: mujoco.MjsBody, depth: float, half: float, height: float, board: float = 0.012) -> None:
    """Two sides, top, bottom and back. Boards meet, none lies in another's plane: it would flicker."""
    inner = half - board
    slab(body, (0.005, -half, 0.0), (depth, -inner, height - board), "wood")
    slab(body, (0.005, inner, 0.0), (depth, half, height - board), "wood")
    slab(body, (0.0, -half, height - board), (depth, half, height), "wood")
    slab(body, (depth - 0.01, -inner, board), (depth, inner, height - board), "wood")
    slab(body, (0.005, -inner, 0.0), (depth - 0.01, inner, board), "wood")


def _chest(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """0.36 m wide, 0.30 deep, 0.30 tall; things may stand on it. The drawers come 0.20 m out of its front and their bars stand
    0.05 m before it: 0.30 m of free worktop in front. Either side of the robot, or before it. Panda: front at x 0.45 to 0.6, |y|
    up to 0.5. SO-101: bar within 0.38 m of its base, drawer towards it."""
    del spec
    _carcass(body, 0.30, 0.18, 0.30)
    for name, z in FLOORS.items():
        joint = f"drawer_{name}"
        drawer = _drawer(body, joint, z, (0.15, 0.166, 0.062), tray_top=0.03, friction_N=2.0)
        grip = pull(drawer, joint, (-0.19, 0.0, 0.0), radius=0.008, length=0.09, standoff=0.04, material="handle")
        grip_site(grip, f"{joint}_handle", (0.0, 0.0, 0.0), approach=(SLANT, 0, -SLANT), across=(0, -1, 0))


def _cutlery(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """0.46 m wide, 0.30 deep, 0.14 tall; another piece may stand on it (its top carries weight). The drawer comes 0.20 m out of its
    front and its level bar stands 0.06 m before it: 0.32 m of free worktop in front. Either side of the robot, or before it; Panda:
    front at x 0.45 to 0.6, |y| up to 0.45."""
    del spec
    _carcass(body, 0.30, 0.23, 0.14)
    drawer = _drawer(body, "cutlery_drawer", 0.07, (0.15, 0.216, 0.055), tray_top=0.03, friction_N=3.0)
    for y in (-0.065, 0.065):
        slab(drawer, (-0.138, y - 0.003, -0.042), (0.112, y + 0.003, 0.015), "inside", density=500)
    grip = pull(drawer, "cutlery_drawer", (-0.205, 0.0, 0.01), radius=0.006, length=0.16, standoff=0.055, material="handle", level=True)
    grip_site(grip, "cutlery_drawer_handle", (0.0, 0.0, 0.0), approach=(SLANT, 0, -SLANT), across=(SLANT, 0, SLANT))


def _slide(joint: str) -> Fixture:
    return Fixture(
        joint=joint, opened=0.12, shut=0.012, travel=DRAWER_TRAVEL_M, handle=f"{joint}_handle", push_shut=f"{joint}_push", kind="drawer"
    )  # fmt: skip


CHEST = Piece(name="chest", build=_chest, fixtures=tuple(_slide(f"drawer_{n}") for n in FLOORS))
CUTLERY = Piece(name="cutlery", build=_cutlery, fixtures=(_slide("cutlery_drawer"),))
