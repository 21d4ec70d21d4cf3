"""What a learner's numbers in [-1, 1] mean to the arm: small tool motions or joint steps, and a gripper opening.

Both kinds are memoryless: targets follow from the measured joints alone, so that the state the learner sees is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...core.errors import unknown
from ...core.kinematics import rotation_error
from ...core.robots import DEFAULT_ROBOT, ROBOTS, Robot
from ...core.types import Observation


class Control(Protocol):
    """Turns a learner's actions (B, dim) in [-1, 1] into absolute targets (B, A) of one robot."""

    @property
    def dim(self) -> int: ...

    def targets(self, observation: Observation, actions: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True, kw_only=True)
class ToolControl:
    """Tool motion from where the tool is, in the base frame: position (3), rotation vector (3), gripper opening (1)."""

    robot: Robot = ROBOTS[DEFAULT_ROBOT]
    reach_m: float = 0.06
    """Farthest that a target lies from the tool, per axis; the arm's stiffness turns it into speed or force."""
    turn_rad: float = 0.2
    """Largest turn per axis."""
    posture: float = 0.02
    """Share of the way to the home pose that joints left over take."""

    @property
    def dim(self) -> int:
        return 7

    def targets(self, observation: Observation, actions: np.ndarray) -> np.ndarray:
        a = np.clip(np.asarray(actions, np.float64), -1.0, 1.0)
        scale = np.array([self.reach_m] * 3 + [self.turn_rad] * 3)
        arm = self.robot.nudged(observation["proprio"][:, : self.robot.dof], a[:, :6] * scale, self.posture)
        return np.concatenate([self.robot.hold(arm), 0.5 + 0.5 * a[:, 6:]], axis=1)

    def actions(self, observation: Observation, targets: np.ndarray) -> np.ndarray:
        """The actions (B, 7) that come closest to `targets` (B, A): the inverse of `targets`, to first order.

        A motion too long for one action keeps its direction.
        """
        n = self.robot.dof
        q = np.asarray(observation["proprio"][:, :n], np.float64)
        sag = self.robot.hold(q) - q  # of servos that a load pulls from their targets
        here, there = self.robot.forward(q), self.robot.forward(targets[:, :n] - sag)
        shift = (there[:, :3, 3] - here[:, :3, 3]) / self.reach_m
        turn = rotation_error(here[:, :3, :3], there[:, :3, :3]) / self.turn_rad
        parts = [v / np.maximum(1.0, np.abs(v).max(1, keepdims=True)) for v in (shift, turn)]
        return np.concatenate([*parts, 2.0 * targets[:, n:] - 1.0], axis=1)


@dataclass(frozen=True, kw_only=True)
class JointControl:
    """Joint steps from where the joints are, one number each, and the gripper's opening (1)."""

    robot: Robot = ROBOTS[DEFAULT_ROBOT]
    step_rad: float = 0.15
    """Farthest that a target lies from the measured joint."""

    @property
    def dim(self) -> int:
        return self.robot.action_dim

    def targets(self, observation: Observation, actions: np.ndarray) -> np.ndarray:
        n = self.robot.dof
        a = np.clip(np.asarray(actions, np.float64), -1.0, 1.0)
        arm = np.clip(observation["proprio"][:, :n] + self.step_rad * a[:, :n], self.robot.q_min, self.robot.q_max)
        return np.concatenate([self.robot.hold(arm), 0.5 + 0.5 * a[:, n:]], axis=1)


CONTROLS = {"tool": ToolControl, "joint": JointControl}


def make_control(name: str, robot: Robot = ROBOTS[DEFAULT_ROBOT]) -> Control:
    """Raises HomebodyError for an unknown name."""
    if name not in CONTROLS:
        raise unknown("control", name, CONTROLS)
    return CONTROLS[name](robot=robot)
