"""What stands by the washbasin: a cream jar and a bottle with screw tops, and a soap dispenser.

Each stands in a weighted holder that does not move, so that one hand is enough: the other hand of a person would hold the bottle.
Pieces reach from their front edge 11 to 12 cm back and 6 cm to either side; caps are 75 to 165 mm above the worktop.
"""

from __future__ import annotations

import mujoco
import numpy as np

from .parts import CAPSULE, CYLINDER, add_lathe, bring, grip_site, push_site
from .piece import Fixture, Piece
from .thread import ScrewTop, add_screw_top

FINISHES = {
    "holder": (0.33, 0.35, 0.38), "jar": (0.93, 0.90, 0.84), "bottle": (0.36, 0.62, 0.68), "thread": (0.86, 0.87, 0.86),
    "jar_cap": (0.80, 0.33, 0.22), "bottle_cap": (0.94, 0.94, 0.95), "dispenser": (0.72, 0.80, 0.62), "pump": (0.93, 0.93, 0.92),
    "label": (0.97, 0.95, 0.90), "pill_box": (0.85, 0.88, 0.92), "pill_lid": (0.42, 0.60, 0.80), "pill_weekend": (0.88, 0.66, 0.33),
    "pill_letter": (0.98, 0.98, 0.98),
}  # fmt: skip
"""Materials that these pieces bring along where the room has none of the name; styles may give them other finishes."""
PLINTH_M = 0.045
"""How far a piece's foot reaches down: so much higher than the worktop it may stand."""
AXIS_X = 0.06
"""Distance of a bottle's axis from its piece's front edge [m]."""
JAR = ScrewTop(name="jar", radius=0.032, height=0.018, torque=0.70, mass=0.022, material="jar_cap")
BOTTLE = ScrewTop(name="bottle", radius=0.021, height=0.020, torque=0.45, mass=0.009, material="bottle_cap")
JAR_SEAT_Z, BOTTLE_SEAT_Z = 0.072, 0.142
PUMP_STROKE_M, PUMP_TOP_Z = 0.012, 0.172
PUMP_PRELOAD_N, PUMP_STIFFNESS = 11.0, 900.0
"""The spring pushes with 11 N at the top and 22 N at the bottom [N], [N/m]."""


def paint(spec: mujoco.MjSpec, *names: str) -> None:
    """Adds those of FINISHES that the room does not have."""
    bring(spec, {n: FINISHES[n] for n in names}, 0.4, 0.5)


def _solid(body: mujoco.MjsBody, radius: float, low: float, high: float, material: str = "") -> None:
    """An upright cylinder on the piece's axis; without a material only its contact."""
    body.add_geom(
        type=CYLINDER, size=[radius, (high - low) / 2, 0], pos=[AXIS_X, 0, (low + high) / 2], material=material, group=1 if material else 3,
        contype=1, conaffinity=0, friction=[0.8, 0.005, 0.0005],
    )  # fmt: skip


def _look(spec: mujoco.MjSpec, body: mujoco.MjsBody, name: str, profile: list[tuple[float, float]], material: str) -> None:
    """A body of revolution that is only seen; `profile` runs from the top down."""
    add_lathe(spec, name, profile)
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH, meshname=name, pos=[AXIS_X, 0, 0], material=material, group=1, contype=0, conaffinity=0, mass=0
    )  # fmt: skip


def _holder(spec: mujoco.MjSpec, body: mujoco.MjsBody, radius: float, cup: float) -> None:
    """A weighted foot with a cup in which a bottle of `cup` radius stands."""
    _solid(body, radius, -PLINTH_M, 0.008)
    _look(
        spec, body, f"{body.name}_holder",
        [(1e-4, 0.008), (cup + 0.001, 0.008), (cup + 0.001, 0.022), (cup + 0.003, 0.023), (cup + 0.005, 0.022), (cup + 0.005, 0.010),
         (radius - 0.002, 0.008), (radius, 0.005), (radius, -PLINTH_M), (1e-4, -PLINTH_M)], "holder",
    )  # fmt: skip
    _solid(body, cup + 0.005, 0.008, 0.022)


def _jar(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    paint(spec, "holder", "jar", "thread", "jar_cap", "label")
    seat, r = JAR_SEAT_Z, 0.037
    _holder(spec, body, 0.056, r)
    _solid(body, r, 0.022, seat - 0.006)
    _solid(body, JAR.core + 0.004, seat - 0.006, seat - 0.001)
    _look(
        spec, body, "jar_glass",
        [(1e-4, seat - 0.001), (JAR.core + 0.004, seat - 0.001), (JAR.core + 0.005, seat - 0.004), (r - 0.001, seat - 0.007),
         (r, seat - 0.011), (r, 0.010), (1e-4, 0.010)], "jar",
    )  # fmt: skip
    _look(spec, body, "jar_label", [(r + 0.0004, 0.055), (r + 0.0005, 0.054), (r + 0.0005, 0.028), (r + 0.0004, 0.027)], "label")
    add_screw_top(spec, body, JAR, (AXIS_X, 0.0, seat), "thread")


def _bottle(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    paint(spec, "holder", "bottle", "thread", "bottle_cap", "label")
    seat, r, neck = BOTTLE_SEAT_Z, 0.034, BOTTLE.core + 0.0045
    _holder(spec, body, 0.056, r)
    _solid(body, r, 0.022, seat - 0.030)
    _solid(body, 0.026, seat - 0.030, seat - 0.014)
    _solid(body, neck, seat - 0.014, seat - 0.001)
    _look(
        spec, body, "bottle_glass",
        [(1e-4, seat - 0.001), (neck, seat - 0.001), (neck + 0.001, seat - 0.003), (neck - 0.002, seat - 0.005), (neck - 0.001, seat - 0.012),
         (0.025, seat - 0.020), (0.031, seat - 0.029), (r, seat - 0.042), (r, 0.010), (1e-4, 0.010)], "bottle",
    )  # fmt: skip
    _look(spec, body, "bottle_label", [(r + 0.0004, 0.092), (r + 0.0005, 0.091), (r + 0.0005, 0.034), (r + 0.0004, 0.033)], "label")
    add_screw_top(spec, body, BOTTLE, (AXIS_X, 0.0, seat), "thread")


def _dispenser(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    paint(spec, "holder", "dispenser", "pump", "label")
    r, shoulder = 0.035, 0.112
    _holder(spec, body, 0.056, r)
    _solid(body, r, 0.022, shoulder)
    _look(
        spec, body, "dispenser_body",
        [(1e-4, 0.136), (0.011, 0.136), (0.011, 0.130), (0.0165, 0.130), (0.0175, 0.128), (0.0175, 0.117), (0.016, 0.116), (0.024, 0.113),
         (0.032, 0.106), (r, 0.096), (r, 0.010), (1e-4, 0.010)], "dispenser",
    )  # fmt: skip
    _look(spec, body, "dispenser_label", [(r + 0.0004, 0.085), (r + 0.0005, 0.084), (r + 0.0005, 0.032), (r + 0.0004, 0.031)], "label")
    _solid(body, 0.0175, 0.114, 0.130)
    head = body.add_body(name="pump_head", pos=[AXIS_X, 0, PUMP_TOP_Z])
    head.add_joint(
        name="pump", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[0, 0, -1], range=[0, PUMP_STROKE_M], limited=True, damping=[20.0, 0, 0],
        stiffness=[PUMP_STIFFNESS, 0, 0], springref=-PUMP_PRELOAD_N / PUMP_STIFFNESS, frictionloss=1.0, armature=0.02,
    )  # fmt: skip
    placed = {"material": "pump", "group": 1, "contype": 1, "conaffinity": 0, "friction": [0.8, 0.005, 0.0005]}
    head.add_geom(type=CYLINDER, size=[0.0125, 0.004, 0], pos=[0, 0, -0.004], mass=0.012, **placed)
    head.add_geom(type=CYLINDER, size=[0.010, 0.006, 0], pos=[0, 0, -0.014], mass=0.004, **placed)
    # The spout points to the side, out of the way of a hand from above.
    side = [np.sqrt(0.5), np.sqrt(0.5), 0, 0]
    head.add_geom(type=CAPSULE, size=[0.005, 0.010, 0], pos=[0, 0.019, -0.0075], quat=side, mass=0.004, **placed)
    head.add_geom(type=CAPSULE, size=[0.004, 0.004, 0], pos=[0, 0.029, -0.0115], mass=0.001, **placed)
    stem = {"material": "thread", "group": 1, "contype": 0, "conaffinity": 0}
    paint(spec, "thread")
    head.add_geom(type=CYLINDER, size=[0.0045, 0.016, 0], pos=[0, 0, -0.034], mass=0.003, **stem)
    push_site(head, "pump_push", (0, 0, 0), direction=(0, 0, -1))
    grip_site(head, "pump_top", (0, 0, 0), approach=(0, 0, -1), across=(0, 1, 0))


PUMP_FIXTURE = Fixture(
    joint="pump", opened=0.88 * PUMP_STROKE_M, shut=0.15 * PUMP_STROKE_M, travel=PUMP_STROKE_M, push_open="pump_push", push_pitch=np.pi / 2,
    kind="button"
)  # fmt: skip
JAR_PIECE = Piece(name="jar", build=_jar, fixtures=(JAR.fixture,))
BOTTLE_PIECE = Piece(name="bottle", build=_bottle, fixtures=(BOTTLE.fixture,))
DISPENSER_PIECE = Piece(name="dispenser", build=_dispenser, fixtures=(PUMP_FIXTURE,))
