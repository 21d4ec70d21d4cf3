"""Who comes by in the middle of a task: a person's hand that reaches in, a cat that walks over the worktop.

A mover is a mocap body, which the events put on a path, and a body of real weight that follows it on a soft spring: whoever is in the
way meets a hand or a cat, with its weight and its speed, that gives way, and not a wall on rails. The spring is off and the body asleep,
out of sight, while nobody comes (envs/followers.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from ..objects.forms import Form, ball, lathe, merged, sweep
from .parts import CAPSULE, Vector, add_look, bring
from .person import PERSON_BIT, hand_form, tube
from .piece import Mover

FINISHES = {
    "visitor_skin": (0.78, 0.58, 0.46), "visitor_sleeve": (0.30, 0.44, 0.40), "visitor_cuff": (0.24, 0.36, 0.33), "fur": (0.80, 0.54, 0.30),
    "fur_dark": (0.56, 0.33, 0.16), "fur_white": (0.95, 0.92, 0.87), "cat_eye": (0.30, 0.42, 0.16), "cat_nose": (0.72, 0.42, 0.40),
}  # fmt: skip
"""Materials that movers bring along where the room has none of the name."""
SOFT = {"contype": 1, "conaffinity": PERSON_BIT, "friction": [0.6, 0.02, 0.001], "condim": 4, "solref": [0.025, 1.0], "group": 3}
"""Skin and fur: they meet things, people and the robot, not furniture, which their paths keep clear of."""
SPRING_IMPEDANCE = 0.02
"""An equality of this impedance d is a spring and damper, whose force m (x / lag^2 + 2 v / lag) does not rise with what holds against it;
with the default of 0.95 it would hold the path with any force (MuJoCo, computation: solver parameters)."""
ARM_PITCH = np.deg2rad(42)
"""How steeply a visitor's arm comes down: over furniture that stands at the sides [rad]."""


@dataclass(frozen=True, kw_only=True)
class Gait:
    """How a body follows its path."""

    mass: float
    """[kg] What is felt of it: a hand and half its forearm, a cat."""
    inertia: float
    """About the vertical [kg m^2]."""
    lag_s: float
    """Time constant of the critically damped spring [s]; its stiffness is mass / lag^2."""


HAND_GAIT = Gait(mass=0.9, inertia=0.05, lag_s=0.10)
"""90 N/m: an arm that is in nobody's way by force. Hand 0.4 kg and half a forearm (Winter, Biomechanics, table 4.1, for 70 kg)."""
CAT_GAIT = Gait(mass=3.5, inertia=0.06, lag_s=0.22)
"""72 N/m: it pushes a glass aside and stops at an arm."""


def _follower(spec: mujoco.MjSpec, path: mujoco.MjsBody, name: str, gait: Gait) -> mujoco.MjsBody:
    """The body that follows the mocap body `path`: it slides in three directions and turns about the vertical."""
    body = spec.worldbody.add_body(name=name, pos=list(path.pos), gravcomp=1)
    for axis, direction in (("x", (1, 0, 0)), ("y", (0, 1, 0)), ("z", (0, 0, 1))):
        body.add_joint(name=f"{name}_{axis}", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=list(direction))
    body.add_joint(name=f"{name}_yaw", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, 1])
    body.mass, body.ipos, body.inertia, body.explicitinertial = gait.mass, [0.0, 0.0, 0.0], [gait.inertia] * 3, True
    spec.add_equality(
        name=f"{name}_follows", type=mujoco.mjtEq.mjEQ_WELD, objtype=mujoco.mjtObj.mjOBJ_BODY, name1=path.name, name2=name, active=False,
        data=[0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0], solref=[gait.lag_s, 1.0],
        solimp=[SPRING_IMPEDANCE, SPRING_IMPEDANCE, 0.001, 0.5, 2],
    )  # fmt: skip
    return body


def _rod(body: mujoco.MjsBody, a: Vector, b: Vector, radius: float) -> None:
    body.add_geom(type=CAPSULE, fromto=[*a, *b], size=[radius, 0, 0], mass=0, **SOFT)


# --- a hand -----------------------------------------------------------------------------------------------------------
def _along(distance: float, drop: float = 0.0) -> Vector:
    """A point on the visitor's arm, `distance` from the wrist [m], `drop` below its axis."""
    c, s = float(np.cos(ARM_PITCH)), float(np.sin(ARM_PITCH))
    return distance * c + drop * s, 0.0, distance * s - drop * c


def _hand(spec: mujoco.MjSpec, path: mujoco.MjsBody) -> None:
    """Frame: origin in the middle of the palm, fingers towards -x and a little down, the arm back and up."""
    bring(spec, FINISHES, 0.05, 0.1)
    body = _follower(spec, path, "hand_visitor", HAND_GAIT)
    wrist, tilt = (0.062, 0.0, 0.022), -20.0  # palm down, the fingers lower than the wrist
    add_look(spec, body, "visitor_hand", hand_form().turned("x", 180).turned("y", tilt).moved(*wrist), "visitor_skin")
    sleeve = [(1.50, 0.075, 0.070), (0.80, 0.066, 0.064), (0.55, 0.060, 0.058), (0.40, 0.056, 0.054), (0.34, 0.060, 0.056), (0.26, 0.053, 0.049), (0.12, 0.046, 0.041),
              (0.085, 0.043, 0.038)]  # fmt: skip
    pitch = -float(np.rad2deg(ARM_PITCH))
    limb = tube([(x, 0.0, w, t) for x, w, t in sleeve], count=18).turned("y", pitch).moved(*wrist)
    cuff = tube([(0.098, 0.0, 0.046, 0.041), (0.094, 0.0, 0.048, 0.043), (0.074, 0.0, 0.046, 0.041), (0.071, 0.0, 0.043, 0.038)], count=18)
    bare = tube([(0.09, 0.0, 0.031, 0.025), (0.03, 0.0, 0.028, 0.021), (-0.008, 0.0, 0.027, 0.019)], count=16)
    add_look(spec, body, "visitor_sleeve", limb, "visitor_sleeve")
    add_look(spec, body, "visitor_cuff", cuff.turned("y", pitch).moved(*wrist), "visitor_cuff")
    add_look(spec, body, "visitor_wrist", bare.turned("y", pitch).moved(*wrist), "visitor_skin")
    lift = lambda p: tuple(a + b for a, b in zip(p, wrist, strict=True))  # noqa: E731
    _rod(body, (0.03, 0.018, 0.008), (-0.03, 0.018, -0.012), 0.018)
    _rod(body, (0.03, -0.018, 0.008), (-0.03, -0.018, -0.012), 0.018)
    _rod(body, (-0.04, 0.024, -0.016), (-0.095, 0.024, -0.045), 0.010)
    _rod(body, (-0.04, -0.010, -0.016), (-0.100, -0.010, -0.045), 0.011)
    _rod(body, lift(_along(0.0)), lift(_along(0.10)), 0.030)
    _rod(body, lift(_along(0.12)), lift(_along(1.45)), 0.050)


HAND = Mover(name="visitor", build=_hand)
"""Its body is `hand_visitor` (`hand` alone is a link of the robot). Path frame: the middle of the palm, reaching towards -x."""


# --- a cat ------------------------------------------------------------------------------------------------------------
LEGS = ((0.105, 0.038, 0.045), (0.105, -0.038, -0.030), (-0.115, 0.040, -0.035), (-0.115, -0.040, 0.045))
"""Where each leg begins (x, y), and how far its paw is ahead of that [m]: in the middle of a step."""


def _leg(x: float, y: float, ahead: float, hind: bool) -> Form:
    hock = (x + 0.35 * ahead - (0.025 if hind else 0.0), y, 0.085)
    path = [(x, 0.72 * y, 0.185), (x + 0.012 + 0.1 * ahead, y, 0.135), hock, (x + 0.9 * ahead, y, 0.028), (x + ahead, y, 0.012)]
    leg = sweep(path, [0.030 if hind else 0.024, 0.026 if hind else 0.019, 0.0125, 0.0115, 0.010], 9)
    return merged([leg, ball(0.020, 0.014, 0.012, 10, 7).moved(x + ahead + 0.008, y, 0.012)])


def _trunk() -> Form:
    """Chest, belly, haunches and neck, along x."""
    stations = [
        (0.215, 0.262, 0.030, 0.034), (0.180, 0.242, 0.040, 0.050), (0.140, 0.205, 0.050, 0.066), (0.095, 0.190, 0.056, 0.068),
        (0.03, 0.188, 0.058, 0.060), (-0.04, 0.192, 0.058, 0.057), (-0.10, 0.192, 0.056, 0.060), (-0.15, 0.190, 0.046, 0.050),
        (-0.175, 0.192, 0.026, 0.030), (-0.182, 0.193, 0.008, 0.010),
    ]  # fmt: skip
    return tube(stations, count=18)


def _cat_looks() -> dict[str, list[Form]]:
    """Material -> forms: a ginger cat, looking along x, its tail up."""
    head = ball(0.046, 0.046, 0.042, 16, 11).moved(0.245, 0, 0.288)
    ears = [
        lathe([(0.0, 0.0), (0.019, 0.0), (0.012, 0.020), (0.001, 0.040)], 8)
        .stretched(0.55)
        .turned("x", -18 * s)
        .moved(0.238, s * 0.026, 0.314)
        for s in (-1, 1)
    ]
    tail = sweep(
        [(-0.165, 0, 0.205), (-0.205, 0, 0.235), (-0.228, 0, 0.29), (-0.232, 0, 0.35), (-0.218, 0, 0.40), (-0.200, 0, 0.425)],
        [0.014, 0.014, 0.0135, 0.013, 0.0115, 0.004], 9,
    )  # fmt: skip
    stripes = [
        tube([(x + 0.008, z + 0.003, w, t), (x - 0.008, z + 0.003, w, t)], count=18)
        for x, z, w, t in ((0.075, 0.190, 0.0555, 0.0655), (0.03, 0.189, 0.0565, 0.059), (-0.015, 0.1905, 0.0565, 0.0575), (-0.06, 0.1925, 0.0560, 0.0570), (-0.105, 0.1925, 0.0540, 0.0585))
    ]  # fmt: skip
    legs = [_leg(x, y, ahead, x < 0) for x, y, ahead in LEGS]
    paws = [ball(0.0225, 0.0155, 0.0125, 10, 7).moved(x + ahead + 0.009, y, 0.0125) for x, y, ahead in LEGS]
    muzzle = [ball(0.020, 0.017, 0.014, 10, 8).moved(0.279, s * 0.010, 0.276) for s in (-1, 1)]
    bib = ball(0.030, 0.034, 0.048, 12, 9).moved(0.168, 0, 0.208)
    eyes = [ball(0.0065, 0.0065, 0.0085, 8, 7).moved(0.2835, s * 0.019, 0.298) for s in (-1, 1)]
    return {
        "fur": [head, _trunk(), tail, *ears, *legs], "fur_dark": [*stripes, ball(0.012, 0.013, 0.026, 8, 7).moved(-0.203, 0, 0.418)],
        "fur_white": [*paws, *muzzle, bib], "cat_eye": eyes, "cat_nose": [ball(0.006, 0.007, 0.005, 8, 6).moved(0.298, 0, 0.284)],
    }  # fmt: skip


def _cat(spec: mujoco.MjSpec, path: mujoco.MjsBody) -> None:
    """Frame: origin on the ground under its middle, x forward."""
    bring(spec, FINISHES, 0.05, 0.1)
    body = _follower(spec, path, "pet_cat", CAT_GAIT)
    for material, forms in _cat_looks().items():
        add_look(spec, body, f"cat_{material}", merged(forms), material)
    _rod(body, (0.12, 0, 0.19), (-0.12, 0, 0.19), 0.056)
    _rod(body, (0.16, 0, 0.225), (0.245, 0, 0.285), 0.044)
    for x, y, ahead in LEGS:
        _rod(body, (x, y, 0.15), (x + 0.9 * ahead, y, 0.014), 0.014)


PET = Mover(name="cat", build=_cat)
"""Its body is `pet_cat`. Path frame: the ground under its middle, walking along x."""
