"""Batches for imitation: pictures, taxels, proprioception, a random phrasing and the chunk that followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..core.instructions import all_goals, phrasings
from ..core.motions import encode, target_poses
from ..core.preprocess import pictures, taxels
from ..core.robots import DEFAULT_ROBOT, ROBOTS, Robot
from ..core.text import tokenise
from ..core.types import goal_points
from ..datasets.sampler import Learnable, TrainingArrays

LEARNABLE = Learnable(who="the language policy", goals=tuple(all_goals()), robot=DEFAULT_ROBOT, demonstrated=True)
"""Data that the policy can learn from: its words, points and tool poses are those of the first kitchen and its arm."""
VISIBLE_Z = 0.5
"""Objects above this height stand in the wall cabinet, out of reach and sight [m]."""


@dataclass(frozen=True, kw_only=True)
class Augment:
    """How pictures are varied."""

    colour: float = 0.15
    """Half-width of random brightness and contrast."""
    shift: int = 1
    """Largest shift [pixels]: small, since positions matter."""
    proprio: float = 0.02
    """Noise on the normalised proprioception."""


class Batches:
    """Random batches from arrays in memory; the same seed gives the same batches."""

    def __init__(
        self, data: TrainingArrays, *, chunk: int, batch: int, image_size: int, seed: int, augment: Augment,
        robot: Robot = ROBOTS[DEFAULT_ROBOT],
    ) -> None:  # fmt: skip
        self._data, self._chunk, self._batch, self._size, self._augment, self._robot = data, chunk, batch, image_size, augment, robot
        self.rng = np.random.default_rng(seed)
        ends = np.zeros(len(data.action), np.int64)
        self._episode = np.zeros(len(data.action), np.int64)
        for e, (a, b) in enumerate(zip(data.starts[:-1], data.starts[1:], strict=True)):
            ends[a:b], self._episode[a:b] = b - 1, e
        self._ends = ends
        self._frames = np.flatnonzero(data.intervention)
        self._targets = target_poses(robot, data.action)
        self._goals = all_goals()
        self._tokens = {g: np.stack([tokenise(p) for p in phrasings(g, "train")]) for g in self._goals}
        self._points = np.array([goal_points(g) for g in self._goals])
        self._goal_of = np.array([self._goals.index(g) for g in data.goals])

    def __len__(self) -> int:
        return len(self._frames)

    def _motions(self, frames: np.ndarray) -> np.ndarray:
        ahead = np.minimum(frames[:, None] + np.arange(self._chunk), self._ends[frames][:, None])  # (B, K)
        n = self._robot.dof
        tool = self._robot.forward(self._data.proprio[frames, :n])
        return encode(tool, self._targets[ahead], self._data.action[ahead, n])

    def statistics(self) -> dict[str, np.ndarray]:
        """Means and spreads of proprioception and motions, from 20,000 frames."""
        frames = self.rng.choice(self._frames, min(20_000, len(self._frames)), replace=False)
        proprio, motions = self._data.proprio[frames], self._motions(frames)
        floor = np.array([0.004] * 3 + [0.03] * 6 + [0.25])
        return {
            "proprio_mean": proprio.mean(0), "proprio_std": proprio.std(0) + 1e-2,
            "motion_mean": motions.mean(0), "motion_std": np.maximum(motions.std(0), floor),
        }  # fmt: skip

    def _phrases(self, goals: np.ndarray) -> np.ndarray:
        return np.stack([t[self.rng.integers(len(t))] for t in (self._tokens[self._goals[g]] for g in goals)])

    def _pictures(self, stream: np.ndarray, frames: np.ndarray) -> Tensor:
        x = pictures(torch.from_numpy(stream[frames]), self._size)
        a, n = self._augment, len(frames)
        if a.colour:
            gain = torch.from_numpy(self.rng.uniform(1 - a.colour, 1 + a.colour, (n, 3, 1, 1)).astype(np.float32))
            lift = torch.from_numpy(self.rng.uniform(-a.colour, a.colour, (n, 1, 1, 1)).astype(np.float32))
            x = x * gain + 0.5 * lift
        if a.shift:
            dy, dx = self.rng.integers(-a.shift, a.shift + 1, 2)
            x = torch.roll(x, (int(dy), int(dx)), (2, 3))
        return x

    def draw(self) -> dict[str, Tensor]:
        """One batch: the network's inputs, `motions` (B, K, 10), `points` (B, 2, 3) [m], and for the first quarter
        `other_tokens` and `other_points`, another goal's sentence and points in the same picture."""
        d = self._data
        frames = self.rng.choice(self._frames, self._batch)
        goals = self._goal_of[self._episode[frames]]
        rows = np.arange(len(frames))[:, None]
        points = d.points[frames][rows, self._points[goals]]  # (B, 2, 3)
        n = max(1, self._batch // 4)
        others = self._other_goals(d.points[frames[:n]])
        proprio = d.proprio[frames].astype(np.float32)
        return {
            "scene": self._pictures(d.scene, frames), "wrist": self._pictures(d.wrist, frames),
            "tactile": taxels(torch.from_numpy(d.tactile[frames])), "proprio": torch.from_numpy(proprio),
            "tokens": torch.from_numpy(self._phrases(goals)), "motions": torch.from_numpy(self._motions(frames)),
            "points": torch.from_numpy(points.astype(np.float32)), "other_tokens": torch.from_numpy(self._phrases(others)),
            "pixels": torch.from_numpy(self._pixels(frames, goals)), "other_pixels": torch.from_numpy(self._pixels(frames[:n], others)),
            "other_points": torch.from_numpy(d.points[frames[:n]][rows[:n], self._points[others]].astype(np.float32)),
        }  # fmt: skip

    def _pixels(self, frames: np.ndarray, goals: np.ndarray) -> np.ndarray:
        """(n, cameras, 2, 2): where target and receptacle appear."""
        chosen = self._points[goals][:, None, :, None]  # (n, 1, 2, 1)
        return np.take_along_axis(self._data.pixels[frames], chosen, 2).astype(np.float32)

    def _other_goals(self, points: np.ndarray) -> np.ndarray:
        """A random goal per frame whose points are in sight."""
        visible: np.ndarray = np.all(points[:, self._points, 2] < VISIBLE_Z, axis=-1)  # (n, goals)
        return np.array([self.rng.choice(np.flatnonzero(visible[i])) for i in range(len(visible))])

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        while True:
            yield self.draw()
