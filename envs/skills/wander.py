"""A policy that goes about near what a scene's goals are about: how a hand sees them from where hands come to be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...core.marks import Mark
from ...core.types import Observation
from ..engine import HouseholdVectorEnv
from ..pointing import pose, rotation_about

STAY = (8, 22)
"""Control steps between two choices of where to go next."""
STEP_RAD = 0.08
"""Most that a joint's target moves in a control step."""
BACK_M, ASIDE_M = 0.3, 0.05
"""How far before an act point the hand goes at most, and the spread of how far beside it."""
TURN_RAD = 0.5
"""Spread of the turn about the approach."""
LOW_M = 0.03
"""Nowhere below this height over the robot's foot, where most worktops are."""


class WanderPolicy:
    """In each slot, again and again: somewhere before the act point of one of the goals that the scene knows, by the straightest way."""

    name = "wander"

    def __init__(self, env: HouseholdVectorEnv) -> None:
        self._env = env
        self._rng: dict[int, np.random.Generator] = {}
        self._to: dict[int, np.ndarray] = {}
        self._left: dict[int, int] = {}

    def seed(self, slots: Sequence[int], seeds: Sequence[int]) -> None:
        self._rng |= {s: np.random.default_rng([7, int(n)]) for s, n in zip(slots, seeds, strict=True)}

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot in slots:
            self._rng.setdefault(slot, np.random.default_rng([7, slot]))
            self._left[slot] = 0

    def act(self, observation: Observation) -> np.ndarray:
        """(B, A) actions."""
        del observation
        out = self._env.held_actions()
        for slot, left in self._left.items():
            if self._env.finished(slot):
                continue
            if left == 0:
                self._to[slot] = self._somewhere(slot)
            self._left[slot] = (left or int(self._rng[slot].integers(*STAY))) - 1
            step = self._to[slot] - out[slot]
            out[slot, :-1] += np.clip(step[:-1], -STEP_RAD, STEP_RAD)
            out[slot, -1] = self._to[slot][-1]
        return out

    def _somewhere(self, slot: int) -> np.ndarray:
        """(A,) joints and opening before the act point of a goal."""
        env, rng, robot = self._env, self._rng[slot], self._env.robot
        goals = env.marked_goals(slot)
        mark: Mark = env.mark(slot, goals[int(rng.integers(len(goals)))])
        R = rotation_about(mark.approach, rng.normal(0, TURN_RAD)) @ mark.pose[:3, :3]
        p = mark.position - BACK_M * rng.random() ** 2 * mark.approach + rng.normal(0, ASIDE_M, 3)
        p[2] = max(p[2], LOW_M)
        q = robot.inverse(pose(R, p)[None], env.arm_target(slot)[None], iterations=30)[0]
        return np.append(q, robot.opening(mark.width + 0.03 * rng.random()) if rng.random() < 0.7 else rng.random())
