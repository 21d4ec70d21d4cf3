"""What all rooms share: physics options, light, walls, a window, cameras."""

from __future__ import annotations

from collections.abc import Callable

import mujoco
import numpy as np

from .materials import add_materials

BOX = mujoco.mjtGeom.mjGEOM_BOX
TIMESTEP_S = 0.005
NEAR_M, FAR_M = 0.006, 30.0
Vector = tuple[float, float, float]


def look_at(position: Vector, target: Vector) -> list[float]:
    """`xyaxes` of a camera at `position` that looks at `target` with the world's z upwards."""
    z = np.array(position) - np.array(target)
    z /= np.linalg.norm(z)
    x = np.cross([0, 0, 1], z)
    x /= np.linalg.norm(x)
    return [*x.tolist(), *np.cross(z, x).tolist()]


def options(spec: mujoco.MjSpec) -> None:
    """Contacts in the servos' own metric, sleeping bodies, no silent reset."""
    option = spec.option
    option.timestep = TIMESTEP_S
    option.integrator = mujoco.mjtIntegrator.mjINT_DISCRETE  # `implicitfast` lets a grasped thing creep while servos accelerate it
    option.solver = mujoco.mjtSolver.mjSOL_NEWTON
    option.jacobian = mujoco.mjtJacobian.mjJAC_DENSE  # MuJoCo 4.0.0's sparse Newton Hessian is wrong (fixed in 4.0.1)
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    option.impratio = 10
    option.iterations, option.ls_iterations = 50, 30
    option.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
    option.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP
    spec.compiler.degree = False


def cloth_options(spec: mujoco.MjSpec) -> None:
    """For rooms with cloth: hundreds of light vertices with sparse neighbours. Conjugate gradients never form a Hessian."""
    options(spec)
    spec.option.solver = mujoco.mjtSolver.mjSOL_CG
    spec.option.jacobian = mujoco.mjtJacobian.mjJAC_SPARSE
    spec.option.iterations = 40
    spec.option.tolerance = 1e-6


def clip_planes(spec: mujoco.MjSpec) -> None:
    """What cameras draw: from NEAR_M to FAR_M. MuJoCo counts them in extents of the model, which grow with the room: a wrist camera in a
    bedroom was blind up to 9 cm. An extent of 1 m makes them metres."""
    spec.stat.extent = 1.0
    spec.visual.map.znear, spec.visual.map.zfar = NEAR_M, FAR_M


def light(spec: mujoco.MjSpec) -> None:
    """Daylight from the left, a softer lamp from the right, and what the walls throw back."""
    world, sun = spec.worldbody, mujoco.mjtLightType.mjLIGHT_DIRECTIONAL
    world.add_light(pos=[-0.6, 0.9, 2.2], dir=[0.5, -0.42, -1.0], diffuse=[0.60, 0.57, 0.52], specular=[0.25, 0.25, 0.25], type=sun)
    world.add_light(pos=[0.2, -1.2, 1.8], dir=[0.2, 0.7, -0.9], diffuse=[0.22, 0.24, 0.28], specular=[0, 0, 0], type=sun)
    head = spec.visual.headlight
    head.ambient, head.diffuse, head.specular = [0.35, 0.34, 0.33], [0.18, 0.18, 0.18], [0, 0, 0]
    clip_planes(spec)
    spec.add_texture(
        name="backdrop", type=mujoco.mjtTexture.mjTEXTURE_SKYBOX, builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=[0.93, 0.90, 0.85], rgb2=[0.70, 0.66, 0.61], width=64, height=384,
    )  # fmt: skip


def block(spec: mujoco.MjSpec, low: Vector, high: Vector, material: str, *, solid: bool = False, friction: float = 0.9) -> None:
    """A box of the room itself between two corners."""
    spec.worldbody.add_geom(
        type=BOX, pos=[(a + b) / 2 for a, b in zip(low, high, strict=True)], size=[(b - a) / 2 for a, b in zip(low, high, strict=True)],
        material=material, group=1, contype=int(solid), conaffinity=0, friction=[friction, 0.005, 0.0005],
    )  # fmt: skip


def window(spec: mujoco.MjSpec, x: float, y0: float, y1: float, z0: float, z1: float) -> None:
    """A window in the wall behind the worktop, whose face is at `x`."""
    block(spec, (x - 0.004, y0, z0), (x, y1, z1), "sky")
    bar = 0.025
    for low, high in (
        ((x - 0.02, y0 - bar, z0 - bar), (x, y1 + bar, z0)), ((x - 0.02, y0 - bar, z1), (x, y1 + bar, z1 + bar)),
        ((x - 0.02, y0 - bar, z0), (x, y0, z1)), ((x - 0.02, y1, z0), (x, y1 + bar, z1)),
        ((x - 0.015, (y0 + y1) / 2 - bar / 2, z0), (x, (y0 + y1) / 2 + bar / 2, z1)),
    ):  # fmt: skip
        block(spec, low, high, "frame")


def side_walls(spec: mujoco.MjSpec, x: tuple[float, float], y: float, low: float, high: float) -> None:
    """Walls to the left and right, at -y and y, from `low` to `high` [m]: where a room ends pictures would be black."""
    for sign in (-1, 1):
        near, far = sorted((sign * y, sign * (y + 0.05)))
        block(spec, (x[0], near, low), (x[1], far, high), "wall")


Eye = tuple[Vector, Vector, float]
"""Where a camera stands, where it looks [m], and its field of view [deg]."""
SIDE: Eye = ((-0.64, 0.08, 1.24), (0.16, 0.02, 0.1), 59.0)
"""Over the robot's shoulder. Fronts face the robot, those beside it too: from there switches, buttons and levers show their faces, and the
arm hides others than from `scene`."""


def add_camera(spec: mujoco.MjSpec, name: str, eye: Eye) -> None:
    """A camera on the world."""
    position, target, fovy = eye
    spec.worldbody.add_camera(name=name, pos=list(position), xyaxes=look_at(position, target), fovy=fovy)


def cameras(
    spec: mujoco.MjSpec, scene: Vector, target: Vector, fovy: float, overview: Vector = (-0.78, -1.06, 1.10), view: Vector = (0.38, 0.0, 0.14),
    side: Eye = SIDE,
) -> None:  # fmt: skip
    """`scene`, which policies see, `side`, which sees what the arm or a thing's own body hides from it, and `overview` for people, which
    looks at `view`."""
    add_camera(spec, "scene", (scene, target, fovy))
    add_camera(spec, "side", side)
    add_camera(spec, "overview", (overview, view, 48.0))


def begin(spec: mujoco.MjSpec, set_options: Callable[[mujoco.MjSpec], None] = options) -> None:
    """Options, materials and light."""
    set_options(spec)
    add_materials(spec)
    light(spec)
