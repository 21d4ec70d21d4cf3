"""Evaluating as a work that any worker can do: one task's episodes over the slots of one environment."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.types import CONTROL_HZ, Seeded, Thinker
from ..envs.tasks import HOLD_STEPS
from .language import Instructed, instruct
from .protocol import Actor, EpisodeRecord, House


@dataclass
class _Running:
    """The episode that a slot is in the middle of."""

    index: int
    asked: Instructed
    steps: int = 0
    other_held: int = 0
    """Control steps in a row for which the goal that was not asked for has held."""
    other_success: bool = False


class BenchWork:
    """Implements datasets.workers.Work: a group is a task, a result an EpisodeRecord, a function of task and index alone."""

    def __init__(self, env_factory: Callable[[str, int], House], make_policy: Callable[[House], Actor], arm: str) -> None:
        """env_factory(task, num_envs) builds the environment of one task; make_policy(env) the policy that acts in it."""
        self._env_factory, self._make_policy, self._arm = env_factory, make_policy, arm
        self._slots: list[_Running | None] = []
        self._observation: Any = None

    def begin(self, group: str, slots: int) -> None:
        self._task, self._env = group, self._env_factory(group, slots)
        try:
            self._policy = self._make_policy(self._env)
        except BaseException:
            self._env.close()
            raise
        self._slots = [None] * slots

    def end(self) -> None:
        self._env.close()

    def advance(self, indices: Sequence[int]) -> list[tuple[int, EpisodeRecord]]:
        """Starts episodes `indices` in free slots, then steps until at least one ends; the records of those that did."""
        if indices:
            self._start(indices)
        ended: list[tuple[int, EpisodeRecord]] = []
        while any(self._slots) and not ended:
            self._observation, _, terminated, truncated, info = self._env.step(self._policy.act(self._observation))
            for i, running in enumerate(self._slots):
                if running is None:
                    continue
                running.steps += 1
                self._watch_other(i, running)
                if terminated[i] or truncated[i]:
                    ended.append((running.index, self._record(i, running, info)))
                    self._slots[i] = None
        return ended

    def _start(self, indices: Sequence[int]) -> None:
        env, index = self._env, np.array(indices, np.int64)
        free = [i for i, s in enumerate(self._slots) if s is None][: len(indices)]
        mask = np.zeros(env.num_envs, bool)
        mask[free] = True
        self._observation, _ = env.reset(options={"index": index, "reset_mask": mask})
        asked = [instruct(self._arm, self._task, n, env.goal(i), env.valid_goals(i)) for i, n in zip(free, indices, strict=True)]
        if any(a.goal != env.goal(i) for i, a in zip(free, asked, strict=True)):
            goals, words = [a.goal for a in asked], [a.text for a in asked]
            self._observation, _ = env.reset(options={"index": index, "reset_mask": mask, "goal": goals, "instruction": words})
        for i, n, a in zip(free, indices, asked, strict=True):
            self._slots[i] = _Running(index=n, asked=a)
        if isinstance(self._policy, Seeded):
            self._policy.seed(free, [zlib.crc32(f"{self._task} {n}".encode()) for n in indices])
        self._policy.reset(free, [a.text for a in asked])

    def _record(self, i: int, run: _Running, info: dict[str, Any]) -> EpisodeRecord:
        diverged = bool(info["diverged"][i])
        other = run.asked.other
        return EpisodeRecord(
            task=self._task, goal=run.asked.goal.to_json(), index=run.index, instruction=run.asked.text,
            success=bool(info["success"][i]) and not diverged, credit=float(info["credit"][i]), steps=run.steps,
            seconds=run.steps / CONTROL_HZ, predicates={k: bool(v) for k, v in info["predicates"][i].items()},
            diverged=diverged, certificate=self._env.certificate(i).to_json(), policy=self._policy.name,
            other=other.to_json() if other else None, other_success=run.other_success if other else None,
            decisions=self._policy.decisions(i) if isinstance(self._policy, Thinker) else None,
        )  # fmt: skip

    def _watch_other(self, i: int, run: _Running) -> None:
        if run.asked.other is None or run.other_success:
            return
        run.other_held = run.other_held + 1 if self._env.holds(i, run.asked.other) else 0
        run.other_success = run.other_held >= HOLD_STEPS
