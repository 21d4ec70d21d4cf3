"""How far off the eyes were while a policy looked on: what a head that acts by them has to put up with.

A head that has only seen true marks believes all of a mark: where half of what eyes say of a direction, or of how far a door is open, is a guess,
it moves by the guess. So it learns from marks as they were seen in its data, all parts of one together.
"""

from __future__ import annotations

import numpy as np

from ...core.marks import ACROSS, ACT, APPROACH, PROGRESS, SKILL, WAY, WIDTH
from ...datasets.states import StateArrays

LOST_M = 0.08
"""Eyes that are further off look at another thing: nothing is to be learned from that [m]."""
STOOD_M, STOOD = 0.02, 0.1
"""A look says how far off eyes are as long as the true act point has moved by less [m], and the goal has come less far."""


class Erring:
    """Of N frames, how far off their marks were at the last look."""

    def __init__(self, data: StateArrays) -> None:
        last = last_true(data.looked, data.starts)
        found = last >= 0
        truth, then, seen = data.marks, data.marks[last], data.believed[last].copy()
        seen[:, ACROSS] *= np.where(np.einsum("ni,ni->n", seen[:, ACROSS], then[:, ACROSS]) < 0, -1, 1)[:, None]  # fingers are alike
        self._off = (seen - then)[:, :SKILL]
        stood = (np.linalg.norm((truth - then)[:, ACT], axis=1) < STOOD_M) & (np.abs((truth - then)[:, PROGRESS]) < STOOD)
        right = (seen[:, SKILL] == then[:, SKILL]) & (then[:, SKILL] == truth[:, SKILL])
        self.known = found & stood & right & (np.linalg.norm(self._off[:, ACT], axis=1) < LOST_M)
        """(N,) where that is known, and of the right thing"""

    def put_into(self, marks: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """True marks (B, MARK_DIM) of some frames as they were seen there."""
        out = marks.copy()
        out[:, :SKILL] += self._off[frames]
        out[:, WIDTH], out[:, PROGRESS] = out[:, WIDTH].clip(0), out[:, PROGRESS].clip(0, 1)
        made_units(out)
        return out


def made_units(marks: np.ndarray) -> None:
    """Scales the directions of marks (B, MARK_DIM) to unit vectors, in place."""
    for direction in (APPROACH, ACROSS, WAY):
        marks[:, direction] /= np.maximum(np.linalg.norm(marks[:, direction], axis=1, keepdims=True), 1e-3)


def last_true(flags: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """(N,) for each frame the last one up to it, of its own episode, where `flags` (N,) is set; -1 where there is none. starts: first frames of
    the episodes, and N."""
    latest = np.maximum.accumulate(np.where(flags, np.arange(len(flags)), -1))
    return np.where(latest >= np.repeat(starts[:-1], np.diff(starts)), latest, -1)
