"""Bodies that follow people's and pets' paths on a spring: off and asleep while nobody comes, on while somebody does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np

LEASH_M = 0.35
"""A body is drawn towards a point no further ahead than this: who is held up pushes with 30 N at most, and stops."""


@dataclass(frozen=True, kw_only=True)
class Follower:
    """One body with joints x, y, z and yaw, tied to a mocap body by an equality."""

    mocap: int
    equality: int
    qpos: int
    """Address of its four joints in qpos and qvel."""
    qvel: int
    origin: np.ndarray
    """(3,) where it is with all joints zero [m]."""


def followers(model: mujoco.MjModel) -> tuple[Follower, ...]:
    """Every body that is welded to a mocap body."""
    out = []
    for e in range(model.neq):
        path, body = int(model.eq_obj1id[e]), int(model.eq_obj2id[e])
        if model.eq_type[e] != mujoco.mjtEq.mjEQ_WELD or model.body_mocapid[path] < 0:
            continue
        joint = int(model.body_jntadr[body])
        address = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
        out.append(
            Follower(mocap=int(model.body_mocapid[path]), equality=e, qpos=address[0], qvel=address[1], origin=model.body_pos[body].copy())
        )
    return tuple(out)


def lead(
    fields: Mapping[str, np.ndarray], slot: int, all_: tuple[Follower, ...], before: np.ndarray, wanted: np.ndarray, parked: np.ndarray
) -> np.ndarray:  # fmt: skip
    """Has the followers of `slot` follow their paths; returns the mocap poses (nmocap, 7) that draw them there.

    before: the mocap poses now; wanted: where the paths are; who stands `parked` is not there: coming and going, bodies are put,
    not flung. fields: `qpos`, `qvel`, `eq_active` of all slots. Who sleeps is not written to, and goes on sleeping.
    """
    now = wanted.copy()
    for f in all_:
        was_away, is_away = (bool(np.array_equal(m[f.mocap], parked[f.mocap])) for m in (before, wanted))
        if was_away and is_away:
            continue
        target = now[f.mocap]
        joints = fields["qpos"][slot, f.qpos : f.qpos + 4]
        if was_away or is_away:
            joints[:] = [*(target[:3] - f.origin), 2 * np.arctan2(target[6], target[3])]
            fields["qvel"][slot, f.qvel : f.qvel + 4] = 0.0
            fields["eq_active"][slot, f.equality] = float(was_away)
        ahead = target[:3] - (joints[:3] + f.origin)
        target[:3] -= ahead * max(0.0, 1 - LEASH_M / max(float(np.linalg.norm(ahead)), 1e-9))
    return now
