"""The SO-101: five servos, a gripper with one fixed and one moving jaw, both of which feel.

Kinematics, masses and servo limits with their sources: core/so101.py. Inertias: TheRobotStudio, SO-ARM100, `Simulation/SO101`.
Servos are direct-current motors behind 1:345 gears: the position error times KP is the torque of the winding, cut at the stall
torque, and the back electromotive force takes the line down to nothing at the no-load speed. Armature 0.028 kg m^2 and friction
0.052 N m are those of Open Duck Playground, which TheRobotStudio adopted for the STS3215. Gravity is not compensated: the arm sags by up to 1.7 degrees a joint,
as the real one does, and `core.so101.hold` says which targets make up for it. The backlash of 0.5 degrees is not modelled.
"""

from __future__ import annotations

import mujoco
import numpy as np

from ...core import so101 as facts
from ...core.robots import SO101
from ..sensors.encoders import add_encoders
from ..sensors.taxels import add_taxels
from .arm import ROBOT_BIT, SELF_BIT, WORLD_BIT, Arm, Grip, Mount, Ring
from .driving import DriveConfig
from .points import box_points
from .so101_look import HORN_LEAN, RUBBER, add_fixed_jaw_look, add_hand_look, add_link_look, add_moving_jaw_look

BASE_MASS, BASE_COM = 0.147, (0.01372, -5e-05, 0.03348)
INERTIA = (
    (1.147e-4, 1.361e-4, 1.304e-4, -4.6e-7, 4.97e-6, 9.8e-8),
    (8.376e-5, 8.104e-5, 2.398e-5, -7.6e-8, -1.16e-6, -1.55e-7),
    (1.473e-4, 1.425e-4, 4.08e-5, -9e-9, -1.978e-5, 4e-8),
    (2.874e-5, 1.453e-4, 1.598e-4, -1.264e-6, -7.41e-6, -4.9e-8),
    (2.539e-5, 2.1e-5, 3.683e-5, -3.64e-6, 1.8e-8, 5.3e-8),
)
"""Links 0 to 4 about their centres of mass, in frames parallel to the base's at zero: xx, yy, zz, xy, xz, yz [kg m^2]."""
JAW_MASS, JAW_COM, JAW_INERTIA = 0.012, (0.0, -0.0068, 0.0293), (5.3e-6, 6.6e-6, 1.9e-6)
"""The moving jaw, closed, from its hinge along the hand's axes."""
HAND_MASS, HAND_INERTIA = 0.087, (4.34e-5, 2.75e-5, 3.45e-5)
ARMATURE, FRICTION = 0.028, 0.052
"""Of a servo, behind its gears [kg m^2], [N m]."""
DAMPING = facts.TAU_MAX[0] / facts.SPEED_NO_LOAD
"""Back electromotive force [N m s/rad]; Open Duck Playground has 0.60."""
KD = 0.6
"""What the servo's D = 32 adds [N m s/rad]; its scale is unpublished, this lets a step settle without ringing."""
PAD = (0.010, 0.002, facts.PAD_LENGTH_M / 2)
"""Half-sizes of a pad [m]: across, thickness, along the finger."""
DELAY_SAMPLES = 12
"""Length of the delay buffers in physics steps of 5 ms: delays up to 60 ms. They are history only while the delay is zero."""
NEIGHBOURS = (("link0", "link1"), ("hand", "finger_right"), ("finger_left", "finger_right"), ("hand", "finger_left"))
"""Bodies about one joint, which overlap or close on each other; others that share a joint never meet in MuJoCo."""
ENCODED = (*(f"joint{i}" for i in range(1, 6)), "finger_left")
"""Joints with encoders."""
CAPSULE, BOX = mujoco.mjtGeom.mjGEOM_CAPSULE, mujoco.mjtGeom.mjGEOM_BOX


def _quat(R: np.ndarray) -> list[float]:
    """Unit quaternion, w first, of a rotation (3, 3)."""
    quat = np.zeros(4)
    mujoco.mju_mat2Quat(quat, np.ascontiguousarray(R).ravel())
    return quat.tolist()


def _collide(body: mujoco.MjsBody, kind: mujoco.mjtGeom, size: list[float], position: list[float], quat: list[float] | None = None) -> None:
    body.add_geom(
        type=kind, size=size, pos=position, quat=quat or [1, 0, 0, 0], group=3, density=0,
        contype=ROBOT_BIT | SELF_BIT, conaffinity=WORLD_BIT | SELF_BIT,
    )  # fmt: skip


def _servo_joint(
    body: mujoco.MjsBody, name: str, axis: np.ndarray, low: float, high: float, *, pos: np.ndarray | None = None, ref: float = 0.0,
) -> None:  # fmt: skip
    body.add_joint(
        name=name, type=mujoco.mjtJoint.mjJNT_HINGE, axis=axis, pos=np.zeros(3) if pos is None else pos, range=[low, high],
        limited=True, ref=ref, damping=DAMPING, armature=ARMATURE, frictionloss=FRICTION,
    )  # fmt: skip


def _inertial(body: mujoco.MjsBody, mass: float, centre: tuple[float, ...] | np.ndarray, inertia: tuple[float, ...]) -> None:
    body.mass, body.ipos, body.explicitinertial = mass, centre, True
    if len(inertia) == 6:
        body.fullinertia = inertia
    else:
        body.inertia = inertia


def _add_arm(spec: mujoco.MjSpec, position: tuple[float, float, float], yaw: float) -> mujoco.MjsBody:
    """Links 0 to 4; returns the wrist."""
    body = spec.worldbody.add_body(name="link0", pos=position, quat=[np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)])
    _inertial(body, BASE_MASS, BASE_COM, INERTIA[0])
    add_link_look(body, 0)
    for i in range(1, 5):
        body = body.add_body(name=f"link{i}", pos=facts.OFFSET[i - 1])
        _servo_joint(body, f"joint{i}", facts.AXIS[i - 1], facts.Q_MIN[i - 1], facts.Q_MAX[i - 1])
        _inertial(body, facts.MASS[i - 1], facts.COM[i - 1], INERTIA[i])
        add_link_look(body, i)
    return body


def _add_arm_collisions(spec: mujoco.MjSpec) -> None:
    along_x = [np.sqrt(0.5), 0, np.sqrt(0.5), 0]
    _collide(spec.body("link0"), BOX, [0.045, 0.034, 0.03], [0.012, 0, 0.03])
    _collide(spec.body("link1"), BOX, [0.02, 0.02, 0.03], [0.025, 0, 0.033])
    _collide(spec.body("link2"), CAPSULE, [0.022, 0.045, 0], [0, 0, 0.05])
    _collide(spec.body("link2"), BOX, [0.024, 0.02, 0.015], [0.014, 0, 0.1126])
    _collide(spec.body("link3"), CAPSULE, [0.02, 0.05, 0], [0.055, 0, 0.003], along_x)
    _collide(spec.body("link3"), BOX, [0.024, 0.02, 0.015], [0.122, 0, 0.0052])
    _collide(spec.body("link4"), BOX, [0.03, 0.03, 0.015], [0.028, 0.006, 0])


def _add_hand(wrist: mujoco.MjsBody) -> mujoco.MjsBody:
    # The hand's frame is the tool's, at the roll axis: z out of the hand, y from the fixed to the moving jaw.
    hand = wrist.add_body(name="hand", pos=facts.OFFSET[4], quat=_quat(facts.HAND))
    _servo_joint(hand, "joint5", facts.HAND.T @ facts.AXIS[4], facts.Q_MIN[4], facts.Q_MAX[4])
    # The published centre of mass of hand and jaw together is `COM[4]`, in the wrist's axes.
    together = facts.HAND.T @ facts.COM[4]
    jaw = np.array([0, *facts.JAW_HINGE]) + JAW_COM
    _inertial(hand, HAND_MASS, (together * facts.MASS[4] - jaw * JAW_MASS) / HAND_MASS, HAND_INERTIA)
    _collide(hand, BOX, [0.02, 0.026, 0.018], [0, 0.005, 0.020])
    _collide(hand, BOX, [0.012, 0.016, 0.013], [0.048, 0, 0.011])
    hand.add_site(name="tcp", pos=facts.TCP, size=[0.004], group=4)
    # The camera looks along the jaws from the side, tilted 24 degrees towards their tips.
    tilt = np.deg2rad(24)
    hand.add_camera(name="wrist", pos=[0.057, 0.004, 0.022], fovy=80, xyaxes=[0, 1, 0, np.cos(tilt), 0, np.sin(tilt)])
    add_hand_look(hand)
    return hand


def _add_finger(spec: mujoco.MjSpec, finger: mujoco.MjsBody, name: str) -> None:
    """What both jaws have: the rubber pad with its taxels and the finger behind it.

    The body's frame sits at the tip of the pad's face: z along the finger, y into the finger.
    """
    place = [0, PAD[1], -PAD[2]]
    finger.add_geom(
        name=f"pad_{name}", type=BOX, size=list(PAD), pos=place, group=2, density=0, rgba=RUBBER,
        contype=ROBOT_BIT | SELF_BIT, conaffinity=WORLD_BIT | SELF_BIT, friction=[1.2, 0.02, 0.0005], condim=4, priority=1, solref=[0.01, 1.0],
        solimp=[0.9, 0.99, 0.001, 0.5, 2],
    )  # fmt: skip
    # `plate` has its taxels on its -z face: turned so that they face the other jaw, rows along the finger.
    finger.add_geom(
        name=f"taxels_{name}", type=mujoco.mjtGeom.mjGEOM_MESH, meshname="taxel_plate", pos=place,
        quat=[np.sqrt(0.5), -np.sqrt(0.5), 0, 0], group=4, density=0, contype=0, conaffinity=0,
    )  # fmt: skip
    add_taxels(spec, name)
    _collide(finger, BOX, [0.010, 0.0035, 0.0135], [0, 0.0055, -0.0138])
    _collide(finger, BOX, [0.014, 0.0045, 0.0125], [0, 0.0070, -0.0395])


def _add_jaws(spec: mujoco.MjSpec, hand: mujoco.MjsBody) -> None:
    """`finger_left` turns about its hinge; `finger_right` is the hand's own, with its y axis turned away from the other."""
    tip = np.array([0, facts.FIXED_FACE_Y, facts.TIP_Z])
    c, s = np.cos(facts.JAW_CANT), np.sin(facts.JAW_CANT)
    R = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    moving = hand.add_body(name="finger_left", pos=tip, quat=_quat(R))
    hinge = R.T @ (np.array([0, *facts.JAW_HINGE]) - tip)
    # Built closed; positive angles open it towards the tool's +y.
    _servo_joint(moving, "finger_left", np.array([-1.0, 0, 0]), facts.JAW_CLOSED, facts.JAW_OPEN, pos=hinge, ref=facts.JAW_CLOSED)
    _inertial(moving, JAW_MASS, hinge + R.T @ JAW_COM, JAW_INERTIA)
    _add_finger(spec, moving, "left")
    _collide(moving, BOX, [0.024, 0.0065, 0.017], (hinge + [0, 0.0108, 0.0132]).tolist(), HORN_LEAN)
    add_moving_jaw_look(moving, hinge)
    fixed = hand.add_body(name="finger_right", pos=tip, quat=[0.0, 0, 0, 1.0])
    _inertial(fixed, 0.0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    _add_finger(spec, fixed, "right")
    add_fixed_jaw_look(fixed)


def _add_actuators(spec: mujoco.MjSpec) -> None:
    for i in range(5):
        actuator = spec.add_actuator(name=f"joint{i + 1}", target=f"joint{i + 1}", trntype=mujoco.mjtTrn.mjTRN_JOINT)
        actuator.set_to_position(kp=facts.KP, kv=KD)
        actuator.ctrlrange, actuator.ctrllimited = [facts.Q_MIN[i], facts.Q_MAX[i]], True
        actuator.forcerange, actuator.forcelimited = [-facts.TAU_MAX[i], facts.TAU_MAX[i]], True
        actuator.nsample = DELAY_SAMPLES
    gripper = spec.add_actuator(name="gripper", target="finger_left", trntype=mujoco.mjtTrn.mjTRN_JOINT)
    # The opening in [0, 1] is linear in the servo's angle.
    gripper.gainprm[0] = facts.KP * (facts.JAW_OPEN - facts.JAW_CLOSED)
    gripper.biastype = mujoco.mjtBias.mjBIAS_AFFINE
    gripper.biasprm[:3] = [facts.KP * facts.JAW_CLOSED, -facts.KP, 0.0]
    gripper.ctrlrange, gripper.ctrllimited = [0.0, 1.0], True
    gripper.forcerange, gripper.forcelimited = [-facts.GRIPPER_TAU_MAX, facts.GRIPPER_TAU_MAX], True
    gripper.nsample = DELAY_SAMPLES


def add_so101(spec: mujoco.MjSpec, position: tuple[float, float, float] = (0.0, 0.0, 0.0), yaw: float = 0.0) -> None:
    """Adds the arm, the gripper, its actuators, sensors and the wrist camera, its base at `position` [m] turned by `yaw` [rad]."""
    spec.compiler.degree = False
    plate = spec.add_mesh(name="taxel_plate")
    plate.make_plate(resolution=[8, 8])
    plate.scale = [PAD[0], PAD[2], PAD[1]]
    hand = _add_hand(_add_arm(spec, position, yaw))
    _add_arm_collisions(spec)
    _add_jaws(spec, hand)
    for one, other in NEIGHBOURS:
        spec.add_exclude(bodyname1=one, bodyname2=other)
    _add_actuators(spec)
    add_encoders(spec, ENCODED, DELAY_SAMPLES)


def hand_points(opening_m: float) -> np.ndarray:
    """(0, 3): furniture stands out of reach of this hand."""
    del opening_m
    return np.zeros((0, 3))


SO101_ARM = Arm(
    robot=SO101,
    add=add_so101,
    mount=Mount(x=0.2, noise=(0.01, 0.015, 0.14)),  # clamped to the worktop's marks
    ring=Ring(axis_x_m=float(facts.OFFSET[0, 0]), radius_m=(0.145, 0.24), side_rad=1.15, ahead_m=(0.07, 0.30)),  # see TOP_DOWN_RADIUS_M
    worktop_only=True,
    # The fixed jaw stays 6 mm above what a thing stands on; the tip of the moving one reaches up to 18 mm further down than the tool
    # centre point as it swings shut; above 0.085 m the arm no longer points straight down. The servos lag, and the jaws are short of a
    # flat thing: hence the small error at which they close.
    grip=Grip(width_m=0.065, mass_kg=0.15, from_above_m=(0.0085, 0.085), tip_m=0.0168, settled_m=0.002),
    safe_m=0.15,  # higher up it leans outwards
    hand_points=hand_points,
    palm_points=box_points((0.0, 0.005, 0.020), (0.02, 0.026, 0.018)) - facts.TCP,
    drive=DriveConfig(
        speed_mps=0.15,
        acceleration_mps2=0.9,
        low=(-0.10, -0.40, -0.02),
        high=(0.45, 0.40, 0.40),
        clear_m=0.10,
        leash_m=0.05,
        orientation=0.02,  # five joints have no hold of it
    ),
)


__all__ = ["DELAY_SAMPLES", "ENCODED", "PAD", "add_so101"]
