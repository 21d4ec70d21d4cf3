"""What an OpenGL context shows besides colours: metric depth and which object each pixel belongs to."""

from __future__ import annotations

import mujoco
import numpy as np

NOTHING = -1
"""Object and type of pixels that show no object."""


def metric_depth(buffer: np.ndarray, model: mujoco.MjModel) -> np.ndarray:
    """The depth buffer (H, W) float32, 1 at the near plane and 0 far away (mjDEPTH_ZEROFAR) -> distances from the camera's plane [m].

    Inverts glFrustum's projection n f / (z (f - n)) - n / (f - n), in double precision, as mujoco.Renderer does.
    """
    near, far = model.vis.map.znear * model.stat.extent, model.vis.map.zfar * model.stat.extent
    return (near * far / (buffer.astype(np.float64) * (far - near) + near)).astype(np.float32)


def objects_of(coded: np.ndarray, scene: mujoco.MjvScene) -> np.ndarray:
    """A picture (H, W, 3) uint8 drawn with mjRND_IDCOLOR -> (H, W, 2) int32: object's id and type (mjtObj), NOTHING twice where none is."""
    table = np.full((scene.ngeom + 1, 2), NOTHING, np.int32)
    for k in range(scene.ngeom):
        geom = scene.geoms[k]
        if geom.segid >= 0:
            table[geom.segid + 1] = geom.objid, geom.objtype
    code = coded.astype(np.int32) @ np.array([1, 1 << 8, 1 << 16], np.int32)
    return table[np.where(code < len(table), code, 0)]


def bodies_of(segmentation: np.ndarray, model: mujoco.MjModel) -> np.ndarray:
    """(..., 2) object ids and types -> (...,) ids of the bodies that they belong to; NOTHING for cloth, light and empty pixels."""
    ids, kinds = segmentation[..., 0], segmentation[..., 1]
    is_geom = kinds == mujoco.mjtObj.mjOBJ_GEOM.value
    return np.where(is_geom, model.geom_bodyid[np.where(is_geom, ids, 0)], NOTHING)
