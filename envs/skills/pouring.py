"""Pouring: a cup is taken from the side, its lip brought over a bowl and the hand rolled about its own axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...core.types import Goal
from ..objects.instance import turned
from ..pointing import pointing, pose, rotation_about, yawed
from ..tasks.grains import EAR_RAD, GRIP_SHARE, HEADINGS_RAD, poured
from .base import HouseContext, back_off, behind, continued, move_joints, solve
from .grasping import close_on, holds
from .motion import DT, SOFTLY, Pose, Steps, move, wait

PITCH = np.deg2rad(20)
"""How far the tool points below the horizontal when it takes a cup from the side."""
POUR_RAD = 2.45
"""How far the hand is rolled: the mouth then points some 35 degrees below the horizontal."""
QUICK_RAD, QUICK, SLOW = 0.9, 1.4, 0.7
"""Up to which angle nothing comes out, and how fast the hand rolls before and after [rad/s]."""
OVER_RIM_M, HAND_OVER_M = 0.018, 0.010
"""Least height over the bowl's rim of the cup and of the hand."""
TURNS = (0.0, -0.35, 0.35, -0.7, 0.7)
"""How far the cup may be swung about the vertical on its way to the bowl [rad]."""
BEYOND_M = 0.045
"""How far the hand may reach beyond the free worktop."""


@dataclass(frozen=True, kw_only=True)
class Pouring:
    """Tool poses by the angle of roll: the cup's lip stays over the bowl, all else clear of it."""

    R0: np.ndarray
    """(3, 3) of the tool with the cup upright."""
    side: float
    """Sense of the roll about the tool's axis."""
    top: np.ndarray
    """(3,) middle of the cup's mouth in the tool's frame [m]."""
    axis: np.ndarray
    """(3,) the cup's own axis in the tool's frame."""
    points: np.ndarray
    """(P, 3) outline of the cup in the tool's frame [m]."""
    radius: float
    """Of the mouth [m]."""
    rim: float
    """Height of the bowl's rim in the world [m]."""
    reach: float
    """The bowl's outer radius [m]."""
    palm: np.ndarray
    """(N, 3) points on the hand above the fingers, in the tool's frame [m]."""

    def at(self, angle: float, bowl: np.ndarray) -> Pose:
        """bowl (3,): its middle, in the world."""
        forward = self.R0[:, 2]
        R = rotation_about(forward, self.side * angle) @ self.R0
        out = self.side * np.cross(forward, [0.0, 0.0, 1.0])
        out /= np.linalg.norm(out)
        u = R @ self.axis
        fall = u[2] * u - np.array([0.0, 0.0, 1.0])
        steep = float(np.linalg.norm(fall))
        lip = fall / steep if steep > 0.5 else rotation_about(forward, self.side * angle) @ out
        lip = R @ self.top + self.radius * lip
        level = np.array([forward[0], forward[1], 0.0]) / np.hypot(forward[0], forward[1])
        place = bowl + 0.012 * level - 0.012 * out - lip
        cup, hand = self.points @ R.T + place, self.palm @ R.T + place
        near = np.hypot(*(hand[:, :2] - bowl[:2]).T) < self.reach + 0.015
        height = max(self.rim + OVER_RIM_M - cup[:, 2].min(), (self.rim + HAND_OVER_M - hand[near, 2]).max(initial=-1.0))
        return pose(R, place + np.array([0.0, 0.0, height]))


def pouring(ctx: HouseContext, T: Pose, side: float, turn: float = 0.0) -> Pouring:
    """For a tool that holds the cup as it would at `T`, swung by `turn` [rad]."""
    w = ctx.world
    cup, bowl = w.cast["target"], w.cast["receptacle"]
    assert cup.cavity is not None and bowl.cavity is not None
    R = w.rotation("target")
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = cup.half[1] * np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=-1)
    heights = np.array([-cup.rest, cup.top - cup.rest])
    outline = [ring + [0.0, 0.0, h] for h in heights]
    if cup.half[0] > cup.half[1] + 0.01:
        outline.append(np.array([[cup.half[0], 0.0, z * cup.top - cup.rest] for z in (0.24, 0.78)]))
    local = np.concatenate([*outline, [[0.0, 0.0, heights[1]]]])
    points = (local @ R.T + w.position("target") - T[:3, 3]) @ T[:3, :3]
    return Pouring(
        R0=yawed(T[:3, :3], turn), side=side, top=points[-1], axis=T[:3, :3].T @ R[:, 2], points=points[:-1], radius=cup.half[1] - 0.003,
        rim=float(w.position("receptacle")[2] + bowl.cavity.rim), reach=min(bowl.half[:2]), palm=ctx.arm.palm_points,
    )  # fmt: skip


def _follows(ctx: HouseContext, q: np.ndarray, T: Pose) -> np.ndarray | None:
    """Joints (dof,) for a tool pose in the world, near `q`; None where the arm does not get there from there."""
    after, there = continued(ctx, q, T, iterations=16, off=0.012, turn=0.15)
    return after if there else None


def _hits(ctx: HouseContext, T: Pose) -> bool:
    """Whether the hand would reach far beyond the free worktop, into furniture."""
    x, y = (ctx.arm.palm_points @ T[:3, :3].T + T[:3, 3])[:, :2].T
    x1, y0, y1 = ctx.zone[1:]
    return bool(x.max() > x1 + BEYOND_M or y.min() < y0 - BEYOND_M or y.max() > y1 + BEYOND_M)


def _can_pour(ctx: HouseContext, q: np.ndarray, plan: Pouring, strict: bool) -> bool:
    """Whether the arm, holding the cup with joints `q`, gets through the whole movement; `strict`: clear of all furniture."""
    bowl = ctx.world.position("receptacle")
    for angle in (0.0, 0.0, *np.arange(0.4, POUR_RAD, 0.4), POUR_RAD):
        T = plan.at(float(angle), bowl)
        after = None if strict and _hits(ctx, T) else _follows(ctx, q, T)
        if after is None:
            return False
        q = after
    return True


def _options(ctx: HouseContext) -> Iterator[tuple[Pose, float, float]]:
    """Ways to take the cup and pour, the most natural first: tool pose, sense of the roll, swing on the way [rad]."""
    w, cup = ctx.world, ctx.world.cast["target"]
    centre = w.position("target") + np.array([0.0, 0.0, GRIP_SHARE * cup.top - cup.rest])
    foot = ctx.T_world_base[:2, 3]
    straight = float(np.arctan2(centre[1] - foot[1], centre[0] - foot[0]))
    ear = w.rotation("target")[:2, 0]
    has_ear = cup.half[0] > cup.half[1] + 0.01
    for turn in TURNS:
        for heading in straight + HEADINGS_RAD:
            ahead = np.array([np.cos(heading), np.sin(heading)])
            if has_ear and float(ear @ ahead) < np.cos(EAR_RAD):
                continue
            # The handle stays above: the cup is poured to the other side.
            ear_side = float(ear @ np.array([-ahead[1], ahead[0]])) if has_ear else 0.0
            for side in (1.0, -1.0) if ear_side > 0 else (-1.0, 1.0):
                for flip in (0.0, np.pi):
                    yield turned(pose(pointing(float(heading), PITCH), centre), flip), side, turn


def _before(T: Pose) -> tuple[Pose, Pose]:
    """Tool poses on the way to a grasp at T: high up, and level before it."""
    before = behind(T, 0.12)
    high = before.copy()
    high[2, 3] = max(high[2, 3], 0.22)
    return high, before


def choose(ctx: HouseContext) -> tuple[Pose, float, float, np.ndarray] | None:
    """The first way that the arm can go from beginning to end, and its joints high before the grasp."""
    for strict in (True, False):
        for T, side, turn in _options(ctx):
            high, before = _before(T)
            if strict and _hits(ctx, T):
                continue
            first, off, angle = solve(ctx, high)
            q = _follows(ctx, first, before) if off < 0.006 and angle < 0.12 else None
            at_cup = _follows(ctx, q, T) if q is not None else None
            if at_cup is not None and _can_pour(ctx, at_cup, pouring(ctx, T, side, turn), strict):
                return T, side, turn, first
    return None


def take_from_side(ctx: HouseContext) -> Steps:
    """Grasps the standing cup from the side so that it can be poured; False when it gave up."""
    for _ in range(4):
        ctx.span = "reach"
        way = choose(ctx)
        if way is None:
            return False
        T, ctx.memory["side"], ctx.memory["turn"] = way[0].copy(), way[1], way[2]
        T[:3, 3] += ctx.style.offset
        before = _before(T)[1]
        yield from move_joints(ctx, way[3], grip=1.0)  # the wrist has to turn the right way round
        yield from move(ctx, before, grip=1.0, tolerance=0.012, timeout=60)
        ctx.span = "grasp"
        yield from move(ctx, T, grip=1.0, speed=0.6, tolerance=0.006, timeout=60, brake=SOFTLY)
        if (yield from close_on(ctx, "target")):
            return True
        yield from back_off(ctx, 0.12)
    return False


def pour(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the cup from the side, lifts it, turns its lip over the bowl and keeps it there until it is empty."""
    del goal
    while True:
        if not holds(ctx, "target") and not (yield from take_from_side(ctx)):
            return False
        yield from _lift_and_tip(ctx)


def _rolling(plan: Pouring, bowl: Callable[[], np.ndarray]) -> Callable[[], Pose]:
    """A goal that rolls on with every step."""
    angle = 0.0

    def goal() -> Pose:
        nonlocal angle
        angle = min(angle + DT * (QUICK if angle < QUICK_RAD else SLOW), POUR_RAD)
        return plan.at(angle, bowl())

    return goal


def _lift_and_tip(ctx: HouseContext) -> Steps:
    """Lifts the cup, brings its lip over the bowl, rolls the hand and keeps it there; False when the cup was lost."""
    lost = lambda: not holds(ctx, "target")  # noqa: E731
    done = lambda: lost() or poured("receptacle", 1.0)(ctx.world)  # noqa: E731
    bowl = lambda: ctx.world.position("receptacle")  # noqa: E731
    plan = pouring(ctx, ctx.tool, float(ctx.memory.get("side", 1.0)), float(ctx.memory.get("turn", 0.0)))  # type: ignore[arg-type]
    ctx.span = "carry"
    over, up = plan.at(0.0, bowl()), ctx.reference.copy()
    up[2, 3] = max(up[2, 3] + 0.08, over[2, 3] + 0.01)
    for goal, speed in ((up, 0.6), (over, 0.7)):
        if (yield from move(ctx, goal, grip=0.0, speed=speed, tolerance=0.02, until=lost)):
            return False
    ctx.span = "pour"
    yield from move(ctx, _rolling(plan, bowl), grip=0.0, tolerance=0.0, timeout=90, until=done)
    while not lost():
        ctx.span = "hold"
        yield from wait(ctx, 12, 0.0, until=lost)
        if poured("receptacle")(ctx.world):
            continue
        shake = plan.at(POUR_RAD, bowl())
        shake[:3, 3] += ctx.rng.uniform(-0.012, 0.012, 3)
        yield from move(ctx, shake, grip=0.0, tolerance=0.004, timeout=6, until=lost)
    return False
