"""Forces inside the arm, on request: what passes through the wrist, and what the joints bring."""

from __future__ import annotations

import mujoco
import numpy as np

from .sensor import Reading, Sensor, stacked, unbounded


def hand_wrench(model: mujoco.MjModel, data: mujoco.MjData, name: str) -> np.ndarray:
    """(6,) force [N] and torque [N m] that the arm exerts on the hand, the body `name`, about the origin of its frame and in its axes.

    The sign is that of MuJoCo's force and torque sensors. The hand's own weight is in it: a still hand that holds nothing reads its
    mass times g upwards. Needs mj_rnePostConstraint.
    """
    hand = model.body(name).id
    R, torque, force = data.xmat[hand].reshape(3, 3), data.cfrc_int[hand, :3], data.cfrc_int[hand, 3:]
    lever = data.subtree_com[model.body_rootid[hand]] - data.xpos[hand]  # cfrc_int is about the tree's centre of mass
    return np.concatenate([R.T @ force, R.T @ (torque + np.cross(lever, force))])


def _wrench(reading: Reading) -> np.ndarray:
    return stacked(reading, lambda m, d: hand_wrench(m, d, reading.hand))


def _joint_torques(reading: Reading) -> np.ndarray:
    """Motors and the compensation of gravity, as a torque sensor behind the gears reads them. Where a joint's motor gives that
    compensation, its torque holds it already."""
    dof = reading.rig.arm_qvel

    def torques(m: mujoco.MjModel, d: mujoco.MjData) -> np.ndarray:
        apart = m.jnt_actgravcomp[m.dof_jntid[dof]] == 0
        return d.qfrc_actuator[dof] + np.where(apart, d.qfrc_gravcomp[dof], 0.0)

    return stacked(reading, torques)


WRENCH = Sensor(
    name="wrench", space=lambda _: unbounded((6,)), read=_wrench,
    help="force [N] and torque [N m] that the arm exerts on the hand, in the hand's frame, its weight included",
)  # fmt: skip
JOINT_TORQUES = Sensor(
    name="joint_torques", space=lambda s: unbounded((s.robot.dof,)), read=_joint_torques,
    help="torque of each joint's motor, gravity's compensation included [N m]",
)  # fmt: skip
