"""Demonstrations in the learner's own terms: an expert says where to go, the learner's control takes it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv

from ...core.types import Policy
from .control import ToolControl
from .vec_env import Raw, Shape, StateInterface, Stepped, hold_step


class Guide:
    """An Interface that looks like `inside` and ignores the actions given: the expert's targets are turned into actions.

    What is recorded is thus an action of the learner's kind, held as long as the learner's, with what it led to.
    """

    def __init__(
        self, env: VectorEnv, expert: Policy, control: ToolControl, inside: StateInterface, *, hold: int, shape: Shape | None
    ) -> None:  # type: ignore[type-arg]
        self._env, self._expert, self._control, self._inside, self._hold, self._shape = env, expert, control, inside, hold, shape
        self.dim, self.size = inside.dim, inside.size
        self.taken = np.zeros((env.num_envs, inside.dim))
        """(B, dim) the actions of the last step."""

    def begin(self, slots: np.ndarray, info: Mapping[str, Any]) -> None:
        self._inside.begin(slots, info)
        self._expert.reset([int(s) for s in slots], [info["instruction"][s] for s in slots])

    def observe(self, raw: Raw, slots: np.ndarray, out: np.ndarray) -> None:
        self._inside.observe(raw, slots, out)

    def step(self, raw: Raw, actions: np.ndarray) -> Stepped:
        del actions
        return hold_step(self._env, self._targets, raw, self._hold, self._shape)

    def _targets(self, seen: Raw, k: int) -> np.ndarray:
        wanted = self._expert.act(seen)  # at every control step: the expert counts them
        if k == 0:
            self.taken = self._control.actions(seen, wanted)
        return self._control.targets(seen, self.taken)
