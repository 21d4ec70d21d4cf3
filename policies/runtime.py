"""The policy at run time: plans a chunk, acts out its first part, plans again. Text is encoded once an instruction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..core.preprocess import pictures, taxels, tensor
from ..core.text import tokenise
from ..core.types import Observation
from .checkpoint import load_model
from .chunks import Chunked
from .explaining import JOINTS, TOUCH, WORDS, Belief, shares
from .network import VisuoTactilePolicy
from .source import CAMERAS


class CudaChunk:
    """The network on one observation as a CUDA graph: one launch instead of hundreds. Same numbers, same shapes each time."""

    def __init__(self, model: VisuoTactilePolicy, inputs: Mapping[str, Tensor]) -> None:
        self._inputs = {k: v.clone() for k, v in inputs.items()}
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):  # kernels are chosen and memory is taken before the recording
            for _ in range(3):
                model(self._inputs)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._outputs = model(self._inputs)

    def __call__(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        for name, value in inputs.items():
            self._inputs[name].copy_(value)
        self._graph.replay()
        return tuple(x.clone() for x in self._outputs)


class ChunkPolicy(Chunked):
    """Acts by pictures, touch and words; results do not depend on how many slots there are."""

    def __init__(self, model: VisuoTactilePolicy, *, name: str = "homebody", execute: int = 8, device: str = "cpu") -> None:
        super().__init__(model.robot, name=name, execute=execute, chunk=model.config.chunk)
        self._model, self._device = model.to(device).eval(), torch.device(device)
        self._texts: dict[str, Tensor] = {}
        self._graph: CudaChunk | None = None

    @staticmethod
    def load(folder: Path, *, name: str | None = None, execute: int = 8, device: str = "cpu") -> ChunkPolicy:
        """From a checkpoint folder. Raises HomebodyError when it is none."""
        return ChunkPolicy(load_model(folder, device), name=name or folder.name, execute=execute, device=device)

    @property
    def image_size(self) -> int:
        return self._model.config.image_size

    @torch.inference_mode()
    def _text(self, words: str) -> Tensor:
        """(1, T) the instruction's vector, computed once."""
        if words not in self._texts:
            self._texts[words] = self._model.text(torch.from_numpy(tokenise(words)[None]).to(self._device))
        return self._texts[words]

    @torch.inference_mode()
    def plan(self, observation: Observation, slots: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Chunks (n, chunk, 10) of tool motions for `slots`, and the grounded points (n, 2, 3) [m]."""
        planned = [self._ask(observation, slot, self._words[slot]) for slot in slots]
        return np.concatenate([chunk for chunk, _, _ in planned]), np.concatenate([points for _, points, _ in planned])

    @property
    def senses(self) -> tuple[str, ...]:
        """See explaining.Explainable."""
        return (*CAMERAS, TOUCH, JOINTS, WORDS)

    def believe(self, observation: Observation, slot: int, words: str) -> Belief:
        """See explaining.Explainable."""
        chunk, points, heat = self._ask(observation, slot, words)
        return Belief(motions=chunk[0, : self.execute], points=points[0], heat=dict(zip(CAMERAS, shares(heat[0]), strict=True)))

    @torch.inference_mode()
    def _ask(self, observation: Observation, slot: int, words: str) -> tuple[np.ndarray, np.ndarray, Tensor]:
        """A chunk (1, chunk, 10), points (1, 2, 3) [m] and heat (1, cameras, 2, HW) before the softmax. One slot at a time: its numbers must
        not depend on the batch it is in."""
        row = slice(slot, slot + 1)
        inputs = {c: pictures(tensor(observation[c][row], self._device), self.image_size) for c in CAMERAS}
        inputs["tactile"] = taxels(tensor(observation["tactile"][row], self._device))
        inputs["proprio"] = tensor(observation["proprio"][row].astype(np.float32), self._device)
        inputs["text"] = self._text(words)
        chunk, points, heat = self._forward(inputs)
        return (chunk * self._model.motion_std + self._model.motion_mean).float().cpu().numpy(), points.float().cpu().numpy(), heat

    def _forward(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        if self._device.type != "cuda":
            return self._model(inputs)
        if self._graph is None:
            self._graph = CudaChunk(self._model, inputs)
        return self._graph(inputs)
