"""Taxels in a few numbers: what is pressed, how much, on which side of the pads, and how it slips."""

from __future__ import annotations

import numpy as np

from .preprocess import DEPTH_UNIT_M, SLIP_UNIT_MPS
from .types import TAXELS

GRIPS_M = 5e-5
"""Depth of the pads' deepest taxel from which on a finger presses on something [m]."""
TOUCH_DIM = 2 * (2 + 2 + TAXELS[2] + TAXELS[3])
"""Of each finger: deepest and mean depth, mean slip both ways, mean depth of each row and of each column."""


def summary(tactile: np.ndarray) -> np.ndarray:
    """Taxels (B, 2, 3, R, C) [m, m/s, m/s] -> (B, TOUCH_DIM) float32, squashed to (-1, 1)."""
    depth = np.tanh(np.asarray(tactile[:, :, 0], np.float32) / DEPTH_UNIT_M)  # (B, 2, R, C)
    slip = np.tanh(np.asarray(tactile[:, :, 1:], np.float32) / SLIP_UNIT_MPS)  # (B, 2, 2, R, C)
    parts = [depth.max((2, 3))[..., None], depth.mean((2, 3))[..., None], slip.mean((3, 4)), depth.mean(3), depth.mean(2)]
    return np.concatenate(parts, 2).reshape(len(depth), TOUCH_DIM)


def grips(tactile: np.ndarray) -> bool:
    """Whether both fingers press on something: taxels (2, 3, R, C) [m, m/s, m/s]."""
    return bool((np.asarray(tactile[:, 0]).max((1, 2)) > GRIPS_M).all())
