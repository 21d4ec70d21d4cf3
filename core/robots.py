"""What the engine, the experts and the interfaces need to know of a robot, in one value per robot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import kinematics, so101
from .errors import HomebodyError
from .limits import MotionLimits
from .table import Table


@dataclass(frozen=True, kw_only=True)
class Robot:
    """One arm with a gripper. Actions are `dof` joint targets [rad] and the gripper's opening in [0, 1]."""

    name: str
    joints: tuple[str, ...]
    """Names of the arm's joints in the model, base first."""
    q_min: np.ndarray
    """(dof,) [rad]"""
    q_max: np.ndarray
    dq_max: np.ndarray
    """(dof,) [rad/s]. These three bound the commanded motion at every physics step, as the arm's own controller would."""
    ddq_max: np.ndarray
    """(dof,) [rad/s^2]"""
    dddq_max: np.ndarray
    """(dof,) [rad/s^3]"""
    opening_max: tuple[float, float, float]
    """Speed [1/s], acceleration [1/s^2] and jerk [1/s^3] of the gripper's opening."""
    tau_max: np.ndarray
    """(dof,) [N m]"""
    q_home: np.ndarray
    """(dof,) where episodes begin [rad]."""
    gripper_max_m: float
    """Width between the pads at opening 1 [m]."""
    forward: Callable[[np.ndarray], np.ndarray]
    """q (..., dof) -> T_base_tcp (..., 4, 4)."""
    inverse: Callable[..., np.ndarray]
    """T_goal (B, 4, 4), q_start (B, dof) -> q (B, dof), the best iterate."""
    nudged: Callable[..., np.ndarray]
    """q (B, dof), twist (B, 6) [m, rad] in the base frame, posture -> q (B, dof) after that small motion, to first order; `posture` is
    the share of the way home taken where joints are left over."""
    hold: Callable[[np.ndarray], np.ndarray]
    """q (B, dof) -> targets (B, dof) at which the servos settle at q: q itself where gravity is compensated."""
    width: Callable[[np.ndarray], np.ndarray]
    """Positions (..., F) of the finger joints -> gripper width (...,) [m]."""
    opening: Callable[[np.ndarray | float], np.ndarray]
    """Gripper width [m] -> the commanded opening in [0, 1]."""
    grasp_offset: Callable[[float], np.ndarray]
    """Width of an object [m] -> its middle between the pads, in the tool's frame (3,) [m]."""
    fingers: tuple[str, ...]
    """Names of the finger joints in the model."""
    fingers_open: tuple[float, ...]
    """Positions of the finger joints at opening 1 [m] or [rad]."""
    latency_s: float
    """From an encoder to the host and from a command to torque on the joint, together [s]. Panda: its 1 kHz interface. SO-101: an
    estimate, a sync read and a sync write of six servos at 1 Mbaud over USB, about 5 ms, and one period of a 100 Hz host loop."""
    worktop_m: tuple[tuple[float, float, float], tuple[float, float, float]]
    """Lowest and highest corner of where its tool works over a worktop, in the base frame."""
    description: str

    def __post_init__(self) -> None:
        for name in ("q_min", "q_max", "dq_max", "ddq_max", "dddq_max", "tau_max", "q_home"):
            if getattr(self, name).shape != (self.dof,):
                raise HomebodyError(f"{name} of {self.name!r} has shape {getattr(self, name).shape}: expected ({self.dof},)")

    @property
    def dof(self) -> int:
        return len(self.joints)

    @property
    def action_dim(self) -> int:
        """Joint targets and the gripper's opening."""
        return self.dof + 1

    @property
    def proprio_dim(self) -> int:
        """Joint positions, joint velocities, gripper width, tool position and its 6-D rotation."""
        return 2 * self.dof + 1 + 3 + 6

    @property
    def width_at(self) -> int:
        """Where the gripper's width [m] stands in proprioception; the tool's pose follows it."""
        return 2 * self.dof

    @property
    def position_at(self) -> slice:
        """Where the tool's position [m] (3) stands in proprioception, in the base frame."""
        return slice(self.width_at + 1, self.width_at + 4)

    @property
    def tool_at(self) -> slice:
        """Where the tool's position [m] (3) and 6-D rotation stand in proprioception, in the base frame."""
        return slice(self.width_at + 1, self.proprio_dim)

    def still(self, proprio: np.ndarray) -> np.ndarray:
        """Proprioception (B, P) -> actions (B, A) float32 that keep the joints where they are measured, the gripper open."""
        actions = np.ones((len(proprio), self.action_dim), np.float32)
        actions[:, : self.dof] = proprio[:, : self.dof]
        return actions

    @property
    def joint_limits(self) -> MotionLimits:
        """Of the joints alone."""
        return MotionLimits(
            q_min=tuple(self.q_min.tolist()), q_max=tuple(self.q_max.tolist()), dq_max=tuple(self.dq_max.tolist()),
            ddq_max=tuple(self.ddq_max.tolist()), dddq_max=tuple(self.dddq_max.tolist()),
        )  # fmt: skip

    @property
    def limits(self) -> MotionLimits:
        """Of the joint targets and, last, the gripper's opening."""
        own, (speed, acceleration, jerk) = self.joint_limits, self.opening_max
        return MotionLimits(
            q_min=(*own.q_min, 0.0), q_max=(*own.q_max, 1.0), dq_max=(*own.dq_max, speed), ddq_max=(*own.ddq_max, acceleration),
            dddq_max=(*own.dddq_max, jerk),
        )  # fmt: skip


def _same(q: np.ndarray) -> np.ndarray:
    return q


def _panda_width(fingers: np.ndarray) -> np.ndarray:
    return np.asarray(fingers).sum(-1)


def _panda_opening(width_m: np.ndarray | float) -> np.ndarray:
    return np.asarray(width_m) / kinematics.GRIPPER_MAX_M


def _between(width_m: float) -> np.ndarray:
    return np.zeros(3)


def _jaw_width(fingers: np.ndarray) -> np.ndarray:
    return so101.width_from_angle(np.asarray(fingers)[..., 0])


PANDA_OPENING_MAX = (1.25, 25.0, 2500.0)
"""Franka Hand: 50 mm/s a finger (data sheet), that is 0.1 m/s of width. Nothing is published beyond: we let it take 50 ms to get there,
and 10 ms to full acceleration."""

PANDA = Robot(
    name="panda", joints=tuple(f"joint{i}" for i in range(1, 8)), fingers=("finger_left", "finger_right"), fingers_open=(0.04, 0.04),
    q_min=kinematics.Q_MIN, q_max=kinematics.Q_MAX, dq_max=kinematics.DQ_MAX, ddq_max=kinematics.DDQ_MAX, dddq_max=kinematics.DDDQ_MAX,
    opening_max=PANDA_OPENING_MAX, tau_max=kinematics.TAU_MAX, q_home=kinematics.Q_HOME,
    gripper_max_m=kinematics.GRIPPER_MAX_M, forward=kinematics.forward, inverse=kinematics.inverse,
    nudged=kinematics.nudged, hold=_same, width=_panda_width, opening=_panda_opening,
    grasp_offset=_between, latency_s=0.002, worktop_m=((0.32, -0.40, 0.01), (0.70, 0.36, 0.30)),
    description="Franka Panda: 7 joints, reach 0.855 m, payload 3 kg, a parallel gripper of 80 mm.",
)  # fmt: skip
SO101 = Robot(
    name="so101", joints=tuple(f"joint{i}" for i in range(1, 6)), fingers=("finger_left",), fingers_open=(so101.JAW_OPEN,),
    q_min=so101.Q_MIN, q_max=so101.Q_MAX, dq_max=so101.DQ_MAX, ddq_max=so101.DDQ_MAX, dddq_max=so101.DDDQ_MAX,
    opening_max=so101.OPENING_MAX, tau_max=so101.TAU_MAX, q_home=so101.Q_HOME,
    gripper_max_m=so101.GRIPPER_MAX_M, forward=so101.forward, inverse=so101.inverse, nudged=so101.nudged, hold=so101.hold, width=_jaw_width,
    opening=so101.opening_from_width, grasp_offset=so101.grasp_offset, latency_s=0.02, worktop_m=((0.13, -0.22, 0.01), (0.28, 0.22, 0.10)),
    description="SO-101: 5 joints of STS3215 servos, reach 0.43 m from the pan axis, one moving jaw opening 80 mm.",
)  # fmt: skip
ROBOTS: Table[Robot] = Table("robot", {robot.name: robot for robot in (PANDA, SO101)})
"""By name, as commands and environments take it."""
DEFAULT_ROBOT = PANDA.name
"""The robot of commands and environments that name none."""


def add_robot(robot: Robot) -> None:
    """Makes the numbers of a robot from outside known by its name. Raises HomebodyError for a name that is taken."""
    ROBOTS.add(robot.name, robot)


def robot_named(name: str) -> Robot:
    """The description of a robot; HomebodyError with the nearest names where there is none."""
    return ROBOTS.find(name)
