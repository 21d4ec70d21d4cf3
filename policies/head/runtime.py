"""The head at run time, told where by whoever knows: the simulator's true marks, or eyes that have learned to find them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch

from ...core.marks import POINTS, Mark
from ...core.touch import summary
from ...core.types import Observation
from ..chunks import Chunked
from ..explaining import JOINTS, TOUCH, WORDS, Belief
from .checkpoint import load_head
from .network import ActionHead, features

Where = Callable[[Observation, Sequence[int], Sequence[str]], np.ndarray]
"""Observation (B, ...), slots (n,) and what each was told -> marks (n, MARK_DIM) in the base frame."""


@runtime_checkable
class Sighted(Protocol):
    """A Where that finds marks in pictures, by words, and shows where it looked."""

    @property
    def cameras(self) -> tuple[str, ...]: ...
    def look(self, observation: Observation, slot: int, words: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The mark (MARK_DIM,), base frame, and for each camera where act point and place are looked for (2, S, S), adding up to 1 each."""
        ...


@runtime_checkable
class Remembering(Protocol):
    """A Where that keeps in mind what it saw."""

    def forget(self, slots: Sequence[int]) -> None:
        """Slots in which something else begins."""
        ...


def true_marks(place: Any) -> Where:
    """What a simulation itself knows: the upper bound of every eye. `place` has `mark(slot)`, as HouseholdVectorEnv does."""
    return lambda observation, slots, words: np.stack([place.mark(slot).vector() for slot in slots])


class HeadPolicy(Chunked):
    """Acts by marks."""

    def __init__(
        self, model: ActionHead, where: Where, *, name: str = "head", execute: int = 8, listen: Callable[[str], str | None] | None = None
    ) -> None:  # fmt: skip
        """listen: what an instruction is taken for, None where nothing is to be done; as it is said where nobody listens."""
        super().__init__(model.robot, name=name, execute=execute, chunk=model.config.chunk)
        self._model, self._where, self._listen = model.eval(), where, listen
        self._believed: dict[int, np.ndarray] = {}

    @staticmethod
    def load(folder: Path, where: Where, *, name: str | None = None, execute: int = 8) -> HeadPolicy:
        """From a checkpoint folder. Raises HomebodyError when it is none."""
        return HeadPolicy(load_head(folder), where, name=name or folder.name, execute=execute)

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        super().reset(slots, instructions)
        for slot in slots:
            self._believed.pop(slot, None)
        if isinstance(self._where, Remembering):
            self._where.forget(slots)

    def heard(self, text: str) -> str | None:
        return self._listen(text) if self._listen else text

    def plan(self, observation: Observation, slots: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        marks = self._where(observation, slots, [self._words[s] for s in slots])
        if isinstance(self._where, Sighted):
            self._believed |= dict(zip(slots, marks, strict=True))
        return self._move(observation, list(slots), marks), np.stack([marks[:, point] for point in POINTS], 1)

    def believed(self, slot: int) -> np.ndarray | None:
        """See core.types.Believer: nothing where it is told the truth."""
        return self._believed.get(slot)

    @property
    def senses(self) -> tuple[str, ...]:
        """See explaining.Explainable."""
        return (*self._where.cameras, TOUCH, JOINTS, WORDS) if isinstance(self._where, Sighted) else (TOUCH, JOINTS)

    def believe(self, observation: Observation, slot: int, words: str) -> Belief:
        """See explaining.Explainable."""
        if isinstance(self._where, Sighted):
            mark, heat = self._where.look(observation, slot, words)
        else:
            mark, heat = self._where(observation, [slot], [words])[0], {}
        motions = self._move(observation, [slot], mark[None])[0, : self.execute]
        return Belief(motions=motions, points=np.stack([mark[point] for point in POINTS]), heat=heat, mark=Mark.from_vector(mark))

    @torch.inference_mode()
    def _move(self, observation: Observation, rows: Sequence[int], marks: np.ndarray) -> np.ndarray:
        """Chunks (n, chunk, 10) for slots `rows` with marks (n, MARK_DIM)."""
        proprio = np.asarray(observation["proprio"])[rows].astype(np.float32)
        seen = features(self._model.robot, proprio, summary(np.asarray(observation["tactile"])[rows]), marks)
        model, chunks = self._model, []
        for row, skill in zip(
            torch.from_numpy(seen), model.numbers(marks), strict=True
        ):  # one at a time: numbers must not depend on the batch
            chunks.append((model(row[None], skill[None]) * model.motion_std + model.motion_mean).numpy())
        return np.concatenate(chunks)
