"""What the engine asks of a scene: a compiled model, initial states, goals, and how to read the physics state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import mujoco
import numpy as np

from ..core.marks import Mark
from ..core.robots import Robot
from ..core.types import Goal
from .past import Past
from .robots.arm import Arm
from .start import Start

FINGERS = ("left", "right")
HOLD_STEPS = 10
"""Control steps (0.5 s) for which a goal must hold without a break."""
SUBSTEPS = 10
"""Physics steps of 5 ms in one control step of 50 ms."""

Casting = Mapping[str, str]
"""Role of a goal -> the role that the same thing has in the initial state; empty for goals about furniture alone."""
Check = Callable[[Any], bool]
"""A predicate over one simulation's state: the `view` of a stage."""


@dataclass(frozen=True, kw_only=True)
class Rig:
    """Where a robot is in the state of a model: addresses into qpos, qvel and sensordata."""

    arm_qpos: np.ndarray
    """(n,) addresses of joint1..jointN."""
    arm_qvel: np.ndarray
    finger_qpos: np.ndarray
    """(2,) addresses of the finger joints, or (1,) for a jaw; the robot turns them into the gripper's width."""
    tactile: np.ndarray
    """(2, 192) addresses of the two pads' taxels."""
    encoders: np.ndarray
    """(2, n + fingers) addresses of the encoders: positions, velocities of the arm's joints and the fingers."""


def robot_rig(model: mujoco.MjModel, robot: Robot) -> Rig:
    """Finds a robot's joints and sensors by their names."""
    arm, fingers = robot.joints, robot.fingers
    qpos = {n: int(model.joint(n).qposadr[0]) for n in (*arm, *fingers)}
    sensor = {model.sensor(i).name: int(model.sensor(i).adr[0]) for i in range(model.nsensor)}
    return Rig(
        arm_qpos=np.array([qpos[n] for n in arm]), arm_qvel=np.array([int(model.joint(n).dofadr[0]) for n in arm]),
        finger_qpos=np.array([qpos[n] for n in fingers]),
        tactile=np.array([sensor[f"tactile_{f}"] + np.arange(192) for f in FINGERS]),
        encoders=np.array([[sensor[f"encoder_{q}_{j}"] for j in (*arm, *fingers)] for q in ("q", "dq")]),
    )  # fmt: skip


class Running(Protocol):
    """An episode, as a stage sees it."""

    start: Start
    goal: Goal
    past: Past


class Stage(Protocol):
    """A scene with a robot in it."""

    scene: str
    arm: Arm
    robot: Robot
    model: mujoco.MjModel
    rig: Rig
    bound: tuple[str, ...]
    """Fields of MjData that `view` reads besides qpos, qvel and sensordata."""
    loose_qvel: np.ndarray
    """(N,) addresses of the vertical speeds of the loose things."""
    movers: Mapping[str, int]
    """Who moves on rails: name -> mocap id."""
    goals: tuple[Goal, ...]
    """Every goal of the scene, in a fixed order."""
    toward: slice
    """Where `privileged` holds what the goal is about minus the tool [m]."""

    @property
    def model_hash(self) -> str:
        """16 hex digits that differ where the physics may."""
        ...

    def start(self, task: str, split: str, index: int, axes: Mapping[str, float]) -> Start:
        """The state at the start of episode `index`; a pure function of its arguments."""
        ...

    def dress(self, start: Start, axes: Mapping[str, float], rng: np.random.Generator) -> mujoco.MjModel:
        """The episode's model: `start.model` or the stage's, with the axes' physics and looks; shared where nothing differs."""
        ...

    def views(self, fields: Mapping[str, np.ndarray], tools: np.ndarray, episodes: Sequence[Running | None]) -> list[Any]:
        """One view a simulation from bound fields (B, ...) and tool poses (B, 4, 4) in the world."""
        ...

    def remember(self, past: Past, view: Any, *, pressed_N: float = 0.0, anew: bool = False) -> None:
        """Looks after what an episode remembers, once a control step, in which the robot pressed on furniture by `pressed_N` at most;
        `anew`: a new instruction begins here."""
        ...

    def muscles(self, goal: Goal, view: Any) -> Mapping[int, float]:
        """Address in qvel -> torque [N m] that people's own joints exert during the next control step."""
        ...

    def checks(self, goal: Goal, start: Start) -> dict[str, Check]:
        """The named predicates whose conjunction is the goal."""
        ...

    def reward(self, mark: Mark, view: Any, success: bool) -> float:
        """mark: the goal's, in the world frame."""
        ...

    def privileged(self, mark: Mark | None, view: Any) -> np.ndarray:
        """(S,) float32: object poses, joint states and the goal's mark in the world frame, None before the first episode."""
        ...

    def pushable(self, goal: Goal, start: Start) -> int:
        """Body of the loose thing that the goal is about, which somebody may push; -1 where there is none."""
        ...

    def mark(self, goal: Goal, view: Any) -> Mark:
        """Where `goal` is now, in the world frame."""
        ...

    def points(self, view: Any) -> np.ndarray:
        """(P, 3) positions of the loose things and landmarks of cloths [m], world frame."""
        ...

    def usable(self, start: Start, view: Any = None) -> tuple[Goal, ...]:
        """The goals that an episode's start allows, or `view`, the state that it has come to; and those that it would if furniture were
        moved: what may be asked for one after the other."""
        ...

    def open_to(self, start: Start, goal: Goal, view: Any) -> Mapping[Goal, Casting]:
        """The goals that are open to being done in the state that an episode has come to, which is asked for `goal` now, and who plays what
        under each: those that hold already are not."""
        ...

    def recast(self, start: Start, castings: Mapping[Goal, Casting]) -> Start:
        """The start with who plays what under goals that were asked for since."""
        ...

    def horizon(self, goal: Goal) -> int: ...
