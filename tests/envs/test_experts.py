"""Experts solve the tasks by contact alone; policies that know nothing do not; nearly met goals do not count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from homebody.core.instructions import all_goals
from homebody.core.types import Goal, Policy
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.first.loose import OBJECTS, REST_HEIGHT
from homebody.envs.first.tasks import TASKS, Snapshot, goal_checks, progress
from homebody.envs.skills.expert import Expert
from homebody.policies.baselines import RandomPolicy, ZeroPolicy


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


def neutral() -> Snapshot:
    """Everything shut and standing on the worktop, nothing touched."""
    position = np.array([[0.4 + 0.05 * i, 0.0, REST_HEIGHT[n]] for i, n in enumerate(OBJECTS)])
    points = np.concatenate([position, np.zeros((4, 3))])
    points[9] = [0.06, -0.58, 0.003]
    return Snapshot(
        fixtures=np.zeros(3), position=position, rotation=np.tile(np.eye(3), (6, 1, 1)), speed=np.zeros(6), touch=np.zeros((6, 2)),
        tool=np.array([0.4, 0.0, 0.4]), points=points,
    )  # fmt: skip


def holds(goal: Goal, s: Snapshot) -> bool:
    return all(check(s) for check in goal_checks(goal).values())


def with_object(s: Snapshot, name: str, position: list[float], touch: tuple[int, int] = (0, 0), speed: float = 0.0) -> Snapshot:
    i = OBJECTS.index(name)
    p, t, v = s.position.copy(), s.touch.copy(), s.speed.copy()
    p[i], t[i], v[i] = position, touch, speed
    return replace(s, position=p, touch=t, speed=v, points=np.concatenate([p, s.points[6:]]))


BOWL = [0.45, 0.0, REST_HEIGHT["bowl"]]
APPLE_IN_BOWL, APPLE_IN_BIN = Goal(task="put_in", target="apple", receptacle="bowl"), Goal(task="put_in", target="apple", receptacle="bin")
PICK = Goal(task="pick_up", target="can")


@pytest.mark.parametrize(
    ("goal", "fixtures", "met"),
    [
        (Goal(task="open_drawer", target="top"), [0.119, 0.2, 1.6], False),
        (Goal(task="open_drawer", target="top"), [0.121, 0.0, 0.0], True),
        (Goal(task="open_drawer", target="bottom"), [0.2, 0.119, 0.0], False),
        (Goal(task="close_drawer", target="top"), [0.013, 0.0, 0.0], False),
        (Goal(task="close_drawer", target="bottom"), [0.2, 0.011, 0.0], True),
        (Goal(task="open_microwave", target="microwave"), [0.2, 0.2, 0.99], False),
        (Goal(task="open_microwave", target="microwave"), [0.0, 0.0, 1.01], True),
        (Goal(task="close_microwave", target="microwave"), [0.0, 0.0, 0.07], False),
        (Goal(task="close_microwave", target="microwave"), [0.2, 0.2, 0.05], True),
    ],
)
def test_fixtures_must_pass_their_thresholds(goal: Goal, fixtures: list[float], met: bool) -> None:
    assert holds(goal, replace(neutral(), fixtures=np.array(fixtures))) is met


@pytest.mark.parametrize(
    ("height", "touch", "met"),
    [(0.131, (1, 1), True), (0.129, (1, 1), False), (0.30, (1, 0), False), (0.30, (0, 1), False), (0.30, (0, 0), False)],
)
def test_picked_up_means_high_and_held_by_both_fingers(height: float, touch: tuple[int, int], met: bool) -> None:
    assert holds(PICK, with_object(neutral(), "can", [0.5, 0.0, height], touch)) is met


@pytest.mark.parametrize(
    ("position", "touch", "speed", "met"),
    [
        ([0.45, 0.0, 0.05], (0, 0), 0.0, True),
        ([0.45, 0.0, 0.05], (1, 1), 0.0, False),
        ([0.45, 0.0, 0.05], (0, 1), 0.0, False),
        ([0.45, 0.0, 0.05], (0, 0), 0.5, False),
        ([0.45, 0.07, 0.05], (0, 0), 0.0, False),
        ([0.45, 0.0, 0.20], (0, 0), 0.0, False),
        ([0.45, 0.0, 0.01], (0, 0), 0.0, False),
    ],
)
def test_in_the_bowl_means_inside_released_and_at_rest(position: list[float], touch: tuple[int, int], speed: float, met: bool) -> None:
    state = with_object(with_object(neutral(), "bowl", BOWL), "apple", position, touch, speed)
    assert holds(APPLE_IN_BOWL, state) is met


@pytest.mark.parametrize(("offset", "met"), [([0, 0, 0.04], True), ([0.1, 0, 0.04], False), ([0, 0.1, 0.04], False), ([0, 0, 0.16], False)])
def test_in_the_bin_means_between_its_walls(offset: list[float], met: bool) -> None:
    state = with_object(neutral(), "apple", [0.06 + offset[0], -0.58 + offset[1], 0.003 + offset[2]])
    assert holds(APPLE_IN_BIN, state) is met


def test_progress_grows_from_the_start_to_the_goal() -> None:
    for goal in all_goals():
        assert 0.0 <= progress(goal, neutral()) <= 1.0
    opening = [
        progress(Goal(task="open_drawer", target="top"), replace(neutral(), fixtures=np.array([x, 0, 0]))) for x in (0, 0.05, 0.1, 0.15)
    ]
    assert opening == sorted(opening)
    assert opening[0] < opening[-1]
