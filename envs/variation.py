"""Puts an episode's axes into its model: physics, delays, cameras, light, colours."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

import mujoco
import numpy as np

from .axes import AXES
from .furniture.cloth import stiffen
from .robots.arm import ROOT
from .stage import Start
from .wear import Worn, wear_out, worn_joints

VISUAL = tuple(a.name for a in AXES.values() if a.family == "visual")
DELAYS = ("action_delay", "encoder_delay")


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """What the axes act on in one model: ids of bodies, degrees of freedom, actuators and sensors."""

    loose: np.ndarray
    """Bodies of loose things."""
    slides: np.ndarray
    """Degrees of freedom of drawers."""
    hinges: np.ndarray
    """Degrees of freedom of doors."""
    fixtures: np.ndarray
    """All degrees of freedom of drawers, doors and their like."""
    fixture_bodies: np.ndarray
    root: int
    """The body that carries the whole arm."""
    arm: np.ndarray
    """Degrees of freedom of the arm."""
    arm_actuators: np.ndarray
    encoders: np.ndarray
    worn: Worn


def knobs(
    model: mujoco.MjModel, *, loose: np.ndarray, slides: tuple[str, ...], hinges: tuple[str, ...], arm: tuple[str, ...],
    root: str = ROOT, small: tuple[str, ...] = (),
) -> Knobs:  # fmt: skip
    """Finds what axes act on: `loose` body ids, joints of drawers, of doors, of the arm, whose lowest body is `root`, and of what
    is `small` by name."""

    def dofs(names: tuple[str, ...]) -> np.ndarray:
        return np.array([int(model.joint(n).dofadr[0]) for n in names], int)

    fixtures = (*slides, *hinges)
    return Knobs(
        loose=np.asarray(loose, int), slides=dofs(slides), hinges=dofs(hinges), fixtures=dofs(fixtures),
        fixture_bodies=np.array([int(model.joint(n).bodyid[0]) for n in fixtures], int), root=model.body(root).id, arm=dofs(arm),
        arm_actuators=np.array([model.actuator(n).id for n in arm], int),
        encoders=np.array([i for i in range(model.nsensor) if model.sensor(i).name.startswith("encoder_")], int),
        worn=worn_joints(model, doors=hinges, drawers=slides, small=small),
    )  # fmt: skip


def _unit(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count, 3) directions, uniform on the sphere."""
    v = rng.normal(size=(count, 3))
    return v / np.linalg.norm(v, axis=1, keepdims=True)


def _turn(axis: np.ndarray, angle_rad: float) -> np.ndarray:
    """Quaternions (n, 4) of a turn about unit axes (n, 3)."""
    return np.concatenate([np.full((len(axis), 1), np.cos(angle_rad / 2)), np.sin(angle_rad / 2) * axis], axis=1)


def _look(model: mujoco.MjModel, axes: Mapping[str, float], rng: np.random.Generator) -> None:
    """Moves cameras and lights, tints light and colours. `rng` decides directions, whatever the amounts."""
    value = {name: axes.get(name, AXES[name].nominal) for name in VISUAL}
    shift, tilt, light_axis = _unit(rng, model.ncam), _unit(rng, model.ncam), _unit(rng, model.nlight)
    hue, paint = rng.uniform(0, 1, 3), rng.uniform(0, 1, (model.nmat, 3))
    for i, turn in enumerate(_turn(tilt, np.deg2rad(value["camera_tilt"]))):
        before = model.cam_quat[i].copy()
        mujoco.mju_mulQuat(model.cam_quat[i], before, turn)
    for i, turn in enumerate(_turn(light_axis, np.deg2rad(value["light_direction"]))):
        before = model.light_dir[i].copy()
        mujoco.mju_rotVecQuat(model.light_dir[i], before, turn)
    model.cam_pos += value["camera_shift"] * shift
    model.cam_fovy *= value["camera_zoom"]
    tint = value["light_strength"] * (1 + value["light_tint"] * (2 * hue - 1))
    head = model.vis.headlight
    model.light_diffuse *= tint
    head.ambient, head.diffuse = np.array(head.ambient) * tint, np.array(head.diffuse) * tint
    model.mat_rgba[:, :3] += value["colour"] * (paint - model.mat_rgba[:, :3])


def _physics(model: mujoco.MjModel, k: Knobs, axes: Mapping[str, float]) -> None:
    value = {n: axes.get(n, a.nominal) for n, a in AXES.items()}
    for bodies, factor in ((k.loose, value["object_mass"]), (k.fixture_bodies, value["fixture_mass"])):
        model.body_mass[bodies] *= factor
        model.body_inertia[bodies] *= factor
    model.geom_friction[:, 0] *= value["surface_friction"]
    model.flex_friction[:, 0] *= value["surface_friction"]
    stiffen(model, value["cloth_stiffness"])
    if "drawer_friction" in axes:
        model.dof_frictionloss[k.slides] = value["drawer_friction"]
    if "hinge_friction" in axes:
        model.dof_frictionloss[k.hinges] = value["hinge_friction"]
    model.body_pos[k.root, 2] -= value["worktop_height"]
    model.dof_damping[k.fixtures] *= value["fixture_damping"]
    wear_out(model, k.worn, axes)
    model.dof_frictionloss[k.arm] *= value["arm_friction"]
    model.actuator_gainprm[k.arm_actuators, 0] *= value["arm_gain"]
    model.actuator_biasprm[k.arm_actuators, 1:3] *= value["arm_gain"]
    # Half a physics step less, or a delay of whole steps flickers between two samples by the rounding of time.
    dt = model.opt.timestep
    model.actuator_delay[:] = max(0.0, value["action_delay"] / 1000 - 0.5 * dt)
    model.sensor_delay[k.encoders] = max(0.0, value["encoder_delay"] / 1000 - 0.5 * dt)


def raised(start: Start, axes: Mapping[str, float]) -> Start:
    """The start with the robot's foot as much lower as the axis `worktop_height` raises the worktop; `dressed` moves the robot."""
    height = axes.get("worktop_height", 0.0)
    if not height:
        return start
    T = start.T_world_base.copy()
    T[2, 3] -= height
    return replace(start, T_world_base=T)


def dressed(model: mujoco.MjModel, k: Knobs, axes: Mapping[str, float], rng: np.random.Generator) -> mujoco.MjModel:
    """`model` itself where every axis is nominal, else a copy with the axes' physics and looks."""
    different = {n: v for n, v in axes.items() if v != AXES[n].nominal}
    if not different:
        return model
    model = copy.copy(model)
    if any(n in VISUAL for n in different):
        _look(model, different, rng)
    if any(n not in VISUAL for n in different):
        _physics(model, k, different)
        mujoco.mj_setConst(model, mujoco.MjData(model))
    return model


def still_history(model: mujoco.MjModel, qpos: np.ndarray, ctrl: np.ndarray) -> np.ndarray:
    """Delay buffers (N,) of a robot that has stood at `qpos` under the targets `ctrl` for ever: nothing is still on its way."""
    data = mujoco.MjData(model)
    data.qpos[:], data.ctrl[:] = qpos, ctrl
    mujoco.mj_forward(model, data)
    dt = model.opt.timestep
    for i in range(model.nu):
        n = int(model.actuator_history[i, 0])
        times = np.arange(-n, 0) * dt
        mujoco.mj_initCtrlHistory(model, data, i, times, np.full((n, 1), ctrl[i]))
    for i in range(model.nsensor):
        n = int(model.sensor_history[i, 0])
        if n:
            adr, dim = model.sensor_adr[i], model.sensor_dim[i]
            now = np.tile(data.sensordata[adr : adr + dim], (n, 1))
            mujoco.mj_initSensorHistory(model, data, i, np.arange(-n, 0) * dt, now, 0.0)
    return data.history.copy()
