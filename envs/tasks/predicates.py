"""The fixed set of predicates that goals are made of. Each says what must be true of the physics state, and no less.

A predicate must not be met by a lucky state: things count as placed only when they rest there by themselves. Nor by a deed that nobody
would want: what a state does not show (a drawer was slammed, a cap thrown) is remembered by the episode (envs.past).
"""

from __future__ import annotations

import numpy as np

from ..furniture.bins import BIN_HALF_M, BIN_HEIGHT_M
from ..stage import Check
from ..world import World

STILL_MPS = 0.05
LIFT_M = 0.08
"""How far above its place on the worktop a thing counts as lifted."""
STAND_M = 0.008
"""How far from its resting height on the worktop a thing that stands there may be."""
UPRIGHT = 0.9
"""Least z component of the own axis of a thing that stands."""
STOP_SPEED = {"drawer": 0.35, "door": 1.5}
"""Fastest that a drawer [m/s] and a door [rad/s] may meet their stops. A drawer of 2 kg brings 0.12 J, a door of 3 kg and 0.4 m 0.2 J: a
tenth of the 1.69 J that low-energy doors may have (ANSI/BHMA A156.19), and nothing on a shelf falls over. Pushed shut by hand without
a bang, drawers come at 0.2 to 0.3 m/s, doors at about 1 rad/s."""
LEFT_ALONE = 0.15
"""How far other fixtures may be moved on the way, as a share of their travel: 3 cm of a drawer."""
FALL_MPS = 0.8
"""What is put down falls no faster, that is from no more than 3 cm up [m/s]."""
CARRIED = 0.5
"""Least share of its weight with which a lifted thing hangs on the robot; the rest may be inertia."""
IN_LOWER = 0.5
"""Share of a cavity's depth that something of a thing inside has to be below."""
ENDS = 0.9
"""Where the ends of a long thing are, as a share of its half-length."""
FREE_N = 0.05
"""Force between a thing and the robot that counts as none [N]."""
GRAVITY = 9.81
BLOW_N = 300.0
"""Furniture that meets the robot with more was hit: an arm that moves at random shuts a door with 315 N or more, experts press with 60."""
SHOVE_N = 67.0
"""A drawer or door that is shut, or a tap, takes no more: the force with which low-energy doors may close (ANSI/BHMA A156.19, 15 lbf).
Experts shut with 6 to 20 N; a hand that comes to where the door stood in another episode mostly with 70 to 300."""


def opened(joint: str) -> Check:
    """A drawer, door, tap, knob or switch is open or on."""
    return lambda w: w.joint(joint) >= w.names.fixtures[joint].opened


def shut(joint: str) -> Check:
    """It is shut or off."""
    return lambda w: w.joint(joint) <= w.names.fixtures[joint].shut


def gentle(joint: str, most_N: float = BLOW_N) -> Check:
    """A drawer or door has not been slammed, neither shut nor open (other fixtures snap by themselves), and no furniture has met the robot
    with more than `most_N`."""

    def check(w: World) -> bool:
        if w.hit_N() > most_N:
            return False
        kind = w.names.fixtures[joint].kind
        return kind not in STOP_SPEED or w.struck(joint) <= STOP_SPEED[kind]

    return check


def others_left_alone(*joints: str) -> Check:
    """No fixture besides these was moved on the way, not even there and back."""
    return lambda w: all(w.moved(f.joint) <= LEFT_ALONE * f.travel for f in w.names.fixtures.values() if f.joint not in joints)


def grasped(role: str) -> Check:
    """Both fingers touch the thing, and it presses on the inner side of one at least (a jaw holds a spoon by its rim): what lies on closed
    fingers is not held."""
    return lambda w: bool((w.touch(role) > 0).all() and w.pressed().any())


def lifted(role: str, height_m: float = LIFT_M) -> Check:
    """The thing's origin is that much above where it would rest on the worktop, and it hangs on the robot: it stands on nothing else."""

    def check(w: World) -> bool:
        thing = w.cast[role]
        return bool(w.position(role)[2] >= thing.rest + height_m and w.force(role) > CARRIED * GRAVITY * thing.mass)

    return check


def released(role: str) -> Check:
    """No part of the robot touches the thing and it is at rest."""
    return lambda w: bool(not w.touch(role).any() and w.force(role) < FREE_N and w.speed(role) < STILL_MPS)


def put_down(body: str) -> Check:
    """It was put down, not thrown or dropped."""
    return lambda w: w.fell(body) <= FALL_MPS


def upright(role: str) -> Check:
    return lambda w: bool(w.rotation(role)[2, 2] > UPRIGHT)


def lowest(w: World, role: str) -> float:
    """Height of the lowest point of the box about a thing [m]."""
    R = w.rotation(role)
    return float(w.position(role)[2] + R[2] @ _middle(w, role) - np.abs(R[2]) @ np.asarray(w.cast[role].half))


def _middle(w: World, role: str) -> np.ndarray:
    """(3,) the middle of the box about a thing, from its origin, in its own frame [m]."""
    thing = w.cast[role]
    return np.array([0.0, 0.0, 0.5 * thing.top - thing.rest])


def inside(role: str, container: str) -> Check:
    """The thing's centre is in the cavity of an upright container, above its floor and below a hand's breadth over the rim, and something
    of it is down in the lower half of the cavity: what lies across the rim is not inside."""

    def check(w: World) -> bool:
        cavity = w.cast[container].cavity
        assert cavity is not None, f"{w.cast[container].name} has no cavity"
        R = w.rotation(container)
        d = R.T @ (w.position(role) - w.position(container))
        radial = np.hypot(d[0] - cavity.centre[0], d[1] - cavity.centre[1])
        foot = lowest(w, role) - w.position(container)[2]
        deep = foot < cavity.floor + max(IN_LOWER * (cavity.rim - cavity.floor), STAND_M)
        return bool(R[2, 2] > UPRIGHT and radial < cavity.radius and cavity.floor < d[2] < cavity.rim + w.cast[role].rest and deep)

    return check


def in_box(role: str, site: str, half: tuple[float, float, float]) -> Check:
    """The thing's centre is in the box of half-sizes `half` [m] about a site, in the site's frame: a drawer, a shelf, a bin."""

    def check(w: World) -> bool:
        T = w.site(site)
        return bool((np.abs(T[:3, :3].T @ (w.position(role) - T[:3, 3])) < np.asarray(half)).all())

    return check


def in_bin(role: str) -> Check:
    """The thing is in the rubbish bin: its middle between the walls and below the rim, its lowest point in the lower half. Not across the
    rim, not under the bin."""

    def check(w: World) -> bool:
        T = w.site("bin_floor")
        d = T[:3, :3].T @ (w.position(role) + w.rotation(role) @ _middle(w, role) - T[:3, 3])
        deep = lowest(w, role) - T[2, 3] < IN_LOWER * BIN_HEIGHT_M
        return bool((np.abs(d[:2]) < BIN_HALF_M).all() and 0.0 < d[2] < BIN_HEIGHT_M and deep)

    return check


def lies_in(role: str, site: str, half: tuple[float, float, float]) -> Check:
    """A long thing lies in a shallow tray, both of its ends between the walls: `half` [m] are half the tray's length (along the site's x)
    and width and its height. Not across a wall, not on top of one, not on edge in the air."""

    def check(w: World) -> bool:
        T, thing = w.site(site), w.cast[role]
        middle = w.position(role) + w.rotation(role) @ _middle(w, role)
        ends = middle + np.outer((-1.0, 1.0), ENDS * thing.half[0] * w.rotation(role)[:, 0])
        d = (ends - T[:3, 3]) @ T[:3, :3]  # (2, 3)
        return bool((np.abs(d[:, :2]) < half[:2]).all() and (d[:, 2] > -0.005).all() and d[:, 2].mean() < 0.5 * half[2])

    return check


def on_top(role: str, support: str, reach_m: float) -> Check:
    """The thing rests on another: its centre within `reach_m` of the other's axis, its base at the other's top."""

    def check(w: World) -> bool:
        d = w.position(role) - w.position(support)
        base = w.position(role)[2] - w.cast[role].rest
        top = w.position(support)[2] - w.cast[support].rest + w.cast[support].top
        return bool(np.hypot(d[0], d[1]) < reach_m and abs(base - top) < 0.02)

    return check


def near(role: str, site: str, reach_m: float) -> Check:
    """The thing's centre is within `reach_m` of a site, seen from above."""
    return lambda w: bool(np.linalg.norm(w.position(role)[:2] - w.site(site)[:2, 3]) < reach_m)


def stands(role: str) -> Check:
    """The thing stands on the worktop itself, as it was made to stand, and on nothing else."""
    return lambda w: bool(abs(w.position(role)[2] - w.cast[role].rest) < STAND_M and w.rotation(role)[2, 2] > UPRIGHT)
