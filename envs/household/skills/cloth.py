"""Skills for cloth: a hem is taken up between the fingers, one beside the cloth and one on it, and led to where it has to go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....core.types import Goal
from ...experts.motion import DOWN, Pose, Steps, move, pose, wait
from ..cloth_predicates import edges_meet, halved, lies_flat, sheet
from ..pieces.cloth import QUILT, TOWEL, Cloth
from .base import HouseContext, reachable, turn_between

OPEN_M = 0.06
"""How far apart the fingers are when they come down about a hem."""
INSET_M = 0.012
"""How far the middle between them is within the cloth: a finger stands on the cloth, the other beyond its hem."""
TIP_M = 0.011
"""From the tool centre point to the fingertips."""
PRESS_M = 0.005
"""How far below the surface of the cloth the fingertips are steered: they press."""
HELD_M = 0.035
"""A vertex this near the tool centre point is between the fingers."""


@dataclass(frozen=True, kw_only=True)
class Hem:
    """Where to take a cloth up: a vertex on an edge, and the level direction out of the cloth."""

    i: int
    j: int
    outwards: np.ndarray
    """(3,) unit vector."""


def across(outwards: np.ndarray) -> np.ndarray:
    """(3, 3) the tool pointing down, its fingers travelling along `outwards`."""
    return np.stack([np.cross(outwards, DOWN[:, 2]), outwards, DOWN[:, 2]], axis=-1)


def over_hem(ctx: HouseContext, cloth: Cloth, hem: Hem, height: float) -> Pose:
    """The tool above a hem, at `height` over the cloth's surface, its fingers on either side; of the two ways the nearer one in reach."""
    place = sheet(ctx.world, cloth)[hem.i, hem.j] - INSET_M * hem.outwards
    place[2] = max(place[2], 0.0) + height
    options = [pose(across(sign * hem.outwards), place) for sign in (1, -1)]
    options.sort(key=lambda T: turn_between(ctx.tool, T) + (0.0 if reachable(ctx, T) else 10.0))
    return options[0]


def pinched(ctx: HouseContext, cloth: Cloth) -> bool:
    """Whether cloth is between the fingers: they are kept apart, and a vertex is near and off the bed."""
    distance = np.linalg.norm(ctx.world.vertices(cloth.name) - ctx.tool[:3, 3], axis=1).min()
    return bool(distance < HELD_M and ctx.grip < 0.5 and ctx.width > 0.5 * cloth.radius)


def take_hem(ctx: HouseContext, cloth: Cloth, choose: Callable[[int], Hem], lift: float = 0.05, tries: int = 5) -> Steps:
    """Takes a cloth up by a hem, which `choose` names anew for every try; False when it gave up."""
    wide = ctx.robot.opening(OPEN_M)
    for attempt in range(tries):
        hem = choose(attempt)
        ctx.span = "reach"
        above = over_hem(ctx, cloth, hem, 0.10)
        if ctx.tool[2, 3] < 0.10:
            up = ctx.reference.copy()
            up[2, 3] = 0.16
            yield from move(ctx, up, grip=wide, tolerance=0.03, timeout=30)
        yield from move(ctx, above, grip=wide, tolerance=0.01, timeout=120)
        yield from wait(ctx, 10, wide, until=lambda: abs(ctx.width - OPEN_M) < 0.006)
        ctx.span = "grasp"
        down = above.copy()
        down[2, 3] -= 0.10 - TIP_M + PRESS_M
        yield from move(ctx, down, grip=wide, speed=0.45, tolerance=0.008, timeout=25)
        yield from wait(ctx, 2, wide)
        yield from _close(ctx)
        ctx.span = "lift"
        up = ctx.reference.copy()
        up[2, 3] = max(ctx.tool[2, 3], 0.0) + lift
        yield from move(ctx, up, grip=0.0, speed=0.4, tolerance=0.012, timeout=30)
        if pinched(ctx, cloth):
            return True
        ctx.span = "recover"
        up[2, 3] = 0.14
        yield from move(ctx, up, grip=wide, speed=0.8, tolerance=0.03, timeout=25)
    return False


def _close(ctx: HouseContext, steps: int = 30) -> Steps:
    """Closes until the fingers stand still: cloth gathers between them slowly."""
    last, steady = 1.0, 0
    for n in range(steps):
        yield from wait(ctx, 1, 0.0)
        steady = steady + 1 if abs(ctx.width - last) < 2e-4 else 0
        last = ctx.width
        if steady >= 3 and n >= 8:
            return True
    return False


def arc(ctx: HouseContext, cloth: Cloth, to: np.ndarray, apex: float, low: float, speed: float = 0.22) -> Steps:
    """Leads the held hem over to `to` (3,) on half an ellipse `apex` high, down to `low` above the bed. False when it was lost."""
    ctx.span = "fold"
    start, R = ctx.reference[:3, 3].copy(), ctx.reference[:3, :3].copy()
    length = float(np.linalg.norm(to[:2] - start[:2]))
    steps = max(int(np.pi / 2 * max(length, 2 * apex) / (speed * ctx.style.speed / 0.45) * 20), 20)
    for k in range(1, steps + 1):
        a = 0.5 * (1 - np.cos(np.pi * k / steps))
        place = start + a * (to - start)
        place[2] = (1 - a) * start[2] + a * low + apex * np.sin(np.pi * a)
        ctx.reference[:3, 3], ctx.reference[:3, :3] = place, R
        ctx.grip, ctx.speed = 0.0, 0.0
        yield
        if not pinched(ctx, cloth) and k < 0.8 * steps:
            return False
    yield from wait(ctx, 6, 0.0)
    return True


def let_cloth_go(ctx: HouseContext, up: float = 0.14) -> Steps:
    """Opens the fingers a little, so that they do not push the cloth about, and withdraws upwards."""
    ctx.span = "release"
    wide = ctx.robot.opening(0.035)
    yield from wait(ctx, 10, wide, until=lambda: ctx.width > 0.03)
    ctx.span = "withdraw"
    target = ctx.reference.copy()
    target[2, 3] += up
    yield from move(ctx, target, grip=wide, speed=0.6, tolerance=0.03, timeout=40)
    return True


def _edge(ctx: HouseContext, cloth: Cloth, axis: int, end: int, k: int) -> Hem:
    """The hem at vertex k of the edge at the `end` (0 or -1) of `axis`; outwards as that edge's rows run."""
    X = np.moveaxis(sheet(ctx.world, cloth), axis, 0)
    d = X[end, k] - X[1 if end == 0 else -2, k]
    d[2] = 0.0
    index = (end % cloth.count[axis], k)
    i, j = index if axis == 0 else index[::-1]
    return Hem(i=i, j=j, outwards=d / max(float(np.linalg.norm(d)), 1e-6))


def _fold(cloth: Cloth, axis: int, ends: tuple[int, ...]) -> Callable[[HouseContext, Goal], Steps]:
    """Folds in half along `axis`, taking one of the edges `ends`, which it is told by what is in reach."""

    def skill(ctx: HouseContext, goal: Goal) -> Steps:
        del goal
        done = lambda: all(c(ctx.world) for c in (edges_meet(cloth, axis, 0.045), halved(cloth, axis), lies_flat(cloth, 0.055)))  # noqa: E731
        middle = cloth.count[1 - axis] // 2
        while True:
            if done():
                ctx.span = "withdraw"
                yield from wait(ctx, 1, ctx.grip)
                continue
            end = ends[int(ctx.rng.integers(len(ends)))]

            def choose(attempt: int, end: int = end) -> Hem:
                return _edge(ctx, cloth, axis, end, middle + (0, 1, -1, 2, -2)[attempt % 5])

            if not (yield from take_hem(ctx, cloth, choose)):
                continue
            X = np.moveaxis(sheet(ctx.world, cloth), axis, 0)
            k = int(np.argmin(np.linalg.norm(X[end] - ctx.tool[:3, 3], axis=-1)))
            other = X[-1 if end == 0 else 0, k]
            to = other.copy()
            to[2] = 0.0
            yield from arc(ctx, cloth, to, 0.33 * cloth.size[axis], 0.022)
            yield from let_cloth_go(ctx)

    return skill


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    "fold_quilt": _fold(QUILT, 0, (-1,)),
    "fold_towel": _fold(TOWEL, 1, (0, -1)),
}
