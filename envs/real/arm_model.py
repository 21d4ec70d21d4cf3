"""The arm alone, as `identify` fits it: arm, closed hand, a payload between the fingers, position servos, encoders."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import mujoco
import numpy as np

from ..robots.arm import TOOL
from ..robots.table import arm_named
from ..rooms.shell import TIMESTEP_S
from .which import ROBOT

PAYLOAD = "payload"
NO_MASS_KG = 1e-6
"""MuJoCo wants every body to weigh something."""
PAYLOAD_RADIUS_M = 0.02
"""The payload turns like a solid ball of this radius [m]."""


@functools.cache
def _tool_in_hand() -> tuple[float, ...]:
    """(3,) the tool centre point in the hand's frame [m]."""
    spec = mujoco.MjSpec()
    arm_named(ROBOT.name).add(spec)
    return tuple(spec.site(TOOL).pos.tolist())


@dataclass(frozen=True, kw_only=True)
class ArmConfig:
    """How the arm is simulated."""

    step_s: float = TIMESTEP_S
    """Physics step [s]; the default is the house's own, so that what is fitted is what the house simulates."""
    payload_m: tuple[float, ...] = field(default_factory=_tool_in_hand)
    """The payload's centre of mass in the hand's frame [m]; the default is the tool centre point."""
    payload_told: bool = False
    """The arm's controller was told the payload and holds its weight: only its inertia shows."""


def arm_spec(config: ArmConfig) -> mujoco.MjSpec:
    """The model before compilation: the joints, a servo and an encoder `q1..` each, the body `payload`."""
    spec = mujoco.MjSpec()
    arm = arm_named(ROBOT.name)
    arm.add(spec)
    for sensor in list(spec.sensors):
        spec.delete(sensor)
    for thing in (*list(spec.equalities), *list(spec.tendons), spec.actuator("gripper")):
        spec.delete(thing)
    for name in ROBOT.fingers:
        spec.delete(spec.joint(name))
    # Nothing is touched or drawn: without geometry a model compiles 20 times as fast, and a fit compiles hundreds.
    for geom in list(spec.geoms):
        spec.delete(geom)
    for group in (spec.meshes, spec.materials, spec.textures):
        for thing in list(group):
            spec.delete(thing)
    payload = spec.body(arm.hand).add_body(name=PAYLOAD, pos=list(config.payload_m), gravcomp=float(config.payload_told))
    set_payload(spec, NO_MASS_KG)
    payload.explicitinertial = True
    for i, joint in enumerate(ROBOT.joints, 1):
        spec.add_sensor(name=f"q{i}", type=mujoco.mjtSensor.mjSENS_JOINTPOS, objtype=mujoco.mjtObj.mjOBJ_JOINT, objname=joint)
    option = spec.option
    option.timestep = config.step_s
    option.integrator = mujoco.mjtIntegrator.mjINT_DISCRETE
    option.jacobian = mujoco.mjtJacobian.mjJAC_DENSE  # MuJoCo 4.0.0's sparse Newton Hessian is wrong (fixed in 4.0.1)
    option.tolerance = 1e-12  # finite differences need a converged solver
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    option.impratio = 10
    option.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET | mujoco.mjtDisableBit.mjDSBL_CONTACT
    return spec


def set_payload(spec: mujoco.MjSpec, mass_kg: float) -> None:
    body = spec.body(PAYLOAD)
    body.mass = max(mass_kg, NO_MASS_KG)
    body.inertia = [0.4 * body.mass * PAYLOAD_RADIUS_M**2] * 3


def nominal_joints(spec: mujoco.MjSpec) -> tuple[np.ndarray, np.ndarray]:
    """Dry friction (dof,) and viscous damping (dof,) of the model as it is shipped."""
    joints = [spec.joint(name) for name in ROBOT.joints]
    return np.array([float(np.ravel(j.frictionloss)[0]) for j in joints]), np.array([float(np.ravel(j.damping)[0]) for j in joints])


def speed_gains(spec: mujoco.MjSpec) -> np.ndarray:
    """(dof,) speed gains of the servos of the model as it is shipped [N m s/rad]."""
    return np.array([-float(spec.actuator(name).biasprm[2]) for name in ROBOT.joints])


def delayed_targets(
    sent_s: np.ndarray, targets: np.ndarray, at_s: np.ndarray, step_s: float, delay_s: float, *, linear: bool
) -> np.ndarray:
    """What a servo sees on average during each physics step [at, at + step), `delay_s` after it was sent: (M, dof).

    `targets` (N, dof) sent at `sent_s` (N,) are held until the next one, or joined by lines (`linear`); before the first they
    were the first, after the last they stay the last. The mean over a step is exact, so it is smooth in the delay.
    """
    edges = np.append(at_s, at_s[-1] + step_s) - delay_s
    gaps = np.diff(sent_s)[:, None]
    slope = np.diff(targets, axis=0) / gaps if linear else np.zeros((len(gaps), targets.shape[1]))
    integral = np.concatenate([np.zeros((1, targets.shape[1])), np.cumsum(gaps * targets[:-1] + 0.5 * gaps**2 * slope, axis=0)])
    i = np.clip(np.searchsorted(sent_s, edges, side="right") - 1, 0, len(sent_s) - 1)
    since = (edges - sent_s[i])[:, None]
    bend = np.where(since < 0, 0.0, slope[np.minimum(i, len(slope) - 1)])
    bend = np.where((i == len(sent_s) - 1)[:, None], 0.0, bend)
    total = integral[i] + since * targets[i] + 0.5 * since**2 * bend
    return np.diff(total, axis=0) / step_s
