"""Panda kinematics: forward, Jacobian and damped-least-squares inverse, batched in NumPy.

Source of the Denavit-Hartenberg parameters (Craig's convention): Franka Emika, "Robot and interface specifications".
Frames: base at the robot's first link; tool centre point (TCP) between the finger tips, 0.1034 m beyond the hand,
which is turned by -45 degrees about the flange's z axis. The tool's z axis points out of the hand, y along the finger travel.
"""

from __future__ import annotations

import numpy as np

from .differential import NUDGE_DAMPING, crossed, damped_step, step_inside

DH_A = np.array([0.0, 0.0, 0.0, 0.0825, -0.0825, 0.0, 0.088])
DH_D = np.array([0.333, 0.0, 0.316, 0.0, 0.384, 0.0, 0.0])
DH_ALPHA = np.array([0.0, -np.pi / 2, np.pi / 2, np.pi / 2, -np.pi / 2, np.pi / 2, np.pi / 2])
FLANGE_D = 0.107
HAND_YAW = -np.pi / 4
TCP_D = 0.1034
Q_MIN = np.array([-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973])
Q_MAX = np.array([2.8973, 1.7628, 2.8973, -0.0698, 2.8973, 3.7525, 2.8973])
# Source of the limits: Franka Robotics, "Control Interface Specification and Robot Limits", the table of the FER (Panda).
DQ_MAX = np.array([2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61])
DDQ_MAX = np.array([15.0, 7.5, 10.0, 12.5, 15.0, 20.0, 20.0])
DDDQ_MAX = np.array([7500.0, 3750.0, 5000.0, 6250.0, 7500.0, 10000.0, 10000.0])
TAU_MAX = np.array([87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0])
Q_HOME = np.array([0.0, -0.55, 0.0, -2.35, 0.0, 1.80, np.pi / 4])
GRIPPER_MAX_M = 0.08
"""Width between the pads at opening 1 [m]."""


def _steps() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the frame of each joint in the one before (7, 4, 4) is made of: what goes with the cosine and the sine of its angle, and the rest."""
    cosine, sine, rest = np.zeros((3, 7, 4, 4))
    ca, sa = np.cos(DH_ALPHA), np.sin(DH_ALPHA)
    cosine[:, 0, 0], cosine[:, 1, 1], cosine[:, 2, 1] = 1.0, ca, sa
    sine[:, 0, 1], sine[:, 1, 0], sine[:, 2, 0] = -1.0, ca, sa
    rest[:, 0, 3], rest[:, 1, 2], rest[:, 1, 3], rest[:, 2, 2], rest[:, 2, 3], rest[:, 3, 3] = DH_A, -sa, -DH_D * sa, ca, DH_D * ca, 1.0
    return cosine, sine, rest


def _hand() -> np.ndarray:
    """(4, 4) the tool in the last joint's frame."""
    tool = np.eye(4)
    c, s = np.cos(HAND_YAW), np.sin(HAND_YAW)
    tool[:2, :2] = [[c, -s], [s, c]]
    tool[2, 3] = FLANGE_D + TCP_D
    return tool


_COSINE, _SINE, _REST = _steps()
_HAND = _hand()


def _link_transforms(q: np.ndarray) -> np.ndarray:
    """q (B, 7) [rad] -> frames of the 7 joints and the TCP in the base frame, (B, 8, 4, 4)."""
    step = np.cos(q)[:, :, None, None] * _COSINE + np.sin(q)[:, :, None, None] * _SINE + _REST
    out = np.empty((len(q), 8, 4, 4))
    out[:, 0] = step[:, 0]
    for j in range(1, 7):
        np.matmul(out[:, j - 1], step[:, j], out=out[:, j])
    np.matmul(out[:, 6], _HAND, out=out[:, 7])
    return out


def forward(q: np.ndarray) -> np.ndarray:
    """Tool pose T_base_tcp: q (..., 7) [rad] -> (..., 4, 4) [m]."""
    q = np.asarray(q, dtype=np.float64)
    return _link_transforms(q.reshape(-1, 7))[:, 7].reshape(*q.shape[:-1], 4, 4)


def jacobian(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """q (B, 7) -> T_base_tcp (B, 4, 4) and the geometric Jacobian (B, 6, 7), linear [m/rad] above angular."""
    frames = _link_transforms(q)
    axis, origin = frames[:, :7, :3, 2], frames[:, :7, :3, 3]  # (B, 7, 3)
    linear = crossed(axis, frames[:, 7:, :3, 3] - origin)
    return frames[:, 7], np.concatenate([linear, axis], axis=-1).transpose(0, 2, 1)


def rotation_error(R: np.ndarray, R_goal: np.ndarray) -> np.ndarray:
    """Rotation vector [rad] (B, 3), in the base frame, that turns R into R_goal (both (B, 3, 3)); half a turn either way."""
    E = R_goal @ R.transpose(0, 2, 1)
    vee = (E[:, (2, 0, 1), (1, 2, 0)] - E[:, (1, 2, 0), (2, 0, 1)]) / 2
    sin = np.sqrt((vee * vee).sum(-1, keepdims=True))
    cos = (E[:, 0, 0] + E[:, 1, 1] + E[:, 2, 2] - 1)[:, None] / 2
    angle = np.arctan2(sin, cos)
    v = vee * np.where(sin > 1e-9, angle / np.maximum(sin, 1e-9), 1.0)
    half_turn = (sin[:, 0] < 1e-6) & (cos[:, 0] < 0)
    if half_turn.any():  # E = 2 a a^T - I about the axis a, which `vee` no longer tells
        outer = (E[half_turn] + np.eye(3)) / 2
        largest = np.argmax(np.diagonal(outer, axis1=1, axis2=2), axis=1)
        axis = np.take_along_axis(outer, largest[:, None, None], axis=2)[..., 0]
        v[half_turn] = np.pi * axis / np.linalg.norm(axis, axis=-1, keepdims=True)
    return v


TURNS = np.array([0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
"""The pull of the posture on each joint: none on the first, which turns the arm to where it works. A pull home there would swing the elbow out
at the side, until it flips over."""


END_RAD = 0.02
"""Inverse kinematics keep this far from the joints' ends [rad]."""


def inverse(
    T_goal: np.ndarray, q_start: np.ndarray, *, iterations: int = 8, damping: float = 0.02, posture: float = 0.02,
    max_step: float = 0.3,
) -> np.ndarray:  # fmt: skip
    """Joint angles (B, 7) that bring the tool to T_goal (B, 4, 4), from q_start (B, 7), inside the joint limits.

    Damped least squares with a posture task in the null space (Nakamura and Hanafusa 1986; Liegeois 1977), joints at their ends left there.
    Always returns its best iterate: callers check `forward` where the goal may be out of reach.
    """
    q = np.array(q_start, dtype=np.float64)
    bounds = Q_MIN + END_RAD, Q_MAX - END_RAD
    pull = posture * TURNS
    for _ in range(iterations):
        T, J = jacobian(q)
        error = np.concatenate([T_goal[:, :3, 3] - T[:, :3, 3], rotation_error(T[:, :3, :3], T_goal[:, :3, :3])], axis=-1)
        q = step_inside(q, J, error, damping, pull * (Q_HOME - q), max_step, bounds)
    return q


def nudged(joints: np.ndarray, twist: np.ndarray, posture: float = 0.0) -> np.ndarray:
    """Joints (B, 7) [rad] after a small tool motion `twist` (B, 6) [m, rad] in the base frame, to first order.

    `posture` is the share of the way to the home pose taken in the null space. A zero twist without it changes nothing.
    """
    q = np.asarray(joints, np.float64)
    step = damped_step(jacobian(q)[1], np.asarray(twist, np.float64), NUDGE_DAMPING, posture * (Q_HOME - q) if posture else None)
    return np.clip(q + step, Q_MIN, Q_MAX)


def rotation_from_vector(v: np.ndarray) -> np.ndarray:
    """Rotation vectors [rad] (B, 3) -> rotation matrices (B, 3, 3) (Rodrigues); inverse of `rotation_error` from the identity."""
    angle = np.linalg.norm(v, axis=-1)[:, None, None]
    x, y, z = (np.asarray(v, np.float64) / np.maximum(angle[:, 0], 1e-12)).T
    o = np.zeros_like(x)
    K = np.stack([o, -z, y, z, o, -x, -y, x, o], axis=-1).reshape(-1, 3, 3)
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * (K @ K)


def rotation_from_quaternion(q: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4), w first -> (..., 3, 3)."""
    w, x, y, z = (q[..., i] for i in range(4))
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return np.stack(rows, axis=-1).reshape(*q.shape[:-1], 3, 3)


def rotation_to_6d(R: np.ndarray) -> np.ndarray:
    """(..., 3, 3) -> first two columns, (..., 6) (Zhou et al. 2019)."""
    return np.concatenate([R[..., :, 0], R[..., :, 1]], axis=-1)


def rotation_from_6d(d: np.ndarray) -> np.ndarray:
    """(..., 6) -> orthonormal (..., 3, 3) by Gram-Schmidt."""
    a, b = d[..., :3], d[..., 3:]
    x = a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1e-9)
    y = b - (x * b).sum(-1, keepdims=True) * x
    y = y / np.maximum(np.linalg.norm(y, axis=-1, keepdims=True), 1e-9)
    return np.stack([x, y, np.cross(x, y)], axis=-1)
