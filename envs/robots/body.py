"""An arm's own body: where its links are and whether it is folded on itself, by the collision geoms that it is built with."""

from __future__ import annotations

import functools

import mujoco
import numpy as np

from .arm import Arm
from .table import arm_named

SPARE_M = 0.008
"""Links nearer to each other than this count as touching [m]."""
STRETCH_M = 0.04
"""Between points along a link [m]."""


class Body:
    """A model of the arm alone, its base frame on the world's."""

    def __init__(self, arm: Arm) -> None:
        spec = mujoco.MjSpec()
        arm.add(spec)
        self._model = spec.compile()
        self._model.geom_margin[:] = SPARE_M
        self._data = mujoco.MjData(self._model)
        self._joints = [int(self._model.joint(n).qposadr[0]) for n in arm.robot.joints]
        self._axes = _axes(self._model, self._model.body(arm.hand).id)

    def folded(self, q: np.ndarray) -> bool:
        """Whether links touch each other at joints q (dof,) [rad]."""
        self._data.qpos[self._joints] = q
        mujoco.mj_kinematics(self._model, self._data)
        mujoco.mj_comPos(self._model, self._data)
        mujoco.mj_collision(self._model, self._data)
        return bool(self._data.ncon)

    def links(self, q: np.ndarray) -> np.ndarray:
        """(N, 3) points along the links behind the hand at joints q (dof,) [rad], in the base frame [m]."""
        self._data.qpos[self._joints] = q
        mujoco.mj_kinematics(self._model, self._data)
        places = [self._data.geom_xpos[g] + along[:, None] * self._data.geom_xmat[g].reshape(3, 3)[:, 2] for g, along in self._axes]
        return np.concatenate(places) if places else np.zeros((0, 3))


def _axes(model: mujoco.MjModel, hand: int) -> list[tuple[int, np.ndarray]]:
    """Solid capsules and cylinders of moving links before the hand, and places along their axes [m]."""
    kinds = (mujoco.mjtGeom.mjGEOM_CAPSULE.value, mujoco.mjtGeom.mjGEOM_CYLINDER.value)
    out = []
    for g in range(model.ngeom):
        body = int(model.geom_bodyid[g])
        if model.geom_type[g] in kinds and model.geom_contype[g] and model.body_weldid[body] and body < hand:
            half = float(model.geom_size[g, 1])
            out.append((g, np.linspace(-half, half, max(round(2 * half / STRETCH_M) + 1, 2))))
    return out


@functools.cache
def body_of(name: str) -> Body:
    """The body of the arm of that name, made once."""
    return Body(arm_named(name))
