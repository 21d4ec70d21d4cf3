"""What `identify` returns: numbers with intervals, notes on those that the log does not show, and the motions to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .which import ROBOT

STILL_RAD = 0.02
"""A joint whose encoder moves less than this shows nothing of its friction."""
UNITS = {"friction": "N m", "damping": "N m s/rad", "payload": "kg", "delay": "ms"}
FLOOR = {"friction": 0.05, "damping": 0.1, "payload": 0.05, "delay": 2.0}
"""Half-widths below these are good enough, however small the value."""
NAMES = [*(f"{what}{i + 1}" for what in ("friction", "damping") for i in range(ROBOT.dof)), "payload", "delay"]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One fitted number."""

    name: str
    """`friction1` and so on, `damping1` and so on, `payload` or `delay`."""
    unit: str
    value: float
    half_width: float
    """Of the confidence interval; infinite where the log says nothing."""
    nominal: float
    """In the model as it is shipped."""
    note: str = ""
    """Why the value should not be trusted; empty where it may."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The result, and what is needed to draw it."""

    estimates: Sequence[Estimate]
    time_s: np.ndarray
    """(M,) times that were compared [s]."""
    measured: np.ndarray
    """(M, dof) [rad]"""
    before: np.ndarray
    """(M, dof) joint positions of the model as it is shipped."""
    after: np.ndarray
    """(M, dof) with the fitted values."""
    saturated: np.ndarray
    """(dof,) share of the time that the fitted model's servos push at their torque limits."""
    confidence: float
    """Of the intervals."""
    correlation: float
    """Samples that count as one: 1 for white residuals."""
    iterations: int

    def __getitem__(self, name: str) -> Estimate:
        return next(e for e in self.estimates if e.name == name)

    def rms(self, which: str) -> np.ndarray:
        """(dof,) root mean square of measured minus `before` or `after` [rad]."""
        return np.sqrt(np.mean((self.measured - getattr(self, which)) ** 2, axis=0))


def correlation_samples(residual: np.ndarray) -> float:
    """Integrated autocorrelation time of residuals (M, dof) in samples, at least 1, Sokal's window; the mean of the joints."""
    n = len(residual)
    centred = residual - residual.mean(axis=0)
    power = np.abs(np.fft.rfft(centred, 2 * n, axis=0)) ** 2
    rho = np.fft.irfft(power, axis=0)[:n]
    rho = rho / np.maximum(rho[:1], 1e-300)
    times = []
    for r in rho.T:
        tau = 2 * np.cumsum(r) - 1
        stop = np.flatnonzero(np.arange(n) >= 5 * tau)
        times.append(tau[stop[0] if len(stop) else n // 2])
    return max(1.0, float(np.mean(times)))


def trust_note(name: str, value: float, width: float, low: float, high: float, moved_rad: float, gains: np.ndarray) -> str:
    """Why a value should not be trusted, or nothing; `gains` (dof,) are the model's speed gains [N m s/rad]."""
    kind = name.rstrip("0123456789")
    if moved_rad < STILL_RAD:
        return f"not excited: joint {name.removeprefix(kind)} moved by {moved_rad:.3f} rad only; left at its nominal value"
    if not np.isfinite(width) or width > max(FLOOR[kind], abs(value) / 2):
        return f"not excited: the log fits values {width:.2g} {UNITS[kind]} away about as well" if np.isfinite(width) else "not excited"
    if kind == "damping" and value < -width:
        return f"below zero: the arm's servo damps less than the model's {gains[int(name.removeprefix(kind)) - 1]:g}; take this off its speed gain"
    if value - low < 1e-3 * max(abs(value), 0.1):
        return "at the bottom of its range: zero, or the model is wrong about something else"
    if high - value < 1e-3 * high:
        return "at the top of its range: the model is wrong about something else, such as the servos' gains"
    return ""
