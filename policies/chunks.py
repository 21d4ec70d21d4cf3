"""Acting in chunks: plan some control steps ahead, act out the first of them, plan again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from ..core.errors import HomebodyError
from ..core.motions import decode
from ..core.robots import Robot
from ..core.types import Observation


class Chunked(ABC):
    """Implements core.types.Policy for any number of slots over `plan`; a slot's actions do not depend on how many there are."""

    def __init__(self, robot: Robot, *, name: str, execute: int, chunk: int) -> None:
        """execute: how many of a chunk's control steps are acted out."""
        if not 1 <= execute <= chunk:
            raise HomebodyError(f"execute is {execute}: expected 1 to {chunk}, the chunk's length")
        self.name, self._robot, self._execute = name, robot, execute
        self._words: dict[int, str] = {}
        self._idle: set[int] = set()
        """Slots that were told nothing that can be done: they hold still."""
        self._queue: dict[int, list[np.ndarray]] = {}
        self._sent: dict[int, np.ndarray] = {}
        """Slot -> the last action of its episode (A,)."""

    @property
    def robot(self) -> Robot:
        """The arm that it drives."""
        return self._robot

    @property
    def execute(self) -> int:
        """How many of a chunk's control steps are acted out."""
        return self._execute

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot, text in zip(slots, instructions, strict=True):
            heard = self.heard(text)
            self._words[slot], self._queue[slot] = heard or "", []
            (self._idle.add if heard is None else self._idle.discard)(slot)
            self._sent.pop(slot, None)

    def heard(self, text: str) -> str | None:
        """What it takes an instruction for; None where it moves nothing."""
        return text

    def told(self, slot: int) -> str | None:
        """The words that reach the network; None where it holds still."""
        return None if slot in self._idle else self._words[slot]

    @abstractmethod
    def plan(self, observation: Observation, slots: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Chunks (n, chunk, 10) of tool motions for `slots`, and the points (n, 2, 3) [m] that they are about, in the base frame."""

    def looks_in(self, slot: int) -> int:
        """See core.types.Looker: it looks where a chunk begins."""
        return len(self._queue[slot])

    def act(self, observation: Observation) -> np.ndarray:
        """(B, A) actions."""
        slots, robot = sorted(self._queue), self._robot
        actions = robot.still(observation["proprio"])
        for slot in (s for s in slots if s in self._idle and not self._queue[s]):
            self._queue[slot] = [self._sent[slot] if slot in self._sent else actions[slot]] * self._execute
        empty = [s for s in slots if not self._queue[s]]
        if empty:
            motions, _ = self.plan(observation, empty)
            joints = np.asarray(observation["proprio"])[empty, : robot.dof].astype(np.float64)
            for n, slot in enumerate(empty):
                self._queue[slot] = list(decode(robot, joints[n : n + 1], motions[n : n + 1, : self._execute])[0])
        for slot in slots:
            actions[slot] = self._sent[slot] = self._queue[slot].pop(0)
        return actions
