"""Learners meet every room and robot: controls follow the arm, the reward's direction follows the scene, checkpoints say what they know."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from homebody.cli.learned import check_asked, rooms_of
from homebody.cli.policies import find_policy
from homebody.core.errors import HomebodyError
from homebody.core.experience import Experience
from homebody.core.kinematics import rotation_error, rotation_from_vector
from homebody.core.robots import PANDA, ROBOTS, SO101, Robot
from homebody.envs.engine import HouseholdVectorEnv
from homebody.policies.rl.checkpoint import STATE_KIND, made_for, save_actor
from homebody.policies.rl.control import JointControl, ToolControl
from homebody.policies.rl.networks import PlainActor
from homebody.policies.rl.runtime import StatePolicy

BOTH = pytest.mark.parametrize("robot", ROBOTS.values(), ids=ROBOTS)


def poses(robot: Robot, count: int, spread: float) -> np.ndarray:
    """Joints (count, n) about home [rad]."""
    return robot.q_home + np.random.default_rng(1).uniform(-spread, spread, (count, robot.dof))


def seen(robot: Robot, q: np.ndarray) -> dict[str, np.ndarray]:
    return {"proprio": np.concatenate([q, np.zeros((len(q), robot.proprio_dim - robot.dof))], axis=1)}


def test_a_rotation_vector_turns_as_far_as_it_says() -> None:
    v = np.random.default_rng(0).uniform(-1.5, 1.5, (50, 3))
    assert np.abs(rotation_error(np.tile(np.eye(3), (50, 1, 1)), rotation_from_vector(v)) - v).max() < 1e-9
    assert np.array_equal(rotation_from_vector(np.zeros((1, 3)))[0], np.eye(3))


@BOTH
def test_a_nudge_moves_every_arms_tool_where_it_is_asked_to(robot: Robot) -> None:
    q = poses(robot, 20, 0.05)
    shift = np.random.default_rng(2).uniform(-0.005, 0.005, (20, 3))
    after = robot.forward(robot.nudged(q, np.concatenate([shift, np.zeros((20, 3))], axis=1)))
    assert np.abs(after[:, :3, 3] - robot.forward(q)[:, :3, 3] - shift).max() < 1e-3
    assert np.abs(robot.nudged(q, np.zeros((20, 6))) - q).max() < 1e-12


@BOTH
@pytest.mark.parametrize("make", [ToolControl, JointControl])
def test_actions_that_ask_for_nothing_hold_the_arm_where_it_is(robot: Robot, make: type[ToolControl] | type[JointControl]) -> None:
    q, control = poses(robot, 8, 0.05), make(robot=robot)
    targets = control.targets(seen(robot, q), np.zeros((8, control.dim)))
    assert targets.shape == (8, robot.action_dim)
    moved = targets[:, : robot.dof] - robot.hold(q)
    assert np.abs(moved).max() < 0.03, "but for the small pull towards the home pose"


@BOTH
def test_an_experts_targets_come_back_as_motions_that_any_arm_can_make(robot: Robot) -> None:
    q, control = poses(robot, 20, 0.05), ToolControl(robot=robot, posture=0.0)
    wanted = np.zeros((20, 7))
    wanted[:, :3] = np.random.default_rng(3).uniform(-0.3, 0.3, (20, 3))
    back = control.actions(seen(robot, q), control.targets(seen(robot, q), wanted))
    off = np.abs(back[:, :3] - wanted[:, :3]).max(axis=1)
    assert np.percentile(off, 80) < 0.05, "but where a joint is at its limit"


@pytest.mark.parametrize(
    ("task", "robot"), [("open_drawer", "panda"), ("open_fridge", "panda"), ("hand_over", "panda"), ("hold_up_food", "so101")]
)
def test_privileged_numbers_end_the_way_that_the_reward_points(task: str, robot: str) -> None:
    env = HouseholdVectorEnv(task, 1, robot=robot, cameras=(), privileged=True, reward="dense", threads=1)
    observation, _ = env.reset(options={"index": np.array([0])})
    toward = observation["privileged"][0, env.stage.toward]
    assert toward.shape == (3,)
    reach = 0.2 * (1 - np.tanh(5 * np.linalg.norm(toward)))  # the dense reward's pull, beside progress
    assert env.stage.reward(env.stage.mark(env.goal(0), env.snapshot(0)), env.snapshot(0), False) == pytest.approx(
        reach + env.mark(0).progress, abs=1e-4
    )
    env.close()


def checkpoint(folder: Path, *, task: str = "open_fridge", robot: Robot = PANDA, seen: int = 24, dim: int = 7) -> Path:
    interface = {"keys": ["proprio"], "hold": 1, "control": "tool", "task": task, "robot": robot.name}
    rooms = rooms_of([task])
    known = Experience.of([robot.name], rooms.values(), rooms)
    save_actor(folder, PlainActor(seen, [8], dim, "relu", "tanh"), STATE_KIND, interface, known)
    return folder


def edited(folder: Path, **changes: str | None) -> Path:
    """The checkpoint with other words in its interface; None takes one out."""
    config = json.loads((folder / "config.json").read_text())
    config["interface"] = {k: v for k, v in (config["interface"] | changes).items() if v is not None}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_a_checkpoint_acts_with_its_own_robot(tmp_path: Path) -> None:
    policy = StatePolicy.load(checkpoint(tmp_path, robot=SO101, seen=SO101.proprio_dim))
    policy.reset([0], [""])
    assert policy.act({"proprio": np.zeros((1, SO101.proprio_dim), np.float32)}).shape == (1, SO101.action_dim)


def test_a_policy_from_state_is_refused_for_other_tasks_and_robots_in_one_line(tmp_path: Path) -> None:
    source = find_policy(str(checkpoint(tmp_path / "fridge")))
    check_asked(source, ["open_fridge"], "panda")
    with pytest.raises(
        HomebodyError, match="'fridge' learned open_fridge from state, with panda: expected that alone, not task close_fridge"
    ):
        check_asked(source, ["open_fridge", "close_fridge"], "panda")
    with pytest.raises(HomebodyError, match="so101"):
        check_asked(source, ["open_fridge"], "so101")
    mixed = find_policy(str(checkpoint(tmp_path / "mix", task="first")))
    check_asked(mixed, ["first", "open_drawer", "put_in"], "panda")
    with pytest.raises(HomebodyError, match="not task open_fridge"):
        check_asked(mixed, ["open_drawer", "open_fridge"], "panda")


def test_numbers_of_another_scene_and_damaged_configs_are_refused(tmp_path: Path) -> None:
    policy = StatePolicy.load(checkpoint(tmp_path / "a", seen=30))
    policy.reset([0], [""])
    with pytest.raises(HomebodyError, match="sees 30 numbers and this environment gives 24: expected the task and robot"):
        policy.act({"proprio": np.zeros((1, 24), np.float32)})
    with pytest.raises(HomebodyError, match="8 numbers held 1 steps: expected 7"):
        StatePolicy.load(checkpoint(tmp_path / "b", dim=8))
    with pytest.raises(HomebodyError, match="unknown robot 'pandas': nearest are panda"):
        StatePolicy.load(edited(checkpoint(tmp_path / "c"), robot="pandas"))
    with pytest.raises(HomebodyError, match="does not say what was trained"):
        made_for(edited(checkpoint(tmp_path / "d"), task=None))
