"""Loose things: grasps within reach, lifting, carrying, setting down, with feedback from the fingers' contacts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..furniture.clearance import SPARE_M
from ..objects.instance import grasps_from_above, turned
from ..pointing import pose, turn_between, yawed
from ..tasks.marks import YAWS, beside, lying_grasp, on_ear, tips_crowding
from .base import HouseContext, behind, higher, open_fingers, reachable, travel
from .motion import SOFTLY, Pose, Steps, clear_up, move, wait

BEYOND_M, BEYOND_BACK_M = 0.05, 0.03
"""How far the hand may reach beyond the zone of free worktop, to the sides and to the back."""
SAME_M, SAME_RAD = 0.012, 0.2
"""Grasps no further apart are the same one."""
UNDER_M, WALLED_M = 0.025, 0.004
"""How far under a pose over its destination the hand is held against furniture, and how far it may reach into it there."""
UPRIGHT_LEAN = 0.1
SIDE_SPARE_M = 0.005
"""Free space beside a jaw that does not follow the other."""
PALM_M, HAND_HALF_M = 0.035, 0.10
"""How far the palm is above the tool centre point, and half its width along the fingers' travel."""


def _crowded(ctx: HouseContext, role: str, T: Pose, width: float) -> float:
    """How far the open fingers and the hand above them would reach into other things [m], summed."""
    w, total = ctx.world, furnished(ctx, T, width)
    others, tool, across = beside(w, role), T[:2, 3], T[:2, 1]
    for end in (tool - HAND_HALF_M * across, tool + HAND_HALF_M * across):  # beyond the zone furniture stands
        total += max(0.0, end[0] - ctx.zone[1] - BEYOND_BACK_M, ctx.zone[2] - BEYOND_M - end[1], end[1] - ctx.zone[3] - BEYOND_M)
    total += tips_crowding(others, T, width)
    for thing, centre in others:
        if centre[2] - thing.rest + thing.top > T[2, 3] + PALM_M:
            along = float(np.clip((centre[:2] - tool) @ across, -HAND_HALF_M, HAND_HALF_M))
            total += max(0.0, thing.footprint + 0.04 - float(np.linalg.norm(centre[:2] - tool - along * across)))
    return total


def furnished(ctx: HouseContext, T: Pose, width: float) -> float:
    """How far the hand, open about something `width` wide, would reach into furniture [m]."""
    opening = min(width + SPARE_M, ctx.robot.gripper_max_m)
    return ctx.furniture.crowding(ctx.arm, T, opening, ctx.placed)


def grasp_candidates(ctx: HouseContext, role: str) -> list[tuple[Pose, float]]:
    """Tool poses that would hold a thing where it is now, the best first, and the thing's width there [m]."""
    w, instance = ctx.world, ctx.world.cast[role]
    position, rotation = w.position(role), w.rotation(role)
    options: list[tuple[float, Pose, float]] = []
    for rank, grasp, T, angle in grasps_from_above(instance, position, rotation, YAWS):
        for flip in (0.0, np.pi):
            option = turned(T, angle + flip)
            if grasp.any_yaw and on_ear(instance, rotation, option):
                continue
            cost = 0.25 * rank + 0.15 * turn_between(ctx.tool, option) + 12 * _crowded(ctx, role, option, grasp.width)
            options.append((cost, option, grasp.width))
    if not options:
        return [lying_grasp(w, role)]
    return [(T, width) for _, T, width in sorted(options, key=lambda o: o[0])]


def hemmed_in(ctx: HouseContext, role: str) -> float:
    """How far the hand would reach into other things at the grasp of a thing that has most room about it [m], summed."""
    return min(_crowded(ctx, role, T, width) for T, width in grasp_candidates(ctx, role))


def choose_grasp(
    ctx: HouseContext, role: str, where: Callable[[Pose], Pose] | None = None, failed: Sequence[Pose] = ()
) -> tuple[Pose, float]:
    """The best grasp within reach; with `where` also the pose that the tool would have over its destination, where there is such a one, and
    no furniture about the hand there. Those that `failed` come last."""
    options = [(_for_jaws(ctx, role, T, width), width) for T, width in grasp_candidates(ctx, role)]
    options.sort(key=lambda o: any(_same(o[0], f) for f in failed))
    if where is not None:
        blocked = [_walled(ctx, where(T), width) or furnished(ctx, T, width) > WALLED_M for T, width in options]
        options = [o for n, o in sorted(enumerate(options), key=lambda e: blocked[e[0]])]
    near: tuple[Pose, float] | None = None
    for T, width in options[:12]:
        if not reachable(ctx, T):
            continue
        if where is None or reachable(ctx, where(T)):
            return T, width
        near = near or (T, width)
    return near or options[0]


def _walled(ctx: HouseContext, over: Pose, width: float) -> bool:
    """Whether furniture is in the hand's way, under a pose over a destination."""
    return furnished(ctx, higher(over, -UNDER_M), width) > WALLED_M


def _for_jaws(ctx: HouseContext, role: str, T: Pose, width: float) -> Pose:
    """The tool pose at which the jaws take hold of what is `width` wide at T, off what the thing stands on."""
    shifted = T.copy()
    shifted[:3, 3] -= T[:3, :3] @ ctx.robot.grasp_offset(width + 2 * SIDE_SPARE_M)
    shifted[2, 3] = max(shifted[2, 3], least_height(ctx, role))
    return shifted


def least_height(ctx: HouseContext, role: str) -> float:
    """Lowest height of the tool at which the jaws close on a thing without digging into what carries it [m]."""
    w = ctx.world
    foot = float(w.position(role)[2]) - w.cast[role].rest if w.rotation(role)[2, 2] > 1 - UPRIGHT_LEAN else 0.0
    return foot + ctx.arm.grip.tip_m


def _same(a: Pose, b: Pose) -> bool:
    return float(np.linalg.norm(a[:3, 3] - b[:3, 3])) < SAME_M and turn_between(a, b) < SAME_RAD


def holds(ctx: HouseContext, role: str) -> bool:
    """Both fingers touch the thing."""
    return bool((ctx.world.touch(role) > 0).all())


def grasp_thing(ctx: HouseContext, role: str, where: Callable[[Pose], Pose] | None = None, tries: int = 6) -> Steps:
    """Closes the fingers on a thing, opened no further than it needs; tries again after a miss. False when it gave up."""
    failed: list[Pose] = ctx.memory.setdefault(f"grasps_{role}", [])  # type: ignore[assignment] - what was tried, before a slip too
    for _ in range(tries):
        if holds(ctx, role) and ctx.grip < 0.5:
            return True
        ctx.span = "reach"
        goal, width = choose_grasp(ctx, role, where, failed)
        failed.append(goal)
        goal = goal.copy()
        goal[:3, 3] += ctx.style.offset
        goal[2, 3] = max(goal[2, 3], least_height(ctx, role))
        wide = opening_for(ctx, width)
        above = behind(goal, 0.09)
        above[2, 3] = max(above[2, 3], min(ctx.safe, goal[2, 3] + 0.13))
        if np.linalg.norm(ctx.tool[:2, 3] - goal[:2, 3]) > 0.015:
            yield from clear_up(ctx, goal[:2, 3], grip=wide, height=ctx.safe)
            yield from travel(ctx, lambda T=above: T, grip=wide, timeout=80)
        ctx.span = "grasp"
        if ctx.width < width + 0.012:
            yield from wait(ctx, 12, wide, until=lambda w=width: ctx.width > w + 0.018)
        yield from move(ctx, goal, grip=wide, speed=0.7, tolerance=ctx.arm.grip.settled_m, timeout=60, brake=SOFTLY)
        if (yield from close_on(ctx, role)):
            return True
        ctx.span = "recover"
        up = ctx.reference.copy()
        up[2, 3] = max(ctx.safe, up[2, 3])
        yield from move(ctx, up, grip=1.0, tolerance=0.03, timeout=30)
    return False


def opening_for(ctx: HouseContext, width: float) -> float:
    """The gripper's opening to go about something `width` wide [m]: with a finger's breadth to spare, as a person would."""
    return float(np.clip(ctx.robot.opening(min(width + SPARE_M, ctx.robot.gripper_max_m)), 0.1, 1.0))


def close_on(ctx: HouseContext, role: str) -> Steps:
    """Closes until both fingers touch and the width is steady."""
    last, steady = 1.0, 0
    for _ in range(16):
        yield from wait(ctx, 1, 0.0)
        steady = steady + 1 if abs(ctx.width - last) < 4e-4 else 0
        last = ctx.width
        if holds(ctx, role) and steady >= 2:
            return True
    return holds(ctx, role)


def lift(ctx: HouseContext, role: str, height: float) -> Steps:
    """Raises the tool to `height` [m] with the thing in it; False when it slipped out."""
    ctx.span = "lift"
    target = ctx.reference.copy()
    target[2, 3] = max(target[2, 3], height)
    return not (yield from move(ctx, target, grip=0.0, speed=0.7, tolerance=0.02, until=lambda: not holds(ctx, role)))


def hang(ctx: HouseContext, role: str) -> np.ndarray:
    """(3,) from the thing's foot to the tool, in the world [m]."""
    foot = ctx.world.position(role) - np.array([0.0, 0.0, ctx.world.cast[role].rest])
    return ctx.tool[:3, 3] - foot


def turn_left(ctx: HouseContext, role: str, heading: float | None) -> float:
    """Angle [rad] about the vertical by which a long thing still has to turn so that its x axis, or its back, is at `heading`."""
    if heading is None:
        return 0.0
    x = ctx.world.rotation(role)[:2, 0]
    return float((heading - np.arctan2(x[1], x[0]) + np.pi / 2) % np.pi - np.pi / 2)


def held_over(ctx: HouseContext, role: str, place: np.ndarray, heading: float | None = None) -> Pose:
    """The tool pose that brings the held thing's foot to `place` (3,), turned to `heading` where one is given."""
    turn = turn_left(ctx, role, heading)
    Rz = yawed(np.eye(3), turn)
    return pose(Rz @ ctx.tool[:3, :3] if turn else ctx.reference[:3, :3].copy(), place + _clipped(Rz @ hang(ctx, role)))


def carry(ctx: HouseContext, role: str, to: Callable[[], np.ndarray], clearance: float, heading: float | None = None) -> Steps:
    """Brings the held thing's foot over a place (3,) that may move, `clearance` above it. False when it was lost."""
    ctx.span = "carry"
    lost = lambda: not holds(ctx, role)  # noqa: E731
    clearance = max(clearance, in_the_way(ctx, role, to()) - float(to()[2]))
    up = ctx.reference.copy()
    up[2, 3] = max(up[2, 3], float(to()[2]) + clearance + hang(ctx, role)[2])
    if (yield from move(ctx, up, grip=0.0, speed=0.8, tolerance=0.03, until=lost)):
        return False
    R = yawed(ctx.reference[:3, :3].copy(), turn_left(ctx, role, heading))

    def over() -> Pose:
        T = held_over(ctx, role, to() + np.array([0.0, 0.0, clearance]), heading)
        T[:3, :3] = R
        return T

    return not (yield from travel(ctx, over, grip=0.0, until=lost))


OVER_M = 0.025
"""How far above other things a held one passes."""


def in_the_way(ctx: HouseContext, role: str, to: np.ndarray) -> float:
    """Height [m] at which the held thing passes over everything that stands between it and a place (3,)."""
    w, height = ctx.world, 0.0
    here, way = w.position(role)[:2], to[:2] - w.position(role)[:2]
    for other, instance in w.cast.items():
        if other == role:
            continue
        d = w.position(other)[:2] - here
        along = float(np.clip((d @ way) / max(float(way @ way), 1e-9), 0.0, 1.0))
        if np.linalg.norm(d - along * way) < instance.footprint + w.cast[role].footprint + OVER_M:
            height = max(height, float(w.position(other)[2]) - instance.rest + instance.top + OVER_M)
    return height


def _clipped(offset: np.ndarray) -> np.ndarray:
    """An offset whose level part is believed up to 12 cm: a thing that swings must not drag the tool after it."""
    return np.array([*np.clip(offset[:2], -0.12, 0.12), offset[2]])


def let_go(ctx: HouseContext, role: str, up: float = 0.10) -> Steps:
    """Opens the fingers and withdraws upwards."""
    ctx.span = "release"
    yield from open_fingers(ctx)
    ctx.span = "withdraw"
    target = higher(ctx.reference, up)
    yield from move(ctx, target, grip=1.0, speed=0.8, tolerance=0.03, timeout=30)
    return not ctx.world.touch(role).any()


def place(ctx: HouseContext, role: str, to: Callable[[], np.ndarray], clearance: float = 0.08, drop: float = 0.004) -> Steps:
    """Carries the held thing to a place for its foot (3,), sets it down `drop` above and lets go. False when it was lost."""
    if not (yield from carry(ctx, role, to, clearance)):
        return False
    ctx.span = "place"
    R = ctx.reference[:3, :3].copy()
    down = lambda: pose(R, to() + np.array([0, 0, drop]) + _clipped(hang(ctx, role)))  # noqa: E731
    lost = lambda: not holds(ctx, role)  # noqa: E731
    yield from move(ctx, down, grip=0.0, speed=0.4, tolerance=0.006, timeout=50, brake=SOFTLY, until=lost)
    return (yield from let_go(ctx, role))
