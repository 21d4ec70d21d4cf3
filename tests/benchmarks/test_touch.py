"""Touch arms: what reaches the policy, the same whoever runs beside it."""

import numpy as np
import pytest
from fake_house import FakeHouse, Listener
from homebody.benchmarks.compare import compare, in_words
from homebody.benchmarks.protocol import BenchConfig
from homebody.benchmarks.records import read_records
from homebody.benchmarks.runner import evaluate
from homebody.benchmarks.touch import TouchFilter
from homebody.core.errors import HomebodyError


def steps(arm, slots=2, count=30, episode=5):
    """What slot 0 is shown over an episode whose taxels at step t are t * 16 + 0 .. 15 in each channel's places."""
    touch = TouchFilter(arm, slots)
    for slot in range(slots):
        touch.reset(slot, "pick_up", episode + slot)
    shown = []
    for t in range(count):
        here = np.broadcast_to(16 * t + np.arange(16).reshape(2, 1, 2, 4), (slots, 2, 3, 2, 4)).astype(np.float32)
        shown.append(touch({"tactile": here, "proprio": np.zeros((slots, 3))})["tactile"][0])
    return np.stack(shown)


def test_off_is_zeros_and_on_is_what_was_measured():
    assert not steps("off").any()
    seen = {"tactile": np.ones((1, 2, 3, 2, 2))}
    assert TouchFilter("on", 1)(seen) is seen


def test_shuffled_taxels_are_those_of_a_past_step_with_their_places_permuted():
    shown = steps("shuffled")
    times = []
    for t, taxels in enumerate(shown):
        values = np.sort(taxels[:, 0].ravel())
        times.append(int(values[0]) // 16)
        assert np.array_equal(values, 16 * times[-1] + np.arange(16)) and times[-1] <= t
        assert np.array_equal(taxels[:, 0], taxels[:, 1])  # the channels of a taxel stay together
        assert not np.array_equal(taxels[:, 0].ravel(), values)
    assert len(set(times)) > 10 and sum(n == t for t, n in enumerate(times)) < 10


def test_the_shuffle_is_the_episodes_own_whatever_runs_beside_it():
    alone, beside = steps("shuffled", slots=1), steps("shuffled", slots=4)
    assert np.array_equal(alone, beside)
    assert not np.array_equal(alone, steps("shuffled", slots=1, episode=6))


def test_taxels_that_are_not_there_cannot_be_taken_away():
    with pytest.raises(HomebodyError, match="touch 'off' needs taxels"):
        TouchFilter("off", 1)({"proprio": np.zeros((1, 3))})


class Feeler(Listener):
    """Does what it is told while it feels something in the place where the house puts it."""

    name = "feeler"

    def act(self, observation):
        actions = super().act(observation)
        actions[observation["tactile"][:, 1, 0, 1, 1] <= observation["tactile"][:, 0, 0, 1, 1], 0] = -1
        return actions


def run(folder, touch, slots=4):
    config = BenchConfig(tasks=("open_drawer", "pick_up"), episodes=20, policy="feeler", touch=touch)
    evaluate(FakeHouse, Feeler, config, folder, slots=slots)
    return folder


def test_a_policy_that_needs_touch_is_worse_without_it_and_the_folders_pair(tmp_path):
    on, off = run(tmp_path / "on", "on"), run(tmp_path / "off", "off")
    result = compare(on, off)
    assert (result["pairs"], result["verdict"], result["difference"]) == (40, "worse", -1.0)
    assert result["settings"] == {"touch": ["on", "off"]} and "differ in touch (on and off)" in " ".join(in_words(result))
    shuffled = compare(on, run(tmp_path / "shuffled", "shuffled"))
    assert shuffled["pairs"] == 40
    a, b = read_records(on), read_records(off)
    assert [(r.key, r.instruction) for r in a] == [(r.key, r.instruction) for r in b]


def test_shuffled_results_do_not_depend_on_the_number_of_slots(tmp_path):
    assert read_records(run(tmp_path / "1", "shuffled", 1)) == read_records(run(tmp_path / "7", "shuffled", 7))


def test_an_unknown_touch_arm_is_named_with_the_nearest():
    with pytest.raises(HomebodyError, match="unknown touch arm 'of': nearest are off"):
        BenchConfig(tasks=("pick_up",), touch="of")
