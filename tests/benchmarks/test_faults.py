"""Failures of the machinery are never failures of the policy; safety is summed from the raw lines."""

import json

import numpy as np
import pytest
from fake_house import FakeHouse, Listener
from homebody.benchmarks.protocol import BenchConfig, EpisodeRecord
from homebody.benchmarks.records import read_records
from homebody.benchmarks.runner import evaluate
from homebody.benchmarks.safety import episode_safety, summarise_safety
from homebody.core.statistics import wilson

TASKS = ("open_drawer", "pick_up")


def run(folder, slots=4, actor=Listener, **house):
    config = BenchConfig(tasks=TASKS, episodes=12, policy="listener")
    return evaluate(lambda t, n: FakeHouse(t, n, **house), actor, config, folder, slots=slots)


@pytest.mark.parametrize("slots", [1, 4, 16])
def test_an_episode_that_breaks_the_simulator_is_a_fault_and_the_others_are_as_without_it(tmp_path, slots):
    summary = run(tmp_path / "a", slots, broken=frozenset({2, 7}))
    whole = {r.key: r for r in read_records(tmp_path / "a")}
    faults = {k[2] for k, r in whole.items() if r.fault}
    assert faults == {2, 7} and all(r.diverged and not r.success for r in whole.values() if r.fault)
    assert whole["pick_up", "", 2].fault == "RuntimeError: the context was lost"
    row = summary["tasks"]["pick_up"]
    assert (row["episodes"], row["successes"], row["rate"], row["diverged"], row["faults"]) == (10, 10, 1.0, 2, 2)
    run(tmp_path / "b", slots)
    expected = {r.key: r for r in read_records(tmp_path / "b") if r.index not in faults}
    assert {k: r for k, r in whole.items() if not r.fault} == expected


def test_what_breaks_only_beside_others_is_run_alone_and_counts(tmp_path):
    summary = run(tmp_path, flaky=frozenset({3}))
    assert summary["episodes"] == 24 and summary["diverged"] == 0 and summary["mean"] == 1.0


def test_an_error_of_the_policy_is_not_taken_for_one_of_the_machinery(tmp_path):
    class Broken(Listener):
        def act(self, observation):
            raise RuntimeError("bad weights")

    with pytest.raises(RuntimeError, match="bad weights"):
        run(tmp_path, actor=Broken)
    assert not (tmp_path / "episodes.jsonl").exists() or not read_records(tmp_path)


def test_faults_are_shown_in_the_report_and_not_counted(tmp_path):
    run(tmp_path, broken=frozenset({2}))
    page = (tmp_path / "report.html").read_text()
    assert "the context was lost, not counted" in page and "2 more broke in the simulator" in page


def test_the_safety_score_is_the_episodes_last_and_is_summed_by_task(tmp_path):
    summary = run(tmp_path, safety=True)
    for r in read_records(tmp_path):
        assert r.safety == {"peak_force_N": 2.0 * r.steps, "person_force_N": 0.0, "drops": r.steps % 3, "spills": 0, "limit_hits": 1}
    steps = [r.steps for r in read_records(tmp_path) if r.task == "pick_up"]
    safety = summary["tasks"]["pick_up"]["safety"]
    assert safety["peak_force_N"] == {
        "p50": float(np.median(steps) * 2),
        "p95": pytest.approx(np.percentile(steps, 95) * 2),
        "max": 2.0 * max(steps),
    }
    hit = sum(n % 3 > 0 for n in steps)
    assert safety["drops"] == {"total": sum(n % 3 for n in steps), "episodes": hit, "rate": hit / 12, "ci95": list(wilson(hit, 12))}
    assert "joint-limit hits" in (tmp_path / "report.html").read_text()


def test_a_house_that_measures_no_safety_has_none_in_record_summary_and_report(tmp_path):
    summary = run(tmp_path)
    assert all("safety" not in json.loads(line) for line in (tmp_path / "episodes.jsonl").read_text().splitlines())
    assert "safety" not in summary["tasks"]["pick_up"] and "joint-limit hits" not in (tmp_path / "report.html").read_text()


def test_scores_that_some_episodes_lack_are_summed_over_the_others():
    assert episode_safety({"peak_force_N": np.float32(3), "drops": np.int64(2), "other": 1}) == {"peak_force_N": 3.0, "drops": 2}
    row = summarise_safety([{"drops": 2}, {"drops": 0, "peak_force_N": 5.0}])
    assert row["peak_force_N"]["max"] == 5.0 and row["drops"]["rate"] == 0.5 and "spills" not in row


def test_lines_written_before_these_keys_are_read():
    old = {"task": "pick_up", "goal": {"task": "pick_up", "target": "apple", "receptacle": None}, "index": 3, "instruction": "lift it",
           "success": True, "credit": 1.0, "steps": 40, "seconds": 2.0, "predicates": {}, "diverged": False, "certificate": {}, "policy": "x"}  # fmt: skip
    record = EpisodeRecord.from_json(old)
    assert record.to_json() == old and record.key == ("pick_up", "", 3) and record.safety is None
