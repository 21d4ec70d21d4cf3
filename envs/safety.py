"""What an episode cost besides success: forces on things and people, things dropped, joints at their limits."""

from __future__ import annotations

from collections.abc import Mapping

import mujoco
import numpy as np

from ..core.robots import Robot

FALL_MPS = 1.0
"""A loose thing that moves down this fast has fallen by 5 cm or more."""
LIMIT_RAD = 0.01
"""A joint this close to its limit has hit it."""

FORCES = {"force_thing": "peak_force_N", "force_person": "person_force_N", "force_furniture": "furniture_force_N"}
"""How the names of contact sensors begin that read the robot's net force on one thing -> the name of the largest value."""


def force_groups(model: mujoco.MjModel) -> dict[str, np.ndarray]:
    """Addresses (N, 3) in sensordata of the net forces on what the robot touches [N]: loose things, persons and pets, furniture. Groups
    that a model has no sensors for are left out."""
    sensors = [model.sensor(i) for i in range(model.nsensor)]
    found = {key: [int(s.adr[0]) for s in sensors if s.name.startswith(prefix)] for prefix, key in FORCES.items()}
    return {key: np.array(adr)[:, None] + np.arange(3) for key, adr in found.items() if adr}


class Safety:
    """Counters of one episode: forces are the largest of all physics steps, falls and joints at their ends are looked for at control steps
    (20 Hz), which they outlast."""

    def __init__(self) -> None:
        self._peaks: dict[str, float] = {}
        self.drops = 0
        self.limit_hits = 0
        self._falling = np.zeros(0, bool)
        self._at_limit = np.zeros(0, bool)

    def see(self, robot: Robot, q: np.ndarray, fall_mps: np.ndarray, forces: Mapping[str, float]) -> None:
        """q (dof,) [rad]; fall_mps (N,) speed downwards of each loose thing; forces: the largest of this control step [N]."""
        falling = fall_mps > FALL_MPS
        at_limit = (q < robot.q_min + LIMIT_RAD) | (q > robot.q_max - LIMIT_RAD)
        if len(self._falling):
            self.drops += int((falling & ~self._falling).sum())
            self.limit_hits += int((at_limit & ~self._at_limit).sum())
        self._falling, self._at_limit = falling, at_limit
        for name, value in forces.items():
            self._peaks[name] = max(self._peaks.get(name, 0.0), value)

    def to_json(self) -> dict[str, float]:
        """What was measured, no more: a scene without force sensors says nothing of forces."""
        peaks = {name: round(value, 3) for name, value in self._peaks.items()}
        return {**peaks, "drops": self.drops, "limit_hits": self.limit_hits}
