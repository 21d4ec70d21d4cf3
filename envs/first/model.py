"""The compiled house: one MuJoCo model per robot and scene, with the addresses that the rest of `envs` needs."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

import mujoco
import numpy as np

from ...core.errors import unknown
from ..robots.panda import add_panda
from ..sensors.registry import add_sensors
from .kitchen import build_kitchen
from .loose import OBJECTS

FIXTURES = ("drawer_top", "drawer_bottom", "microwave_door")
"""Joints that tasks read and set, in the order of `HouseModel.fixture_qpos`."""
FINGERS = ("left", "right")
ROBOTS = {"panda": add_panda}
SCENES = {"kitchen": build_kitchen}
SUBSTEPS = 10
"""Physics steps of 5 ms in one control step of 50 ms."""


@dataclass(frozen=True, kw_only=True)
class HouseModel:
    """The model and where things are in its state (addresses into qpos, qvel, ctrl and sensordata)."""

    robot: str
    scene: str
    model: mujoco.MjModel
    model_hash: str
    arm_qpos: np.ndarray
    """(7,) addresses of joint1..joint7."""
    arm_qvel: np.ndarray
    finger_qpos: np.ndarray
    """(2,) addresses of the finger slides [m]; their sum is the gripper's width."""
    object_qpos: np.ndarray
    """(6, 7) addresses of each object's position and quaternion, in the order of OBJECTS."""
    object_qvel: np.ndarray
    """(6, 6)"""
    fixture_qpos: np.ndarray
    """(3,) addresses of FIXTURES."""
    fixture_qvel: np.ndarray
    touch: np.ndarray
    """(6, 2) sensordata addresses: contacts of each object with the left and right finger."""
    tactile: np.ndarray
    """(2, 192) sensordata addresses of the two pads' taxels."""
    encoders: np.ndarray
    """(2, 9) sensordata addresses of the encoders: positions, velocities of the arm's joints and the fingers."""
    handle_closed: np.ndarray
    """(3, 3) positions of the handles of FIXTURES when closed [m], base frame."""
    hinge: np.ndarray
    """(2,) x and y of the microwave door's hinge line [m]."""
    bin_floor: np.ndarray
    """(3,) centre of the bin's floor [m]."""

    def handles(self, fixtures: np.ndarray) -> np.ndarray:
        """Handle positions (B, 3, 3) [m] for fixture joints (B, 3): two drawers [m], one door [rad]."""
        out = np.broadcast_to(self.handle_closed, (len(fixtures), 3, 3)).copy()
        out[:, 0, 0] -= fixtures[:, 0]
        out[:, 1, 0] -= fixtures[:, 1]
        arm = self.handle_closed[2, :2] - self.hinge
        c, s = np.cos(fixtures[:, 2]), np.sin(fixtures[:, 2])
        out[:, 2, 0] = self.hinge[0] + c * arm[0] + s * arm[1]
        out[:, 2, 1] = self.hinge[1] - s * arm[0] + c * arm[1]
        return out


def _add_touch_sensors(spec: mujoco.MjSpec) -> None:
    """One contact counter per object and finger: `touch_mug_left` and so on."""
    for name in OBJECTS:
        for finger in FINGERS:
            spec.add_sensor(
                name=f"touch_{name}_{finger}", type=mujoco.mjtSensor.mjSENS_CONTACT,
                objtype=mujoco.mjtObj.mjOBJ_BODY, objname=name,
                reftype=mujoco.mjtObj.mjOBJ_BODY, refname=f"finger_{finger}", intprm=[1, 0, 1],
            )  # fmt: skip


def _hash(model: mujoco.MjModel) -> str:
    buffer = np.zeros(mujoco.mj_sizeModel(model), np.uint8)
    mujoco.mj_saveModel(model, None, buffer)
    return hashlib.sha256(buffer.tobytes()).hexdigest()[:16]


def _addresses(model: mujoco.MjModel, names: tuple[str, ...], table: str, count: int) -> np.ndarray:
    """(len(names), count) consecutive addresses from `jnt_qposadr` or `jnt_dofadr`."""
    adr = getattr(model, table)
    return np.array([np.arange(count) + adr[model.joint(n).id] for n in names])


@functools.lru_cache(maxsize=4)
def house_model(robot: str = "panda", scene: str = "kitchen", sensors: tuple[str, ...] = ()) -> HouseModel:
    """Builds and compiles the house once per process. Raises HomebodyError for unknown names."""
    if robot not in ROBOTS:
        raise unknown("robot", robot, ROBOTS)
    if scene not in SCENES:
        raise unknown("scene", scene, SCENES)
    spec = SCENES[scene](ROBOTS[robot])
    _add_touch_sensors(spec)
    add_sensors(spec, sensors)
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    arm = tuple(f"joint{i}" for i in range(1, 8))
    fingers = tuple(f"finger_{f}" for f in FINGERS)
    sensor = {s: int(model.sensor(s).adr[0]) for s in (model.sensor(i).name for i in range(model.nsensor))}
    return HouseModel(
        robot=robot, scene=scene, model=model, model_hash=_hash(model),
        arm_qpos=_addresses(model, arm, "jnt_qposadr", 1)[:, 0], arm_qvel=_addresses(model, arm, "jnt_dofadr", 1)[:, 0],
        finger_qpos=_addresses(model, fingers, "jnt_qposadr", 1)[:, 0],
        object_qpos=_addresses(model, OBJECTS, "jnt_qposadr", 7), object_qvel=_addresses(model, OBJECTS, "jnt_dofadr", 6),
        fixture_qpos=_addresses(model, FIXTURES, "jnt_qposadr", 1)[:, 0],
        fixture_qvel=_addresses(model, FIXTURES, "jnt_dofadr", 1)[:, 0],
        touch=np.array([[sensor[f"touch_{n}_{f}"] for f in FINGERS] for n in OBJECTS]),
        tactile=np.array([sensor[f"tactile_{f}"] + np.arange(192) for f in FINGERS]),
        encoders=np.array([[sensor[f"encoder_{q}_{j}"] for j in (*arm, *fingers)] for q in ("q", "dq")]),
        handle_closed=np.array([data.site(f"{n}_handle").xpos.copy() for n in ("drawer_top", "drawer_bottom", "microwave")]),
        hinge=data.joint("microwave_door").xanchor[:2].copy(),
        bin_floor=data.site("bin").xpos.copy(),
    )  # fmt: skip
