"""The eyes at run time: where, for the head to act on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...core.preprocess import pictures
from ...core.text import tokenise
from ...core.touch import summary
from ...core.types import Observation
from .network import Eyes


class Looking:
    """Implements head.runtime.Where: marks from pictures and words. One slot at a time: numbers must not depend on the batch."""

    def __init__(self, model: Eyes, *, half: bool = True) -> None:
        self._model, self._half = model.eval(), half
        self._texts: dict[str, Tensor] = {}

    @property
    def cameras(self) -> tuple[str, ...]:
        return self._model.config.cameras

    def _text(self, words: str) -> Tensor:
        """(1, 1, T) the instruction's vector, computed once."""
        if words not in self._texts:
            self._texts[words] = self._model.text(torch.from_numpy(tokenise(words)[None]))[:, None]
        return self._texts[words]

    @torch.inference_mode()
    def __call__(self, observation: Observation, slots: Sequence[int], words: Sequence[str]) -> np.ndarray:
        """(n, MARK_DIM) where what each slot was told is, base frame."""
        out, size = [], self._model.config.image_size
        for slot, said in zip(slots, words, strict=True):
            row = slice(slot, slot + 1)
            inputs = {
                "pictures": torch.stack([pictures(torch.from_numpy(np.asarray(observation[c][row])), size) for c in self.cameras], 1),
                "proprio": torch.from_numpy(np.asarray(observation["proprio"][row], np.float32)),
                "touch": torch.from_numpy(summary(np.asarray(observation["tactile"][row]))),
                "extrinsics": torch.from_numpy(np.asarray(observation["extrinsics"][row], np.float32)),
            }  # fmt: skip
            text = self._text(said)
            with torch.autocast("cpu", torch.bfloat16, enabled=self._half):
                answer = self._model(inputs, text)
            out.append(answer.marks[0, 0].float().numpy())
        return np.stack(out)
