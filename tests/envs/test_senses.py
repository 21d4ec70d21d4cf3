"""Degraded senses, and what happens in the middle of an episode: by the engine, from the outside."""

import itertools

import numpy as np
import pytest
from homebody.core.types import Goal
from homebody.envs.axes import AXES
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.sensors.taxels import worn
from homebody.envs.skills.expert import Expert


@pytest.fixture(scope="module")
def env():
    e = HouseholdVectorEnv("pick_up", 2, image_size=128, threads=1)
    yield e
    e.close()


def watch(env, axes, steps=12, index=3):
    """Observations of slot 0 under `axes` and of slot 1 in the nominal house, while the arm turns."""
    frames = [env.reset(options={"index": [index, index], "axes": [axes, {}]})[0]]
    action = env.held_actions()
    for _ in range(steps):
        action[:, 0] += 0.03
        frames.append(env.step(action)[0])
    return frames


def test_late_pictures_are_those_of_earlier_steps(env):
    frames = watch(env, {"camera_delay": 150.0})
    for t in range(4, 12):
        assert np.array_equal(frames[t]["wrist"][0], frames[t - 3]["wrist"][1])
        assert not np.array_equal(frames[t]["wrist"][0], frames[t]["wrist"][1])
    assert np.array_equal(frames[-1]["proprio"][0], frames[-1]["proprio"][1])


def test_dropped_frames_repeat_the_one_before_at_their_rate(env):
    frames = watch(env, {"dropped_frames": 0.5}, steps=40)
    same = [np.array_equal(a["scene"][0], b["scene"][0]) for a, b in itertools.pairwise(frames)]
    assert 10 <= sum(same) <= 30
    assert not any(np.array_equal(a["scene"][1], b["scene"][1]) for a, b in itertools.pairwise(frames))


def test_blur_and_noise_grow_with_their_axes(env):
    def sharpness(picture):
        return float(np.abs(np.diff(picture.astype(float), axis=1)).mean())

    blurred = [sharpness(watch(env, {"blur": v}, steps=1)[-1]["scene"][0]) for v in AXES["blur"].levels()]
    noisy = [sharpness(watch(env, {"noise": v}, steps=1)[-1]["scene"][0]) for v in AXES["noise"].levels()]
    assert (np.diff(blurred) < 0).all() and (np.diff(noisy) > 0).all()


def test_the_share_of_dead_taxels_is_the_axis_value(env):
    env.reset(options={"index": [3, 3], "axes": [{"dead_taxels": 0.25}, {}]})
    felt = worn(np.ones((2, 2, 3, 8, 8), np.float32), env._reading.conditions)
    assert (felt[0] == 0).all(1).mean() == pytest.approx(0.25) and felt[1].all()


def test_senses_do_not_touch_the_physics(env):
    watch(env, {"camera_delay": 100.0, "noise": 12.0, "dead_taxels": 0.4})
    assert env.state_hash(0) == env.state_hash(1)


def test_a_higher_worktop_means_a_lower_foot_and_the_expert_still_reaches():
    env = HouseholdVectorEnv("pick_up", 4, cameras=(), axes={"worktop_height": 0.04})
    _, info = env.reset(options={"index": np.arange(4)})
    assert env.base_pose(0)[2, 3] == pytest.approx(-0.04)
    assert env.model_of(0).body("link0").pos[2] == pytest.approx(-0.04)
    expert = Expert(env)
    expert.reset(range(4), info["instruction"])
    while not all(env.finished(i) for i in range(4)):
        _, _, _, _, info = env.step(expert.act({}))
    assert info["success"].sum() >= 3


def test_a_pushed_thing_moves_and_the_episode_repeats():
    env = HouseholdVectorEnv("pick_up", 2, cameras=(), threads=1)
    goal = Goal(task="pick_up", target="can")
    index = env.find_index(goal)
    env.reset(options={"index": [index, index], "goal": [goal, goal], "axes": [{"object_moved": 4.0}, {}]})
    start, hashes = env.snapshot(0).position("can"), []
    for _ in range(2):
        env.reset(options={"index": [index, index], "goal": [goal, goal], "axes": [{"object_moved": 4.0}, {}]})
        for _ in range(80):
            env.step(env.held_actions())
        hashes.append(env.state_hash(0))
    assert hashes[0] == hashes[1] != env.state_hash(1)
    assert np.linalg.norm(env.snapshot(0).position("can") - start) > 0.01 > np.linalg.norm(env.snapshot(1).position("can") - start)


def test_an_instruction_changes_to_another_valid_goal_which_then_decides():
    env = HouseholdVectorEnv("open_drawer", 1, cameras=(), axes={"instruction_changes": 1.0})
    _, info = env.reset(options={"index": [2]})
    first, words = env.goal(0), info["instruction"][0]
    for _ in range(70):
        _, _, _, _, info = env.step(env.held_actions())
    assert env.goal(0) != first and env.goal(0) in env.valid_goals(0) and info["instruction"][0] != words
    assert env.certificate(0).goal == first


def test_when_an_instruction_is_taken_back_only_stopping_is_right():
    env = HouseholdVectorEnv("open_drawer", 2, cameras=(), axes={"taken_back": 1.0})
    _, info = env.reset(options={"index": [2, 2]})
    expert, before = Expert(env), info["instruction"][0]
    expert.reset([0, 1], info["instruction"])
    while not env.finished(0) and env.steps(0) < 150:
        action = expert.act({})
        if info["instruction"][0] != before:
            action[0] = env.held_actions()[0]
        _, _, _, _, info = env.step(action)
    assert info["success"][0] and not info["success"][1]
    assert list(info["predicates"][0]) == ["still"]


@pytest.mark.parametrize(
    "axes",
    [{}, {"camera_delay": 150.0}, {"dropped_frames": 0.5}, {"camera_delay": 100.0, "dropped_frames": 0.4, "noise": 4.0, "blur": 1.0}],
)
def test_pictures_that_are_looked_at_do_not_depend_on_those_that_nobody_looks_at(env, axes):
    def run(ahead):
        seen = [env.reset(options={"index": [3, 5], "axes": [axes, {}]})[0]]
        action = env.held_actions()
        for t in range(1, 25):
            action[:, 0] += 0.02
            if ahead:
                env.expect_looks([(-t) % 8, (-t) % 6])
            seen.append(env.step(action)[0])
        return seen

    drawn = []
    pool = env._pool("fast")
    draw = pool.draw
    pool.draw = lambda frames, views, slots, *rest: (drawn.extend(slots), draw(frames, views, slots, *rest))[1]
    try:
        every, some = run(False), run(True)
    finally:
        pool.draw = draw
    for slot, period in ((0, 8), (1, 6)):
        for t in range(0, 25, period):
            assert np.array_equal(every[t]["scene"][slot], some[t]["scene"][slot]), t
            assert np.array_equal(every[t]["wrist"][slot], some[t]["wrist"][slot]), t
    late = {"camera_delay", "dropped_frames"} & set(axes)
    assert len(drawn) == 50 + (25 if late else 4) + 5, "the first run draws every frame, the second those that somebody may see"


def test_where_somebody_will_change_their_mind_every_frame_is_drawn(env):
    fickle = next(
        i
        for i in range(20)
        if env.reset(options={"index": [i, i], "axes": [{"instruction_changes": 1.0}, {}]}) and env._episode(0).events.fickle
    )
    seen = [env.reset(options={"index": [fickle, fickle], "axes": [{"instruction_changes": 1.0}, {}]})[0]]
    action = env.held_actions()
    for _ in range(3):
        action[:, 0] += 0.03
        env.expect_looks([7, 7])
        seen.append(env.step(action)[0])
    moved = [[not np.array_equal(a["wrist"][i], b["wrist"][i]) for a, b in itertools.pairwise(seen)] for i in (0, 1)]
    assert moved == [[True] * 3, [False] * 3]
