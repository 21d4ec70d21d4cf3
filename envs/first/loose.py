"""The six loose objects: contacts by primitives, which the taxels see analytically; looks by lathe meshes."""

from __future__ import annotations

import mujoco
import numpy as np

from .meshes import APPLE, BOTTLE, BOWL, MUG, add_lathe

OBJECTS = ("mug", "bowl", "box", "can", "apple", "bottle")
REST_HEIGHT = {"mug": 0.0425, "bowl": 0.0275, "box": 0.05, "can": 0.05, "apple": 0.035, "bottle": 0.0925}
"""Height of the centre above the surface that carries the upright object [m]."""
FOOTPRINT = {"mug": 0.05, "bowl": 0.075, "box": 0.043, "can": 0.03, "apple": 0.035, "bottle": 0.03}
"""Radius of the circle that the object covers [m]."""
MASS = {"mug": 0.25, "bowl": 0.2, "box": 0.12, "can": 0.25, "apple": 0.16, "bottle": 0.3}
BOWL_SEGMENTS = 14
BOX, CYLINDER, SPHERE, CAPSULE, MESH = (getattr(mujoco.mjtGeom, f"mjGEOM_{n}") for n in ("BOX", "CYLINDER", "SPHERE", "CAPSULE", "MESH"))


def _contact(
    body: mujoco.MjsBody, kind: mujoco.mjtGeom, size: list[float], pos: list[float], mass: float, quat: list[float] | None = None
) -> None:
    rolling = 0.004 if kind == SPHERE else 0.0005
    body.add_geom(
        type=kind, size=size, pos=pos, quat=quat or [1, 0, 0, 0], mass=mass, group=3, contype=1, conaffinity=1,
        condim=6 if kind == SPHERE else 4, friction=[0.9, 0.01, rolling], solref=[0.012, 1.0],
    )  # fmt: skip


def _look(
    body: mujoco.MjsBody, kind: mujoco.mjtGeom, material: str, size: list[float], pos: list[float], quat: list[float] | None = None
) -> None:
    body.add_geom(type=kind, size=size, pos=pos, quat=quat or [1, 0, 0, 0], material=material, group=2, mass=0, contype=0, conaffinity=0)


def _lathe(spec: mujoco.MjSpec, body: mujoco.MjsBody, name: str, profile: list[tuple[float, float]], z: float) -> None:
    add_lathe(spec, name, profile)
    body.add_geom(type=MESH, meshname=name, pos=[0, 0, z], material=name, group=2, mass=0, contype=0, conaffinity=0)


def _mug(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    _contact(body, CYLINDER, [0.036, 0.0425, 0], [0, 0, 0], 0.24)
    _contact(body, BOX, [0.012, 0.005, 0.022], [0.048, 0, 0], 0.01)
    _lathe(spec, body, "mug", MUG, -REST_HEIGHT["mug"])
    half = [np.sqrt(0.5), 0, np.sqrt(0.5), 0]
    _look(body, CAPSULE, "mug", [0.005, 0.009, 0], [0.044, 0, 0.022], half)
    _look(body, CAPSULE, "mug", [0.005, 0.022, 0], [0.055, 0, 0])
    _look(body, CAPSULE, "mug", [0.005, 0.009, 0], [0.044, 0, -0.022], half)


def _bowl(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    _contact(body, CYLINDER, [0.055, 0.004, 0], [0, 0, -0.0235], 0.08)
    half = 0.0725 * np.tan(np.pi / BOWL_SEGMENTS) + 0.001
    for i in range(BOWL_SEGMENTS):
        a = 2 * np.pi * i / BOWL_SEGMENTS
        quat = [np.cos(a / 2), 0, 0, np.sin(a / 2)]
        position = [0.069 * np.cos(a), 0.069 * np.sin(a), 0.002]  # clear of the surface: only the base rests on it
        _contact(body, BOX, [0.0035, half, 0.0255], position, 0.12 / BOWL_SEGMENTS, quat)
    _lathe(spec, body, "bowl", BOWL, -REST_HEIGHT["bowl"])
    body.add_site(name="bowl_inside", pos=[0, 0, -0.0195], size=[0.004], group=4)


def _box(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    _contact(body, BOX, [0.035, 0.025, 0.05], [0, 0, 0], MASS["box"])
    _look(body, BOX, "box", [0.035, 0.025, 0.05], [0, 0, 0])
    _look(body, BOX, "box_label", [0.0355, 0.0255, 0.012], [0, 0, 0.012])
    _look(body, BOX, "cap", [0.018, 0.0258, 0.018], [0, 0, 0.010])


def _can(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    _contact(body, CYLINDER, [0.03, 0.05, 0], [0, 0, 0], MASS["can"])
    _look(body, CYLINDER, "can", [0.0302, 0.042, 0], [0, 0, 0])
    _look(body, CYLINDER, "steel", [0.029, 0.05, 0], [0, 0, 0])
    _look(body, CYLINDER, "cap", [0.0304, 0.008, 0], [0, 0, 0.005])


def _apple(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    _contact(body, SPHERE, [0.035, 0, 0], [0, 0, 0], MASS["apple"])
    _lathe(spec, body, "apple", APPLE, 0.0)
    _look(body, CAPSULE, "stem", [0.0022, 0.007, 0], [0, 0, 0.033])


def _bottle(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    _contact(body, CYLINDER, [0.03, 0.07, 0], [0, 0, -0.0225], 0.27)
    _contact(body, CYLINDER, [0.013, 0.0225, 0], [0, 0, 0.07], 0.03)
    _lathe(spec, body, "bottle", BOTTLE, -REST_HEIGHT["bottle"])
    _look(body, CYLINDER, "cap", [0.0306, 0.022, 0], [0, 0, -0.03])
    _look(body, CYLINDER, "cap", [0.0137, 0.008, 0], [0, 0, 0.086])


MAKERS = {"mug": _mug, "bowl": _bowl, "box": _box, "can": _can, "apple": _apple, "bottle": _bottle}


def add_objects(spec: mujoco.MjSpec) -> None:
    """Adds the loose objects, each a body with a free joint of its name."""
    for i, name in enumerate(OBJECTS):
        body = spec.worldbody.add_body(name=name, pos=[0.5, 0.1 * i, 0.3])
        body.add_freejoint(name=name)
        MAKERS[name](spec, body)
