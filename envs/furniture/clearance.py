"""Where furniture stands in the hand's way: solid boxes and cylinders of pieces against points on the hand."""

from __future__ import annotations

from collections.abc import Callable

import mujoco
import numpy as np

from ..robots.arm import Arm

Poses = Callable[[str], tuple[np.ndarray, np.ndarray]]
"""Body -> where it is: (3,) position [m] and (3, 3) orientation."""

REACH_M = 1.1
"""Furniture further than this from the robot's foot is left out."""
MARGIN_M = 0.012
"""How much room the hand keeps."""
APPROACH_M = 0.06
"""The hand comes straight at a thing over this length."""
SPARE_M = 0.028
"""How much wider than a thing the fingers open."""


class Furniture:
    """The solid geoms of a scene's pieces; they are looked up where their bodies are at the time."""

    def __init__(self, model: mujoco.MjModel, pieces: tuple[str, ...], foot: np.ndarray) -> None:
        """foot: (3,) where the robot stands."""
        roots = [b for b in (model.body(p).id for p in pieces) if np.linalg.norm(model.body_pos[b, :2] - foot[:2]) < REACH_M]
        kinds = (mujoco.mjtGeom.mjGEOM_BOX.value, mujoco.mjtGeom.mjGEOM_CYLINDER.value, mujoco.mjtGeom.mjGEOM_CAPSULE.value)
        solid = (model.geom_contype & 1).astype(bool) & np.isin(model.geom_type, kinds)
        ids = np.flatnonzero(solid & np.isin(model.body_rootid[model.geom_bodyid], roots))
        bodies, self._of = np.unique(model.geom_bodyid[ids], return_inverse=True)
        self._names = [model.body(b).name for b in bodies]
        self._position = model.geom_pos[ids].copy()
        self._rotation = np.array([_matrix(model.geom_quat[g]) for g in ids]).reshape(-1, 3, 3)
        self._half = np.array([_half(int(model.geom_type[g]), model.geom_size[g]) for g in ids]).reshape(-1, 3)
        self._radius = np.linalg.norm(self._half, axis=1)

    def depth(self, points: np.ndarray, poses: Poses, margin: float = MARGIN_M) -> float:
        """How far the points (N, 3) come into the furniture and the room about it, each its deepest, summed [m]."""
        if not len(self._half) or not len(points):
            return 0.0
        bodies = [poses(n) for n in self._names]
        R_body = np.array([R for _, R in bodies])[self._of]  # (G, 3, 3)
        centre = np.array([p for p, _ in bodies])[self._of] + (R_body @ self._position[:, :, None])[:, :, 0]
        middle = points.mean(axis=0)
        reach = float(np.linalg.norm(points - middle, axis=1).max()) + margin
        near = np.linalg.norm(centre - middle, axis=1) < self._radius + reach
        if not near.any():
            return 0.0
        local = (points[None] - centre[near, None]) @ (R_body[near] @ self._rotation[near])  # (G, N, 3)
        inside = (self._half[near, None] + margin - np.abs(local)).min(axis=-1)  # (G, N)
        return float(np.maximum(inside.max(axis=0), 0.0).sum())

    def crowding(self, arm: Arm, T: np.ndarray, opening: float, poses: Poses) -> float:
        """How far an arm's hand, its fingers `opening` [m] apart, would reach into furniture at a tool pose and on its way there [m]."""
        points = hand_points(arm, T, opening)
        return self.depth(np.concatenate([points, points - APPROACH_M * T[:3, 2]]), poses)


def _matrix(quat: np.ndarray) -> np.ndarray:
    out = np.zeros(9)
    mujoco.mju_quat2Mat(out, quat)
    return out.reshape(3, 3)


def _half(kind: int, size: np.ndarray) -> np.ndarray:
    """(3,) half-sizes of the box about a geom."""
    if kind == mujoco.mjtGeom.mjGEOM_BOX.value:
        return size.copy()
    cap = size[0] if kind == mujoco.mjtGeom.mjGEOM_CAPSULE.value else 0.0
    return np.array([size[0], size[0], size[1] + cap])


def hand_points(arm: Arm, T: np.ndarray, opening: float) -> np.ndarray:
    """(N, 3) points on an arm's hand at a tool pose (4, 4), its fingers `opening` [m] apart."""
    return arm.hand_points(opening) @ T[:3, :3].T + T[:3, 3]
