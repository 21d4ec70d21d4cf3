"""The kitchen: furniture, loose objects, light and cameras around a robot whose base frame is the world's."""

from __future__ import annotations

from collections.abc import Callable

import mujoco

from ..rooms.shell import add_side, clip_planes, look_at
from .furniture import CABINET_SLOTS, add_bin, add_cabinet, add_chest, add_microwave, add_worktop
from .loose import add_objects
from .materials import add_materials

TIMESTEP_S = 0.005


def _options(spec: mujoco.MjSpec) -> None:
    option = spec.option
    option.timestep = TIMESTEP_S
    # `discrete` solves contacts in the servos' own metric. `implicitfast` lets a grasped can creep 40 mm/s through the pads
    # while the arm's stiff servos accelerate it, since contacts are solved before the damping is made implicit.
    option.integrator = mujoco.mjtIntegrator.mjINT_DISCRETE
    option.solver = mujoco.mjtSolver.mjSOL_NEWTON
    option.jacobian = mujoco.mjtJacobian.mjJAC_DENSE  # MuJoCo 4.0.0's sparse Newton Hessian is wrong (fixed in 4.0.1)
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    option.impratio = 10
    option.iterations, option.ls_iterations = 50, 30
    option.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
    spec.compiler.degree = False


def _light(spec: mujoco.MjSpec) -> None:
    world = spec.worldbody
    world.add_light(pos=[-0.6, 0.9, 2.2], dir=[0.5, -0.42, -1.0], diffuse=[0.62, 0.58, 0.52], specular=[0.25, 0.25, 0.25],
                    type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL)  # fmt: skip
    world.add_light(pos=[0.2, -1.2, 1.8], dir=[0.2, 0.7, -0.9], diffuse=[0.22, 0.24, 0.28], specular=[0, 0, 0],
                    type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL)  # fmt: skip
    head = spec.visual.headlight
    head.ambient, head.diffuse, head.specular = [0.34, 0.33, 0.32], [0.18, 0.18, 0.18], [0, 0, 0]
    clip_planes(spec)


def _backdrop(spec: mujoco.MjSpec) -> None:
    """What people see beyond the room; the `fast` profile leaves it out."""
    spec.add_texture(
        name="backdrop", type=mujoco.mjtTexture.mjTEXTURE_SKYBOX, builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=[0.93, 0.90, 0.85], rgb2=[0.70, 0.66, 0.61], width=64, height=384,
    )  # fmt: skip


def _cameras(spec: mujoco.MjSpec) -> None:
    world = spec.worldbody
    scene = (-0.05, -0.75, 1.15)
    world.add_camera(name="scene", pos=list(scene), xyaxes=look_at(scene, (0.38, 0.0, 0.05)), fovy=47)
    add_side(spec)
    overview = (-0.74, -1.14, 1.06)
    world.add_camera(name="overview", pos=list(overview), xyaxes=look_at(overview, (0.42, -0.03, 0.17)), fovy=44)


def build_kitchen(add_robot: Callable[[mujoco.MjSpec], None] | None = None) -> mujoco.MjSpec:
    """The kitchen as a spec ready to compile; `add_robot` adds the robot."""
    spec = mujoco.MjSpec()
    spec.modelname = "kitchen"
    _options(spec)
    add_materials(spec)
    _light(spec)
    _backdrop(spec)
    world = spec.worldbody
    for add in (add_worktop, add_chest, add_microwave, add_cabinet, add_bin):
        add(world)
    _cameras(spec)
    add_objects(spec)
    if add_robot is not None:
        add_robot(spec)
    return spec


__all__ = ["CABINET_SLOTS", "TIMESTEP_S", "build_kitchen"]
