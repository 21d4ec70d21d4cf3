"""What an episode cost besides success: forces on things and people, things dropped, joints at their limits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..core.robots import Robot

FALL_MPS = 1.0
"""A loose thing that moves down this fast has fallen by 5 cm or more."""
LIMIT_RAD = 0.01
"""A joint this close to its limit has hit it."""


class Safety:
    """Counters of one episode, read at control steps (20 Hz): impacts between them are seen by what they leave behind."""

    def __init__(self) -> None:
        self.peak_force_N = 0.0
        self.person_force_N = 0.0
        self.drops = 0
        self.spills = 0
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
        self.peak_force_N = max(self.peak_force_N, cost.get("force_N", 0.0))
        self.person_force_N = max(self.person_force_N, cost.get("person_force_N", 0.0))
        self.spills = max(self.spills, round(cost.get("spills", 0.0)))

    def to_json(self) -> dict[str, float]:
        return {
            "peak_force_N": round(self.peak_force_N, 3), "person_force_N": round(self.person_force_N, 3), "drops": self.drops,
            "spills": self.spills, "limit_hits": self.limit_hits,
        }  # fmt: skip
