"""Batches of glances: pictures decoded as they are drawn, several goals asked of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...core.instructions import phrasings
from ...core.preprocess import pictures
from ...core.robots import robot_named
from ...core.text import tokenise
from ...core.types import Goal
from ...datasets.glances import Glances
from ..evenly import Evenly

OWN_WORDS = 0.5
"""Share of questions about what was asked for that use the episode's own words, adjectives included."""
PLAINEST = 0.5
"""Share of the others in the plainest words of all, which is what a policy that listens asks in."""

YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
"""Brightness and two axes of colour, of red, green and blue."""
FROM_YIQ = np.linalg.inv(YIQ)


@dataclass(frozen=True, kw_only=True)
class EyesAugment:
    """How inputs are varied."""

    colour: float = 0.2
    """Half-width of random brightness and contrast."""
    dyed: float = 0.5
    """Share of rows whose colours are turned about the grey axis by any angle, and paled: a thing is known by its shape where nobody says its
    colour."""
    shift: float = 0.15
    """How far a window on the picture, which is all that is seen, is off its middle, in half pictures: rooms must not be known by heart."""
    zoom: float = 0.1
    """How much smaller or larger than the picture the window is."""
    proprio: float = 0.01
    """Noise on the normalised proprioception."""


class EyesBatches:
    """Random batches; the same seed gives the same batches."""

    def __init__(
        self, data: Glances, *, cameras: tuple[str, ...], batch: int, asked: int, image_size: int, seed: int, augment: EyesAugment
    ) -> None:
        """asked: goals asked of each picture."""
        self._data, self._batch, self._asked, self._size, self._augment = data, batch, asked, image_size, augment
        self._views = [data.cameras.index(c) for c in cameras]
        self.robot = robot_named(data.robot)
        self.rng = np.random.default_rng(seed)
        self._counts = np.array([len(data.scenes[e].goals) for e in data.episode])
        tasks = np.array([data.scenes[e].goals[0].task for e in data.episode])
        self._frames = Evenly(tasks, np.arange(len(tasks)))
        self._tokens: dict[Goal, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self._data)

    def words(self, goal: Goal) -> np.ndarray:
        """(n, WORDS, FEATURES) tokens of its training phrasings."""
        if goal not in self._tokens:
            self._tokens[goal] = np.stack([tokenise(p) for p in phrasings(goal, "train")])
        return self._tokens[goal]

    def _question(self, glance: int, goal: int, *, plainly: bool) -> np.ndarray:
        """plainly: without adjectives."""
        scene = self._data.scenes[self._data.episode[glance]]
        if goal == 0 and self.rng.random() < OWN_WORDS and not plainly:
            return tokenise(scene.instruction)
        words = self.words(scene.goals[goal])
        return words[0 if self.rng.random() < PLAINEST else self.rng.integers(len(words))]

    def inputs(self, glances: np.ndarray, dyed: np.ndarray | None = None) -> dict[str, Tensor]:
        """What the network sees and feels at some glances; varied where it is said which are to be `dyed` (B,)."""
        d = self._data
        drawn = [pictures(torch.from_numpy(np.stack([d.picture(g, v) for g in glances])), self._size) for v in self._views]
        windows = np.tile(np.array([0, 0, 1], np.float32), (len(glances), len(drawn), 1))
        if dyed is not None:
            windows, dyes = self._windows(len(glances)), torch.from_numpy(self._dyes(dyed))
            drawn = [seen_through(self._coloured(in_colours(x, dyes)), torch.from_numpy(windows[:, v])) for v, x in enumerate(drawn)]
        return {
            "pictures": torch.stack(drawn, 1), "window": torch.from_numpy(windows), "proprio": torch.from_numpy(d.proprio[glances]), "touch": torch.from_numpy(d.touch[glances]),
            "extrinsics": torch.from_numpy(d.extrinsics[glances]),
        }  # fmt: skip

    def _windows(self, n: int) -> np.ndarray:
        """(n, V, 3) middle and half size of the windows, in half pictures."""
        a, views = self._augment, len(self._views)
        middle = self.rng.uniform(-a.shift, a.shift, (n, views, 2))
        return np.concatenate([middle, self.rng.uniform(1 - a.zoom, 1 + a.zoom, (n, views, 1))], -1).astype(np.float32)

    def _dyes(self, dyed: np.ndarray) -> np.ndarray:
        """(B, 3, 3) what colours become; nothing else where they are not `dyed`."""
        angle = np.where(dyed, self.rng.uniform(-np.pi, np.pi, len(dyed)), 0)
        strong = np.where(dyed, self.rng.uniform(0, 1.5, len(dyed)), 1)
        turn = np.zeros((len(dyed), 3, 3))
        turn[:, 0, 0] = 1
        turn[:, 1, 1] = turn[:, 2, 2] = strong * np.cos(angle)
        turn[:, 2, 1] = strong * np.sin(angle)
        turn[:, 1, 2] = -turn[:, 2, 1]
        return (FROM_YIQ @ turn @ YIQ).astype(np.float32)

    def _coloured(self, x: Tensor) -> Tensor:
        a, n = self._augment.colour, len(x)
        gain = torch.from_numpy(self.rng.uniform(1 - a, 1 + a, (n, 3, 1, 1)).astype(np.float32))
        lift = torch.from_numpy(self.rng.uniform(-a, a, (n, 1, 1, 1)).astype(np.float32))
        return x * gain + 0.5 * lift

    def truth(self, glances: np.ndarray, goals: np.ndarray) -> dict[str, Tensor]:
        """`marks` (B, G, MARK_DIM), and `pixels` (B, V, G, 2, 2), of goals (B, G) of some glances."""
        d, rows = self._data, glances[:, None]
        pixels = d.pixels[glances][:, self._views]  # (B, V, all goals, 2, 2)
        pixels = np.take_along_axis(pixels, goals[:, None, :, None, None], 2)
        return {"marks": torch.from_numpy(d.marks[rows, goals]), "pixels": torch.from_numpy(pixels)}

    def draw(self) -> dict[str, Tensor]:
        """One batch: inputs, `tokens` (B, G, WORDS, FEATURES) and the truth."""
        glances = self._frames.draw(self.rng, self._batch)
        goals = (self.rng.random((self._batch, self._asked)) * self._counts[glances][:, None]).astype(int)
        goals[:, 0] = 0  # what was asked for always
        dyed = self.rng.random(self._batch) < self._augment.dyed
        asked = [[self._question(g, k, plainly=d) for k in row] for g, row, d in zip(glances, goals, dyed, strict=True)]
        seen, truth = self.inputs(glances, dyed), self.truth(glances, goals)
        window = seen["window"][:, :, None, None]
        truth["pixels"] = (truth["pixels"] - window[..., :2]) / window[..., 2:]
        return {**seen, "tokens": torch.from_numpy(np.stack(asked)), **truth}

    def statistics(self) -> dict[str, np.ndarray]:
        """Means and spreads of proprioception."""
        return {"proprio_mean": self._data.proprio.mean(0), "proprio_std": self._data.proprio.std(0) + 1e-2}


def in_colours(x: Tensor, dyes: Tensor) -> Tensor:
    """Pictures (B, 3, S, S) in [-0.5, 0.5] whose colours are multiplied by (B, 3, 3), as colours from 0 to 1."""
    return torch.einsum("bij,bjhw->bihw", dyes, x + 0.5).clamp(0, 1) - 0.5


def seen_through(x: Tensor, window: Tensor) -> Tensor:
    """Pictures (B, C, S, S) through windows (B, 3), their middle and half size in half pictures, at the same size; what is beyond the edge
    looks like the edge."""
    turn = torch.zeros(len(x), 2, 3)
    turn[:, 0, 0] = turn[:, 1, 1] = window[:, 2]
    turn[:, :, 2] = window[:, :2]
    grid = F.affine_grid(turn, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)
