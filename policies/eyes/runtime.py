"""The eyes at run time: where, for the head to act on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...core.halves import in_half
from ...core.marks import POINTS
from ...core.preprocess import pictures
from ...core.text import tokenise
from ...core.touch import summary
from ...core.types import Observation
from ..explaining import shares
from .carrying import Carrying
from .memory import Memory
from .network import Answer, Eyes


class Looking:
    """Implements head.runtime.Where: marks from pictures and words. One slot at a time: numbers must not depend on the batch."""

    def __init__(self, model: Eyes, *, half: bool = True) -> None:
        self._model, self._half, self._memory, self._carrying = model.eval(), half, Memory(), Carrying(model.robot)
        self._texts: dict[str, Tensor] = {}

    @property
    def cameras(self) -> tuple[str, ...]:
        return self._model.config.cameras

    def _text(self, words: str) -> Tensor:
        """(1, 1, T) the instruction's vector, computed once."""
        if words not in self._texts:
            self._texts[words] = self._model.text(torch.from_numpy(tokenise(words)[None]))[:, None]
        return self._texts[words]

    def __call__(self, observation: Observation, slots: Sequence[int], words: Sequence[str]) -> np.ndarray:
        """(n, MARK_DIM) where what each slot was told is, base frame."""
        return np.stack([self._recalled(observation, slot, said) for slot, said in zip(slots, words, strict=True)])

    def forget(self, slots: Sequence[int]) -> None:
        """See head.runtime.Remembering."""
        self._memory.forget(slots)
        self._carrying.forget(slots)

    def _recalled(self, observation: Observation, slot: int, words: str) -> np.ndarray:
        """(MARK_DIM,) what is seen now, its points weighed against what was seen before."""
        answer = self._ask(observation, slot, words)
        mark, off = answer.marks[0, 0].float().numpy(), answer.spread[0, 0].float().numpy()
        points = self._memory.weigh(slot, np.stack([mark[point] for point in POINTS]), off, np.asarray(observation["tactile"][slot]))
        for point, at in zip(POINTS, points, strict=True):
            mark[point] = at
        proprio = np.asarray(observation["proprio"][slot])
        self._carrying.feel(slot, proprio, np.asarray(observation["tactile"][slot]))
        return self._carrying.corrected(slot, mark, proprio)

    def look(self, observation: Observation, slot: int, words: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """See head.runtime.Sighted."""
        answer = self._ask(observation, slot, words)
        mark = self._carrying.corrected(slot, answer.marks[0, 0].float().numpy(), np.asarray(observation["proprio"][slot]))
        return mark, dict(zip(self.cameras, shares(answer.heat[0, :, 0]), strict=True))

    @torch.inference_mode()
    def _ask(self, observation: Observation, slot: int, words: str) -> Answer:
        """Of one picture from each camera, asked for one goal."""
        row, size = slice(slot, slot + 1), self._model.config.image_size
        inputs = {
            "pictures": torch.stack([pictures(torch.from_numpy(np.asarray(observation[c][row])), size) for c in self.cameras], 1),
            "proprio": torch.from_numpy(np.asarray(observation["proprio"][row], np.float32)),
            "touch": torch.from_numpy(summary(np.asarray(observation["tactile"][row]))),
            "extrinsics": torch.from_numpy(np.asarray(observation["extrinsics"][row], np.float32)),
        }  # fmt: skip
        text = self._text(words)
        with in_half(self._half):
            return self._model(inputs, text)
