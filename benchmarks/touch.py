"""Touch arms: the same policy with its taxels, without them, and with taxels that say something at the wrong time and place."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from ..core.errors import HomebodyError

TOUCH = ("on", "off", "shuffled")
"""Taxels as they are; zeros; those of another step of the same episode, their places permuted."""


class TouchFilter:
    """What reaches the policy of the taxels in each slot. A function of the episode alone, whatever runs beside it.

    `shuffled` keeps how strong and how frequent touch is and destroys when and where: at step t it shows the taxels of a step
    drawn uniformly from 0 .. t, places permuted anew over both fingers. It is drawn from the past only, so nothing of the
    future leaks in.
    """

    def __init__(self, arm: str, slots: int) -> None:
        self._arm = arm
        self._rngs: list[np.random.Generator | None] = [None] * slots
        self._past: list[list[np.ndarray]] = [[] for _ in range(slots)]

    def reset(self, slot: int, task: str, index: int) -> None:
        """A new episode in `slot`."""
        words = [zlib.crc32(b"shuffled taxels"), zlib.crc32(task.encode()), index]
        self._rngs[slot] = np.random.Generator(np.random.Philox(np.random.SeedSequence(words)))
        self._past[slot] = []

    def clear(self, slot: int) -> None:
        """The episode in `slot` has ended."""
        self._rngs[slot], self._past[slot] = None, []

    def __call__(self, observation: Any) -> Any:
        """The observation (B, ...) with `tactile` (B, 2, 3, R, C) replaced; any other stream is left alone."""
        if self._arm == "on":
            return observation
        if "tactile" not in observation:
            raise HomebodyError(f"touch {self._arm!r} needs taxels, and the observation has {', '.join(sorted(observation))}")
        seen = np.asarray(observation["tactile"])
        shown = np.zeros_like(seen)
        if self._arm == "shuffled":
            for slot, rng in enumerate(self._rngs):
                if rng is not None:
                    shown[slot] = self._shuffle(slot, rng, seen[slot])
        return {**observation, "tactile": shown}

    def _shuffle(self, slot: int, rng: np.random.Generator, taxels: np.ndarray) -> np.ndarray:
        """(2, 3, R, C) -> the same shape: channels stay, places of both fingers are permuted together."""
        past = self._past[slot]
        past.append(taxels.copy())
        then = past[int(rng.integers(len(past)))]
        fingers, channels, rows, columns = then.shape
        flat = then.transpose(1, 0, 2, 3).reshape(channels, -1)  # (3, 2 R C)
        flat = flat[:, rng.permutation(flat.shape[1])]
        return flat.reshape(channels, fingers, rows, columns).transpose(1, 0, 2, 3)
