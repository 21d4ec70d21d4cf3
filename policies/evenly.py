"""Drawing frames so that every task comes up equally often, however many frames it has."""

from __future__ import annotations

import numpy as np


class Evenly:
    """Frames by the task that they belong to."""

    def __init__(self, tasks: np.ndarray, frames: np.ndarray) -> None:
        """tasks (N,): of each frame there is, numbers or names; frames (M,): those that may be drawn."""
        own = tasks[frames]
        self._order = frames[np.argsort(own, kind="stable")]  # task after task
        self._sizes = np.unique(own, return_counts=True)[1]
        self._firsts = np.cumsum(self._sizes) - self._sizes

    def __len__(self) -> int:
        return len(self._order)

    def draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """(count,) frames: a task at random, then one of its frames."""
        which = rng.integers(len(self._sizes), size=count)
        return self._order[self._firsts[which] + (rng.random(count) * self._sizes[which]).astype(int)]
