"""Checks a stream of set-points against the published limits, from the positions alone.

Shares no arithmetic with the limiter: finite differences of what was sent, compared with the table as it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...core.limits import JointLimits

KINDS = ("finite", "position", "velocity", "position_velocity", "acceleration", "jerk")
ROUNDING = 8 * np.finfo(np.float64).eps * np.pi
"""What a third difference of float64 positions [rad] can be off by: the only tolerance, divided by dt to the order."""


@dataclass
class LimitsChecker:
    """Counts violations over a stream that is handed over piece by piece; the arm rests at `start` before it."""

    limits: JointLimits
    dt_s: float
    """Time between two set-points [s]."""
    start: np.ndarray
    """(..., 7) positions at rest before the stream [rad]."""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    """Set-points (times joints) that break each limit."""
    peaks: dict[str, float] = field(default_factory=lambda: dict.fromkeys(KINDS[2:], 0.0))
    """Largest share of each limit that was used; 1 is the limit."""

    def __post_init__(self) -> None:
        start = np.asarray(self.start, np.float64)
        self._past = np.stack([start] * 3)

    @property
    def violations(self) -> int:
        return sum(self.counts.values())

    def add(self, positions: np.ndarray) -> int:
        """positions (T, ..., 7) [rad], in the order sent. Returns the violations so far."""
        q = np.concatenate([self._past, np.asarray(positions, np.float64)])
        table = self.limits
        self.counts["finite"] += int((~np.isfinite(q[3:])).sum())
        self.counts["position"] += int(((q[3:] < np.asarray(table.q_min)) | (q[3:] > np.asarray(table.q_max))).sum())
        v = np.diff(q, axis=0) / self.dt_s
        a = np.diff(v, axis=0) / self.dt_s
        j = np.diff(a, axis=0) / self.dt_s
        self._compare("velocity", np.abs(v[2:]), np.asarray(table.dq_max), 1)
        self._compare("acceleration", np.abs(a[1:]), np.asarray(table.ddq_max), 2)
        self._compare("jerk", np.abs(j), np.asarray(table.dddq_max), 3)
        if table.dq_offset is not None:  # at both ends of the interval over which the speed is measured
            for at in (q[2:-1], q[3:]):
                up, down = table.speed_towards(np.asarray(table.q_max) - at), table.speed_towards(at - np.asarray(table.q_min))
                self._compare("position_velocity", v[2:], up, 1)
                self._compare("position_velocity", -v[2:], down, 1)
        self._past = q[-3:]
        return self.violations

    def _compare(self, kind: str, value: np.ndarray, limit: np.ndarray, order: int) -> None:
        self.counts[kind] += int((value > limit + ROUNDING / self.dt_s**order).sum())
        share = value / np.maximum(limit, 1e-9)
        self.peaks[kind] = max(self.peaks[kind], float(share[np.broadcast_to(limit, share.shape) > 1e-2].max(initial=0.0)))


def torque_violations(torques: np.ndarray, limits: JointLimits, dt_s: float) -> int:
    """Torques (T, ..., 7) [N m] sent after zero: how many break the torque's limit or the limit of its rate."""
    tau = np.concatenate([np.zeros_like(torques[:1]), torques])
    rate = np.abs(np.diff(tau, axis=0)) / dt_s
    slack = 1e-12 / dt_s
    return int((~np.isfinite(torques)).sum() + (np.abs(torques) > np.asarray(limits.tau_max)).sum()
               + (rate > np.asarray(limits.dtau_max) + slack).sum())  # fmt: skip
