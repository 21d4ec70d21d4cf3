"""Language alone decides: every initial state of every task allows three goals or more, none of them met yet, each told apart."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.benchmarks.language import rivals
from homebody.core.types import Goal
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.house import household_stage
from homebody.envs.registry import all_tasks
from homebody.envs.skills.expert import Expert
from homebody.envs.tasks.rivals import LEAST_GOALS

TASKS = sorted(all_tasks())
ROBOTS = [(task, robot) for task in TASKS for robot in all_tasks()[task].robots]


@pytest.mark.parametrize(("task", "robot"), ROBOTS)
@pytest.mark.parametrize("split", ["train", "heldout"])
def test_every_initial_state_allows_three_goals_and_another_instruction(task: str, robot: str, split: str) -> None:
    stage = household_stage(all_tasks()[task].scene, robot)
    for index in range(6):
        start = stage.start(task, split, index, {})
        assert len(start.valid) >= LEAST_GOALS and len(set(start.valid)) == len(start.valid), (index, start.valid)
        assert rivals(start.goal, start.valid), f"episode {index}: nothing else can be asked for than {start.goal}"
        assert all(robot in all_tasks()[g.task].robots for g in start.valid)


@pytest.mark.parametrize("task", TASKS)
def test_no_goal_that_a_state_allows_is_met_in_it(task: str) -> None:
    env = HouseholdVectorEnv(task, 4, cameras=(), threads=1)
    env.reset(options={"index": np.arange(4)})
    for i in range(4):
        met = [g for g in env.valid_goals(i) if env.holds(i, g)]
        assert not met, f"episode {i}: {met}"


def first_rival(env: HouseholdVectorEnv, kind: str, start: int = 0) -> tuple[int, Goal]:
    """The first episode from `start` on that allows a goal of some kind about another thing, and that goal."""
    for index in range(start, start + 30):
        found = env.stage.start(env.task, env.split, index, {})
        for goal in rivals(found.goal, found.valid):
            if goal.task.startswith(kind) and goal.target != found.goal.target:
                return index, goal
    raise AssertionError(f"thirty episodes of {env.task} allow no other goal of kind {kind!r}")


def test_under_another_goal_another_thing_is_the_target() -> None:
    env = HouseholdVectorEnv("serve_on_plate", 1, cameras=(), threads=1)
    index, other = first_rival(env, "hold_up")
    env.reset(options={"index": [index]})
    own = env.snapshot(0).body("target")
    env.reset(options={"index": [index], "goal": [other]})
    w = env.snapshot(0)
    assert w.body("target") != own and w.body("other_target") == own
    assert w.cast["target"].category == other.target


@pytest.mark.parametrize(("task", "kind"), [("open_fridge", "open_"), ("hold_up_food", "hold_up"), ("ring_bell", "hand_over")])
def test_the_expert_does_what_is_asked_for_instead(task: str, kind: str) -> None:
    env, found, index = HouseholdVectorEnv(task, 1, cameras=(), threads=1), [], -1
    for _ in range(3):
        index, goal = first_rival(env, kind, index + 1)
        _, info = env.reset(options={"index": [index], "goal": [goal]})
        expert = Expert(env)
        expert.reset([0], info["instruction"])
        while not env.finished(0):
            *_, info = env.step(expert.act({}))
        found.append(bool(info["success"][0]))
    assert sum(found) >= 2, found
