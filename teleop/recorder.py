"""The recorder of an attempt: every frame that ran, who acted in it, and the episode that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.recording import Recording
from ..core.types import Episode, Observation, Span
from ..envs.engine import HouseholdVectorEnv

TELEOP, PAUSE, HOLD, POLICY = "teleop", "pause", "hold", "policy"
"""Spans: the person acts; the person has control and does nothing; nobody is there; the policy acts."""


class Recorder:
    """Collects slot 0 of a one-slot environment.

    `intervention` of a frame is True where the person acted on what the episode's instruction asks: not where the policy
    acted, not where the person paused, and not before another goal was asked for, since the episode bears the last one.
    """

    def __init__(self, env: HouseholdVectorEnv) -> None:
        self._env = env
        self.start()

    def start(self) -> None:
        """Begins an attempt from the environment's present state, which is an episode's first."""
        self._recording = Recording(self._env, 0)
        self._asked: list[tuple[int, str]] = [(0, self._env.instruction(0))]

    def __len__(self) -> int:
        return len(self._recording)

    @property
    def instruction(self) -> str:
        """The last instruction given."""
        return self._asked[-1][1]

    def ask(self, instruction: str, *, new_goal: bool) -> None:
        """From the next frame on, `instruction` holds; with `new_goal` the frames so far pursued something else."""
        if new_goal:
            self._recording.disown()
        if instruction != self.instruction:
            self._asked.append((len(self), instruction))

    def add(self, observation: Observation, action: np.ndarray, time_s: float, span: str) -> None:
        """One frame: what was seen (1, ...) and the action (A,) that is sent next. `span` as above."""
        self._recording.add(observation, action, span=span, human=span == TELEOP, time_s=time_s)

    def _instructions(self) -> list[Span]:
        """Which instruction held when, where there were several."""
        if len(self._asked) == 1:
            return []
        stops = [start for start, _ in self._asked[1:]] + [len(self)]
        return [
            Span(name=f"instruction: {text}", start=start, stop=stop)
            for (start, text), stop in zip(self._asked, stops, strict=True)
            if stop > start
        ]

    def _actors(self, policy: str) -> str:
        spans = {f.span for f in self._recording.frames}
        return "+".join([policy] * (POLICY in spans) + [TELEOP] * bool(spans & {TELEOP, PAUSE})) or TELEOP

    def episode(self, info: Mapping[str, Any], policy: str) -> Episode:
        """The attempt so far; `info` of the last step, `policy` the name of the policy that may have acted."""
        return self._recording.episode(info, policy=self._actors(policy), instruction=self.instruction, spans=self._instructions())
