"""Collecting episodes: a demonstrator acts in the batched engine, alone or taking over from a learned policy.

Three sources, mixed as asked: whole demonstrations; demonstrations knocked off their path by bursts of random motion,
from which the demonstrator recovers (after DART, Laskey et al. 2017); and takeovers, where a learned policy acts
first and the demonstrator finishes (after HG-DAgger, Kelly et al. 2019). Frames that the demonstrator did not choose
have `intervention` False and are never imitated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ..core.errors import HomebodyError
from ..core.recording import RecordedEnv, Recording
from ..core.rollout import Listener, Rollout, Run, VectorEnv
from ..core.types import Believer, Episode, Looker, Observation, Policy, Seeded

NEVER = 1 << 30
"""`takeover_at` of an episode in which nobody takes over, and frames until somebody looks where nobody will."""
BURST_RATE = 0.0125
"""Chance in each control step that a burst begins."""
BURST_RAD = 0.02
"""Spread of a burst's motion, per joint and control step [rad]."""
BLOCKED_RAD = 0.05
"""A burst ends where a joint is this far from where it was sent: the arm leans on something [rad]."""


class CollectEnv(VectorEnv, RecordedEnv, Protocol):
    """What collecting needs of the engine."""


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
class _Part:
    """Who acts in the running episode of one slot, and what disturbs it."""

    plan: Plan
    steps: int = 0
    burst_until: int = -1
    burst: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(dof + 1,) joint motion per step [rad] and change of the gripper's opening; empty before the first burst."""
    pushed: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(dof + 1,) the action that the burst has reached."""
    human: bool = True
    """Whether the demonstrator chose the last action."""
    span: str = ""
    """Of the last action."""
    looked: bool = False
    """Whether the policy looked before it."""


class Mixture:
    """The demonstrator and the learned policy as one policy: who acts when is drawn for each episode, and so are the bursts."""

    def __init__(self, demonstrator: Demonstrator, config: CollectConfig, *, policy: Policy | None = None) -> None:
        self._demonstrator, self._policy, self._config = demonstrator, policy, config
        self._parts: dict[int, _Part] = {}
        self._words: dict[int, str] = {}
        self.name = demonstrator.name if policy is None else f"{policy.name}+{demonstrator.name}"

    def seed(self, slots: Sequence[int], seeds: Sequence[int]) -> None:
        """New episodes, of these indices, begin in `slots`."""
        for slot, index in zip(slots, seeds, strict=True):
            self._parts[slot] = _Part(plan=plan(self._config, int(index), learned=self._policy is not None))
        if isinstance(self._policy, Seeded):
            self._policy.seed(slots, seeds)

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        self._words |= dict(zip(slots, instructions, strict=True))
        self._demonstrator.reset(slots, instructions)
        if self._policy is not None:
            self._policy.reset(slots, instructions)

    def act(self, observation: Observation) -> np.ndarray:
        # All fresh starts come before the one `act`: a second one would move the neighbours' skills on as well.
        fresh = [s for s, part in self._parts.items() if part.steps and part.steps in (part.plan.takeover_at, part.burst_until)]
        if fresh:
            self._demonstrator.reset(fresh, [self._words[s] for s in fresh])
        shown = self._demonstrator.act(observation)
        learned = self._learned(observation, shown)
        action = np.array(shown, np.float32)
        for slot, part in self._parts.items():
            self._choose(slot, part, action, learned, observation)
            part.steps += 1
        return action

    def _learned(self, observation: Observation, shown: np.ndarray) -> np.ndarray:
        """The policy's actions (B, A); those of the demonstrator where nobody needs them. One that goes by what it sees goes on looking after it
        was relieved: a head may learn by which marks the demonstrator would have been led."""
        if self._policy is None:
            return shown
        if isinstance(self._policy, Believer):
            for slot, part in self._parts.items():
                part.looked = self._policy.looks_in(slot) == 0
        elif all(part.steps >= part.plan.takeover_at for part in self._parts.values()):
            return shown
        return self._policy.act(observation)

    def _choose(self, slot: int, part: _Part, action: np.ndarray, learned: np.ndarray, observation: Observation) -> None:
        """Puts the slot's action (A,) into `action` (B, A), which holds the demonstrator's."""
        t, mine = part.steps, part.steps >= part.plan.takeover_at
        if not mine:
            action[slot] = learned[slot]
        elif part.plan.bursts:
            mine = not self._disturb(part, t, action[slot], observation["proprio"][slot])
        part.human = mine
        part.span = self._demonstrator.span(slot) if mine else "policy" if t < part.plan.takeover_at else "disturbance"

    @staticmethod
    def _disturb(part: _Part, t: int, action: np.ndarray, proprio: np.ndarray) -> bool:
        """Adds a burst's motion to action (A,). True while a burst lasts; when it ends, the demonstrator has started afresh."""
        if t >= part.burst_until:
            if part.plan.rng.random() > BURST_RATE:
                return False
            part.burst_until = t + int(part.plan.rng.integers(4, 12))
            part.burst = part.plan.rng.normal(0, BURST_RAD, len(action))
            part.burst[-1] = 0.0 if part.plan.rng.random() < 0.7 else part.plan.rng.choice([-1.0, 1.0])
            part.pushed = np.array(action)
            part.pushed[-1] = np.clip(part.pushed[-1] + part.burst[-1], 0, 1)
        if np.abs(part.pushed[:-1] - proprio[: len(action) - 1]).max() > BLOCKED_RAD:
            part.burst_until = t + 1
        else:
            part.pushed[:-1] += part.burst[:-1]
        action[:] = part.pushed
        return True

    def looks_in(self, slot: int) -> int:
        """See core.types.Looker: the demonstrator needs no pictures."""
        part = self._parts.get(slot)
        if self._policy is None or part is None:
            return NEVER
        if isinstance(self._policy, Believer):
            return self._policy.looks_in(slot)
        return (self._policy.looks_in(slot) if isinstance(self._policy, Looker) else 0) if part.steps < part.plan.takeover_at else NEVER

    def beliefs(self, slot: int) -> dict[str, np.ndarray]:
        """Labels: which mark the policy goes by, and whether it has just looked. None where it goes by none."""
        mark = self._policy.believed(slot) if isinstance(self._policy, Believer) else None
        return {} if mark is None else {"believed": mark.astype(np.float32), "looked": np.array(self._parts[slot].looked)}

    def last(self, slot: int) -> tuple[str, bool]:
        """The span that the slot's last action belongs to, and whether the demonstrator chose it."""
        return self._parts[slot].span, self._parts[slot].human

    def actors(self, slot: int) -> str:
        """Who acts in the slot's episode."""
        takeover_at = self._parts[slot].plan.takeover_at
        if not takeover_at or self._policy is None:
            return self._demonstrator.name
        return self._policy.name if takeover_at == NEVER else self.name

    def leave(self, slot: int) -> None:
        """The episode in `slot` has ended: nothing is drawn for it any more."""
        del self._parts[slot]


class _Recorder(Listener):
    """Records every frame of a mixture's episodes; but for pictures through `unrecorded` cameras, which only the policy looks through."""

    def __init__(self, env: RecordedEnv, mixture: Mixture, unrecorded: Sequence[str]) -> None:
        self._env, self._mixture, self._unrecorded = env, mixture, unrecorded
        self.looks = not unrecorded
        self.recordings: dict[int, Recording] = {}

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        if run.steps == 0:
            self.recordings[run.slot] = Recording(self._env, run.slot, without=self._unrecorded)

    def acts(self, run: Run, observation: Observation, action: np.ndarray) -> None:
        span, human = self._mixture.last(run.slot)
        self.recordings[run.slot].add(observation, action, span=span, human=human, beside=self._mixture.beliefs(run.slot))


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """How an episode ended."""

    episode: Episode | None
    """None where it is not to be kept."""
    rejected: str = ""
    """Why not."""


class Collector:
    """Episodes in the slots of one environment. Each is a function of its index, whatever runs beside it."""

    def __init__(
        self, env: CollectEnv, demonstrator: Demonstrator, config: CollectConfig, *, policy: Policy | None = None,
        unrecorded: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """unrecorded: all cameras of the environment, where they are there for the policy alone."""
        self._config, self._learned = config, policy is not None
        self._mixture = Mixture(demonstrator, config, policy=policy)
        self._recorder = _Recorder(env, self._mixture, unrecorded)
        self._rollout = Rollout(env, self._mixture, listeners=[self._recorder])

    def advance(self, indices: Sequence[int]) -> list[tuple[int, Attempt]]:
        """Starts episodes `indices` in free slots, then steps until at least one ends; returns those that did."""
        if indices:
            self._rollout.start(indices)
        return [(run.index, self._finish(run)) for run in self._rollout.until_one_ends()]

    def _finish(self, run: Run) -> Attempt:
        slot, info, actors = run.slot, self._rollout.info, self._mixture.actors(run.slot)
        recording = self._recorder.recordings.pop(slot)
        self._mixture.leave(slot)
        reason = "diverged" if info["diverged"][slot] else "" if info["success"][slot] or self._config.keep_failures else "not solved"
        if reason:
            return Attempt(episode=None, rejected=reason)
        made = recipe(self._config, run.index, learned=self._learned)
        return Attempt(episode=recording.episode(info, policy=actors, recipe=made))
