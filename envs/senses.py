"""What reaches the policy of what the sensors saw: late, dropped, blurred and noisy frames, tired and dead taxels."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..core.types import CONTROL_HZ
from .axes import episode_stream

OLDEST = 8
"""Frames that are kept: cameras are at most 7 control steps late."""


@dataclass(frozen=True, kw_only=True)
class SenseMemory:
    """What the senses of one slot remember between steps."""

    past: tuple[tuple[np.ndarray, ...], ...]
    """Frames that may still be shown, one picture a camera each."""
    shown: tuple[np.ndarray, ...]
    stream: Any
    """State of the stream that drops and spoils pictures."""


class Senses:
    """Degrades the observations of B slots by their episodes' axes; nominal slots pass bit for bit."""

    def __init__(self, num_envs: int) -> None:
        self._axes: list[Mapping[str, float]] = [{} for _ in range(num_envs)]
        self._dead: list[np.ndarray | None] = [None] * num_envs
        self._past: list[deque[list[np.ndarray]]] = [deque(maxlen=OLDEST) for _ in range(num_envs)]
        self._shown: list[list[np.ndarray]] = [[] for _ in range(num_envs)]
        self._rng: list[np.random.Generator | None] = [None] * num_envs

    def begin(self, slot: int, axes: Mapping[str, float], task: str, split: str, index: int) -> None:
        """A new episode in `slot`; what happens to its senses depends on the episode alone."""
        self._axes[slot], self._rng[slot] = axes, episode_stream(task, split, index, "senses")
        self._past[slot].clear()
        self._shown[slot] = []
        share = axes.get("dead_taxels", 0.0)
        order = episode_stream(task, split, index, "dead taxels").permutation(128)
        self._dead[slot] = (np.argsort(order) < round(128 * share)).reshape(2, 1, 8, 8) if share else None

    def memory(self, slot: int) -> SenseMemory:
        """What `slot`'s senses remember."""
        rng = self._rng[slot]
        return SenseMemory(
            past=tuple(tuple(p.copy() for p in frame) for frame in self._past[slot]), shown=tuple(p.copy() for p in self._shown[slot]),
            stream=None if rng is None else copy.deepcopy(rng.bit_generator.state),
        )  # fmt: skip

    def recall(self, slot: int, memory: SenseMemory) -> None:
        """Puts back what `slot`'s senses remembered, in the same episode."""
        rng = self._rng[slot]
        self._past[slot] = deque((list(frame) for frame in memory.past), maxlen=OLDEST)
        self._shown[slot] = list(memory.shown)
        if rng is not None and memory.stream is not None:
            rng.bit_generator.state = copy.deepcopy(memory.stream)

    def taxels(self, tactile: np.ndarray) -> np.ndarray:
        """tactile (B, 2, 3, 8, 8) -> the same with each slot's gain and its dead taxels silent."""
        for i, axes in enumerate(self._axes):
            gain, dead = axes.get("taxel_gain", 1.0), self._dead[i]
            if gain != 1.0:
                tactile[i] *= np.float32(gain)
            if dead is not None:
                tactile[i] = np.where(dead, np.float32(0), tactile[i])
        return tactile

    def _degraded(self, slot: int) -> bool:
        return any(self._axes[slot].get(n, 0.0) > 0 for n in ("camera_delay", "dropped_frames", "blur", "noise"))

    def pictures(self, slots: Sequence[int], images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """New pictures of `slots`, images[camera] (B, H, W, 3) uint8 -> what is seen of them."""
        out = [image.copy() for image in images]
        for slot in range(len(self._axes)):
            if not self._degraded(slot):
                continue
            if slot in slots:
                self._shown[slot] = self._see(slot, [image[slot].copy() for image in images])
            for camera, picture in zip(out, self._shown[slot], strict=False):
                camera[slot] = picture
        return out

    def _see(self, slot: int, fresh: list[np.ndarray]) -> list[np.ndarray]:
        axes, rng, past = self._axes[slot], self._rng[slot], self._past[slot]
        assert rng is not None
        dropped = rng.random() < axes.get("dropped_frames", 0.0)
        past.append(past[-1] if dropped and past else fresh)
        late = min(round(axes.get("camera_delay", 0.0) * CONTROL_HZ / 1000), len(past) - 1)
        return [self._spoil(picture, axes, rng) for picture in past[-1 - late]]

    @staticmethod
    def _spoil(picture: np.ndarray, axes: Mapping[str, float], rng: np.random.Generator) -> np.ndarray:
        """Blur in pixels of a 128-pixel picture, then sensor noise in grey levels."""
        blur, noise = axes.get("blur", 0.0) * picture.shape[0] / 128, axes.get("noise", 0.0)
        if blur > 0:
            picture = cv2.GaussianBlur(picture, (0, 0), blur)
        if noise > 0:
            picture = np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)
        return picture
