"""What an episode cost besides success: forces on things and people, things dropped, joints at their limits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..core.robots import Robot

FALL_MPS = 1.0
"""A loose thing that moves down this fast has fallen by 5 cm or more."""
LIMIT_RAD = 0.01
"""A joint this close to its limit has hit it."""

KEYS = {"force_N": "peak_force_N", "person_force_N": "person_force_N", "spills": "spills"}
"""What a stage measures -> the name of its largest value."""


class Safety:
    """Counters of one episode, read at control steps (20 Hz): impacts between them are seen by what they leave behind."""

    def __init__(self) -> None:
        self._peaks: dict[str, float] = {}
        self.drops = 0
        self.limit_hits = 0
        self._falling = np.zeros(0, bool)
        self._at_limit = np.zeros(0, bool)

    def see(self, robot: Robot, q: np.ndarray, fall_mps: np.ndarray, cost: Mapping[str, float]) -> None:
        """q (dof,) [rad]; fall_mps (N,) speed downwards of each loose thing; `cost` is stage.safety's: `force_N` on things,
        `person_force_N`, `spills` so far."""
        falling = fall_mps > FALL_MPS
        at_limit = (q < robot.q_min + LIMIT_RAD) | (q > robot.q_max - LIMIT_RAD)
        if len(self._falling):
            self.drops += int((falling & ~self._falling).sum())
            self.limit_hits += int((at_limit & ~self._at_limit).sum())
        self._falling, self._at_limit = falling, at_limit
        for name, value in cost.items():
            self._peaks[name] = max(self._peaks.get(name, 0.0), value)

    def to_json(self) -> dict[str, float]:
        """What was measured, no more: a scene without force sensors says nothing of forces."""
        peaks = {KEYS[name]: round(value, 3) for name, value in self._peaks.items()}
        return {**peaks, "drops": self.drops, "limit_hits": self.limit_hits}
