"""Evaluating against a finished run: its very episodes, and no more of them than the test needs."""

import json

import numpy as np
import pytest
from fake_house import FakeHouse, Listener
from homebody.benchmarks.against import Rival
from homebody.benchmarks.compare import compare, in_words
from homebody.benchmarks.protocol import BenchConfig
from homebody.benchmarks.records import read_records
from homebody.benchmarks.runner import evaluate
from homebody.core.errors import HomebodyError

TASKS = ("open_drawer", "pick_up")


def run(folder, hard=(), episodes=60, slots=4, rival=None, tasks=TASKS, actor=Listener, **house):
    config = BenchConfig(tasks=rival.tasks if rival else tasks, episodes=episodes, policy="listener")
    return evaluate(lambda t, n: FakeHouse(t, n, hard=frozenset(hard), **house), actor, config, folder, slots=slots, rival=rival)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a")
    run(folder, hard=range(0, 60, 2))
    return folder


def test_a_clear_difference_stops_the_run_early_and_is_called_better(finished, tmp_path):
    result = run(tmp_path, rival=Rival(finished, stop_early=True))["against"]
    assert result["verdict"] == "better" and result["stopped_early"] and result["p"] < 0.05
    assert len(read_records(tmp_path)) < 120 and result["pairs"] < result["planned"] == 120
    assert result["mde"] > 0 and result["difference"] == 0.5
    # After the first look, 6 pairs to 0 (p = 0.03 by itself) are not enough: a tenth of the pairs may spend a hundredth of the level.
    assert (result["looks"], result["only_a"], result["only_b"]) == (2, 0, 12)
    assert "B is better" in in_words(result)[0] and "stopped after" in in_words(result)[1]


def test_equals_run_to_the_end_and_are_not_distinguishable(finished, tmp_path):
    result = run(tmp_path, hard=range(0, 60, 2), rival=Rival(finished, stop_early=True))["against"]
    assert (result["verdict"], result["p"], result["stopped_early"], result["pairs"]) == ("undecided", 1.0, False, 120)
    assert in_words(result)[0].startswith("not distinguishable") and "120 pairs would show" in in_words(result)[0]


def test_all_tasks_take_part_before_each_look(finished, tmp_path):
    run(tmp_path, rival=Rival(finished, stop_early=True))
    records = read_records(tmp_path)
    assert {r.task for r in records} == set(TASKS)
    assert {r.index for r in records if r.task == TASKS[0]} >= {r.index for r in records if r.task == TASKS[1]}


def test_the_decision_does_not_depend_on_the_number_of_slots(finished, tmp_path):
    found = [run(tmp_path / str(s), slots=s, rival=Rival(finished, stop_early=True))["against"] for s in (1, 5, 16)]
    assert found[0] == found[1] == found[2]


def test_a_decided_run_runs_nothing_more(finished, tmp_path):
    first = run(tmp_path, rival=Rival(finished, stop_early=True))
    config = BenchConfig(tasks=TASKS, episodes=60, policy="listener")
    again = evaluate(lambda *_: pytest.fail("built"), Listener, config, tmp_path, rival=Rival(finished, stop_early=True))
    assert again == first


def test_without_stopping_it_says_what_compare_says(finished, tmp_path):
    result = run(tmp_path, hard=range(5), rival=Rival(finished))["against"]
    expected = compare(finished, tmp_path)
    assert {k: v for k, v in result.items() if k != "folder"} == expected


def test_a_later_comparison_says_that_the_run_stopped_early(finished, tmp_path):
    run(tmp_path, rival=Rival(finished, stop_early=True))
    assert any("stopped early" in line for line in in_words(compare(finished, tmp_path)))
    assert not any("stopped early" in line for line in in_words(compare(finished, finished)))


def test_pairs_that_broke_on_either_side_do_not_count(finished, tmp_path):
    result = run(tmp_path, hard=range(0, 60, 2), rival=Rival(finished, stop_early=True), diverging=frozenset({1, 2, 3}))["against"]
    assert (result["pairs"], result["planned"], result["verdict"]) == (114, 120, "undecided")


def test_fewer_episodes_or_tasks_can_be_asked_for_but_not_others(finished, tmp_path):
    assert Rival(finished).tasks == TASKS  # in the order of the registry
    rival = Rival(finished, tasks=("pick_up",), episodes=10)
    assert rival.indices == {"pick_up": list(range(10))}
    with pytest.raises(HomebodyError, match="holds no episode of 'put_in': expected some of open_drawer, pick_up"):
        Rival(finished, tasks=("put_in",))
    with pytest.raises(HomebodyError, match="holds 60 episodes of 'open_drawer': expected at least the 90"):
        Rival(finished, episodes=90)
    with pytest.raises(HomebodyError, match="expected the --out folder"):
        Rival(tmp_path)


def test_stopping_early_raises_no_more_false_alarms_than_the_level(finished, tmp_path):
    """Two equally good policies, 300 times: records as a run leaves them, B's outcomes drawn anew."""
    rng, alarms = np.random.default_rng(3), 0
    records = [r for r in read_records(finished) if not r.arm]
    for _ in range(300):
        rival = Rival(finished, stop_early=True)
        mine = [type(r).from_json({**r.to_json(), "success": bool(rng.random() < 0.5)}) for r in records]
        alarms += rival.decides(mine)
    assert alarms <= 0.05 * 300 + 8  # two standard deviations


def test_the_summary_on_disk_holds_the_comparison(finished, tmp_path):
    summary = run(tmp_path, rival=Rival(finished, stop_early=True))
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    page = (tmp_path / "report.html").read_text()
    assert "Better" in page and "Against listener (A); this run is B" in page
