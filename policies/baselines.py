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
    """Draws every action anew, uniformly over the action space; joint speeds stay within the arm's limits."""

    name = "random"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._rngs: dict[int, np.random.Generator] = {}

    def seed(self, slots: Sequence[int], seeds: Sequence[int]) -> None:
        """Gives the episodes in `slots` seeds of their own, so that their actions depend on nothing else."""
        for slot, seed in zip(slots, seeds, strict=True):
            self._rngs[slot] = np.random.default_rng([self._seed, seed])

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        self.seed(slots, [0] * len(slots))

    def act(self, observation: Observation) -> np.ndarray:
        actions = np.zeros((len(observation["proprio"]), ACTION_DIM), np.float32)
        for slot in range(len(actions)):
            rng = self._rngs.setdefault(slot, np.random.default_rng([self._seed, slot]))
            actions[slot] = np.append(rng.uniform(Q_MIN, Q_MAX), rng.uniform())
        return actions
