"""Skills on loose objects: grasp, lift, put into a receptacle, with feedback from the fingers' contacts."""

from __future__ import annotations

import numpy as np

from ...core.types import POINTS
from ..skills.motion import DOWN, OPEN_WIDTH_M, Context, Pose, Steps, clear_up, move, pose, wait, yawed
from .loose import OBJECTS, REST_HEIGHT
from .tasks import inside as inside_check

GRASP_Z = {"mug": 0.055, "bowl": 0.045, "box": 0.068, "can": 0.068, "apple": 0.036, "bottle": 0.158}
"""Tool height above the surface for an upright object [m]."""
BOWL_RIM = 0.069
"""Distance of the rim's middle from the bowl's axis [m]."""
LIFT_Z = 0.15
"""How far an object is lifted [m]."""
LYING = 0.75
"""An object whose own axis leans more than this (z component) lies on its side."""


def grasp_pose(ctx: Context, name: str) -> Pose:
    """Where the tool closes on the object: from above, fingers across its narrow side."""
    i = OBJECTS.index(name)
    centre, R = ctx.snapshot.position[i], ctx.snapshot.rotation[i]
    base = centre[2] - REST_HEIGHT[name]
    if name == "bowl":
        return pose(DOWN, np.array([centre[0], centre[1] + BOWL_RIM, base + GRASP_Z["bowl"]]))
    if name != "apple" and abs(R[2, 2]) < LYING:  # fallen over: across its long axis, at half its height
        axis = R[:, 2].copy()
        axis[2] = 0
        axis /= np.linalg.norm(axis)
        yaw = _fold(np.arctan2(axis[1], axis[0]))  # tool x along the object's axis
        return pose(yawed(DOWN, yaw), np.array([centre[0], centre[1], max(centre[2], 0.02)]))
    yaw = _fold(np.arctan2(R[1, 0], R[0, 0])) if name == "box" else 0.0
    return pose(yawed(DOWN, yaw), np.array([centre[0], centre[1], max(base, 0.0) + GRASP_Z[name]]) + ctx.style.offset)


def _fold(angle: float) -> float:
    """The same line's direction within +-90 degrees."""
    return float((angle + np.pi / 2) % np.pi - np.pi / 2)


def holds(ctx: Context, name: str) -> bool:
    return bool((ctx.snapshot.touch[OBJECTS.index(name)] > 0).all())


def grasp(ctx: Context, name: str) -> Steps:
    """Closes the fingers on the object; tries again after a miss. False when it gave up."""
    for _ in range(6):
        if holds(ctx, name) and ctx.width > 0.003 and ctx.grip < 0.5:
            return True
        ctx.span = "reach"
        goal = grasp_pose(ctx, name)
        above = goal.copy()
        above[2, 3] = max(ctx.style.clear, goal[2, 3] + 0.06)
        near = np.linalg.norm(ctx.tool[:2, 3] - goal[:2, 3]) < 0.015
        if not near:
            yield from clear_up(ctx, goal[:2, 3], grip=1.0)
            yield from move(ctx, above, grip=1.0, tolerance=0.012)
        ctx.span = "grasp"
        if ctx.width < 0.06:
            yield from wait(ctx, 10, 1.0, until=lambda: ctx.width > OPEN_WIDTH_M)
        goal = grasp_pose(ctx, name)
        yield from move(ctx, goal, grip=1.0, speed=0.7, tolerance=0.006, timeout=50)
        if (yield from _close(ctx, name)):
            return True
        ctx.span = "recover"
        up = ctx.reference.copy()
        up[2, 3] = ctx.style.clear
        yield from move(ctx, up, grip=1.0, tolerance=0.03, timeout=30)
    return False


def _close(ctx: Context, name: str) -> Steps:
    """Closes until both fingers touch and the width is steady."""
    last, steady = 1.0, 0
    for _ in range(14):
        yield from wait(ctx, 1, 0.0)
        steady = steady + 1 if abs(ctx.width - last) < 4e-4 else 0
        last = ctx.width
        if holds(ctx, name) and steady >= 2:
            return True
    return holds(ctx, name)


def pick_up(ctx: Context, name: str) -> Steps:
    """Grasps and lifts, again when it slips out, then holds it up for good."""
    while True:
        if not (yield from grasp(ctx, name)):
            return False
        ctx.span = "lift"
        target = ctx.reference.copy()
        target[:3, :3] = ctx.reference[:3, :3]
        target[2, 3] = max(ctx.reference[2, 3], GRASP_Z[name] + LIFT_Z)
        yield from move(ctx, target, grip=0.0, speed=0.7, tolerance=0.02, until=lambda: not holds(ctx, name))
        while holds(ctx, name):
            ctx.span = "hold"
            yield from wait(ctx, 1, 0.0)


def put_in(ctx: Context, name: str, receptacle: str) -> Steps:
    """Carries the object over the receptacle, lowers it, lets go and withdraws."""
    i = OBJECTS.index(name)
    inside = inside_check(name, receptacle)
    while True:
        if inside(ctx.snapshot) and not holds(ctx, name):
            ctx.span = "withdraw"
            up = ctx.reference.copy()
            up[2, 3] = max(up[2, 3], ctx.style.clear + 0.05)
            yield from move(ctx, up, grip=1.0, tolerance=0.03, timeout=30)
            yield from wait(ctx, 1, 1.0)
            continue
        if not (yield from grasp(ctx, name)):
            return False
        ctx.span = "carry"
        hang = ctx.tool[2, 3] - (ctx.snapshot.position[i, 2] - REST_HEIGHT[name])
        height = (0.27 if receptacle == "bin" else 0.20) + hang
        lost = lambda: not holds(ctx, name)  # noqa: E731
        up = ctx.reference.copy()
        up[2, 3] = max(up[2, 3], min(height, 0.43))
        if (yield from move(ctx, up, grip=0.0, speed=0.8, tolerance=0.03, until=lost)):
            continue
        if (yield from move(ctx, lambda z=up[2, 3]: _over(ctx, i, receptacle, z), grip=0.0, speed=0.8, tolerance=0.015, until=lost)):
            continue
        ctx.span = "place"
        drop = {"bowl": 0.03, "bin": 0.09}[receptacle] + hang
        low = max(drop, 0.17) if receptacle == "bin" else drop
        if (yield from move(ctx, lambda z=low: _over(ctx, i, receptacle, z), grip=0.0, speed=0.6, tolerance=0.015, timeout=40, until=lost)):
            continue
        yield from wait(ctx, 14, 1.0, until=lambda: ctx.width > OPEN_WIDTH_M)


def _over(ctx: Context, i: int, receptacle: str, height: float) -> Pose:
    """Tool pose that hangs object i's centre over the receptacle's, its tool heading kept."""
    centre = ctx.snapshot.points[POINTS.index(receptacle)]
    offset = np.clip(ctx.tool[:2, 3] - ctx.snapshot.position[i, :2], -0.03, 0.03)
    return pose(DOWN, np.array([centre[0] + offset[0], centre[1] + offset[1], height]))
