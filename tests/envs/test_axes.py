"""Axes: what differs from the nominal house, and that nothing else does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.types import Goal
from homebody.envs.axes import AXES, check_axes, draw_axes
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.skills.expert import Expert


@pytest.fixture(scope="module")
def env() -> Iterator[HouseholdVectorEnv]:
    made = HouseholdVectorEnv("pick_up", 2, cameras=(), threads=1)
    yield made
    made.close()


def hashes(env: HouseholdVectorEnv, axes: list[dict[str, float]], steps: int = 15) -> list[str]:
    """State hashes of both slots after the same random motions."""
    env.reset(options={"index": [3, 4], "axes": axes})
    rng = np.random.default_rng(0)
    for _ in range(steps):
        env.step(env.held_actions() + 0.02 * rng.normal(size=(2, 8)).astype(np.float32))
    return [env.state_hash(i) for i in (0, 1)]


@pytest.mark.parametrize("axis", AXES.values(), ids=lambda a: a.name)
def test_an_axis_has_a_wider_held_out_range_and_five_graded_levels(axis) -> None:
    assert axis.heldout[0] <= axis.train[0] <= axis.train[1] <= axis.heldout[1]
    assert axis.heldout[1] - axis.heldout[0] > axis.train[1] - axis.train[0]
    levels = axis.levels()
    assert len(levels) == 5 and levels[0] == axis.nominal
    steps = np.diff(levels)
    assert (steps > 0).all() or (steps < 0).all()
    check_axes({axis.name: levels[-1]})


def test_bad_settings_name_the_axis_and_what_it_may_be() -> None:
    with pytest.raises(HomebodyError, match=r"unknown axis 'object_mas'.*object_mass"):
        check_axes({"object_mas": 1.0})
    with pytest.raises(HomebodyError, match=r"axis object_mass is 50.*0.4 to 3 x"):
        check_axes({"object_mass": 50.0})
    with pytest.raises(HomebodyError, match="axis colour is nan"):
        check_axes({"colour": float("nan")})
    with pytest.raises(HomebodyError, match="unknown randomisation 'trian'"):
        HouseholdVectorEnv("pick_up", 1, cameras=(), randomize="trian")


def test_a_nominal_episode_is_the_same_bit_for_bit_after_a_varied_one_and_beside_one(env: HouseholdVectorEnv) -> None:
    nominal = hashes(env, [{}, {}])
    varied = hashes(env, [{"object_mass": 2.0, "arm_gain": 0.9, "action_delay": 20.0}, {}])
    assert varied[0] != nominal[0]
    assert varied[1] == nominal[1]
    assert hashes(env, [{}, {}]) == nominal


def test_draws_depend_on_the_episode_alone_and_stay_in_their_range() -> None:
    again = [draw_axes("heldout", "pick_up", "train", i) for i in range(200)]
    assert again[7] == draw_axes("heldout", "pick_up", "train", 7)
    assert again[7] != again[8] != draw_axes("heldout", "put_in", "train", 8)
    assert set(again[7]) == {n for n, a in AXES.items() if a.drawn}
    for name, axis in ((n, a) for n, a in AXES.items() if a.drawn):
        values = np.array([a[name] for a in again])
        assert axis.heldout[0] <= values.min() and values.max() <= axis.heldout[1]
        assert values.min() < axis.train[0] or values.max() > axis.train[1]


def test_a_randomised_engine_starts_from_the_nominal_initial_state_and_certifies_its_axes() -> None:
    plain, random = (HouseholdVectorEnv("pick_up", 1, cameras=(), threads=1, randomize=r) for r in (None, "train"))
    for e in (plain, random):
        e.reset(options={"index": [5]})
    assert np.array_equal(plain.points(0), random.points(0))
    assert random.certificate(0).axes == random.axes(0) == draw_axes("train", "pick_up", "train", 5)
    assert plain.certificate(0).axes == {}


def first_motion(env: HouseholdVectorEnv, axes: dict[str, float]) -> float:
    """Joint motion [rad] one control step after a jump of the target."""
    env.reset(options={"index": [3, 4], "axes": [axes, {}]})
    before = env.tool_state(0)[0][:3, 3]
    action = env.held_actions()
    action[:, 0] += 0.1
    env.step(action)
    return float(np.linalg.norm(env.tool_state(0)[0][:3, 3] - before))


def test_a_late_command_moves_the_arm_later(env: HouseholdVectorEnv) -> None:
    moved = [first_motion(env, {"action_delay": d}) for d in (0.0, 20.0, 40.0, 60.0)]
    assert moved[0] > moved[1] > moved[2] > moved[3]
    assert moved[3] < 1e-3  # 60 ms is longer than the control step


def test_late_encoders_report_where_the_arm_was(env: HouseholdVectorEnv) -> None:
    """An encoder 50 ms late says now what a punctual one said a control step ago."""
    env.reset(options={"index": [3, 3], "axes": [{"encoder_delay": 50.0}, {}]})
    rng, reports = np.random.default_rng(1), []
    for _ in range(12):
        action = env.held_actions()
        action[:, :7] += 0.05 * rng.normal(size=7)
        observation, *_ = env.step(action)
        reports.append(observation["proprio"][:, :7])
    late, punctual = np.array(reports).swapaxes(0, 1)
    assert np.abs(late[1:] - punctual[:-1]).max() < 1e-6
    assert np.abs(late - punctual).max() > 0.02


def test_a_heavy_object_weighs_more_and_a_stiff_drawer_resists_more(env: HouseholdVectorEnv) -> None:
    env.reset(options={"index": [3, 4], "axes": [{"object_mass": 2.0, "drawer_friction": 8.0}, {}]})
    heavy, plain = (env.model_of(i) for i in (0, 1))
    bowl, other = (env._episode(i).start.roles["bowl"] for i in (0, 1))
    assert heavy.body(bowl).mass[0] == pytest.approx(2 * plain.body(other).mass[0])
    assert heavy.joint("drawer_top").frictionloss[0] == pytest.approx(8.0)
    assert plain.joint("drawer_top").frictionloss[0] == pytest.approx(2.0)


def test_taxels_of_another_gain_report_that_multiple() -> None:
    env = HouseholdVectorEnv("pick_up", 2, cameras=(), threads=1)
    _, info = env.reset(options={"index": [3, 3], "axes": [{"taxel_gain": 2.0}, {}]})
    expert = Expert(env)
    expert.reset([0, 1], info["instruction"])
    most = 0.0
    while not env.finished(0):
        observation, *_ = env.step(expert.act({}))
        strong, plain = observation["tactile"]
        assert np.allclose(strong, 2 * plain, rtol=1e-5)
        most = max(most, plain[:, 0].max())
    assert most > 1e-4  # the grasp was felt


def test_labels_follow_a_moved_camera() -> None:
    """The pixel where the can is said to be is red, in pictures from cameras that were moved, turned and zoomed."""
    axes = {"camera_shift": 0.04, "camera_tilt": 5.0, "camera_zoom": 1.05}
    env = HouseholdVectorEnv("pick_up", 1, cameras=("scene",), threads=1)
    hits = tried = 0
    index, goal = -1, Goal(task="pick_up", target="can")
    for _ in range(6):
        index = env.find_index(goal, index + 1)
        observation, _ = env.reset(options={"index": [index], "goal": [goal], "axes": [axes]})
        labels = env.labels(0)
        which = env.marked_goals(0).index(goal) if goal in env.marked_goals(0) else None
        if which is None or not labels["visible"][0, which, 0]:
            continue
        uv = labels["pixels"][0, which, 0]
        tried += 1
        x, y = ((uv + 1) / 2 * 128).astype(int)
        patch = observation["scene"][0, max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].reshape(-1, 3).astype(int)
        hits += bool(((patch[:, 0] > 1.5 * patch[:, 1]) & (patch[:, 0] > 1.5 * patch[:, 2])).any())
    env.close()
    assert tried >= 2 and hits == tried


def test_visual_axes_change_the_picture_and_nothing_physical() -> None:
    env = HouseholdVectorEnv("pick_up", 1, cameras=("scene",), threads=1)
    plain = env.reset(options={"index": [2]})[0]["scene"][0].astype(int)
    state = env.state_hash(0)
    for axes in ({"light_strength": 0.5}, {"light_tint": 0.3}, {"colour": 0.3}, {"camera_shift": 0.05}, {"light_direction": 50.0}):
        picture = env.reset(options={"index": [2], "axes": [axes]})[0]["scene"][0]
        assert np.abs(picture - plain).mean() > 1.0, axes
        assert env.state_hash(0) == state
    assert np.array_equal(env.reset(options={"index": [2]})[0]["scene"][0], plain)
    env.close()
