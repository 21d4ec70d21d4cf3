"""The recorder of an attempt: every frame that ran, who acted in it, and the episode that comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ..core.types import Episode, Span, stacked
from ..envs.engine import HouseholdVectorEnv

TELEOP, PAUSE, HOLD, POLICY = "teleop", "pause", "hold", "policy"
"""Spans: the person acts; the person has control and does nothing; nobody is there; the policy acts."""


@dataclass(frozen=True, kw_only=True)
class _Frame:
    observation: dict[str, np.ndarray]
    action: np.ndarray
    time_s: float
    span: str
    labels: dict[str, np.ndarray]


def _runs(names: Sequence[str]) -> list[Span]:
    cuts = [0, *[t for t in range(1, len(names)) if names[t] != names[t - 1]], len(names)]
    return [Span(name=names[a], start=a, stop=b) for a, b in pairwise(cuts) if b > a]


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
        self._frames: list[_Frame] = []
        self._initial = self._env.physics_state(0)
        self._asked: list[tuple[int, str]] = [(0, self._env.instruction(0))]
        self._goal_since = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def instruction(self) -> str:
        """The last instruction given."""
        return self._asked[-1][1]

    def ask(self, instruction: str, *, new_goal: bool) -> None:
        """From the next frame on, `instruction` holds; with `new_goal` the frames so far pursued something else."""
        if new_goal:
            self._goal_since = len(self._frames)
        if instruction != self.instruction:
            self._asked.append((len(self._frames), instruction))

    def add(self, observation: Mapping[str, np.ndarray], action: np.ndarray, time_s: float, span: str) -> None:
        """One frame: what was seen (1, ...) and the action (A,) that is sent next. `span` as above."""
        self._frames.append(
            _Frame(
                observation={k: v[0].copy() for k, v in observation.items() if k != "privileged"}, action=action.copy(),
                time_s=time_s, span=span, labels=self._env.labels(0),
            )
        )  # fmt: skip

    def _spans(self) -> list[Span]:
        spans = _runs([f.span for f in self._frames])
        if len(self._asked) > 1:
            stops = [start for start, _ in self._asked[1:]] + [len(self._frames)]
            spans += [
                Span(name=f"instruction: {text}", start=start, stop=stop)
                for (start, text), stop in zip(self._asked, stops, strict=True) if stop > start
            ]  # fmt: skip
        return spans

    def _actors(self, policy: str) -> str:
        spans = {f.span for f in self._frames}
        return "+".join([policy] * (POLICY in spans) + [TELEOP] * bool(spans & {TELEOP, PAUSE})) or TELEOP

    def episode(self, info: Mapping[str, Any], policy: str) -> Episode:
        """The attempt so far; `info` of the last step, `policy` the name of the policy that may have acted."""
        frames = self._frames
        mask = np.array([f.span == TELEOP and t >= self._goal_since for t, f in enumerate(frames)])
        return Episode(
            observation={k: np.stack([f.observation[k] for f in frames]) for k in frames[0].observation},
            action=np.stack([f.action for f in frames]), intervention=mask, times_s=np.array([f.time_s for f in frames]),
            instruction=self.instruction, paraphrases=self._env.paraphrases(0), predicates=dict(info["predicates"][0]),
            success=bool(info["success"][0]), credit=float(info["credit"][0]), spans=self._spans(), policy=self._actors(policy),
            certificate=self._env.certificate(0), initial_state=self._initial,
            labels=stacked([f.labels for f in frames]), goals=self._env.marked_goals(0), roles=self._env.roles(0),
        )  # fmt: skip
