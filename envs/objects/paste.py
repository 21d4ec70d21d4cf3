"""Makes a loose body of a compiled model into another thing: copies the rows of a donor model, which compiling would give.

Compiling a room takes tens of milliseconds, copying rows a fraction of one: an episode can have any things it likes.
"""

from __future__ import annotations

import functools

import mujoco
import numpy as np

BODY = (
    "body_contype", "body_conaffinity", "body_inertia", "body_ipos", "body_iquat", "body_margin", "body_mass", "body_sameframe",
    "body_simple", "body_gravcomp",
)  # fmt: skip
SKIPPED = ("geom_bodyid", "geom_user", "geom_plugin")


@functools.cache
def _geom_fields() -> tuple[str, ...]:
    return tuple(f for f in dir(mujoco.MjModel) if f.startswith("geom_") and f not in SKIPPED)


def paste_body(to: mujoco.MjModel, to_body: int, donor: mujoco.MjModel, donor_body: int) -> None:
    """Makes body `to_body` of `to` like body `donor_body` of `donor`; call mj_setConst when all are pasted.

    Both bodies must have as many geoms, and both models the same meshes and materials in the same order.
    """
    count = int(donor.body_geomnum[donor_body])
    assert count == to.body_geomnum[to_body], "bodies of different numbers of geoms cannot trade places"
    for name in BODY:
        getattr(to, name)[to_body] = getattr(donor, name)[donor_body]
    here, there = int(to.body_geomadr[to_body]), int(donor.body_geomadr[donor_body])
    for name in _geom_fields():
        getattr(to, name)[here : here + count] = getattr(donor, name)[there : there + count]
    nodes = int(donor.body_bvhnum[donor_body])
    assert nodes == to.body_bvhnum[to_body]
    to_bvh, donor_bvh = (slice(a, a + nodes) for a in (int(to.body_bvhadr[to_body]), int(donor.body_bvhadr[donor_body])))
    for name in ("bvh_aabb", "bvh_child", "bvh_depth"):
        getattr(to, name)[to_bvh] = getattr(donor, name)[donor_bvh]
    ids = np.array(donor.bvh_nodeid[donor_bvh])
    to.bvh_nodeid[to_bvh] = np.where(ids >= 0, ids - there + here, ids)
    dofs = slice(int(to.body_dofadr[to_body]), int(to.body_dofadr[to_body] + to.body_dofnum[to_body]))
    from_dofs = slice(int(donor.body_dofadr[donor_body]), int(donor.body_dofadr[donor_body] + donor.body_dofnum[donor_body]))
    for name in ("dof_simplenum", "dof_length"):
        getattr(to, name)[dofs] = getattr(donor, name)[from_dofs]
