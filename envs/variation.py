"""Puts an episode's axes into its simulation (physics, delays) and into its pictures (cameras, light, colours)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np
from mujoco import batch

from .axes import AXES
from .model import FIXTURES, HouseModel

FIELDS = (
    "body_mass", "body_inertia", "geom_friction", "dof_damping", "dof_frictionloss", "actuator_gainprm", "actuator_biasprm",
    "actuator_delay", "sensor_delay",
)  # fmt: skip
"""Physics fields that axes change."""
VISUAL = tuple(a.name for a in AXES.values() if a.family == "visual")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What an episode's pictures are drawn with, in MjModel's shapes and units."""

    cam_pos: np.ndarray
    cam_quat: np.ndarray
    cam_fovy: np.ndarray
    light_dir: np.ndarray
    light_diffuse: np.ndarray
    head_ambient: np.ndarray
    head_diffuse: np.ndarray
    mat_rgba: np.ndarray

    def wear(self, model: mujoco.MjModel) -> None:
        """Writes the look into a model that is drawn from."""
        for name in ("cam_pos", "cam_quat", "cam_fovy", "light_dir", "light_diffuse", "mat_rgba"):
            getattr(model, name)[:] = getattr(self, name)
        model.vis.headlight.ambient, model.vis.headlight.diffuse = self.head_ambient, self.head_diffuse


def nominal_look(model: mujoco.MjModel) -> Look:
    """The look that the model was compiled with."""
    head = model.vis.headlight
    return Look(
        cam_pos=model.cam_pos.copy(), cam_quat=model.cam_quat.copy(), cam_fovy=model.cam_fovy.copy(), light_dir=model.light_dir.copy(),
        light_diffuse=model.light_diffuse.copy(), head_ambient=np.array(head.ambient), head_diffuse=np.array(head.diffuse),
        mat_rgba=model.mat_rgba.copy(),
    )  # fmt: skip


def _unit(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count, 3) directions, uniform on the sphere."""
    v = rng.normal(size=(count, 3))
    return v / np.linalg.norm(v, axis=1, keepdims=True)


def _turn(axis: np.ndarray, angle_rad: float) -> np.ndarray:
    """Quaternions (n, 4) of a turn about unit axes (n, 3)."""
    return np.concatenate([np.full((len(axis), 1), np.cos(angle_rad / 2)), np.sin(angle_rad / 2) * axis], axis=1)


def varied_look(model: mujoco.MjModel, axes: Mapping[str, float], rng: np.random.Generator) -> Look | None:
    """The look for a setting, None where every visual axis is nominal. `rng` decides directions, whatever the amounts."""
    value = {name: axes.get(name, AXES[name].nominal) for name in VISUAL}
    shift, tilt, light_axis = _unit(rng, model.ncam), _unit(rng, model.ncam), _unit(rng, model.nlight)
    hue, paint = rng.uniform(0, 1, 3), rng.uniform(0, 1, (model.nmat, 3))
    if all(value[name] == AXES[name].nominal for name in VISUAL):
        return None
    base = nominal_look(model)
    turns = _turn(tilt, np.deg2rad(value["camera_tilt"]))
    quat = np.zeros_like(base.cam_quat)
    for i in range(model.ncam):
        mujoco.mju_mulQuat(quat[i], base.cam_quat[i], turns[i])
    light = np.zeros_like(base.light_dir)
    for i, turn in enumerate(_turn(light_axis, np.deg2rad(value["light_direction"]))):
        mujoco.mju_rotVecQuat(light[i], base.light_dir[i], turn)
    tint = value["light_strength"] * (1 + value["light_tint"] * (2 * hue - 1))
    rgba = base.mat_rgba.copy()
    rgba[:, :3] += value["colour"] * (paint - rgba[:, :3])
    return Look(
        cam_pos=base.cam_pos + value["camera_shift"] * shift, cam_quat=quat, cam_fovy=base.cam_fovy * value["camera_zoom"], light_dir=light,
        light_diffuse=base.light_diffuse * tint, head_ambient=base.head_ambient * tint, head_diffuse=base.head_diffuse * tint, mat_rgba=rgba,
    )  # fmt: skip


class PhysicsVariation:
    """Per-simulation physics of a batch; nominal until the first setting that asks for more."""

    def __init__(self, house: HouseModel, simulations: batch.Batch) -> None:
        self._house, self._batch, self._on = house, simulations, False
        model = house.model
        names = [f"drawer_{n}" for n in ("top", "bottom")]
        self._drawers = [model.joint(n).dofadr[0] for n in names]
        self._fixture_bodies = [int(model.joint(n).bodyid[0]) for n in FIXTURES]
        self._object_bodies = sorted({int(model.dof_bodyid[d]) for d in house.object_qvel[:, 0]})
        self._arm_actuators = [model.actuator(f"joint{i}").id for i in range(1, 8)]
        self._encoders = [i for i in range(model.nsensor) if model.sensor(i).name.startswith("encoder_")]

    def apply(self, slot: int, axes: Mapping[str, float]) -> None:
        """Writes the physics of `axes` into simulation `slot`; everything else there becomes nominal."""
        physical = {n: v for n, v in axes.items() if n not in VISUAL and v != AXES[n].nominal}
        if not physical and not self._on:
            return
        if not self._on:
            self._on = True
            self._fields = {n: self._batch.expand(n) for n in FIELDS}
        model, h = self._house.model, self._house
        value = {n: physical.get(n, a.nominal) for n, a in AXES.items()}
        f = {n: array[slot] for n, array in self._fields.items()}
        for name, row in f.items():
            row[...] = getattr(model, name)
        for bodies, factor in ((self._object_bodies, value["object_mass"]), (self._fixture_bodies, value["fixture_mass"])):
            f["body_mass"][bodies] *= factor
            f["body_inertia"][bodies] *= factor
        f["geom_friction"][:, 0] *= value["surface_friction"]
        f["dof_frictionloss"][self._drawers] = value["drawer_friction"]
        f["dof_frictionloss"][h.fixture_qvel[2]] = value["hinge_friction"]
        f["dof_damping"][h.fixture_qvel] *= value["fixture_damping"]
        f["dof_frictionloss"][h.arm_qvel] *= value["arm_friction"]
        f["actuator_gainprm"][self._arm_actuators, 0] *= value["arm_gain"]
        f["actuator_biasprm"][self._arm_actuators, 1:3] *= value["arm_gain"]
        # Half a physics step less, or a delay of whole steps flickers between two samples by the rounding of time. Sensors
        # are a step old already when a control step ends.
        dt = model.opt.timestep
        f["actuator_delay"][:] = max(0.0, value["action_delay"] / 1000 - 0.5 * dt)
        f["sensor_delay"][self._encoders] = max(0.0, value["encoder_delay"] / 1000 - 1.5 * dt)
        self._batch.set_const(ids=np.array([slot]))


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
