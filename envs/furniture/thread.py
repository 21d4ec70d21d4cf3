"""A screw top that is held by contact alone: lugs inside a loose cap ride between the turns of a real thread on a neck.

The thread is a helix of tilted boxes with the pitch of a jar, the cap a free body whose three lugs run under it: no pull lifts the
cap before the lugs have left the last turn, and nothing holds it afterwards. The lugs slide without friction; the thread's torque is
the dry friction of a brake inside the neck, a hinge that the cap drives by two keys, as a screwdriver drives a screw. The brake stays
behind when the cap comes off, so a cap in the hand feels none of it; its angle counts whole turns.
"""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from ..objects.forms import Form, add_mesh
from .parts import CYLINDER, SOLREF, STIFF, add_touch, grip_site
from .piece import Fixture

SPHERE, BOX = mujoco.mjtGeom.mjGEOM_SPHERE, mujoco.mjtGeom.mjGEOM_BOX
STARTS = 3
"""Threads side by side, one for each lug, as on wide caps: all lugs hold until all leave together."""
LEAD_M = 0.009
"""How far the cap rises in a turn."""
TURNS = 1.125
"""From shut until the lugs leave the thread: more than one stroke of a wrist."""
END_RAD = 2 * np.pi * TURNS
WALL_M, CLEARANCE_M = 0.0055, 0.0004
"""From the neck's core to the outside of the cap; between the core and the lugs."""
LUG_M, RIDGE_M = 0.0008, 0.0012
"""Radius of a lug, thickness of the thread."""
PLAY_M = LEAD_M / STARTS - RIDGE_M - 2 * LUG_M
LUG_Z = 0.002
"""Height of the lugs above the cap's rim."""
STEP_RAD = np.deg2rad(30)
"""Length of one box of the thread."""
KEY_BIT, GUIDE_BIT = 1 << 19, 1 << 18
"""Collision bits: keys and brake, and guides and the thread's outline, meet each other and nothing else."""
GUIDE_M, GUIDE_PLAY_M = 0.0005, 0.00015
OUTLINE_M = 0.0022
"""Depth of the thread: how far it stands out of the core."""
KEY_M, KEY_Z = 0.0015, 0.003
GRIP_Z = 0.0125
"""Where the hand takes the cap, above its rim: the pads, 22 mm long, stay clear of the shoulder."""


@dataclass(frozen=True, kw_only=True)
class ScrewTop:
    """A cap and the neck that it screws on."""

    name: str
    """The hinge is `cap_<name>`, the loose cap's body and free joint `<name>_cap`, its seat the site `<name>_seat`."""
    radius: float
    """Of the cap [m]."""
    height: float
    """Of the cap [m]."""
    torque: float
    """Dry friction of the thread [N m]."""
    mass: float
    """Of the cap [kg]."""
    material: str

    @property
    def core(self) -> float:
        """Radius of the neck without its thread [m]."""
        return self.radius - WALL_M

    @property
    def neck(self) -> float:
        """Height of the neck above the shut cap's rim [m]."""
        return self.height - 0.002

    @property
    def fixture(self) -> Fixture:
        return Fixture(
            joint=f"cap_{self.name}", opened=0.95 * END_RAD, shut=0.12, travel=END_RAD, handle=f"cap_{self.name}_handle", kind="cap"
        )  # fmt: skip


def rise(angle: float) -> float:
    """Height of a cap that is turned by `angle` [rad] above its seat, lying on the thread [m]."""
    return max(0.0, LEAD_M * angle / (2 * np.pi) - PLAY_M / 2)


def _knob(body: mujoco.MjsBody, radius: float, place: tuple[float, float, float], *, slides: bool, bits: tuple[int, int] = (1, 1)) -> None:
    """An invisible sphere of the cap: what touches neck, thread and worktop."""
    azimuth, distance, z = place
    body.add_geom(
        type=SPHERE, size=[radius, 0, 0], pos=[distance * np.cos(azimuth), distance * np.sin(azimuth), z], group=3, mass=0,
        contype=bits[0], conaffinity=bits[1], condim=1 if slides else 3, priority=int(slides), friction=[0.5, 0.005, 0.0005], solref=SOLREF, solimp=STIFF,
    )  # fmt: skip


def _add_thread(body: mujoco.MjsBody, top: ScrewTop, seat: tuple[float, float, float], material: str) -> None:
    x, y, z = seat
    body.add_geom(
        type=CYLINDER, size=[top.core, top.neck / 2, 0], pos=[x, y, z + top.neck / 2], material=material, group=1, contype=1, conaffinity=0
    )  # fmt: skip
    body.add_geom(
        type=CYLINDER, size=[top.core + OUTLINE_M, top.neck / 2, 0], pos=[x, y, z + top.neck / 2], group=4, contype=GUIDE_BIT, conaffinity=0
    )  # fmt: skip
    middle = top.core + 0.00085
    lean = np.arctan(LEAD_M / (2 * np.pi * middle)) / 2
    # Each lug has a ridge above it all the way, and below it the next thread's, which must therefore begin a share of a turn earlier.
    first = -2 * np.pi / STARTS - STEP_RAD / 2
    count = round((END_RAD - first) / STEP_RAD)
    for start in range(STARTS):
        for a in END_RAD - STEP_RAD * (np.arange(count) + 0.5):
            azimuth = a + start * 2 * np.pi / STARTS
            turn, tilt, quat = [np.cos(azimuth / 2), 0, 0, np.sin(azimuth / 2)], [np.cos(lean), np.sin(lean), 0, 0], np.zeros(4)
            mujoco.mju_mulQuat(quat, np.array(turn), np.array(tilt))
            body.add_geom(
                type=BOX, size=[0.00135, 1.02 * middle * np.tan(STEP_RAD / 2), RIDGE_M / 2], quat=quat.tolist(), material=material, group=1,
                pos=[x + middle * np.cos(azimuth), y + middle * np.sin(azimuth), z + LUG_Z + LEAD_M * (a / (2 * np.pi) + 0.5 / STARTS)],
                contype=1, conaffinity=0,
            )  # fmt: skip


def _add_brake(body: mujoco.MjsBody, top: ScrewTop, seat: tuple[float, float, float]) -> None:
    """What resists the turning: a hidden disc with two slots for the cap's keys."""
    brake = body.add_body(name=f"{top.name}_brake", pos=list(seat))
    brake.add_joint(
        name=f"cap_{top.name}", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, 1], range=[0, END_RAD + 4 * np.pi], limited=True,
        frictionloss=top.torque, damping=0.01, armature=1e-3,
    )  # fmt: skip
    brake.mass, brake.inertia, brake.explicitinertial = 0.005, [1e-6, 1e-6, 1e-6], True
    r, low, high = 0.6 * top.core, 0.0005, top.neck - 0.001
    for side in (1, -1):
        for flank in (1, -1):
            brake.add_geom(
                type=BOX, size=[0.0025, 0.001, (high - low) / 2], pos=[flank * (KEY_M + 0.00115), side * r, (low + high) / 2],
                quat=[np.sqrt(0.5), 0, 0, np.sqrt(0.5)], group=4, mass=0, contype=KEY_BIT, conaffinity=0, condim=1, solref=SOLREF, solimp=STIFF,
            )  # fmt: skip


def _add_cap(spec: mujoco.MjSpec, body: mujoco.MjsBody, top: ScrewTop, seat: tuple[float, float, float]) -> None:
    """The loose cap, on its seat wherever the piece stands."""
    place = np.zeros(3)
    mujoco.mju_rotVecQuat(place, np.array(seat), np.array(body.quat))
    cap = spec.worldbody.add_body(name=f"{top.name}_cap", pos=(np.array(body.pos) + place).tolist(), quat=list(body.quat))
    cap.add_freejoint(name=f"{top.name}_cap")
    R, h, core = top.radius, top.height, top.core
    # Meets the robot and loose things. What it is screwed on is met by the knobs inside, which a solid cylinder would overlap.
    cap.add_geom(
        type=CYLINDER, size=[R, h / 2, 0], pos=[0, 0, h / 2], mass=top.mass, group=3, contype=1, conaffinity=2, condim=4,
        priority=2, friction=[1.0, 0.01, 0.0005], solref=SOLREF, solimp=STIFF,
    )  # fmt: skip
    cap_mesh(spec, f"{top.name}_cap", R, h)
    cap.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH, meshname=f"{top.name}_cap", material=top.material, group=1, mass=0, contype=0, conaffinity=0
    )  # fmt: skip
    for a in np.arange(STARTS) * 2 * np.pi / STARTS:
        _knob(cap, LUG_M, (a, core + CLEARANCE_M + LUG_M, LUG_Z), slides=True)
        for level in (0.0008, top.neck - TURNS * LEAD_M - 0.0003):
            _knob(cap, GUIDE_M, (a + np.pi / 3, core + OUTLINE_M + GUIDE_PLAY_M + GUIDE_M, level), slides=True, bits=(0, GUIDE_BIT))
        _knob(cap, 0.001, (a, 0.75 * core, top.neck + 0.001), slides=True)
        for level in (0.001, h - 0.001):
            _knob(cap, 0.001, (a + np.pi / 6, R - 0.0012, level), slides=False)
    for a in (np.pi / 2, -np.pi / 2):
        _knob(cap, KEY_M, (a, 0.6 * core, KEY_Z), slides=True, bits=(0, KEY_BIT))
    grip_site(cap, f"cap_{top.name}_handle", (0, 0, GRIP_Z), approach=(0, 0, -1), across=(0, 1, 0))


def add_screw_top(
    spec: mujoco.MjSpec, body: mujoco.MjsBody, top: ScrewTop, seat: tuple[float, float, float], material: str
) -> None:  # fmt: skip
    """Adds neck, thread, brake and the loose cap; `seat` is the shut cap's rim in the piece's frame [m]."""
    _add_thread(body, top, seat, material)
    _add_brake(body, top, seat)
    _add_cap(spec, body, top, seat)
    body.add_site(name=f"{top.name}_seat", pos=list(seat), size=[0.004], group=4)


def add_cap_sensors(spec: mujoco.MjSpec) -> None:
    """Contacts of every loose cap with each finger and its net force with the robot, as loose things have them."""
    for cap in [b.name for b in spec.bodies if b.name.endswith("_cap")]:
        add_touch(spec, cap)


def cap_mesh(spec: mujoco.MjSpec, name: str, radius: float, height: float, ribs: int = 30) -> None:
    """A knurled cap, open below: outside with ribs, a bevelled top, and the wall's inside."""
    n = 2 * ribs
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    knurl = np.where(np.arange(n) % 2 == 0, 0.0, -0.0009)
    wall, deep = radius - 0.002, height - 0.002
    profile = [
        (1e-4, height, 0.0), (radius - 0.0035, height, 0.0), (radius - 0.0012, height - 0.0012, 0.0), (radius, height - 0.004, 1.0),
        (radius, 0.0015, 1.0), (radius - 0.0006, 0.0, 0.0), (wall, 0.0, 0.0), (wall, deep, 0.0), (1e-4, deep, 0.0),
    ]  # fmt: skip
    rings = [np.column_stack([(r + k * knurl) * np.cos(angle), (r + k * knurl) * np.sin(angle), np.full(n, z)]) for r, z, k in profile]
    faces = []
    for k in range(len(profile) - 1):
        for j in range(n):
            a, b = k * n + j, k * n + (j + 1) % n
            faces += [(a, a + n, b), (b, a + n, b + n)]
    triangles = np.array(faces)
    add_mesh(spec, name, Form(np.concatenate(rings), triangles, np.zeros((1, 2)), np.zeros_like(triangles)))
