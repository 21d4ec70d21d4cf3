"""What the server asks for chunks: a policy, one connection at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from ...core.motions import decode
from ...core.types import Observation, Policy
from ..runtime import ChunkPolicy


class Session(Protocol):
    """A policy for one connection."""

    def reset(self, instruction: str) -> None:
        """A new episode, or a new instruction."""
        ...

    def chunk(self, observation: Observation) -> np.ndarray:
        """Observation without a batch axis -> (H, A) float32 absolute joint targets [rad] and gripper openings, one each 50 ms."""
        ...


SessionFactory = Callable[[], Session]


def _batched(observation: Observation) -> dict[str, np.ndarray]:
    return {k: np.asarray(v)[None] for k, v in observation.items()}


class ChunkSession:
    """The learned policy: a chunk of its whole length, decoded from the joints that were observed."""

    def __init__(self, policy: ChunkPolicy) -> None:
        self._policy, self._words = policy, ""

    def reset(self, instruction: str) -> None:
        self._words = instruction

    def chunk(self, observation: Observation) -> np.ndarray:
        batch = _batched(observation)
        self._policy.reset([0], [self._words])  # connections share the network: another one may have asked in between
        motions = self._policy.plan(batch, [0])[0]
        robot = self._policy.robot
        return decode(robot, batch["proprio"][:, : robot.dof].astype(np.float64), motions)[0]


class StepSession:
    """Any policy that acts step by step: chunks of one action."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def reset(self, instruction: str) -> None:
        self._policy.reset([0], [instruction])

    def chunk(self, observation: Observation) -> np.ndarray:
        return self._policy.act(_batched(observation))
