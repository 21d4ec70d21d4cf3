"""Which half of the world an episode comes from, and the random stream that is its own."""

from __future__ import annotations

import zlib

import numpy as np

from ..core.errors import HomebodyError, unknown

SPLITS = ("train", "heldout")


def episode_rng(task: str, split: str, index: int) -> np.random.Generator:
    """The episode's own random stream. Raises HomebodyError for an unknown split or a negative index."""
    if split not in SPLITS:
        raise unknown("split", split, SPLITS)
    if index < 0:
        raise HomebodyError(f"episode index {index} is negative: expected 0 or more")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([zlib.crc32(task.encode()), SPLITS.index(split), index])))
