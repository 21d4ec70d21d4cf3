"""Whether the numbers of a joint log can be what they are said to be: the likeliest slips in units and columns are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...core.errors import HomebodyError
from .which import ROBOT

Where = Callable[[int], str]
"""Sample -> how to say where it stands in the file."""
MIN_SECONDS = 2.0
SLOWEST_S = 0.5
"""Longest plausible time between two samples of a log in seconds: twenty a second and more are usual."""
CLOCKS = ((2e2, "milliseconds"), (2e5, "microseconds"), (np.inf, "nanoseconds"))
"""Growth of a sample up to which times look like that unit."""
SLACK_RAD = 0.1
"""How far a joint may lie beyond the published limits before the log is thought to be in other units."""
DEGREES = float(np.rad2deg(1.0))
FAST = 2.0
"""Times the published speed that an encoder's speed may read."""
FAR_RAD = 0.5
"""Distance of a joint from its command that no servo leaves, at half of the samples."""


def check_times(path: Path, time: np.ndarray, where: Where) -> None:
    """Raises HomebodyError where `time` (N,) does not increase, is in another unit, too short or torn."""
    steps = np.diff(time)
    if (steps <= 0).any():
        i = int(np.flatnonzero(steps <= 0)[0])
        raise HomebodyError(
            f"{path}: time_s does not increase at {where(i + 1)} ({time[i]:g} then {time[i + 1]:g} s; {int((steps <= 0).sum())} such samples)"
        )
    usual = float(np.median(steps))
    if usual > SLOWEST_S:
        unit = next(name for most, name in CLOCKS if usual <= most)
        raise HomebodyError(
            f"{path}: time_s grows by {usual:g} a sample, by {time[-1] - time[0]:g} in all: looks like {unit}, expected seconds"
        )
    if time[-1] - time[0] < MIN_SECONDS:
        raise HomebodyError(
            f"{path} lasts {time[-1] - time[0]:.2f} s ({len(time)} samples): expected {MIN_SECONDS:g} s or more, with time_s in seconds"
        )
    gap = float(steps.max())
    if gap > max(0.2, 10 * usual):
        i = int(steps.argmax())
        raise HomebodyError(f"{path}: {gap:.2f} s pass between {where(i)} and {where(i + 1)}: cut the log there")


def check_angles(path: Path, name: str, angles: np.ndarray) -> None:
    """Raises HomebodyError where joint angles (N, dof) lie beyond the arm's limits, and says whether they fit them as degrees."""
    worst = _beyond(angles)
    j = int(worst.argmax())
    if worst[j] <= SLACK_RAD:
        return
    low, high = float(ROBOT.q_min[j]), float(ROBOT.q_max[j])
    value = angles[:, j][np.maximum(low - angles[:, j], angles[:, j] - high).argmax()]
    degrees = np.abs(angles).max() > 2 * np.pi and _beyond(angles / DEGREES).max() <= SLACK_RAD
    unit = "looks like degrees, expected radians" if degrees else "expected radians"
    raise HomebodyError(f"{path}: {name}{j + 1} reaches {value:.2f}, outside the joint's {low:.2f} to {high:.2f} rad: {unit}")


def _beyond(angles: np.ndarray) -> np.ndarray:
    """(dof,) how far (N, dof) angles lie beyond the limits, at worst."""
    return np.maximum(ROBOT.q_min - angles, angles - ROBOT.q_max).max(axis=0)


def check_speeds(path: Path, time: np.ndarray, q: np.ndarray, dq: np.ndarray) -> None:
    """Raises HomebodyError where speeds (N, dof) are not those of the positions."""
    change, moved = np.gradient(q, time, axis=0), np.ptp(q, axis=0).max() > SLACK_RAD
    along = float((dq * change).sum())  # noise of the positions does not enter the ratio
    ratio = float((dq**2).sum()) / along if along else 0.0
    over = np.abs(dq).max(axis=0) / ROBOT.dq_max
    if over.max() > FAST or (moved and not 0.5 < ratio < 2.0):
        unit = "looks like degrees a second, expected radians a second" if 0.5 * DEGREES < ratio < 2 * DEGREES else "expected rad/s"
        j = int(over.argmax())
        raise HomebodyError(
            f"{path}: dq is {ratio:.3g} times the change of q, dq{j + 1} reaches {np.abs(dq[:, j]).max():.2f} (limit {ROBOT.dq_max[j]:.2f} rad/s): "
            f"{unit}; leave dq1..dq{ROBOT.dof} away if they are not measured"
        )


def check_commands(path: Path, q: np.ndarray, command: np.ndarray) -> None:
    """Raises HomebodyError where `command` (N, dof) cannot be the position targets that moved `q` (N, dof)."""
    if np.ptp(q, axis=0).max() > SLACK_RAD and np.ptp(command, axis=0).max() < 1e-6:
        raise HomebodyError(
            f"{path}: command1..command{ROBOT.dof} never change while the arm moves: expected the position targets that were sent"
        )
    away = np.median(np.abs(q - command), axis=0)
    j = int(away.argmax())
    if away[j] > FAR_RAD:
        raise HomebodyError(
            f"{path}: q{j + 1} and command{j + 1} are {away[j]:.2f} rad apart at half of the samples: expected the joint's own position "
            "target [rad], not a speed, a step or another joint's"
        )
