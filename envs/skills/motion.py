"""Cartesian motion of the tool, one control step at a time, as generators that skills chain with `yield from`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np

from ...core.kinematics import rotation_error
from ...core.types import CONTROL_HZ
from ..pointing import rotation_about, turn_between

DT = 1.0 / CONTROL_HZ
LEAD_M, LEAD_RAD = 0.06, 0.5
"""The reference slows down when what is sent is half of this ahead of the tool and waits at all of it: the tool is blocked [m], [rad]."""
STRAIN_RAD = 0.1
"""A joint that is half of this behind slows the reference down, and stops it at all of it: near a singular pose joints cannot follow a
tool at speed, and it would leave its way [rad]."""
SLOWED_N = 25.0
"""Pressing on furniture by more than this, the reference slows down, to a tenth of its speed at twice as much."""
BEARABLE_N, YIELDS = 45.0, 0.35
"""Pressing on furniture by more than this, the reference gives way by this share of its lead over the tool in each control step."""
TURN_ACCELERATION, FOLLOW_ACCELERATION = 2.0, 5.0
"""Of turns to a pose that stands still, slow enough for joints that a turn asks much of to brake, and after one that moves [rad/s^2]."""
CRAWL = 0.01
"""The slowest that a reference moves [m/s], [rad/s]."""
SOFTLY = 0.3
"""Share of the deceleration with which a hand comes down on what it takes or sets down: it may touch what carries that."""
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
            speed=rng.uniform(0.35, 0.55), acceleration=rng.uniform(1.0, 1.5), turn=rng.uniform(1.2, 1.6),
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
    sent: np.ndarray = field(default_factory=lambda: np.eye(4))
    """(4, 4) tool pose of the joints that inverse kinematics made of the reference last: another one where that is out of reach."""
    grip: float = 1.0
    """Commanded opening."""
    speed: float = 0.0
    """Of the reference [m/s]; motions that set the reference themselves leave it at rest."""
    turning: float = 0.0
    """[rad/s]"""
    strained: float = 0.0
    """How far the joint that is furthest behind what inverse kinematics ask for is behind it, by the pace that joints keep [rad]."""
    pressing: float = 0.0
    """The robot's largest net force on a piece of furniture now [N]."""
    bearable: float = BEARABLE_N
    """Pressing harder than this [N] makes the hand give way."""
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


def _room(lead: float, most: float) -> float:
    """Share of the speed for a reference that is `lead` ahead of the tool: 1 up to half of `most`, 0 from there on."""
    return float(np.clip(2.0 - 2.0 * lead / most, 0.0, 1.0))


def stopping(left: float, acceleration: float) -> float:
    """The speed from which control steps of even deceleration come to rest in exactly the way that is `left`, no less than a crawl."""
    half = 0.5 * acceleration * DT
    return float(np.sqrt(half * half + 2 * acceleration * left)) - half + CRAWL


def advance(ctx: Motion, goal: Pose, speed: float, brake: float = 1.0, alpha: float = TURN_ACCELERATION) -> tuple[float, float]:
    """Moves the reference one step towards `goal`, speeding up at the style's acceleration and slowing down at a share `brake` of it,
    turning at `alpha` [rad/s^2]; returns what is left [m], [rad]."""
    delta = goal[:3, 3] - ctx.reference[:3, 3]
    left = float(np.linalg.norm(delta))
    angle = turn_between(ctx.reference, goal)
    gentle = float(np.clip(2.0 - ctx.pressing / SLOWED_N, 0.1, 1.0))
    room = _room(float(np.linalg.norm(ctx.sent[:3, 3] - ctx.tool[:3, 3])), LEAD_M)
    turned = _room(turn_between(ctx.tool, ctx.sent), LEAD_RAD)
    # A reference that waited for both could wait for ever: turning on is what gets an arm out of its joints' ends.
    gentle *= _room(ctx.strained, STRAIN_RAD)
    room, turned = gentle * min(room, max(turned, 0.2)), gentle * max(turned, 0.25)
    a = ctx.style.acceleration
    ctx.speed = min(room * speed, stopping(left, brake * a), ctx.speed + a * DT)
    step = min(left, ctx.speed * DT)
    if left > 1e-9:
        ctx.reference[:3, 3] += delta * (step / left)
    steps_left = max(left / max(ctx.speed * DT, 1e-3), 1.0)
    top = min(turned * ctx.style.turn, stopping(angle, alpha), ctx.turning + alpha * DT)
    turn = min(top * DT, max(angle / steps_left, 0.25 * top * DT))
    ctx.turning = turn / DT
    ctx.reference[:3, :3] = rotate_towards(ctx.reference[:3, :3], goal[:3, :3], turn)
    return left - step, max(angle - turn, 0.0)


def give_way(ctx: Motion) -> None:
    """Takes the reference back where the hand presses harder than it should; called once a control step."""
    if ctx.pressing > ctx.bearable:
        ctx.reference[:3, 3] += YIELDS * (ctx.tool[:3, 3] - ctx.reference[:3, 3])


def move(
    ctx: Motion, goal: Pose | Callable[[], Pose], *, grip: float, speed: float | Callable[[], float] = 1.0, tolerance: float = 0.008,
    angle: float = 0.08, timeout: int = 80, until: Callable[[], bool] | None = None, brake: float = 1.0,
) -> Steps:  # fmt: skip
    """Drives the tool to `goal` (or to a goal that moves), at a share `speed` of the style's, braking with a share `brake`.

    Returns True when it arrived; with `until`, True when that condition ended it.
    """
    for _ in range(timeout):
        if until is not None and until():
            return True
        target, alpha = (goal(), FOLLOW_ACCELERATION) if callable(goal) else (goal, TURN_ACCELERATION)
        ctx.grip = grip
        left, turn = advance(ctx, target, ctx.style.speed * (speed() if callable(speed) else speed), brake, alpha)
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
        ctx.grip, ctx.speed, ctx.turning = grip, 0.0, 0.0
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
