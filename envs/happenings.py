"""What happens in the middle of an episode: a thing is pushed, a hand reaches in, a cat walks by, an instruction changes.

Everything is a function of the episode's axes and stream and of the control step, so that a replayed episode meets it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.instructions import phrasings
from ..core.types import CONTROL_HZ, Goal

EARLY, LATE = 15, 60
"""Control steps between which things begin to happen."""
PUSH_STEPS = 4
"""Control steps that a push lasts (0.2 s)."""
HAND_STAY, PET_SPEED = 40, 0.45
"""Control steps that a hand stays; a cat's speed [m/s]."""
STOP_WORDS = (
    "stop", "never mind", "stop please", "leave it", "forget it", "wait stop", "not now", "hold still please", "i changed my mind leave it",
    "no stop that",
)  # fmt: skip
"""How people take an instruction back."""
EVENTS = ("object_moved", "hand_reaches_in", "pet_walks", "instruction_changes", "taken_back")


@dataclass(frozen=True, kw_only=True)
class News:
    """What is asked for from now on."""

    goal: Goal | None
    """None: the instruction is taken back, the robot has to stop."""
    instruction: str


class Happenings:
    """One episode's events."""

    def __init__(
        self, axes: Mapping[str, float], rng: np.random.Generator, goal: Goal, valid: Sequence[Goal], movers: Mapping[str, int],
        parked: np.ndarray, pushed: int,
    ) -> None:  # fmt: skip
        """movers: name -> mocap id of `hand` and `pet`; parked (nmocap, 7) where they stand otherwise; pushed: body of the thing
        that may be pushed, -1 for none."""
        self._axes, self._parked, self._movers, self._pushed = axes, parked, movers, pushed
        self._push_at, self._hand_at, self._pet_at, self._news_at = (int(v) for v in rng.integers(EARLY, LATE, 4))
        angle = rng.uniform(-np.pi, np.pi)
        self._push = np.array([np.cos(angle), np.sin(angle), 0.0])
        self._hand_y, self._pet_x = rng.uniform(-0.12, 0.12), rng.uniform(0.45, 0.6)
        self._side = float(rng.choice([-1.0, 1.0]))
        others = [g for g in valid if g != goal]
        change, back = rng.random() < axes.get("instruction_changes", 0.0), rng.random() < axes.get("taken_back", 0.0)
        pick, word = int(rng.integers(max(len(others), 1))), int(rng.integers(1 << 30))
        self._news: News | None = None
        if back:
            self._news = News(goal=None, instruction=STOP_WORDS[word % len(STOP_WORDS)])
        elif change and others:
            words = phrasings(others[pick], "train")
            self._news = News(goal=others[pick], instruction=words[word % len(words)])

    @property
    def any(self) -> bool:
        """Whether anything may happen at all."""
        return any(self._axes.get(n, 0.0) > 0 for n in EVENTS)

    def news(self, step: int) -> News | None:
        """The instruction that comes at control step `step`, if one does."""
        return self._news if step == self._news_at else None

    def push(self, step: int) -> tuple[int, np.ndarray] | None:
        """(body, force (3,) [N]) while somebody pushes a thing; a zero force right after."""
        force = self._axes.get("object_moved", 0.0)
        if not force or self._pushed < 0 or not self._push_at <= step <= self._push_at + PUSH_STEPS:
            return None
        return self._pushed, self._push * (force if step < self._push_at + PUSH_STEPS else 0.0)

    def mocap(self, step: int) -> np.ndarray | None:
        """(nmocap, 7) where a hand and a cat are at control step `step`; None where nobody ever comes."""
        out = self._parked.copy()
        moving = False
        reach = self._axes.get("hand_reaches_in", 0.0)
        if reach and "hand" in self._movers:
            moving = True
            self._hand(out[self._movers["hand"]], step, reach)
        near = self._axes.get("pet_walks", 0.0)
        if near and "pet" in self._movers:
            moving = True
            self._pet(out[self._movers["pet"]], step, near)
        return out if moving else None

    def _hand(self, row: np.ndarray, step: int, reach: float) -> None:
        """Comes in from a side at the height of a worktop, stays for two seconds, goes."""
        t = step - self._hand_at
        inside = float(np.clip(min(t / 20, (HAND_STAY + 40 - t) / 20), 0.0, 1.0))
        if t < 0 or t > HAND_STAY + 40:
            return
        y = self._side * (0.85 - inside * reach * 0.65) + self._hand_y * inside
        yaw = -self._side * np.pi / 2
        row[:] = [0.5, y, 0.06, np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)]

    def _pet(self, row: np.ndarray, step: int, near: float) -> None:
        """Walks along the worktop from one side to the other, at the back for small values, through the middle for 1."""
        y = -1.1 + PET_SPEED * (step - self._pet_at) / CONTROL_HZ
        if y < -1.1 or y > 1.1:
            return
        x = 0.80 - near * (0.80 - self._pet_x)
        yaw = self._side * np.pi / 2
        row[:] = [x, self._side * y, 0.0, np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)]
