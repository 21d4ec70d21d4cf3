"""Clips for training: frames one model step apart, the commands between them, and what became of the attempt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..core.instructions import all_goals, phrasings
from ..core.marks import ACT, PLACE
from ..core.motions import target_poses
from ..core.preprocess import pictures, taxels
from ..core.robots import DEFAULT_ROBOT, ROBOTS, Robot
from ..core.text import tokenise
from ..core.types import Goal
from ..datasets.sampler import Learnable, TrainingArrays
from .network import SKIP, TARGET_DIM

LEARNABLE = Learnable(who="the world model", goals=tuple(all_goals()), robot=DEFAULT_ROBOT, demonstrated=False)
"""Data that the world model can learn from: its sentences and points are those of the first room, its commands that arm's."""
HOLD = 10
"""Frames at the end of a successful episode in which its goal was met: the evaluation holds success so long."""
HORIZON = 50.0
"""Control steps over which nearness falls by e."""


def command_targets(robot: Robot, actions: np.ndarray) -> np.ndarray:
    """Actions (N, A) of a robot -> commanded tool poses (N, TARGET_DIM): position [m], first two columns of the rotation, opening."""
    T = target_poses(robot, actions)
    return np.concatenate([T[:, :3, 3], T[:, :3, 0], T[:, :3, 1], actions[:, robot.dof :]], 1).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """B clips of F frames, without pictures. Frames beyond an episode's end repeat its last; `inside` says which are real."""

    frames: np.ndarray
    """(B, F) rows of the arrays."""
    targets: Tensor
    """(B, F - 1, SKIP, TARGET_DIM) commanded between a frame and the next."""
    inside: Tensor
    """(B, F) bool"""
    tokens: Tensor
    """(B, WORDS, FEATURES) the sentence that is judged."""
    labels: Tensor
    """(B, F, 3) goal met now, met in the end, nearness in [0, 1]."""


@dataclass(frozen=True, kw_only=True)
class Clip(Labelled):
    """Clips with all that the encoder and the points' head need."""

    inputs: dict[str, Tensor]
    """`scene`, `wrist`, `tactile`, `proprio`, prepared, (B * F, ...), clip by clip."""
    points: Tensor
    """(B, F, 2, 3) act point and place of the episode's own goal [m], base frame."""
    own: Tensor
    """(B, WORDS, FEATURES) a sentence for that goal."""


class Clips:
    """Random clips from arrays in memory; the same seed gives the same clips."""

    def __init__(
        self, data: TrainingArrays, *, frames: int, batch: int, image_size: int, seed: int, foreign: float = 0.25, failed: float = 0.4,
        robot: Robot = ROBOTS[DEFAULT_ROBOT],
    ) -> None:  # fmt: skip
        """`foreign`: share of clips judged by a sentence that asks for something else; `failed`: share from attempts that did
        not succeed, however few there are, since demonstrations never fail."""
        self._data, self._frames, self._batch, self._size, self._foreign = data, frames, batch, image_size, foreign
        self.rng = np.random.default_rng(seed)
        lengths = np.diff(data.starts)
        self._episode = np.repeat(np.arange(len(lengths)), lengths)
        won = data.success[self._episode]
        self._won, self._lost = np.flatnonzero(won), np.flatnonzero(~won)
        self._failed = failed if len(self._won) and len(self._lost) else float(len(self._won) == 0)
        self._targets = command_targets(robot, data.action)
        self._goals = all_goals()
        self._tokens = {g: np.stack([tokenise(p) for p in phrasings(g, "train")]) for g in self._goals}

    def statistics(self) -> dict[str, np.ndarray]:
        """Means and spreads of proprioception and commands."""
        p, t = self._data.proprio, self._targets
        floor = np.array([0.05] * 3 + [0.1] * 6 + [0.5], np.float32)
        assert t.shape[1] == TARGET_DIM
        return {
            "proprio_mean": p.mean(0),
            "proprio_std": p.std(0) + 1e-2,
            "target_mean": t.mean(0),
            "target_std": np.maximum(t.std(0), floor),
        }

    def draw(self) -> Clip:
        """One batch; a share of the clips is judged by a sentence that asks for something else."""
        first, goals, mine = self._choose()
        labelled = self._label(first, goals, mine)
        d, flat = self._data, labelled.frames.ravel()
        inputs = {c: pictures(torch.from_numpy(getattr(d, c)[flat]), self._size) for c in ("scene", "wrist")}
        inputs["tactile"] = taxels(torch.from_numpy(d.tactile[flat]))
        inputs["proprio"] = torch.from_numpy(d.proprio[flat].astype(np.float32))
        marks = d.marks[flat, 0]
        points = torch.from_numpy(np.stack([marks[:, ACT], marks[:, PLACE]], 1).reshape(*labelled.frames.shape, 2, 3))
        own = np.stack([t[self.rng.integers(len(t))] for t in (self._tokens[self._data.goals[e]] for e in self._episode[first])])
        return Clip(**vars(labelled), inputs=inputs, points=points, own=torch.from_numpy(own))

    def labelled(self) -> Labelled:
        """One batch without its pictures."""
        return self._label(*self._choose())

    def _choose(self) -> tuple[np.ndarray, list[Goal], np.ndarray]:
        """First frames (B,), the goals that judge them, and whether each is the episode's own (B,)."""
        lost = self.rng.random(self._batch) < self._failed
        first = np.array([self.rng.choice(self._lost if bad else self._won) for bad in lost])
        episodes = self._episode[first]
        foreign = self.rng.random(self._batch) < self._foreign
        return first, [self._other(int(e)) if f else self._data.goals[e] for e, f in zip(episodes, foreign, strict=True)], ~foreign

    def _other(self, episode: int) -> Goal:
        """A goal about another thing, so that this episode surely does not meet it."""
        own = self._data.goals[episode]
        mine = {own.target, own.receptacle or own.target}
        others = [g for g in self._goals if not mine & {g.target, g.receptacle or g.target}]
        return others[int(self.rng.integers(len(others)))]

    def _label(self, first: np.ndarray, goals: list[Goal], mine: np.ndarray) -> Labelled:
        """Clips that start at frames `first`, judged by `goals`; `mine[i]` where that is the episode's own."""
        d, f = self._data, self._frames
        episodes = self._episode[first]
        last = d.starts[episodes + 1] - 1
        frames = first[:, None] + SKIP * np.arange(f)  # (B, F)
        real = np.minimum(frames, last[:, None])
        between = np.minimum(first[:, None, None] + SKIP * np.arange(f - 1)[:, None] + np.arange(SKIP), last[:, None, None])
        left = last[:, None] - real  # control steps to the end
        won = (d.success[episodes] & mine)[:, None]
        labels = np.stack([won & (left < HOLD), np.broadcast_to(won, left.shape), won * np.exp(-left / HORIZON)], -1)
        phrases = [self._tokens[g][self.rng.integers(len(self._tokens[g]))] for g in goals]
        return Labelled(
            frames=real, targets=torch.from_numpy(self._targets[between]), inside=torch.from_numpy(frames <= last[:, None]),
            tokens=torch.from_numpy(np.stack(phrases)), labels=torch.from_numpy(labels.astype(np.float32)),
        )  # fmt: skip
