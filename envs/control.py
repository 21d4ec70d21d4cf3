"""Control modes: what an action means, and the joint targets that it comes to.

| mode | action, then the gripper's opening in [0, 1] |
|---|---|
| `joint` | absolute joint targets (dof) [rad] |
| `joint_delta` | change of the joint targets (dof) [rad] |
| `ee_pose` | tool position (3) [m] and the first two columns of its rotation (6), as in `proprio` |
| `ee_delta` | translation (3) [m] and rotation vector (3) [rad] of the commanded tool pose |

Poses, translations and rotations are in the robot's base frame. Deltas add to what is commanded, not to what is measured: a zero delta
holds still under load. Everything comes down to joint targets, which the engine limits as it does those of `joint`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gymnasium
import numpy as np

from ..core.kinematics import rotation_error, rotation_from_6d, rotation_from_vector, rotation_to_6d
from ..core.robots import Robot
from ..core.types import CONTROL_HZ

TOOL_MPS, TOOL_RPS = 1.0, 2.5
"""Bounds of `ee_delta`, as speeds of the tool [m/s], [rad/s]; 2.5 rad/s is the Panda's published limit, whose 1.7 m/s no task needs."""
REACH_M = 1.2
"""Bound of the positions of `ee_pose`: further than any arm reaches [m]."""
REFINE = 6
"""Newton steps from a nudge to the pose itself: what is left after them is below a micrometre where the pose can be reached."""
UNHOLD = 8
"""Fixed-point steps that take a servo's sag out of its targets; each leaves less than a tenth of the error."""

Solve = Callable[[Robot, np.ndarray, np.ndarray], np.ndarray]
"""robot, actions (n, A - 1) without the gripper, commanded joints (n, dof) -> joints (n, dof) to command."""
Hold = Callable[[Robot, np.ndarray], np.ndarray]
"""robot, commanded joints (n, dof) -> actions (n, A - 1) that change nothing."""


@dataclass(frozen=True, kw_only=True)
class ControlMode:
    """One meaning of actions."""

    name: str
    bounds: Callable[[Robot], tuple[np.ndarray, np.ndarray]]
    """Lowest and highest action (A - 1,), without the gripper."""
    solve: Solve
    hold: Hold

    def space(self, robot: Robot) -> gymnasium.spaces.Box:
        """One simulation's action: the mode's own numbers, then the gripper's opening."""
        low, high = self.bounds(robot)
        return gymnasium.spaces.Box(np.append(low, 0.0).astype(np.float32), np.append(high, 1.0).astype(np.float32), dtype=np.float32)

    def targets(self, robot: Robot, actions: np.ndarray, ctrl: np.ndarray) -> np.ndarray:
        """Actions (n, A) and the targets in force `ctrl` (n, dof + 1) -> joint targets and opening (n, dof + 1)."""
        if self.name == "joint":
            return actions
        joints = self.solve(robot, actions[:, :-1], commanded(robot, ctrl[:, :-1]))
        return np.concatenate([robot.hold(joints), actions[:, -1:]], axis=1)

    def still(self, robot: Robot, ctrl: np.ndarray) -> np.ndarray:
        """(n, A) the actions that keep the targets in force (n, dof + 1)."""
        if self.name == "joint":
            return ctrl.astype(np.float32)
        own = self.hold(robot, commanded(robot, ctrl[:, :-1]))
        return np.concatenate([own, ctrl[:, -1:]], axis=1).astype(np.float32)


def commanded(robot: Robot, targets: np.ndarray) -> np.ndarray:
    """Servo targets (n, dof) -> the joints (n, dof) that they are meant to hold: the inverse of `robot.hold`."""
    q = targets.copy()
    for _ in range(UNHOLD):
        q = targets - (robot.hold(q) - q)
    return q


def _joint_bounds(robot: Robot) -> tuple[np.ndarray, np.ndarray]:
    return robot.q_min, robot.q_max


def _joint_steps(robot: Robot) -> tuple[np.ndarray, np.ndarray]:
    step = robot.dq_max / CONTROL_HZ
    return -step, step


def _pose_bounds(robot: Robot) -> tuple[np.ndarray, np.ndarray]:
    del robot
    high = np.array([REACH_M] * 3 + [1.0] * 6)
    return -high, high


def _tool_steps(robot: Robot) -> tuple[np.ndarray, np.ndarray]:
    del robot
    high = np.array([TOOL_MPS] * 3 + [TOOL_RPS] * 3) / CONTROL_HZ
    return -high, high


def _absolute(robot: Robot, actions: np.ndarray, joints: np.ndarray) -> np.ndarray:
    del robot, joints
    return actions


def _added(robot: Robot, actions: np.ndarray, joints: np.ndarray) -> np.ndarray:
    low, high = _joint_steps(robot)
    return joints + np.clip(actions, low, high)


def _at_pose(robot: Robot, actions: np.ndarray, joints: np.ndarray) -> np.ndarray:
    T = np.tile(np.eye(4), (len(actions), 1, 1))
    T[:, :3, :3], T[:, :3, 3] = rotation_from_6d(actions[:, 3:]), actions[:, :3]
    return robot.inverse(T, joints)


def _moved(robot: Robot, actions: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """First to first order, then to the pose itself: no posture is sought in the null space, so that a zero delta changes nothing."""
    low, high = _tool_steps(robot)
    twist = np.clip(actions, low, high)
    T = robot.forward(joints)
    T[:, :3, 3] += twist[:, :3]
    T[:, :3, :3] = rotation_from_vector(twist[:, 3:]) @ T[:, :3, :3]
    for _ in range(REFINE):
        joints = robot.nudged(joints, twist)
        here = robot.forward(joints)
        twist = np.concatenate([T[:, :3, 3] - here[:, :3, 3], rotation_error(here[:, :3, :3], T[:, :3, :3])], axis=1)
    return joints


def _same(robot: Robot, joints: np.ndarray) -> np.ndarray:
    del robot
    return joints


def _no_joint(robot: Robot, joints: np.ndarray) -> np.ndarray:
    del robot
    return np.zeros_like(joints)


def _pose(robot: Robot, joints: np.ndarray) -> np.ndarray:
    T = robot.forward(joints)
    return np.concatenate([T[:, :3, 3], rotation_to_6d(T[:, :3, :3])], axis=1)


def _no_twist(robot: Robot, joints: np.ndarray) -> np.ndarray:
    del robot
    return np.zeros((len(joints), 6))


CONTROL_MODES: dict[str, ControlMode] = {
    mode.name: mode
    for mode in (
        ControlMode(name="joint", bounds=_joint_bounds, solve=_absolute, hold=_same),
        ControlMode(name="joint_delta", bounds=_joint_steps, solve=_added, hold=_no_joint),
        ControlMode(name="ee_pose", bounds=_pose_bounds, solve=_at_pose, hold=_pose),
        ControlMode(name="ee_delta", bounds=_tool_steps, solve=_moved, hold=_no_twist),
    )
}
