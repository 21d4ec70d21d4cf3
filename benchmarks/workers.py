"""Evaluating as a work that any worker can do: one task's episodes in one arm over the slots of one environment."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..core.errors import HomebodyError
from ..core.rollout import Drawing, Listener, Rollout, Run
from ..core.types import CONTROL_HZ, Observation, Thinker
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
class _Watched:
    """What the bench keeps of the episode in a slot beside the rollout's own record."""

    asked: Instructed
    other_held: int = 0
    """Control steps in a row for which the goal that was not asked for has held."""
    other_success: bool = False
    actions: list[np.ndarray] = field(default_factory=list)


class _Watch(Listener):
    """Keeps the actions of each episode, and whether a goal that was not asked for was met all the same."""

    looks = False

    def __init__(self, env: House) -> None:
        self._env = env
        self.slots: dict[int, _Watched] = {}

    def acts(self, run: Run, observation: Observation, action: np.ndarray) -> None:
        self.slots[run.slot].actions.append(np.array(action))

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        watched = self.slots[run.slot]
        if run.steps == 0 or watched.asked.other is None or watched.other_success:
            return
        watched.other_held = watched.other_held + 1 if self._env.holds(run.slot, watched.asked.other) else 0
        watched.other_success = watched.other_held >= HOLD_STEPS


class _Broken(Exception):
    """The environment raised something that is not about its input."""


class _Machine:
    """The environment, whose `reset` and `step` raise _Broken where they break."""

    def __init__(self, env: House) -> None:
        self._env, self.num_envs = env, env.num_envs

    def reset(self, *, options: Mapping[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        with _breaking():
            return self._env.reset(options=options)

    def expect_looks(self, frames: Sequence[int]) -> None:
        if isinstance(self._env, Drawing):
            self._env.expect_looks(frames)

    def step(self, actions: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        with _breaking():
            return self._env.step(actions)


@contextlib.contextmanager
def _breaking() -> Iterator[None]:
    try:
        yield
    except HomebodyError:
        raise
    except Exception as error:
        raise _Broken(f"{type(error).__name__}: {error}") from error


def actions_hash(actions: np.ndarray) -> str:
    """SHA-256 (16 hex digits) of actions (T, A)."""
    return hashlib.sha256(np.ascontiguousarray(actions, np.float32).tobytes()).hexdigest()[:16]


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
        self._touch, self._watch = TouchFilter(self._touch_arm, slots), _Watch(self._env)
        self._rollout = Rollout(_Machine(self._env), self._policy, listeners=[self._watch], sight=self._touch)

    def end(self) -> None:
        self._env.close()

    def advance(self, indices: Sequence[int]) -> list[tuple[int, Played]]:
        """Starts episodes `indices` in free slots, then steps until at least one ends; the results of those that did.

        Where the environment breaks with anything but a HomebodyError, all episodes under way begin again, each alone in a new
        environment; one that breaks that too is recorded as a fault of the machinery, not as a failure of the policy.
        """
        running = [r.index for r in self._under_way()]
        try:
            return self._advance(indices)
        except _Broken:
            self._open_again()
            return [(n, self._alone(n)) for n in (*running, *indices)]

    def _under_way(self) -> list[Run]:
        """By slot."""
        return [run for _, run in sorted(self._rollout.runs.items())]

    def _open_again(self) -> None:
        with contextlib.suppress(Exception):  # it is broken already
            self._env.close()
        self._open(self._env.num_envs)

    def _alone(self, index: int) -> Played:
        try:
            return self._advance([index])[0][1]
        except _Broken as error:
            fault = self._faulty(index, next(iter(self._under_way()), None), str(error))
            self._open_again()
            return Played(record=fault, actions=np.zeros((0, 0)))

    def _advance(self, indices: Sequence[int]) -> list[tuple[int, Played]]:
        skipped = self._start(indices) if indices else []
        return skipped or [(run.index, self._finish(run)) for run in self._rollout.until_one_ends()]

    def _start(self, indices: Sequence[int]) -> list[tuple[int, Played]]:
        """Begins episodes `indices`; the records of those that are skipped, for which the arm has no instruction."""
        env, rollout, free = self._env, self._rollout, self._rollout.free[: len(indices)]
        options: dict[str, Any] = {"index": np.array(indices, np.int64)}
        rollout.reset(free, options)
        if self._axes:  # on top of what the environment sets or draws by itself
            options["axes"] = [{**env.certificate(i).axes, **self._axes} for i in free]
            rollout.reset(free, options)
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
            rollout.reset(free, options)
        if misheard:
            asked = [replace(a, text=str(rollout.info["instruction"][i])) for i, a in zip(free, asked, strict=True)]
        for i, n, a in zip(free, indices, asked, strict=True):
            self._watch.slots[i] = _Watched(a)
            self._touch.reset(i, self._task, n)
        seeds = [zlib.crc32(f"{self._task} {n}".encode()) for n in indices]
        rollout.begin(free, indices, told=[a.text for a in asked], seeds=seeds)
        for i, _, _ in skipped:
            rollout.drop(i)
        return [(n, played) for _, n, played in skipped]

    def _finish(self, run: Run) -> Played:
        watched = self._watch.slots.pop(run.slot)
        self._touch.clear(run.slot)
        actions = np.array(watched.actions)
        return Played(record=replace(self._record(run, watched, self._rollout.info), actions=actions_hash(actions)), actions=actions)

    def _record(self, run: Run, watched: _Watched, info: dict[str, Any]) -> EpisodeRecord:
        i, asked = run.slot, watched.asked
        diverged, other = bool(info["diverged"][i]), asked.other
        return EpisodeRecord(
            task=self._name, goal=asked.goal.to_json(), index=run.index, instruction=asked.text,
            success=bool(info["success"][i]) and not diverged, credit=float(info["credit"][i]), steps=run.steps,
            seconds=run.steps / CONTROL_HZ, predicates={k: bool(v) for k, v in info["predicates"][i].items()},
            diverged=diverged, certificate=self._env.certificate(i).to_json(), policy=self._policy.name,
            other=other.to_json() if other else None, other_success=watched.other_success if other else None,
            decisions=self._policy.decisions(i) if isinstance(self._policy, Thinker) else None,
            arm=self._arm.to_json() if self._arm.axis else None,
            heard=run.heard, safety=episode_safety(info["safety"][i]) if "safety" in info else None,
        )  # fmt: skip

    def _faulty(self, index: int, run: Run | None, fault: str) -> EpisodeRecord:
        asked = self._watch.slots[run.slot].asked if run else None
        return self._unplayed(index, asked, steps=run.steps if run else 0, fault=fault)

    def _unplayed(
        self, index: int, asked: Instructed | None, *, steps: int = 0, fault: str | None = None, skipped: str | None = None
    ) -> EpisodeRecord:
        return EpisodeRecord(
            task=self._name, goal=asked.goal.to_json() if asked else {"task": self._task}, index=index,
            instruction=asked.text if asked else "", success=False, credit=0.0, steps=steps, seconds=steps / CONTROL_HZ, predicates={},
            diverged=True, certificate={}, policy=self._policy.name, arm=self._arm.to_json() if self._arm.axis else None, fault=fault,
            skipped=skipped,
        )  # fmt: skip
