"""The fixed set of predicates that goals are made of. Each says what must be true of the physics state, and no less.

A predicate must not be met by a lucky state: things count as placed only when they rest there by themselves.
"""

from __future__ import annotations

import numpy as np

from ..stage import Check
from ..world import World

STILL_MPS = 0.05
LIFT_M = 0.08
"""How far above its place on the worktop a thing counts as lifted."""
STAND_M = 0.008
"""How far from its resting height on the worktop a thing that stands there may be."""
UPRIGHT = 0.9
"""Least z component of the own axis of a thing that stands."""


def opened(joint: str) -> Check:
    """A drawer, door, tap, knob or switch is open or on."""
    return lambda w: w.joint(joint) >= w.names.fixtures[joint].opened


def shut(joint: str) -> Check:
    """It is shut or off."""
    return lambda w: w.joint(joint) <= w.names.fixtures[joint].shut


def grasped(role: str) -> Check:
    """Both fingers touch the thing."""
    return lambda w: bool((w.touch(role) > 0).all())


def lifted(role: str, height_m: float = LIFT_M) -> Check:
    """The thing's origin is that much above where it would rest on the worktop."""
    return lambda w: bool(w.position(role)[2] >= w.cast[role].rest + height_m)


def released(role: str) -> Check:
    """No finger touches the thing and it is at rest."""
    return lambda w: bool(not w.touch(role).any() and w.speed(role) < STILL_MPS)


def upright(role: str) -> Check:
    return lambda w: bool(w.rotation(role)[2, 2] > UPRIGHT)


def inside(role: str, container: str) -> Check:
    """The thing's centre is in the cavity of an upright container, above its floor and below a hand's breadth over the rim."""

    def check(w: World) -> bool:
        cavity = w.cast[container].cavity
        assert cavity is not None, f"{w.cast[container].name} has no cavity"
        R = w.rotation(container)
        d = R.T @ (w.position(role) - w.position(container))
        radial = np.hypot(d[0] - cavity.centre[0], d[1] - cavity.centre[1])
        return bool(R[2, 2] > UPRIGHT and radial < cavity.radius and cavity.floor < d[2] < cavity.rim + w.cast[role].rest)

    return check


def in_box(role: str, site: str, half: tuple[float, float, float]) -> Check:
    """The thing's centre is in the box of half-sizes `half` [m] about a site, in the site's frame: a drawer, a shelf, a bin."""

    def check(w: World) -> bool:
        T = w.site(site)
        return bool((np.abs(T[:3, :3].T @ (w.position(role) - T[:3, 3])) < np.asarray(half)).all())

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
