"""Evaluating as a work that any worker can do: one task's episodes in one arm over the slots of one environment."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..core.errors import HomebodyError
from ..core.types import CONTROL_HZ, Seeded, Thinker
from ..envs.stage import HOLD_STEPS
from .arms import NOMINAL, Arm
from .language import Instructed, NoRival, instruct, spoken
from .protocol import Actor, EpisodeRecord, House
from .safety import episode_safety
from .tasksets import variant
from .touch import TouchFilter


@dataclass(frozen=True, kw_only=True)
class Played:
    """The result of a unit: the record, and what was done, for whoever wants to see it again."""

    record: EpisodeRecord
    actions: np.ndarray
    """(T, A) as they were given to the environment."""


@dataclass
class _Running:
    """The episode that a slot is in the middle of."""

    index: int
    asked: Instructed
    said: str
    """What the environment's instruction is now."""
    heard: str | None = None
    """What the policy was told in the middle of the episode."""
    steps: int = 0
    other_held: int = 0
    """Control steps in a row for which the goal that was not asked for has held."""
    other_success: bool = False
    actions: list[np.ndarray] = field(default_factory=list)


class _Broken(Exception):
    """The environment raised something that is not about its input."""


def _machine(call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What the environment answers. Raises _Broken where it breaks."""
    try:
        return call(*arguments, **options)
    except HomebodyError:
        raise
    except Exception as error:
        raise _Broken(f"{type(error).__name__}: {error}") from error


def group_name(task: str, arm: Arm = NOMINAL, part: int | None = None) -> str:
    """The group of units for one task and arm, or for a part of their episodes."""
    return " ".join([task, *([arm.name] if arm.name else []), *([f"part {part}"] if part is not None else [])])


class BenchWork:
    """Implements datasets.workers.Work: a group is `group_name`, a result Played, a function of task, arm and index alone."""

    def __init__(
        self, env_factory: Callable[[str, int], House], make_policy: Callable[[House], Actor], language: str, *, touch: str = "on",
        arms: Sequence[Arm] = (),
    ) -> None:  # fmt: skip
        """env_factory(task, num_envs) builds the environment of one task; make_policy(env) the policy that acts in it."""
        self._env_factory, self._make_policy, self._language, self._touch_arm = env_factory, make_policy, language, touch
        self._arms = {a.name: a for a in (NOMINAL, *arms)}
        self._slots: list[_Running | None] = []
        self._observation: Any = None

    def begin(self, group: str, slots: int) -> None:
        self._name, *rest = group.split(" ")
        self._arm = self._arms[next((w for w in rest if "=" in w), "")]
        self._task, setting = variant(self._name)
        self._axes = {**setting, **self._arm.axes}
        self._open(slots)

    def _open(self, slots: int) -> None:
        self._env = self._env_factory(self._task, slots)
        try:
            self._policy = self._make_policy(self._env)
        except BaseException:
            self._env.close()
            raise
        self._touch = TouchFilter(self._touch_arm, slots)
        self._slots = [None] * slots

    def end(self) -> None:
        self._env.close()

    def advance(self, indices: Sequence[int]) -> list[tuple[int, Played]]:
        """Starts episodes `indices` in free slots, then steps until at least one ends; the results of those that did.

        Where the environment breaks with anything but a HomebodyError, all episodes under way begin again, each alone in a new
        environment; one that breaks that too is recorded as a fault of the machinery, not as a failure of the policy.
        """
        running = [r.index for r in self._slots if r is not None]
        try:
            return self._advance(indices)
        except _Broken:
            self._open_again()
            return [(n, self._alone(n)) for n in (*running, *indices)]

    def _open_again(self) -> None:
        with contextlib.suppress(Exception):  # it is broken already
            self._env.close()
        self._open(len(self._slots))

    def _alone(self, index: int) -> Played:
        try:
            return self._advance([index])[0][1]
        except _Broken as error:
            run = next((r for r in self._slots if r is not None), None)
            self._open_again()
            return Played(record=self._faulty(index, run, str(error)), actions=np.zeros((0, 0)))

    def _advance(self, indices: Sequence[int]) -> list[tuple[int, Played]]:
        ended = self._start(indices) if indices else []
        while any(self._slots) and not ended:
            actions = self._policy.act(self._touch(self._observation))
            self._observation, _, terminated, truncated, info = _machine(self._env.step, actions)
            for i, running in enumerate(self._slots):
                if running is None:
                    continue
                running.steps += 1
                running.actions.append(np.array(actions[i]))
                self._watch_other(i, running)
                if terminated[i] or truncated[i]:
                    ended.append((running.index, Played(record=self._record(i, running, info), actions=np.array(running.actions))))
                    self._slots[i] = None
                    self._touch.clear(i)
                elif info["instruction"][i] != running.said:  # somebody has changed their mind
                    running.said = running.heard = str(info["instruction"][i])
                    self._policy.reset([i], [running.heard])
        return ended

    def _start(self, indices: Sequence[int]) -> list[tuple[int, Played]]:
        """Begins episodes `indices`; the records of those that are skipped, for which the arm has no instruction."""
        env, index = self._env, np.array(indices, np.int64)
        free = [i for i, s in enumerate(self._slots) if s is None][: len(indices)]
        mask = np.zeros(env.num_envs, bool)
        mask[free] = True
        options: dict[str, Any] = {"index": index, "reset_mask": mask}

        def reset() -> None:
            self._observation, self._info = _machine(env.reset, options=options)

        reset()
        if self._axes:  # on top of what the environment sets or draws by itself
            options["axes"] = [{**env.certificate(i).axes, **self._axes} for i in free]
            reset()
        axes = [env.certificate(i).axes for i in free]
        asked, skipped = [], []
        for i, n, a in zip(free, indices, axes, strict=True):
            own = env.goal(i)
            try:
                asked.append(instruct(self._language, self._task, n, own, env.valid_goals(i), phrasing=a.get("phrasing", 0.0)))
            except NoRival as error:  # its slot begins like the others, and nobody acts in it
                asked.append(Instructed(goal=own, text=""))
                skipped.append((i, n, Played(record=self._unplayed(n, asked[-1], skipped=str(error)), actions=np.zeros((0, 0)))))
        misheard = any(map(spoken, axes))
        if misheard or any(a.goal != env.goal(i) for i, a in zip(free, asked, strict=True)):
            options |= {"goal": [a.goal for a in asked], "instruction": [a.text for a in asked]}
            reset()
        if misheard:
            asked = [replace(a, text=str(self._info["instruction"][i])) for i, a in zip(free, asked, strict=True)]
        for i, n, a in zip(free, indices, asked, strict=True):
            self._slots[i] = _Running(index=n, asked=a, said=str(self._info["instruction"][i]))
            self._touch.reset(i, self._task, n)
        for i, _, _ in skipped:
            self._slots[i] = None
        if isinstance(self._policy, Seeded):
            self._policy.seed(free, [zlib.crc32(f"{self._task} {n}".encode()) for n in indices])
        self._policy.reset(free, [a.text for a in asked])
        return [(n, played) for _, n, played in skipped]

    def _record(self, i: int, run: _Running, info: dict[str, Any]) -> EpisodeRecord:
        diverged = bool(info["diverged"][i])
        other = run.asked.other
        return EpisodeRecord(
            task=self._name, goal=run.asked.goal.to_json(), index=run.index, instruction=run.asked.text,
            success=bool(info["success"][i]) and not diverged, credit=float(info["credit"][i]), steps=run.steps,
            seconds=run.steps / CONTROL_HZ, predicates={k: bool(v) for k, v in info["predicates"][i].items()},
            diverged=diverged, certificate=self._env.certificate(i).to_json(), policy=self._policy.name,
            other=other.to_json() if other else None, other_success=run.other_success if other else None,
            decisions=self._policy.decisions(i) if isinstance(self._policy, Thinker) else None,
            arm=self._arm.to_json() if self._arm.axis else None,
            heard=run.heard, safety=episode_safety(info["safety"][i]) if "safety" in info else None,
        )  # fmt: skip

    def _faulty(self, index: int, run: _Running | None, fault: str) -> EpisodeRecord:
        return self._unplayed(index, run.asked if run else None, steps=run.steps if run else 0, fault=fault)

    def _unplayed(
        self, index: int, asked: Instructed | None, *, steps: int = 0, fault: str | None = None, skipped: str | None = None
    ) -> EpisodeRecord:
        return EpisodeRecord(
            task=self._name, goal=asked.goal.to_json() if asked else {"task": self._task}, index=index,
            instruction=asked.text if asked else "", success=False, credit=0.0, steps=steps, seconds=steps / CONTROL_HZ, predicates={},
            diverged=True, certificate={}, policy=self._policy.name, arm=self._arm.to_json() if self._arm.axis else None, fault=fault,
            skipped=skipped,
        )  # fmt: skip

    def _watch_other(self, i: int, run: _Running) -> None:
        if run.asked.other is None or run.other_success:
            return
        run.other_held = run.other_held + 1 if self._env.holds(i, run.asked.other) else 0
        run.other_success = run.other_held >= HOLD_STEPS
