"""Laws of how arms move in the house: within their published limits at every physics step, not through themselves, forces seen whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from homebody.benchmarks.motion import MotionRecord, watch_episodes
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.registry import all_tasks, task_robots
from homebody.envs.safety import force_groups
from homebody.envs.skills.expert import Expert

SCENES = ("pick_up", "hold_up_drink", "open_pill_box", "fold_towel", "fold_quilt", "lay_blanket", "pour_peas", "hand_over")
"""A task of each scene."""


def make(task: str, count: int = 1, **settings: Any) -> HouseholdVectorEnv:
    return HouseholdVectorEnv(task, count, **{"cameras": (), **settings})


def watched(task: str, episodes: int, robot: str = "panda") -> MotionRecord:
    env = make(task, min(episodes, 8), robot=robot, split="heldout")
    record = watch_episodes(env, Expert(env), range(episodes))
    env.close()
    return record


@pytest.mark.parametrize(("task", "robot"), [(task, robot) for task in SCENES for robot in task_robots(task)])
def test_at_rest_the_robot_touches_nothing_and_not_itself(task: str, robot: str) -> None:
    env = make(task, 3, robot=robot)
    env.reset(options={"index": [0, 1, 2]})
    for _ in range(4):
        *_, info = env.step(env.held_actions())
    for score in info["safety"]:
        assert all(score[name] == 0.0 for name in ("peak_force_N", "furniture_force_N")), score
    assert (readings(env, "self_contact") == 0).all()


def readings(env: HouseholdVectorEnv, sensor: str) -> np.ndarray:
    """(B,) the first number of a sensor."""
    return np.array([env.snapshot(i).sensor(sensor)[0] for i in range(env.num_envs)])


def test_an_arm_that_is_sent_into_its_own_foot_meets_it() -> None:
    env = make("hold_up_drink")
    env.reset(options={"index": [0]})
    folded, met = env.held_actions(), False
    folded[0, :7] = [0.0, 0.9, 0.0, -3.0, 0.0, 1.2, 0.8]  # the hand points back at the foot
    for _ in range(120):
        env.step(folded)
        met |= bool(readings(env, "self_contact")[0])
    assert met
    assert np.isfinite(env.physics_state(0)).all()


def test_wild_commands_move_an_arm_within_its_limits_and_the_same_numbers_are_seen_from_the_set_points() -> None:
    env, rng = make("hold_up_drink", 4), np.random.default_rng(0)

    class Wild:
        def reset(self, slots: Any, instructions: Any) -> None: ...

        def act(self, observation: Any) -> np.ndarray:
            return rng.uniform(env.single_action_space.low, env.single_action_space.high, (4, 8)).astype(np.float32)

    record = watch_episodes(env, Wild(), range(4))
    assert record.steps > 1000
    assert 0.5 < record.commanded["speed"] <= 1.0 and 0.9 < record.commanded["acceleration"] <= 1.0 and record.commanded["jerk"] <= 1.0


def test_the_force_of_a_push_on_furniture_is_the_largest_of_all_physics_steps() -> None:
    env = make("close_chest_drawer")
    env.trace(("sensordata",))
    _, info = env.reset(options={"index": [0]})
    expert, largest, at_steps = Expert(env), 0.0, 0.0
    expert.reset([0], info["instruction"])
    adr = force_groups(env.model)["furniture_force_N"]
    while not env.finished(0):
        *_, info = env.step(expert.act({}))
        force = np.linalg.norm(env.traced[1]["sensordata"][0][:, adr], axis=-1).max(1)  # (T,)
        largest, at_steps = max(largest, float(force.max())), max(at_steps, float(force[-1]))
    assert info["safety"][0]["furniture_force_N"] == pytest.approx(largest, abs=1e-3)
    assert largest > at_steps > 1.0, "control steps alone would have missed the peak"
    assert info["safety"][0]["peak_force_N"] == 0.0, "a drawer is no loose thing"


def test_set_points_between_control_steps_are_part_of_the_state() -> None:
    env, rng = make("hold_up_drink", 2), np.random.default_rng(1)
    env.reset(options={"index": [0, 1]})
    for _ in range(5):
        env.step(env.held_actions() + rng.uniform(-0.3, 0.3, (2, 8)).astype(np.float32))
    state, action = env.get_state(0), env.held_actions()
    env.step(action)
    expected, moving = env.state_hash(0), env.setpoint(0)
    assert np.abs(moving - action[0]).max() > 1e-3, "the set-points are still on their way"
    env.set_state(0, state)
    env.step(action)
    assert env.state_hash(0) == expected


def test_torque_carries_gravity_and_stays_within_its_range() -> None:
    model = make("hold_up_drink").model
    for i in range(1, 8):
        joint = model.joint(f"joint{i}")
        assert model.jnt_actgravcomp[joint.id]
        np.testing.assert_allclose(model.jnt_actfrcrange[joint.id], model.actuator(f"joint{i}").forcerange)


@pytest.mark.parametrize("task", ["hold_up_cutlery", "close_cupboard", "open_chest_drawer"])
def test_an_expert_moves_as_a_real_arm_could_and_is_gentle(task: str) -> None:
    record = watched(task, 4)
    assert record.verdict() == []
    assert record.successes >= 3
    assert np.median(record.furniture_N) <= 60.0 and max(record.furniture_N) <= 150.0


@pytest.mark.slow
def test_300_expert_episodes_over_all_tasks_keep_an_arms_limits() -> None:
    """Bar 3 of the house: all tasks, every physics step."""
    tasks, total = list(all_tasks()), MotionRecord()
    for task in tasks:
        total.add(watched(task, -(-300 // len(tasks))))
    assert total.episodes >= 300
    assert total.verdict() == [], total.to_json()
