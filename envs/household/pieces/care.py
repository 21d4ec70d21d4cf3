"""What stands at a care bed besides the person: a call button."""

from __future__ import annotations

import mujoco

from ..objects.forms import brick, lathe
from ..scene import Fixture, Piece
from .parts import CYLINDER, push_site
from .person import add_look

FINISHES = {
    "bell_case": (0.93, 0.92, 0.89),
    "bell_rim": (0.30, 0.33, 0.37),
    "bell_button": (0.82, 0.13, 0.12),
    "bell_sign": (0.97, 0.96, 0.94),
}
"""Materials that the piece brings along where the room has none of the name."""
BELL_TRAVEL_M, BELL_ON_M, BELL_OFF_M = 0.007, 0.005, 0.001
BELL_STIFFNESS, BELL_PRELOAD_N = 500.0, 2.5
"""[N/m]; 2.5 N to move it, 6 N at its stop: accessible call devices work below 22 N (ADA standards, 309.4), good ones with a few."""
BELL_X, BUTTON_Z = 0.06, 0.062
"""Middle of the button from the front edge, and its top when it is not pressed [m]."""


def _bell(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A large red button on a low round-cornered case with a heavy foot: it does not slip."""
    for name, rgb in FINISHES.items():
        if spec.material(name) is None:
            spec.add_material(name=name, rgba=[*rgb, 1], specular=0.4, shininess=0.5)
    case = brick(0.058, 0.058, 0.021, corner=0.018, bevel=0.006, steps=5).moved(BELL_X, 0, 0.021)
    add_look(spec, body, "bell_case", case, "bell_case")
    rim = lathe([(0.043, 0.042), (0.041, 0.050), (0.036, 0.050), (0.036, 0.043)], 28).moved(BELL_X)
    add_look(spec, body, "bell_rim", rim, "bell_rim")
    solid = {"group": 3, "contype": 1, "conaffinity": 0, "density": 0, "friction": [0.8, 0.005, 0.0005]}
    body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=[BELL_X, 0, 0.021], size=[0.058, 0.058, 0.021], **solid)
    button = body.add_body(name="bell_button", pos=[BELL_X, 0, BUTTON_Z])
    button.add_joint(
        name="bell_button", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[0, 0, -1], range=[0, BELL_TRAVEL_M], limited=True, damping=6.0,
        frictionloss=0.2, armature=0.02, stiffness=BELL_STIFFNESS, springref=-BELL_PRELOAD_N / BELL_STIFFNESS,
    )  # fmt: skip
    button.add_geom(
        type=CYLINDER, pos=[0, 0, -0.006], size=[0.035, 0.006, 0], mass=0.02, group=3, contype=1, conaffinity=0, friction=[0.9, 0.01, 0.0005],
        condim=4, solref=[0.012, 1.0],
    )  # fmt: skip
    cap = lathe([(0.035, -0.020), (0.035, -0.003), (0.032, -0.0005), (0.024, 0.0), (0, 0.0)], 28)
    add_look(spec, button, "bell_cap", cap, "bell_button")
    # A small raised bell: its body, its lip and its clapper.
    sign = {"type": CYLINDER, "material": "bell_sign", "group": 1, "contype": 0, "conaffinity": 0, "mass": 0}
    button.add_geom(pos=[0.002, 0, 0.0002], size=[0.010, 0.0004, 0], **sign)
    button.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=[-0.008, 0, 0.0002], size=[0.0022, 0.013, 0.0004], material="bell_sign", group=1, contype=0,
                    conaffinity=0, mass=0)  # fmt: skip
    button.add_geom(pos=[-0.0135, 0, 0.0002], size=[0.0028, 0.0004, 0], **sign)
    push_site(button, "bell_button_push", (0, 0, 0), direction=(0, 0, -1))


BELL = Piece(
    name="bell", build=_bell,
    fixtures=(Fixture(joint="bell_button", opened=BELL_ON_M, shut=BELL_OFF_M, travel=BELL_TRAVEL_M, push_open="bell_button_push", kind="button"),),
)  # fmt: skip
"""Covers x 0..0.12, y -0.06..0.06, z 0..0.062; pressed from above: 0.10 m around it free, up to 0.4 m high. The Panda reaches it with
its middle at 0.35 to 0.65 m from its base, the SO-101 at 0.15 to 0.24 m from its pan axis (x 0.24, y 0)."""
