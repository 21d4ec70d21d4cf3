"""The one rollout loop: a policy acts in the slots of a vector environment, listeners hear of every frame.

Every command that runs episodes runs them here, so that all of them tell the policy the words that reach the robot (language
axes may have changed them), tell it again when somebody changes their mind in the middle, and count steps alike. Environment
and policy come by argument: this module knows their interfaces alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from .errors import HomebodyError
from .types import Goal, Looker, Observation, Policy, Seeded


class VectorEnv(Protocol):
    """What a rollout needs of an environment with B slots: the part of `homebody.envs.engine.HouseholdVectorEnv` that it uses."""

    num_envs: int

    def reset(self, *, options: Mapping[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Starts episodes `options["index"]` in the slots of `options["reset_mask"]`; observation (B, ...) and info (B,)."""
        ...

    def step(self, actions: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """actions (B, A) -> observation, reward (B,), terminated (B,), truncated (B,), info. A slot whose episode is over stands still."""
        ...


@runtime_checkable
class Drawing(Protocol):
    """An environment that draws only what somebody will look at, where it is told."""

    def expect_looks(self, frames: Sequence[int]) -> None:
        """For the coming step alone: how many frames after its own each slot's pictures (B,) are next looked at."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """An environment in whose world one thing can be asked for after the other."""

    def ask(self, i: int, goal: Goal, instruction: str) -> tuple[Any, dict[str, Any]]:
        """Asks for another goal in slot i as it is now, its episode over or not; observation (B, ...) and info (B,)."""
        ...


@dataclass(kw_only=True)
class Run:
    """The episode that a slot is in the middle of."""

    slot: int
    index: int
    """Episode index."""
    told: str
    """What the policy was told at the start."""
    instruction: str
    """What the environment asks for now."""
    heard: str | None = None
    """What the policy was told in the middle of the episode; None where nobody changed their mind."""
    steps: int = 0
    """Control steps so far."""
    over: bool = False

    @property
    def words(self) -> str:
        """What the policy was told last."""
        return self.told if self.heard is None else self.heard


class Listener:
    """Hears of every frame of a rollout. Subclasses override what they are interested in."""

    looks = True
    """Whether it wants the pictures of every frame; where nobody does, only those that the policy looks at are drawn."""

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        """After the start of `run` (`run.steps` is 0) and after each of its control steps. Arrays hold all slots, (B, ...)."""

    def acts(self, run: Run, observation: Observation, action: np.ndarray) -> None:
        """Before each control step of `run`: what was seen (B, ...) and the action (A,) that is sent next."""


def _whole(observation: Observation) -> Observation:
    return observation


class Rollout:
    """Episodes of one policy in the slots of one environment: start some, step until some end, start others."""

    def __init__(
        self, env: VectorEnv, policy: Policy | None = None, *, listeners: Sequence[Listener] = (),
        sight: Callable[[Observation], Observation] = _whole,
    ) -> None:  # fmt: skip
        """policy: None where the caller chooses the actions, as a person or a robot's control loop does. sight: what reaches the
        policy of the observation (B, ...); listeners get all of it."""
        self._env, self._policy, self._listeners, self._sight = env, policy, tuple(listeners), sight
        self.runs: dict[int, Run] = {}
        """Slot -> the episode under way in it, by slot."""
        self.observation: Any = {}
        """(B, ...) as of the last reset or step."""
        self.info: dict[str, Any] = {}

    @property
    def free(self) -> list[int]:
        """Slots without an episode."""
        return [i for i in range(self._env.num_envs) if i not in self.runs]

    def start(
        self, indices: Sequence[int], *, goals: Sequence[Goal] | None = None, instructions: Sequence[str] | None = None,
        slots: Sequence[int] | None = None,
    ) -> list[Run]:  # fmt: skip
        """Starts episodes `indices` in `slots`, breaking off what runs there, or else in free slots, in order; `goals` and
        `instructions` replace what their states ask for."""
        slots = self.free[: len(indices)] if slots is None else slots
        given = {"goal": goals, "instruction": instructions}
        self.reset(slots, {"index": np.array(indices, np.int64), **{k: list(v) for k, v in given.items() if v is not None}})
        return self.begin(slots, indices)

    def reset(self, slots: Sequence[int], options: Mapping[str, Any]) -> dict[str, Any]:
        """Resets the environment in `slots`, where nobody acts until `begin`; its info. `options` without the mask, one entry a slot."""
        if len(slots) != len(options["index"]):
            raise HomebodyError(f"{len(options['index'])} episodes to start in {len(slots)} free slots: expected one slot each")
        mask = np.zeros(self._env.num_envs, bool)
        mask[list(slots)] = True
        self.observation, self.info = self._env.reset(options={**options, "reset_mask": mask})
        return self.info

    def begin(
        self, slots: Sequence[int], indices: Sequence[int], *, told: Sequence[str] | None = None, seeds: Sequence[int] | None = None
    ) -> list[Run]:
        """Begins episodes `indices` in `slots`, which have just been reset.

        told: words for the policy, where they are not the environment's own. seeds: of a policy with randomness of its own; the
        episode indices where nothing else is said.
        """
        said = [str(self.info["instruction"][i]) for i in slots]
        words = said if told is None else list(told)
        if self._policy is not None:
            if isinstance(self._policy, Seeded):
                self._policy.seed(slots, [int(n) for n in (indices if seeds is None else seeds)])
            self._policy.reset(slots, words)
        begun = [
            Run(slot=int(i), index=int(n), told=text, instruction=own) for i, n, text, own in zip(slots, indices, words, said, strict=True)
        ]
        self.runs = dict(sorted({**self.runs, **{run.slot: run for run in begun}}.items()))
        for run in begun:
            self._show(run)
        return begun

    def arrive(self, slot: int, index: int) -> Run:
        """Resets `slot` to episode `index`, in which nothing is asked for until `ask` is called with its run."""
        self.reset([slot], {"index": np.array([index], np.int64)})
        if isinstance(self._policy, Seeded):
            self._policy.seed([slot], [index])
        return Run(slot=slot, index=index, told="", instruction="", over=True)

    def ask(self, run: Run, goal: Goal, instruction: str) -> None:
        """Asks for another goal in the world that `run` has come to; it goes on, and the policy is told. Raises HomebodyError for a goal that
        is not open to being done there."""
        if not isinstance(self._env, Lasting):
            raise HomebodyError("this environment's world ends with each episode: expected one with `ask`")
        self.observation, self.info = self._env.ask(run.slot, goal, instruction)
        run.over = False
        self.runs = dict(sorted({**self.runs, run.slot: run}.items()))
        self._hear(run, told=True)
        self._show(run)

    def drop(self, slot: int) -> None:
        """Forgets the episode in `slot`: nobody hears of it any more, and the slot is free."""
        del self.runs[slot]

    def step(self, actions: np.ndarray | None = None) -> list[Run]:
        """One control step of all slots; the episodes that it ended. `actions` (B, A) take the place of the policy's."""
        if actions is None:
            if self._policy is None:
                raise HomebodyError("this rollout has no policy: expected the actions of each step")
            actions = self._policy.act(self._sight(self.observation))
            self._expect_looks(self._policy)
        for run in self.runs.values():
            for listener in self._listeners:
                listener.acts(run, self.observation, actions[run.slot])
        self.observation, _, terminated, truncated, self.info = self._env.step(actions)
        stepped = list(self.runs.values())
        for run in stepped:
            run.steps += 1
            run.over = bool(terminated[run.slot] or truncated[run.slot])
            if run.over:
                del self.runs[run.slot]
            else:
                self._hear(run)
            self._show(run)
        return [run for run in stepped if run.over]

    def until_one_ends(self) -> list[Run]:
        """Steps until at least one episode ends; those that did, none where none is under way."""
        ended: list[Run] = []
        while self.runs and not ended:
            ended = self.step()
        return ended

    def _expect_looks(self, policy: Policy) -> None:
        """Tells the environment when its pictures will be looked at, where that is known."""
        if isinstance(policy, Looker) and isinstance(self._env, Drawing) and not any(x.looks for x in self._listeners):
            self._env.expect_looks([policy.looks_in(i) if i in self.runs else 0 for i in range(self._env.num_envs)])

    def _hear(self, run: Run, *, told: bool = False) -> None:
        """Tells the policy where the environment asks for something else than before: somebody has changed their mind. `told`: in any case."""
        asked = str(self.info["instruction"][run.slot])
        if asked == run.instruction and not told:
            return
        run.instruction = run.heard = asked
        if self._policy is not None:
            self._policy.reset([run.slot], [asked])

    def _show(self, run: Run) -> None:
        for listener in self._listeners:
            listener.seen(run, self.observation, self.info)


def one_episode(
    env: VectorEnv, policy: Policy, index: int, *, goal: Goal | None = None, instruction: str | None = None,
    listeners: Sequence[Listener] = (),
) -> tuple[Run, dict[str, Any]]:  # fmt: skip
    """Runs episode `index` in slot 0 of `env` to its end; what it came to, and the info of its last step."""
    rollout = Rollout(env, policy, listeners=listeners)
    (run,) = rollout.start([index], goals=None if goal is None else [goal], instructions=None if instruction is None else [instruction])
    while rollout.runs:
        rollout.step()
    return run, rollout.info


def until_success(env: VectorEnv, policy: Policy, tries: int, *, listeners: Sequence[Listener] = ()) -> tuple[Run, bool]:
    """Runs episodes 0, 1, ... in slot 0 until one succeeds, at most `tries`; the last one, and whether it did."""
    for index in range(tries - 1):
        run, info = one_episode(env, policy, index, listeners=listeners)
        if info["success"][0]:
            return run, True
    run, info = one_episode(env, policy, tries - 1, listeners=listeners)
    return run, bool(info["success"][0])
