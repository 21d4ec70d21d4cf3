"""What years of use do to doors, drawers and caps: closers, sagging hinges, slack pulls, joints that stick and slip, tight caps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np

from .axes import AXES
from .furniture.pulls import TIGHT_M

CLOSER_LEAD_RAD = 2.0
"""How far a door closer's spring is wound up when the door is shut: its torque changes little over the door's way."""
CLOSER_AT_RAD = np.pi / 4
"""Opening at which the closer's torque is what the axis says."""
SLIP_HINGE, SLIP_SLIDE = 0.3, 0.1
"""Speeds at which a worn joint slides most easily [rad/s], [m/s]."""
WEAR = ("closer_spring", "backlash", "sag", "stick_slip", "cap_torque")


@dataclass(frozen=True, kw_only=True)
class Worn:
    """What wears in one model: ids of joints and degrees of freedom."""

    doors: np.ndarray
    """Joints of doors on upright hinges."""
    plays: np.ndarray
    """Joints of pulls, whose range is their play."""
    fixtures: np.ndarray
    """Joints of drawers and doors."""
    small: np.ndarray
    """Joints of caps, lids, pumps, knobs, levers and switches."""


def worn_joints(model: mujoco.MjModel, *, doors: tuple[str, ...], drawers: tuple[str, ...], small: tuple[str, ...]) -> Worn:
    """Finds by name what wears; a hinge is upright where its axis is the body's own vertical."""

    def ids(names: tuple[str, ...]) -> np.ndarray:
        return np.array([model.joint(n).id for n in names], int)

    hinges = ids(doors)
    return Worn(
        doors=hinges[np.abs(model.jnt_axis[hinges, 2]) > 0.9] if len(hinges) else hinges,
        plays=np.array([j for j in range(model.njnt) if model.joint(j).name.endswith("_play")], int),
        fixtures=ids((*doors, *drawers)), small=ids(small),
    )  # fmt: skip


def wear_out(model: mujoco.MjModel, worn: Worn, axes: Mapping[str, float]) -> None:
    """Changes `model`, which must be a copy, as the axes in WEAR say."""
    value = {n: axes.get(n, AXES[n].nominal) for n in WEAR}
    if value["closer_spring"]:
        model.jnt_stiffness[worn.doors] = value["closer_spring"] / (CLOSER_LEAD_RAD + CLOSER_AT_RAD)
        model.qpos_spring[model.jnt_qposadr[worn.doors]] = -CLOSER_LEAD_RAD
    if value["sag"]:
        _sag(model, worn.doors, np.deg2rad(value["sag"]))
    if value["backlash"]:
        model.jnt_range[worn.plays, 1] = np.maximum(value["backlash"] / 1000, TIGHT_M)
    if value["stick_slip"]:
        _stick(model, worn.fixtures, value["stick_slip"])
    model.dof_frictionloss[model.jnt_dofadr[worn.small]] *= value["cap_torque"]


def _sag(model: mujoco.MjModel, doors: np.ndarray, tilt: float) -> None:
    """Leans the hinges' upper ends inward (+x of the piece): the doors rise as they open, and swing shut by themselves."""
    c, s = np.cos(tilt), np.sin(tilt)
    x, z = model.jnt_axis[doors, 0].copy(), model.jnt_axis[doors, 2].copy()
    model.jnt_axis[doors, 0], model.jnt_axis[doors, 2] = c * x + s * z, c * z - s * x


def _stick(model: mujoco.MjModel, joints: np.ndarray, share: float) -> None:
    """Dry friction F that holds with (1 + share) F and slides with F at the slip speed (Stribeck's curve as a parabola: the total
    never falls below F, so nothing gains energy)."""
    dofs = model.jnt_dofadr[joints]
    F = model.dof_frictionloss[dofs].copy()
    slip = np.where(model.jnt_type[joints] == mujoco.mjtJoint.mjJNT_HINGE, SLIP_HINGE, SLIP_SLIDE)
    model.dof_frictionloss[dofs] = (1 + share) * F
    model.dof_damping[dofs] -= 2 * share * F / slip
    model.dof_dampingpoly[dofs, 0] += share * F / slip**2
