"""Cameras: colour always, depth and segmentation on request, and where each stands and how it projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gymnasium
import mujoco
import numpy as np

from ..projection import camera_poses
from ..rendering import Kind, View
from ..robots.arm import HAND
from .sensor import Reading, Sensor, Setting

EXTRA: tuple[Kind, ...] = ("depth", "segmentation")
"""What may be asked for of every camera besides colour."""
HELP: dict[Kind, str] = {
    "colour": "RGB", "depth": "distance from the camera's plane [m]",
    "segmentation": "id and type (mjtObj) of the object in each pixel, -1 twice for none, as in mujoco.Renderer",
}  # fmt: skip
OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])
"""From OpenCV's camera frame (x right, y down, z ahead) to MuJoCo's (x right, y up, z back)."""


def key_of(view: View) -> str:
    """`scene`, `scene_depth`, `scene_segmentation`: the keys that robosuite's users know."""
    return view.camera if view.kind == "colour" else f"{view.camera}_{view.kind}"


def camera_views(cameras: Sequence[str], size: tuple[int, int], kinds: Sequence[Kind]) -> tuple[View, ...]:
    """Colour of every camera, then each further kind of every camera."""
    return tuple(View(camera, *size, kind) for kind in ("colour", *kinds) for camera in cameras)


def camera_sensor(view: View) -> Sensor:
    """The sensor that shows a view: (H, W, 3) uint8, (H, W, 1) float32 or (H, W, 2) int32."""
    key = key_of(view)

    def space(setting: Setting) -> gymnasium.spaces.Box:
        shape, dtype = (*setting.image_size, view.channels), view.dtype
        if view.kind == "colour":
            return gymnasium.spaces.Box(0, 255, shape, np.uint8)
        if view.kind == "depth":
            return gymnasium.spaces.Box(0.0, np.inf, shape, np.float32)
        return gymnasium.spaces.Box(-1, np.iinfo(dtype).max, shape, np.int32)

    def read(reading: Reading) -> np.ndarray:
        return reading.pictures[key]

    return Sensor(name=key, space=space, read=read, help=HELP[view.kind])


@dataclass(frozen=True, kw_only=True)
class CameraGeometry:
    """How a camera projects, in OpenCV's terms: a point p [m] in the base frame appears at K (T_base_camera^-1 p)."""

    intrinsics: np.ndarray
    """(3, 3) K: focal lengths and the picture's middle [pixels]; pixel centres lie at whole numbers plus a half."""
    T_base_camera: np.ndarray
    """(4, 4) the camera in the robot's base frame: x right, y down, z ahead [m]."""

    def to_info(self) -> dict[str, np.ndarray]:
        """As plain arrays, which Gymnasium's tools compare and stack."""
        return {"intrinsics": self.intrinsics, "T_base_camera": self.T_base_camera}


def camera_geometry(
    model: mujoco.MjModel, camera: str, size: tuple[int, int], T_world_tool: np.ndarray, T_world_base: np.ndarray, hand: str = HAND
) -> CameraGeometry:
    """Of a camera on the world or on the body `hand`; size: height and width of its pictures."""
    height, width = size
    focal = 0.5 * height / np.tan(0.5 * np.deg2rad(float(model.cam_fovy[model.camera(camera).id])))
    K = np.array([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])
    T_world_camera = camera_poses(model, camera, T_world_tool[None], hand)[0] @ OPENCV
    return CameraGeometry(intrinsics=K, T_base_camera=np.linalg.inv(T_world_base) @ T_world_camera)
