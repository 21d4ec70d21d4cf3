"""Skills on peas: grasp a cup from the side and pour it out, sweep a mat with a sponge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....core.types import Goal
from ...experts.motion import DOWN, Pose, Steps, move, pose, wait, yawed
from ..pieces.grains import MAT_HALF_M
from ..tasks.grains import clean, poured
from .base import HouseContext, back_off, reachable, rotation_about
from .grasping import close_on, grasp_thing, holds, let_go

PITCH = np.deg2rad(22)
"""How far the tool points below the horizontal when it takes a cup from the side."""
POUR_RAD = 2.5
"""How far the cup is turned about the tool's axis."""
OVER_RIM_M = 0.045
"""Height of the cup's lip over the bowl's rim while pouring."""


def _side_pose(centre: np.ndarray, heading: float) -> Pose:
    """The tool level with a point, pointing along `heading` and a little down, fingers travelling sideways."""
    z = np.array([np.cos(heading) * np.cos(PITCH), np.sin(heading) * np.cos(PITCH), -np.sin(PITCH)])
    y = np.array([np.sin(heading), -np.cos(heading), 0.0])
    return pose(np.stack([np.cross(y, z), y, z], axis=-1), centre)


def _take_from_side(ctx: HouseContext, role: str) -> Steps:
    """Grasps a standing cup from the side, from where the arm can turn its wrist; False when it gave up."""
    for _ in range(4):
        w, instance = ctx.world, ctx.world.cast[role]
        centre = w.position(role) + np.array([0.0, 0.0, -instance.rest + 0.62 * instance.top])
        to_bowl = w.position("receptacle")[:2] - centre[:2]
        out = float(np.arctan2(centre[1], centre[0]))
        options = []
        for heading in out + np.deg2rad([-50, -35, -20, 0, 20, 35, 50]):
            T = _side_pose(centre, float(heading))
            blocked = float(np.array([np.cos(heading), np.sin(heading)]) @ to_bowl) < -0.02  # the bowl is behind the hand
            cup = w.rotation(role)[:2, 0]  # a handle sticks out along x: fingers keep off it
            handle = abs(float(cup @ T[:2, 1])) if instance.half[0] > instance.half[1] + 0.01 else 0.0
            options.append((0.5 * blocked + handle + 0.2 * abs(heading - out), T))
        for _, T in sorted(options, key=lambda o: o[0]):
            before = T.copy()
            before[:3, 3] -= 0.12 * T[:3, 2]
            if reachable(ctx, T) and reachable(ctx, before):
                break
        ctx.span = "reach"
        high = before.copy()
        high[2, 3] = max(high[2, 3], 0.22)
        yield from move(ctx, high, grip=1.0, tolerance=0.02, timeout=100)
        yield from move(ctx, before, grip=1.0, tolerance=0.012, timeout=60)
        ctx.span = "grasp"
        yield from move(ctx, T, grip=1.0, speed=0.6, tolerance=0.008, timeout=50)
        if (yield from close_on(ctx, role)):
            return True
        yield from back_off(ctx, 0.12)
    return False


def pour(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the cup from the side, lifts it, turns its lip over the bowl and keeps it there until it is empty."""
    del goal
    while True:
        if not holds(ctx, "target") and poured("receptacle")(ctx.world):
            ctx.span = "hold"
            yield from wait(ctx, 1, ctx.grip)
            continue
        if not (yield from _take_from_side(ctx, "target")):
            return False
        if (yield from _lift_and_tip(ctx)):
            yield from _shake(ctx)


def _lift_and_tip(ctx: HouseContext) -> Steps:
    """Lifts the cup, brings its lip over the bowl and turns it; False when it was lost."""
    lost = lambda: not holds(ctx, "target")  # noqa: E731
    over = lambda: lost() or poured("receptacle", 0.95)(ctx.world)  # noqa: E731
    ctx.span = "carry"
    up = ctx.reference.copy()
    up[2, 3] += 0.16
    if (yield from move(ctx, up, grip=0.0, speed=0.6, tolerance=0.03, until=lost)):
        return False
    tilt = _tilted(ctx, _pour_side(ctx))
    for angle, steps in ((0.0, 120), *((a, 12) for a in np.linspace(0.3, POUR_RAD, 12)), (POUR_RAD, 25)):
        ctx.span = "carry" if angle == 0.0 else "pour"
        if (yield from move(ctx, lambda a=angle: tilt(a), grip=0.0, speed=0.5, tolerance=0.02, angle=0.2, timeout=steps, until=over)):
            break
    yield from wait(ctx, 15, 0.0, until=over)
    return not lost()


def _shake(ctx: HouseContext) -> Steps:
    """Keeps the cup over the bowl: what still falls falls into it."""
    while holds(ctx, "target"):
        ctx.span = "hold"
        yield from wait(ctx, 1, 0.0)
        if poured("receptacle")(ctx.world):
            continue
        shake = ctx.reference.copy()
        shake[:3, 3] += ctx.rng.uniform(-0.012, 0.012, 3)
        yield from move(ctx, shake, grip=0.0, tolerance=0.004, timeout=6)
    return False


def _pour_side(ctx: HouseContext) -> float:
    """+1 or -1: which way the wrist has more room to turn."""
    wrist = float(ctx.joints[-1])
    return 1.0 if wrist < 0.5 * float(ctx.robot.q_min[-1] + ctx.robot.q_max[-1]) else -1.0


def _tilted(ctx: HouseContext, side: float) -> Callable[[float], Pose]:
    """Tool poses by angle: the cup turned about the tool's axis with its lip over the bowl's middle."""
    w, instance = ctx.world, ctx.world.cast["target"]
    T0 = ctx.reference.copy()
    axis = T0[:3, 2]
    cup = w.position("target") + np.array([0.0, 0.0, instance.top - instance.rest])
    out = side * np.cross(axis, [0.0, 0.0, 1.0])
    assert instance.cavity is not None
    lip = cup + instance.cavity.radius * out / np.linalg.norm(out) - T0[:3, 3]

    def at(angle: float) -> Pose:
        bowl, cast = ctx.world.position("receptacle"), ctx.world.cast["receptacle"]
        assert cast.cavity is not None
        R = rotation_about(axis, side * angle)
        goal = bowl + np.array([0.0, 0.0, cast.cavity.rim + OVER_RIM_M]) - 0.012 * out
        return pose(R @ T0[:3, :3], goal - R @ lip)

    return at


def wipe(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the sponge, sweeps the mat in overlapping strokes away from the robot, lets go beside it."""
    del goal
    tidy = clean("mat", MAT_HALF_M)
    while True:
        if tidy(ctx.world) and not holds(ctx, "target"):
            ctx.span = "hold"
            yield from wait(ctx, 1, 1.0)
            continue
        if tidy(ctx.world):
            yield from let_go(ctx, "target")
            continue
        if not (yield from grasp_thing(ctx, "target")):
            return False
        yield from _sweep(ctx)


def _sweep(ctx: HouseContext) -> Steps:
    """Pushes the row of peas that is furthest from done off the mat, across its long way."""
    w = ctx.world
    mat = w.site("mat")
    hang = ctx.tool[2, 3] - (w.position("target")[2] - w.cast["target"].rest)
    yaw = float(np.arctan2(mat[1, 0], mat[0, 0]))
    R = yawed(DOWN, yaw)
    lost = lambda: not holds(ctx, "target")  # noqa: E731

    def at(x: float, y: float, height: float) -> Pose:
        return pose(R, mat[:3, 3] + mat[:3, :3] @ np.array([x, y, 0.0]) + np.array([0.0, 0.0, height + hang]))

    hx, hy = MAT_HALF_M
    for side in (-1.0, 1.0):
        for x in (-0.055, 0.0, 0.055):
            if clean("mat", MAT_HALF_M)(ctx.world):
                return True
            ctx.span = "wipe"
            for stop in (at(x, 0.0, 0.09), at(x, -0.01 * side, 0.03)):
                if (yield from move(ctx, stop, grip=0.0, speed=0.9, tolerance=0.02, timeout=80, until=lost)):
                    return False
            if (yield from move(ctx, at(x, -0.01 * side, 0.001), grip=0.0, speed=0.4, tolerance=0.006, timeout=30, until=lost)):
                return False
            if (yield from move(ctx, at(x, side * (hy + 0.06), 0.001), grip=0.0, speed=0.6, tolerance=0.015, timeout=80, until=lost)):
                return False
            if (yield from move(ctx, at(x, side * (hy + 0.06), 0.09), grip=0.0, speed=0.8, tolerance=0.03, timeout=30, until=lost)):
                return False
    del hx
    return True


SKILLS = {"pour_peas": pour, "wipe_mat": wipe}
