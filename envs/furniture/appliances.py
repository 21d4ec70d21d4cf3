"""Appliances: a coffee machine with a button, a toaster with a lever, a light switch at the end of a wall; hob and sink have files of their own."""

from __future__ import annotations

import mujoco
import numpy as np

from .hob import HOB
from .parts import BOX, CYLINDER, push_site, slab
from .piece import Fixture, Piece
from .sink import SINK

BUTTON_RADIUS_M = 0.024
"""As large as a camera of 128 x 128 pixels needs to see it across the worktop, about 10 mm a pixel [m]."""
BUTTON_TRAVEL_M, BUTTON_ON_M, BUTTON_OFF_M = 0.008, 0.006, 0.001
BUTTON_STIFFNESS, BUTTON_PRELOAD_N = 350.0, 3.0
"""[N/m]; 3 N to move it, 5.8 N at its stop."""
TOASTER_TRAVEL_M, TOASTER_DOWN_M, TOASTER_UP_M = 0.060, 0.056, 0.006
TOASTER_SPRING = (-230.0, -2900.0, 0.0)
"""Force -(a x + b x^2) about the point where the magnet wins over the spring [N/m, N/m^2]."""
TOASTER_LATCH_M = 0.051
"""That point: from here on the lever goes down and stays down by itself."""
ROCKER_TRAVEL_RAD, ROCKER_ON_RAD, ROCKER_OFF_RAD = 0.26, 0.215, 0.045
ROCKER_STIFFNESS = -0.45
"""About the middle [N m/rad]: negative, so that the rocker falls to either side; 0.06 N m at its stops, 2.6 N at its edge."""
PARTITION_M = (0.30, 0.42, 0.075)
"""Depth, height and half-width of the end of the wall that the light switch is on [m]."""
ACROSS = [np.sqrt(0.5), 0, np.sqrt(0.5), 0]
"""A cylinder with this orientation lies along x."""


def _disc(
    body: mujoco.MjsBody, centre: tuple[float, float, float], radius: float, length: float, material: str, *, along_x: bool = False
) -> None:
    """A cylinder to look at."""
    body.add_geom(
        type=CYLINDER, pos=list(centre), quat=ACROSS if along_x else [1, 0, 0, 0], size=[radius, length / 2, 0], material=material, group=1,
        mass=0, contype=0, conaffinity=0,
    )  # fmt: skip


def _coffee_machine(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    slab(body, (0.0, -0.085, 0.0), (0.24, 0.085, 0.03), "black")
    slab(body, (0.012, -0.07, 0.03), (0.115, 0.07, 0.034), "metal")
    for k in range(5):
        slab(body, (0.020 + 0.02 * k, -0.062, 0.034), (0.028 + 0.02 * k, 0.062, 0.0345), "black", solid=False)
    slab(body, (0.125, -0.085, 0.03), (0.24, 0.085, 0.19), "metal")
    slab(body, (0.02, -0.085, 0.19), (0.24, 0.085, 0.29), "black")
    slab(body, (0.03, -0.08, 0.29), (0.23, 0.08, 0.297), "metal")
    _disc(body, (0.065, 0.0, 0.178), 0.022, 0.024, "metal")
    _disc(body, (0.065, 0.0, 0.160), 0.009, 0.016, "black")
    slab(body, (0.018, 0.005, 0.222), (0.02, 0.07, 0.268), "glass", solid=False)
    _disc(body, (0.019, -0.04, 0.245), 0.030, 0.003, "metal", along_x=True)
    button = body.add_body(name="coffee_button", pos=[0.006, -0.04, 0.245])
    button.add_joint(
        name="coffee_button", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[1, 0, 0], range=[0, BUTTON_TRAVEL_M], limited=True, damping=4.0,
        frictionloss=0.1, armature=0.02, stiffness=BUTTON_STIFFNESS, springref=-BUTTON_PRELOAD_N / BUTTON_STIFFNESS,
    )  # fmt: skip
    button.add_geom(
        type=CYLINDER, pos=[0.012, 0, 0], quat=ACROSS, size=[BUTTON_RADIUS_M, 0.012, 0], material="accent", group=1, mass=0.01, contype=1, conaffinity=0,
        friction=[0.9, 0.01, 0.0005], condim=4, solref=[0.012, 1.0],
    )  # fmt: skip
    push_site(button, "coffee_button_push", (0, 0, 0), direction=(1, 0, 0))
    body.add_site(name="coffee_tray", pos=[0.065, 0, 0.034], size=[0.004], group=4)


def _toaster(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    slab(body, (0.012, -0.08, 0.012), (0.268, 0.08, 0.185), "metal")
    for low, high in ((0.0, 0.012), (0.268, 0.28)):
        slab(body, (low, -0.075, 0.006), (high, 0.075, 0.178), "black")
    slab(body, (0.012, -0.072, 0.0), (0.268, 0.072, 0.012), "black")
    slab(body, (0.02, -0.07, 0.185), (0.26, 0.07, 0.188), "black")
    for y in (-0.034, 0.034):
        slab(body, (0.045, y - 0.016, 0.188), (0.235, y + 0.016, 0.1885), "inside", solid=False)
        slab(body, (0.055, y - 0.007, 0.1885), (0.225, y + 0.007, 0.1890), "black", solid=False)
    slab(body, (-0.001, -0.007, 0.07), (0.0, 0.007, 0.165), "inside", solid=False)
    _disc(body, (-0.004, -0.046, 0.06), 0.014, 0.010, "metal", along_x=True)
    lever = body.add_body(name="toaster_lever", pos=[-0.024, 0, 0.152])
    lever.add_joint(
        name="toaster_lever", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[0, 0, -1], range=[0, TOASTER_TRAVEL_M], limited=True, damping=6.0,
        frictionloss=0.3, armature=0.05, stiffness=TOASTER_SPRING, springref=TOASTER_LATCH_M,
    )  # fmt: skip
    lever.gravcomp = 1
    lever.add_geom(
        type=BOX, size=[0.016, 0.024, 0.007], material="accent", group=1, mass=0.03, contype=1, conaffinity=0, friction=[0.9, 0.01, 0.0005],
        condim=4, solref=[0.012, 1.0],
    )  # fmt: skip
    lever.add_geom(type=BOX, pos=[0.02, 0, 0], size=[0.008, 0.005, 0.005], material="metal", group=1, mass=0, contype=0, conaffinity=0)
    push_site(lever, "toaster_lever_down", (0, 0, 0.007), direction=(0, 0, -1))
    push_site(lever, "toaster_lever_up", (0, 0, -0.007), direction=(0, 0, 1))


def _light_switch(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    depth, height, half = PARTITION_M
    slab(body, (0.0, -half, 0.0), (depth, half, height), "wall")
    slab(body, (-0.004, -half - 0.004, height), (depth, half + 0.004, height + 0.016), "frame")
    for y in (-half, half - 0.012):  # the corners' trims
        slab(body, (-0.004, y, 0.0), (0.0, y + 0.012, height), "frame", solid=False)
    slab(body, (-0.003, -half + 0.012, 0.0), (0.0, half - 0.012, 0.05), "skirting", solid=False)
    slab(body, (-0.005, -0.043, 0.167), (0.0, 0.043, 0.253), "white")
    half = ROCKER_TRAVEL_RAD / 2
    rocker = body.add_body(name="switch_rocker", pos=[-0.006, 0, 0.21], quat=[np.cos(half / 2), 0, -np.sin(half / 2), 0])
    rocker.add_joint(
        name="switch_rocker", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 1, 0], range=[0, ROCKER_TRAVEL_RAD], limited=True, damping=0.003,
        frictionloss=0.004, armature=1e-4, stiffness=ROCKER_STIFFNESS, springref=half,
    )  # fmt: skip
    rocker.add_geom(
        type=BOX, pos=[-0.003, 0, 0], size=[0.005, 0.026, 0.029], material="plastic", group=1, density=1100, contype=1, conaffinity=0,
        friction=[0.7, 0.01, 0.0005], condim=4, solref=[0.012, 1.0],
    )  # fmt: skip
    rocker.add_geom(
        type=BOX, pos=[-0.0082, 0, 0.021], size=[0.0003, 0.007, 0.0022], material="accent", group=1, mass=0, contype=0, conaffinity=0,
    )  # fmt: skip
    push_site(rocker, "switch_on_push", (-0.008, 0, 0.019), direction=(1, 0, 0))
    push_site(rocker, "switch_off_push", (-0.008, 0, -0.019), direction=(1, 0, 0))


COFFEE_MACHINE = Piece(
    name="coffee_machine", build=_coffee_machine,
    fixtures=(
        Fixture(joint="coffee_button", opened=BUTTON_ON_M, shut=BUTTON_OFF_M, travel=BUTTON_TRAVEL_M, push_open="coffee_button_push",
                kind="button"),
    ),
)  # fmt: skip
"""Covers x 0..0.24, y -0.085..0.085, z 0..0.30. The button (x 0.006, y -0.04, z 0.245) is pressed away from the person, by a hand
that comes level or from 40 degrees above: the 0.25 m before the front edge must be free above z 0.15. The Panda reaches it with the
front edge at 0.4 to 0.68 m; the SO-101 within 0.3 m of its own pan axis (x 0.24, y 0)."""

TOASTER = Piece(
    name="toaster", build=_toaster,
    fixtures=(
        Fixture(joint="toaster_lever", opened=TOASTER_DOWN_M, shut=TOASTER_UP_M, travel=TOASTER_TRAVEL_M, push_open="toaster_lever_down",
                push_shut="toaster_lever_up", push_pitch=0.9, kind="lever"),
    ),
)  # fmt: skip
"""Covers x 0..0.28, y -0.08..0.08, z 0..0.19; its lever stands out to x -0.04 at z 0.092 (down, latched) to 0.152 (up). The hand
pushes it down from the front and above and lifts it from below: the 0.25 m before the front edge must be free. The Panda reaches it
with the front edge at 0.42 to 0.65 m, the SO-101 within 0.3 m of its pan axis (x 0.24, y 0)."""

LIGHT_SWITCH = Piece(
    name="light_switch", build=_light_switch,
    fixtures=(
        Fixture(joint="switch_rocker", opened=ROCKER_ON_RAD, shut=ROCKER_OFF_RAD, travel=ROCKER_TRAVEL_RAD, push_open="switch_on_push",
                push_shut="switch_off_push", kind="switch"),
    ),
)  # fmt: skip
"""The end of a low wall that divides the worktop: covers x 0..0.30, y -0.08..0.08, z 0..0.44. The rocker (x -0.01, y 0, z 0.18..0.24) is
pressed away from the person, above its middle for on: the 0.25 m before the front edge must be free above z 0.1. The Panda reaches it
with the front edge at 0.4 to 0.68 m, the SO-101 within 0.3 m of its pan axis (x 0.24, y 0). It may stand in any room."""

APPLIANCES = (HOB, SINK, COFFEE_MACHINE, TOASTER, LIGHT_SWITCH)
