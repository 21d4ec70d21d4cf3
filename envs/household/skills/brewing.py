"""A mug under the spout of a coffee machine: taken from the front with a tilted hand, slid in, and its button held."""

from __future__ import annotations

import numpy as np

from ....core.types import Goal
from ...experts.motion import Pose, Steps, clear_up, move, pose, wait
from ..predicates import upright
from .base import HouseContext, reachable, travel, turned
from .grasping import close_on, holds, opening_for
from .joints import push_joint, pushing

PITCHES = (0.45, 0.6, 0.3)
"""How far the tool points down [rad], the best first: flatter ones reach in further, steeper ones near the robot."""
HEADINGS = tuple(np.deg2rad(a) for a in (45, -45, 30, -30, 60, -60))
"""Angle between the mug's ear and the way that the tool points [rad]: the ear is behind the mug, beside the finger."""
BELOW_RIM_M, BEFORE_M = 0.032, 0.006
"""Where the tool centre goes: below the mug's rim and before its axis, so that the palm stays off the rim."""
TRAY_BACK_M = 0.004
"""How far before the tray's middle the mug is set down [m]."""


def _facing(heading: float, pitch: float) -> np.ndarray:
    return pushing(np.array([np.cos(heading), np.sin(heading), 0.0]), pitch, np.zeros(2))


def _grip(ctx: HouseContext, role: str, centre: np.ndarray, heading: float, pitch: float) -> Pose:
    """The tool pose about a mug whose middle is at `centre`."""
    instance = ctx.world.cast[role]
    ahead = np.array([np.cos(heading), np.sin(heading), 0.0])
    return pose(_facing(heading, pitch), centre - BEFORE_M * ahead + np.array([0.0, 0.0, instance.top - instance.rest - BELOW_RIM_M]))


def _way(ctx: HouseContext, role: str, spot: np.ndarray, inwards: float) -> tuple[float, float, float] | None:
    """Heading for the grasp, heading under the spout and pitch of a grasp whose poses at both ends are within reach."""
    w = ctx.world
    x = w.rotation(role)[:2, 0]
    ear = float(np.arctan2(x[1], x[0]))
    for pitch in PITCHES:
        for beside in HEADINGS:
            taken = _grip(ctx, role, w.position(role), ear + beside, pitch)
            before = taken.copy()
            before[:3, 3] -= 0.08 * taken[:3, 2]
            for there in (0.0, 0.3, -0.3):
                put = _grip(ctx, role, spot, inwards + there, pitch)
                ends = [(turned(taken, a), turned(before, a), turned(put, a)) for a in (0.0, np.pi)]
                if any(all(reachable(ctx, T) for T in end) for end in ends):
                    return ear + beside, inwards + there, pitch
    return None


def _take(ctx: HouseContext, role: str, heading: float, pitch: float) -> Steps:
    """Takes the mug from the front."""
    ctx.span = "reach"
    goal = _grip(ctx, role, ctx.world.position(role), heading, pitch)
    flipped = turned(goal, np.pi)
    if not reachable(ctx, goal) and reachable(ctx, flipped):
        goal = flipped
    wide = opening_for(ctx, 2 * ctx.world.cast[role].half[1])
    before = goal.copy()
    before[:3, 3] -= 0.10 * goal[:3, 2]
    yield from clear_up(ctx, before[:2, 3], wide, height=ctx.safe)
    yield from travel(ctx, lambda: before, grip=wide, timeout=90)
    ctx.span = "grasp"
    yield from move(ctx, goal, grip=wide, speed=0.6, tolerance=0.006, timeout=50)
    return (yield from close_on(ctx, role))


def under_spout(ctx: HouseContext, role: str) -> Steps:
    """Brings a mug onto the tray under the spout, upright, and withdraws. False when it was lost."""
    site = ctx.world.site("coffee_tray")
    ahead = site[:3, 0]
    spot = site[:3, 3] - TRAY_BACK_M * ahead + np.array([0.0, 0.0, ctx.world.cast[role].rest])
    way = _way(ctx, role, spot, float(np.arctan2(ahead[1], ahead[0])))
    if way is None:
        return False
    taken, there, pitch = way
    lost = lambda: not holds(ctx, role)  # noqa: E731
    if not (yield from _take(ctx, role, taken, pitch)):
        return False
    offset = ctx.tool[:3, :3].T @ (ctx.world.position(role) - ctx.tool[:3, 3])
    R = _facing(there, pitch)
    if float(ctx.tool[:3, 1] @ _facing(taken, pitch)[:, 1]) < 0:
        R = turned(pose(_facing(there, pitch), np.zeros(3)), np.pi)[:3, :3]
    goal = pose(R, spot - R @ offset)
    inwards = np.array([np.cos(there), np.sin(there), 0.0])

    def at(back: float, up: float) -> Pose:
        T = goal.copy()
        T[:3, 3] += np.array([0.0, 0.0, up]) - back * inwards
        return T

    ctx.span = "carry"
    up = ctx.reference.copy()
    up[2, 3] += 0.14
    if (yield from move(ctx, up, grip=0.0, speed=0.7, tolerance=0.03, until=lost)):
        return False
    if (yield from travel(ctx, lambda: at(0.15, 0.10), grip=0.0, until=lost)):
        return False
    ctx.span = "place"
    for back, high, speed in ((0.15, 0.012, 0.6), (0.0, 0.012, 0.5), (0.0, 0.002, 0.3)):
        yield from move(ctx, at(back, high), grip=0.0, speed=speed, tolerance=0.006, timeout=60, until=lost)
    ctx.span = "release"
    yield from wait(ctx, 14, 1.0, until=lambda: ctx.width > ctx.open_width)
    ctx.span = "withdraw"
    back_out = ctx.reference.copy()
    back_out[:3, 3] -= 0.16 * inwards
    yield from move(ctx, back_out, grip=1.0, speed=0.6, tolerance=0.02, timeout=40)
    return True


def hold_button(ctx: HouseContext) -> Steps:
    """Presses the coffee machine's button for good."""
    return push_joint(ctx, "coffee_button", "coffee_button_push", 10.0, lead=0.01)


def brewed(ctx: HouseContext, role: str) -> bool:
    """Whether the mug stands under the spout by itself."""
    d = ctx.world.position(role) - ctx.world.site("coffee_tray")[:3, 3]
    return bool(np.hypot(d[0], d[1]) < 0.026 and upright(role)(ctx.world) and not ctx.world.touch(role).any())


def make_coffee(ctx: HouseContext, goal: Goal) -> Steps:
    """The mug first, then the button."""
    del goal
    while True:
        if not brewed(ctx, "target"):
            yield from under_spout(ctx, "target")
            yield from wait(ctx, 3, 1.0)
            continue
        ctx.span = "reach"
        push = hold_button(ctx)
        while brewed(ctx, "target") and next(push, StopIteration) is not StopIteration:
            yield
