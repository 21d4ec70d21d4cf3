"""Policies that know nothing: what any score must be compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.kinematics import Q_MAX, Q_MIN
from ..core.types import ACTION_DIM, Observation


class ZeroPolicy:
    """Holds the arm where it is, gripper open."""

    name = "zero"

    def __init__(self) -> None:
        self._held: dict[int, np.ndarray] = {}

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot in slots:
            self._held.pop(slot, None)

    def act(self, observation: Observation) -> np.ndarray:
        actions = np.ones((len(observation["proprio"]), ACTION_DIM), np.float32)
        for slot, proprio in enumerate(observation["proprio"]):
            actions[slot, :7] = self._held.setdefault(slot, np.array(proprio[:7]))
        return actions


class RandomPolicy:
    """Wanders smoothly over the whole joint range, gripper included."""

    name = "random"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._rngs: dict[int, np.random.Generator] = {}
        self._targets: dict[int, np.ndarray] = {}
        self._episodes = 0

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot in slots:
            self._rngs[slot] = np.random.default_rng([self._seed, self._episodes])
            self._targets.pop(slot, None)
            self._episodes += 1

    def act(self, observation: Observation) -> np.ndarray:
        actions = np.ones((len(observation["proprio"]), ACTION_DIM), np.float32)
        for slot, proprio in enumerate(observation["proprio"]):
            rng = self._rngs.setdefault(slot, np.random.default_rng([self._seed, slot]))
            if slot not in self._targets or rng.random() < 0.05:
                self._targets[slot] = np.append(rng.uniform(Q_MIN, Q_MAX), rng.uniform())
            now = np.append(proprio[:7], proprio[14] / 0.08)
            actions[slot] = now + np.clip(self._targets[slot] - now, -0.1, 0.1)
        return actions
