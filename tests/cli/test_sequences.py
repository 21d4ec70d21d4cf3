"""`homebody sequences`: sentences of two things in, the share that is done whole out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from homebody.cli.doing import Stay
from homebody.cli.main import main
from homebody.cli.sequences import SequenceWork, sequences
from homebody.core.errors import HomebodyError

FIRST: dict[str, Any] = {"policy": "expert", "rooms": "first", "seed": 1}


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "sequences.jsonl").read_text().splitlines()]


def test_the_expert_does_both_and_a_second_call_runs_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sequences(**FIRST, episodes=1, out=tmp_path, json_path=tmp_path / "a.json") == 0
    before = lines(tmp_path)
    assert sequences(**FIRST, episodes=2, out=tmp_path, json_path=tmp_path / "b.json") == 0
    assert [r["number"] for r in lines(tmp_path)] == [0, 1] and lines(tmp_path)[:1] == before
    for r in lines(tmp_path):
        assert r["done"] == [True, True] and r["heard"] == r["goals"] and r["certificate"]["split"] == "heldout"
        assert [p["goal"] for p in r["parts"]] == r["goals"] and r["seconds"] == sum(p["steps"] for p in r["parts"]) / 20
    summary = json.loads((tmp_path / "b.json").read_text())
    assert summary["both"] == {"successes": 2, "rate": 1.0, "ci95": summary["both"]["ci95"]} and summary["rooms"].keys() == {"first"}
    monkeypatch.setattr(SequenceWork, "run", lambda *_: pytest.fail("all of it is there"))
    assert sequences(**FIRST, episodes=2, out=tmp_path) == 0
    with pytest.raises(HomebodyError, match="holds results with seed 1, this run has 2"):
        sequences(**{**FIRST, "seed": 2}, episodes=2, out=tmp_path)


def test_what_is_misheard_is_not_run_and_fails_a_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(text: str) -> None:
        raise HomebodyError("too loud here")

    monkeypatch.setattr("homebody.cli.asked.heard", refuse)
    monkeypatch.setattr(Stay, "begin", lambda *_: pytest.fail("something was done"))
    assert sequences(**FIRST, episodes=1, out=tmp_path, fail_below=0.5) == 1
    (record,) = lines(tmp_path)
    assert record["heard"] is None and record["refused"] == "too loud here" and record["done"] == [False, False]
    assert "1 misheard" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rooms", "cellar"], "unknown room 'cellar'"),
        (["--fail-below", "2"], "fail below is 2.0: expected a rate between 0 and 1"),
        (["--episodes", "0"], "episodes is 0: expected 1 or more"),
        (["--robot", "panta"], "unknown robot 'panta'"),
        (["--policy", "homebody", "--rooms", "bedroom"], "knows no task of room 'bedroom'"),
        (["--policy", "expert", "--robot", "so101", "--rooms", "bedroom"], "no task of room 'bedroom' is for robot 'so101'"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_is_written(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sequences", *words]) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.slow
def test_workers_come_to_the_same_records(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    for name, workers in (("one", None), ("two", 2)):
        assert sequences(**FIRST, episodes=4, out=tmp_path / name, workers=workers) == 0
    by_number = [sorted(lines(tmp_path / n), key=lambda r: r["number"]) for n in ("one", "two")]
    assert by_number[0] == by_number[1]
