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
HAND, PET = "visitor", "cat"
"""Names of the movers."""
HAND_COMES, HAND_STAY = 28, 40
"""Control steps that a hand takes to come, and that it stays. 1.2 m in 1.4 s at most: an unhurried reach (0.6 to 1 m/s at its peak)."""
HAND_FAR_M, ARM_PITCH = 1.25, 0.733
"""How far along the arm's own line a hand comes from [m]; how steep the arm is [rad]."""
HAND_DOWN_M = 0.085
"""Height of the palm over the worktop where it stays [m]."""
PET_SPEED = 0.55
"""A walking cat [m/s]: between a stroll and a trot (0.3 to 0.9, Lascelles et al., Am J Vet Res 2006)."""
PET_FROM_M, PET_LEAP_M, PET_LOW_M = 1.55, 1.15, -0.6
"""Where a cat comes from at a side, from where on it is up on the worktop, and the height that it leaps from [m]."""
PET_TURN_M = 0.09
"""Radius of its turn [m]."""
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
        """movers: name -> mocap id of HAND and PET; parked (nmocap, 7) where they stand otherwise; pushed: body of the thing
        that may be pushed, -1 for none."""
        self._axes, self._parked, self._movers, self._pushed = axes, parked, movers, pushed
        self._push_at, self._hand_at, self._pet_at, self._news_at = (int(v) for v in rng.integers(EARLY, LATE, 4))
        angle = rng.uniform(-np.pi, np.pi)
        self._push = np.array([np.cos(angle), np.sin(angle), 0.0])
        self._hand_y, self._pet_x = rng.uniform(-0.12, 0.12), rng.uniform(0.37, 0.43)
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

    @property
    def fickle(self) -> bool:
        """Whether somebody will change their mind: whoever listens may then look at any moment."""
        return self._news is not None

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
        if reach and HAND in self._movers:
            moving = True
            self._hand(out[self._movers[HAND]], step, reach)
        near = self._axes.get("pet_walks", 0.0)
        if near and PET in self._movers:
            moving = True
            self._pet(out[self._movers[PET]], step, near)
        return out if moving else None

    def _hand(self, row: np.ndarray, step: int, reach: float) -> None:
        """Comes down from a side over whatever stands there, to the middle of the worktop for 1, stays for two seconds, goes."""
        t = step - self._hand_at
        if t < 0 or t > HAND_STAY + 2 * HAND_COMES:
            return
        s = float(np.clip(min(t / HAND_COMES, (HAND_STAY + 2 * HAND_COMES - t) / HAND_COMES), 0.0, 1.0))
        away = HAND_FAR_M * (1 - (10 * s**3 - 15 * s**4 + 6 * s**5))  # least jerk (Flash and Hogan, J Neurosci 1985)
        away += 0.45 * (1 - reach)
        yaw = self._side * (np.pi / 2 - 0.25)
        y = self._side * away * np.cos(ARM_PITCH) + self._hand_y * reach
        row[:] = [0.45 + 0.25 * away, y, HAND_DOWN_M + away * np.sin(ARM_PITCH), np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)]

    def _pet(self, row: np.ndarray, step: int, near: float) -> None:
        """Leaps up at a side, walks in along the worktop, just past its middle for 1, turns and goes where it came from."""
        way = PET_SPEED * (step - self._pet_at) / CONTROL_HZ
        turn_at = 0.45 - 0.65 * near
        there, arc = PET_FROM_M - turn_at, np.pi * PET_TURN_M
        if way < 0 or way > 2 * there + arc:
            return
        angle = float(np.clip((way - there) / PET_TURN_M, 0.0, np.pi))  # how far it has turned
        straight = way if way < there else max(way - arc, there) - there
        y = PET_FROM_M - straight if way < there else turn_at + straight - PET_TURN_M * np.sin(angle)
        x = self._pet_x + PET_TURN_M * np.cos(angle)
        rise = float(np.clip((PET_FROM_M - y) / (PET_FROM_M - PET_LEAP_M), 0.0, 1.0))
        z = PET_LOW_M * (1 - np.sin(rise * np.pi / 2))
        yaw = -self._side * (np.pi / 2 + angle)
        row[:] = [x, self._side * y, z, np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)]
