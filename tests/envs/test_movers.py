"""People's hands and cats that come by: they give way, they are felt, they are not there when nobody comes."""

import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.followers import followers
from homebody.envs.happenings import HAND, PET
from homebody.envs.skills.expert import Expert

TASK = "set_on_tray"
WHO = {"hand_reaches_in": (HAND, "hand_visitor"), "pet_walks": (PET, "pet_cat")}


def make(n=1, **axes):
    return HouseholdVectorEnv(TASK, n, cameras=(), threads=1, axes=axes)


def place(env, slot, body):
    return env.snapshot(slot).position(body)


@pytest.mark.parametrize("axis", WHO)
def test_where_the_axis_is_zero_nobody_comes_and_the_state_is_the_same_bit_for_bit(axis):
    plain, zero = make(), make(**{axis: 0.0})
    for env in (plain, zero):
        env.reset(options={"index": [4]})
        for _ in range(70):
            env.step(env.held_actions())
    assert plain.state_hash(0) == zero.state_hash(0)
    assert place(plain, 0, WHO[axis][1])[0] < -1.5


@pytest.mark.parametrize("axis", WHO)
def test_before_somebody_comes_the_state_is_the_same_bit_for_bit(axis):
    plain, visited = make(), make(**{axis: 1.0})
    for env in (plain, visited):
        env.reset(options={"index": [4]})
        for _ in range(14):
            env.step(env.held_actions())
    assert plain.state_hash(0) == visited.state_hash(0)


@pytest.mark.parametrize("axis", WHO)
def test_who_comes_gets_to_the_middle_of_the_worktop_and_goes_again(axis):
    mover, body = WHO[axis]
    env = make(3, **{axis: 1.0})
    env.reset(options={"index": [0, 1, 2]})
    home = place(env, 0, body)
    nearest, fastest, last = np.full(3, 9.0), 0.0, [home] * 3
    for _ in range(245):
        env.step(env.held_actions())
        now = [place(env, i, body) for i in range(3)]
        nearest = np.minimum(nearest, [np.hypot(p[0] - 0.43, p[1]) for p in now])
        jumps = [float(np.linalg.norm(p - q)) for p, q in zip(now, last, strict=True)]
        fastest, last = max([fastest, *(20 * j for j in jumps if j < 0.5)]), now
    assert (nearest < 0.16).all() and fastest < 1.6
    assert all(np.allclose(place(env, i, body), home, atol=1e-3) for i in range(3))
    assert mover in env.stage.movers and len(followers(env.model)) == len(env.stage.movers)


@pytest.mark.parametrize("axis", WHO)
def test_half_way_it_does_not_come_as_far(axis):
    body = WHO[axis][1]
    env = make(2)
    env.reset(options={"index": [2, 2], "axes": [{axis: 0.5}, {axis: 1.0}]})
    nearest = np.full(2, 9.0)
    for _ in range(200):
        env.step(env.held_actions())
        nearest = np.minimum(nearest, [abs(p[1]) if p[0] > 0 else 9.0 for p in (place(env, i, body) for i in range(2))])
    assert nearest[0] > nearest[1] + 0.05


@pytest.mark.parametrize("axis", WHO)
def test_a_robot_that_lies_in_the_way_is_touched_gently_and_it_shows_in_the_score(axis):
    """The arm is held low over the middle of the worktop: a hand comes down on it, a cat walks into it."""
    env = make(6, **{axis: 1.0})
    env.reset(options={"index": np.arange(6)})
    low = env.held_actions()
    for i in range(6):
        T = np.linalg.inv(env.base_pose(i)) @ np.array([[1, 0, 0, 0.42], [0, -1, 0, 0.0], [0, 0, -1, 0.16], [0, 0, 0, 1.0]])
        low[i, :7] = env.robot.inverse(T[None], env.arm_target(i)[None], iterations=60)[0]
    for _ in range(230):
        _, _, _, _, info = env.step(low)
    forces = np.array([s["person_force_N"] for s in info["safety"]])
    assert (forces > 1.0).sum() >= 3 and forces.max() < 100.0, forces
    assert not info["diverged"].any()


def test_things_that_a_cat_walks_into_are_pushed_not_flung():
    env = make(6, pet_walks=1.0)
    env.reset(options={"index": np.arange(6)})
    start = [{r: place(env, i, r) for r in env.snapshot(i).roles} for i in range(6)]
    rise = fast = moved = 0.0
    for _ in range(200):
        env.step(env.held_actions())
        for i in range(6):
            for role, before in start[i].items():
                p = place(env, i, role)
                if p[2] > -0.05:  # still on the worktop
                    rise, fast = max(rise, p[2] - before[2]), max(fast, env.snapshot(i).speed(role))
                moved = max(moved, float(np.linalg.norm(p - before)))
    assert moved > 0.03, "it met nothing"
    assert rise < 0.15 and fast < 2.0


def test_a_visited_episode_replays_bit_for_bit_alone_and_on_any_number_of_threads():
    axes = {"hand_reaches_in": 1.0, "pet_walks": 0.8}
    env = make(3, **axes)
    _, info = env.reset(options={"index": [5, 6, 7]})
    expert, actions = Expert(env), []
    expert.reset(range(3), info["instruction"])
    for _ in range(110):
        actions.append(expert.act({}))
        env.step(actions[-1])
    hashes = [env.state_hash(i) for i in range(3)]
    for count, threads, rows in ((3, 2, [0, 1, 2]), (1, 1, [1])):
        again = HouseholdVectorEnv(TASK, count, cameras=(), threads=threads, axes=axes)
        again.reset(options={"index": [5 + r for r in rows]})
        for action in actions:
            again.step(action[rows])
        assert [again.state_hash(i) for i in range(count)] == [hashes[r] for r in rows]
