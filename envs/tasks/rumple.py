"""Cloth that lies about: pushed together into folds, then left to come to rest."""

from __future__ import annotations

import functools

import mujoco
import numpy as np

from ..furniture.cloth import Cloth, add_cloth
from ..rooms.shell import block, cloth_options

SETTLE_STEPS, MOST_STEPS = 100, 1200
"""Physics steps (5 ms) after which it is looked at whether the cloth lies still, and after which it counts as lying still."""
STILL_MPS = 2e-3


def bunched(cloth: Cloth, share: float, waves: int, hem: float = 0.075) -> np.ndarray:
    """(nx, ny, 3) the cloth pushed together along its length to `share` of it, in `waves` upright folds between two flat ends `hem` long
    [m]; neighbours keep their distance."""
    base, (length, _) = cloth.grid(), cloth.size
    fine, inner = np.linspace(0.0, 1.0, 4000), share * length - 2 * hem

    def curve(height: float) -> tuple[np.ndarray, np.ndarray]:
        x, z = fine * inner, height * 0.5 * (1 - np.cos(2 * np.pi * waves * fine))
        x, z = np.concatenate([[-hem], x, [inner + hem]]), np.concatenate([[0.0], z, [0.0]])
        return np.stack([x, z]), np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(z)))])

    low, high = 0.0, length
    for _ in range(40):  # the height at which the wavy line is as long as the cloth
        middle = (low + high) / 2
        low, high = (middle, high) if curve(middle)[1][-1] < length else (low, middle)
    line, arc = curve(high)
    at = np.linspace(0.0, arc[-1], cloth.count[0])
    base[..., 0] = (np.interp(at, arc, line[0]) - inner / 2)[:, None]
    base[..., 2] += np.interp(at, arc, line[1])[:, None]
    return base


@functools.lru_cache(maxsize=64)
def _settled(cloth: Cloth, percent: int, waves: int) -> bytes:
    spec = mujoco.MjSpec()
    cloth_options(spec)
    block(spec, (-1.0, -1.0, -0.1), (1.0, 1.0, 0.0), "", solid=True)
    add_cloth(spec, cloth, textured=False)
    model = spec.compile()
    data = mujoco.MjData(model)
    bodies = model.flex_vertbodyid
    data.qpos[:] = (bunched(cloth, percent / 100, waves).reshape(-1, 3) - model.body_pos[bodies]).ravel()
    for _ in range(MOST_STEPS // SETTLE_STEPS):
        mujoco.mj_step(model, data, SETTLE_STEPS)
        if np.abs(data.qvel).max() < STILL_MPS:
            break
    mujoco.mj_forward(model, data)
    return data.flexvert_xpos.copy().tobytes()


def rumpled(cloth: Cloth, percent: int, waves: int) -> np.ndarray:
    """(nx, ny, 3) the cloth pushed together to `percent` of its length in `waves` folds, after it has come to rest; about its middle [m]."""
    return np.frombuffer(_settled(cloth, percent, waves)).reshape(*cloth.count, 3).copy()
