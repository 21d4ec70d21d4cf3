"""Peas: what counts as poured and as wiped, and that the experts get there."""

import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.furniture.grains import GRAIN_RADIUS_M, MAT_HALF_M, NAMES
from homebody.envs.skills import expert_for
from homebody.envs.skills.grains import best_stroke
from homebody.envs.tasks.grains import clean, grains, kept, poured


def make(task, n=1, **settings):
    return HouseholdVectorEnv(task, n, **{"cameras": (), "threads": 1, **settings})


def put(env, points):
    """Moves the peas of slot 0 to points (N, 3) and reads the state."""
    state = env.stage.names.qpos
    for name, point in zip(NAMES, points, strict=True):
        env._qpos[0, state[name] : state[name] + 3] = point
    env._sims.forward(np.array([0]))
    return env._view()[0]


@pytest.fixture(scope="module")
def pouring():
    env = make("pour_peas")
    env.reset(options={"index": [0]})
    return env


def test_peas_lie_still_in_the_cup_at_the_start(pouring) -> None:
    before = grains(pouring.snapshot(0))
    cup = pouring.snapshot(0).position("target")
    for _ in range(10):
        pouring.step(pouring.held_actions())
    after = grains(pouring.snapshot(0))
    assert np.abs(after - before).max() < 0.02
    assert (np.hypot(*(after[:, :2] - cup[:2]).T) < 0.04).all() and not poured("receptacle")(pouring.snapshot(0))


def test_nine_peas_in_ten_must_lie_in_the_bowl(pouring) -> None:
    pouring.reset(options={"index": [0]})
    bowl = pouring.snapshot(0).position("receptacle")
    inside = bowl + np.array([0.0, 0.0, 0.01])
    for missing in range(6):
        points = np.array([inside] * (len(NAMES) - missing) + [bowl + [0.12, 0.0, 0.0]] * missing)
        assert poured("receptacle")(put(pouring, points)) == (missing <= 2)
    beside = bowl + np.array([pouring.snapshot(0).cast["receptacle"].half[1], 0.0, GRAIN_RADIUS_M - bowl[2]])
    assert not poured("receptacle")(put(pouring, np.array([beside] * len(NAMES)))), "peas under the leaning wall lie outside"


def test_a_cup_that_lies_on_its_side_was_dropped(pouring) -> None:
    pouring.reset(options={"index": [0]})
    world = pouring.snapshot(0)
    assert kept("target")(world)
    adr = pouring.stage.names.qpos[world.body("target")]
    pouring._qpos[0, adr + 3 : adr + 7] = [np.sqrt(0.5), np.sqrt(0.5), 0, 0]
    pouring._sims.forward(np.array([0]))
    assert not kept("target")(pouring._view()[0])


def test_one_pea_left_makes_the_mat_dirty_and_peas_belong_not_on_the_floor() -> None:
    env = make("wipe_mat")
    env.reset(options={"index": [0]})
    mat = env.snapshot(0).site("mat")

    def at(x, y, z=GRAIN_RADIUS_M):
        return mat[:3, 3] + mat[:3, :3] @ np.array([x, y, 0.0]) + [0.0, 0.0, z]

    away = [at(0.0, MAT_HALF_M[1] + 0.02 + 0.001 * k) for k in range(len(NAMES))]
    tidy = clean("mat", MAT_HALF_M)
    assert not tidy(env.snapshot(0)) and tidy(put(env, np.array(away)))
    assert not tidy(put(env, np.array([at(0.05, 0.05), *away[1:]])))
    assert not tidy(put(env, np.array([*away[:12], *(at(0.0, 0.2, -0.89) for _ in range(12))])))


def test_a_stroke_starts_beside_the_peas_and_pushes_most_of_them() -> None:
    rng = np.random.default_rng(0)
    half, mat = (0.05, 0.032), MAT_HALF_M
    for _ in range(50):
        peas = rng.uniform(-1, 1, (24, 2)) * mat
        x, y, way = best_stroke(peas, half, mat)
        under = (np.abs(peas - [x, y]) < half).all(1)
        assert not under.any() or abs(y) > mat[1]
        pushed = (np.abs(peas[:, 0] - x) < half[0]) & (way * peas[:, 1] > way * y)
        assert pushed.sum() >= 8
    lone = np.array([[0.03, -0.09], [0.3, 0.3]])
    x, y, way = best_stroke(lone, half, mat)
    assert way == -1.0 and abs(x - 0.03) < half[0] and y > -0.09


@pytest.mark.slow
@pytest.mark.parametrize(("task", "split"), [(t, s) for t in ("pour_peas", "wipe_mat") for s in ("train", "heldout")])
def test_the_expert_pours_and_wipes(task, split) -> None:
    env = make(task, 10, split=split, threads=2)
    observation, info = env.reset(options={"index": np.arange(10)})
    expert = expert_for(env)
    expert.reset(range(10), info["instruction"])
    while not all(env.finished(i) for i in range(10)):
        observation, _, _, _, info = env.step(expert.act(observation))
    assert info["success"].sum() >= 8
