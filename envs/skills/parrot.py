"""A policy that acts out another episode: what a task is worth to somebody who neither looks nor listens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...core.rollout import Listener, Run, one_episode
from ...core.types import Observation
from ..engine import HouseholdVectorEnv
from .expert import Expert


class _Actions(Listener):
    """What was done."""

    def __init__(self) -> None:
        self.actions: list[np.ndarray] = []

    def acts(self, run: Run, observation: Observation, action: np.ndarray) -> None:
        self.actions.append(np.array(action))


class ParrotPolicy:
    """Repeats, in each slot, what the expert did in the next episode of the same task and split."""

    name = "parrot"

    def __init__(self, env: HouseholdVectorEnv) -> None:
        self._env = env
        self._others: dict[str, HouseholdVectorEnv] = {}
        self._known: dict[tuple[str, int], np.ndarray] = {}
        self._plans: dict[int, np.ndarray] = {}

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        """Plays the other episodes through; they are kept, since several slots may ask for one."""
        del instructions
        for slot in slots:
            key = (self._env.goal(slot).task, self._env.episode_index(slot) + 1)
            if key not in self._known:
                self._known[key] = self._play(*key)
            self._plans[slot] = self._known[key]

    def _play(self, task: str, index: int) -> np.ndarray:
        """(T, A) the expert's actions in an episode of its own."""
        if task not in self._others:
            self._others[task] = HouseholdVectorEnv(task, 1, robot=self._env.robot.name, split=self._env.split, cameras=(), threads=1)
        other, kept = self._others[task], _Actions()
        one_episode(other, Expert(other), index, listeners=[kept])
        return np.stack(kept.actions)

    def act(self, observation: Observation) -> np.ndarray:
        """(B, A) actions; a plan that is over is held."""
        del observation
        out = self._env.held_actions()
        for slot, plan in self._plans.items():
            if not self._env.finished(slot):
                out[slot] = plan[min(self._env.steps(slot), len(plan) - 1)]
        return out
