"""What an evaluation is: its settings, the raw record of one episode, and what it needs from an environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Protocol

import numpy as np

from ..core.errors import HomebodyError, unknown
from ..core.robots import DEFAULT_ROBOT
from ..core.types import Certificate, Goal, Observation
from .arms import NOMINAL, Arm
from .touch import TOUCH

SPLITS = ("heldout", "train")
ARMS = ("nominal", "heldout", "swap", "empty")
"""Where the text comes from, on the same initial states: phrasings used in training; phrasings held out from training;
another instruction that the state allows; no text at all."""


class House(Protocol):
    """The part of `homebody.envs.engine.HouseholdVectorEnv` that an evaluation uses.

    `info["safety"]`, where there is one, holds a dict for each slot: what the episode has come to so far (see `safety.py`).
    """

    num_envs: int

    def reset(self, *, options: Mapping[str, Any] | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]: ...
    def step(self, actions: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]: ...
    def goal(self, i: int) -> Goal: ...
    def valid_goals(self, i: int) -> list[Goal]: ...
    def holds(self, i: int, goal: Goal) -> bool: ...
    def certificate(self, i: int) -> Certificate: ...
    def close(self) -> None: ...


class Actor(Protocol):
    """core.types.Policy, structurally."""

    name: str

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None: ...
    def act(self, observation: Observation) -> np.ndarray: ...


@dataclass(frozen=True, kw_only=True)
class BenchConfig:
    """Settings of one evaluation."""

    tasks: tuple[str, ...]
    """Task names, each evaluated on the same episode indices."""
    episodes: int = 50
    """Episodes per task."""
    seed: int = 0
    """First episode index: the episodes are seed .. seed + episodes - 1."""
    split: str = "heldout"
    """`heldout`: initial states never used in training; `train`: those that training data come from."""
    language: str = "nominal"
    """One of ARMS."""
    robot: str = DEFAULT_ROBOT
    randomize: str = ""
    """Ranges that every axis is drawn from: `train` or `heldout`; empty for the nominal house."""
    axes: Mapping[str, float] = field(default_factory=dict)
    """Axes that are set in all episodes."""
    arms: tuple[Arm, ...] = ()
    """Perturbed arms, each on the same episodes as the nominal one, which goes without saying."""
    touch: str = "on"
    """One of touch.TOUCH: what the policy gets of its taxels."""
    think_ms: float = 0.0
    """Time for each decision of a policy that thinks; 0 where it acts at once."""
    policy: str = ""
    """The policy's name as it was asked for."""
    fingerprint: str = ""
    """Hash of the policy's weights; empty for a scripted one."""
    code: str = ""
    """Hash of the program's sources: what an older version ran does not mix with what this one runs. Empty where nobody asked."""

    def __post_init__(self) -> None:
        if not self.tasks:
            raise HomebodyError("no task to evaluate: expected at least one name")
        if len(set(self.tasks)) != len(self.tasks):
            raise HomebodyError(f"tasks {', '.join(self.tasks)} name one twice: expected each once")
        if self.episodes < 1:
            raise HomebodyError(f"episodes is {self.episodes}: expected 1 or more")
        if self.seed < 0:
            raise HomebodyError(f"seed is {self.seed}: expected 0 or more")
        if self.split not in SPLITS:
            raise unknown("split", self.split, SPLITS)
        if self.language not in ARMS:
            raise unknown("language arm", self.language, ARMS)
        if self.touch not in TOUCH:
            raise unknown("touch arm", self.touch, TOUCH)
        if len({a.name for a in self.arms} | {""}) != len(self.arms) + 1:
            raise HomebodyError(f"arms {', '.join(a.name or 'nominal' for a in self.arms)}: expected each perturbed one once")

    @property
    def all_arms(self) -> tuple[Arm, ...]:
        """The nominal arm and the perturbed ones."""
        return NOMINAL, *self.arms

    def settings(self) -> dict[str, Any]:
        """What every line of one results folder shares; tasks, episodes and arms may be added later. `BenchConfig(tasks=..., **settings)`
        reads them back."""
        usual = {"randomize": "", "axes": {}, "think_ms": 0.0, "touch": "on", "code": ""}
        later = ("tasks", "episodes", "arms")
        return {k: v for k, v in asdict(self).items() if k not in later and not (k in usual and v == usual[k])}


OPTIONAL = ("other", "other_success", "decisions", "arm", "heard", "safety", "fault", "skipped", "actions")
"""Keys that a record need not have."""


@dataclass(frozen=True, kw_only=True)
class EpisodeRecord:
    """One line of `episodes.jsonl`."""

    task: str
    goal: Mapping[str, Any]
    """The goal that decides success: the instructed one."""
    index: int
    instruction: str
    """The text that the policy was given, letter by letter."""
    success: bool
    credit: float
    """Share of the goal predicates, false at the start, that hold at the end."""
    steps: int
    """Control steps."""
    seconds: float
    """Simulated duration [s]."""
    predicates: Mapping[str, bool]
    """Each goal predicate at the end."""
    diverged: bool
    """The simulation or the program around it broke, or the episode was skipped: not the policy's failure; left out of every rate."""
    certificate: Mapping[str, Any]
    policy: str
    other: Mapping[str, Any] | None = None
    """Arm `swap` only: the goal that the initial state was made for and that was not asked for."""
    other_success: bool | None = None
    """Arm `swap` only: whether that goal was met all the same, at any time, for as long as a success takes."""
    decisions: Sequence[tuple[float, int, bool]] | None = None
    """Of a policy that thinks: milliseconds, proposals weighed and whether another than its own acted, decision by decision."""

    arm: Mapping[str, Any] | None = None
    """Perturbed arms only: `axis`, `level` and `value` [the axis's unit]."""
    heard: str | None = None
    """What the policy was told instead in the middle of the episode, where somebody changed their mind: success is about that."""
    safety: Mapping[str, float] | None = None
    """Where the engine measures it: peak contact forces on objects and on the person [N], counts of drops, spills and
    joint-limit hits."""
    fault: str | None = None
    """What broke where `diverged` stands for an exception of the simulator instead of a state that ran away."""
    skipped: str | None = None
    """Why the episode was not run where `diverged` stands for that: in arm `swap`, its state allows nothing else to be asked for."""

    actions: str | None = None
    """SHA-256 (16 hex digits) of what was commanded, as float32: whoever runs the episode again can tell whether the policy did the same."""

    def to_json(self) -> dict[str, Any]:
        return {k: v for k, v in asdict(self).items() if v is not None or k not in OPTIONAL}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> EpisodeRecord:
        missing = [f.name for f in fields(EpisodeRecord) if f.name not in data and f.name not in OPTIONAL]
        if missing:
            raise HomebodyError(f"an episode record lacks {', '.join(missing)}")
        return EpisodeRecord(**{f.name: data[f.name] for f in fields(EpisodeRecord) if f.name in data})

    @property
    def setting(self) -> Arm:
        """The arm of a sweep that this episode belongs to."""
        return Arm(**self.arm) if self.arm else NOMINAL

    @property
    def key(self) -> tuple[str, str, int]:
        """Task, arm and index: what pairs this episode with another run's."""
        return self.task, self.setting.name, self.index
