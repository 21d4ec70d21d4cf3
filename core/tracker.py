"""The jerk-limited tracker: set-points that go where they are asked to as fast as the limits of motion allow, and no faster.

Each tick chooses an acceleration for every joint: the one that follows the target (its own speed, plus what closes the gap to it),
cut to what acceleration and jerk allow, and taken only where a lawful stop still lies ahead (`braking`). A lawful motion is followed
exactly, any other as well as the limits let it. What is sent keeps position, speed, acceleration and jerk, as finite differences.
The simulated arms and the limiter of the real ones use it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .braking import Ticks, brake, certified, speed_of_ramp, within_jerk
from .limits import MotionLimits

BISECTIONS = 6


@dataclass(frozen=True, kw_only=True)
class TrackerConfig:
    """How near to the limits, and how a far target is approached."""

    share: float = 0.9999
    """How much of the speed, acceleration and jerk limits is used; below 1, so that rounding cannot break a strict limit."""
    clearance: float = 1e-6
    """Distance kept from the position limits [rad], for the same reason."""
    effort: float = 0.7
    """Share of the acceleration limit that is planned for approaching a far target; the rest corrects."""
    response_s: float = 0.008
    """Time constant of the last few milliradians of such an approach [s]; several times the 2 ms that the jerk limit takes."""


@dataclass(kw_only=True)
class Motion:
    """N arms' set-points and how they move; arrays (N, n)."""

    position: np.ndarray
    """[rad]"""
    nu: np.ndarray
    """Speed in jerk ticks (see `braking`)."""
    alpha: np.ndarray
    """Acceleration in jerk ticks."""

    @staticmethod
    def resting(position: np.ndarray) -> Motion:
        """At rest at positions (N, n) [rad]."""
        return Motion(position=position, nu=np.zeros_like(position), alpha=np.zeros_like(position))


class Tracker:
    """One table of limits at one rate. It holds no state: `step` moves a `Motion` on."""

    def __init__(self, limits: MotionLimits, dt_s: float, config: TrackerConfig) -> None:
        """dt_s: time between two set-points [s]."""
        self.dt_s, self.config = dt_s, config
        self.ticks = Ticks.of(limits, dt_s, config.share)
        self.low = np.asarray(limits.q_min) + config.clearance
        self.high = np.asarray(limits.q_max) - config.clearance
        t = self.ticks
        n = max(1.0, config.response_s / dt_s)
        self._decel, self._n = config.effort * t.alpha_max, n
        self._near = self._decel * n * n
        self._far = _longest_stop(t) * t.unit
        self._smooth = bool((t.alpha_max > 1.0).any())

    def step(self, at: Motion, target: np.ndarray, feed: np.ndarray, holding: np.ndarray | None = None) -> None:
        """One tick towards `target` (N, n) [rad], inside the position limits, which moved by `feed` (N, n) [u/tick] in this tick.
        Arms `holding` (N,) come to rest."""
        t = self.ticks
        stop = brake(at.nu, at.alpha, t)
        wanted = within_jerk(self._wanted_speed(at, target, feed) - at.nu, at.alpha, t)
        if holding is not None:
            wanted = np.where(holding[:, None], stop, wanted)
        at.alpha = self._lawful(at, stop, wanted, holding)
        at.nu = at.nu + at.alpha
        at.position = at.position + at.nu * t.unit

    def _wanted_speed(self, at: Motion, target: np.ndarray, feed: np.ndarray) -> np.ndarray:
        """(N, n) the target's speed, plus what closes the gap to it: exponentially when near, with `effort` when far."""
        gap = (target - at.position) / self.ticks.unit - feed
        size = np.abs(gap)
        far = np.sqrt(2.0 * self._decel * np.maximum(size - 0.5 * self._near, 0.0))
        close = np.where(size < self._near, size / self._n, far)
        top = self.ticks.nu_max
        return np.minimum(np.maximum(feed + np.sign(gap) * close, -top), top)

    def _lawful(self, at: Motion, stop: np.ndarray, wanted: np.ndarray, holding: np.ndarray | None) -> np.ndarray:
        """Of the accelerations from `stop` to `wanted`, one as near to `wanted` as can be certified; `stop` when none can."""
        doubtful = ~self._plainly_safe(at, wanted)
        if holding is not None:
            doubtful &= ~holding[:, None]
        row, joint = np.nonzero(doubtful)
        if not len(row):
            return wanted
        chosen, ticks = wanted.copy(), self.ticks.at(joint)
        q, nu, low, high = at.position[row, joint], at.nu[row, joint], stop[row, joint], wanted[row, joint]
        bounds = self.low[joint], self.high[joint]
        good = _certified(high, q, nu, ticks, bounds)
        if good.all():
            return chosen
        part, best = np.full(len(row), 0.5), np.where(good, 1.0, 0.0)
        for n in range(BISECTIONS):
            fits = _certified(low + part * (high - low), q, nu, ticks, bounds)
            best = np.where(fits, np.maximum(best, part), best)
            part = part + np.where(fits, 1.0, -1.0) * 0.5 ** (n + 2)
        chosen[row, joint] = np.where(good, high, low + best * (high - low))
        return chosen

    def _plainly_safe(self, at: Motion, alpha: np.ndarray) -> np.ndarray:
        """(N, n) where a tick with acceleration `alpha` keeps the speed and leaves more room than any stop takes, or ends at rest.
        Most joints are there at most times, and `certified` would say the same."""
        t, nu = self.ticks, at.nu + alpha
        q = at.position + nu * t.unit
        peak = np.abs(nu)
        if self._smooth:
            peak = peak + speed_of_ramp(np.maximum(np.abs(alpha) - 1.0, 0.0))
        roomy = (q > self.low + self._far) & (q < self.high - self._far) & (peak <= t.nu_max)
        return roomy | ((nu == 0.0) & (alpha == 0.0))


def _longest_stop(t: Ticks) -> np.ndarray:
    """(n,) what `certified` asks for at full speed and acceleration, its largest demand [u]."""
    curve = (t.nu_max * t.nu_max) / (2.0 * t.alpha_max)
    worst = np.minimum(t.nu_max, t.worst)
    held = (t.nu_max**2 - worst**2) / (2.0 * t.alpha_max) + (worst + t.offset) ** 2 / (2.0 * t.decel)
    onset = np.ceil(2.0 * t.alpha_max)
    return onset * t.nu_max + (t.ramp - 1.0) * t.ramp_speed + np.where(np.isfinite(t.decel), held, curve)


def _certified(alpha: np.ndarray, q: np.ndarray, nu: np.ndarray, ticks: Ticks, bounds: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Whether a lawful stop, on both sides, follows a tick with acceleration `alpha`."""
    low, high = bounds
    after = nu + alpha
    q = q + after * ticks.unit
    return certified((high - q) / ticks.unit, after, alpha, ticks) & certified((q - low) / ticks.unit, -after, -alpha, ticks)
