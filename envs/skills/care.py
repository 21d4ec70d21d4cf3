"""Skills for care: things put into a person's hand, taken from it, set down beside it; a call button pressed.

Whatever comes near a person comes slowly, and stops when the person's hand feels it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...core.types import Goal
from ..furniture.person import HOLD_HALF, REACH_M
from ..objects.instance import turned
from ..pointing import pose
from ..tasks.care import ON_COASTER_M, hand_shift, hand_turn
from ..tasks.predicates import in_box, near, stands
from .base import HouseContext, higher, reachable, travel
from .grasping import carry, choose_grasp, close_on, grasp_thing, hang, holds, let_go
from .joints import push_joint
from .motion import SOFTLY, Pose, Steps, clear_up, move, wait
from .things import _over

FELT_N = 0.6
"""Load at which the hand has got the thing."""
EASY_N = 4.0
"""Load above which the robot gives way before it lets go: the heaviest thing weighs as much."""
GENTLE, SLOW = 0.35, 0.06
"""Shares of the usual speed, near a person and at the touch."""
PRESSED_N, ROOM_M = 5.0, 0.022
"""Load beyond what the hand carries at which a grasp stops; how much wider than the thing the fingers open over a hand [m]."""


def _load(ctx: HouseContext) -> float:
    """What the person's hand feels [N]."""
    return float(np.linalg.norm(ctx.world.sensor("force_person_load")))


def _palm(ctx: HouseContext) -> Pose:
    return ctx.world.site("person_palm")


def _lie(ctx: HouseContext, role: str) -> tuple[np.ndarray, float | None]:
    """Where in the hand a thing is to lie (3,), and its heading."""
    T, instance = _palm(ctx), ctx.world.cast[role]
    turn = hand_turn(instance)
    x = T[:2, 0]
    return T[:3, 3] - hand_shift(instance) * T[:3, 0], None if turn is None else float(np.arctan2(x[1], x[0]) + turn)


def _careful(ctx: HouseContext) -> None:
    """A steadier hand than elsewhere: no needless offset of the grasp."""
    ctx.style = replace(ctx.style, offset=np.array([0.3, 0.3, 0.0]) * ctx.style.offset)


def hand_over(ctx: HouseContext, goal: Goal) -> Steps:
    """Lowers the thing onto the palm until the hand carries it, lets go, withdraws; again where it fell."""
    del goal
    _careful(ctx)
    there = in_box("target", "person_hold", HOLD_HALF)
    palm = lambda: _lie(ctx, "target")[0]  # noqa: E731
    while True:
        if there(ctx.world) and not ctx.world.touch("target").any():
            ctx.span = "withdraw"
            yield from wait(ctx, 1, 1.0)
            continue
        heading = _lie(ctx, "target")[1]
        if not (yield from grasp_thing(ctx, "target", lambda T, h=heading: _over(T, ctx, "target", palm(), h))):
            return False
        if not (yield from carry(ctx, "target", palm, 0.07, heading)):
            continue
        ctx.span = "offer"
        R = ctx.reference[:3, :3].copy()

        def at(height: float, R: Pose = R) -> Pose:
            return pose(R, palm() + hang(ctx, "target") + np.array([0.0, 0.0, height]))

        felt = lambda: _load(ctx) > FELT_N or not holds(ctx, "target")  # noqa: E731
        yield from move(ctx, lambda: at(0.022), grip=0.0, speed=GENTLE, tolerance=0.008, timeout=30, until=felt)
        yield from move(ctx, lambda: at(-0.012), grip=0.0, speed=SLOW, tolerance=0.002, timeout=60, until=felt)
        yield from _ease(ctx)
        yield from let_go(ctx, "target", 0.12)


def _ease(ctx: HouseContext) -> Steps:
    """Stops, and gives way until the person's hand carries no more than the thing."""
    ctx.reference = ctx.tool.copy()
    for _ in range(12):
        if _load(ctx) > EASY_N:
            ctx.reference[2, 3] += 0.002
        yield from wait(ctx, 1, 0.0)
        if _load(ctx) <= EASY_N:
            return True
    return False


def _spots(ctx: HouseContext, role: str, candidates: list[np.ndarray]) -> np.ndarray:
    """The candidate (3,) with the most free room that is within reach, the earlier the better."""
    w, own = ctx.world, ctx.world.cast[role].footprint
    others = [(w.position(o)[:2], w.cast[o].footprint) for o in w.roles if o != role and o in w.cast]

    def room(p: np.ndarray) -> float:
        return min([float(np.linalg.norm(p[:2] - q)) - r - own for q, r in others] + [0.06])

    def cost(k: int) -> float:
        T = pose(ctx.reference[:3, :3], candidates[k] + np.array([0.0, 0.0, 0.15]))
        return 0.002 * k - room(candidates[k]) + (0.0 if reachable(ctx, T) else 1.0)

    return candidates[min(range(len(candidates)), key=cost)]


def _set_down(ctx: HouseContext, candidates: list[np.ndarray], done: Callable[[], bool], across: float | None = None) -> Steps:
    """Takes the target and stands it on the best of several places; again until `done` holds. across: heading of the fingers' travel
    there [rad]."""
    while True:
        if done() and not ctx.world.touch("target").any():
            ctx.span = "withdraw"
            yield from wait(ctx, 1, 1.0)
            continue
        spot = _spots(ctx, "target", candidates)
        where = lambda T, p=spot: _over(T, ctx, "target", p)  # noqa: E731
        grasp = _take_hold if near("target", "person_palm", REACH_M + 0.05)(ctx.world) else grasp_thing
        if not (yield from grasp(ctx, "target", where)):
            return False
        heading = None
        if across is not None:  # what the thing has to turn by is what the fingers have to
            x, y = ctx.world.rotation("target")[:2, 0], ctx.tool[:2, 1]
            heading = float(np.arctan2(x[1], x[0]) + across - np.arctan2(y[1], y[0]))
        if not (yield from carry(ctx, "target", lambda p=spot: p, 0.16, heading)):
            continue
        ctx.span = "place"
        R = ctx.reference[:3, :3].copy()
        down = lambda p=spot, R=R: pose(R, p + hang(ctx, "target") + np.array([0.0, 0.0, 0.002]))  # noqa: E731
        yield from move(
            ctx, down, grip=0.0, speed=GENTLE, tolerance=0.006, timeout=50, brake=SOFTLY, until=lambda: not holds(ctx, "target")
        )
        yield from let_go(ctx, "target")


def _take_hold(ctx: HouseContext, role: str, where: Callable[[Pose], Pose], tries: int = 5) -> Steps:
    """Takes hold of what lies in a hand: comes down slowly and stops where the hand feels it."""
    for attempt in range(tries):
        ctx.span = "reach"
        goal, width = choose_grasp(ctx, role, where)
        other = turned(goal, attempt * np.pi / 4)  # a finger may have come down on a handle
        if attempt and ctx.world.cast[role].grasps[0].any_yaw and reachable(ctx, other):
            goal = other
        goal[:3, 3] += ctx.style.offset
        wide = float(np.clip(ctx.robot.opening(min(width + ROOM_M, ctx.robot.gripper_max_m)), 0.1, 1.0))
        above = higher(goal, 0.10)
        yield from clear_up(ctx, goal[:2, 3], grip=wide, height=ctx.safe)
        yield from travel(ctx, lambda T=above: T, grip=wide, timeout=80)
        ctx.span = "grasp"
        yield from wait(ctx, 10, wide, until=lambda w=width: ctx.width > w + 0.014)
        before = higher(goal, 0.02)
        most = _load(ctx) + PRESSED_N
        pressed = lambda m=most: _load(ctx) > m  # noqa: E731
        yield from move(ctx, before, grip=wide, speed=GENTLE, tolerance=0.005, timeout=40, until=pressed)
        hit = yield from move(ctx, goal, grip=wide, speed=2 * SLOW, tolerance=0.003, timeout=40, until=pressed)
        if hit:
            ctx.reference = ctx.tool.copy()
        if (not hit or ctx.tool[2, 3] - goal[2, 3] < 0.006) and (yield from close_on(ctx, role)):
            return True
        ctx.span = "recover"
        up = ctx.reference.copy()
        up[2, 3] = max(ctx.safe, up[2, 3])
        yield from move(ctx, up, grip=1.0, speed=0.6, tolerance=0.03, timeout=30)
    return False


def take_from_hand(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes what lies in the hand and stands it on the round mat."""
    del goal
    _careful(ctx)
    candidates = [ctx.world.site("coaster")[:3, 3]]
    done = lambda: stands("target")(ctx.world) and near("target", "coaster", ON_COASTER_M)(ctx.world)  # noqa: E731
    return (yield from _set_down(ctx, candidates, done))


HAND_HALF_M = 0.035
"""Half the narrow side of the robot's hand [m], which it turns to the person's: its fingers travel along the arm."""
THUMB_M, PALM_EDGE_M, FINGER_M = 0.084, 0.045, 0.020
"""From the middle of the palm to the thumb's outer side and to the other edge; room between the two [m]."""


def bring_within_reach(ctx: HouseContext, goal: Goal) -> Steps:
    """Stands the thing beside the hand, on the side that it comes from."""
    del goal
    T = _palm(ctx)
    start = T[:3, :3].T @ (ctx.world.position("target") - T[:3, 3])
    own, candidates = max(ctx.world.cast["target"].footprint, HAND_HALF_M), []
    for edge, side in ((THUMB_M, 1.0), (PALM_EDGE_M, -1.0)) if start[1] > 0 else ((PALM_EDGE_M, -1.0), (THUMB_M, 1.0)):
        for x in (-0.02, -0.05, -0.08):
            y = edge + own + FINGER_M
            if np.hypot(x, y) < REACH_M - 0.02:
                p = T[:3, 3] + T[:3, :3] @ np.array([x, side * y, 0.0])
                candidates.append(np.array([p[0], p[1], 0.0]))
    done = lambda: stands("target")(ctx.world) and near("target", "person_palm", REACH_M)(ctx.world)  # noqa: E731
    return (yield from _set_down(ctx, candidates, done, float(np.arctan2(T[1, 0], T[0, 0]))))


def ring_bell(ctx: HouseContext, goal: Goal) -> Steps:
    """Presses the button from above with closed fingers and keeps it down."""
    del goal
    return (yield from push_joint(ctx, "bell_button", "bell_button_push", 10.0, lead=0.004))


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    "hand_over": hand_over, "take_from_hand": take_from_hand, "bring_within_reach": bring_within_reach, "ring_bell": ring_bell,
}  # fmt: skip
