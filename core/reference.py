"""What an arm's servos are told between two control steps: a smooth, lawful path through the targets of a policy.

Targets come at the control rate, set-points go out at the physics rate. The targets, none further from the last than the arm's
top speed takes it, are the control points of a uniform quadratic B-spline: where they accelerate by a, so does the spline, constant
from one control step to the next, half a control step later. The tracker follows it within the arm's limits of speed, acceleration
and jerk; targets whose second differences keep them are followed to the last bit.
"""

from __future__ import annotations

import numpy as np

from .errors import HomebodyError
from .limits import MotionLimits
from .tracker import Motion, Tracker, TrackerConfig

TRACKING = TrackerConfig(share=0.95, response_s=0.02)
"""A twentieth of every limit is left to the servos, which sway about their set-points; four physics steps close a gap."""
BEFORE, TARGET, POSITION, NU, ALPHA = range(5)
"""Rows of a slot's memory: the last two targets, the set-point, its speed and acceleration in jerk ticks."""


class JointReference:
    """The set-points of `count` arms, each with a memory of its own."""

    def __init__(self, limits: MotionLimits, count: int, control_dt_s: float, ticks: int) -> None:
        """limits: of A joints, a gripper's opening among them; ticks: set-points in one control step."""
        self._tracker, self._ticks = Tracker(limits, control_dt_s / ticks, TRACKING), ticks
        self._stride = TRACKING.share * np.asarray(limits.dq_max) * control_dt_s
        self._memory = np.zeros((5, count, len(self._stride)))
        u = np.arange(ticks + 1)[:, None] / ticks
        self._basis = np.concatenate([0.5 * (1 - u) ** 2, 0.5 + u - u * u, 0.5 * u * u], axis=1)  # (ticks + 1, 3)

    @property
    def targets(self) -> np.ndarray:
        """(B, A) in force: what was commanded last, as far as the arm's top speed lets it count."""
        return self._memory[TARGET]

    def rest(self, slot: int, targets: np.ndarray) -> None:
        """Begins anew in `slot`, at rest at `targets` (A,)."""
        self._memory[: TARGET + 1, slot] = targets
        self._memory[POSITION, slot] = np.clip(targets, self._tracker.low, self._tracker.high)
        self._memory[NU:, slot] = 0.0

    def advance(self, slots: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """One control step of `slots` (n,) towards `actions` (n, A): set-points (n, ticks, A)."""
        t, m = self._tracker, self._memory
        before, last = m[BEFORE, slots], m[TARGET, slots]  # (n, A)
        target = last + np.clip(np.clip(actions, t.low, t.high) - last, -self._stride, self._stride)
        path = np.einsum("ki,ina->kna", self._basis, np.stack([before, last, target]))  # (ticks + 1, n, A)
        feed = np.clip(np.diff(path, axis=0) / t.ticks.unit, -t.ticks.nu_max, t.ticks.nu_max)
        motion = Motion(position=m[POSITION, slots], nu=m[NU, slots], alpha=m[ALPHA, slots])
        out = np.empty((len(slots), self._ticks, m.shape[2]))
        for k in range(self._ticks):
            t.step(motion, path[k + 1], feed[k])
            out[:, k] = motion.position
        m[BEFORE, slots], m[TARGET, slots] = last, target
        m[POSITION, slots], m[NU, slots], m[ALPHA, slots] = motion.position, motion.nu, motion.alpha
        return out

    def take(self, slot: int) -> np.ndarray:
        """All that decides how `slot` goes on (5, A)."""
        return self._memory[:, slot].copy()

    def put(self, slot: int, memory: np.ndarray) -> None:
        """Puts `slot` where `memory` (5, A) was taken."""
        expected = (5, self._memory.shape[2])
        if np.shape(memory) != expected:
            raise HomebodyError(f"memory of a reference has shape {np.shape(memory)}: expected {expected}")
        self._memory[:, slot] = memory
