"""The pads' taxels: depth and slip (`tactile`) always, forces with static shear (`taxel_forces`) on request.

Images have row 0 at the finger's tip and column 0 on the tool's -x side, for both fingers.
"""

from __future__ import annotations

import functools

import mujoco
import numpy as np

from ...core.types import TAXELS
from .sensor import Condition, Reading, Sensor, stacked, unbounded

FINGERS, ROWS, COLUMNS = ("left", "right"), TAXELS[2], TAXELS[3]
SPREAD = 1.0
"""How far rubber spreads the force of a contact point: the standard deviation, in distances between taxels."""


def add_taxels(spec: mujoco.MjSpec, finger: str) -> None:
    """MuJoCo's tactile sensor on the geom `taxels_<finger>`, a plate of 8 x 8 vertices that faces the other finger."""
    spec.add_sensor(
        name=f"tactile_{finger}", type=mujoco.mjtSensor.mjSENS_TACTILE, objtype=mujoco.mjtObj.mjOBJ_MESH, objname="taxel_plate",
        reftype=mujoco.mjtObj.mjOBJ_GEOM, refname=f"taxels_{finger}",
    )  # fmt: skip


def tactile_image(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Raw taxels of both fingers, (B, 192) each -> (B, 2, 3, 8, 8) float32: penetration depth [m], two tangential slip speeds [m/s]."""
    images = [_grid(left), _grid(right)[..., ::-1]]
    return np.stack(images, axis=1).astype(np.float32)


def _grid(raw: np.ndarray) -> np.ndarray:
    """(B, 192) -> (B, 3, rows along the finger from the tip, columns across)."""
    # The plate's vertices run along the finger first: (B, channels, across, from the tip) -> rows from the tip.
    return raw.reshape(len(raw), 3, COLUMNS, ROWS).swapaxes(2, 3)


@functools.lru_cache(maxsize=1024)
def _dead(key: tuple[str, str, int], share: float) -> np.ndarray:
    """(2, 1, 8, 8) which taxels feel nothing: the same ones as long as the episode lasts."""
    order = Condition(axes={}, key=key).stream("dead taxels").permutation(len(FINGERS) * ROWS * COLUMNS)
    return (np.argsort(order) < round(len(order) * share)).reshape(len(FINGERS), 1, ROWS, COLUMNS)


def worn(felt: np.ndarray, conditions: list[Condition]) -> np.ndarray:
    """felt (B, 2, 3, 8, 8) -> the same with each slot's gain and its dead taxels silent; nominal slots pass bit for bit."""
    for i, condition in enumerate(conditions):
        gain, share = condition.value("taxel_gain", 1.0), condition.value("dead_taxels")
        if gain != 1.0:
            felt[i] *= np.float32(gain)
        if share:
            felt[i] = np.where(_dead(condition.key, share), np.float32(0), felt[i])
    return felt


def _tactile(reading: Reading) -> np.ndarray:
    raw = reading.fields["sensordata"]
    return worn(tactile_image(*(raw[:, reading.rig.tactile[k]] for k in range(len(FINGERS)))), reading.conditions)


def pad_force(model: mujoco.MjModel, data: mujoco.MjData, finger: str) -> np.ndarray:
    """(3, 8, 8) force on a pad's taxels [N]: pressure into the finger, shear along the tool's x, shear along its z, towards the tips.

    Every contact of the pad's box is shared out among the taxels about its point; their sum is the contact force itself.
    """
    pad, out = model.geom(f"pad_{finger}").id, np.zeros((3, ROWS, COLUMNS))
    R, half, place = data.geom_xmat[pad].reshape(3, 3), model.geom_size[pad], data.geom_xpos[pad]
    side = 1.0 if finger == FINGERS[0] else -1.0  # the right pad's x axis is the tool's -x
    across, along = np.linspace(-half[0], half[0], COLUMNS), np.linspace(half[2], -half[2], ROWS)
    f = np.zeros(6)
    for k in np.flatnonzero((data.contact.geom == pad).any(1)) if data.ncon else ():
        contact = data.contact[k]
        mujoco.mj_contactForce(model, data, int(k), f)
        force = contact.frame.reshape(3, 3).T @ f[:3] * (1.0 if contact.geom2 == pad else -1.0)  # on the pad, world axes
        at, own = R.T @ (contact.pos - place), R.T @ force  # pad axes: across, into the finger, towards the tip
        u = np.exp(-0.5 * ((across - side * np.clip(at[0], -half[0], half[0])) / (SPREAD * (across[1] - across[0]))) ** 2)
        v = np.exp(-0.5 * ((along - np.clip(at[2], -half[2], half[2])) / (SPREAD * (along[0] - along[1]))) ** 2)
        share = np.outer(v / v.sum(), u / u.sum())  # (rows, columns), sums to 1
        out += np.array([own[1], side * own[0], own[2]])[:, None, None] * share
    return out


def _forces(reading: Reading) -> np.ndarray:
    felt = stacked(reading, lambda m, d: np.stack([pad_force(m, d, finger) for finger in FINGERS]))
    return worn(felt, reading.conditions)


TACTILE = Sensor(
    name="tactile", space=lambda _: unbounded(TAXELS), read=_tactile,
    help="finger left/right; penetration depth [m] and two tangential slip speeds [m/s]; rows from the tip; columns along the tool's x",
)  # fmt: skip
TAXEL_FORCES = Sensor(
    name="taxel_forces", space=lambda _: unbounded(TAXELS), read=_forces,
    help="finger left/right; pressure, shear along the tool's x, shear along the tool's z [N], static friction included; rows; columns",
)  # fmt: skip
