"""Skills on drawers and doors: pull by the handle, push shut, with feedback from the joint and the grip."""

from __future__ import annotations

import numpy as np

from ..skills.motion import DOWN, OPEN_WIDTH_M, Context, Pose, Steps, clear_up, forward_pitched, move, pose, wait, yawed
from .tasks import DOOR_CLOSED_RAD, DRAWER_CLOSED_M

PITCH = np.deg2rad(45)
"""How far the tool points below the horizontal at handles."""
APPROACH_M = 0.10
BAR_WIDTH_M = (0.006, 0.03)
"""Width between the pads with a handle's bar between them."""
OPEN_DRAWER_M, OPEN_DOOR_RAD = 0.155, 1.18
"""Where a pull stops."""
DOOR_PUSH_RADIUS_M, DOOR_PUSH_Z = 0.30, 0.235
"""Where the closed fingers push the microwave's door: distance from the hinge and height [m]."""


def _handle(ctx: Context, fixture: int) -> np.ndarray:
    return ctx.handles(ctx.snapshot.fixtures[None])[0, fixture]


def _handle_pose(ctx: Context, fixture: int, value: float) -> Pose:
    """The tool at a fixture's handle when its joint is at `value`; at the door it turns by half the door's angle."""
    joints = ctx.snapshot.fixtures.copy()
    joints[fixture] = value
    R = forward_pitched(PITCH)
    if fixture == 2:
        R = yawed(R, -0.5 * value)
    return pose(R, ctx.handles(joints[None])[0, fixture])


def _gripping(ctx: Context, fixture: int) -> bool:
    near = np.linalg.norm(ctx.tool[:3, 3] - _handle(ctx, fixture)) < 0.035
    return bool(near and ctx.grip < 0.5 and BAR_WIDTH_M[0] < ctx.width < BAR_WIDTH_M[1])


def _grip_handle(ctx: Context, fixture: int) -> Steps:
    """Takes hold of a handle; False when it gave up."""
    for _ in range(5):
        if _gripping(ctx, fixture):
            return True
        ctx.span = "reach"
        goal = _handle_pose(ctx, fixture, float(ctx.snapshot.fixtures[fixture]))
        goal[:3, 3] += ctx.style.offset
        before = goal.copy()
        before[:3, 3] -= APPROACH_M * goal[:3, 2]
        if np.linalg.norm(ctx.tool[:3, 3] - goal[:3, 3]) > 0.04:
            yield from clear_up(ctx, before[:2, 3], 1.0)
            yield from move(ctx, before, grip=1.0, tolerance=0.015, timeout=90)
        ctx.span = "grasp"
        if ctx.width < 0.05:
            yield from wait(ctx, 10, 1.0, until=lambda: ctx.width > OPEN_WIDTH_M)
        yield from move(ctx, goal, grip=1.0, speed=0.6, tolerance=0.008, timeout=50)
        yield from wait(ctx, 9, 0.0)
        if _gripping(ctx, fixture):
            return True
        yield from _back_off(ctx)
    return False


def _back_off(ctx: Context) -> Steps:
    """Opens the fingers and withdraws along the tool's axis."""
    ctx.span = "recover"
    yield from wait(ctx, 5, 1.0, until=lambda: ctx.width > 0.06)
    back = ctx.reference.copy()
    back[:3, 3] -= 0.08 * back[:3, 2]
    yield from move(ctx, back, grip=1.0, tolerance=0.02, timeout=30)
    return True


def pull_open(ctx: Context, fixture: int) -> Steps:
    """Takes the handle and pulls until the drawer or door stands open; takes hold again after a slip."""
    goal_value = OPEN_DOOR_RAD if fixture == 2 else OPEN_DRAWER_M
    lead = 0.22 if fixture == 2 else 0.06
    while True:
        if ctx.snapshot.fixtures[fixture] > 0.97 * goal_value:
            ctx.span = "hold"
            yield from wait(ctx, 1, ctx.grip)
            continue
        if not (yield from _grip_handle(ctx, fixture)):
            return False
        ctx.span = "pull"

        def ahead() -> Pose:
            return _handle_pose(ctx, fixture, min(float(ctx.snapshot.fixtures[fixture]) + lead, goal_value + 0.04))

        def over() -> bool:
            return ctx.snapshot.fixtures[fixture] > 0.97 * goal_value or not _gripping(ctx, fixture)

        yield from move(ctx, ahead, grip=0.0, speed=0.6, tolerance=0.001, timeout=120, until=over)


def push_drawer(ctx: Context, fixture: int) -> Steps:
    """Pushes a drawer shut with closed fingers against its handle."""
    closed_x = float(ctx.handles(np.zeros((1, 3)))[0, fixture, 0])
    while True:
        if ctx.snapshot.fixtures[fixture] < 0.6 * DRAWER_CLOSED_M:
            ctx.span = "hold"
            yield from wait(ctx, 1, 0.0)
            continue
        ctx.span = "reach"
        goal = _handle_pose(ctx, fixture, float(ctx.snapshot.fixtures[fixture]))
        before = goal.copy()
        before[0, 3] -= 0.055
        behind = goal[0, 3] - 0.012 - ctx.tool[0, 3]
        aligned = abs(ctx.tool[1, 3] - goal[1, 3]) < 0.012 and abs(ctx.tool[2, 3] - goal[2, 3]) < 0.02
        if not (aligned and 0.0 < behind < 0.09):
            yield from clear_up(ctx, before[:2, 3], 0.0)
            yield from move(ctx, before, grip=0.0, tolerance=0.01, timeout=90)
        ctx.span = "push"
        shut = goal.copy()
        shut[0, 3] = closed_x + 0.01
        done = lambda: ctx.snapshot.fixtures[fixture] < 0.5 * DRAWER_CLOSED_M  # noqa: E731
        if not (yield from move(ctx, shut, grip=0.0, speed=0.6, tolerance=0.001, timeout=60, until=done)):
            yield from _back_off(ctx)


def _door_point(ctx: Context, angle: float, off: float, height: float) -> Pose:
    """The tool beside the door's outer face at `angle` [rad], `off` metres away from it."""
    local = np.array([-off, -DOOR_PUSH_RADIUS_M])
    c, s = np.cos(angle), np.sin(angle)
    xy = ctx.hinge + np.array([c * local[0] + s * local[1], -s * local[0] + c * local[1]])
    return pose(yawed(DOWN, -0.6 * angle), np.array([xy[0], xy[1], height]))


def push_door(ctx: Context) -> Steps:
    """Pushes the microwave's door shut from outside with closed fingers, above its handle."""
    while True:
        angle = float(ctx.snapshot.fixtures[2])
        if angle < 0.5 * DOOR_CLOSED_RAD:
            ctx.span = "hold"
            yield from wait(ctx, 1, 0.0)
            continue
        beside = _door_point(ctx, angle, 0.075, DOOR_PUSH_Z)
        if np.linalg.norm(ctx.tool[:3, 3] - _door_point(ctx, angle, 0.03, DOOR_PUSH_Z)[:3, 3]) > 0.06:
            ctx.span = "reach"
            above = beside.copy()
            above[2, 3] = 0.36
            if np.linalg.norm(ctx.tool[:2, 3] - beside[:2, 3]) > 0.03:
                yield from clear_up(ctx, beside[:2, 3], 0.0, height=0.36)
                yield from move(ctx, above, grip=0.0, tolerance=0.03, timeout=90)
            yield from move(ctx, beside, grip=0.0, speed=0.8, tolerance=0.02, timeout=40)
        ctx.span = "push"

        def ahead() -> Pose:
            return _door_point(ctx, float(ctx.snapshot.fixtures[2]) - 0.22, 0.0, DOOR_PUSH_Z)

        done = lambda: ctx.snapshot.fixtures[2] < 0.4 * DOOR_CLOSED_RAD  # noqa: E731
        if not (yield from move(ctx, ahead, grip=0.0, speed=0.7, tolerance=0.001, timeout=90, until=done)):
            ctx.span = "recover"
            up = ctx.reference.copy()
            up[2, 3] = 0.36
            yield from move(ctx, up, grip=0.0, tolerance=0.03, timeout=30)
