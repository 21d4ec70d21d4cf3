"""The small arm in the household kitchen: where its things stand, what it can take, and that its experts do it."""

import numpy as np
import pytest
from homebody.core import so101
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.objects.catalogue import by_category, graspable
from homebody.envs.registry import all_tasks
from homebody.envs.robots.table import arm_named
from homebody.envs.skills.expert import Expert

TASKS = sorted(n for n, t in all_tasks().items() if "so101" in t.robots and t.room == "kitchen")


def make(task, n, **settings):
    return HouseholdVectorEnv(task, n, robot="so101", **{"cameras": (), "threads": 1, **settings})


def test_the_small_arm_has_eight_tasks_or_more() -> None:
    assert len(TASKS) >= 8


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_what_it_handles_stands_in_the_ring_that_it_reaches_from_above(split) -> None:
    env = make("serve_on_plate", 12, split=split)
    env.reset(options={"index": np.arange(12)})
    for i in range(12):
        world, base = env.snapshot(i), np.linalg.inv(env.base_pose(i))
        for role in ("target", "receptacle"):
            place = base[:3, :3] @ world.position(role) + base[:3, 3]
            from_axis = float(np.hypot(place[0] - so101.OFFSET[0, 0], place[1]))
            assert so101.TOP_DOWN_RADIUS_M[0] < from_axis < so101.TOP_DOWN_RADIUS_M[1]


def test_it_takes_light_things_from_above_that_are_neither_flat_nor_tall() -> None:
    assert all(graspable(t, arm_named("so101").grip) for t in by_category("egg", "bread_roll", "spoon", "fork", "knife"))
    assert not any(graspable(t, arm_named("so101").grip) for t in by_category("pan", "pot"))
    tall = [t for t in by_category("box", "bottle") if t.top > 0.13 and min(g.position[2] + t.rest for g in t.grasps) > 0.09]
    assert tall and not any(graspable(t, arm_named("so101").grip) for t in tall)


def test_it_picks_up_a_knife_that_lies_flat_without_digging_into_the_worktop() -> None:
    env = make("hold_up_cutlery", 6)
    observation, info = env.reset(options={"index": np.arange(6)})
    expert = Expert(env)
    expert.reset(range(6), info["instruction"])
    while not all(env.finished(i) for i in range(6)):
        observation, _, _, _, info = env.step(expert.act(observation))
    assert info["success"].sum() >= 4


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_its_experts_do_their_tasks(task) -> None:
    env = make(task, 10, threads=2)
    observation, info = env.reset(options={"index": np.arange(10)})
    expert = Expert(env)
    expert.reset(range(10), info["instruction"])
    while not all(env.finished(i) for i in range(10)):
        observation, _, _, _, info = env.step(expert.act(observation))
    assert info["success"].sum() >= 8
