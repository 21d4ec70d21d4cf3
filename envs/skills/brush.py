"""A toothbrush into its cup: taken across the handle, stood up by laying the hand back, let down into the mouth of the cup."""

from __future__ import annotations

import numpy as np

from ...core.types import Goal
from ..objects.instance import grasp_pose, turned
from ..pointing import turn_between
from ..tasks.bottles import PITCHES, SINK_M, stood_up
from ..tasks.predicates import inside
from .base import HouseContext, higher, move_joints, solve, travel
from .grasping import close_on, holds, lift, opening_for
from .motion import SOFTLY, Steps, clear_up, move, wait

OVER_M = 0.03
"""The brush's end comes over the cup this far above the rim [m]."""
ABOVE_M = 0.10
"""And so far when the hand has been laid back [m]."""


def _way(ctx: HouseContext) -> tuple[float, np.ndarray]:
    """The pitch with the brush most upright that the arm can do both let down and over the cup, and its joints (dof,) above it."""
    best: tuple[float, float, np.ndarray] | None = None
    for pitch in PITCHES:
        down, far, turn = solve(ctx, stood_up(ctx.world, ctx.tool, float(pitch), SINK_M))
        # From below upwards, so that no change of the elbow or wrist is left for the way down.
        T = np.linalg.inv(ctx.T_world_base) @ stood_up(ctx.world, ctx.tool, float(pitch), -ABOVE_M)
        above = ctx.robot.inverse(T[None], down[None], iterations=40)[0]
        reached = ctx.robot.forward(above[None])[0]
        trouble = far + 0.05 * turn + float(np.linalg.norm(reached[:3, 3] - T[:3, 3])) + 0.05 * turn_between(reached, T)
        spare = float(np.minimum(down - ctx.robot.q_min, ctx.robot.q_max - down).min())
        trouble += 0.1 * max(0.0, 0.08 - spare)
        if best is None or trouble < best[0]:
            best = trouble, float(pitch), above
        if trouble < 0.006:
            break
    assert best is not None
    return best[1], best[2]


def _take(ctx: HouseContext) -> Steps:
    """Takes the brush from above, the tool's x towards its bristles."""
    ctx.span = "reach"
    brush = ctx.world.cast["target"]
    grasp = max(brush.grasps, key=lambda g: g.position[0])
    T = turned(grasp_pose(grasp, ctx.world.position("target"), ctx.world.rotation("target")), np.pi)
    T[:3, 3] += 0.5 * ctx.style.offset
    above, wide = T.copy(), opening_for(ctx, grasp.width)
    above[2, 3] += 0.10
    yield from clear_up(ctx, T[:2, 3], wide, height=ctx.safe)
    yield from travel(ctx, lambda: above, grip=wide, timeout=100)
    ctx.span = "grasp"
    yield from move(ctx, T, grip=wide, speed=0.6, tolerance=0.005, timeout=60, brake=SOFTLY)
    if (yield from close_on(ctx, "target")):
        return (yield from lift(ctx, "target", ctx.tool[2, 3] + 0.20))
    ctx.span = "recover"
    above = higher(ctx.reference, 0.12)
    yield from move(ctx, above, grip=1.0, tolerance=0.03, timeout=30)
    return False


def put_in_cup(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the brush, stands it up, lets it down into the cup; again where it missed."""
    del goal
    lost = lambda: not holds(ctx, "target")  # noqa: E731
    while True:
        if inside("target", "receptacle")(ctx.world) and not ctx.world.touch("target").any():
            ctx.span = "hold"
            yield from wait(ctx, 1, 1.0)
            continue
        if not (yield from _take(ctx)):
            continue
        ctx.span = "carry"
        pitch, above = _way(ctx)
        yield from move_joints(ctx, above, grip=0.0, rate=1.0, timeout=100)
        yield from wait(ctx, 6, 0.0)
        ctx.span = "place"
        # Where it hangs in the fingers is looked at anew: it may have turned on the way.
        yield from move(ctx, stood_up(ctx.world, ctx.tool, pitch, -OVER_M), grip=0.0, speed=0.5, tolerance=0.006, timeout=50, until=lost)
        yield from move(ctx, stood_up(ctx.world, ctx.tool, pitch, SINK_M), grip=0.0, speed=0.35, tolerance=0.006, timeout=50, until=lost)
        ctx.span = "release"
        yield from wait(ctx, 8, 0.4)
        yield from wait(ctx, 6, 0.8)
        ctx.span = "withdraw"
        back = ctx.reference.copy()
        back[:3, 3] += np.array([0.0, 0.0, 0.04]) - 0.08 * back[:3, 2]
        yield from move(ctx, back, grip=0.8, speed=0.5, tolerance=0.03, timeout=40)
