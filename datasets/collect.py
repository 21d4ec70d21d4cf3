"""Collecting episodes: a demonstrator acts in the batched engine, alone or taking over from a learned policy.

Three sources, mixed as asked: whole demonstrations; demonstrations knocked off their path by bursts of random motion,
from which the demonstrator recovers (after DART, Laskey et al. 2017); and takeovers, where a learned policy acts
first and the demonstrator finishes (after HG-DAgger, Kelly et al. 2019). Frames that the demonstrator did not choose
have `intervention` False and are never imitated.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from ..core.errors import HomebodyError
from ..core.types import Episode, Goal, Observation, Policy, Seeded, Span, stacked

NEVER = 1 << 30
"""`takeover_at` of an episode in which nobody takes over."""
BURST_RAD = 0.035
"""Spread of a burst's motion, per joint and control step [rad]."""


class CollectEnv(Protocol):
    """What collecting needs of the engine."""

    num_envs: int

    def reset(self, *, seed: Any = None, options: Any = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]: ...
    def step(self, actions: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]: ...
    def physics_state(self, i: int) -> np.ndarray: ...
    def labels(self, i: int) -> dict[str, np.ndarray]: ...
    def marked_goals(self, i: int) -> tuple[Goal, ...]: ...
    def roles(self, i: int) -> dict[str, str]: ...
    def goal(self, i: int) -> Goal: ...
    def instruction(self, i: int) -> str: ...
    def paraphrases(self, i: int) -> list[str]: ...
    def certificate(self, i: int) -> Any: ...
    def finished(self, i: int) -> bool: ...


class Demonstrator(Policy, Protocol):
    """A policy that can start in the middle of an episode and names its sub-tasks."""

    def span(self, slot: int) -> str: ...


@dataclass(frozen=True, kw_only=True)
class CollectConfig:
    """What to collect."""

    episodes: int
    """How many episodes to attempt."""
    first_index: int = 0
    """Episode index of the first one; the others follow."""
    perturb: float = 0.0
    """Share of the episodes with bursts of random motion."""
    takeover: float = 0.0
    """Share of the episodes that the learned policy begins."""
    autonomous: float = 0.0
    """Share of the episodes that the learned policy acts in from beginning to end, nobody taking over."""
    keep_failures: bool = False
    """Whether to record episodes that did not succeed."""
    seed: int = 0
    policy: str = ""
    """The learned policy: the hash of its weights, or its name where it has none; empty where the demonstrator is alone. With
    `randomize` it is what the recipe says, the environment and the policy themselves come beside it."""
    randomize: str = ""
    """How the house varies."""

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise HomebodyError(f"seed is {self.seed}: expected 0 or more")
        if self.episodes < 1:
            raise HomebodyError(f"episodes is {self.episodes}: expected 1 or more")
        if self.first_index < 0:
            raise HomebodyError(f"first index is {self.first_index}: expected 0 or more")
        for name in ("perturb", "takeover", "autonomous"):
            if not 0 <= getattr(self, name) <= 1:
                raise HomebodyError(f"{name} is {getattr(self, name)}: expected a share between 0 and 1")
        if self.takeover + self.autonomous > 0 and not self.policy:
            raise HomebodyError("takeover and autonomous episodes need a policy that acts: pass --policy as well")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is drawn for an episode before it begins."""

    rng: np.random.Generator
    """What its bursts are drawn from."""
    takeover_at: int
    """Control step at which the demonstrator takes over; 0 from the start."""
    bursts: bool


def plan(config: CollectConfig, index: int, *, learned: bool) -> Plan:
    """A function of the configuration and the episode's index; `learned` where there is a policy to take over from."""
    rng = np.random.default_rng([config.seed, index])
    takes = learned and rng.random() < config.takeover
    takeover_at = int(rng.integers(5, 140)) if takes else 0
    if learned and rng.random() < config.autonomous:
        takeover_at = NEVER
    return Plan(rng=rng, takeover_at=takeover_at, bursts=bool(rng.random() < config.perturb))


def recipe(config: CollectConfig, index: int, *, learned: bool) -> str:
    """16 hex digits: equal where episodes of the same task, robot, split and index are equal. An undisturbed demonstration is
    the same whatever was asked for beside it."""
    drawn = plan(config, index, learned=learned)
    parts: list[str | float] = [config.randomize]
    if drawn.takeover_at or drawn.bursts:
        parts += [config.policy, config.takeover, config.autonomous, config.perturb, config.seed]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@dataclass(kw_only=True)
class _Slot:
    """The running episode of one slot."""

    index: int
    plan: Plan
    started: float
    initial: np.ndarray
    burst_until: int = -1
    burst: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(dof + 1,) joint motion per step [rad] and change of the gripper's opening; empty before the first burst."""
    pushed: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(dof + 1,) the action that the burst has reached."""
    frames: list[dict[str, np.ndarray]] = field(default_factory=list)
    actions: list[np.ndarray] = field(default_factory=list)
    human: list[bool] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    labels: list[dict[str, np.ndarray]] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """How an episode ended."""

    episode: Episode | None
    """None where it is not to be kept."""
    rejected: str = ""
    """Why not."""


def _spans(names: Sequence[str]) -> list[Span]:
    cuts = [0, *[t for t in range(1, len(names)) if names[t] != names[t - 1]], len(names)]
    return [Span(name=names[a], start=a, stop=b) for a, b in pairwise(cuts) if b > a]


class Collector:
    """Episodes in the slots of one environment. Each is a function of its index, whatever runs beside it."""

    def __init__(self, env: CollectEnv, demonstrator: Demonstrator, config: CollectConfig, *, policy: Policy | None = None) -> None:
        self._env, self._demonstrator, self._policy, self._config = env, demonstrator, policy, config
        self._slots: dict[int, _Slot] = {}
        self._observation: dict[str, np.ndarray] = {}

    def advance(self, indices: Sequence[int]) -> list[tuple[int, Attempt]]:
        """Starts episodes `indices` in free slots, then steps until at least one ends; returns those that did."""
        if indices:
            self._begin(indices)
        ended: list[int] = []
        info: dict[str, Any] = {}
        while self._slots and not ended:
            self._observation, _, terminated, truncated, info = self._env.step(self._act(self._observation))
            ended = [i for i in self._slots if terminated[i] or truncated[i]]
        return [(self._slots[i].index, self._finish(i, info)) for i in ended]

    def _begin(self, indices: Sequence[int]) -> None:
        slots = [i for i in range(self._env.num_envs) if i not in self._slots][: len(indices)]
        mask = np.zeros(self._env.num_envs, bool)
        mask[slots] = True
        self._observation, _ = self._env.reset(options={"index": np.array(indices, np.int64), "reset_mask": mask})
        for slot, i in zip(slots, indices, strict=True):
            drawn = plan(self._config, int(i), learned=self._policy is not None)
            self._slots[slot] = _Slot(index=int(i), plan=drawn, started=time.perf_counter(), initial=self._env.physics_state(slot))
        words = [self._env.instruction(s) for s in slots]
        self._demonstrator.reset(slots, words)
        if self._policy is not None:
            if isinstance(self._policy, Seeded):
                self._policy.seed(slots, [int(i) for i in indices])
            self._policy.reset(slots, words)

    def _act(self, observation: Observation) -> np.ndarray:
        # All fresh starts come before the one `act`: a second one would move the neighbours' skills on as well.
        fresh = [s for s, run in self._slots.items() if run.actions and len(run.actions) in (run.plan.takeover_at, run.burst_until)]
        if fresh:
            self._demonstrator.reset(fresh, [self._env.instruction(s) for s in fresh])
        shown = self._demonstrator.act(observation)
        policy_slots = [s for s, run in self._slots.items() if len(run.actions) < run.plan.takeover_at]
        learned = self._policy.act(observation) if self._policy is not None and policy_slots else shown
        action = np.array(shown, np.float32)
        for slot, run in self._slots.items():
            t, mine = len(run.actions), len(run.actions) >= run.plan.takeover_at
            if not mine:
                action[slot] = learned[slot]
            elif run.plan.bursts:
                mine = not self._disturb(slot, run, t, action)
            run.frames.append({k: v[slot].copy() for k, v in observation.items() if k != "privileged"})
            run.actions.append(action[slot].copy())
            run.human.append(mine)
            run.times.append(time.perf_counter() - run.started)
            run.labels.append(self._env.labels(slot))
            run.spans.append(self._demonstrator.span(slot) if mine else "policy" if t < run.plan.takeover_at else "disturbance")
        return action

    def _disturb(self, slot: int, run: _Slot, t: int, action: np.ndarray) -> bool:
        """Adds a burst's motion. True while a burst lasts; when it ends, the demonstrator has started afresh."""
        if t >= run.burst_until:
            if run.plan.rng.random() > 0.025:
                return False
            run.burst_until = t + int(run.plan.rng.integers(4, 12))
            run.burst = run.plan.rng.normal(0, BURST_RAD, action.shape[1])
            run.burst[-1] = 0.0 if run.plan.rng.random() < 0.7 else run.plan.rng.choice([-1.0, 1.0])
            run.pushed = np.array(action[slot])
            run.pushed[-1] = np.clip(run.pushed[-1] + run.burst[-1], 0, 1)
        run.pushed[:-1] += run.burst[:-1]
        action[slot] = run.pushed
        return True

    def _finish(self, slot: int, info: dict[str, Any]) -> Attempt:
        run = self._slots.pop(slot)
        reason = "diverged" if info["diverged"][slot] else "" if info["success"][slot] or self._config.keep_failures else "not solved"
        if reason:
            return Attempt(episode=None, rejected=reason)
        episode = Episode(
            observation={k: np.stack([f[k] for f in run.frames]) for k in run.frames[0]}, action=np.stack(run.actions),
            intervention=np.array(run.human), times_s=np.array(run.times), instruction=self._env.instruction(slot),
            paraphrases=self._env.paraphrases(slot), predicates=info["predicates"][slot], success=bool(info["success"][slot]),
            credit=float(info["credit"][slot]), spans=_spans(run.spans),
            policy=self._actors(run),
            certificate=self._env.certificate(slot), initial_state=run.initial, labels=stacked(run.labels),
            goals=self._env.marked_goals(slot), roles=self._env.roles(slot),
            recipe=recipe(self._config, run.index, learned=self._policy is not None),
        )  # fmt: skip
        return Attempt(episode=episode)

    def _actors(self, run: _Slot) -> str:
        if not run.plan.takeover_at or self._policy is None:
            return self._demonstrator.name
        return self._policy.name if run.plan.takeover_at == NEVER else f"{self._policy.name}+{self._demonstrator.name}"
