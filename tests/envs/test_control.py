"""Laws of the control modes: one motion by each of them ends at the same place, and nothing asked for means standing still."""

from __future__ import annotations

import gymnasium
import homebody.envs  # noqa: F401  (registers the ids)
import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import rotation_error, rotation_to_6d
from homebody.core.robots import ROBOTS, Robot
from homebody.envs.control import CONTROL_MODES, commanded
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.skills.expert import Expert

STEPS = 24
ROBOT_NAMES = ("panda", "so101")


def environment(robot: str, mode: str) -> HouseholdVectorEnv:
    env = HouseholdVectorEnv("hold_up_toy", 1, robot=robot, cameras=(), threads=1, control_mode=mode)
    env.reset(options={"index": [0]})
    return env


def path(robot: Robot, start: np.ndarray) -> np.ndarray:
    """(STEPS, dof) joints of a smooth motion upwards and to a side, slower than any joint's limit."""
    end = start + np.array([0.25, -0.15, 0.1, -0.12, 0.2, 0.15, 0.2])[: robot.dof]
    s = (np.arange(1, STEPS + 1) / STEPS)[:, None]
    return start + (end - start) * (3 * s**2 - 2 * s**3)


def actions(robot: Robot, mode: str, joints: np.ndarray, start: np.ndarray) -> np.ndarray:
    """(STEPS, A) the motion along `joints` (STEPS, dof) in the words of `mode`, the gripper half open."""
    before = np.concatenate([start[None], joints[:-1]])
    T, T_before = robot.forward(joints), robot.forward(before)
    if mode == "joint":
        own = robot.hold(joints)
    elif mode == "joint_delta":
        own = joints - before
    elif mode == "ee_pose":
        own = np.concatenate([T[:, :3, 3], rotation_to_6d(T[:, :3, :3])], axis=1)
    else:
        own = np.concatenate([T[:, :3, 3] - T_before[:, :3, 3], rotation_error(T_before[:, :3, :3], T[:, :3, :3])], axis=1)
    return np.concatenate([own, np.full((STEPS, 1), 0.5)], axis=1).astype(np.float32)


def driven(robot: str, mode: str) -> np.ndarray:
    """(4, 4) where the tool is commanded to after the motion and half a second of standing."""
    env = environment(robot, mode)
    start = commanded(env.robot, env.arm_target(0)[None])[0]
    for action in actions(env.robot, mode, path(env.robot, start), start):
        assert env.single_action_space.contains(action)
        env.step(action[None])
    for _ in range(10):
        env.step(env.held_actions())
    T = env.tool_state(0)[0]
    env.close()
    return T


@pytest.mark.parametrize("robot", ROBOT_NAMES)
@pytest.mark.parametrize("mode", [m for m in CONTROL_MODES if m != "joint"])
def test_the_same_motion_in_another_mode_ends_at_the_same_place(robot: str, mode: str) -> None:
    a, b = driven(robot, "joint"), driven(robot, mode)
    assert np.linalg.norm(a[:3, 3] - b[:3, 3]) < 0.003
    assert np.linalg.norm(rotation_error(a[None, :3, :3], b[None, :3, :3])) < 0.02
    assert np.linalg.norm(a[:3, 3] - ROBOTS[robot].forward(ROBOTS[robot].q_home)[:3, 3]) > 0.03


@pytest.mark.parametrize("robot", ROBOT_NAMES)
@pytest.mark.parametrize("mode", CONTROL_MODES)
def test_the_held_action_keeps_the_targets_in_force(robot: str, mode: str) -> None:
    env = environment(robot, mode)
    before = env.arm_target(0)
    for _ in range(20):
        env.step(env.held_actions())
    env.close()
    here, there = (env.robot.forward(commanded(env.robot, q[None])[0]) for q in (before, env.arm_target(0)))
    assert np.linalg.norm(here[:3, 3] - there[:3, 3]) < 2e-4
    if mode != "ee_pose":  # there the arm may turn about a standing tool, towards its home posture
        np.testing.assert_allclose(env.arm_target(0), before, atol=1e-5)


@pytest.mark.parametrize("robot", ROBOT_NAMES)
def test_the_sag_of_servos_is_taken_out_of_their_targets(robot: str) -> None:
    r, rng = ROBOTS[robot], np.random.default_rng(0)
    q = rng.uniform(r.q_min, r.q_max, (50, r.dof))
    np.testing.assert_allclose(commanded(r, r.hold(q)), q, atol=1e-6)


@pytest.mark.parametrize("mode", CONTROL_MODES)
def test_one_environment_and_a_batch_have_the_modes_space_and_the_same_numbers(mode: str) -> None:
    one = gymnasium.make("homebody/open_drawer-v1", cameras=(), control_mode=mode)
    many = HouseholdVectorEnv("open_drawer", 2, cameras=(), control_mode=mode)
    assert one.action_space == many.single_action_space and many.action_space.shape == (2, *(one.action_space.shape or ()))
    one.reset(seed=3)
    many.reset(options={"index": [3, 4]})
    rng = np.random.default_rng(1)
    for _ in range(5):
        action = many.held_actions()
        action[:, :6] += rng.uniform(-0.01, 0.01, (2, 6)).astype(np.float32)
        many.step(action)
        one.step(action[0])
    assert one.unwrapped.vector.state_hash(0) == many.state_hash(0)  # type: ignore[attr-defined]
    one.close()
    many.close()


def test_an_unknown_mode_is_named_with_its_neighbours() -> None:
    with pytest.raises(HomebodyError, match="unknown control_mode 'ee_deltas'.*ee_delta"):
        HouseholdVectorEnv("open_drawer", cameras=(), control_mode="ee_deltas")


def test_actions_of_another_modes_width_are_refused() -> None:
    env = environment("panda", "ee_delta")
    with pytest.raises(HomebodyError, match=r"expected \(1, 7\) of float32 for control_mode 'ee_delta'"):
        env.step(np.zeros((1, 8), np.float32))
    env.close()


def test_the_expert_refuses_to_act_where_actions_are_no_joint_targets() -> None:
    env = environment("panda", "ee_pose")
    with pytest.raises(HomebodyError, match="expected control_mode 'joint', not 'ee_pose'"):
        Expert(env)
    env.close()
