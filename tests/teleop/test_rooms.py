"""Teaching in every room and with either arm: the same session, drive, page and data set as in the first kitchen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import rotation_error
from homebody.core.phrasebook import task_phrases
from homebody.core.robots import PANDA, ROBOTS, SO101, Robot, robot_named
from homebody.core.types import Certificate
from homebody.datasets.check import replay, verify
from homebody.datasets.store import Store
from homebody.envs.registry import all_tasks
from homebody.envs.robots.table import arm_named
from homebody.envs.skills.expert import Expert
from homebody.envs.stages import find_stage
from homebody.teleop.asking import Achieved
from homebody.teleop.commands import Grip, Keep, Move, Prompt
from homebody.teleop.drive import MARGIN_RAD, ToolDrive
from homebody.teleop.house import PatientEnv
from homebody.teleop.naming import named, names_of
from homebody.teleop.session import Session, SessionConfig
from homebody.teleop.view import state

SIZE = 16
BOTH = pytest.mark.parametrize("robot", ROBOTS.values(), ids=ROBOTS)


def session_for(task: str, robot: str, store: Store) -> Session:
    env = PatientEnv(task, 1, robot=robot, image_size=SIZE, threads=1)
    drive, config = ToolDrive(robot=robot_named(robot)), SessionConfig(silence_s=60.0)
    return Session(env, drive, store.append, policy=Expert(env), config=config)


def drive(session: Session, linear: tuple[float, float, float], steps: int, now: float) -> float:
    """Holds a key for `steps` control steps from time `now` [s]; returns the time after."""
    for _ in range(steps):
        session.handle(Move(linear=linear), now)
        now += 0.05
        session.tick(now)
    return now


def act_out(certificate: Certificate) -> PatientEnv:
    return PatientEnv(certificate.task, 1, robot=certificate.robot, split=certificate.split, cameras=(), threads=1)


@pytest.mark.parametrize(
    ("task", "robot"),
    [
        ("open_fridge", "panda"), ("press_soap_pump", "panda"), ("hand_over", "panda"), ("hold_up_food", "so101"),
        pytest.param("fold_towel", "panda", marks=pytest.mark.slow), pytest.param("pour_peas", "panda", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_an_attempt_in_any_room_is_kept_whole_and_acts_out_again_bit_for_bit(task: str, robot: str, tmp_path: Path) -> None:
    with Store.create(tmp_path / "d", robot=robot, cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
        session = session_for(task, robot, store)
        before = session.env.tool_state(0)[0][:3, 3].copy()
        now = drive(session, (0.0, 0.0, 1.0), 8, 0.0)
        session.handle(Grip(open=False), now)
        now = drive(session, (0.0, 1.0, 0.0), 8, now)
        moved = session.env.base_pose(0)[:3, :3].T @ (session.env.tool_state(0)[0][:3, 3] - before)
        assert moved[1] > 0.02 and moved[2] > 0.02, "along the axes of the robot's own base"
        session.handle(Prompt(text=session.env.instruction(0), run=True), now)
        now = drive(session, (0.0, 0.0, 0.0), 5, now)
        assert session.mode == "policy" and session.policy_name == "expert"
        session.handle(Keep(), now)
        assert session.kept == [0] and session.message.level == "good", session.message.text
        episode = store.episode(0)
        assert episode.certificate.robot == robot and episode.action.shape == (21, robot_named(robot).action_dim)
        assert episode.policy == "expert+teleop" and episode.labels["marks"].shape[0] == 21
        session.env.close()
    assert verify(tmp_path / "d")["problems"] == []
    assert replay(tmp_path / "d", act_out)["equal"] == 1


def test_another_goal_of_the_room_can_be_asked_for_on_the_way_and_acts_out_again(tmp_path: Path) -> None:
    with Store.create(tmp_path / "d", robot="panda", cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
        session = session_for("open_fridge", "panda", store)
        own, *others = session.env.valid_goals(0)
        names = state(session)["valid"]
        now = drive(session, (0.0, 0.0, -1.0), 6, 0.0)
        session.handle(Prompt(text=names[1], run=False), now)
        now = drive(session, (0.0, 1.0, 0.0), 4, now)
        assert session.env.goal(0) == others[0] != own, session.message.text
        session.handle(Keep(), now)
        assert store.episode(0).certificate.goal == others[0]
        session.env.close()
    assert replay(tmp_path / "d", act_out)["equal"] == 1


@pytest.mark.parametrize(("task", "robot"), [("open_fridge", "panda"), ("put_toothbrush_in_cup", "panda"), ("serve_on_plate", "so101")])
def test_the_page_is_told_of_the_rooms_own_goals_and_where_they_are(task: str, robot: str, tmp_path: Path) -> None:
    with Store.create(tmp_path / "d", robot=robot, cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
        session = session_for(task, robot, store)
        env = session.env
        for index in range(3):
            env.reset(options={"index": np.array([index])})
            s = json.loads(json.dumps(state(session), allow_nan=False))
            inverse = np.linalg.inv(env.base_pose(0))
            assert np.allclose(s["tool"]["position"], (inverse @ env.tool_state(0)[0])[:3, 3], atol=1e-3)
            mark = env.stage.mark(env.goal(0), env.snapshot(0))
            assert np.allclose(s["target"], (inverse @ np.append(mark.position, 1.0))[:3], atol=1e-3)
            assert bool(env.goal(0).receptacle) <= bool(np.linalg.norm(mark.place - mark.position) > 0.01)
            assert len(s["valid"]) == len(env.valid_goals(0)) and all(0 < v < 1 for v in s["marks"]["target"])
        env.close()


@pytest.mark.parametrize(
    "scene",
    [
        pytest.param(s, marks=pytest.mark.slow if s == "home_kitchen" else ())
        for s in sorted({t.scene for t in all_tasks().values()})
    ],
)  # fmt: skip
def test_every_tasks_own_sentence_means_its_own_goal(scene: str) -> None:
    """With the nouns and adjectives of the things that stand there, which no list of sentences holds."""
    for task in (t for t in all_tasks().values() if t.scene == scene):
        for index in range(2):
            start = find_stage(task.name, task.robots[-1]).start(task.name, "train", index, {})
            assert named(start.instruction.upper() + "!", start.valid, names_of(start.detail)) == start.goal, start.instruction


def test_a_sentence_that_two_goals_share_means_neither_by_itself() -> None:
    one, other, *_ = task_phrases("toys_in_basket").goals
    sentence = "put the thing in the basket"
    assert named(sentence, [one, other], {one.target: ["thing"]}) == one
    assert named(sentence, [one, other], {one.target: ["thing"], other.target: ["thing"]}) is None
    assert named("sing me a song", [one, other], {}) is None


def test_only_goals_of_the_running_episode_are_watched() -> None:
    start = find_stage("open_fridge", "panda").start("open_fridge", "train", 0, {})
    asked = []
    Achieved(start.valid).look(lambda goal: bool(asked.append(goal)))
    assert asked == list(start.valid)


# --- driving ----------------------------------------------------------------------------------------------------------
@BOTH
@pytest.mark.parametrize("axis", range(3))
def test_either_arm_goes_where_it_is_driven_and_keeps_pointing_down(robot: Robot, axis: int) -> None:
    tool = ToolDrive(robot=robot)
    tool.start(robot.q_home)
    before, command = robot.forward(robot.q_home), np.zeros(3)
    command[axis] = (1.0, 1.0, -1.0)[axis]
    for _ in range(10):
        targets = tool.step(command, np.zeros(3), False, robot.forward(tool.joints))
    after = robot.forward(tool.joints)
    moved = after[:3, 3] - before[:3, 3]
    assert moved @ command > 0.03 and np.abs(np.delete(moved, axis)).max() < 0.006
    lean = np.arccos(np.clip(after[:3, 2] @ before[:3, 2], -1, 1))
    assert lean < 0.25, "a small arm leans a little, and turns with its base"
    assert np.allclose(targets, robot.hold(tool.joints[None])[0])


@BOTH
def test_either_arm_turns_its_hand_about_the_vertical(robot: Robot) -> None:
    tool = ToolDrive(robot=robot)
    tool.start(robot.q_home)
    before = robot.forward(robot.q_home)
    for _ in range(12):
        tool.step(np.zeros(3), np.array([0.0, 0.0, 1.0]), False, robot.forward(tool.joints))
    after = robot.forward(tool.joints)
    turned = rotation_error(before[None, :3, :3], after[None, :3, :3])[0]
    assert turned[2] > 0.25 and np.abs(turned[:2]).max() < 0.15
    assert np.linalg.norm(after[:3, 3] - before[:3, 3]) < 0.01


@BOTH
def test_random_driving_keeps_either_arm_within_its_joints_and_its_workspace(robot: Robot) -> None:
    tool, rng, config = ToolDrive(robot=robot), np.random.default_rng(0), arm_named(robot.name).drive
    tool.start(robot.q_home)
    for step in range(300):
        if step % 15 == 0:
            linear, angular = rng.choice([-1.0, 0.0, 1.0], (2, 3))
        last = tool.joints
        tool.step(linear, angular, False, robot.forward(tool.joints))
        q = tool.joints
        assert (q >= robot.q_min + MARGIN_RAD / 2).all() and (q <= robot.q_max - MARGIN_RAD / 2).all()
        assert (np.abs(q - last) <= robot.dq_max * 0.05 * 1.01).all()
        place = robot.forward(q)[:3, 3]
        assert (place > np.array(config.low) - 0.05).all() and (place < np.array(config.high) + 0.05).all()


def test_a_drive_of_another_arm_is_refused() -> None:
    env = PatientEnv("hold_up_food", 1, robot="so101", cameras=(), threads=1)
    with pytest.raises(HomebodyError, match="a drive for panda in an environment with so101"):
        Session(env, ToolDrive(robot=PANDA), lambda _: 0)
    assert SO101 is env.robot
    env.close()
