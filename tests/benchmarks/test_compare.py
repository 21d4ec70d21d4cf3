"""Paired comparison of two evaluations."""

import json

import pytest
from fake_house import FakeHouse, Listener
from homebody.benchmarks.compare import compare
from homebody.benchmarks.protocol import BenchConfig
from homebody.benchmarks.runner import evaluate
from homebody.core.errors import HomebodyError
from homebody.core.statistics import mcnemar


def run(folder, hard=(), episodes=40, **changes):
    settings = BenchConfig(tasks=("open_drawer", "pick_up"), episodes=episodes, policy="listener", **changes)
    evaluate(lambda t, n: FakeHouse(t, n, hard=frozenset(hard)), Listener, settings, folder)
    return folder


def test_a_clear_improvement_is_called_better_and_its_reverse_worse(tmp_path):
    a, b = run(tmp_path / "a", range(15)), run(tmp_path / "b", range(5))
    up, down = compare(a, b), compare(b, a)
    assert up["verdict"] == "better" and down["verdict"] == "worse"
    assert up["difference"] == -down["difference"] == 0.25
    assert up["p"] == down["p"] == mcnemar(0, 20)
    assert up["ci95"][0] > 0 and up["pairs"] == 80 and up["tasks"]["pick_up"] == {"pairs": 40, "rate_a": 0.625, "rate_b": 0.875}


def test_a_run_against_itself_is_undecided_and_says_what_it_could_have_seen(tmp_path):
    a = run(tmp_path / "a", range(10))
    same = compare(a, a)
    assert (same["verdict"], same["difference"], same["p"]) == ("undecided", 0.0, 1.0)
    assert 0.0 < same["mde"] < 0.2


def test_pairs_are_made_by_task_and_index_not_by_place_in_the_file(tmp_path):
    a, b = run(tmp_path / "a", range(10)), run(tmp_path / "b", range(10))
    path = b / "episodes.jsonl"
    path.write_text("\n".join(reversed(path.read_text().splitlines())) + "\n")
    result = compare(a, b)
    assert (result["only_a"], result["only_b"]) == (0, 0)


def test_episodes_of_one_run_only_are_left_out_and_counted(tmp_path):
    a, b = run(tmp_path / "a", episodes=20), run(tmp_path / "b", episodes=30)
    result = compare(a, b)
    assert (result["pairs"], result["unpaired"]) == (40, 20)


def test_runs_that_do_not_pair_are_refused(tmp_path):
    a, b = run(tmp_path / "a", episodes=3), run(tmp_path / "b", episodes=3, split="train")
    with pytest.raises(HomebodyError, match="their episodes do not pair"):
        compare(a, b)
    with pytest.raises(HomebodyError, match="share no episode"):
        compare(a, run(tmp_path / "c", episodes=3, seed=50))
    with pytest.raises(HomebodyError, match="expected the --out folder"):
        compare(a, tmp_path)


def test_a_change_of_the_physics_model_is_reported(tmp_path):
    a, b = run(tmp_path / "a", episodes=3), run(tmp_path / "b", episodes=3)
    path = b / "episodes.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        row["certificate"]["model_hash"] = "other"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert compare(a, b)["different_models"] == 6
