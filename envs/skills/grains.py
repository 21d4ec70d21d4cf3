"""Skills on peas: sweep a mat with a sponge; pouring is in `pouring.py`."""

from __future__ import annotations

import numpy as np

from ...core.types import Goal
from ..furniture.grains import MAT_HALF_M
from ..pointing import pose, yawed
from ..tasks.grains import OVER_M, best_stroke, clean, grains
from .base import HouseContext, higher
from .grasping import grasp_thing, hang, holds, let_go, turn_left
from .motion import SOFTLY, Pose, Steps, move, wait
from .pouring import pour

ABOVE_M = 0.0015
"""Height of the sponge's foot over the mat while it wipes."""


def wipe(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the sponge, pushes the peas off the mat stroke by stroke, each where it clears most, and lays the sponge down."""
    del goal
    tidy = clean("mat", MAT_HALF_M)
    while True:
        if tidy(ctx.world):
            if ctx.world.touch("target").any():
                yield from let_go(ctx, "target")
            ctx.span = "hold"
            yield from wait(ctx, 1, 1.0)
            continue
        if not (yield from grasp_thing(ctx, "target")):
            return False
        yield from _strokes(ctx)


def _strokes(ctx: HouseContext) -> Steps:
    """Stroke after stroke until the mat is clean, True, or the sponge is lost."""
    lost = lambda: not holds(ctx, "target")  # noqa: E731
    tidy = clean("mat", MAT_HALF_M)
    sponge, mat = ctx.world.cast["target"].half, ctx.world.site("mat")
    heading = float(np.arctan2(mat[1, 0], mat[0, 0]))
    ctx.span = "lift"
    up = higher(ctx.reference, 0.06)
    if (yield from move(ctx, up, grip=0.0, speed=0.6, tolerance=0.02, until=lost)):
        return False
    R = yawed(ctx.reference[:3, :3].copy(), turn_left(ctx, "target", heading))

    def at(x: float, y: float, height: float) -> Pose:
        depth = float(np.clip(hang(ctx, "target")[2], 0.008, 0.04))
        return pose(R, mat[:3, 3] + mat[:3, :3] @ np.array([x, y, 0.0]) + np.array([0.0, 0.0, height + depth]))

    while not tidy(ctx.world):
        ctx.span = "wipe"
        peas = ((grains(ctx.world) - mat[:3, 3]) @ mat[:3, :3])[:, :2]
        x, y, way = best_stroke(peas, (sponge[0], sponge[1]), MAT_HALF_M)
        end = way * (MAT_HALF_M[1] + OVER_M - sponge[1])
        for stop, speed, tolerance, timeout, brake in (
            (at(x, y, 0.045), 1.0, 0.012, 80, 1.0), (at(x, y, ABOVE_M), 0.5, 0.005, 40, SOFTLY), (at(x, end, ABOVE_M), 0.6, 0.012, 80, 1.0),
        ):  # fmt: skip
            if (yield from move(ctx, stop, grip=0.0, speed=speed, tolerance=tolerance, timeout=timeout, until=lost, brake=brake)):
                return False
        if tidy(ctx.world):
            return True
        if (yield from move(ctx, at(x, end, 0.045), grip=0.0, speed=0.8, tolerance=0.02, timeout=25, until=lost)):
            return False
    return True


SKILLS = {"pour_peas": pour, "wipe_mat": wipe}
