"""An arm that the house does not know, of six joints and other names, is one module: made here as a user's own package would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

import mujoco
import numpy as np
import pytest
from homebody.core import kinematics
from homebody.core.errors import HomebodyError
from homebody.core.robots import PANDA, ROBOTS, Robot, add_robot
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.registry import task_robots
from homebody.envs.robots.arm import Arm
from homebody.envs.robots.panda import PANDA_ARM, add_panda
from homebody.envs.robots.table import ARMS, add_arm, arm_named
from homebody.envs.skills.expert import Expert
from homebody.policies.baselines import PlayPolicy, RandomPolicy, ZeroPolicy
from homebody.policies.network import PolicyConfig, VisuoTactilePolicy
from homebody.policies.runtime import ChunkPolicy
from homebody.teleop.drive import ToolDrive

LOCKED = 2
"""The joint of the Panda that is welded at zero, which leaves a plain six-axis arm."""
KEPT = np.array([j for j in range(PANDA.dof) if j != LOCKED])
JOINTS = ("pan", "lift", "elbow", "forearm", "flex", "roll")
ROOT, HAND = "pedestal", "palm"


def _whole(q: np.ndarray) -> np.ndarray:
    """(..., 6) -> (..., 7) with the locked joint at zero."""
    return np.insert(np.asarray(q, np.float64), LOCKED, 0.0, axis=-1)


def forward(q: np.ndarray) -> np.ndarray:
    """q (..., 6) [rad] -> T_base_tcp (..., 4, 4)."""
    return kinematics.forward(_whole(q))


def _pseudo_inverse(q: np.ndarray, damping: float) -> tuple[np.ndarray, np.ndarray]:
    """Tool poses (B, 4, 4) and damped pseudo-inverses (B, 6, 6)."""
    T, J = kinematics.jacobian(_whole(q))
    J = J[:, :, KEPT]
    return T, J.transpose(0, 2, 1) @ np.linalg.inv(J @ J.transpose(0, 2, 1) + np.eye(6) * damping**2)


def inverse(T_goal: np.ndarray, q_start: np.ndarray, *, iterations: int = 8) -> np.ndarray:
    """Damped least squares from q_start (B, 6), inside the joint limits."""
    q = np.array(q_start, np.float64)
    for _ in range(iterations):
        T, J_pinv = _pseudo_inverse(q, 0.03)
        error = np.concatenate([T_goal[:, :3, 3] - T[:, :3, 3], kinematics.rotation_error(T[:, :3, :3], T_goal[:, :3, :3])], axis=-1)
        q = q + np.clip((J_pinv @ error[..., None])[..., 0], -0.3, 0.3)
        q = np.clip(q, PANDA.q_min[KEPT] + 0.02, PANDA.q_max[KEPT] - 0.02)
    return q


def nudged(q: np.ndarray, twist: np.ndarray, posture: float = 0.0) -> np.ndarray:
    """(B, 6) after a small tool motion (B, 6); no joint is left over for a posture."""
    del posture
    _, J_pinv = _pseudo_inverse(q, 0.05)
    return np.clip(q + (J_pinv @ np.asarray(twist, np.float64)[..., None])[..., 0], PANDA.q_min[KEPT], PANDA.q_max[KEPT])


def add_other(spec: mujoco.MjSpec) -> None:
    """The Panda's links with a welded joint, and names of its own."""
    add_panda(spec)
    old = PANDA.joints[LOCKED]
    for part in (spec.joint(old), spec.actuator(old), spec.sensor(f"encoder_q_{old}"), spec.sensor(f"encoder_dq_{old}")):
        spec.delete(part)
    for before, after in zip((PANDA.joints[j] for j in KEPT), JOINTS, strict=True):
        spec.joint(before).name = after
        servo = spec.actuator(before)
        servo.name = servo.target = after
        for quantity in ("q", "dq"):
            encoder = spec.sensor(f"encoder_{quantity}_{before}")
            encoder.name, encoder.objname = f"encoder_{quantity}_{after}", after
    spec.body("link0").name, spec.body("hand").name = ROOT, HAND
    for pair in spec.excludes:
        pair.bodyname1 = pair.bodyname1.replace("link0", ROOT)


OTHER: Robot = replace(
    PANDA,
    **{f.name: getattr(PANDA, f.name)[KEPT] for f in fields(PANDA) if isinstance(getattr(PANDA, f.name), np.ndarray)},
    name="sixaxis",
    joints=JOINTS,
    forward=forward,
    inverse=inverse,
    nudged=nudged,
    description="A six-axis arm of a user.",
)
OTHER_ARM: Arm = replace(PANDA_ARM, robot=OTHER, add=add_other, root=ROOT, hand=HAND)


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    """The arm is registered for the length of a test."""
    add_arm(OTHER_ARM)
    yield
    ARMS.remove(OTHER.name)
    ROBOTS.remove(OTHER.name)


@pytest.mark.parametrize("task", ["serve_on_plate", "open_chest_drawer"])
def test_the_expert_solves_a_household_task_with_it(task: str) -> None:
    assert OTHER.name in task_robots(task)
    env = HouseholdVectorEnv(task, 4, robot=OTHER.name, cameras=(), threads=1, split="heldout")
    observation, info = env.reset(options={"index": [0, 1, 2, 3]})
    assert observation["proprio"].shape == (4, 22) and env.single_action_space.shape == (7,)
    expert = Expert(env)
    expert.reset([0, 1, 2, 3], list(info["instruction"]))
    while not all(env.finished(i) for i in range(4)):
        observation, _, _, _, info = env.step(expert.act(observation))
    assert info["success"].sum() >= 3 and not info["diverged"].any()
    assert env.certificate(0).robot == OTHER.name


def test_labels_in_its_wrist_camera_lie_where_its_own_hand_looks() -> None:
    env = HouseholdVectorEnv("serve_on_plate", 1, robot=OTHER.name, image_size=16, threads=1)
    env.reset(options={"index": [0]})
    labels = env.labels(0)
    assert np.isfinite(labels["pixels"]).all() and labels["visible"].any()


def test_policies_and_people_move_it() -> None:
    env = HouseholdVectorEnv("serve_on_plate", 2, robot=OTHER.name, image_size=64, threads=1)
    network = ChunkPolicy(VisuoTactilePolicy(PolicyConfig(robot=OTHER.name)))
    for policy in (ZeroPolicy(OTHER), RandomPolicy(robot=OTHER), PlayPolicy(robot=OTHER), network):
        observation, info = env.reset(options={"index": [0, 1]})
        policy.reset([0, 1], list(info["instruction"]))
        for _ in range(3):
            action = policy.act(observation)
            assert action.shape == (2, 7) and np.isfinite(action).all()
            observation, *_ = env.step(action)
    drive = ToolDrive(robot=OTHER)
    drive.start(OTHER.q_home)
    np.testing.assert_allclose(drive.joints, OTHER.q_home, atol=1e-9)


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(HomebodyError, match="two arms are called 'sixaxis'"):
        add_arm(replace(OTHER_ARM, safe_m=0.3))
    with pytest.raises(HomebodyError, match="two robots are called 'panda'"):
        add_robot(replace(OTHER, name="panda"))
    with pytest.raises(HomebodyError, match="unknown robot 'sixaxi'.*sixaxis"):
        arm_named("sixaxi")
