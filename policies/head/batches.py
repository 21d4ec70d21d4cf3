"""Batches for the head: tasks equally often, marks as far off as eyes will be, and only what a demonstrator did as the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from ...core.marks import ACROSS, APPROACH, POINTS, PROGRESS, WAY
from ...core.motions import encode, target_poses
from ...core.robots import robot_named
from ...datasets.states import StateArrays
from ..evenly import Evenly
from .erring import Erring, made_units
from .network import features

MOTION_FLOOR = np.array([0.004] * 3 + [0.03] * 6 + [0.25], np.float32)
"""Smallest spread that a motion's number is normalised by: what hardly moves must not count as much as what does."""
SPREAD_FRAMES = 50_000
NEAR_M, NEAR = 0.06, 0.5
"""A batch has this share of frames whose hand is so near the mark: there a few millimetres decide, and on the way there nothing does."""


@dataclass(frozen=True, kw_only=True)
class HeadAugment:
    """How inputs are varied."""

    marks_m: float = 0.004
    """Mean spread of the error added to a mark's points; a row's own is drawn from an exponential distribution, since eyes err little most
    of the time and much now and then [m]."""
    turned_rad: float = 0.06
    """Mean angle by which each of a mark's directions is off, drawn as that of its points is."""
    unknown: float = 0.3
    """Share of rows whose progress is any number: of all that eyes say of a mark they know it least, and where things are says as much."""
    noise: float = 0.02
    """On all features, in units of their spread."""
    seen: float = 0.7
    """Share of rows whose marks are as a policy saw them, where one looked on; the others are off by `marks_m`."""


def unbroken(shown: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """(N,) for each frame, how many frames from it on, itself included, the demonstrator acted without a break, to the episode's end."""
    out = np.zeros(len(shown), np.int64)
    for a, b in pairwise(starts):
        breaks = np.flatnonzero(~shown[a:b])
        nexts = np.append(breaks, b - a)[np.searchsorted(breaks, np.arange(b - a))]
        out[a:b] = nexts - np.arange(b - a)
    return out


class HeadBatches:
    """Random batches from arrays in memory; the same seed gives the same batches."""

    def __init__(
        self, data: StateArrays, numbers: Callable[[np.ndarray], Tensor], *, chunk: int, batch: int, seed: int, augment: HeadAugment,
        everywhere: bool = False,
    ) -> None:  # fmt: skip
        """numbers: which of the network's skills marks (N, MARK_DIM) ask for. everywhere: also frames in which nobody demonstrates, for a
        teacher to say what is to be done."""
        self._skills = numbers(data.marks)
        self._data, self._chunk, self._batch, self._augment = data, chunk, batch, augment
        self.robot = robot_named(data.robot)
        self.rng = np.random.default_rng(seed)
        episode = data.episode
        self._ends = data.starts[1:][episode] - 1
        self._run = unbroken(data.shown, data.starts)
        self._targets = target_poses(self.robot, data.action)
        self._tool = target_poses(self.robot, data.proprio)  # the measured joints come first in both
        tasks = sorted({g.task for g in data.goals})
        task = np.array([tasks.index(g.task) for g in data.goals])[episode]
        self._everywhere = everywhere
        shown = np.arange(len(data.shown)) if everywhere else np.flatnonzero(data.shown)
        away = np.linalg.norm(data.marks[shown, POINTS[0]] - data.proprio[shown, self.robot.position_at], axis=1)
        near = shown[away < NEAR_M]
        self._frames, self._near = Evenly(task, shown), Evenly(task, near if len(near) else shown)

        self._eyes = Erring(data)

    def __len__(self) -> int:
        return len(self._frames)

    def _draw(self, count: int) -> np.ndarray:
        """(count,) frames, tasks equally often."""
        near = int(NEAR * count)
        return np.concatenate([self._near.draw(self.rng, near), self._frames.draw(self.rng, count - near)])

    def _motions(self, frames: np.ndarray) -> np.ndarray:
        """(B, K, MOTION_DIM) what followed; after the end, the last target."""
        ahead = np.minimum(frames[:, None] + np.arange(self._chunk), self._ends[frames][:, None])
        return encode(self._tool[frames], self._targets[ahead], self._data.action[ahead, self.robot.dof])

    def _counts(self, frames: np.ndarray) -> np.ndarray:
        """(B, K) which of what followed the demonstrator did: not what a disturbance did, and all after the episode's end."""
        run, to_end = self._run[frames][:, None], (self._ends[frames] - frames + 1)[:, None]
        return (np.arange(self._chunk) < run) | (run == to_end)

    def _features(self, frames: np.ndarray, marks: np.ndarray) -> np.ndarray:
        return features(self.robot, self._data.proprio[frames], self._data.touch[frames], marks)

    def statistics(self) -> dict[str, np.ndarray]:
        """Means and spreads of features and motions."""
        frames = self._draw(SPREAD_FRAMES)
        seen, motions = self._features(frames, self._data.marks[frames]), self._motions(frames[::5])
        return {
            "feature_mean": seen.mean(0), "feature_std": seen.std(0) + 0.02, "motion_mean": motions.mean(0),
            "motion_std": np.maximum(motions.std(0), MOTION_FLOOR),
        }  # fmt: skip

    def _erring(self, frames: np.ndarray) -> np.ndarray:
        """Marks (B, MARK_DIM) of some frames, as far off as the eyes' will be."""
        marks, a, n = self._data.marks[frames], self._augment, len(frames)
        out, spread = marks.copy(), self.rng.exponential(size=(n, 1))
        for point in POINTS:
            out[:, point] += a.marks_m * spread * self.rng.standard_normal((n, 3))
        for direction in (APPROACH, ACROSS, WAY):
            out[:, direction] += a.turned_rad * spread * self.rng.standard_normal((n, 3))
        made_units(out)
        out[:, PROGRESS] = np.where(self.rng.random(n) < a.unknown, self.rng.random(n), out[:, PROGRESS])
        seen = self._eyes.known[frames] & (self.rng.random(n) < a.seen)
        return np.where(seen[:, None], self._eyes.put_into(marks, frames), out)

    def draw(self) -> dict[str, Tensor]:
        """One batch: `seen` (B, F), `skill` (B,), `motions` and `counts` (B, K); for a teacher `true`, as `seen` by true marks."""
        frames = self._draw(self._batch)
        seen = self._features(frames, self._erring(frames))
        true = {"true": torch.from_numpy(self._features(frames, self._data.marks[frames]))} if self._everywhere else {}
        return {
            "seen": torch.from_numpy(seen), **true, "skill": self._skills[torch.from_numpy(frames)], "motions": torch.from_numpy(self._motions(frames)),
            "counts": torch.from_numpy(self._counts(frames)),
        }  # fmt: skip
