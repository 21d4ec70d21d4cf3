"""A person's forearm that lies on a cushion and holds out its hand, palm up: the wrist and the fingers give way.

Stiffness and damping are those of a relaxed wrist (about 5 N m/rad with muscle tone, Formica et al., J Neurophysiol 2012, measured 1 to 3
N m/rad without). Muscles carry the hand's own weight. `force_person_load` is the net force of everything that touches the person:
what the hand carries, and what a robot presses into it through the thing that it hands over.
"""

from __future__ import annotations

import mujoco
import numpy as np

from ..objects.forms import Form, ball, brick, loft, merged, sweep
from .parts import BOX, CAPSULE, Vector, add_look, bring
from .piece import Piece

FINISHES = {
    "skin": (0.86, 0.66, 0.54), "sleeve": (0.45, 0.56, 0.72), "cuff": (0.36, 0.46, 0.62),
    "cushion": (0.90, 0.88, 0.82),
}  # fmt: skip
"""Materials that the piece brings along where the room has none of the name; styles may give them other finishes."""
WRIST_X, WRIST_Z = 0.18, 0.060
"""Where the wrist is in the piece's frame [m]."""
PALM_TOP_M = 0.011
"""Height of the palm's surface above the wrist's axis [m]."""
PALM_X = 0.125
"""Middle of the palm in the piece's frame [m]."""
PALM_Z = WRIST_Z + PALM_TOP_M
RAISED_M = 0.06
"""How far below its frame the cushion goes on: a layout may raise the bed and the arm by as much [m]."""
ELBOW_X, ELBOW_Z = 0.46, WRIST_Z + 0.022
"""Where the elbow is: the upper arm and the body go on from there (bed.py) [m]."""
REACH_M = 0.18
"""Radius about the palm within which the person takes things by themselves [m]."""
HOLD_HALF = (0.080, 0.048, 0.055)
"""Half-sizes of the box about the site `person_hold`, above the palm, in which a thing that lies in the hand has its centre [m]."""
WRIST_STIFFNESS, WRIST_DAMPING = 5.0, 0.12
"""[N m/rad], [N m s/rad]"""
KNUCKLE_STIFFNESS, KNUCKLE_DAMPING = 0.8, 0.03
"""Of relaxed fingers [N m/rad], [N m s/rad]; muscles bend them against it (tasks.care.grip)."""
CLOSED_RAD = 2.2
"""How far the fingers bend: all their joints are one here, which makes a fist [rad]."""
FINGERS = ((0.031, 0.070), (0.0105, 0.079), (-0.0105, 0.073), (-0.031, 0.056))
"""Across [m] and length [m] of the index, middle, ring and little finger of a right hand."""
KNUCKLE_X = -0.098
"""Where the fingers begin, from the wrist [m]."""
CURL = (0.10, 0.26, 0.46)
"""Pitch of the three bones of a finger at rest [rad]."""
FINGER_RADII = (0.0092, 0.0088, 0.0078, 0.0068)
PERSON_BIT = 4
"""Collision bit of people, whom visitors and cats do not walk through."""
TOUCH = {"contype": 1 | PERSON_BIT, "conaffinity": 0, "friction": [0.9, 0.02, 0.001], "condim": 4, "solref": [0.03, 1.0], "group": 3}
"""Skin: soft and not slippery (dry palm on plastic or paper, 0.6 to 1.2: Derler and Gerhardt, Tribol Lett 2012)."""


def tube(stations: list[tuple[float, float, float, float]], power: float = 2.0, count: int = 20) -> Form:
    """A limb along x through stations (x, height, half-width, half-thickness) [m] in the order of falling x; a larger `power` is squarer."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    ring = np.stack([np.sign(c) * np.abs(c) ** (2 / power), np.sign(s) * np.abs(s) ** (2 / power)], axis=-1)
    # Seen against the path, towards +x, left is +y: counter-clockwise runs from -y over up to +y.
    outlines = [np.stack([np.full(count, x), -w * ring[:, 0], z + t * ring[:, 1]], axis=-1) for x, z, w, t in stations]
    return loft(outlines, caps=True)


def _bones(length: float) -> list[tuple[float, float]]:
    """Joints of a finger (x, z) from its knuckle, towards -x [m]."""
    points = [(0.0, 0.0)]
    for share, pitch in zip((0.46, 0.30, 0.24), CURL, strict=True):
        x, z = points[-1]
        points.append((x - share * length * float(np.cos(pitch)), z + share * length * float(np.sin(pitch))))
    return points


def _rod(body: mujoco.MjsBody, a: Vector, b: Vector, radius: float, mass: float) -> None:
    """A bone's contact."""
    body.add_geom(type=CAPSULE, fromto=[*a, *b], size=[radius, 0, 0], mass=mass, **TOUCH)


def _fingers(spec: mujoco.MjSpec, hand: mujoco.MjsBody) -> None:
    fingers = hand.add_body(name="person_fingers", pos=[KNUCKLE_X, 0, 0], gravcomp=1)
    fingers.add_joint(
        name="person_knuckles", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 1, 0], range=[-0.3, CLOSED_RAD], limited=True,
        stiffness=KNUCKLE_STIFFNESS, damping=KNUCKLE_DAMPING, armature=2e-4,
    )  # fmt: skip
    for y, length in FINGERS:
        bones = _bones(length)
        for k in range(3):
            a, b = bones[k], bones[k + 1]
            _rod(fingers, (a[0], y, a[1]), (b[0], y, b[1]), FINGER_RADII[k], 0.010)
    add_look(spec, fingers, "person_fingers", _finger_form(), "skin")


def _finger_form() -> Form:
    """Four fingers, from their knuckles."""
    looks: list[Form] = []
    for y, length in FINGERS:
        bones = _bones(length)
        path = [(0.012, y, -0.001), *((x, y, z) for x, z in bones)]
        (x0, z0), (x1, z1) = bones[-2], bones[-1]
        tip = (x1 + 0.35 * (x1 - x0), y, z1 + 0.35 * (z1 - z0))
        looks.append(sweep([*path, tip], [0.0105, *FINGER_RADII, 0.0030], 10))
    return merged(looks)


THUMB: tuple[Vector, ...] = ((-0.028, 0.034, -0.003), (-0.058, 0.058, -0.001), (-0.083, 0.069, 0.004), (-0.103, 0.074, 0.008))


def _palm_form() -> Form:
    """Palm and thumb, from the wrist."""
    stations = [
        (0.012, 0.0, 0.026, 0.020), (-0.006, 0.0, 0.029, 0.017), (-0.025, 0.0, 0.037, 0.0145), (-0.055, 0.0, 0.0425, 0.0125),
        (-0.085, 0.0, 0.0430, 0.0118), (-0.100, 0.0, 0.0415, 0.0105), (-0.106, 0.0, 0.038, 0.007),
    ]  # fmt: skip
    ball_of_thumb = ball(0.030, 0.016, 0.010, 14, 9).turned("z", -38).moved(-0.042, 0.029, 0.003)
    heel = ball(0.034, 0.014, 0.008, 14, 9).moved(-0.048, -0.028, 0.005)
    path = [(-0.018, 0.026, -0.002), *THUMB, (-0.109, 0.0755, 0.009)]
    return merged([tube(stations, 3.2), ball_of_thumb, heel, sweep(path, [0.015, 0.0145, 0.0115, 0.0095, 0.0075, 0.0030], 10)])


def hand_form() -> Form:
    """A whole right hand, palm up: its origin in the wrist, the fingers towards -x."""
    return merged([_palm_form(), _finger_form().moved(KNUCKLE_X)])


def _hand(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """Its frame: origin in the wrist, x towards the elbow, palm up."""
    hand = body.add_body(name="person_hand", pos=[WRIST_X, 0, WRIST_Z], gravcomp=1)
    hand.add_joint(
        name="person_wrist", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 1, 0], range=[-0.22, 0.3], limited=True,
        stiffness=WRIST_STIFFNESS, damping=WRIST_DAMPING, armature=1e-3,
    )  # fmt: skip
    hand.add_geom(type=BOX, pos=[-0.054, 0, 0], size=[0.046, 0.041, PALM_TOP_M], mass=0.30, **TOUCH)
    for a, b, radius in zip(THUMB[:-1], THUMB[1:], (0.011, 0.0095, 0.0085), strict=True):
        _rod(hand, a, b, radius, 0.02)
    add_look(spec, hand, "person_hand", _palm_form(), "skin")
    hand.add_site(name="person_palm", pos=[PALM_X - WRIST_X, 0, PALM_TOP_M], size=[0.004], group=4)
    hand.add_site(name="person_hold", pos=[PALM_X - WRIST_X, 0, PALM_TOP_M + 0.05], size=[0.004], group=4)
    _fingers(spec, hand)


def _forearm(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """Bare wrist, cuff, pyjama sleeve."""
    z = WRIST_Z
    add_look(spec, body, "person_wrist", tube([(0.26, z, 0.032, 0.027), (0.21, z, 0.0275, 0.022), (0.172, z, 0.026, 0.019)]), "skin")
    sleeve = [(ELBOW_X + 0.012, ELBOW_Z, 0.046, 0.044), (0.44, z + 0.019, 0.050, 0.047), (0.40, z + 0.014, 0.050, 0.045), (0.36, z + 0.008, 0.046, 0.041), (0.33, z + 0.005, 0.0475, 0.040),
              (0.29, z + 0.003, 0.042, 0.036), (0.26, z + 0.002, 0.0425, 0.036), (0.236, z + 0.001, 0.038, 0.033)]  # fmt: skip
    add_look(spec, body, "person_sleeve", tube(sleeve), "sleeve")
    add_look(
        spec,
        body,
        "person_cuff",
        tube([(0.244, z, 0.0405, 0.0355), (0.240, z, 0.0415, 0.0365), (0.224, z, 0.040, 0.035), (0.222, z, 0.038, 0.033)]),
        "cuff",
    )
    body.add_geom(type=CAPSULE, fromto=[0.19, 0, z, 0.27, 0, z], size=[0.026, 0, 0], **TOUCH)
    body.add_geom(type=CAPSULE, fromto=[0.27, 0, z + 0.002, 0.34, 0, z + 0.008], size=[0.040, 0, 0], **TOUCH)


def _person(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    bring(spec, FINISHES, 0.08, 0.2)
    # The rest under the arm is no part of the person: nobody is hurt when it is touched.
    rest = body.add_body(name="arm_cushion", pos=[0.305, 0, 0])
    look = brick(0.115, 0.085, 0.0165 + RAISED_M / 2, corner=0.03, bevel=0.011, steps=5).moved(0, 0, 0.0165 - RAISED_M / 2)
    add_look(spec, rest, "arm_cushion", look, "cushion")
    rest.add_geom(type=BOX, pos=[-0.034, 0, 0.0175], size=[0.078, 0.082, 0.0155], group=3, contype=1, conaffinity=0, density=0)
    _forearm(spec, body)
    _hand(spec, body)
    spec.add_sensor(
        name="force_person_load", type=mujoco.mjtSensor.mjSENS_CONTACT, objtype=mujoco.mjtObj.mjOBJ_XBODY, objname=body.name, intprm=[2, 3, 1]
    )  # fmt: skip


PERSON = Piece(name="person", build=_person)
"""A right forearm and hand, palm up, on a cushion. Covers x 0 (finger tips) to 0.47 (elbow), y -0.085..0.085, z 0..0.13; the palm
(site `person_palm`) is at x 0.125, z 0.071: keep other pieces and the zone for loose things out of REACH_M about it, and up to 0.4 m above
it clear. The Panda reaches with the palm at 0.35 to 0.6 m from its base: spot = palm - R(yaw) (0.125, 0)."""
