"""Runs a policy over episodes, many at a time, and keeps one raw record of each."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.types import CONTROL_HZ, Seeded
from ..envs.tasks import HOLD_STEPS
from .language import Instructed, instruct
from .protocol import Actor, BenchConfig, EpisodeRecord, House
from .records import SUMMARY, RecordStore, write_json
from .report import write_report
from .summary import Summary, summarise

Progress = Callable[[int, int, str], None]
"""(episodes done, episodes in all, what runs now); called where a task goes on and after each episode."""


@dataclass
class _Running:
    """The episode that a slot is in the middle of."""

    index: int
    asked: Instructed
    steps: int = 0
    other_held: int = 0
    """Control steps in a row for which the goal that was not asked for has held."""
    other_success: bool = False


class _TaskRun:
    """One task's episodes over the slots of one environment: a free slot takes the next index."""

    def __init__(self, env: House, policy: Actor, task: str, arm: str) -> None:
        self.env, self.policy, self.task, self.arm = env, policy, task, arm
        self.slots: list[_Running | None] = [None] * env.num_envs

    def _start(self, waiting: deque[int]) -> Any:
        """Fills the free slots; the observation of all slots, or None where nothing started."""
        free = [i for i, s in enumerate(self.slots) if s is None][: len(waiting)]
        if not free:
            return None
        indices = [waiting.popleft() for _ in free]
        mask = np.zeros(self.env.num_envs, bool)
        mask[free] = True
        observation, _ = self.env.reset(options={"index": np.array(indices, np.int64), "reset_mask": mask})
        asked = [instruct(self.arm, self.task, n, self.env.goal(i), self.env.valid_goals(i)) for i, n in zip(free, indices, strict=True)]
        if any(a.goal != self.env.goal(i) for i, a in zip(free, asked, strict=True)):
            goals, words = [a.goal for a in asked], [a.text for a in asked]
            observation, _ = self.env.reset(
                options={"index": np.array(indices, np.int64), "reset_mask": mask, "goal": goals, "instruction": words}
            )
        for i, n, a in zip(free, indices, asked, strict=True):
            self.slots[i] = _Running(index=n, asked=a)
        if isinstance(self.policy, Seeded):
            self.policy.seed(free, [zlib.crc32(f"{self.task} {n}".encode()) for n in indices])
        self.policy.reset(free, [a.text for a in asked])
        return observation

    def _record(self, i: int, run: _Running, info: dict[str, Any]) -> EpisodeRecord:
        diverged = bool(info["diverged"][i])
        other = run.asked.other
        return EpisodeRecord(
            task=self.task, goal=run.asked.goal.to_json(), index=run.index, instruction=run.asked.text,
            success=bool(info["success"][i]) and not diverged, credit=float(info["credit"][i]), steps=run.steps,
            seconds=run.steps / CONTROL_HZ, predicates={k: bool(v) for k, v in info["predicates"][i].items()},
            diverged=diverged, certificate=self.env.certificate(i).to_json(), policy=self.policy.name,
            other=other.to_json() if other else None, other_success=run.other_success if other else None,
        )  # fmt: skip

    def _watch_other(self, i: int, run: _Running) -> None:
        if run.asked.other is None or run.other_success:
            return
        run.other_held = run.other_held + 1 if self.env.holds(i, run.asked.other) else 0
        run.other_success = run.other_held >= HOLD_STEPS

    def run(self, indices: Sequence[int], keep: Callable[[EpisodeRecord], None]) -> None:
        """Runs every episode index and hands each record to `keep` as it ends."""
        waiting = deque(indices)
        observation = self._start(waiting)
        while any(self.slots):
            observation, _, terminated, truncated, info = self.env.step(self.policy.act(observation))
            for i, running in enumerate(self.slots):
                if running is None:
                    continue
                running.steps += 1
                self._watch_other(i, running)
                if terminated[i] or truncated[i]:
                    keep(self._record(i, running, info))
                    self.slots[i] = None
            started = self._start(waiting)
            observation = observation if started is None else started


def evaluate(
    env_factory: Callable[[str, int], House],
    make_policy: Callable[[House], Actor],
    config: BenchConfig,
    folder: Path,
    *,
    slots: int = 16,
    progress: Progress = lambda done, total, label: None,
) -> Summary:
    """Evaluates a policy on every task and writes `episodes.jsonl`, `summary.json` and `report.html` into `folder`.

    env_factory(task, num_envs) builds the environment of one task; make_policy(env) the policy that acts in it. Episodes
    that `folder` already holds are not run again. `slots` episodes run side by side; outcomes do not depend on how many.
    On KeyboardInterrupt what is finished is summarised, with `interrupted` true.
    """
    store = RecordStore(folder, config.settings())
    wanted = range(config.seed, config.seed + config.episodes)
    todo = {t: [n for n in wanted if n not in store.done(t)] for t in config.tasks}
    total = config.episodes * len(config.tasks)
    done = total - sum(map(len, todo.values()))
    interrupted = False

    def keep(record: EpisodeRecord) -> None:
        nonlocal done
        store.append(record)
        done += 1
        progress(done, total, record.task)

    try:
        for task, indices in todo.items():
            if not indices:
                continue
            if done:
                progress(done, total, task)
            env = env_factory(task, min(slots, len(indices)))
            try:
                _TaskRun(env, make_policy(env), task, config.language).run(indices, keep)
            finally:
                env.close()
    except KeyboardInterrupt:
        interrupted = True
        store.open()
    finally:
        store.close()
    records = [r for r in store.records if r.task in config.tasks and r.index in wanted]
    summary = summarise(records, config.tasks, config.settings()) | {"interrupted": interrupted}
    write_json(folder / SUMMARY, summary)
    write_report(folder, summary, sorted(records, key=lambda r: r.key))
    return summary
