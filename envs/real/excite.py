"""A motion that shows what `identify` looks for: sums of sines on all joints, inside the arm's limits with a margin.

Finite Fourier series as in Swevers et al. 1997, "Optimal robot excitation and identification", under a window that starts and
ends at rest. Slow harmonics bring reversals (dry friction) and poses of different leverage (payload); fast ones bring speed
(viscous damping) and sharp phase (delay).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core.errors import HomebodyError
from ...core.limits import find_limits
from .which import ROBOT

REST_S = 0.5
"""Standing still before and after: the payload's weight shows, and the log starts from a known state."""

FREQUENCIES_HZ = (0.1, 0.23, 0.47, 0.83, 1.3)
DRAWS = 16
"""Motions drawn, of which the one with the least correlated joints is taken."""


@dataclass(frozen=True, kw_only=True)
class ExciteConfig:
    """The motion's length, rate and margins."""

    seconds: float = 20.0
    """Duration, rest included [s]."""
    rate_hz: float = 200.0
    """Samples a second; send each as a position target."""
    share: float = 0.5
    """Share of the published speed and acceleration limits that the motion may use, in (0, 1]."""
    reach_rad: float = 0.35
    """Largest distance of a joint from the centre pose [rad]; also at most half the way to its limit."""
    lowest_m: float = 0.2
    """The tool stays this far above the base's plane [m]."""
    seed: int = 0
    """Draws the phases."""

    def __post_init__(self) -> None:
        for name, low, high in (("seconds", 4, 120), ("rate_hz", 20, 1000), ("share", 0.05, 1), ("reach_rad", 0.02, 1.5)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise HomebodyError(f"the motion's {name} is {value}: expected {low} to {high}")
        if self.seed < 0:
            raise HomebodyError(f"seed is {self.seed}: expected 0 or more")


def excitation(config: ExciteConfig, centre: np.ndarray = ROBOT.q_home) -> tuple[np.ndarray, np.ndarray]:
    """Times (N,) [s] and joint targets (N, dof) [rad] around `centre` (dof,)."""
    rng = np.random.default_rng(config.seed)
    time = np.arange(round(config.seconds * config.rate_hz) + 1) / config.rate_hz
    shapes = [_shape(time, config.seconds, rng) for _ in range(DRAWS)]
    # Joints that swing together could be mistaken for each other.
    shape = min(shapes, key=lambda s: float(np.abs(np.corrcoef(s[::10].T) - np.eye(ROBOT.dof)).max()))
    scale = _scale(shape, config, centre)
    for _ in range(20):
        targets = centre + scale * shape
        if ROBOT.forward(targets[::4])[:, 2, 3].min() >= config.lowest_m:
            return time, targets
        scale = scale * 0.85
    raise HomebodyError(f"no motion around this pose keeps the tool {config.lowest_m} m high: choose a higher centre or a lower --lowest-m")


def _shape(time: np.ndarray, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """(N, dof) sums of sines of random phase under a window, of no particular size."""
    moving = seconds - 2 * REST_S
    phase = np.clip((time - REST_S) / moving, 0, 1)
    ramp = min(1.5, moving / 4) / moving
    edge = np.clip(np.minimum(phase, 1 - phase) / ramp, 0, 1)
    window = edge**3 * (10 - 15 * edge + 6 * edge**2)  # minimum jerk: speed and acceleration are 0 at both ends
    # Each joint has its own five frequencies, so that no two joints move alike.
    frequency = np.array(FREQUENCIES_HZ)[:, None] * (1 + 0.06 * np.arange(ROBOT.dof))  # (5, dof)
    waves = np.sin(2 * np.pi * frequency * time[:, None, None] + rng.uniform(0, 2 * np.pi, frequency.shape)) / (0.3 + frequency)
    return window[:, None] * waves.sum(axis=1)


def _scale(shape: np.ndarray, config: ExciteConfig, centre: np.ndarray) -> np.ndarray:
    """(dof,) largest factors that keep the reach, the speed and the acceleration."""
    speed = np.abs(np.diff(shape, axis=0)).max(axis=0) * config.rate_hz
    acceleration = np.abs(np.diff(shape, n=2, axis=0)).max(axis=0) * config.rate_hz**2
    reach = np.minimum(config.reach_rad, np.minimum(centre - ROBOT.q_min, ROBOT.q_max - centre) / 2)
    fastest, hardest = ROBOT.dq_max, np.asarray(find_limits(ROBOT.name).ddq_max)
    return np.minimum.reduce([reach / np.abs(shape).max(axis=0), config.share * fastest / speed, config.share * hardest / acceleration])
