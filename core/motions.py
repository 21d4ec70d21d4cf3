"""Joint targets to tool motions and back: the network speaks of where the tool goes, relative to where it is."""

from __future__ import annotations

import numpy as np

from .kinematics import forward, inverse, rotation_from_6d, rotation_to_6d


def encode(T_tool: np.ndarray, targets: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """Tool poses (B, 4, 4) and target poses (B, K, 4, 4) in the base frame, openings (B, K) -> motions (B, K, 10)."""
    delta = targets[..., :3, 3] - T_tool[:, None, :3, 3]
    R = np.swapaxes(T_tool[:, None, :3, :3], -1, -2) @ targets[..., :3, :3]
    return np.concatenate([delta, rotation_to_6d(R), opening[..., None]], -1).astype(np.float32)


def decode(joints: np.ndarray, motions: np.ndarray) -> np.ndarray:
    """Joint angles (B, 7) [rad] and motions (B, K, 10) -> actions (B, K, 8), by inverse kinematics step after step."""
    T_tool = forward(joints)
    q = np.asarray(joints, np.float64)
    out = np.empty((*motions.shape[:2], 8), np.float32)
    for k in range(motions.shape[1]):
        goal = np.zeros((len(q), 4, 4))
        goal[:, :3, 3] = T_tool[:, :3, 3] + motions[:, k, :3]
        goal[:, :3, :3] = T_tool[:, :3, :3] @ rotation_from_6d(motions[:, k, 3:9].astype(np.float64))
        goal[:, 3, 3] = 1.0
        q = inverse(goal, q, iterations=6 if k == 0 else 3)
        out[:, k, :7] = q
        out[:, k, 7] = np.clip(motions[:, k, 9], 0.0, 1.0)
    return out


def target_poses(actions: np.ndarray) -> np.ndarray:
    """Absolute joint targets (N, 8) -> tool poses (N, 4, 4), in blocks to bound memory."""
    return np.concatenate([forward(a[:, :7]).astype(np.float32) for a in np.array_split(actions, max(1, len(actions) // 20000))])
