"""Laws of the engine: purity of initial states, bit-equality of batches, checkers, divergence, saved states."""

from __future__ import annotations

import gymnasium
import homebody.envs  # noqa: F401  (registers the ids)
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from homebody.core.errors import HomebodyError
from homebody.core.types import Goal
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.single import HouseholdEnv


def actions(env: HouseholdVectorEnv, rng: np.random.Generator) -> np.ndarray:
    """Lively motions near the present posture."""
    held = env.held_actions()
    held[:, :7] += rng.uniform(-0.1, 0.1, (env.num_envs, 7))
    held[:, 7] = rng.uniform(0, 1, env.num_envs)
    return held


def rollout(env: HouseholdVectorEnv, indices: np.ndarray, steps: int) -> list[np.ndarray]:
    """Final states of slots whose actions depend on the episode index alone."""
    env.reset(options={"index": indices})
    rngs = [np.random.default_rng(int(i)) for i in indices]
    for _ in range(steps):
        held = env.held_actions()
        for slot, rng in enumerate(rngs):
            held[slot, :7] += rng.uniform(-0.1, 0.1, 7)
            held[slot, 7] = rng.uniform(0, 1)
        env.step(held)
    return [env.physics_state(i) for i in range(env.num_envs)]


def test_a_batch_of_64_equals_64_single_environments_bit_for_bit_at_1_2_and_4_threads() -> None:
    indices = np.arange(64)
    single = HouseholdVectorEnv("first", 1, cameras=(), threads=1)
    expected = [rollout(single, np.array([i]), 25)[0] for i in indices]
    for threads in (1, 2, 4):
        states = rollout(HouseholdVectorEnv("first", 64, cameras=(), threads=threads), indices, 25)
        for a, b in zip(states, expected, strict=True):
            assert np.array_equal(a, b)


def test_the_initial_state_depends_on_the_episode_index_alone() -> None:
    env = HouseholdVectorEnv("first", 2, cameras=())
    env.reset(options={"index": [7, 8]})
    first = env.state_hash(0)
    rollout(env, np.array([100, 101]), 10)
    env.reset(options={"index": [8, 7]})
    assert env.state_hash(1) == first
    assert env.state_hash(0) != first


def test_splits_share_no_initial_state() -> None:
    hashes = []
    for split in ("train", "heldout"):
        env = HouseholdVectorEnv("first", 16, cameras=(), split=split)
        env.reset(options={"index": np.arange(16)})
        hashes.append({env.state_hash(i) for i in range(16)})
    assert not hashes[0] & hashes[1]


def test_every_initial_state_has_at_least_three_valid_goals_and_the_instructed_one_is_among_them() -> None:
    env = HouseholdVectorEnv("first", 128, cameras=())
    env.reset(options={"index": np.arange(128)})
    for i in range(128):
        assert len(env.valid_goals(i)) >= 3
        assert env.goal(i) in env.valid_goals(i)
        assert not all(env.holds(i, g) for g in env.valid_goals(i))
        assert not any(env.holds(i, g) for g in env.valid_goals(i))


def test_stepping_on_from_a_saved_state_gives_the_same_bits() -> None:
    env = HouseholdVectorEnv("first", 1, cameras=())
    env.reset(options={"index": [3]})
    rng = np.random.default_rng(0)
    plan = [actions(env, rng) for _ in range(30)]
    for action in plan[:10]:
        env.step(action)
    saved = env.get_state(0)
    for action in plan[10:]:
        env.step(action)
    expected = env.physics_state(0)
    rollout(env, np.array([99]), 5)
    env.reset(options={"index": [3]})
    env.set_state(0, saved)
    for action in plan[10:]:
        env.step(action)
    assert np.array_equal(env.physics_state(0), expected)


def test_a_finished_slot_stands_still_until_its_reset() -> None:
    env = HouseholdVectorEnv("open_drawer", 2, cameras=())
    env.reset(options={"index": [0, 1]})
    env._done[1] = True
    before, other = env.physics_state(1), env.physics_state(0)
    env.step(actions(env, np.random.default_rng(0)))
    assert np.array_equal(env.physics_state(1), before)
    assert not np.array_equal(env.physics_state(0), other)
    env.reset(options={"index": [1], "reset_mask": np.array([False, True])})
    assert not env.finished(1)


@pytest.mark.parametrize("field", ["_qpos", "_qvel"])
@pytest.mark.parametrize("value", [np.nan, 1e12])
def test_divergence_ends_the_episode_with_a_flag_and_spares_the_others(field: str, value: float) -> None:
    env = HouseholdVectorEnv("first", 3, cameras=())
    env.reset(options={"index": [0, 1, 2]})
    getattr(env, field)[1, 2] = value
    observation, _, terminated, _, info = env.step(env.held_actions())
    assert info["diverged"].tolist() == [False, True, False]
    assert terminated.tolist() == [False, True, False]
    assert not info["success"][1]
    assert all(np.isfinite(v).all() for v in observation.values())


def test_actions_are_limited_to_the_published_joint_speeds() -> None:
    from homebody.core.kinematics import DQ_MAX

    env = HouseholdVectorEnv("first", 1, cameras=())
    env.reset(options={"index": [0]})
    before = env.held_actions()[0]
    env.step(np.full((1, 8), 10.0))
    assert np.all(np.abs(env.held_actions()[0] - before)[:7] <= DQ_MAX * 0.05 + 1e-6)


def test_bad_input_gets_one_clear_error() -> None:
    env = HouseholdVectorEnv("first", 1, cameras=())
    with pytest.raises(HomebodyError, match="unknown task 'open_draw'.*open_drawer"):
        HouseholdVectorEnv("open_draw", 1)
    with pytest.raises(HomebodyError, match="num_envs is 0"):
        HouseholdVectorEnv("first", 0)
    with pytest.raises(HomebodyError, match="unknown robot 'pando'.*panda"):
        HouseholdVectorEnv("first", 1, robot="pando")
    with pytest.raises(HomebodyError, match="index -1 is negative"):
        env.reset(options={"index": [-1]})
    env.reset(options={"index": [0]})
    with pytest.raises(HomebodyError, match="not finite"):
        env.step(np.full((1, 8), np.nan))
    with pytest.raises(HomebodyError, match="does not fit"):
        env.reset(options={"index": [0], "goal": [Goal(task="put_in", target="bottle", receptacle="bowl")]})


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # its advice on spaces; its findings are errors
def test_gymnasium_checker_passes() -> None:
    env = gymnasium.make("homebody/open_drawer-v1", image_size=32, render_mode="rgb_array")
    assert isinstance(env.unwrapped, HouseholdEnv)
    check_env(env.unwrapped, skip_render_check=False)
    env.close()


def test_stable_baselines3_checker_passes() -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    env = gymnasium.make("homebody/pick_up-v1", image_size=64, privileged=True)
    checker.check_env(env.unwrapped, warn=False)
    env.close()


def test_make_vec_gives_the_batched_engine_with_the_numbers_of_the_single_one() -> None:
    many = gymnasium.make_vec("homebody/first-v1", num_envs=3, image_size=32)
    one = gymnasium.make("homebody/first-v1", image_size=32)
    batched, _ = many.reset(seed=5)
    for i in range(3):
        alone, _ = one.reset(seed=5 + i)
        for key, value in alone.items():
            assert np.array_equal(batched[key][i], value), key
    many.close()
    one.close()
