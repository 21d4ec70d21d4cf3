"""Progress outside a terminal, and when a benchmark takes workers by itself."""

import pytest
from homebody.cli import bench_setup, progress
from homebody.cli.bench_setup import MANY, usual_workers


def test_the_estimate_is_of_the_pace_of_this_run_not_of_what_was_done_before(capsys, monkeypatch):
    clock = iter([100.0, 120.0, 121.0, 140.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress_bar("bench", 200) as advance:
        advance(100, "going on")  # an earlier run's
        advance(110, "a")  # 10 in 20 s: 90 more take 180 s
        advance(111, "too soon to say")
        advance(120, "b")
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["bench: 100/200, going on", "bench: 110/200, about 180 s left, a", "bench: 120/200, about 160 s left, b"]


@pytest.mark.parametrize(("episodes", "think", "device", "expected"), [
    (MANY, 0.0, "cpu", 3), (MANY - 1, 0.0, "cpu", None), (MANY, 200.0, "cpu", None), (MANY, 0.0, "cuda", None),
])  # fmt: skip
def test_long_runs_take_a_worker_for_each_core_and_short_or_thinking_ones_none(monkeypatch, episodes, think, device, expected):
    monkeypatch.setattr(bench_setup.os, "cpu_count", lambda: 3)
    monkeypatch.setattr(bench_setup, "find_spec", lambda name: object())
    assert usual_workers(episodes, think, device) == expected


def test_without_ray_or_a_second_core_everything_runs_in_one_process(monkeypatch):
    monkeypatch.setattr(bench_setup, "find_spec", lambda name: None)
    assert usual_workers(MANY, 0.0, "cpu") is None
    monkeypatch.setattr(bench_setup, "find_spec", lambda name: object())
    monkeypatch.setattr(bench_setup.os, "cpu_count", lambda: 1)
    assert usual_workers(MANY, 0.0, "cpu") is None
