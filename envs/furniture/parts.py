"""What pieces are built from: boards, pulls, and sites that say how a hand takes them."""

from __future__ import annotations

from collections.abc import Mapping

import mujoco
import numpy as np

from ..objects.forms import Form, add_mesh, lathe
from ..stage import FINGERS

Vector = tuple[float, float, float]
BOX, CYLINDER, CAPSULE = (getattr(mujoco.mjtGeom, f"mjGEOM_{n}") for n in ("BOX", "CYLINDER", "CAPSULE"))

RGB = tuple[float, float, float]
SOLREF, STIFF = [0.01, 1.0], [0.998, 0.9998, 0.001, 0.5, 2]
"""Solver parameters of dry friction and of contacts of light parts that hold: with MuJoCo's defaults a knob creeps under a quarter of its
friction's torque, and a hand would press lugs and keys millimetres deep."""


def bring(spec: mujoco.MjSpec, finishes: Mapping[str, RGB], specular: float, shininess: float) -> None:
    """Adds the materials that the room does not have."""
    for name, rgb in finishes.items():
        if spec.material(name) is None:
            spec.add_material(name=name, rgba=[*rgb, 1], specular=specular, shininess=shininess)


def add_look(spec: mujoco.MjSpec, body: mujoco.MjsBody, name: str, form: Form, material: str) -> None:
    """What is seen of a body, in its frame."""
    add_mesh(spec, name, form)
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH, meshname=name, material=material, group=1, contype=0, conaffinity=0, mass=0
    )  # fmt: skip


def add_touch(spec: mujoco.MjSpec, name: str, *, subtree: bool = False) -> None:
    """Sensors `touch_<name>_<finger>`: the contacts of a body, or of it and all that hangs on it, with each finger."""
    kind = mujoco.mjtObj.mjOBJ_XBODY if subtree else mujoco.mjtObj.mjOBJ_BODY
    for finger in FINGERS:
        spec.add_sensor(
            name=f"touch_{name}_{finger}", type=mujoco.mjtSensor.mjSENS_CONTACT, objtype=kind, objname=name,
            reftype=mujoco.mjtObj.mjOBJ_BODY, refname=f"finger_{finger}", intprm=[1, 0, 1],
        )  # fmt: skip


def add_force(spec: mujoco.MjSpec, body: str, root: str, group: str = "", *, subtree: bool = False) -> None:
    """Sensor `force_<group><body>`: the net contact force between a body, or it and all that hangs on it, and the robot on the body `root`
    (3,) [N]."""
    kind = mujoco.mjtObj.mjOBJ_XBODY if subtree else mujoco.mjtObj.mjOBJ_BODY
    spec.add_sensor(
        name=f"force_{group}{body}", type=mujoco.mjtSensor.mjSENS_CONTACT, objtype=kind, objname=body,
        reftype=mujoco.mjtObj.mjOBJ_XBODY, refname=root, intprm=[2, 3, 1],
    )  # fmt: skip


def slab(
    body: mujoco.MjsBody, low: Vector, high: Vector, material: str, *, solid: bool = True, density: float = 0.0, friction: float = 0.8
) -> None:
    """A box between two corners; `solid` ones are touched by things and the robot."""
    a, b = np.array(low), np.array(high)
    body.add_geom(
        type=BOX, pos=((a + b) / 2).tolist(), size=((b - a) / 2).tolist(), material=material, group=1, density=density,
        contype=int(solid), conaffinity=0, friction=[friction, 0.005, 0.0005],
    )  # fmt: skip


def bar(body: mujoco.MjsBody, centre: Vector, radius: float, length: float, standoff: float, material: str, *, level: bool = False) -> None:
    """A pull on two posts that reach `standoff` in +x, with its contact; upright, or `level` along y."""
    quat = [np.sqrt(0.5), np.sqrt(0.5), 0, 0] if level else [1.0, 0, 0, 0]
    body.add_geom(
        type=CAPSULE, pos=list(centre), size=[radius, length / 2 - radius, 0], quat=quat, material=material, group=1, density=2000,
        contype=1, conaffinity=0, friction=[1.0, 0.01, 0.0005], condim=4, solref=[0.012, 1.0],
    )  # fmt: skip
    turned = [np.sqrt(0.5), 0, np.sqrt(0.5), 0]
    for sign in (-1, 1):
        along = sign * (length / 2 - 1.6 * radius)
        y, z = (along, 0.0) if level else (0.0, along)
        body.add_geom(
            type=CYLINDER, pos=[centre[0] + standoff / 2, centre[1] + y, centre[2] + z], size=[0.7 * radius, standoff / 2, 0], quat=turned,
            material=material, group=1, density=0, contype=0, conaffinity=0,
        )  # fmt: skip


def _quat(z: Vector, y: Vector) -> list[float]:
    """Quaternion of the frame with these z and y axes."""
    z_, y_ = np.asarray(z, float) / np.linalg.norm(z), np.asarray(y, float)
    y_ = y_ - z_ * (y_ @ z_)
    y_ /= np.linalg.norm(y_)
    out = np.zeros(4)
    mujoco.mju_mat2Quat(out, np.stack([np.cross(y_, z_), y_, z_], axis=-1).ravel())
    return out.tolist()


def grip_site(body: mujoco.MjsBody, name: str, position: Vector, *, approach: Vector, across: Vector) -> None:
    """Where and how a hand takes hold: the tool's z axis along `approach`, its fingers travel along `across`."""
    body.add_site(name=name, pos=list(position), quat=_quat(approach, across), size=[0.004], group=4)


def push_site(body: mujoco.MjsBody, name: str, position: Vector, *, direction: Vector) -> None:
    """Where closed fingers push, z along the push."""
    other = (0, 1, 0) if abs(direction[1]) < 0.9 else (1, 0, 0)
    body.add_site(name=name, pos=list(position), quat=_quat(direction, other), size=[0.004], group=4)


SEGMENTS = 18
"""Of a surface of revolution."""


def add_lathe(spec: mujoco.MjSpec, name: str, profile: list[tuple[float, float]]) -> None:
    """A mesh that turns `profile`, points (radius, height) [m], about the z axis.

    Seen with the axis upwards and the radius to the right, the solid lies to the right of the path.
    """
    add_mesh(spec, name, lathe(profile[::-1], SEGMENTS))
