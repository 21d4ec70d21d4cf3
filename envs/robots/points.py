"""Points on the shapes of a hand, to look up what it would meet."""

from __future__ import annotations

import itertools

import numpy as np

LONG_M = 0.03
"""Points on a hand are this far apart at most."""


def box_points(centre: tuple[float, float, float], half: tuple[float, float, float]) -> np.ndarray:
    """(N, 3) points on a box's surface, its corners among them."""
    lines = [np.linspace(-h, h, max(int(np.ceil(2 * h / LONG_M)) + 1, 2)) for h in half]
    grid = np.array(list(itertools.product(*lines)))
    outer = (np.abs(np.abs(grid) - np.array(half)) < 1e-9).any(axis=1)
    return grid[outer] + np.array(centre)
