"""Limits of motion: what a joint may do, and the published tables of Franka's arms, whose controllers refuse the rest.

Source: Franka Robotics, "Control Interface Specification and Robot Limits" (FER is the Panda; FR3 the Research 3). A command
that breaks position, velocity, acceleration or jerk aborts the motion; so does a torque that changes too fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from .errors import unknown
from .kinematics import DDDQ_MAX, DDQ_MAX, DQ_MAX, Q_MAX, Q_MIN, TAU_MAX

Joints: TypeAlias = tuple[float, ...]
"""One number a joint, base to wrist."""


def _same(value: float) -> Joints:
    return (value,) * 7


@dataclass(frozen=True, kw_only=True)
class MotionLimits:
    """What n joints may do; every field holds n numbers. A gripper's opening [1] counts as a joint where there is one."""

    q_min: Joints
    """Lowest joint position [rad]."""
    q_max: Joints
    """Highest joint position [rad]."""
    dq_max: Joints
    """Speed, either way [rad/s]."""
    ddq_max: Joints
    """Acceleration, either way [rad/s^2]."""
    dddq_max: Joints
    """Jerk, either way [rad/s^3]."""
    dq_offset: Joints | None = None
    """Position-dependent speed: with `ddq_dec`, the speed towards a limit at distance d stays below
    max(0, sqrt(2 ddq_dec d) - dq_offset) [rad/s]. None: the arm has no such rule."""
    ddq_dec: Joints | None = None
    """Deceleration of that rule [rad/s^2]."""

    def shared(self, speed: float, acceleration: float) -> MotionLimits:
        """The same with these shares of speed and of acceleration."""
        return replace(self, dq_max=tuple(speed * v for v in self.dq_max), ddq_max=tuple(acceleration * a for a in self.ddq_max))


@dataclass(frozen=True, kw_only=True)
class JointLimits(MotionLimits):
    """One arm's published table."""

    name: str
    tau_max: Joints
    """Torque, either way [N m]."""
    dtau_max: Joints
    """Rate of the torque, either way [N m/s]."""

    def speed_towards(self, distance: np.ndarray) -> np.ndarray:
        """(..., dof) highest speed towards a position limit that is `distance` (..., dof) [rad] away [rad/s]."""
        top = np.asarray(self.dq_max)
        if self.dq_offset is None or self.ddq_dec is None:
            return np.broadcast_to(top, np.shape(distance))
        curve = np.sqrt(np.maximum(0.0, 2.0 * np.asarray(self.ddq_dec) * distance)) - np.asarray(self.dq_offset)
        return np.minimum(top, np.maximum(0.0, curve))


FER = JointLimits(
    name="panda", q_min=tuple(Q_MIN.tolist()), q_max=tuple(Q_MAX.tolist()), dq_max=tuple(DQ_MAX.tolist()),
    ddq_max=tuple(DDQ_MAX.tolist()), dddq_max=tuple(DDDQ_MAX.tolist()),
    tau_max=tuple(TAU_MAX.tolist()), dtau_max=_same(1000.0),
)  # fmt: skip
FR3 = JointLimits(
    name="fr3",
    q_min=(-2.9007, -1.8361, -2.9007, -3.0770, -2.8763, 0.4398, -3.0508),
    q_max=(2.9007, 1.8361, 2.9007, -0.1169, 2.8763, 4.6216, 3.0508),
    dq_max=(2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26), ddq_max=_same(10.0), dddq_max=_same(5000.0),
    tau_max=(87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0), dtau_max=_same(1000.0),
    dq_offset=(0.6599, 0.2517, 0.2000, 0.3533, 0.5757, 0.4878, 0.4628), ddq_dec=(6.0, 2.585, 3.5, 4.0, 17.0, 5.5, 17.0),
)  # fmt: skip
LIMITS = {table.name: table for table in (FER, FR3)}


def find_limits(robot: str) -> JointLimits:
    """The table of `robot`, `panda` or `fr3`. Raises HomebodyError for another name."""
    if robot not in LIMITS:
        raise unknown("limit table", robot, LIMITS)
    return LIMITS[robot]
