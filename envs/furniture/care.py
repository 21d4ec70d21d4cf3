"""What stands at a care bed besides the person: a call button, a mat."""

from __future__ import annotations

import mujoco
import numpy as np

from ..objects.forms import brick, lathe
from .parts import CYLINDER, add_look, bring, push_site
from .piece import Fixture, Piece

BELL_TRAVEL_M, BELL_ON_M, BELL_OFF_M = 0.007, 0.005, 0.001
BELL_STIFFNESS, BELL_PRELOAD_N = 500.0, 2.5
"""[N/m]; 2.5 N to move it, 6 N at its stop: accessible call devices work below 22 N (ADA standards, 309.4), good ones with a few."""
BELL_X, BUTTON_Z = 0.06, 0.058
"""Middle of the button from the front edge, and its top when it is not pressed [m]."""
BUTTON_M, GUARD_M, GUARD_Z = 0.027, (0.030, 0.042), 0.060
"""Radius of the button, inner and outer radius of the guard about it, and its top [m]: nobody rings by leaning on it. As large as the
switches for people with weak hands, and as a camera across the room needs to see it."""
GUARD_BLOCKS = 10
FINISHES = {
    "bell_case": (0.93, 0.92, 0.89), "bell_rim": (0.62, 0.10, 0.10), "bell_button": (0.90, 0.16, 0.14), "bell_sign": (0.97, 0.96, 0.94),
    "mat": (0.52, 0.66, 0.60), "mat_edge": (0.40, 0.55, 0.49),
}  # fmt: skip
"""Materials that the pieces bring along where the room has none of the name."""
MAT_X, MAT_HALF, MAT_M = 0.05, (0.08, 0.125), 0.0008
"""Middle, half-sizes and thickness of the mat before a person [m]."""


def _bell(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A red button in a guard on a low round-cornered case with a heavy foot: it does not slip."""
    bring(spec, FINISHES, 0.4, 0.5)
    case = brick(0.058, 0.058, 0.021, corner=0.018, bevel=0.006, steps=5).moved(BELL_X, 0, 0.021)
    add_look(spec, body, "bell_case", case, "bell_case")
    inner, outer = GUARD_M
    rim = lathe([(0.050, 0.041), (outer, GUARD_Z - 0.003), (outer - 0.003, GUARD_Z), (inner, GUARD_Z), (inner, 0.043)], 28).moved(BELL_X)
    add_look(spec, body, "bell_rim", rim, "bell_rim")
    solid = {"group": 3, "contype": 1, "conaffinity": 0, "density": 0, "friction": [0.8, 0.005, 0.0005]}
    body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=[BELL_X, 0, 0.021], size=[0.058, 0.058, 0.021], **solid)
    for k in range(GUARD_BLOCKS):
        angle, middle, half = 2 * np.pi * k / GUARD_BLOCKS, (inner + outer) / 2, (outer - inner) / 2
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, pos=[BELL_X + middle * np.cos(angle), middle * np.sin(angle), GUARD_Z - 0.010],
            size=[half, middle * np.tan(np.pi / GUARD_BLOCKS), 0.010], quat=[np.cos(angle / 2), 0, 0, np.sin(angle / 2)], **solid,
        )  # fmt: skip
    button = body.add_body(name="bell_button", pos=[BELL_X, 0, BUTTON_Z])
    button.add_joint(
        name="bell_button", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[0, 0, -1], range=[0, BELL_TRAVEL_M], limited=True, damping=6.0,
        frictionloss=0.2, armature=0.02, stiffness=BELL_STIFFNESS, springref=-BELL_PRELOAD_N / BELL_STIFFNESS,
    )  # fmt: skip
    button.add_geom(
        type=CYLINDER, pos=[0, 0, -0.006], size=[BUTTON_M, 0.006, 0], mass=0.02, group=3, contype=1, conaffinity=0, friction=[0.9, 0.01, 0.0005],
        condim=4, solref=[0.012, 1.0],
    )  # fmt: skip
    r = BUTTON_M
    cap = lathe([(r, -0.016), (r, -0.002), (r - 0.002, 0.0), (0, 0.0)], 28)
    add_look(spec, button, "bell_cap", cap, "bell_button")
    # A small raised bell: its body, its lip and its clapper.
    sign = {"type": CYLINDER, "material": "bell_sign", "group": 1, "contype": 0, "conaffinity": 0, "mass": 0}
    button.add_geom(pos=[0.002, 0, 0.0002], size=[0.0062, 0.0004, 0], **sign)
    button.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=[-0.005, 0, 0.0002], size=[0.0015, 0.0085, 0.0004], material="bell_sign", group=1, contype=0,
                    conaffinity=0, mass=0)  # fmt: skip
    button.add_geom(pos=[-0.0088, 0, 0.0002], size=[0.0019, 0.0004, 0], **sign)
    push_site(button, "bell_button_push", (0, 0, 0), direction=(0, 0, -1))


BELL = Piece(
    name="bell", build=_bell,
    fixtures=(Fixture(joint="bell_button", opened=BELL_ON_M, shut=BELL_OFF_M, travel=BELL_TRAVEL_M, push_open="bell_button_push", push_pitch=0.5 * np.pi - 0.05, kind="button"),),
)  # fmt: skip
"""Covers x 0..0.12, y -0.06..0.06, z 0..0.06; pressed from above: 0.10 m around it free, up to 0.4 m high. The Panda reaches it with
its middle at 0.35 to 0.65 m from its base, the SO-101 at 0.15 to 0.24 m from its pan axis (x 0.24, y 0)."""


def _mat(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    bring(spec, FINISHES, 0.4, 0.5)
    for inset, top, material in ((0.0, MAT_M, "mat_edge"), (0.008, MAT_M + 0.0004, "mat")):
        x, y = MAT_HALF[0] - inset, MAT_HALF[1] - inset
        add_look(spec, body, f"care_{material}", brick(x, y, top / 2, corner=0.03, steps=5).moved(MAT_X, 0, top / 2), material)
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX, pos=[MAT_X, 0, MAT_M / 2], size=[*MAT_HALF, MAT_M / 2], group=3, contype=1, conaffinity=0, density=0,
        friction=[0.9, 0.005, 0.0005],
    )  # fmt: skip


MAT = Piece(name="mat", build=_mat)
"""A thin mat that shows what somebody reaches by themselves: its frame is their forearm's (`person`), on the worktop."""


COASTER_M = 0.08
"""Radius of the round mat [m]."""


def _coaster(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    bring(spec, FINISHES, 0.4, 0.5)
    for radius, top, material in (
        (COASTER_M, MAT_M, "mat"),
        (COASTER_M - 0.008, MAT_M + 0.0004, "mat_edge"),
        (0.035, MAT_M + 0.0007, "mat"),
    ):
        form = lathe([(radius, 0.0), (radius, top), (0, top)], 28)
        add_look(spec, body, f"coaster_{round(1000 * radius)}", form, material)
    body.add_geom(type=CYLINDER, pos=[0, 0, MAT_M / 2], size=[COASTER_M, MAT_M / 2, 0], group=3, contype=1, conaffinity=0, density=0)
    body.add_site(name="coaster", pos=[0, 0, MAT_M], size=[0.004], group=4)


COASTER = Piece(name="coaster", build=_coaster)
"""A thin round mat to put things on; its frame's origin is its middle. Things stand on it as on the worktop."""
