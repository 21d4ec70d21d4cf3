"""The Gymnasium contract: checkers, wrappers, vector modes, seeds, masks, infos, arguments, on a task of each room."""

from __future__ import annotations

import copy
import gc
import pickle
import resource
import threading
import warnings
import weakref
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium
import homebody.envs
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import FlattenObservation, FrameStackObservation, NormalizeObservation, RecordVideo, RenderCollection, TimeLimit
from gymnasium.wrappers import RecordEpisodeStatistics as RecordSingle
from gymnasium.wrappers.vector import DictInfoToList, RecordEpisodeStatistics
from homebody.core.errors import HomebodyError
from homebody.core.types import Goal
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.requests import DRAWN
from homebody.envs.single import HouseholdEnv

ROOMS = ("open_drawer", "open_fridge", "open_pill_box", "fold_towel", "ring_bell")
"""One task of each room."""
BLIND: dict[str, Any] = {"cameras": (), "threads": 1}
ADVICE = "ignore:.*:UserWarning"
"""The checkers' advice on spaces comes as warnings; what they find wrong are errors."""


def named(task: str) -> str:
    return f"homebody/{task}-v1"


def equal(a: Any, b: Any) -> bool:
    """Equal to the last bit, key by key."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    return np.array_equal(a, b)


# --- checkers and wrappers ----------------------------------------------------------------------------------------------
def check(task: str, **settings: Any) -> None:
    sb3 = pytest.importorskip("stable_baselines3.common.env_checker")
    blind = settings.get("render_mode") is None
    for checker in (check_env, partial(sb3.check_env, warn=False)):
        checker(gymnasium.make(named(task), **settings).unwrapped, skip_render_check=blind)  # each may close it


@pytest.mark.filterwarnings(ADVICE)
@pytest.mark.parametrize("task", ROOMS)
def test_both_checkers_pass_in_each_room(task: str) -> None:
    check(task, cameras=(), privileged=True)


@pytest.mark.filterwarnings(ADVICE)
@pytest.mark.parametrize("task", [ROOMS[0], *(pytest.param(t, marks=pytest.mark.slow) for t in ROOMS[1:])])
def test_both_checkers_pass_with_pictures(task: str) -> None:
    check(task, image_size=64, render_mode="rgb_array")


def test_every_id_is_made_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ROOMS:
            gymnasium.make(named(name), **{"cameras": ()}).close()
    assert all(named(n) in gymnasium.registry for n in (*homebody.envs.TASK_NAMES, "first"))


def test_a_spec_survives_json_and_makes_the_same_environment() -> None:
    env = gymnasium.make(named("open_drawer"), cameras=("scene",), image_size=(32, 48), axes={"object_mass": 1.1})
    assert env.spec is not None
    again = gymnasium.make(gymnasium.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert equal(env.reset(seed=3)[0], again.reset(seed=3)[0])
    assert env.observation_space == again.observation_space


def test_usual_wrappers_work() -> None:
    def make(**settings: Any) -> gymnasium.Env:
        return gymnasium.make(named("open_drawer"), **{"cameras": (), **settings})

    env = RecordSingle(NormalizeObservation(FlattenObservation(TimeLimit(make(), 3))))
    for _ in range(2):
        env.reset()
        ended = False
        while not ended:
            observation, _, terminated, truncated, info = env.step(env.action_space.sample())
            ended = terminated or truncated
        assert np.isfinite(observation).all() and info["episode"]["l"] == 3
    stacked = FrameStackObservation(make(), 2)
    assert stacked.reset(seed=1)[0]["proprio"].shape[0] == 2


def test_films_are_recorded(tmp_path: Path) -> None:
    pytest.importorskip("moviepy", reason="RecordVideo needs MoviePy: pip install 'gymnasium[other]'")
    env = RecordVideo(TimeLimit(gymnasium.make(named("open_drawer"), cameras=(), render_mode="rgb_array"), 2), str(tmp_path / "films"))
    env.reset(seed=0)
    for _ in range(2):
        env.step(env.action_space.sample())
    env.close()
    assert list((tmp_path / "films").glob("*.mp4"))


def test_stable_baselines3_runs_single_environments_side_by_side() -> None:
    vec = pytest.importorskip("stable_baselines3.common.vec_env")
    make = partial(gymnasium.make, named("open_drawer"), cameras=())
    inner = vec.DummyVecEnv([make, make])
    env = vec.VecMonitor(inner)
    env.seed(5)
    observation = env.reset()
    assert observation["proprio"].shape == (2, 24) and [i["index"] for i in inner.reset_infos] == [5, 6]
    *_, infos = env.step(np.stack([env.action_space.sample()] * 2))
    assert all(isinstance(i["instruction"], str) for i in infos)
    env.close()


def test_pictures_for_people_are_collected_step_by_step() -> None:
    env = RenderCollection(gymnasium.make(named("open_drawer"), cameras=(), render_mode="rgb_array"))
    env.reset(seed=0)
    env.step(env.action_space.sample())
    frames: Any = env.render()
    assert len(frames) == 2 and frames[0].shape == (256, 256, 3) and frames[0].std() > 5


def test_infos_become_lists_and_episodes_are_counted_under_the_vector_wrappers() -> None:
    env = DictInfoToList(gymnasium.make_vec(named("open_fridge"), num_envs=2, **BLIND))
    _, infos = env.reset(seed=4)
    assert [i["index"] for i in infos] == [4, 5] and all(isinstance(i["instruction"], str) for i in infos)
    *_, infos = env.step(np.stack([env.single_action_space.sample()] * 2))
    assert {"predicates", "safety", "success"} <= infos[1].keys() and not any(k.startswith("_") for k in infos[0])
    counted = RecordEpisodeStatistics(gymnasium.make_vec(named("open_drawer"), num_envs=2, **BLIND))
    counted.reset(seed=0)
    engine: Any = counted.unwrapped
    engine._steps[0] = 199
    *_, truncated, info = counted.step(engine.held_actions())
    assert truncated.tolist() == [True, False] and info["_episode"].tolist() == [True, False]


def test_infos_are_arrays_with_masks_that_name_the_slots_that_have_begun() -> None:
    env = HouseholdVectorEnv("open_drawer", 3, **BLIND)
    _, info = env.reset(seed=1, options={"reset_mask": np.array([True, False, True])})
    for key in [k for k in info if not k.startswith("_")]:
        assert isinstance(info[key], np.ndarray) and info[key].shape == (3,) and info[f"_{key}"].tolist() == [True, False, True]
    single: Any = gymnasium.make(named("open_drawer"), cameras=()).unwrapped
    _, plain = single.reset(seed=1)
    assert not any(k.startswith("_") for k in plain)
    kinds = {k: type(v) for k, v in plain.items()}
    assert kinds == {
        "instruction": str, "success": bool, "credit": float, "diverged": bool, "index": int, "predicates": dict, "safety": dict,
    }  # fmt: skip


# --- which episode starts -----------------------------------------------------------------------------------------------
def test_seeds_belong_to_slots_whatever_the_mask() -> None:
    env = HouseholdVectorEnv("open_drawer", 4, **BLIND)
    env.reset(seed=[200, 201, 202, 203])
    mask = np.array([False, False, True, False])
    assert env.reset(seed=[300, 301, 302, 303], options={"reset_mask": mask})[1]["index"].tolist() == [200, 201, 302, 203]
    assert env.reset(seed=7, options={"reset_mask": mask})[1]["index"][2] == 9
    drawn = env.reset(seed=[1, None, 3, None])[1]["index"]
    assert drawn[[0, 2]].tolist() == [1, 3] and (drawn[[1, 3]] >= DRAWN[0]).all() and drawn[1] != drawn[3]


def test_lists_have_an_entry_for_each_slot_that_starts_or_for_each_slot_there_is() -> None:
    env = HouseholdVectorEnv("open_drawer", 4, **BLIND)
    env.reset(seed=0)
    mask = np.array([False, True, False, True])
    for given in ([11, 13], np.array([10, 11, 12, 13])):
        assert env.reset(options={"index": given, "reset_mask": mask})[1]["index"].tolist() == [0, 11, 2, 13]
    words = env.reset(options={"index": [1, 2], "instruction": [None, "do it"], "reset_mask": mask})[1]["instruction"]
    assert words[3] == "do it" and words[1] not in ("", "do it")


def test_without_a_seed_the_next_episode_is_drawn_and_a_seed_makes_the_draws_repeat() -> None:
    one: Any = gymnasium.make(named("open_drawer"), cameras=())
    many = HouseholdVectorEnv("open_drawer", 2, **BLIND)

    def indices(env: Any, seed: int | None) -> list[Any]:
        return [env.reset(seed=s)[1]["index"] for s in (seed, None, None)]

    first = indices(one, 5)
    assert first[0] == 5 and first[1] != first[2] and indices(one, 5) == first and indices(one, None)[0] not in first
    batched = np.stack(indices(many, 5))
    assert batched[:, 0].tolist() == first and batched[:, 1].tolist() == indices(one, 6)
    assert all(DRAWN[0] <= i < DRAWN[1] for i in first[1:])


@pytest.mark.parametrize("task", ["open_drawer", "open_fridge"])
@pytest.mark.parametrize("split", ["train", "heldout"])
def test_drawn_indices_start_episodes_in_both_splits(task: str, split: str) -> None:
    env = HouseholdVectorEnv(task, 2, split=split, randomize="train", **BLIND)
    env.reset(options={"index": [DRAWN[1] - 1, DRAWN[0]]})
    env.step(env.held_actions())
    assert env.certificate(0).index == DRAWN[1] - 1


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_single_environments_side_by_side_run_different_episodes(mode: str) -> None:
    env = gymnasium.make_vec(named("open_drawer"), num_envs=3, vectorization_mode=mode, cameras=())
    try:
        unseeded = [env.reset()[1]["index"] for _ in range(2)]
        assert len({int(i) for row in unseeded for i in row}) == 6
        assert env.reset(seed=9)[1]["index"].tolist() == [9, 10, 11]
        batched = HouseholdVectorEnv("open_drawer", 3, **BLIND)
        batched.reset(seed=9)
        (observation, info), (expected, known) = env.reset(), batched.reset()
        assert info["index"].tolist() == known["index"].tolist() and equal(observation, expected)
        action = batched.held_actions()
        assert equal(env.step(action)[0], batched.step(action)[0])
    finally:
        env.close()


# --- what is refused ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"render_mode": "depth_array"}, "render_mode is 'depth_array': expected 'rgb_array' or None"),
        ({"cameras": "scene"}, r"cameras is 'scene': expected a list of names, \('scene',\)"),
        ({"cameras": None}, "cameras is None: expected a list of names"),
        ({"cameras": ("scene", "wirst")}, "unknown camera 'wirst': nearest are wrist"),
        ({"cameras": ("scene", "scene")}, "camera 'scene' is asked for twice"),
        ({"cameras": (1,)}, "camera is 1: expected a name"),
        ({"image_size": 64.0}, "image_size is 64.0"), ({"image_size": True}, "image_size is True"), ({"image_size": "64"}, "image_size is '64'"),
        ({"image_size": None}, "image_size is None"), ({"image_size": 8}, "image_size is 8: expected a whole number, 16 to 720"),
        ({"image_size": (96,)}, "image_size is .96,.: expected 16 to 720 pixels, or a pair"), ({"image_size": (96, 2000)}, "width is 2000"),
        ({"num_envs": 2.0}, "num_envs is 2.0"), ({"num_envs": True}, "num_envs is True"), ({"num_envs": "4"}, "num_envs is '4'"),
        ({"threads": 0}, "threads is 0"), ({"threads": None}, "threads is None"), ({"privileged": 1}, "privileged is 1: expected True or False"),
        ({"split": "test"}, "unknown split 'test': nearest are"), ({"reward": "shaped"}, "unknown reward 'shaped'"), ({"reward": None}, "reward is None"),
        ({"randomize": "test"}, "unknown randomisation 'test'"), ({"scene": "kitchn"}, "unknown scene 'kitchn': nearest are home_kitchen"),
        ({"scene": None}, "scene is None"), ({"robot": 3}, "robot is 3: expected a name"), ({"robot": "so101"}, "is not for robot so101: expected panda"),
        ({"task": ["open_drawer"]}, "task is .'open_drawer'.: expected a name"), ({"task": "open_draw"}, "unknown task 'open_draw'.*open_drawer"),
        ({"axes": "object_mass"}, "axes is 'object_mass': expected a setting"), ({"axes": {"object_mass": "1"}}, "axis object_mass is '1': expected a number"),
    ],
)  # fmt: skip
def test_arguments_that_are_not_supported_are_refused_in_one_line(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(HomebodyError, match=said) as caught:
        HouseholdVectorEnv(**{"task": "open_drawer", **settings})
    assert "\n" not in str(caught.value)


MASK = np.array([True, False])
GOAL = Goal(task="open_drawer", target="top")


@pytest.mark.parametrize(
    ("seed", "options", "said"),
    [
        ([1], {}, "seed has 1 entries for 2 slots"), ([1, 2, 3], {}, "seed has 3 entries for 2 slots"), (-1, {}, "seed -1 is negative"),
        ([1, -2], {}, "seed -2 is negative"), (1.5, {}, "seed is 1.5: expected a whole number"), (True, {}, "seed is True"), ("1", {}, "seed is '1'"),
        ([1, 2.0], {}, "seed is 2.0"), (1 << 63, {}, "seed is 9223372036854775808: expected a whole number from 0 to"),
        (None, {"idx": [0, 1]}, "unknown option of reset 'idx': nearest are index"), (None, {"index": [0, 1, 2]}, "index has 3 entries for 2 slots"),
        (None, {"index": [0, -1]}, "episode index -1 is negative"), (None, {"index": [0, 1.0]}, "episode index is 1.0"),
        (None, {"index": [True, False]}, "episode index is True"), (None, {"index": 5}, "index is 5: expected a list"),
        (None, {"goal": GOAL}, "goal is Goal.*expected a list"), (None, {"goal": ["open", "open"]}, "goal 'open': expected a Goal, or None"),
        (None, {"instruction": "open it"}, "instruction is 'open it': expected a list"), (None, {"instruction": [1, 2]}, "instruction 1: expected a sentence"),
        (None, {"instruction": ["a", "b", "c"]}, "instruction has 3 entries"), (None, {"axes": {}}, "axes is {}: expected a list"),
        (None, {"axes": [{}, {"mass": 1}]}, "unknown axis 'mass'"), (None, {"axes": [{}, 3]}, "axes 3: expected a setting"),
        (None, {"reset_mask": [1, 0]}, r"reset_mask has shape \(2,\) and type int64: expected 2 of True and False"),
        (None, {"reset_mask": np.ones(3, bool)}, r"reset_mask has shape \(3,\)"), (None, [1], "options is .1.: expected a dictionary"),
        (None, {"reset_mask": MASK, "index": [1, 2, 3]}, "index has 3 entries for 1 slots: expected one each, or 2"),
    ],
)  # fmt: skip
def test_a_reset_that_is_not_meant_so_is_refused_and_starts_nothing(seed: Any, options: Any, said: str) -> None:
    env = HouseholdVectorEnv("open_drawer", 2, **BLIND)
    env.reset(seed=0)
    before = [env.state_hash(i) for i in (0, 1)]
    with pytest.raises(HomebodyError, match=said) as caught:
        env.reset(seed=seed, options=options)
    assert "\n" not in str(caught.value) and [env.state_hash(i) for i in (0, 1)] == before and not env.finished(0)


def test_a_single_environment_refuses_what_it_does_not_know() -> None:
    env = HouseholdEnv("open_drawer", cameras=())
    for seed, options, said in (
        (-1, None, "seed -1 is negative"), (2.0, None, "seed is 2.0"), (None, {"idx": 1}, "unknown option of reset 'idx'"),
        (None, {"reset_mask": [True]}, "unknown option of reset 'reset_mask'"), (None, {"index": -3}, "index -3 is negative"),
    ):  # fmt: skip
        with pytest.raises(HomebodyError, match=said):
            env.reset(seed=seed, options=options)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="typo"):
        gymnasium.make(named("open_drawer"), typo=3)


def test_steps_out_of_turn_and_of_a_wrong_kind_are_refused_in_one_line() -> None:
    env = HouseholdVectorEnv("open_drawer", 2, cameras=("scene",), image_size=32, threads=1)
    held = env.held_actions()
    with pytest.raises(HomebodyError, match="step before reset"):
        env.step(held)
    env.reset(seed=0)
    for bad in (held[:1], held.astype(str), held.astype(complex), held > 0, held.astype(object), [[1.0], [2.0]]):
        with pytest.raises(HomebodyError, match="actions have shape"):
            env.step(bad)  # type: ignore[arg-type]
    state = env.get_state(0)
    env.close()
    for call in (lambda: env.step(held), lambda: env.render_slot(0), lambda: env.set_state(0, state)):
        with pytest.raises(HomebodyError, match="this environment is closed"):
            call()
    env.close()
    assert env.reset(seed=0)[0]["scene"].std() > 5  # Stable-Baselines3's checker resets what it has closed


# --- pictures, copies, leaks --------------------------------------------------------------------------------------------
def test_pictures_need_not_be_square_and_labels_fit_them() -> None:
    wide = HouseholdVectorEnv("pick_up", 1, cameras=("scene",), image_size=(64, 96), threads=1)
    square = HouseholdVectorEnv("pick_up", 1, cameras=("scene",), image_size=64, threads=1)
    seen, other = wide.reset(seed=0)[0]["scene"], square.reset(seed=0)[0]["scene"]
    assert seen.shape == (1, 64, 96, 3) and wide.single_observation_space["scene"].shape == (64, 96, 3)  # type: ignore[index]
    assert np.abs(seen[0, :, 16:80].astype(int) - other[0]).mean() < 3  # the middle is the square picture
    inside = np.abs(square.labels(0)["pixels"]).max(-1) < 5  # further out they are cut off
    assert np.allclose((wide.labels(0)["pixels"] * [1.5, 1.0])[inside], square.labels(0)["pixels"][inside], atol=1e-5) and inside.any()


def test_policies_refuse_pictures_that_are_not_square() -> None:
    torch = pytest.importorskip("torch")
    from homebody.core.preprocess import pictures

    with pytest.raises(HomebodyError, match="pictures of 96 x 128 pixels: expected square ones"):
        pictures(torch.zeros((1, 96, 128, 3), dtype=torch.uint8), 128)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copied_environment_is_a_fresh_one_with_the_same_arguments(again: Any) -> None:
    env = HouseholdEnv("open_fridge", cameras=("scene",), image_size=32, axes={"object_mass": 1.2})
    env.reset(seed=3)
    other = again(env)
    with pytest.raises(HomebodyError, match="step before reset"):
        other.step(env.action_space.sample())
    assert equal(other.reset(seed=3)[0], env.reset(seed=3)[0]) and other.vector.axes(0) == {"object_mass": 1.2}


def test_environments_that_are_dropped_without_close_leave_nothing_behind() -> None:
    def use() -> weakref.ref[HouseholdVectorEnv]:
        env = HouseholdVectorEnv("open_drawer", 2, cameras=("scene",), image_size=32, threads=1)
        env.reset(seed=0)
        return weakref.ref(env)

    def rss_mb() -> float:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6

    for _ in range(2):
        use()
    gc.collect()
    threads, memory = threading.active_count(), rss_mb()
    dropped = [use() for _ in range(6)]
    gc.collect()
    assert all(ref() is None for ref in dropped)
    for thread in [t for t in threading.enumerate() if t.name.startswith("render")]:
        thread.join(timeout=5)
    assert threading.active_count() <= threads and rss_mb() - memory < 80
