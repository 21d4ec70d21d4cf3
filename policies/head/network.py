"""The network: marks, proprioception and touch in; a chunk of tool motions out.

A residual perceptron whose blocks the mark's skill steers (FiLM, Perez et al. 2018): what words ask for reaches it only as what is to be done
where. So a long task's steps share what was learned of each alone. What it knows of *where* comes in as the vector of one mark (core.marks)
and again as seen from the hand: a reach looks the same wherever in the room it happens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...core.errors import HomebodyError
from ...core.kinematics import rotation_from_6d
from ...core.marks import ACROSS, APPROACH, OTHER, POINTS, SKILL, SKILLS, WAY
from ...core.robots import DEFAULT_ROBOT, Robot, robot_named
from ...core.touch import TOUCH_DIM
from ..network import MOTION_DIM

FAR_M, NEAR_M = 0.2, 0.03
"""Offsets between hand and mark count in units of the first, and once more squashed at the second: a reach and a grip are told apart by other
digits of one number."""
SEEN_DIM = 3 * (3 * len(POINTS) + 2 + 3)


@dataclass(frozen=True, kw_only=True)
class HeadConfig:
    """Sizes of the network: 2.8 M parameters, 0.3 ms an action on one core."""

    skills: tuple[str, ...] = SKILLS
    """What it can be told to do at a mark."""
    skill_width: int = 64
    width: int = 512
    layers: int = 4
    chunk: int = 16
    """Control steps predicted at once."""
    robot: str = DEFAULT_ROBOT
    """The arm whose joints it feels and whose tool it moves."""

    def __post_init__(self) -> None:
        if min(self.skill_width, self.width, self.layers, self.chunk) < 1 or OTHER not in self.skills:
            raise HomebodyError(f"{self}: expected sizes of 1 or more, and {OTHER!r} among the skills")


def features(robot: Robot, proprio: np.ndarray, touch: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """proprio (B, P), touch (B, TOUCH_DIM), marks (B, MARK_DIM) in the base frame -> (B, F) float32: the mark as seen from the hand too, and
    the hand as seen from the mark."""
    at = robot.position_at.start
    p, R = proprio[:, at : at + 3], rotation_from_6d(proprio[:, at + 3 : at + 9].astype(np.float64)).astype(np.float32)
    marks = nearest_turn(marks, R)
    offsets = [marks[:, point] - p for point in POINTS]
    own = [_turned(R, offset) for offset in offsets]
    approach, across = marks[:, APPROACH], marks[:, ACROSS]
    from_mark = _turned(np.stack([np.cross(across, approach), across, approach], -1), -offsets[0])
    inside = [*own, from_mark]
    parts = [proprio, touch, marks[:, :SKILL], *(o / FAR_M for o in (*offsets, *inside)), *(np.tanh(o / NEAR_M) for o in inside)]
    parts += [_turned(R, marks[:, direction]) for direction in (APPROACH, ACROSS, WAY)]
    return np.concatenate(parts, 1).astype(np.float32)


def nearest_turn(marks: np.ndarray, R: np.ndarray) -> np.ndarray:
    """Marks (B, MARK_DIM) whose across direction is the one of its two that the hand R (B, 3, 3) has less far to turn to: fingers are alike,
    so which of them a mark names says nothing."""
    out = marks.copy()
    out[:, ACROSS] *= np.where(np.einsum("bi,bi->b", R[:, :, 1], marks[:, ACROSS]) < 0, -1, 1)[:, None]
    return out


def _turned(R: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Vectors (B, 3) in the frames R (B, 3, 3)."""
    return np.einsum("bji,bj->bi", R, v)


def feature_dim(robot: Robot) -> int:
    """Length of what `features` makes."""
    return robot.proprio_dim + TOUCH_DIM + SKILL + SEEN_DIM


class Block(nn.Module):
    """A residual step that the skill scales and shifts."""

    def __init__(self, width: int, skill: int) -> None:
        super().__init__()
        self.norm, self.film = nn.LayerNorm(width, elementwise_affine=False), nn.Linear(skill, 2 * width)
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)
        nn.init.zeros_(self.film.bias)
        nn.init.normal_(self.film.weight, std=0.02)

    def forward(self, x: Tensor, skill: Tensor) -> Tensor:
        scale, shift = self.film(skill).chunk(2, -1)
        return x + self.second(F.silu(self.first(self.norm(x) * (1 + scale) + shift)))


class ActionHead(nn.Module):
    """See the module. `forward` returns the chunk (B, chunk, MOTION_DIM), normalised."""

    feature_mean: Tensor
    feature_std: Tensor
    motion_mean: Tensor
    motion_std: Tensor

    def __init__(self, config: HeadConfig) -> None:
        super().__init__()
        self.config, self.robot = config, robot_named(config.robot)
        n, w = feature_dim(self.robot), config.width
        self.skills = nn.Embedding(len(config.skills), config.skill_width)
        self.enter = nn.Linear(n + config.skill_width, w)
        self.blocks = nn.ModuleList([Block(w, config.skill_width) for _ in range(config.layers)])
        self._number = np.array([config.skills.index(s if s in config.skills else OTHER) for s in SKILLS])
        self.leave = nn.Sequential(nn.LayerNorm(w), nn.Linear(w, config.chunk * MOTION_DIM))
        self.register_buffer("feature_mean", torch.zeros(n))
        self.register_buffer("feature_std", torch.ones(n))
        self.register_buffer("motion_mean", torch.zeros(config.chunk, MOTION_DIM))
        self.register_buffer("motion_std", torch.ones(config.chunk, MOTION_DIM))

    def numbers(self, marks: np.ndarray) -> Tensor:
        """(B,) which of its own skills marks (B, MARK_DIM) ask for."""
        return torch.from_numpy(self._number[marks[:, SKILL].astype(int)])

    def forward(self, seen: Tensor, skill: Tensor) -> Tensor:
        """seen (B, feature_dim) as `features` makes it; skill (B,) as `numbers` does."""
        plain = ((seen - self.feature_mean) / self.feature_std).clamp(-6, 6)
        told = self.skills(skill)
        with torch.autocast(seen.device.type, enabled=False):  # half precision tells millimetres apart no more
            x = self.enter(torch.cat([plain, told], -1))
        for block in self.blocks:
            x = block(x, told)
        with torch.autocast(seen.device.type, enabled=False):
            return self.leave(x.float()).view(-1, self.config.chunk, MOTION_DIM)
