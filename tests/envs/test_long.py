"""Laws of the long tasks: every part is needed, and parts that come undone are done again."""

import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.furniture.clearance import Furniture
from homebody.envs.house import SCENES
from homebody.envs.registry import all_tasks
from homebody.envs.robots.panda import PANDA_ARM
from homebody.envs.robots.so101 import SO101_ARM
from homebody.envs.skills.expert import Expert
from homebody.envs.skills.long import chain
from homebody.envs.tasks import long

NAMES = [t.name for t in long.TASKS]


def make(task, n=1, **settings):
    return HouseholdVectorEnv(task, n, **{"cameras": (), "threads": 1, **settings})


def run(env, indices):
    """The expert's episodes; returns whether each succeeded, and the shares of predicates that held at each step (T, B)."""
    _, info = env.reset(options={"index": indices})
    expert, shares = Expert(env), []
    expert.reset(range(env.num_envs), info["instruction"])
    while not all(env.finished(i) for i in range(env.num_envs)):
        *_, info = env.step(expert.act({}))
        shares.append([np.mean(list(p.values())) for p in info["predicates"]])
    return info["success"], np.array(shares)


def test_a_long_task_has_goals_of_more_than_one_part() -> None:
    assert len(NAMES) >= 7
    for task in long.TASKS:
        assert all(len(task.predicates(g)) >= 2 for g in task.goals) and task.horizon >= 400


@pytest.mark.parametrize("task", ["close_up", *(pytest.param(n, marks=pytest.mark.slow) for n in NAMES if n != "close_up")])
def test_the_expert_does_every_part_in_turn(task) -> None:
    env = make(task, 4)
    success, shares = run(env, np.arange(4))
    assert success.sum() >= 3
    assert ((shares > 0) & (shares < 1)).any(axis=0).all(), "parts are done one after another"


def test_time_goes_on_where_a_skill_takes_for_done_what_is_not() -> None:
    """Food that lies across the pot's rim was such a thing: the expert never came back."""
    env = make("close_up")
    _, info = env.reset(seed=0)
    expert = Expert(env)
    expert.reset([0], info["instruction"])
    ctx = expert._contexts[0]

    def skill():
        return True
        yield

    steps = chain(ctx, (lambda: False, skill))
    for _ in range(5):
        next(steps)


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_pieces_that_a_long_task_needs_stand_together_in_several_layouts(split) -> None:
    needed = {"stow_in_chest": ("chest",), "put_cutlery_away": ("cutlery",), "clear_table": ("bin",), "start_cooking": ("hob",),
              "make_coffee": ("coffee_machine",), "close_chest": ("chest",), "close_up": ("light_switch",)}  # fmt: skip
    layouts = [y for y in SCENES["home_kitchen"].layouts if y.heldout == (split == "heldout")]
    for task, pieces in needed.items():
        seen = {y.name for y in layouts if set(pieces) <= y.usable}
        assert len(seen) >= (3 if split == "train" else 2), (task, seen)
    for drawer in ("chest", "cutlery"):
        assert len([y for y in layouts if {drawer, "light_switch"} <= y.usable]) >= (2 if split == "train" else 1)
    env = make("put_cutlery_away", split=split)
    env.reset(options={"index": [0]})
    assert env.detail(0).layout in {y.name for y in layouts}


def test_a_drawer_that_is_shut_before_the_thing_is_in_it_is_opened_again() -> None:
    env = make("stow_in_chest")
    _, info = env.reset(options={"index": [2]})
    w, names = env.snapshot(0), env.stage.names
    assert w.joint("drawer_top") > 0.1
    state = env.physics_state(0)
    state[1 + names.qpos["drawer_top"]] = 0.0  # the state begins with the time
    env.set_physics_state(0, state)
    expert = Expert(env)
    expert.reset([0], info["instruction"])
    while not env.finished(0):
        *_, info = env.step(expert.act({}))
    assert info["success"][0]


def test_what_a_hand_must_take_stands_where_furniture_leaves_room_for_it() -> None:
    env = make("clear_table")
    pieces = tuple(p.name for p in env.stage.definition.pieces)
    for index in range(8):
        env.reset(options={"index": [index]})
        w = env.snapshot(0)
        furniture = Furniture(env.model_of(0), pieces, np.zeros(3))
        down = np.diag([1.0, -1.0, -1.0, 1.0])
        for role in ("target", "second"):
            T = down.copy()
            T[:3, 3] = w.position(role)
            turns = [T.copy() for _ in range(8)]
            for k, turned in enumerate(turns):
                c, s = np.cos(k * np.pi / 8), np.sin(k * np.pi / 8)
                turned[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ down[:3, :3]
            assert min(furniture.crowding(PANDA_ARM, t, 0.08, lambda b, w=w: (w.position(b), w.rotation(b))) for t in turns) < 0.05


def test_a_hand_inside_a_cupboard_counts_as_in_the_way() -> None:
    env = make("open_cupboard")
    env.reset(options={"index": [0]})
    w = env.snapshot(0)
    furniture = Furniture(env.model_of(0), ("cupboard",), np.zeros(3))
    T = w.site("cupboard_door_push")
    poses = lambda b: (w.position(b), w.rotation(b))  # noqa: E731
    assert furniture.crowding(PANDA_ARM, T, 0.04, poses) > 0
    T[:3, 3] = 0.4, 0.0, 0.3
    assert furniture.crowding(PANDA_ARM, T, 0.04, poses) == 0
    assert furniture.crowding(SO101_ARM, w.site("cupboard_door_push"), 0.04, poses) == 0, "a small hand has no points"
    assert "open_cupboard" in all_tasks()
