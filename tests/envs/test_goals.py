"""Language alone decides: every initial state of every task allows three goals or more, none of them met yet, each told apart."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.benchmarks.language import rivals
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.house import household_stage, household_tasks
from homebody.envs.skills import expert_for
from homebody.envs.tasks.rivals import LEAST_GOALS

TASKS = sorted(household_tasks())
ROBOTS = [(task, robot) for task in TASKS for robot in household_tasks()[task].robots]


@pytest.mark.parametrize(("task", "robot"), ROBOTS)
@pytest.mark.parametrize("split", ["train", "heldout"])
def test_every_initial_state_allows_three_goals_and_another_instruction(task: str, robot: str, split: str) -> None:
    stage = household_stage(household_tasks()[task].scene, robot)
    for index in range(6):
        start = stage.start(task, split, index, {})
        assert len(start.valid) >= LEAST_GOALS and len(set(start.valid)) == len(start.valid), (index, start.valid)
        assert rivals(start.goal, start.valid), f"episode {index}: nothing else can be asked for than {start.goal}"
        assert all(robot in household_tasks()[g.task].robots for g in start.valid)


@pytest.mark.parametrize("task", TASKS)
def test_no_goal_that_a_state_allows_is_met_in_it(task: str) -> None:
    env = HouseholdVectorEnv(task, 4, cameras=(), threads=1)
    env.reset(options={"index": np.arange(4)})
    for i in range(4):
        met = [g for g in env.valid_goals(i) if env.holds(i, g)]
        assert not met, f"episode {i}: {met}"


def test_under_another_goal_another_thing_is_the_target() -> None:
    env = HouseholdVectorEnv("serve_on_plate", 1, cameras=(), threads=1)
    env.reset(options={"index": [0]})
    own = env.snapshot(0).body("target")
    other = next(g for g in env.valid_goals(0) if g.task.startswith("hold_up") and g.target != env.goal(0).target)
    env.reset(options={"index": [0], "goal": [other]})
    w = env.snapshot(0)
    assert w.body("target") != own and w.body("other_target") == own
    assert w.cast["target"].category == other.target


@pytest.mark.parametrize(("task", "other"), [("open_fridge", ""), ("hold_up_food", "hold_up"), ("ring_bell", "hold_up")])
def test_the_expert_does_what_is_asked_for_instead(task: str, other: str) -> None:
    env = HouseholdVectorEnv(task, 1, cameras=(), threads=1)
    found = []
    for index in range(3):
        env.reset(options={"index": [index]})
        goal = next((g for g in rivals(env.goal(0), env.valid_goals(0)) if g.task.startswith(other)), None)
        if goal is None:
            continue
        _, info = env.reset(options={"index": [index], "goal": [goal]})
        expert = expert_for(env)
        expert.reset([0], info["instruction"])
        while not env.finished(0):
            *_, info = env.step(expert.act({}))
        found.append(bool(info["success"][0]))
    assert found and np.mean(found) > 0.6, found
