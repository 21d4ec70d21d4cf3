"""What eyes keep in mind: a point that was seen well before a finger or the hand hid it is known better than one that is half guessed now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core.touch import grips

FADES_M = 0.002
"""So much less is what was seen before trusted with every look [m]."""
SAME = 2.5
"""What is seen now is of the same point as before up to so many times how far off the two may be together; else it is believed at once: doors
move, and after a grasp another point is what matters."""


@dataclass
class _Belief:
    points: np.ndarray
    """(K, 3) [m]"""
    off: np.ndarray
    """(K,) how far off they may be [m]"""
    grips: bool


class Memory:
    """Points by slot."""

    def __init__(self) -> None:
        self._beliefs: dict[int, _Belief] = {}

    def forget(self, slots: Sequence[int]) -> None:
        """Everything about some slots."""
        for slot in slots:
            self._beliefs.pop(slot, None)

    def weigh(self, slot: int, points: np.ndarray, off: np.ndarray, tactile: np.ndarray) -> np.ndarray:
        """Points (K, 3) seen now and how far off they may be (K,), taxels (2, 3, R, C) -> the points to act by (K, 3). A hand that closes on
        something or lets go begins anew."""
        held, before = grips(tactile), self._beliefs.get(slot)
        points, off = points.astype(np.float64), off.astype(np.float64)
        if before is not None and before.grips == held:
            was = before.off + FADES_M
            same = np.linalg.norm(points - before.points, axis=1) < SAME * (was + off)
            share = np.where(same, off**2 / (off**2 + was**2), 0.0)[:, None]
            points = share * before.points + (1 - share) * points
            # Errors of one look are those of the next: two looks know no more than the better one.
            off = np.where(same, np.minimum(was, off), off)
        self._beliefs[slot] = _Belief(points, off, held)
        return points
