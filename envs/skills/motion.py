"""Cartesian motion of the tool, one control step at a time, as generators that skills chain with `yield from`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np

from ...core.kinematics import rotation_error
from ...core.types import CONTROL_HZ
from ..pointing import rotation_about

DT = 1.0 / CONTROL_HZ
LEAD_M = 0.06
"""The reference waits when it is this far ahead of the tool: the tool is blocked [m]."""
CLEAR_M = 0.25
"""Tool height at which it passes over everything on the worktop [m]."""


@dataclass(frozen=True, kw_only=True)
class Style:
    """What varies from one demonstration to the next."""

    speed: float
    """Top speed of the tool [m/s]."""
    acceleration: float
    """[m/s^2]"""
    turn: float
    """Top angular speed [rad/s]."""
    clear: float
    """Travel height [m]."""
    offset: np.ndarray
    """(3,) constant grasp offset [m]."""

    @staticmethod
    def sample(rng: np.random.Generator) -> Style:
        return Style(
            speed=rng.uniform(0.35, 0.6), acceleration=rng.uniform(1.2, 2.0), turn=rng.uniform(1.4, 2.0),
            clear=CLEAR_M + rng.uniform(-0.01, 0.03), offset=rng.uniform(-0.003, 0.003, 3),
        )  # fmt: skip


@dataclass(kw_only=True)
class Motion:
    """What moves: a tool that follows a reference. `tool` and `width` are refreshed before every step."""

    tool: np.ndarray
    """(4, 4) measured tool pose in the world."""
    width: float
    """Between the pads [m]."""
    style: Style
    rng: np.random.Generator
    reference: np.ndarray = field(default_factory=lambda: np.eye(4))
    """(4, 4) commanded tool pose."""
    grip: float = 1.0
    """Commanded opening."""
    speed: float = 0.0
    span: str = "start"


Steps = Generator[None, None, bool]
Pose = np.ndarray


def rotate_towards(R: np.ndarray, goal: np.ndarray, angle: float) -> np.ndarray:
    """R turned towards `goal` by at most `angle` [rad]."""
    v = rotation_error(R[None], goal[None])[0]
    total = float(np.linalg.norm(v))
    if total < 1e-6 or total <= angle:
        return goal if total <= angle else R
    return rotation_about(v / total, angle) @ R


def advance(ctx: Motion, goal: Pose, speed: float) -> tuple[float, float]:
    """Moves the reference one step towards `goal`; returns what is left [m], [rad]."""
    delta = goal[:3, 3] - ctx.reference[:3, 3]
    left = float(np.linalg.norm(delta))
    angle = float(np.linalg.norm(rotation_error(ctx.reference[None, :3, :3], goal[None, :3, :3])[0]))
    blocked = np.linalg.norm(ctx.reference[:3, 3] - ctx.tool[:3, 3]) > LEAD_M
    a = ctx.style.acceleration
    ctx.speed = 0.0 if blocked else min(speed, np.sqrt(2 * a * left) + 0.02, ctx.speed + a * DT)
    step = min(left, ctx.speed * DT)
    if left > 1e-9:
        ctx.reference[:3, 3] += delta * (step / left)
    steps_left = max(left / max(ctx.speed * DT, 1e-3), 1.0)
    turn = min(ctx.style.turn * DT, max(angle / steps_left, 0.25 * ctx.style.turn * DT))
    ctx.reference[:3, :3] = rotate_towards(ctx.reference[:3, :3], goal[:3, :3], turn)
    return left - step, max(angle - turn, 0.0)


def move(
    ctx: Motion, goal: Pose | Callable[[], Pose], *, grip: float, speed: float = 1.0, tolerance: float = 0.008,
    angle: float = 0.08, timeout: int = 80, until: Callable[[], bool] | None = None,
) -> Steps:  # fmt: skip
    """Drives the tool to `goal` (or to a goal that moves), at a share `speed` of the style's.

    Returns True when it arrived; with `until`, True when that condition ended it.
    """
    for _ in range(timeout):
        if until is not None and until():
            return True
        target = goal() if callable(goal) else goal
        ctx.grip = grip
        left, turn = advance(ctx, target, ctx.style.speed * speed)
        yield
        error = np.linalg.norm(target[:3, 3] - ctx.tool[:3, 3])
        if left < 1e-3 and turn < angle and error < tolerance:
            return until is None
    return False


def wait(ctx: Motion, steps: int, grip: float, until: Callable[[], bool] | None = None) -> Steps:
    """Stays for `steps` control steps with the gripper commanded to `grip`."""
    for _ in range(steps):
        if until is not None and until():
            return True
        ctx.grip, ctx.speed = grip, 0.0
        yield
    return until is None or until()


def clear_up(ctx: Motion, goal_xy: np.ndarray, grip: float, height: float | None = None) -> Steps:
    """Rises to the travel height first, where the tool is low and has a way to go sideways."""
    up = ctx.style.clear if height is None else height
    if ctx.tool[2, 3] < up - 0.03 and np.linalg.norm(ctx.tool[:2, 3] - goal_xy) > 0.04:
        target = ctx.reference.copy()
        target[:3, 3] = [ctx.tool[0, 3], ctx.tool[1, 3], up]
        yield from move(ctx, target, grip=grip, tolerance=0.03, timeout=30)
    return True
