"""Joint encoders and what follows from them: `proprio`."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from ...core.kinematics import rotation_to_6d
from .sensor import Reading, Sensor, unbounded


def add_encoders(spec: mujoco.MjSpec, joints: Sequence[str], samples: int) -> None:
    """Positions, then velocities of `joints`, as their encoders deliver them: possibly late, by up to `samples` physics steps."""
    kind = mujoco.mjtSensor
    for quantity, sensor in (("q", kind.mjSENS_JOINTPOS), ("dq", kind.mjSENS_JOINTVEL)):
        for joint in joints:
            spec.add_sensor(
                name=f"encoder_{quantity}_{joint}", type=sensor, objtype=mujoco.mjtObj.mjOBJ_JOINT, objname=joint, nsample=samples,
            )  # fmt: skip


def _proprio(reading: Reading) -> np.ndarray:
    """(B, P): joint positions [rad], velocities [rad/s], gripper width [m], tool position [m] and 6-D rotation in the base frame."""
    rig, robot, pose = reading.rig, reading.robot, reading.pose
    n, fields = robot.dof, reading.fields
    q, dq = fields["qpos"][:, [*rig.arm_qpos, *rig.finger_qpos]], fields["qvel"][:, rig.arm_qvel]
    late = [i for i, c in enumerate(reading.conditions) if c.value("encoder_delay") > 0]
    if late:  # the buffers are MuJoCo's own: they are history only while a delay is on
        sensed = fields["sensordata"][late]
        q[late], dq[late] = sensed[:, rig.encoders[0]], sensed[:, rig.encoders[1, :n]]
        pose = robot.forward(q[:, :n])
    width = robot.width(q[:, n:])[:, None]
    return np.concatenate([q[:, :n], dq, width, pose[:, :3, 3], rotation_to_6d(pose[:, :3, :3])], axis=1).astype(np.float32)


PROPRIO = Sensor(
    name="proprio", space=lambda s: unbounded((s.robot.proprio_dim,)), read=_proprio,
    help="joint positions [rad], velocities [rad/s], gripper width [m], tool pose in the base frame (position [m], 6-D rotation)",
)  # fmt: skip
