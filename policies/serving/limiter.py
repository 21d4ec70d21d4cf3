"""The limiter: whatever is commanded, what is sent to the arm keeps position, speed, acceleration, jerk and torque rate lawful.

It follows a lawful command exactly and any other as fast as the limits allow; it holds (a jerk-limited stop, then rest) when a
command is not finite and when none has come for a while. The motion itself is core.tracker's, as in simulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core.errors import HomebodyError
from ...core.limits import FER, JointLimits
from ...core.tracker import Motion, Tracker, TrackerConfig


@dataclass(frozen=True, kw_only=True)
class LimiterConfig:
    """How a command becomes set-points."""

    limits: JointLimits = FER
    """The arm's table."""
    dt_s: float = 0.001
    """Time between two set-points [s]; Franka's arms take one every millisecond."""
    silence_s: float = 0.1
    """Without a command for so long the arm is brought to rest [s]."""
    share: float = 0.9999
    """How much of the speed, acceleration and jerk limits is used; below 1, so that rounding cannot break a strict limit."""
    clearance_rad: float = 1e-6
    """Distance kept from the position limits [rad], for the same reason."""
    effort: float = 0.7
    """Share of the acceleration limit that is planned for approaching a far target; the rest corrects."""
    response_s: float = 0.008
    """Time constant of the last few milliradians of such an approach [s]; several times the 2 ms that the jerk limit takes."""

    def __post_init__(self) -> None:
        if not 1e-4 <= self.dt_s <= 0.1:
            raise HomebodyError(f"dt_s is {self.dt_s}: expected 0.0001 to 0.1 s")
        if not 0.5 <= self.share < 1.0:
            raise HomebodyError(f"share is {self.share}: expected 0.5 to less than 1")


class JointLimiter:
    """Set-points for N arms at once. One call of `step` is one tick of `dt_s`."""

    def __init__(self, config: LimiterConfig, start: np.ndarray) -> None:
        """start (N, dof) or (dof,): measured joint positions of resting arms [rad]."""
        self.config = config
        how = TrackerConfig(share=config.share, clearance=config.clearance_rad, effort=config.effort, response_s=config.response_s)
        self._tracker = Tracker(config.limits, config.dt_s, how)
        self._ticks, self._low, self._high = self._tracker.ticks, self._tracker.low, self._tracker.high
        self._silent_ticks = max(1, round(config.silence_s / config.dt_s))
        self.reset(start)

    def reset(self, start: np.ndarray) -> None:
        """Begins again from resting arms at `start` (N, dof) or (dof,) [rad]. Raises HomebodyError outside the position limits."""
        q = np.atleast_2d(np.array(start, np.float64))
        if q.shape[1:] != self._low.shape or not np.isfinite(q).all():
            raise HomebodyError(
                f"start has shape {np.shape(start)}: expected ({len(self._low)},) or (N, {len(self._low)}) finite joint positions [rad]"
            )
        bad = np.argwhere((q < self._low) | (q > self._high))
        if len(bad):
            n, j = bad[0]
            raise HomebodyError(f"joint {j + 1} starts at {q[n, j]:.4f} rad: expected {self._low[j]:.4f} to {self._high[j]:.4f}")
        self._motion = Motion.resting(q)
        self._target = q.copy()
        self._silence = np.zeros(len(q), np.int64)
        self.holding = np.zeros(len(q), bool)
        """(N,) whether the arm is being brought to rest or kept there for want of a command."""
        self.rejected = np.zeros(len(q), np.int64)
        """(N,) ticks so far whose command was not finite."""

    @property
    def position(self) -> np.ndarray:
        """(N, dof) the last set-points [rad]."""
        return self._motion.position

    @property
    def velocity(self) -> np.ndarray:
        """(N, dof) [rad/s]."""
        return self._motion.nu * self._ticks.unit / self.config.dt_s

    @property
    def at_rest(self) -> np.ndarray:
        """(N,) whether nothing moves (by more than rounding)."""
        return (np.maximum(np.abs(self._motion.nu), np.abs(self._motion.alpha)) * self._ticks.unit).max(1) < 1e-14

    def step(self, target: np.ndarray | None) -> np.ndarray:
        """One tick towards `target` (N, dof) [rad], or with None, silence. Returns the set-points (N, dof) [rad]."""
        feed = self._accept(target)
        self._tracker.step(self._motion, self._target, feed, self.holding)
        return self.position.copy()

    def advance(self, target: np.ndarray | None, ticks: int) -> np.ndarray:
        """`ticks` set-points (ticks, N, dof) for one slower command: the target moves in a straight line from the one before."""
        if target is None:
            return np.stack([self.step(None) for _ in range(ticks)])
        goal = np.broadcast_to(np.asarray(target, np.float64), self.position.shape)
        begin, end = self._target, np.clip(goal, self._low, self._high)  # nan stays nan, and rejects its arm
        return np.stack([self.step(begin + (end - begin) * (k / ticks)) for k in range(1, ticks + 1)])

    def _accept(self, target: np.ndarray | None) -> np.ndarray:
        """Takes in a command or its absence; returns the target's own speed (N, dof) [u/tick]."""
        before = self._target
        if target is None:
            heard = np.zeros(len(self.position), bool)
            goal = before
        else:
            goal = np.broadcast_to(np.asarray(target, np.float64), self.position.shape)
            heard = np.all(np.isfinite(goal), axis=1)
            self.rejected += ~heard
            goal = np.where(heard[:, None], np.clip(np.where(heard[:, None], goal, 0.0), self._low, self._high), before)
        self._silence = np.where(heard, 0, self._silence + 1)
        nonsense = ~heard if target is not None else np.zeros_like(heard)
        self.holding = ~heard & (self.holding | nonsense | (self._silence >= self._silent_ticks))
        self._target = np.where(self.holding[:, None], self.position, goal)
        feed = (self._target - before) / self._ticks.unit
        # A target that outruns the arm is a jump, not a motion to go along with.
        return np.where(self.holding[:, None] | (np.abs(feed) > self._ticks.nu_max), 0.0, feed)


class TorqueLimiter:
    """Torques for N arms: never above the limit, never changing faster than allowed; from and back to zero."""

    def __init__(self, limits: JointLimits, *, count: int = 1, dt_s: float = 0.001, silence_s: float = 0.1, share: float = 0.9999) -> None:
        self._top, self._step = share * np.asarray(limits.tau_max), share * np.asarray(limits.dtau_max) * dt_s
        self._silent_ticks = max(1, round(silence_s / dt_s))
        self._silence = np.zeros(count, np.int64)
        self.torque = np.zeros((count, len(self._top)))
        """(N, dof) sent last [N m]; the arm compensates gravity itself, so zero is at rest."""

    def step(self, wanted: np.ndarray | None) -> np.ndarray:
        """One tick towards `wanted` (N, dof) [N m]; not finite: the last torque stays; silence: it ramps to zero."""
        heard = np.zeros(len(self.torque), bool) if wanted is None else np.all(np.isfinite(wanted), axis=1)
        self._silence = np.where(heard, 0, self._silence + 1)
        goal = np.where((self._silence >= self._silent_ticks)[:, None], 0.0, self.torque)
        if wanted is not None:
            goal = np.where(heard[:, None], np.where(heard[:, None], wanted, 0.0), goal)
        goal = np.clip(goal, -self._top, self._top)
        self.torque = self.torque + np.clip(goal - self.torque, -self._step, self._step)
        return self.torque.copy()
