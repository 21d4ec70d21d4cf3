"""Skills for cloth: a hem is taken up between the fingers, one beside the cloth and one on it, and led to where it has to go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...core.types import Goal
from ..furniture.bedding import BASKET_HALF_M, BASKET_HEIGHT_M, MARK_HALF_M
from ..furniture.cloth import BLANKET, QUILT, TOWEL, Cloth, placed
from ..pointing import DOWN, pose, turn_between
from ..tasks.cloth import INSET_M
from ..tasks.cloth_predicates import covered, edges_meet, gathered, halved, lies_flat, sheet
from ..tasks.marks import TIP_M
from .base import HouseContext, come, higher, poised, reachable
from .motion import SOFTLY, Pose, Steps, move, wait

OPEN_M = 0.06
"""How far apart the fingers are when they come down about a hem."""
LEAN_RAD = 0.21
"""How far the hand leans outwards: the finger beyond the hem is the lower one, and slides under it."""
PRESSED_M = 0.005
"""A hand steered this far below where it is presses enough: more, and the fingers rub on the bed too hard to close."""
PRESS_M = 0.0015
"""How far below the bed the lower fingertip is steered: it presses a little."""
SINK_M = 0.00025
"""How much deeper the hand is steered in each step of closing: the lower finger rises as it comes to the middle [m]."""
TAUT_M, LAG_S, FADES = 0.014, 0.125, 0.8
"""The hand lags this much further than usual behind what it is steered to where the cloth is taut: usually by as much as it moves in LAG_S,
whose speed counts on, fading, for a while."""
BENT_RAD = 1.5
"""An arm bent further from home than this has its elbow in the bed."""
ABOVE_M, LANDED_N = 0.09, 15.0
"""How far above a hem the hand comes to rest, and how hard it presses when it has come down [m], [N]."""
CARRY_M = 0.47
"""Height of the tool from which a towel hangs clear of the basket's rim."""
DROP_M = 0.11
"""Height of the tool over the basket's floor where it lets go [m]."""
LOW_M, SPREAD_LIFT_M = 0.022, 0.035
"""Height of the tool over the bed where a fold is laid down, and while a hem is drawn to its place [m]."""
CLEAR_OF_M = 0.03
"""How far a finger comes out from under a hem that was drawn to its place [m]."""
HELD_M = 0.035
"""A vertex this near the tool centre point is between the fingers."""


@dataclass(frozen=True, kw_only=True)
class Hem:
    """Where to take a cloth up: a vertex on an edge, and the level direction out of the cloth."""

    i: int
    j: int
    outwards: np.ndarray
    """(3,) unit vector."""


def across(outwards: np.ndarray, sign: int, lean: float = 0.0) -> np.ndarray:
    """(3, 3) the tool pointing down, its fingers travelling along `outwards`, its y axis that way or (-1) the other; by `lean` [rad] the
    finger on the outside is the lower one."""
    c, s = np.cos(lean), np.sin(lean)
    y, z = sign * (c * outwards + s * DOWN[:, 2]), c * DOWN[:, 2] - s * outwards
    return np.stack([np.cross(y, z), y, z], axis=-1)


def over_hem(ctx: HouseContext, cloth: Cloth, hem: Hem) -> list[Pose]:
    """The two ways for the tool to be about a hem, its fingers on either side, the lower tip on what the cloth lies on; the nearer first."""
    X = sheet(ctx.world, cloth)[hem.i, hem.j]
    place = X - INSET_M * hem.outwards
    place[2] = max(X[2] - cloth.radius, 0.0) + 0.5 * OPEN_M * np.sin(LEAN_RAD) + TIP_M * np.cos(LEAN_RAD) - PRESS_M
    options = [pose(across(hem.outwards, sign, LEAN_RAD), place) for sign in (1, -1)]
    return sorted(options, key=lambda T: turn_between(ctx.tool, T))


def _about(
    ctx: HouseContext, cloth: Cloth, hems: Sequence[Hem], onwards: Callable[[Hem, Pose], list[Pose]]
) -> tuple[Pose, np.ndarray | None]:
    """The tool about the one of `hems` that leaves the arm's joints most room, on the way onwards too, and the joints (dof,) that it has
    above it; without them where no way can be gone."""
    downs = [(hem, down) for hem in hems for down in over_hem(ctx, cloth, hem)]
    best = poised(ctx, [(higher(T, ABOVE_M), T, *onwards(hem, upright(T))) for hem, T in downs])
    if best is not None and np.abs(best[1] - ctx.robot.q_home)[1:-1].max() < BENT_RAD:
        return downs[best[0]][1], best[1]
    return next((T for _, T in downs if reachable(ctx, T)), downs[0][1]), None


def upright(T: Pose) -> Pose:
    """A tool pose with the hand held plumb."""
    out = T.copy()
    y = T[:3, 1] * np.array([1.0, 1.0, 0.0])
    y /= np.linalg.norm(y)
    out[:3, :3] = np.stack([np.cross(y, DOWN[:, 2]), y, DOWN[:, 2]], axis=-1)
    return out


def pinched(ctx: HouseContext, cloth: Cloth) -> bool:
    """Whether cloth is between the fingers: they are kept apart, and a vertex is near and off the bed."""
    distance = np.linalg.norm(ctx.world.vertices(cloth.name) - ctx.tool[:3, 3], axis=1).min()
    return bool(distance < HELD_M and ctx.grip < 0.5 and ctx.width > 0.5 * cloth.radius)


def take_hem(
    ctx: HouseContext, cloth: Cloth, choose: Callable[[int], Sequence[Hem]], onwards: Callable[[Hem, Pose], list[Pose]], lift: float = 0.05,
    tries: int = 5,
) -> Steps:  # fmt: skip
    """Takes a cloth up by one of the hems that `choose` names anew for every try; False when it gave up. onwards: where the tool, upright
    at a hem, goes with it."""
    wide = float(ctx.robot.opening(OPEN_M))
    for attempt in range(tries):
        ctx.span = "reach"
        down, posture = _about(ctx, cloth, choose(attempt), onwards)
        above = higher(down, ABOVE_M)
        if ctx.tool[2, 3] < 0.10:
            up = ctx.reference.copy()
            up[2, 3] = 0.16
            yield from move(ctx, up, grip=wide, tolerance=0.03, timeout=30)
        if posture is None or not (yield from come(ctx, above, posture, wide)):
            yield from move(ctx, above, grip=wide, tolerance=0.01, timeout=120)
        yield from wait(ctx, 10, wide, until=lambda: abs(ctx.width - OPEN_M) < 0.006)
        ctx.span = "grasp"
        if (
            yield from move(
                ctx, down, grip=wide, speed=0.45, tolerance=0.006, timeout=30, brake=SOFTLY, until=lambda: ctx.pressing > LANDED_N
            )
        ):
            ctx.reference[:3, 3] = ctx.tool[:3, 3]
        yield from wait(ctx, 2, wide)
        yield from _close(ctx)
        ctx.span = "lift"
        up = upright(ctx.reference)
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
        if ctx.tool[2, 3] - ctx.reference[2, 3] < PRESSED_M:
            ctx.reference[2, 3] -= SINK_M
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


def let_cloth_go(ctx: HouseContext, cloth: Cloth, up: float = 0.14, away: np.ndarray | None = None) -> Steps:
    """Opens the fingers a little, so that they do not push the cloth about, and withdraws upwards; first out from under a hem, along `away`
    (3,) [m], where one lies on a finger."""
    ctx.span = "release"
    wide = float(ctx.robot.opening(0.035))
    yield from wait(ctx, 10, wide, until=lambda: ctx.width > 0.03)
    ctx.span = "withdraw"
    if away is not None:
        out = pose(ctx.reference[:3, :3], ctx.reference[:3, 3] + away)
        yield from move(ctx, out, grip=wide, speed=0.5, tolerance=0.012, timeout=20)
    R, here = ctx.reference[:3, :3].copy(), ctx.reference[:3, 3].copy()
    for shift in (0.0, 0.02, -0.02):
        target = pose(R, here + np.array([0.0, 0.0, up]))
        caught = lambda: ctx.tool[2, 3] > here[2] + 0.05 and _hangs(ctx, cloth)  # noqa: E731
        if not (yield from move(ctx, target, grip=wide, speed=0.6, tolerance=0.03, timeout=40, until=caught)):
            return True
        # Cloth that comes along has a finger through it: down again, loosen it sideways, open wide.
        yield from move(ctx, pose(R, here + shift * R[:, 1]), grip=1.0, speed=0.6, tolerance=0.012, timeout=30)
        yield from wait(ctx, 6, 1.0)
        wide = 1.0
    return False


def _hangs(ctx: HouseContext, cloth: Cloth) -> bool:
    """Whether cloth hangs from the hand: it touches a finger high above the bed."""
    return bool(ctx.world.touch(cloth.name).any() or np.linalg.norm(ctx.world.vertices(cloth.name) - ctx.tool[:3, 3], axis=1).min() < 0.03)


def _edge(ctx: HouseContext, cloth: Cloth, axis: int, end: int, k: int) -> Hem:
    """The hem at vertex k of the edge at the `end` (0 or -1) of `axis`; outwards as that edge's rows run."""
    X = np.moveaxis(sheet(ctx.world, cloth), axis, 0)
    d = X[end, k] - X[1 if end == 0 else -2, k]
    d[2] = 0.0
    index = (end % cloth.count[axis], k)
    i, j = index if axis == 0 else index[::-1]
    return Hem(i=i, j=j, outwards=d / max(float(np.linalg.norm(d)), 1e-6))


def _opposite(ctx: HouseContext, cloth: Cloth, axis: int, hem: Hem) -> np.ndarray:
    """(3,) the vertex on the other edge that a hem comes to lie on [m]."""
    index = [hem.i, hem.j]
    index[axis] = cloth.count[axis] - 1 - index[axis]
    return sheet(ctx.world, cloth)[tuple(index)].copy()


def _held(ctx: HouseContext, cloth: Cloth, axis: int, ends: Sequence[int]) -> Hem:
    """The vertex of the edges at the `ends` of `axis` that is nearest to the tool."""
    edges = np.moveaxis(sheet(ctx.world, cloth), axis, 0)[list(ends)]
    n, k = np.unravel_index(np.argmin(np.linalg.norm(edges - ctx.tool[:3, 3], axis=-1)), edges.shape[:2])
    return _edge(ctx, cloth, axis, ends[int(n)], int(k))


def _fold(cloth: Cloth, axis: int, ends: tuple[int, ...]) -> Callable[[HouseContext, Goal], Steps]:
    """Folds in half along `axis`, taking one of the edges `ends`, which it is told by what is in reach."""

    def skill(ctx: HouseContext, goal: Goal) -> Steps:
        del goal
        done = lambda: all(c(ctx.world) for c in (edges_meet(cloth, axis, 0.032), halved(cloth, axis), lies_flat(cloth, 0.055)))  # noqa: E731
        middle, apex = cloth.count[1 - axis] // 2, 0.33 * cloth.size[axis]
        while True:
            if done():
                ctx.span = "withdraw"
                yield from wait(ctx, 1, ctx.grip)
                continue
            order = ctx.rng.permutation(ends)

            def choose(attempt: int, order: np.ndarray = order) -> list[Hem]:
                return [_edge(ctx, cloth, axis, int(end), middle + (0, 1, -1, 2, -2)[attempt % 5]) for end in order]

            def onwards(hem: Hem, T: Pose) -> list[Pose]:
                over, there = higher(T, apex), higher(T, LOW_M)
                there[:2, 3] = _opposite(ctx, cloth, axis, hem)[:2]
                over[:2, 3] = 0.5 * (T[:2, 3] + there[:2, 3])
                return [over, there]

            if not (yield from take_hem(ctx, cloth, choose, onwards)):
                continue
            to = _opposite(ctx, cloth, axis, _held(ctx, cloth, axis, ends))
            to[2] = 0.0
            yield from arc(ctx, cloth, to, apex, LOW_M)
            yield from let_cloth_go(ctx, cloth)

    return skill


def _taut(ctx: HouseContext) -> Callable[[], bool]:
    """Asked in every step of a pull: whether the cloth holds the hand back."""
    speed = 0.0

    def taut() -> bool:
        nonlocal speed
        speed = max(ctx.speed, FADES * speed)
        return float(np.linalg.norm(ctx.reference[:3, 3] - ctx.tool[:3, 3])) > TAUT_M + LAG_S * speed

    return taut


def spread(ctx: HouseContext, goal: Goal) -> Steps:
    """Pulls a blanket flat: takes the vertex of its two short hems that is furthest from where it ought to be, and draws it there."""
    del goal
    cloth = BLANKET
    mark = ctx.world.site("mark_middle")
    heading = float(np.arctan2(mark[1, 0], mark[0, 0]))
    wanted = placed(cloth.grid(), mark[0, 3], mark[1, 3], heading)
    done = lambda: covered(ctx.world, cloth, "mark_middle", MARK_HALF_M, 0.022) > 0.92 and lies_flat(cloth, 0.022)(ctx.world)  # noqa: E731
    last = -1
    while True:
        if done():
            ctx.span = "withdraw"
            yield from wait(ctx, 1, ctx.grip)
            continue
        X = sheet(ctx.world, cloth)
        end = max((0, -1), key=lambda e: float(np.linalg.norm((wanted - X)[e, :, :2], axis=-1).mean()))
        off = np.linalg.norm((wanted - X)[end, :, :2], axis=-1)
        middle = cloth.count[1] // 2
        # The middle of the hem first; what lags behind later.
        pick = middle if off.min() > 0.06 else 1 + int(np.argmax(off[1:-1]))
        pick = min(max(pick + (1 if pick == last else 0), 1), cloth.count[1] - 2)
        last = pick
        out = mark[:3, 0] * (1.0 if end == -1 else -1.0)

        def choose(attempt: int, end: int = end, pick: int = pick, out: np.ndarray = out) -> list[Hem]:
            j = min(max(pick + (0, 1, -1, 2, -2)[attempt % 5], 0), cloth.count[1] - 1)
            return [Hem(i=end % cloth.count[0], j=j, outwards=out)]

        def onwards(hem: Hem, T: Pose) -> list[Pose]:
            there = higher(T, SPREAD_LIFT_M)
            there[:2, 3] = wanted[hem.i, hem.j, :2]
            return [there]

        if not (yield from take_hem(ctx, cloth, choose, onwards, lift=SPREAD_LIFT_M)):
            continue
        k = int(np.argmin(np.linalg.norm(sheet(ctx.world, cloth)[end] - ctx.tool[:3, 3], axis=-1)))
        ctx.span = "pull"
        yield from wait(ctx, 8, 0.0)  # the hand comes to rest first
        taut = _taut(ctx)
        target = ctx.reference.copy()
        target[:2, 3] = wanted[end, k, :2] + 0.006 * out[:2]
        yield from move(
            ctx, target, grip=0.0, speed=0.4, tolerance=0.018, timeout=50, until=lambda taut=taut: taut() or not pinched(ctx, cloth)
        )
        eased = ctx.reference.copy()
        eased[:3, 3] = ctx.tool[:3, 3] - 0.008 * out
        eased[2, 3] = 0.02
        yield from move(ctx, eased, grip=0.0, speed=0.4, tolerance=0.012, timeout=20)
        yield from let_cloth_go(ctx, cloth, away=CLEAR_OF_M * out)


def put_away(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the towel up by a hem, carries it hanging over the basket and lowers it in."""
    del goal
    cloth = TOWEL
    floor = ctx.world.site("basket_floor")[:3, 3]
    done = lambda: gathered(cloth, "basket_floor", BASKET_HALF_M + 0.002, BASKET_HEIGHT_M - 0.003, 0.92)(ctx.world)  # noqa: E731
    lost = lambda: not pinched(ctx, cloth)  # noqa: E731

    def onwards(hem: Hem, T: Pose) -> list[Pose]:
        del hem
        up, over = T.copy(), T.copy()
        up[2, 3] = over[2, 3] = CARRY_M
        over[:2, 3] = floor[:2]
        return [up, over, higher(over, floor[2] + DROP_M - CARRY_M)]

    while True:
        if done() and not ctx.world.touch(cloth.name).any() and ctx.grip > 0.3:
            ctx.span = "withdraw"
            yield from wait(ctx, 1, ctx.grip)
            continue
        sides = [(axis, end) for axis in (0, 1) for end in (0, -1)]
        ctx.rng.shuffle(sides)

        def choose(attempt: int, sides: list[tuple[int, int]] = sides) -> list[Hem]:
            left = sides[attempt % 4 :] if attempt < 4 else sides
            return [_edge(ctx, cloth, axis, end, cloth.count[1 - axis] // 2) for axis, end in left]

        if not (yield from take_hem(ctx, cloth, choose, onwards, lift=0.06)):
            continue
        ctx.span = "carry"
        over = ctx.reference.copy()
        over[2, 3] = CARRY_M
        # Straight up until the cloth is off the bed, then on while it rises.
        if (yield from move(ctx, over, grip=0.0, tolerance=0.03, timeout=50, until=lambda: lost() or ctx.tool[2, 3] > 0.36)) and lost():
            continue
        over[:2, 3] = floor[:2]
        if (yield from move(ctx, over, grip=0.0, speed=0.8, tolerance=0.025, timeout=70, until=lost)):
            continue
        yield from wait(ctx, 6, 0.0)  # until it swings less
        ctx.span = "place"
        over[2, 3] = floor[2] + DROP_M
        yield from move(ctx, over, grip=0.0, speed=0.7, tolerance=0.02, timeout=60)
        ctx.span = "release"
        yield from wait(ctx, 12, 0.7, until=lambda: ctx.width > 0.05)
        ctx.span = "withdraw"
        over[2, 3] = 0.30
        yield from move(ctx, over, grip=0.7, speed=0.7, tolerance=0.03, timeout=40)


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    "fold_quilt": _fold(QUILT, 0, (-1,)),
    "fold_towel": _fold(TOWEL, 1, (0, -1)),
    "lay_blanket": spread,
    "towel_in_basket": put_away,
}
