"""What a policy goes by where it plans, and what its plan leans on: it plans again with one sense, or one word, left out.

What changes the plan when it is missing is what the decision leans on. That does not say what made it right: a decision may lean on the wrong
thing, and two senses that tell the same cover for each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from ..core.instructions import normalise
from ..core.kinematics import rotation_from_6d
from ..core.listening.words import SKIPPED
from ..core.marks import Mark
from ..core.robots import Robot
from ..core.types import Observation

if TYPE_CHECKING:
    from torch import Tensor

POINTS = ("act", "place")
"""The two points of a belief: where to act, and where that has to go."""
WORDS, TOUCH, JOINTS = "words", "tactile", "proprio"
"""Senses that are no cameras: what was told, and two streams of the observation."""
LEAST_MM, ALIKE = 5.0, 0.8
"""A word that moves a point by less does not steer it; one that moves where to act by this share of what it moves the place moves both alike."""


@dataclass(frozen=True, kw_only=True)
class Belief:
    """What a policy goes by at one moment, and what it would do; base frame."""

    motions: np.ndarray
    """(execute, 10) the steps of the chunk that are acted out, as core.motions has them."""
    points: np.ndarray
    """(2, 3) where to act and where that has to go [m]."""
    heat: Mapping[str, np.ndarray]
    """Camera -> (2, S, S) where in its square picture each point is looked for; each adds up to 1. Empty for a policy without pictures."""
    mark: Mark | None = None
    """All that it goes by, where it goes by a mark."""


def shares(heat: Tensor) -> np.ndarray:
    """Heat maps (V, 2, S * S) before the softmax as shares (V, 2, S, S) float32 that add up to 1 each."""
    side = math.isqrt(heat.shape[-1])
    return heat.detach().float().softmax(-1).unflatten(-1, (side, side)).cpu().numpy()


@runtime_checkable
class Explainable(Protocol):
    """A policy in chunks that can be asked what it goes by, and again with something left out. Asking changes nothing of how it acts."""

    name: str

    @property
    def robot(self) -> Robot: ...
    @property
    def execute(self) -> int:
        """How many of a chunk's control steps are acted out."""
        ...

    @property
    def senses(self) -> tuple[str, ...]:
        """What reaches it: streams of the observation, and WORDS."""
        ...

    def told(self, slot: int) -> str | None:
        """The words that reach the network; None where there is nothing to do and it holds still."""
        ...

    def looks_in(self, slot: int) -> int:
        """As core.types.Looker has it."""
        ...

    def believe(self, observation: Observation, slot: int, words: str) -> Belief:
        """What it goes by in `slot` of an observation (B, ...) where it was told `words`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Change:
    """How far two plans of the same steps are apart, on average over the steps."""

    mm: float
    """Between the tool's positions."""
    degrees: float
    """Between the tool's rotations."""
    gripper: float
    """Between the openings, in [0, 1]."""

    @staticmethod
    def between(a: np.ndarray, b: np.ndarray) -> Change:
        """Of two plans (K, 10) from the same pose of the tool."""
        a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
        turn = np.swapaxes(rotation_from_6d(a[:, 3:9]), 1, 2) @ rotation_from_6d(b[:, 3:9])  # (K, 3, 3)
        cosine = ((np.trace(turn, axis1=1, axis2=2) - 1) / 2).clip(-1, 1)
        grip = np.abs(a[:, 9].clip(0, 1) - b[:, 9].clip(0, 1))
        return Change(
            mm=float(1e3 * np.linalg.norm(a[:, :3] - b[:, :3], axis=1).mean()), degrees=float(np.rad2deg(np.arccos(cosine)).mean()),
            gripper=float(grip.mean()),
        )  # fmt: skip


def left_out(observation: Observation, slot: int, sense: str, usual: Observation) -> Observation:
    """The observation (B, ...) with nothing to learn from one of its streams in `slot`: a picture is its mean colour, taxels are zero, and
    the joints are as in `usual`, an observation of the same shapes."""
    stream = np.array(observation[sense])
    if sense == JOINTS:
        stream[slot] = usual[sense][slot]
    elif sense == TOUCH:
        stream[slot] = 0
    else:
        stream[slot] = stream[slot].mean((0, 1)).round()
    return {**observation, sense: stream}


def leanings(policy: Explainable, observation: Observation, slot: int, usual: Observation) -> tuple[Belief, dict[str, Change]]:
    """What the policy goes by in `slot`, and how its plan changes with each of its senses left out. usual: as `left_out` has it.

    Price: a plan, and one more for each sense.
    """
    told = policy.told(slot) or ""
    own, changes = policy.believe(observation, slot, told), dict[str, Change]()
    for sense in policy.senses:
        seen, words = (observation, "") if sense == WORDS else (left_out(observation, slot, sense, usual), told)
        changes[sense] = Change.between(own.motions, policy.believe(seen, slot, words).motions)
    return own, changes


@dataclass(frozen=True, kw_only=True)
class Steering:
    """What one word of an instruction does: the difference that it makes to leave it out."""

    word: str
    moved_mm: tuple[float, float]
    """How far each of the two points moves."""
    heat: tuple[float, float]
    """Share of each point's heat, in [0, 1], that then lies elsewhere in the pictures; on average over the cameras."""
    motion_mm: float
    """How much the plan changes."""

    @property
    def point(self) -> str | None:
        """Which of POINTS it moves further, where to act if it moves both alike; None where it moves neither by LEAST_MM."""
        act, place = self.moved_mm
        return None if max(act, place) < LEAST_MM else POINTS[0] if act >= ALIKE * place else POINTS[1]

    @property
    def mm(self) -> float:
        """How far that point moves; the further of the two where it is neither."""
        return self._own(self.moved_mm)

    @property
    def elsewhere(self) -> float:
        """Share of that point's heat that lies elsewhere; the greater of the two where it is neither."""
        return self._own(self.heat)

    def _own(self, both: tuple[float, float]) -> float:
        return both[POINTS.index(self.point)] if self.point else max(both)


def steering(policy: Explainable, observation: Observation, slot: int, belief: Belief) -> list[Steering]:
    """What each content word of what `slot` was told does, in their order; none where words do not reach the network.

    Price: a plan for each content word.
    """
    if WORDS not in policy.senses:
        return []
    words, out = normalise(policy.told(slot) or "").split(), list[Steering]()
    for n, word in enumerate(words):
        if word in SKIPPED:
            continue
        other = policy.believe(observation, slot, " ".join(words[:n] + words[n + 1 :]))
        act, place = 1e3 * np.linalg.norm(other.points - belief.points, axis=1)
        out.append(Steering(
            word=word, moved_mm=(float(act), float(place)), heat=(_elsewhere(belief, other, 0), _elsewhere(belief, other, 1)),
            motion_mm=Change.between(belief.motions, other.motions).mm,
        ))  # fmt: skip
    return out


def _elsewhere(a: Belief, b: Belief, point: int) -> float:
    """Share of a point's heat that two beliefs do not have in common, on average over the cameras; 0 without pictures."""
    apart = [0.5 * float(np.abs(a.heat[c][point] - b.heat[c][point]).sum()) for c in a.heat]
    return sum(apart) / max(1, len(apart))
