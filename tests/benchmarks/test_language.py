"""The swap arm where a state allows nothing else: skipped and counted, and the run goes on."""

from __future__ import annotations

import json

import pytest
from fake_house import FakeHouse, Listener
from homebody.benchmarks import language
from homebody.benchmarks.protocol import BenchConfig
from homebody.benchmarks.runner import evaluate
from homebody.cli.bench_setup import check_rivals
from homebody.core.errors import HomebodyError


class NarrowHouse(FakeHouse):
    """States with an even index allow their own goal alone."""

    def valid_goals(self, i):
        return [self.own[self.index[i] % len(self.own)]] if self.index[i] % 2 == 0 else super().valid_goals(i)


@pytest.mark.parametrize("slots", [1, 4])
def test_swapping_skips_and_counts_episodes_that_allow_nothing_else_and_runs_the_rest(tmp_path, slots):
    config = BenchConfig(tasks=("open_drawer",), episodes=9, policy="listener", language="swap")
    summary = evaluate(NarrowHouse, Listener, config, tmp_path, slots=slots)
    row = summary["tasks"]["open_drawer"]
    assert (row["episodes"], row["successes"], row["skipped"], row["diverged"]) == (4, 4, 5, 0)
    assert (summary["skipped"], summary["mean"]) == (5, 1.0)
    lines = [json.loads(line) for line in (tmp_path / "episodes.jsonl").read_text().splitlines()]
    assert sorted(line["index"] for line in lines if "skipped" in line) == [0, 2, 4, 6, 8]
    assert "5 more were skipped" in (tmp_path / "report.html").read_text()


def test_tasks_without_any_rival_are_refused_before_anything_runs(monkeypatch):
    config = BenchConfig(tasks=("wipe_mat",), episodes=3, policy="zero", language="swap")
    check_rivals({"wipe_mat": range(3)}, config)  # our own tasks all have some
    own = language.rivals
    monkeypatch.setattr(language, "rivals", lambda goal, valid: [] if goal.task == "wipe_mat" else own(goal, valid))
    with pytest.raises(HomebodyError, match="no episode of wipe_mat allows another instruction"):
        check_rivals({"wipe_mat": range(3)}, config)
    check_rivals({"wipe_mat": range(3), "open_drawer": range(3)}, config)
