"""Between two things that are asked for in one world: the hand puts down what it holds and leaves what it has moved."""

from __future__ import annotations

import numpy as np

from ..tasks.predicates import lowest
from .base import HouseContext, back_off, open_fingers
from .motion import SOFTLY, Steps, move

AT_M = 0.08
"""A hand this near to a handle or a push site is at it [m]."""
AWAY_M = 0.14
"""How far it withdraws: what is pushed next is come to anew, with closed fingers [m]."""
PRESSING_N = 0.5
"""A hand that presses by more is at something [N]."""
DROP_M = 0.004
"""How far over the worktop a thing is let go [m]."""


def leave(ctx: HouseContext, wanted: str, then: Steps) -> Steps:
    """Gets ready for a skill that is about the body `wanted`, "" for none, and goes on with it."""
    held = next((r for r in ctx.world.cast if (ctx.world.touch(r) > 0).all()), "")
    if held and ctx.world.body(held) != wanted:
        yield from _put_down(ctx, held)
    elif not held and (ctx.pressing > PRESSING_N or _at_furniture(ctx)):
        yield from back_off(ctx, AWAY_M)
    return (yield from then)


def _at_furniture(ctx: HouseContext) -> bool:
    sites = (s for f in ctx.world.names.fixtures.values() for s in (f.handle, f.push_open, f.push_shut) if s)
    return any(np.linalg.norm(ctx.world.site(s)[:3, 3] - ctx.tool[:3, 3]) < AT_M for s in sites)


def _put_down(ctx: HouseContext, role: str) -> Steps:
    """Straight down onto the worktop, and up again."""
    ctx.span = "place"
    down, up = ctx.reference.copy(), ctx.reference.copy()
    down[2, 3] -= max(lowest(ctx.world, role) - DROP_M, 0.0)
    yield from move(ctx, down, grip=ctx.grip, speed=0.5, tolerance=0.01, timeout=60, brake=SOFTLY)
    yield from open_fingers(ctx)
    up[2, 3] = max(up[2, 3], ctx.safe)
    return (yield from move(ctx, up, grip=1.0, tolerance=0.03, timeout=40))
