"""Recording an episode: frame by frame while it runs, assembled into an `Episode` at its end. The one place where that is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from .errors import HomebodyError
from .types import Certificate, Episode, Goal, Observation, Span, stacked


class RecordedEnv(Protocol):
    """What recording asks of the engine about one slot."""

    def physics_state(self, i: int) -> np.ndarray: ...
    def labels(self, i: int, *, pictured: bool = True) -> dict[str, np.ndarray]: ...
    def marked_goals(self, i: int) -> tuple[Goal, ...]: ...
    def roles(self, i: int) -> dict[str, str]: ...
    def instruction(self, i: int) -> str: ...
    def paraphrases(self, i: int) -> list[str]: ...
    def certificate(self, i: int) -> Certificate: ...


def spans_of(names: Sequence[str]) -> list[Span]:
    """Stretches of equal names, frame by frame."""
    cuts = [0, *[t for t in range(1, len(names)) if names[t] != names[t - 1]], len(names)]
    return [Span(name=names[a], start=a, stop=b) for a, b in pairwise(cuts) if b > a]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What a control step began with."""

    observation: dict[str, np.ndarray]
    action: np.ndarray
    """(A,) float32, sent next."""
    time_s: float
    """Since the start [s]."""
    span: str
    """Name of the sub-task, or of who acts."""
    human: bool
    """Whether a demonstrator acted."""
    labels: dict[str, np.ndarray]


class Recording:
    """The episode of one slot, from the state that it begins in."""

    def __init__(
        self, env: RecordedEnv, slot: int, *, clock: Callable[[], float] = time.perf_counter, without: Collection[str] = ()
    ) -> None:  # fmt: skip
        """Made right after the reset: the environment's present state is the episode's first. without: cameras whose pictures are not kept, all
        of them or none."""
        self._env, self._slot, self._clock, self._started, self._without = env, slot, clock, clock(), frozenset(without)
        self._initial = env.physics_state(slot)
        self._since = 0
        self.frames: list[Frame] = []

    def __len__(self) -> int:
        return len(self.frames)

    def add(
        self, observation: Observation, action: np.ndarray, *, span: str, human: bool, time_s: float | None = None,
        beside: Mapping[str, np.ndarray] | None = None,
    ) -> None:  # fmt: skip
        """One frame: what was seen (B, ...) and the action (A,) that is sent next; `time_s` is measured where it is not given. beside: labels
        that come beside the environment's."""
        seen = {k: v[self._slot].copy() for k, v in observation.items() if k != "privileged" and k not in self._without}
        passed = self._clock() - self._started if time_s is None else time_s
        labels = self._env.labels(self._slot, pictured=not self._without)
        self.frames.append(Frame(observation=seen, action=np.array(action, np.float32), time_s=passed, span=span, human=human,
                                 labels={**labels, **(beside or {})}))  # fmt: skip

    def disown(self) -> None:
        """The frames so far pursued something else than the episode will be about: none of them is to be imitated."""
        self._since = len(self.frames)

    def episode(
        self, info: Mapping[str, Any], *, policy: str, recipe: str = "", instruction: str | None = None, spans: Sequence[Span] = ()
    ) -> Episode:
        """The attempt so far. `info` is that of the last step, `policy` who acted; `instruction` where it is not the environment's own;
        `spans` come beside those of the frames."""
        env, slot, frames = self._env, self._slot, self.frames
        if not frames:
            raise HomebodyError("an episode without frames cannot be kept: expected one control step at least")
        return Episode(
            observation=stacked([f.observation for f in frames]),
            action=np.stack([f.action for f in frames]),
            intervention=np.array([f.human and t >= self._since for t, f in enumerate(frames)]),
            times_s=np.array([f.time_s for f in frames]),
            instruction=env.instruction(slot) if instruction is None else instruction,
            paraphrases=env.paraphrases(slot),
            predicates=dict(info["predicates"][slot]),
            success=bool(info["success"][slot]),
            credit=float(info["credit"][slot]),
            spans=[*spans_of([f.span for f in frames]), *spans],
            policy=policy,
            certificate=env.certificate(slot),
            initial_state=self._initial,
            labels=stacked([f.labels for f in frames]),
            goals=env.marked_goals(slot),
            roles=env.roles(slot),
            recipe=recipe,
        )
