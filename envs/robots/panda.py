"""The Franka Panda with a two-finger gripper whose pads feel.

Kinematics: core/kinematics.py. Masses, centres of mass and inertias: Gaz et al. 2019, "Dynamic identification of the
Franka Emika Panda robot with retrieval of feasible parameters", as published in franka_ros. Fingers carry the `tactile`
sensors of MuJoCo: 8 x 8 taxels each, evaluated against analytic primitives.
"""

from __future__ import annotations

import itertools

import mujoco
import numpy as np

from ...core.kinematics import DH_A, DH_ALPHA, DH_D, FLANGE_D, HAND_YAW, Q_MAX, Q_MIN, TAU_MAX, TCP_D
from ...core.robots import PANDA
from ..sensors.encoders import add_encoders
from ..sensors.taxels import add_taxels
from .arm import ROBOT_BIT, SELF_BIT, WORLD_BIT, Arm, Grip, Mount
from .driving import DriveConfig
from .panda_look import add_finger_look, add_hand_look, add_link_look
from .points import box_points

MASS = (0.629769, 4.970684, 0.646926, 3.228604, 3.587895, 1.225946, 1.666555, 0.735522)
"""Links 0 to 7 [kg]."""
COM = (
    (-0.041018, -0.00014, 0.049974), (0.003875, 0.002081, -0.04762), (-0.003141, -0.02872, 0.003495),
    (0.027518, 0.039252, -0.066502), (-0.05317, 0.104419, 0.027454), (-0.011953, 0.041065, -0.038437),
    (0.060149, -0.014117, -0.010517), (0.010517, -0.004252, 0.061597),
)  # fmt: skip
"""Centres of mass in the link frames [m]."""
INERTIA = (
    (0.00315, 0.00388, 0.004285, 8.2904e-7, 0.00015, 8.2299e-6),
    (0.70337, 0.70661, 0.009117, -0.000139, 0.006772, 0.019169),
    (0.007962, 0.02811, 0.025995, -0.003925, 0.010254, 0.000704),
    (0.037242, 0.036155, 0.01083, -0.004761, -0.011396, -0.012805),
    (0.025853, 0.019552, 0.028323, 0.007796, -0.001332, 0.008641),
    (0.035549, 0.029474, 0.008627, -0.002117, -0.004037, 0.000229),
    (0.001964, 0.004354, 0.005433, 0.000109, -0.001158, 0.000341),
    (0.012516, 0.010027, 0.004815, -0.000428, -0.001196, -0.000741),
)
"""About the centres of mass: xx, yy, zz, xy, xz, yz [kg m^2]."""
HAND_MASS, HAND_COM, HAND_INERTIA = 0.73, (-0.01, 0.0, 0.03), (0.001, 0.0025, 0.0017)
FINGER_MASS, FINGER_INERTIA = 0.015, (2.375e-6, 2.375e-6, 7.5e-7)
KP = (2500.0, 2500.0, 2000.0, 2000.0, 600.0, 600.0, 400.0)
"""Position gains [N m/rad]. A servo that is h = 5 ms late asks for KP h dq more than it needs: for the wrist's 12 N m that is what limits
them."""
KV = (140.0, 140.0, 100.0, 90.0, 22.0, 22.0, 15.0)
"""Critical damping, or a little more, of what each joint carries about home [N m s/rad]: set-points are smooth. Much more, and a torque
at its limit chatters from one physics step to the next."""
FINGER_DAMPING = 250.0
"""[N s/m]; with GRIP_FORCE_N a finger closes at 0.16 m/s."""
FINGER_Z = 0.0584
"""Where the fingers start, from the hand [m]."""
PAD = (0.009, 0.0035, 0.011)
"""Half-sizes of a pad [m]: across, thickness, along the finger."""
TIP = (0.009, 0.0064, 0.011)
"""Half-sizes of what touches there, the pad and the finger behind it [m]: cloth that is pressed into a box beyond its middle comes out at the
back, and the finger is through it."""
GRIP_FORCE_N = 40.0
"""Between the pads, at most; the published continuous force is 70 N."""
DELAY_SAMPLES = 12
"""Length of the delay buffers in physics steps of 5 ms: delays up to 60 ms. They are history only while the delay is zero."""
NEIGHBOURS = (("link0", "link1"), ("finger_left", "finger_right"))
"""The foot and what turns on it, which MuJoCo takes for strangers since the foot stands still; fingers that close on each other. Other
links that share a joint never meet in MuJoCo."""


ENCODED = (*(f"joint{i}" for i in range(1, 8)), "finger_left", "finger_right")
"""Joints with encoders."""


def _collide(body: mujoco.MjsBody, kind: mujoco.mjtGeom, size: list[float], position: list[float], quat: list[float] | None = None) -> None:
    body.add_geom(
        type=kind, size=size, pos=position, quat=quat or [1, 0, 0, 0], group=3, density=0,
        contype=ROBOT_BIT | SELF_BIT, conaffinity=WORLD_BIT | SELF_BIT,
    )  # fmt: skip


def _add_arm(spec: mujoco.MjSpec) -> mujoco.MjsBody:
    """Links 0 to 7; returns link 7."""
    body = spec.worldbody.add_body(name="link0")
    for i in range(8):
        if i:
            a, d, alpha = DH_A[i - 1], DH_D[i - 1], DH_ALPHA[i - 1]
            body = body.add_body(
                name=f"link{i}",
                pos=[a, -d * np.sin(alpha), d * np.cos(alpha)],
                quat=[np.cos(alpha / 2), np.sin(alpha / 2), 0, 0],
                gravcomp=1,
            )
            body.add_joint(
                name=f"joint{i}", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, 1], range=[Q_MIN[i - 1], Q_MAX[i - 1]], limited=True,
                damping=1.0, armature=0.1, frictionloss=0.2, actgravcomp=True, actfrcrange=[-TAU_MAX[i - 1], TAU_MAX[i - 1]], actfrclimited=True,
            )  # fmt: skip
        body.mass, body.ipos, body.fullinertia, body.explicitinertial = MASS[i], COM[i], INERTIA[i], True
        add_link_look(spec, body, i)
    return body


def _add_arm_collisions(spec: mujoco.MjSpec) -> None:
    capsule = mujoco.mjtGeom.mjGEOM_CAPSULE
    turned = [np.sqrt(0.5), np.sqrt(0.5), 0, 0]
    _collide(spec.body("link0"), capsule, [0.07, 0.05, 0], [-0.04, 0, 0.075], [np.sqrt(0.5), 0, np.sqrt(0.5), 0])
    _collide(spec.body("link1"), capsule, [0.06, 0.07, 0], [0, 0, -0.1])
    _collide(spec.body("link2"), capsule, [0.06, 0.06, 0], [0, 0, 0])
    _collide(spec.body("link3"), capsule, [0.06, 0.06, 0], [0, 0, -0.12])
    _collide(spec.body("link4"), capsule, [0.06, 0.06, 0], [0, 0, 0])
    _collide(spec.body("link5"), capsule, [0.055, 0.09, 0], [0, 0.02, -0.17])
    _collide(spec.body("link5"), capsule, [0.04, 0.05, 0], [0, 0.07, -0.06])
    _collide(spec.body("link6"), capsule, [0.05, 0.03, 0], [0.03, 0, 0], turned)
    _collide(spec.body("link7"), capsule, [0.045, 0.02, 0], [0, 0, 0.06])


def _add_hand(flange: mujoco.MjsBody, z: float, yaw: float) -> mujoco.MjsBody:
    hand = flange.add_body(name="hand", pos=[0, 0, z], quat=[np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)], gravcomp=1)
    hand.mass, hand.ipos, hand.inertia, hand.explicitinertial = HAND_MASS, HAND_COM, HAND_INERTIA, True
    _collide(hand, mujoco.mjtGeom.mjGEOM_BOX, [0.03, 0.1, 0.028], [0, 0, 0.03])
    hand.add_site(name="tcp", pos=[0, 0, TCP_D], size=[0.004], group=4)
    # The camera looks along the fingers from the front, tilted 24 degrees towards their tips.
    tilt = np.deg2rad(24)
    hand.add_camera(name="wrist", pos=[0.065, 0, 0.045], fovy=80, xyaxes=[0, 1, 0, np.cos(tilt), 0, np.sin(tilt)])
    add_hand_look(hand)
    return hand


def _add_finger(spec: mujoco.MjSpec, hand: mujoco.MjsBody, name: str, side: int) -> None:
    """One finger; `side` +1 moves along the hand's +y."""
    turn = [1.0, 0, 0, 0] if side > 0 else [0.0, 0, 0, 1.0]
    finger = hand.add_body(name=f"finger_{name}", pos=[0, 0, FINGER_Z], quat=turn, gravcomp=1)
    finger.mass, finger.inertia, finger.explicitinertial = FINGER_MASS, FINGER_INERTIA, True
    finger.add_joint(
        name=f"finger_{name}",
        type=mujoco.mjtJoint.mjJNT_SLIDE,
        axis=[0, 1, 0],
        range=[0, 0.04],
        limited=True,
        damping=FINGER_DAMPING,
        armature=0.1,
    )
    z = TCP_D - FINGER_Z
    box = mujoco.mjtGeom.mjGEOM_BOX
    finger.add_geom(
        name=f"rubber_{name}", type=box, size=list(PAD), pos=[0, PAD[1], z], group=2, density=0, rgba=[0.13, 0.14, 0.16, 1], contype=0, conaffinity=0,
    )  # fmt: skip
    finger.add_geom(
        name=f"pad_{name}", type=box, size=list(TIP), pos=[0, TIP[1], z], group=3, density=0,
        contype=ROBOT_BIT | SELF_BIT, conaffinity=WORLD_BIT | SELF_BIT, friction=[1.2, 0.02, 0.0005], condim=4, priority=1, solref=[0.01, 1.0],
        solimp=[0.8, 0.95, 0.001, 0.5, 2],
    )  # fmt: skip
    _collide(finger, box, [0.0085, 0.005, 0.02], [0, 0.0125, 0.022])
    # `plate` has its taxels on its -z face: turned so that they face the other finger, rows along the finger.
    finger.add_geom(
        name=f"taxels_{name}", type=mujoco.mjtGeom.mjGEOM_MESH, meshname="taxel_plate", pos=[0, PAD[1], z],
        quat=[np.sqrt(0.5), -np.sqrt(0.5), 0, 0], group=4, density=0, contype=0, conaffinity=0,
    )  # fmt: skip
    add_finger_look(finger)
    add_taxels(spec, name)


def _add_actuators(spec: mujoco.MjSpec) -> None:
    for i in range(7):
        actuator = spec.add_actuator(name=f"joint{i + 1}", target=f"joint{i + 1}", trntype=mujoco.mjtTrn.mjTRN_JOINT)
        actuator.set_to_position(kp=KP[i], kv=KV[i])
        actuator.ctrlrange, actuator.ctrllimited = [Q_MIN[i], Q_MAX[i]], True
        actuator.forcerange, actuator.forcelimited = [-TAU_MAX[i], TAU_MAX[i]], True
        actuator.nsample = DELAY_SAMPLES
    _add_gripper_motor(spec)


def _add_gripper_motor(spec: mujoco.MjSpec) -> None:
    gripper = spec.add_actuator(name="gripper", target="gripper", trntype=mujoco.mjtTrn.mjTRN_TENDON)
    kp = 8000.0
    gripper.gainprm[0] = kp * 0.04
    gripper.biastype = mujoco.mjtBias.mjBIAS_AFFINE
    gripper.biasprm[:3] = [0.0, -kp, 0.0]  # damping sits on the joints: a clamped actuator's own chatters
    gripper.ctrlrange, gripper.ctrllimited = [0.0, 1.0], True
    gripper.forcerange, gripper.forcelimited = [-2 * GRIP_FORCE_N, 2 * GRIP_FORCE_N], True
    gripper.nsample = DELAY_SAMPLES


def _add_plate(spec: mujoco.MjSpec) -> None:
    """The plate of 8 x 8 vertices that taxels are on."""
    plate = spec.add_mesh(name="taxel_plate")
    plate.make_plate(resolution=[8, 8])
    plate.scale = [PAD[0], PAD[2], PAD[1]]


def _couple_fingers(spec: mujoco.MjSpec) -> None:
    """One tendon, which the motor pulls, and fingers that move alike."""
    tendon = spec.add_tendon(name="gripper")
    for name in ("left", "right"):
        tendon.wrap_joint(f"finger_{name}", 0.5)
    equality = spec.add_equality(type=mujoco.mjtEq.mjEQ_JOINT, objtype=mujoco.mjtObj.mjOBJ_JOINT, name1="finger_left", name2="finger_right")
    equality.data[:5] = [0, 1, 0, 0, 0]
    equality.solref = [0.005, 1.0]


def add_gripper(spec: mujoco.MjSpec, flange: mujoco.MjsBody) -> None:
    """Adds the Panda's gripper with its pads, taxels, motor and wrist camera to the flange of an arm from outside, whose frame it takes over:
    z out of the hand, y along the fingers' travel; the tool centre point is TCP_D out. Call it when the joints have their motors: the
    gripper's is the last of the controls. Its fingers' encoders are the arm's to add (`add_encoders`)."""
    spec.compiler.degree = False
    _add_plate(spec)
    hand = _add_hand(flange, 0.0, 0.0)
    for name, side in (("left", 1), ("right", -1)):
        _add_finger(spec, hand, name, side)
    spec.add_exclude(bodyname1="finger_left", bodyname2="finger_right")
    _couple_fingers(spec)
    _add_gripper_motor(spec)


def add_panda(spec: mujoco.MjSpec) -> None:
    """Adds the arm, the gripper, its actuators, sensors and the wrist camera; the base frame is the world's."""
    spec.compiler.degree = False
    _add_plate(spec)
    hand = _add_hand(_add_arm(spec), FLANGE_D, HAND_YAW)
    _add_arm_collisions(spec)
    for name, side in (("left", 1), ("right", -1)):
        _add_finger(spec, hand, name, side)
    for one, other in NEIGHBOURS:
        spec.add_exclude(bodyname1=one, bodyname2=other)
    _couple_fingers(spec)
    _add_actuators(spec)
    add_encoders(spec, ENCODED, DELAY_SAMPLES)


HAND_POINTS = np.concatenate([box_points((0, 0, -0.073), (0.03, 0.1, 0.028)), box_points((0, 0, -0.15), (0.042, 0.042, 0.045))])
"""(N, 3) points on the hand and on the wrist behind it, in the tool's frame [m]."""
FINGER_M = (0.0085, 0.0125, 0.05)
"""Half-width and thickness of a finger and its length above the tool centre point."""


def hand_points(opening_m: float) -> np.ndarray:
    """(N, 3) points on hand, wrist and fingers, which are `opening_m` apart, in the tool's frame [m]."""
    x, thick, length = FINGER_M
    across = 0.5 * opening_m + np.array([0.0, thick])
    fingers = np.array(list(itertools.product((-x, x), (*across, *-across), (0.008, -length / 2, -length))))
    return np.concatenate([HAND_POINTS, fingers])


PANDA_ARM = Arm(
    robot=PANDA,
    add=add_panda,
    mount=Mount(noise=(0.03, 0.05, 0.14)),
    grip=Grip(width_m=0.072, mass_kg=2.0),
    safe_m=0.25,
    hand_points=hand_points,
    palm_points=np.array(list(itertools.product((-0.032, 0.032), np.linspace(-0.103, 0.103, 9), (-0.105, -0.075, -0.045)))),
    drive=DriveConfig(),
)
