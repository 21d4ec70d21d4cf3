"""The boundary types that the rooms exchange. Shapes carry no batch axis unless they say (B, ...)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

CONTROL_HZ = 20
"""Control rate [Hz]: one action every 50 ms."""
TAXELS = (2, 3, 8, 8)
"""Finger left/right; penetration depth [m] and two tangential slip speeds [m/s]; rows; columns."""

Observation = Mapping[str, np.ndarray]
"""`scene`, `wrist` uint8 (H, W, 3); `tactile` float32 (2, 3, 8, 8); `proprio` float32 (P,), of a robot with n joints: their positions
[rad] (n) and velocities [rad/s] (n), gripper width [m] (1), tool position [m] (3) and first two columns of its rotation (6), both in
the base frame; opt-in `privileged` float32 (S,). A batch axis goes first. An action is (A,): targets of the joints [rad] (n), then
the gripper's opening in [0, 1] (1; 0 closed, 1 open)."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What an instruction asks for, e.g. `Goal(task="put_in", target="apple", receptacle="bowl")`."""

    task: str
    """One of the task names, e.g. `open_drawer`."""
    target: str
    """The thing to act on: `top`/`bottom` for drawers, `microwave`, or an object's name."""
    receptacle: str | None = None
    """Where to put it: `bowl` or `bin`; None for every task but `put_in`."""

    def to_json(self) -> dict[str, Any]:
        return {"task": self.task, "target": self.target, "receptacle": self.receptacle}


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What makes an episode repeatable: replaying its actions from its index gives the same hashes."""

    task: str
    robot: str
    split: str
    index: int
    """Episode index: with task, robot, split and axis settings it determines the initial state."""
    goal: Goal
    axes: Mapping[str, float] = field(default_factory=dict)
    model_hash: str
    """SHA-256 (16 hex digits) of the compiled physics model."""
    engine: str
    """For example `mujoco 4.0.0`."""
    cpu: str
    """Architecture and vector extensions that the floating-point results depend on."""
    initial_hash: str
    final_hash: str

    def to_json(self) -> dict[str, Any]:
        return {**{k: v for k, v in self.__dict__.items() if k not in ("goal", "axes")},
                "goal": self.goal.to_json(), "axes": dict(self.axes)}  # fmt: skip

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Certificate:
        return Certificate(**{**data, "goal": Goal(**data["goal"])})


@dataclass(frozen=True, kw_only=True)
class Span:
    """A named stretch of an episode, frames [start, stop), e.g. `grasp`."""

    name: str
    start: int
    stop: int


@dataclass(frozen=True, kw_only=True)
class Episode:
    """One attempt, whole. Frame t holds the observation before action t; T frames."""

    observation: Mapping[str, np.ndarray]
    """Streams (T, ...): `scene`, `wrist`, `tactile`, `proprio`."""
    action: np.ndarray
    """(T, 8) float32, the action sent at each frame."""
    intervention: np.ndarray
    """(T,) bool: True where a demonstrator (expert or person) acted; such frames may be imitated. False where a learned
    or scripted stand-in policy acted."""
    times_s: np.ndarray
    """(T,) float64, measured time of each frame since the start [s]."""
    instruction: str
    paraphrases: Sequence[str]
    predicates: Mapping[str, bool]
    """Each goal predicate at the end."""
    success: bool
    credit: float
    """Share of the goal predicates, false at the start, that hold at the end; in [0, 1]."""
    spans: Sequence[Span]
    policy: str
    """Who acted, e.g. `expert`, `homebody`, `teleop`."""
    certificate: Certificate
    initial_state: np.ndarray
    """(N,) float64 full physics state before the first action."""
    labels: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Privileged training signals, never an observation, of the G goals in `goals`: `marks` (T, G, MARK_DIM) float32, where each is in the
    base frame (core.marks); `pixels` (T, cameras, G, 2, 2) float32, where its act point and its place appear in the pictures: x right, y
    down, [-1, 1] inside; `visible` (T, cameras, G, 2) bool, whether they can be seen there. Where a policy that goes by marks was there,
    `believed` (T, MARK_DIM) float32, which it went by, and `looked` (T,) bool, whether it had just looked. Empty for a real arm."""
    goals: Sequence[Goal] = ()
    """What the labels speak of: the certificate's goal first, then others that the initial state allows."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """What plays which part, e.g. {"target": "mug_blue"}."""
    recipe: str = ""
    """Digest of all that made the episode beside its task, robot, split and index: who acted, what disturbed it. The same recipe gives
    the same episode. Empty where a person acted."""

    @property
    def length(self) -> int:
        return len(self.action)


def stacked(frames: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Frames of the same streams as arrays with time first."""
    return {name: np.stack([f[name] for f in frames]) for name in frames[0]} if frames else {}


class Policy(Protocol):
    """Acts for a batch of B slots, each running its own episode."""

    name: str

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        """Start new episodes in `slots`; `instructions[i]` belongs to `slots[i]`. Forgets what ran there before."""
        ...

    def act(self, observation: Observation) -> np.ndarray:
        """(B, ...) observations of all slots -> (B, 8) float32 actions. Called once per control step."""
        ...


@runtime_checkable
class Seeded(Protocol):
    """A policy with randomness of its own: seeded per episode, its outcome does not depend on who runs beside it."""

    def seed(self, slots: Sequence[int], seeds: Sequence[int]) -> None:
        """Called before `reset` with one seed for each of `slots`."""
        ...


@runtime_checkable
class Looker(Protocol):
    """A policy that looks now and then: pictures that nobody will see need not be drawn."""

    def looks_in(self, slot: int) -> int:
        """After `act`: how many observations after the coming one it next looks at pictures of `slot`; 0: at the coming one. A `reset`
        in between makes it look at once."""
        ...


@runtime_checkable
class Believer(Looker, Protocol):
    """A policy that goes by marks which it finds in pictures, and says which."""

    def believed(self, slot: int) -> np.ndarray | None:
        """(MARK_DIM,) the mark that it goes by in `slot` since it last looked, base frame; None where it goes by none."""
        ...


@runtime_checkable
class Thinker(Protocol):
    """A policy that takes time over its decisions and says how it spent it."""

    def decisions(self, slot: int) -> list[tuple[float, int, bool]]:
        """The decisions of `slot`'s episode so far: milliseconds, proposals weighed, whether another than its own acted."""
        ...
