"""SO-101 kinematics and statics: forward, Jacobian, prioritised inverse, gravity torques and the jaw, batched in NumPy.

Sources. Joint places, axes, ranges, masses and centres of mass: TheRobotStudio, SO-ARM100, `Simulation/SO101`, the `new_calib`
description (zero is the middle of each joint's range, as LeRobot counts). Lateral offsets below 0.2 mm are left out.
Servo: Feetech STS3215 at 12 V, see `KP` and below. Frames: base as published, on the table with x forwards, the pan axis at
x = 0.0388 m; with all joints at zero every link's frame is parallel to it. The tool's z axis points out of the hand, y from the
fixed jaw towards the moving one, as the Panda's from right to left. The tool centre point (TCP) lies 15 mm in front of the fixed
jaw, halfway along the pads: where the middle of a 30 mm object is held. `grasp_offset` says where other widths are.
"""

from __future__ import annotations

import numpy as np

from .differential import crossed
from .kinematics import rotation_from_vector

OFFSET = np.array([
    [0.0388353, 0.0, 0.0624], [0.0303992, 0.0, 0.0542], [0.028, 0.0, 0.11257], [0.1349, 0.0, 0.0052], [0.0611, 0.0, 0.0],
])  # fmt: skip
"""Places of joints 1 to 5 in the frame of the link before [m]: pan, lift, elbow, wrist flex, wrist roll."""
AXIS = np.array([[0.0, 0, -1], [0, 1, 0], [0, 1, 0], [0, 1, 0], [-1, 0, 0]])
ROLL_ZERO = 0.04868
"""How far the hand is turned about its approach axis at roll zero [rad]."""
FIXED_FACE_Y = -0.0079
"""Inner face of the fixed jaw, from the roll axis along the tool's y [m]."""
TCP = np.array([0.0, FIXED_FACE_Y + 0.015, 0.0881])
"""Tool centre point in the hand's frame [m]; the finger tips reach 11 mm further."""
Q_MIN = np.array([-1.91986, -1.74533, -1.69, -1.65806, -2.74385])
Q_MAX = np.array([1.91986, 1.74533, 1.69, 1.65806, 2.84121])
TAU_MAX = np.full(5, 2.94)
"""Stall torque at 12 V: 30 kg cm (data sheet; 35 kg cm measured, SO-ARM100's issue 134) [N m]."""
SPEED_NO_LOAD = 4.71
"""45 rpm at 12 V (data sheet; 46 rpm measured, ibid.) [rad/s]."""
DQ_MAX = np.full(5, 3.14)
"""Speed on the torque-speed line at a third of the stall torque, more than any pose needs to hold the arm [rad/s]."""
DDQ_MAX = np.full(5, 20.0)
"""Half the servo's largest setting, 254 x 100 counts/s^2 = 39 rad/s^2 (memory table, which LeRobot writes). Outstretched, the lift then
needs 1.1 N m for its 0.055 kg m^2, gears included, beside 1.0 N m for its weight: under the stall torque [rad/s^2]."""
DDDQ_MAX = np.full(5, 2000.0)
"""Nothing is published: the acceleration builds up within one period of the 100 Hz host loop [rad/s^3]."""
KP = 28.9
"""Stiffness at P = 32, the servo's default [N m/rad]: the 17.8 of Open Duck Playground, at 7.4 V, scaled to 12 V. Measured there:
20 to 30 encoder counts of error under 1.5 kg on 0.1 m at 45 degrees, 23 to 34 N m/rad (SO-ARM100's issue 134). LeRobot's P = 16
halves it and doubles the sag."""
Q_HOME = np.array([0.0, -0.5, 0.3, 1.55, -1.522])
"""Over the table, fingers down and travelling along the base's y as the Panda's do at home [rad]."""

TOP_DOWN_RADIUS_M, TOP_DOWN_HEIGHT_M = (0.13, 0.25), (0.005, 0.06)
"""Where the TCP can point straight down at any yaw, or half a turn from it: distance from the pan axis and height above the base
[m], up to 69 degrees to either side. Higher up the wrist's flexion ends: 0.08 m above a grasp the hand leans outwards."""

MASS = np.array([0.100006, 0.103, 0.104, 0.079, 0.099])
"""Links 1 to 5 [kg]; the last is the hand, its servo and both jaws. The base adds 0.147 kg."""
COM = np.array([
    [0.03076, -2e-05, 0.02527], [0.00838, 0.00013, 0.08985], [0.09807, 1e-05, 0.00324], [0.03861, 0.00984, 0.0001],
    [0.0285, 0.0, 0.0018],
])  # fmt: skip
"""Centres of mass in frames parallel to the base's at zero [m]; the hand's with the jaws closed."""
GRAVITY = 9.81

JAW_HINGE = np.array([0.0202, 0.0234])
"""The moving jaw's hinge in the hand's frame: y and z [m]."""
JAW_CLOSED, JAW_LIMIT = -0.174533, 1.745329
"""The jaw's angle when closed, and its mechanical limit [rad]."""
TIP_Z = float(TCP[2]) + 0.011
"""The tips of the closed jaws in the hand's frame [m]."""
PAD_LENGTH_M = 0.022
JAW_CANT = 0.52
"""Closed, the jaws touch at their tips and the moving pad leans away from the fixed one by this angle [rad]: the pads are
parallel around things of 40 mm and wedge less around wider ones. The pads are ours, the printed jaw is a bare claw."""
GRIPPER_MAX_M = 0.08
"""Width between the pads at opening 1 [m], the Panda's; beyond it the moving jaw would stand across the approach axis."""
GRIPPER_TAU_MAX = 1.47
"""LeRobot sets the gripper servo's Max_Torque_Limit to half so that it does not burn [N m]: about 20 N between the pads."""
_FACE = float(JAW_HINGE[0] - FIXED_FACE_Y)  # from the fixed face to the hinge [m]
_TIP = np.array([-_FACE, TIP_Z - JAW_HINGE[1]])
_EDGES = np.array([_TIP, _TIP - PAD_LENGTH_M * np.array([-np.sin(JAW_CANT), np.cos(JAW_CANT)])])
_RADIUS, _LEAN = np.hypot(*_EDGES.T), np.arctan2(-_EDGES[:, 0], _EDGES[:, 1])  # (2,) the pad's tip and back edge about the hinge


def width_from_angle(angle: np.ndarray) -> np.ndarray:
    """Clearance between the pads [m] at jaw angles (...,) [rad]: the narrower of tip and back edge; 0 when closed."""
    turned = np.asarray(angle)[..., None] - JAW_CLOSED
    return (_FACE + _RADIUS * np.sin(turned - _LEAN)).min(-1)


def angle_from_width(width_m: np.ndarray | float) -> np.ndarray:
    """The jaw's angle [rad] for clearances (...,) from 0 to 0.085 m; inverse of `width_from_angle`."""
    sine = (np.asarray(width_m)[..., None] - _FACE) / _RADIUS
    return JAW_CLOSED + (_LEAN + np.arcsin(np.clip(sine, -1.0, 1.0))).max(-1)


JAW_OPEN = float(angle_from_width(np.array(GRIPPER_MAX_M)))
"""The jaw's angle at opening 1 [rad], also its limit in the servo's memory."""

_TRAVEL = JAW_OPEN - JAW_CLOSED
OPENING_MAX = (float(DQ_MAX[0]) / _TRAVEL, float(DDQ_MAX[0]) / _TRAVEL, float(DDDQ_MAX[0]) / _TRAVEL)
"""Speed [1/s], acceleration [1/s^2] and jerk [1/s^3] of the jaw's opening: its servo is the joints' own."""


def opening_from_width(width_m: np.ndarray | float) -> np.ndarray:
    """Commanded opening in [0, 1], linear in the jaw's angle as the servo is, for widths (...,) [m]."""
    return (angle_from_width(width_m) - JAW_CLOSED) / (JAW_OPEN - JAW_CLOSED)


def grasp_offset(width_m: float) -> np.ndarray:
    """Where the middle of a held object of this width lies, in the tool's frame (3,) [m]: the fixed jaw does not follow."""
    return np.array([0.0, width_m / 2 - (TCP[1] - FIXED_FACE_Y), 0.0])


def _rotation(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Rotations (B, 3, 3) about a unit axis (3,) by angles (B,) (Rodrigues)."""
    x, y, z = axis
    K = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle)[:, None, None] * K + (1 - np.cos(angle))[:, None, None] * (K @ K)


HAND = np.array([
    [0.0, 0.0, 1.0], [np.cos(ROLL_ZERO), -np.sin(ROLL_ZERO), 0.0], [np.sin(ROLL_ZERO), np.cos(ROLL_ZERO), 0.0],
])  # fmt: skip
"""Columns: the hand's x, y and z in the base frame at zero."""


def _link_transforms(q: np.ndarray) -> np.ndarray:
    """q (B, 5) [rad] -> frames of the 5 links and the TCP in the base frame, (B, 6, 4, 4)."""
    out = np.zeros((len(q), 6, 4, 4))
    out[..., 3, 3] = 1.0
    R, p = np.broadcast_to(np.eye(3), (len(q), 3, 3)), np.zeros((len(q), 3))
    for j in range(5):
        p = p + R @ OFFSET[j]
        R = R @ _rotation(AXIS[j], q[:, j])
        out[:, j, :3, :3], out[:, j, :3, 3] = R, p
    out[:, 5, :3, :3] = R @ HAND
    out[:, 5, :3, 3] = p + out[:, 5, :3, :3] @ TCP
    return out


def forward(q: np.ndarray) -> np.ndarray:
    """Tool pose T_base_tcp: q (..., 5) [rad] -> (..., 4, 4) [m]."""
    q = np.asarray(q, dtype=np.float64)
    return _link_transforms(q.reshape(-1, 5))[:, 5].reshape(*q.shape[:-1], 4, 4)


def jacobian(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """q (B, 5) -> T_base_tcp (B, 4, 4) and the geometric Jacobian (B, 6, 5), linear [m/rad] above angular."""
    frames = _link_transforms(q)
    axis, origin = np.einsum("bjxy,jy->bjx", frames[:, :5, :3, :3], AXIS), frames[:, :5, :3, 3]  # (B, 5, 3)
    linear = crossed(axis, frames[:, 5:, :3, 3] - origin)
    return frames[:, 5], np.concatenate([linear, axis], axis=-1).transpose(0, 2, 1)


def gravity_torque(q: np.ndarray) -> np.ndarray:
    """Torques (B, 5) [N m] that hold the links' own weight at q (B, 5), the base level and the hand empty and closed."""
    frames = _link_transforms(q)[:, :5]
    axis, origin = np.einsum("bjxy,jy->bjx", frames[..., :3, :3], AXIS), frames[..., :3, 3]  # (B, 5, 3)
    centre = origin + np.einsum("bjxy,jy->bjx", frames[..., :3, :3], COM)
    lever = np.cross(axis[:, :, None], centre[:, None] - origin[:, :, None])  # (B, joint, link, 3)
    return GRAVITY * np.einsum("bjl,l,jl->bj", lever[..., 2], MASS, np.triu(np.ones((5, 5))))


def hold(q: np.ndarray) -> np.ndarray:
    """Targets (B, 5) that make the sagging servos settle at q (B, 5): the position error holds the weight."""
    return q + gravity_torque(q) / KP


def _orientation_errors(R: np.ndarray, R_goal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turns still to make [rad]: of the approach direction about the tool's x and y (B, 2), then the roll about its z (B,)."""
    x, y, z = R[:, :, 0], R[:, :, 1], R[:, :, 2]
    y_goal, z_goal = R_goal[:, :, 1], R_goal[:, :, 2]
    cross, cos = crossed(z, z_goal), (z * z_goal).sum(-1, keepdims=True)
    sin = np.linalg.norm(cross, axis=-1, keepdims=True)
    # Opposite directions have no shortest way: turn about the tool's x.
    axis = np.where(sin > 1e-9, cross / np.maximum(sin, 1e-9), np.where(cos < 0, x, 0.0))
    lean = axis * np.arctan2(sin, cos)
    # The goal's y once its approach has been swung back onto ours.
    swung = y_goal * cos - crossed(cross, y_goal) + cross * (cross * y_goal).sum(-1, keepdims=True) / np.maximum(1 + cos, 1e-6)
    roll = np.arctan2(-(swung * x).sum(-1), (swung * y).sum(-1))
    return np.einsum("bxk,bx->bk", R[:, :, :2], lean), roll


def _capped(dq: np.ndarray, most: float) -> np.ndarray:
    """Steps (B, 5), each shortened as a whole so that no joint moves more than `most` [rad]: its direction is what was asked for."""
    return dq * np.minimum(1.0, most / np.maximum(np.abs(dq).max(-1, keepdims=True), 1e-12))


def _prioritised_step(q: np.ndarray, T_goal: np.ndarray, free: np.ndarray, damping: float, most: float) -> np.ndarray:
    """One step (B, 5) of position, then approach, then roll, each inside the null space of those before; `free` (B, 5) bool."""
    T, J = jacobian(q)
    R = T[:, :3, :3]
    J = J * free[:, None]
    e_approach, e_roll = _orientation_errors(R, T_goal[:, :3, :3])
    roll = q[:, 4] - e_roll  # where the wrist would end up: the other way round if its range ends before
    e_roll = e_roll + 2 * np.pi * ((roll > Q_MAX[4]).astype(float) - (roll < Q_MIN[4]))
    A = J[:, :3]  # position
    At, square = A.transpose(0, 2, 1), A @ A.transpose(0, 2, 1)
    away = T_goal[:, :3, 3] - T[:, :3, 3]
    dq = _capped((At @ np.linalg.solve(square + np.eye(3) * (damping / 10) ** 2, away[..., None]))[..., 0], most)
    null = np.eye(5) - At @ np.linalg.solve(square + np.eye(3) * 1e-6, A)
    turns = R.transpose(0, 2, 1) @ J[:, 3:]  # (B, 3, 5) about the tool's axes
    A = turns[:, :2]  # approach
    AN = A @ null
    ANt, square = AN.transpose(0, 2, 1), AN @ AN.transpose(0, 2, 1)
    residual = e_approach - (A @ dq[..., None])[..., 0]
    # Off the roll axis as the tool is, rolling in place leans it by a few hundredths. Such weak ways must neither count as taken nor
    # be used in long steps that would spoil the position: both tasks from here on are damped twice.
    weak = square + np.eye(2) * (7.5 * damping) ** 2
    dq = dq + _capped((ANt @ np.linalg.solve(weak, square @ np.linalg.solve(weak, residual[..., None])))[..., 0], most)
    null = null - ANt @ np.linalg.solve(weak, AN)
    a = turns[:, 2]  # roll
    an = (a[:, None] @ null)[:, 0]
    strength = (an * an).sum(-1)
    gain = (e_roll - (a * dq).sum(-1)) * strength / (strength + (10 * damping) ** 2) ** 2
    return dq + _capped(an * gain[:, None], most)


def inverse(
    T_goal: np.ndarray, q_start: np.ndarray, *, iterations: int = 16, damping: float = 0.02, max_step: float = 0.4,
) -> np.ndarray:  # fmt: skip
    """Joint angles (B, 5) that bring the tool to T_goal (B, 4, 4), from q_start (B, 5), inside the joint limits.

    Five joints cannot meet six demands, so they come in order: position first, then the approach direction (the tool's z), then
    the roll about it. Each is a damped least-squares step in the null space of those before it (Siciliano and Slotine 1991); a
    joint that a step would push through its limit is held and the step is solved again.
    Always returns its best iterate: callers check `forward` where the goal may be out of reach.
    """
    q = np.array(q_start, dtype=np.float64)
    low, high = Q_MIN + 0.02, Q_MAX - 0.02
    for _ in range(iterations):
        dq = _prioritised_step(q, T_goal, np.ones(q.shape, bool), damping, max_step)
        blocked = ((q + dq < low) & (q <= low + 1e-9)) | ((q + dq > high) & (q >= high - 1e-9))
        rows = np.flatnonzero(blocked.any(1))
        if len(rows):
            dq[rows] = _prioritised_step(q[rows], T_goal[rows], ~blocked[rows], damping, max_step)
        q = np.clip(q + dq, low, high)
    return q


def nudged(joints: np.ndarray, twist: np.ndarray, posture: float = 0.0) -> np.ndarray:
    """Joints (B, 5) [rad] after a small tool motion `twist` (B, 6) [m, rad] in the base frame: one step of `inverse`, position first.

    Five joints leave no null space to a posture, so that share is not used.
    """
    del posture
    q, twist = np.asarray(joints, np.float64), np.asarray(twist, np.float64)
    T = forward(q)
    T[:, :3, 3] += twist[:, :3]
    T[:, :3, :3] = rotation_from_vector(twist[:, 3:]) @ T[:, :3, :3]
    return inverse(T, q, iterations=1)
