"""A table-top hob of two burners whose knobs sit on a sloping panel in front."""

from __future__ import annotations

import mujoco
import numpy as np

from .parts import BOX, CYLINDER, grip_site, slab
from .piece import Fixture, Piece

WIDTH_M, DEPTH_M, HEIGHT_M = 0.42, 0.38, 0.075
SLOPE = (0.075, 0.063)
"""How far the panel runs back and up [m]: its normal points 50 degrees above the horizon, at the person who stands there."""
KNOB_TRAVEL_RAD = float(np.deg2rad(270))
KNOB_ON_RAD = float(np.deg2rad(90))
KNOB_OFF_RAD = 0.12
KNOB_Y_M = {"left": 0.095, "right": -0.095}
RIDGE = (0.021, 0.0065, 0.0095)
"""Half-sizes of the ridge that fingers take a knob by: along it, across it, out of the panel [m]."""
_UP = np.array([SLOPE[0], 0.0, SLOPE[1]]) / np.hypot(*SLOPE)
_OUT = np.array([-_UP[2], 0.0, _UP[0]])
_TILT = float(np.arctan2(SLOPE[0], SLOPE[1]))
"""How far the panel leans back from upright [rad]."""


def _panel_quat() -> list[float]:
    """The panel's frame: z out of the panel, x up along it, y to the robot's right."""
    R = np.stack([_UP, np.cross(_OUT, _UP), _OUT], axis=-1)
    out = np.zeros(4)
    mujoco.mju_mat2Quat(out, R.ravel())
    return out.tolist()


def _burners(body: mujoco.MjsBody) -> None:
    slab(body, (0.085, -0.20, HEIGHT_M), (0.37, 0.20, HEIGHT_M + 0.004), "glass")
    for y in KNOB_Y_M.values():
        for radius, height, material in (
            (0.078, 0.0045, "metal"),
            (0.072, 0.0052, "black"),
            (0.034, 0.006, "metal"),
            (0.029, 0.0066, "black"),
        ):
            body.add_geom(
                type=CYLINDER, pos=[0.235, y, HEIGHT_M + height / 2], size=[radius, height / 2, 0], material=material, group=1, mass=0,
                contype=0, conaffinity=0,
            )  # fmt: skip


def _knob(body: mujoco.MjsBody, name: str, y: float) -> None:
    centre = np.array([SLOPE[0] / 2, y, 0.012 + SLOPE[1] / 2])
    body.add_geom(  # where the knob's mark points when it is off
        type=BOX, pos=(centre + 0.034 * _UP + 0.0005 * _OUT).tolist(), quat=_panel_quat(), size=[0.005, 0.0015, 0.0006], material="accent",
        group=1, mass=0, contype=0, conaffinity=0,
    )  # fmt: skip
    knob = body.add_body(name=name, pos=centre.tolist(), quat=_panel_quat())
    knob.add_joint(
        name=name, type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, -1], range=[0, KNOB_TRAVEL_RAD], limited=True, damping=0.01,
        frictionloss=0.07, armature=2e-4,
    )  # fmt: skip
    knob.add_geom(
        type=CYLINDER, pos=[0, 0, 0.0045], size=[0.0245, 0.0045, 0], material="metal", group=1, density=1200, contype=1, conaffinity=0,
        friction=[0.8, 0.005, 0.0005],
    )  # fmt: skip
    knob.add_geom(
        type=BOX, pos=[0, 0, 0.009 + RIDGE[2]], size=list(RIDGE), material="black", group=1, density=1200, contype=1, conaffinity=0,
        friction=[1.0, 0.01, 0.0005], condim=4, solref=[0.012, 1.0],
    )  # fmt: skip
    knob.add_geom(
        type=BOX, pos=[0.012, 0, 0.009 + 2 * RIDGE[2]], size=[0.009, 0.0016, 0.0006], material="white", group=1, mass=0, contype=0, conaffinity=0,
    )  # fmt: skip
    grip_site(knob, f"{name}_handle", (0, 0, 0.0245), approach=(0, 0, -1), across=(0, 1, 0))


def _hob(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    y = WIDTH_M / 2
    slab(body, (SLOPE[0], -y, 0.008), (DEPTH_M, y, HEIGHT_M), "metal")
    slab(body, (0.004, -y, 0.004), (SLOPE[0], y, 0.012), "metal")
    thick = 0.006
    middle = np.array([SLOPE[0] / 2, 0.0, 0.012 + SLOPE[1] / 2]) - thick * _OUT
    body.add_geom(
        type=BOX, pos=middle.tolist(), quat=_panel_quat(), size=[float(np.hypot(*SLOPE)) / 2, y, thick], material="white", group=1, density=0,
        contype=1, conaffinity=0, friction=[0.8, 0.005, 0.0005],
    )  # fmt: skip
    for side in (-1, 1):  # the cheeks beside the panel
        low, high = sorted((side * (y - 0.004), side * y))
        slab(body, (0.03, low, 0.012), (SLOPE[0], high, 0.036), "metal", solid=False)
    _burners(body)
    for name, at in KNOB_Y_M.items():
        _knob(body, f"knob_{name}", at)


HOB = Piece(
    name="hob", build=_hob,
    fixtures=tuple(
        Fixture(joint=f"knob_{n}", opened=KNOB_ON_RAD, shut=KNOB_OFF_RAD, travel=KNOB_TRAVEL_RAD, handle=f"knob_{n}_handle", kind="knob")
        for n in KNOB_Y_M
    ),
)  # fmt: skip
"""Covers x 0..0.38, y -0.21..0.21, z 0..0.082. The hand comes at the knobs from the front, 50 degrees from above: the 0.2 m of
worktop before the front edge must be free up to 0.3 m height, and the knobs (x 0.04, y +-0.095) 0.35 to 0.7 m away from the Panda's
axis; turned by up to 40 degrees towards the robot where it stands at its side. Knobs: 0.07 N m, clockwise is on."""
