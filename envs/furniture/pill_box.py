"""A weekly pill box: seven compartments with lids that snap, Monday on the left.

It stands on a weighted base with a rubber foot and does not slip. 20 cm wide, 6 cm deep; the lids lie 50 mm above the worktop and turn
up and away from the robot about their back edge. A fingertip goes under the tab that each lid has in front.
"""

from __future__ import annotations

import mujoco
import numpy as np

from .bottles import PLINTH_M, paint
from .parts import BOX, CYLINDER, push_site, slab
from .piece import Fixture, Piece

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SPACING_M, FRONT_X, DEPTH_M, LID_Z, FLOOR_Z = 0.028, 0.020, 0.040, 0.050, 0.026
"""Distance of neighbouring days; the compartments' front edge, their depth, height of their tops and bottoms in the piece's frame [m]."""
LID_M, TAB_M, TAB_WIDTH_M = 0.0024, 0.009, 0.016
"""Thickness of a lid; how far its tab stands out in front; the tab's width [m]."""
LID_TRAVEL_RAD = 1.95
LID_OPENED_RAD, LID_SHUT_RAD = 1.05, 0.06
SNAP_NM = 0.06
"""Dry friction of a lid: 1.2 N at its tab."""
STROKES = {
    "m": ((-1, -1, -1, 1), (-1, 1, 0, 0), (0, 0, 1, 1), (1, 1, 1, -1)), "t": ((-1, 1, 1, 1), (0, 1, 0, -1)),
    "w": ((-1, 1, -0.5, -1), (-0.5, -1, 0, 0.4), (0, 0.4, 0.5, -1), (0.5, -1, 1, 1)), "f": ((-1, -1, -1, 1), (-1, 1, 1, 1), (-1, 0, 0.6, 0)),
    "s": ((1, 1, -1, 1), (-1, 1, -1, 0), (-1, 0, 1, 0), (1, 0, 1, -1), (1, -1, -1, -1)),
}  # fmt: skip
"""Letters as lines (right, up, right, up), each in [-1, 1]."""
PAINT = ("pill_box", "pill_lid", "pill_weekend", "pill_letter", "holder")


def day_y(day: str) -> float:
    """Middle of a day's compartment, across the piece [m]."""
    return SPACING_M * (3 - DAYS.index(day))


def _letter(lid: mujoco.MjsBody, letter: str, x: float, z: float) -> None:
    """Raised on the lid, to be read from the robot's side."""
    wide, tall, thick = 0.0048, 0.0065, 0.0011
    for a, b, c, d in STROKES[letter]:
        start, end = np.array([tall * b, -wide * a]), np.array([tall * d, -wide * c])
        middle, along = (start + end) / 2, end - start
        half = np.arctan2(along[1], along[0]) / 2
        lid.add_geom(
            type=BOX, size=[np.linalg.norm(along) / 2 + thick, thick, 0.0004], pos=[x + middle[0], middle[1], z],
            quat=[np.cos(half), 0, 0, np.sin(half)], material="pill_letter", group=1, contype=0, conaffinity=0, mass=0,
        )  # fmt: skip


def _lid(body: mujoco.MjsBody, day: str) -> None:
    """Its frame: origin on the hinge at the back, the lid towards -x."""
    lid = body.add_body(name=f"lid_{day}", pos=[FRONT_X + DEPTH_M, day_y(day), LID_Z])
    lid.add_joint(
        name=f"lid_{day}", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 1, 0], range=[0, LID_TRAVEL_RAD], limited=True,
        frictionloss=SNAP_NM, damping=[0.002, 0, 0], armature=1e-4,
    )  # fmt: skip
    paint, half = "pill_weekend" if day.startswith("s") else "pill_lid", SPACING_M / 2 - 0.0008
    slab(lid, (-DEPTH_M, -half, 0.0), (0.001, half, LID_M), paint, density=1100)
    slab(lid, (-DEPTH_M - TAB_M, -TAB_WIDTH_M / 2, 0.0), (-DEPTH_M, TAB_WIDTH_M / 2, LID_M), paint, density=1100)
    lid.add_geom(
        type=CYLINDER, size=[0.0022, half, 0], quat=[np.sqrt(0.5), np.sqrt(0.5), 0, 0], material=paint, group=1, contype=0, conaffinity=0,
        mass=0.0005,
    )  # fmt: skip
    _letter(lid, day[0], -0.5 * DEPTH_M - 0.001, LID_M)
    push_site(lid, f"lid_{day}_under", (-DEPTH_M - 0.6 * TAB_M, 0, 0), direction=(0, 0, 1))
    push_site(lid, f"lid_{day}_top", (-0.85 * DEPTH_M, 0, LID_M), direction=(0, 0, -1))


def _pill_box(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    paint(spec, *PAINT)
    wide, wall, back = 3.5 * SPACING_M + 0.0012, 0.0012, FRONT_X + DEPTH_M
    slab(body, (FRONT_X - 0.004, -wide - 0.006, -PLINTH_M), (back + 0.010, wide + 0.006, 0.006), "holder")
    slab(body, (FRONT_X + 0.004, -wide + 0.004, 0.006), (back - 0.002, wide - 0.004, FLOOR_Z - 0.002), "holder")
    slab(body, (FRONT_X, -wide, FLOOR_Z - 0.002), (back, wide, FLOOR_Z), "pill_box")
    for x in (FRONT_X, back - 2 * wall):
        slab(body, (x, -wide, FLOOR_Z), (x + 2 * wall, wide, LID_Z - 0.0004), "pill_box")
    for k in range(8):
        y = SPACING_M * (k - 3.5)
        slab(body, (FRONT_X, y - wall, FLOOR_Z), (back, y + wall, LID_Z - 0.0004), "pill_box")
    # A rib in front under the lids' edge, as the lip that they snap behind.
    slab(body, (FRONT_X - 0.0012, -wide, LID_Z - 0.006), (FRONT_X, wide, LID_Z - 0.003), "pill_box", solid=False)
    for k, day in enumerate(DAYS):
        _pills(body, day, k)
        _lid(body, day)


def _pills(body: mujoco.MjsBody, day: str, k: int) -> None:
    """What lies in the compartment, to be seen when it is open."""
    for n in range(2 + k % 2):
        angle = 2.4 * n + k
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_ELLIPSOID, size=[0.0045, 0.0045, 0.0022], material="pill_letter" if n % 2 else "pill_weekend", group=1,
            pos=[FRONT_X + 0.5 * DEPTH_M + 0.008 * np.cos(angle), day_y(day) + 0.006 * np.sin(angle), FLOOR_Z + 0.0022],
            contype=0, conaffinity=0,
        )  # fmt: skip


PILL_BOX_PIECE = Piece(
    name="pill_box", build=_pill_box,
    fixtures=tuple(
        Fixture(joint=f"lid_{d}", opened=LID_OPENED_RAD, shut=LID_SHUT_RAD, travel=LID_TRAVEL_RAD, push_open=f"lid_{d}_under",
                push_shut=f"lid_{d}_top", kind="lid")
        for d in DAYS
    ),
)  # fmt: skip
