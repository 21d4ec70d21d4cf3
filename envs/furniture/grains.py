"""Granules: dried peas that lie in a cup or about on a place mat."""

from __future__ import annotations

import mujoco

from .piece import Piece

GRAINS = 24
GRAIN_RADIUS_M, GRAIN_KG = 0.0065, 0.0011
"""A large dried pea or chickpea: 13 mm, 1.1 g."""
MAT_HALF_M = (0.09, 0.11)
NAMES = tuple(f"grain{k}" for k in range(GRAINS))


def add_grains(spec: mujoco.MjSpec) -> None:
    """Adds the granules, each a free body, on the floor behind the robot until an episode places them."""
    for k, name in enumerate(NAMES):
        body = spec.worldbody.add_body(name=name, pos=[-2.2 - 0.03 * (k // 6), -0.1 + 0.03 * (k % 6), -0.88])
        body.add_freejoint(name=name)
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[GRAIN_RADIUS_M, 0, 0], mass=GRAIN_KG, rgba=[0.45, 0.60, 0.22, 1], group=2, contype=1,
            conaffinity=1, condim=6, friction=[0.6, 0.003, 0.0004], solref=[0.012, 1.0],
        )  # fmt: skip


def _mat(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    x, y = MAT_HALF_M
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX, pos=[x, 0, 0.0006], size=[x, y, 0.0006], material="accent", group=1, contype=0, conaffinity=0
    )  # fmt: skip
    body.add_site(name="mat", pos=[x, 0, 0.0], size=[0.004], group=4)


PLACE_MAT = Piece(name="place_mat", build=_mat)
"""18 x 22 cm, flat, to be wiped: things must not stand on it. The hand sweeps over it and 12 cm beyond on all sides."""
