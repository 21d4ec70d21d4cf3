"""One thing after the other in one world: what is asked for later begins anew, and nothing else changes."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.types import Goal
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.skills.expert import Expert

OPEN, CLOSE = Goal(task="open_fridge", target="fridge"), Goal(task="close_fridge", target="fridge")


def house(task: str, **settings: Any) -> HouseholdVectorEnv:
    return HouseholdVectorEnv(task, 1, **{"split": "heldout", "cameras": (), "threads": 1, **settings})


def act(env: HouseholdVectorEnv, expert: Expert, most: int = 1000) -> dict[str, Any]:
    """The info of the last step of what is asked for now."""
    info: dict[str, Any] = {}
    expert.reset([0], [env.instruction(0)])
    while not env.finished(0) and most:
        *_, info = env.step(expert.act({}))
        most -= 1
    return info


def test_the_fridge_is_opened_and_then_closed_which_was_not_open_to_being_done_before() -> None:
    env = house("open_fridge")
    env.reset(options={"index": [2], "goal": [OPEN]})
    assert OPEN in env.open_goals(0) and CLOSE not in env.open_goals(0) and CLOSE in env.usable_goals(0)
    with pytest.raises(HomebodyError, match="is not open to being done now: open are"):
        env.ask(0, CLOSE, "close the fridge")
    expert = Expert(env)
    assert act(env, expert)["success"][0]
    assert OPEN not in env.open_goals(0) and CLOSE in env.open_goals(0)
    opened = env.steps(0)
    _, info = env.ask(0, CLOSE, "close the fridge")
    assert info["instruction"][0] == "close the fridge" == env.instruction(0) and env.goal(0) == CLOSE
    assert not info["success"][0] and not env.finished(0) and env.asked_at(0) == opened
    assert info["predicates"][0] == {"shut(fridge)": False, "gentle(fridge)": True, "others_left_alone": True}
    assert act(env, expert)["success"][0]
    assert OPEN in env.open_goals(0)


def test_another_goal_has_its_own_horizon_and_what_was_done_before_does_not_count_against_it() -> None:
    env = house("open_drawer")
    env.reset(options={"index": [0]})
    still = env.held_actions()
    for _ in range(150):
        env.step(still)
    env._episode(0).past.pressed_N = 1e4
    *_, info = env.step(still)
    assert not next(v for k, v in info["predicates"][0].items() if k.startswith("gentle"))
    goal = next(g for g in env.open_goals(0) if g.task == "pick_up")
    _, info = env.ask(0, goal, "pick it up")
    for _ in range(env.horizon(0)):
        assert not env.finished(0)
        env.step(still)
    assert env.finished(0) and env.steps(0) == 151 + env.horizon(0)
    env.ask(0, env.stage.start("open_drawer", "heldout", 0, {}).goal, "open it")
    assert all(v for k, v in env.step(still)[-1]["predicates"][0].items() if k.startswith("gentle"))


APPLE = Goal(task="pick_up", target="apple")


@pytest.mark.parametrize(
    ("after", "looked_at", "keeps"),
    [
        (Goal(task="put_in", target="apple", receptacle="bowl"), 25, True),
        (Goal(task="put_in", target="apple", receptacle="bin"), 25, True),
        (Goal(task="open_drawer", target="top"), 60, False),
    ],
)
def test_a_thing_that_is_held_is_put_where_it_is_wanted_next_or_put_down_first(after: Goal, looked_at: int, keeps: bool) -> None:
    env = house("pick_up")
    expert = Expert(env)
    index = next(n for n in range(40) if {APPLE, after} <= set(env.stage.start("pick_up", "heldout", n, {}).valid))
    env.reset(options={"index": [index], "goal": [APPLE]})
    assert act(env, expert)["success"][0]
    env.ask(0, after, "now this")
    act(env, expert, most=looked_at)
    assert bool((env.snapshot(0).touch("apple") > 0).all()) == keeps
    while not env.finished(0):
        *_, info = env.step(expert.act({}))
    assert info["success"][0]
    assert keeps or env.snapshot(0).fell("apple") < 0.8, "it was put down, not dropped"


def test_a_state_after_asking_goes_on_bit_for_bit_elsewhere_and_one_from_before_forgets_it() -> None:
    env, other = house("open_fridge"), house("open_fridge")
    env.reset(options={"index": [0]})
    before = env.get_state(0)
    held = next(g for g in env.open_goals(0) if g not in env.valid_goals(0))
    env.ask(0, held, "hold that up")
    state, rng = env.get_state(0), np.random.default_rng(0)
    actions = [env.held_actions() + rng.uniform(-0.05, 0.05, env.held_actions().shape).astype(np.float32) for _ in range(12)]
    other.set_state(0, pickle.loads(pickle.dumps(state)))
    assert other.goal(0) == held and other.instruction(0) == "hold that up"
    for action in actions:
        one, two = env.step(action), other.step(action)
        assert env.state_hash(0) == other.state_hash(0) and one[-1]["predicates"][0] == two[-1]["predicates"][0]
    assert env.snapshot(0).body("target") == other.snapshot(0).body("target")
    env.set_state(0, before)
    assert env.goal(0) == before.episode.goal and held not in env.detail(0).parts


def test_asking_changes_no_physics_and_nobody_asking_changes_nothing() -> None:
    """The same actions lead to the same states whether a goal is asked for on the way or not."""
    env, hashes = house("open_drawer"), []
    for asks in (False, True):
        env.reset(options={"index": [3]})
        rng, held = np.random.default_rng(1), env.held_actions()
        for n in range(30):
            env.step(held + rng.uniform(-0.1, 0.1, held.shape).astype(np.float32))
            if asks and n == 10:
                env.ask(0, next(g for g in env.open_goals(0) if g.task == "pick_up"), "pick that up")
        hashes.append(env.state_hash(0))
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("axes", [{}, {"blur": 1.0, "noise": 4.0}, {"camera_delay": 100.0}])
def test_the_picture_at_which_somebody_asks_is_the_present_one_and_time_stands_still(axes: dict[str, float]) -> None:
    def seen(*, draws: bool) -> list[bytes]:
        env = house("open_drawer", cameras=("scene",), image_size=32, axes=axes)
        env.reset(options={"index": [0]})
        action, out = env.held_actions(), []
        action[:, 0] += 0.3
        for _ in range(6):
            if not draws:
                env.expect_looks([99])
            env.step(action)
        observation, _ = env.ask(0, next(g for g in env.open_goals(0) if g.task == "pick_up"), "pick that up")
        out.append(observation["scene"][0].tobytes())
        out.append(env.step(action)[0]["scene"][0].tobytes())
        env.close()
        return out

    assert seen(draws=True) == seen(draws=False)


@pytest.mark.parametrize("task", ["open_fridge", "put_in", "open_pill_box", "hand_over", "fold_towel"])
def test_what_is_open_can_be_asked_for_and_does_not_hold_yet(task: str) -> None:
    env = house(task)
    for index in range(3):
        env.reset(options={"index": [index]})
        found = env.open_goals(0)
        assert set(env.valid_goals(0)) <= set(found) <= set(env.usable_goals(0))
        assert found == env.open_goals(0), "looking changes nothing"
        for goal in found:
            _, info = env.ask(0, goal, "do it")
            assert not all(info["predicates"][0].values()), goal
            env.mark(0, goal)
