"""Where cameras stand, as a calibration before the episode found it: what `homebody calibrate` measures on a real arm."""

from __future__ import annotations

import mujoco
import numpy as np

from ...core.eyes import EYES
from ..projection import camera_poses
from .sensor import Reading, Sensor, unbounded


def as_calibrated(model: mujoco.MjModel, T_world_base: np.ndarray, hand: str) -> np.ndarray:
    """(len(EYES), 10) float32, see core.eyes, of the cameras in a model that no axis has touched. hand: the body that the arm's is on."""
    rows, back = [], np.linalg.inv(T_world_base)
    for name in EYES:
        T = camera_poses(model, name, np.eye(4)[None], hand)[0]
        T = back @ T if model.body(model.cam_bodyid[model.camera(name).id]).name == "world" else T
        rows.append(np.concatenate([T[:3, 3], T[:3, 0], T[:3, 1], [np.deg2rad(model.cam_fovy[model.camera(name).id])]]))
    return np.array(rows, np.float32)


def _read(reading: Reading) -> np.ndarray:
    return np.stack(reading.calibrated)


EXTRINSICS = Sensor(
    name="extrinsics", space=lambda _: unbounded((len(EYES), 10)), read=_read,
    help="where `scene` and `side` stand in the base frame and `wrist` in the tool's: position [m], the picture's axes to the right and up, "
    "vertical field of view [rad]; as calibrated: what an episode's axes did to the cameras since is not in it",
)  # fmt: skip
