"""What reaches the policy of what the cameras saw: late, dropped, blurred and noisy frames."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ...core.types import CONTROL_HZ
from .sensor import NOMINAL, Condition

OLDEST = 8
"""Frames that are kept: cameras are at most 7 control steps late."""
SPOILS = ("camera_delay", "dropped_frames", "blur", "noise")


@dataclass(frozen=True, kw_only=True)
class FrameMemory:
    """What the cameras of one slot remember between steps."""

    past: tuple[tuple[np.ndarray, ...], ...]
    """Frames that may still be shown, one picture a view each."""
    shown: tuple[np.ndarray, ...]
    stream: Any
    """State of the stream that drops and spoils pictures."""


class Frames:
    """Delays and degrades the pictures of B slots by their episodes' axes; nominal slots pass bit for bit."""

    def __init__(self, num_envs: int) -> None:
        self._conditions: list[Condition] = [NOMINAL] * num_envs
        self._past: list[deque[list[np.ndarray]]] = [deque(maxlen=OLDEST) for _ in range(num_envs)]
        self._shown: list[list[np.ndarray]] = [[] for _ in range(num_envs)]
        self._rng: list[np.random.Generator] = [NOMINAL.stream("senses") for _ in range(num_envs)]

    def begin(self, slot: int, condition: Condition) -> None:
        """A new episode in `slot`; what happens to its pictures depends on the episode alone."""
        self._conditions[slot], self._rng[slot] = condition, condition.stream("senses")
        self._past[slot].clear()
        self._shown[slot] = []

    def memory(self, slot: int) -> FrameMemory:
        """What `slot`'s cameras remember."""
        return FrameMemory(
            past=tuple(tuple(p.copy() for p in frame) for frame in self._past[slot]), shown=tuple(p.copy() for p in self._shown[slot]),
            stream=copy.deepcopy(self._rng[slot].bit_generator.state),
        )  # fmt: skip

    def recall(self, slot: int, memory: FrameMemory) -> None:
        """Puts back what `slot`'s cameras remembered, in the same episode."""
        self._past[slot] = deque((list(frame) for frame in memory.past), maxlen=OLDEST)
        self._shown[slot] = list(memory.shown)
        self._rng[slot].bit_generator.state = copy.deepcopy(memory.stream)

    def see(self, slots: Sequence[int], images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """New pictures of `slots`, images[view] (B, H, W, C) -> what is seen of them."""
        out = [image.copy() for image in images]
        for slot, condition in enumerate(self._conditions):
            if not any(condition.value(axis) > 0 for axis in SPOILS):
                continue
            if slot in slots:
                self._shown[slot] = self._look(slot, [image[slot].copy() for image in images])
            for view, picture in zip(out, self._shown[slot], strict=False):
                view[slot] = picture
        return out

    def _look(self, slot: int, fresh: list[np.ndarray]) -> list[np.ndarray]:
        condition, rng, past = self._conditions[slot], self._rng[slot], self._past[slot]
        dropped = rng.random() < condition.value("dropped_frames")
        past.append(past[-1] if dropped and past else fresh)
        late = min(round(condition.value("camera_delay") * CONTROL_HZ / 1000), len(past) - 1)
        return [_spoiled(picture, condition, rng) for picture in past[-1 - late]]


def _spoiled(picture: np.ndarray, condition: Condition, rng: np.random.Generator) -> np.ndarray:
    """Blur in pixels of a 128-pixel picture, then sensor noise in grey levels. Depth and segmentation are as late, and exact."""
    if picture.dtype != np.uint8:
        return picture
    blur, noise = condition.value("blur") * picture.shape[0] / 128, condition.value("noise")
    if blur > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
    if noise > 0:
        picture = np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)
    return picture
