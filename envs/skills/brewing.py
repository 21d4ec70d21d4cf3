"""A mug under the spout of a coffee machine: taken from the front with a tilted hand, slid in, and its button held."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.types import Goal
from ..objects.instance import turned
from ..pointing import pointing, pose
from ..tasks.long import BELOW_RIM_M, EAR_BESIDE_RAD
from ..tasks.predicates import upright
from .appliances import press_coffee_button
from .base import HouseContext, afresh, behind, come, higher, open_fingers, poised, travel
from .grasping import close_on, furnished, holds, opening_for
from .motion import SOFTLY, Pose, Steps, clear_up, move

PITCHES = (0.45, 0.6, 0.3)
"""How far the tool points down [rad], the best first: flatter ones reach in further, steeper ones near the robot."""
BEFORE_M = 0.006
"""How far before the mug's axis the tool centre goes: the palm stays off the rim [m]."""
TRIM_M = 0.045
"""Furthest that an arm hangs below its reference [m]."""
TRAY_BACK_M = 0.004
"""How far before the tray's middle the mug is set down [m]."""


def _grip(ctx: HouseContext, role: str, centre: np.ndarray, heading: float, pitch: float) -> Pose:
    """The tool pose about a mug whose middle is at `centre`."""
    instance = ctx.world.cast[role]
    ahead = np.array([np.cos(heading), np.sin(heading), 0.0])
    return pose(pointing(heading, pitch), centre - BEFORE_M * ahead + np.array([0.0, 0.0, instance.top - instance.rest - BELOW_RIM_M]))


def steer(
    ctx: HouseContext, goal: Pose, trim: np.ndarray, *, tolerance: float, speed: float, lost: Callable[[], bool], timeout: int = 70
) -> Steps:
    """Brings the tool itself to a pose: an arm that carries something hangs below its reference by `trim` (3,) [m], which is learnt where
    it comes to rest and kept. False when the thing was lost."""

    def target() -> Pose:
        T = goal.copy()
        if np.linalg.norm(ctx.reference[:3, 3] - goal[:3, 3] - trim) < 0.004:
            trim[:] = np.clip(trim + 0.2 * (goal[:3, 3] - ctx.tool[:3, 3]), -TRIM_M, TRIM_M)
        T[:3, 3] += trim
        return T

    there = lambda: bool(np.linalg.norm(goal[:3, 3] - ctx.tool[:3, 3]) < tolerance)  # noqa: E731
    yield from move(ctx, target, grip=0.0, speed=speed, tolerance=0.0, timeout=timeout, until=lambda: lost() or there())
    return not lost()


def _way(ctx: HouseContext, role: str, spot: np.ndarray, inwards: float) -> tuple[Pose, Pose, float, np.ndarray] | None:
    """The tool about the mug, under the spout, its heading there, and the joints (dof,) that it takes the mug with: without turning the arm
    about on the way, and with room left for its joints."""
    w = ctx.world
    x = w.rotation(role)[:2, 0]
    ear, width = float(np.arctan2(x[1], x[0])), 2 * w.cast[role].half[1]
    options = []
    for n, pitch in enumerate(PITCHES):
        for beside in EAR_BESIDE_RAD:
            taken = _grip(ctx, role, w.position(role), ear + beside, pitch)
            away = taken[:3, 3] - ctx.T_world_base[:3, 3]
            slew = abs((ear + beside - np.arctan2(away[1], away[0]) + np.pi) % (2 * np.pi) - np.pi)
            options.append((10 * furnished(ctx, taken, width) + 0.1 * n + 0.3 * slew, beside, pitch, taken))
    for _, _beside, pitch, taken in sorted(options, key=lambda o: o[0]):
        puts = [(_grip(ctx, role, spot, inwards + there, pitch), inwards + there) for there in (0.0, 0.3, -0.3)]
        ways = [(turned(taken, a), turned(put, a), there) for put, there in puts for a in (0.0, np.pi)]
        best = poised(ctx, [(T, behind(T, 0.10), higher(T, 0.14), higher(behind(put, 0.15), 0.10), put) for T, put, _ in ways])
        if best is not None:
            return *ways[best[0]], best[1]
    return None


def _take(ctx: HouseContext, role: str, goal: Pose, posture: np.ndarray) -> Steps:
    """Takes the mug from the front."""
    ctx.span = "reach"
    wide = opening_for(ctx, 2 * ctx.world.cast[role].half[1])
    before = behind(goal, 0.10)
    if not (yield from come(ctx, before, posture, wide)):
        yield from clear_up(ctx, before[:2, 3], wide, height=ctx.safe)
        yield from travel(ctx, lambda: before, grip=wide, timeout=90)
    ctx.span = "grasp"
    yield from move(ctx, goal, grip=wide, speed=0.6, tolerance=0.006, timeout=60, brake=SOFTLY)
    return (yield from close_on(ctx, role))


def under_spout(ctx: HouseContext, role: str) -> Steps:
    """Brings a mug onto the tray under the spout, upright, and withdraws. False when it was lost."""
    site = ctx.world.site("coffee_tray")
    ahead = site[:3, 0]
    spot = site[:3, 3] - TRAY_BACK_M * ahead + np.array([0.0, 0.0, ctx.world.cast[role].rest])
    way = _way(ctx, role, spot, float(np.arctan2(ahead[1], ahead[0])))
    if way is None:
        return False
    taken, put, there, posture = way
    lost = lambda: not holds(ctx, role)  # noqa: E731
    if not (yield from _take(ctx, role, taken, posture)):
        return False
    goal = pose(put[:3, :3], spot - put[:3, :3] @ ctx.tool[:3, :3].T @ (ctx.world.position(role) - ctx.tool[:3, 3]))
    inwards = np.array([np.cos(there), np.sin(there), 0.0])

    def at(back: float, up: float) -> Pose:
        T = goal.copy()
        T[:3, 3] += np.array([0.0, 0.0, up]) - back * inwards
        return T

    ctx.span = "carry"
    up = higher(ctx.reference, 0.14)
    if (yield from move(ctx, up, grip=0.0, speed=0.7, tolerance=0.03, until=lost)):
        return False
    if (yield from travel(ctx, lambda: at(0.15, 0.10), grip=0.0, tolerance=0.04, until=lost)):
        return False
    ctx.span = "place"
    trim = np.zeros(3)
    for back, high, speed, near in ((0.15, 0.014, 0.8, 0.008), (0.0, 0.014, 0.5, 0.008), (0.0, 0.001, 0.3, 0.005)):
        if not (yield from steer(ctx, at(back, high), trim, tolerance=near, speed=speed, lost=lost)):
            return False
    return (yield from back_out(ctx))


def back_out(ctx: HouseContext) -> Steps:
    """Opens the fingers and withdraws level, from about a mug that may be under the spout."""
    ctx.span = "release"
    yield from open_fingers(ctx)
    ctx.span = "withdraw"
    back = ctx.reference.copy()
    level = back[:2, 2] / max(float(np.linalg.norm(back[:2, 2])), 1e-6)
    back[:3, 3] = ctx.tool[:3, 3] - 0.17 * np.array([*level, 0.0])
    yield from move(ctx, back, grip=1.0, speed=0.6, tolerance=0.02, timeout=40)
    return True


def brewed(ctx: HouseContext, role: str) -> bool:
    """Whether the mug stands under the spout by itself."""
    d = ctx.world.position(role) - ctx.world.site("coffee_tray")[:3, 3]
    return bool(np.hypot(d[0], d[1]) < 0.026 and upright(role)(ctx.world) and not ctx.world.touch(role).any())


def make_coffee(ctx: HouseContext, goal: Goal) -> Steps:
    """The mug first, then the button."""
    del goal
    while True:
        if not brewed(ctx, "target"):
            if not (yield from under_spout(ctx, "target")):
                yield from back_out(ctx)
            continue
        if np.linalg.norm(ctx.tool[:3, 3] - ctx.world.position("target")) < 0.12:
            yield from back_out(ctx)
        yield from afresh(ctx, ctx.world.site("coffee_button_push")[:2, 3], 0.0)
        push = press_coffee_button(ctx)
        while brewed(ctx, "target") and next(push, StopIteration) is not StopIteration:
            yield
