"""A basin that stands on the worktop, with a tap whose lever turns about the vertical."""

from __future__ import annotations

import mujoco
import numpy as np

from .parts import BOX, CAPSULE, CYLINDER, push_site, slab
from .piece import Fixture, Piece

DEPTH_M, HALF_WIDTH_M, RIM_M, WALL_M = 0.28, 0.18, 0.10, 0.012
COLUMN_X_M, COLUMN_TOP_M = 0.31, 0.225
LEVER_TRAVEL_RAD = 1.2
LEVER_ON_RAD, LEVER_OFF_RAD = 0.8, 0.1
BLADE_M = 0.115
"""Length of the lever from the tap's axis."""
PUSH_M = 0.085
"""Where it is pushed."""


def _basin(body: mujoco.MjsBody) -> None:
    x, y, z, t = DEPTH_M, HALF_WIDTH_M, RIM_M, WALL_M
    slab(body, (t, -y + t, 0.0), (x - t, y - t, t), "white", friction=0.4)
    slab(body, (0.0, -y, 0.0), (t, y, z), "white", friction=0.4)
    slab(body, (x - t, -y, 0.0), (x, y, z), "white", friction=0.4)
    for side in (-1, 1):
        low, high = sorted((side * (y - t), side * y))
        slab(body, (t, low, 0.0), (x - t, high, z), "white", friction=0.4)
    for radius, height, material in ((0.026, 0.002, "metal"), (0.016, 0.003, "black")):
        body.add_geom(
            type=CYLINDER, pos=[0.14, 0, t + height / 2], size=[radius, height / 2, 0], material=material, group=1, mass=0, contype=0, conaffinity=0,
        )  # fmt: skip
    body.add_site(name="sink_inside", pos=[0.14, 0, t + 0.04], size=[0.004], group=4)


def _tube(body: mujoco.MjsBody, start: tuple[float, float, float], end: tuple[float, float, float], radius: float) -> None:
    body.add_geom(
        type=CAPSULE, fromto=[*start, *end], size=[radius, 0, 0], material="metal", group=1, density=0, contype=1, conaffinity=0,
        friction=[0.5, 0.005, 0.0005],
    )  # fmt: skip


def _tap(body: mujoco.MjsBody) -> None:
    x, top = COLUMN_X_M, COLUMN_TOP_M
    slab(body, (DEPTH_M, -0.06, 0.0), (DEPTH_M + 0.065, 0.06, 0.02), "metal")
    body.add_geom(
        type=CYLINDER, pos=[x, 0, top / 2], size=[0.019, top / 2, 0], material="metal", group=1, density=0, contype=1, conaffinity=0,
    )  # fmt: skip
    _tube(body, (x, 0, 0.175), (0.165, 0, 0.190), 0.0115)
    _tube(body, (0.165, 0, 0.190), (0.150, 0, 0.160), 0.0115)
    lever = body.add_body(name="tap_lever", pos=[x, 0, top])
    lever.add_joint(
        name="tap_lever", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, -1], range=[0, LEVER_TRAVEL_RAD], limited=True, damping=0.02,
        frictionloss=0.15, armature=5e-4,
    )  # fmt: skip
    lever.add_geom(
        type=CYLINDER, pos=[0, 0, 0.016], size=[0.021, 0.016, 0], material="metal", group=1, density=3000, contype=1, conaffinity=0,
    )  # fmt: skip
    lean = 0.1
    quat = [np.cos(lean / 2), 0, np.sin(lean / 2), 0]
    lever.add_geom(
        type=BOX, pos=[-BLADE_M / 2, 0, 0.030], quat=quat, size=[BLADE_M / 2, 0.011, 0.0055], material="handle", group=1, density=2700,
        contype=1, conaffinity=0, friction=[0.7, 0.01, 0.0005], solref=[0.012, 1.0],
    )  # fmt: skip
    lever.add_geom(
        type=CYLINDER, pos=[-BLADE_M, 0, 0.0355], quat=quat, size=[0.011, 0.0055, 0], material="handle", group=1, density=2700,
        contype=1, conaffinity=0, friction=[0.7, 0.01, 0.0005], solref=[0.012, 1.0],
    )  # fmt: skip
    push_site(lever, "tap_lever_open", (-PUSH_M, -0.011, 0.033), direction=(0, 1, 0))
    push_site(lever, "tap_lever_shut", (-PUSH_M, 0.011, 0.033), direction=(0, -1, 0))


def _sink(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    _basin(body)
    _tap(body)


SINK = Piece(
    name="sink", build=_sink, handed=True,
    fixtures=(
        Fixture(joint="tap_lever", opened=LEVER_ON_RAD, shut=LEVER_OFF_RAD, travel=LEVER_TRAVEL_RAD, push_open="tap_lever_open",
                push_shut="tap_lever_shut", push_pitch=np.pi / 2, kind="lever"),
    ),
)  # fmt: skip
"""Covers x 0..0.35, y -0.18..0.18, z 0..0.28. The lever (x 0.2..0.31, y 0, z 0.26; on: turned to the left) is pushed from above by
fingers that point down: 0.15 m about it must be free, and it 0.35 to 0.65 m away from the Panda's axis: the front edge at x 0.2 to
0.4, or further to the side, turned towards the robot. Lever: 0.15 N m, 1.8 N at the finger."""
