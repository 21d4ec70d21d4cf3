"""Where points of the world appear in the cameras' pictures: labels for training, never an observation."""

from __future__ import annotations

import mujoco
import numpy as np

from ..core.kinematics import rotation_from_quaternion
from .robots.arm import HAND, TOOL


def camera_poses(model: mujoco.MjModel, camera: str, T_base_tcp: np.ndarray, hand: str = HAND) -> np.ndarray:
    """Poses (B, 4, 4) of a camera on the world or on the body `hand`, for tool poses (B, 4, 4). Raises ValueError elsewhere."""
    i = model.camera(camera).id
    local = np.eye(4)
    local[:3, :3], local[:3, 3] = rotation_from_quaternion(model.cam_quat[i]), model.cam_pos[i]
    body = model.body(model.cam_bodyid[i]).name
    if body == "world":
        return np.broadcast_to(local, (len(T_base_tcp), 4, 4))
    if body != hand:
        raise ValueError(f"camera {camera!r} is on {body!r}: expected the world or the hand")
    back = np.eye(4)
    back[:3, 3] = -model.site(TOOL).pos  # the hand's frame is turned as the tool's
    return T_base_tcp @ back @ local


def project(points: np.ndarray, T_base_camera: np.ndarray, fovy: float, aspect: float = 1.0) -> np.ndarray:
    """Points (B, K, 3) [m] -> picture coordinates (B, K, 2): x right, y down, [-1, 1] inside a picture `aspect` times as wide as high.

    Points behind the camera get coordinates far outside. `fovy` in degrees; MuJoCo's cameras look along their -z.
    """
    relative = points - T_base_camera[:, None, :3, 3]
    inside = np.einsum("bkj,bji->bki", relative, T_base_camera[:, :3, :3])  # R^T p
    depth = -inside[..., 2]
    scale = 1.0 / (np.maximum(depth, 1e-3) * np.tan(np.deg2rad(fovy) / 2))
    uv = np.stack([inside[..., 0] * scale / aspect, -inside[..., 1] * scale], -1)
    return np.where(depth[..., None] > 0.01, uv, 10.0)
