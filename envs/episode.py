"""One running episode: what is asked for, in which words, what may happen, what it has cost so far."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.errors import HomebodyError
from ..core.instructions import phrasings
from ..core.types import Goal
from ..core.wording import reworded
from .axes import episode_stream
from .happenings import Happenings
from .past import Past
from .safety import Safety
from .stage import Casting, Check, Stage, Start

STILL_MPS = 0.03
"""A tool slower than this has stopped."""


@dataclass(frozen=True, kw_only=True)
class EpisodeMemory:
    """An episode's beginning and what has happened since, the physics aside."""

    key: tuple[str, str, int]
    """Task, split, index."""
    axes: Mapping[str, float]
    asked: tuple[Goal | None, str | None]
    """The goal and the words that replaced the start's own."""
    goal: Goal
    instruction: str
    stopped: bool
    initially: Mapping[str, bool]
    initial_hash: str
    safety: Safety
    past: Past
    since: int = 0
    """The control step at which the present goal was asked for from outside."""
    castings: Mapping[Goal, Casting] = field(default_factory=dict)
    """Who plays what under goals that were asked for from outside."""


class Episode:
    """Built at reset; the physics is elsewhere (simulations.py)."""

    def __init__(
        self, stage: Stage, start: Start, axes: Mapping[str, float], key: tuple[str, str, int], goal: Goal | None, instruction: str | None,
        parked: np.ndarray,
    ) -> None:  # fmt: skip
        """key: task, split, index. goal, instruction: replace what the start asks for. Raises HomebodyError for a goal that the
        state does not allow."""
        task, split, index = key
        if goal is not None and goal not in start.valid:
            raise HomebodyError(
                f"goal {goal.to_json()} does not fit episode {index} of {task!r}: valid are {[g.to_json() for g in start.valid]}"
            )
        self._stage, self.start, self.axes, self.key, self.asked = stage, start, dict(axes), key, (goal, instruction)
        self.goal, self.instruction = self._worded(goal, instruction)
        self.first_goal = self.goal
        self.since, self._begun, self._castings = 0, start, dict[Goal, Casting]()
        self.checks: dict[str, Check] = stage.checks(self.goal, start)
        self.stopped = False
        self.initially: dict[str, bool] = {}
        self.initial_hash = ""
        self.safety, self.past = Safety(), Past()
        stream = episode_stream(task, split, index, "happenings")
        self.events = Happenings(axes, stream, self.goal, start.valid, stage.movers, parked, stage.pushable(self.goal, start))

    def _worded(self, goal: Goal | None, instruction: str | None) -> tuple[Goal, str]:
        """What is asked for and how, under the language axes."""
        start, axes, (task, split, index) = self.start, self.axes, self.key
        rng = episode_stream(task, split, index, "language")
        others = [g for g in start.valid if g != start.goal]
        pick, other = int(rng.integers(max(len(others), 1))), rng.random() < axes.get("other_task", 0.0)
        if goal is None and other and others:
            goal = others[pick]
        if instruction is None:
            instruction = start.instruction if goal in (None, start.goal) else phrasings(goal, split)[0]
            if rng.random() < axes.get("phrasing", 0.0):
                words = phrasings(goal or start.goal, "heldout")
                instruction = words[int(rng.integers(len(words)))]
        return goal or start.goal, reworded(instruction, axes, rng)

    def hear(self, step: int, view: Any) -> bool:
        """Takes the news of control step `step`; whether there were any: what counts from now on has changed."""
        news = self.events.news(step)
        if news is None:
            return False
        self.instruction = news.instruction
        if news.goal is None:
            self.stopped, self.checks = True, {}
        else:
            self.goal, self.checks = news.goal, self._stage.checks(news.goal, self.start)
        self._remember_anew(view)
        return True

    def _remember_anew(self, view: Any) -> None:
        self._stage.remember(self.past, view, anew=True)
        self.initially = {k: c(view) for k, c in self.checks.items()} or {"still": False}

    def open_to(self, view: Any) -> Mapping[Goal, Casting]:
        """The goals that are open to being done now, and who plays what under each."""
        return self._stage.open_to(self.start, self.goal, view)

    def ask(self, goal: Goal, instruction: str, casting: Casting, step: int, view: Any) -> None:
        """Somebody asks for `goal` at control step `step`: what counts from now on has changed, and its time begins. The words arrive as the
        language axes leave them."""
        self._castings[goal] = casting
        self.start = self._stage.recast(self._begun, self._castings)
        self.goal, self.stopped, self.since = goal, False, step
        self.instruction = reworded(instruction, self.axes, episode_stream(*self.key, f"language {step}"))
        self.checks = self._stage.checks(goal, self.start)
        self._remember_anew(view)

    def memory(self) -> EpisodeMemory:
        """What has happened so far."""
        return EpisodeMemory(
            key=self.key, axes=dict(self.axes), asked=self.asked, goal=self.goal, instruction=self.instruction, stopped=self.stopped,
            initially=dict(self.initially), initial_hash=self.initial_hash, safety=copy.deepcopy(self.safety),
            past=copy.deepcopy(self.past), since=self.since, castings=dict(self._castings),
        )  # fmt: skip

    def is_of(self, memory: EpisodeMemory) -> bool:
        """Whether both began alike."""
        return (self.key, self.axes, self.asked) == (memory.key, memory.axes, memory.asked)

    def recall(self, memory: EpisodeMemory, *, keep_goal: bool = False) -> None:
        """Takes up what had happened when `memory` was made, in the same episode; `keep_goal`: but not what was asked for."""
        self.safety = copy.deepcopy(memory.safety)
        self.past = Past() if keep_goal else copy.deepcopy(memory.past)  # what was done under another goal does not count
        self.since = min(self.since, memory.since) if keep_goal else memory.since
        if keep_goal:
            return
        self._castings = dict(memory.castings)
        self.start = self._stage.recast(self._begun, self._castings)
        self.goal, self.instruction, self.stopped = memory.goal, memory.instruction, memory.stopped
        self.checks = {} if self.stopped else self._stage.checks(self.goal, self.start)
        self.initially, self.initial_hash = dict(memory.initially), memory.initial_hash

    def predicates(self, view: Any, tool_mps: float) -> dict[str, bool]:
        """The named predicates now; `still` alone once the instruction was taken back."""
        return {"still": tool_mps < STILL_MPS} if self.stopped else {k: c(view) for k, c in self.checks.items()}

    def credit(self, now: Mapping[str, bool]) -> float:
        """Share of the predicates, false at the start, that hold now."""
        open_ = [k for k, v in self.initially.items() if not v]
        return float(np.mean([now[k] for k in open_])) if open_ else float(all(now.values()))
