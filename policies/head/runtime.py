"""The head at run time, told where by whoever knows: the simulator's true marks, or eyes that have learned to find them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...core.marks import POINTS
from ...core.touch import summary
from ...core.types import Observation
from ..chunks import Chunked
from .checkpoint import load_head
from .network import ActionHead, features

Where = Callable[[Observation, Sequence[int], Sequence[str]], np.ndarray]
"""Observation (B, ...), slots (n,) and what each was told -> marks (n, MARK_DIM) in the base frame."""


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

    @staticmethod
    def load(folder: Path, where: Where, *, name: str | None = None, execute: int = 8) -> HeadPolicy:
        """From a checkpoint folder. Raises HomebodyError when it is none."""
        return HeadPolicy(load_head(folder), where, name=name or folder.name, execute=execute)

    def heard(self, text: str) -> str | None:
        return self._listen(text) if self._listen else text

    @torch.inference_mode()
    def plan(self, observation: Observation, slots: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        marks, rows = self._where(observation, slots, [self._words[s] for s in slots]), list(slots)
        proprio = np.asarray(observation["proprio"])[rows].astype(np.float32)
        seen = features(self._model.robot, proprio, summary(np.asarray(observation["tactile"])[rows]), marks)
        model, chunks = self._model, []
        for row, skill in zip(
            torch.from_numpy(seen), model.numbers(marks), strict=True
        ):  # one at a time: numbers must not depend on the batch
            chunks.append((model(row[None], skill[None]) * model.motion_std + model.motion_mean).numpy())
        return np.concatenate(chunks), np.stack([marks[:, point] for point in POINTS], 1)
