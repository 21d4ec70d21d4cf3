"""Experts solve the tasks by contact alone; policies that know nothing do not; nearly met goals do not count."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core.types import Policy
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.registry import members
from homebody.envs.skills.expert import Expert
from homebody.policies.baselines import RandomPolicy, ZeroPolicy

TASKS = members("first")


def successes(env: HouseholdVectorEnv, policy: Policy, first: int) -> int:
    """How many of the env's slots solve their episodes, `first` and following."""
    env.reset(options={"index": first + np.arange(env.num_envs)})
    slots = list(range(env.num_envs))
    policy.reset(slots, [env.instruction(i) for i in slots])
    observation, info = env.reset(options={"index": first + np.arange(env.num_envs)})
    while not all(env.finished(i) for i in slots):
        observation, _, _, _, info = env.step(policy.act(observation))
    assert not info["diverged"].any()
    return int(info["success"].sum())


@pytest.mark.parametrize("task", list(TASKS))
def test_the_expert_solves_held_out_episodes(task: str) -> None:
    env = HouseholdVectorEnv(task, 12, cameras=(), split="heldout")
    assert successes(env, Expert(env), 1000) >= 11


@pytest.mark.slow
@pytest.mark.parametrize("task", list(TASKS))
def test_the_expert_solves_95_percent_of_200_episodes(task: str) -> None:
    env = HouseholdVectorEnv(task, 50, cameras=(), split="heldout")
    assert sum(successes(env, Expert(env), 50 * k) for k in range(4)) >= 190


@pytest.mark.parametrize("task", list(TASKS))
def test_knowing_nothing_solves_nothing(task: str) -> None:
    env = HouseholdVectorEnv(task, 12, cameras=(), split="heldout")
    assert successes(env, ZeroPolicy(), 0) == 0
    assert successes(env, RandomPolicy(), 0) == 0


def test_progress_grows_from_the_start_to_the_goal() -> None:
    env = HouseholdVectorEnv("open_drawer", 1, cameras=(), threads=1)
    env.reset(options={"index": [0]})
    joint = f"drawer_{env.goal(0).target}"
    opening = []
    for value in (0.0, 0.05, 0.1, 0.15):
        env._sims.fields["qpos"][0, env.stage.names.qpos[joint]] = value
        env._sims.forward(np.array([0]))
        env._view()
        opening.append(env.mark(0).progress)
    assert opening == sorted(opening) and opening[0] == 0.0 and opening[-1] == 1.0


@pytest.mark.parametrize("task", list(TASKS))
def test_a_state_of_the_first_room_allows_many_goals_and_none_is_met(task: str) -> None:
    env = HouseholdVectorEnv(task, 1, cameras=(), split="heldout", threads=1)
    for index in range(8):
        env.reset(options={"index": [index]})
        assert len(env.valid_goals(0)) >= 3
        assert not any(env.holds(0, goal) for goal in env.valid_goals(0))
