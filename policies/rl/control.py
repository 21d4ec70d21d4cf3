"""What a learner's numbers in [-1, 1] mean to the arm: small tool motions or joint steps, and a gripper opening.

Both kinds are memoryless: targets follow from the measured joints alone, so that the state the learner sees is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...core.errors import unknown
from ...core.kinematics import Q_HOME, Q_MAX, Q_MIN, forward, jacobian, rotation_error
from ...core.types import ACTION_DIM, Observation

DAMPING = 0.05
"""Of the pseudo-inverse: bounds joint steps near singular poses (Nakamura and Hanafusa 1986)."""


def nudged(joints: np.ndarray, twist: np.ndarray, posture: float = 0.0) -> np.ndarray:
    """Joints (B, 7) [rad] after a small tool motion `twist` (B, 6) [m, rad] in the base frame, to first order.

    `posture` is the share of the way to the home pose taken in the null space. A zero twist without it changes nothing.
    """
    q = np.asarray(joints, np.float64)
    _, J = jacobian(q)
    J_pinv = J.transpose(0, 2, 1) @ np.linalg.inv(J @ J.transpose(0, 2, 1) + np.eye(6) * DAMPING**2)  # (B, 7, 6)
    step = (J_pinv @ np.asarray(twist, np.float64)[..., None])[..., 0]
    if posture:
        home = posture * (Q_HOME - q)
        step += home - (J_pinv @ (J @ home[..., None]))[..., 0]
    return np.clip(q + step, Q_MIN, Q_MAX)


class Control(Protocol):
    """Turns a learner's actions (B, dim) in [-1, 1] into absolute targets (B, 8)."""

    dim: int

    def targets(self, observation: Observation, actions: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True, kw_only=True)
class ToolControl:
    """Tool motion from where the tool is, in the base frame: position (3), rotation vector (3), gripper opening (1)."""

    reach_m: float = 0.06
    """Farthest that a target lies from the tool, per axis; the arm's stiffness turns it into speed or force."""
    turn_rad: float = 0.2
    """Largest turn per axis."""
    posture: float = 0.02
    dim: int = 7

    def targets(self, observation: Observation, actions: np.ndarray) -> np.ndarray:
        a = np.clip(np.asarray(actions, np.float64), -1.0, 1.0)
        scale = np.array([self.reach_m] * 3 + [self.turn_rad] * 3)
        arm = nudged(observation["proprio"][:, :7], a[:, :6] * scale, self.posture)
        return np.concatenate([arm, 0.5 + 0.5 * a[:, 6:]], axis=1)

    def actions(self, observation: Observation, targets: np.ndarray) -> np.ndarray:
        """The actions (B, 7) that come closest to `targets` (B, 8): the inverse of `targets`, to first order.

        A motion too long for one action keeps its direction.
        """
        here, there = forward(observation["proprio"][:, :7]), forward(targets[:, :7])
        shift = (there[:, :3, 3] - here[:, :3, 3]) / self.reach_m
        turn = rotation_error(here[:, :3, :3], there[:, :3, :3]) / self.turn_rad
        parts = [v / np.maximum(1.0, np.abs(v).max(1, keepdims=True)) for v in (shift, turn)]
        return np.concatenate([*parts, 2.0 * targets[:, 7:] - 1.0], axis=1)


@dataclass(frozen=True, kw_only=True)
class JointControl:
    """Joint steps from where the joints are (7), gripper opening (1)."""

    step_rad: float = 0.15
    """Farthest that a target lies from the measured joint."""
    dim: int = ACTION_DIM

    def targets(self, observation: Observation, actions: np.ndarray) -> np.ndarray:
        a = np.clip(np.asarray(actions, np.float64), -1.0, 1.0)
        arm = np.clip(observation["proprio"][:, :7] + self.step_rad * a[:, :7], Q_MIN, Q_MAX)
        return np.concatenate([arm, 0.5 + 0.5 * a[:, 7:]], axis=1)


CONTROLS = {"tool": ToolControl, "joint": JointControl}


def make_control(name: str) -> Control:
    """Raises HomebodyError for an unknown name."""
    if name not in CONTROLS:
        raise unknown("control", name, CONTROLS)
    return CONTROLS[name]()
