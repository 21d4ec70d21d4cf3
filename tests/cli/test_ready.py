"""Before the next thing a learned policy's arm goes home, unless it is there or holds something."""

from __future__ import annotations

import numpy as np
from homebody.cli.doing import Stay
from homebody.cli.ready import homeward
from homebody.core.types import Goal
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.skills.expert import Expert
from homebody.policies.baselines import ZeroPolicy


def after(task: str, goal: Goal) -> HouseholdVectorEnv:
    """The house as the expert leaves it."""
    env = HouseholdVectorEnv(task, 1, split="heldout", cameras=(), threads=1)
    env.reset(options={"index": [env.find_index(goal)], "goal": [goal]})
    expert = Expert(env)
    expert.reset([0], [env.instruction(0)])
    while not env.finished(0):
        *_, info = env.step(expert.act({}))
    assert info["success"][0]
    return env


def test_the_hand_lets_a_handle_go_and_the_arm_goes_home_and_shuts_nothing_on_the_way() -> None:
    env = after("open_drawer", Goal(task="open_drawer", target="top"))
    opened = env.snapshot(0).joint("drawer_top")
    env.ask(0, Goal(task="close_drawer", target="top"), "close the top drawer")
    for action in homeward(env):
        *_, info = env.step(action)
    assert np.abs(env.arm_target(0) - env.robot.q_home).max() < 0.05 and env.gripper_target(0) > 0.99
    assert abs(env.snapshot(0).joint("drawer_top") - opened) < 0.02
    assert info["predicates"][0]["gentle(top_drawer)"] and info["predicates"][0]["others_left_alone"]
    assert list(homeward(env)) == [], "it is there"


def test_what_the_hand_holds_it_keeps() -> None:
    env = after("pick_up", Goal(task="pick_up", target="can"))
    assert list(homeward(env)) == []


def test_only_who_learned_to_begin_at_home_is_brought_there() -> None:
    close = Goal(task="close_drawer", target="top")
    for goes_home in (False, True):
        env = after("open_drawer", Goal(task="open_drawer", target="top"))
        stay = Stay(env, ZeroPolicy(), goes_home=goes_home)
        before = env.arm_target(0)
        (done,) = stay.do([close], ["close the top drawer"])
        assert done.steps == env.horizon(0), "the way home is a part of the time that there is"
        assert (np.abs(env.arm_target(0) - before).max() > 0.2) == goes_home
