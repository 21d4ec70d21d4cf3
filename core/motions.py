"""Joint targets to tool motions and back: the network speaks of where the tool goes, relative to where it is."""

from __future__ import annotations

import numpy as np

from .kinematics import rotation_from_6d, rotation_to_6d
from .robots import Robot


def encode(T_tool: np.ndarray, targets: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """Tool poses (B, 4, 4) and target poses (B, K, 4, 4) in the base frame, openings (B, K) -> motions (B, K, 10)."""
    delta = targets[..., :3, 3] - T_tool[:, None, :3, 3]
    R = np.swapaxes(T_tool[:, None, :3, :3], -1, -2) @ targets[..., :3, :3]
    return np.concatenate([delta, rotation_to_6d(R), opening[..., None]], -1).astype(np.float32)


def decode(robot: Robot, joints: np.ndarray, motions: np.ndarray) -> np.ndarray:
    """Joint angles (B, dof) [rad] and motions (B, K, 10) -> actions (B, K, A), by inverse kinematics step after step."""
    T_tool = robot.forward(joints)
    q = np.asarray(joints, np.float64)
    out = np.empty((*motions.shape[:2], robot.action_dim), np.float32)
    for k in range(motions.shape[1]):
        goal = np.zeros((len(q), 4, 4))
        goal[:, :3, 3] = T_tool[:, :3, 3] + motions[:, k, :3]
        goal[:, :3, :3] = T_tool[:, :3, :3] @ rotation_from_6d(motions[:, k, 3:9].astype(np.float64))
        goal[:, 3, 3] = 1.0
        q = robot.inverse(goal, q, iterations=6 if k == 0 else 3)
        out[:, k, : robot.dof] = q
        out[:, k, robot.dof] = np.clip(motions[:, k, 9], 0.0, 1.0)
    return out


def target_poses(robot: Robot, actions: np.ndarray) -> np.ndarray:
    """Actions (N, A) -> tool poses (N, 4, 4) of their joint targets, in blocks to bound memory."""
    blocks = np.array_split(actions[:, : robot.dof], max(1, len(actions) // 20000))
    return np.concatenate([robot.forward(q).astype(np.float32) for q in blocks])
