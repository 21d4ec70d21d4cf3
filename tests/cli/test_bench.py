"""`homebody bench` and `homebody compare` on the real house, and how policies are named."""

import json
from pathlib import Path

import pytest
from homebody.assets import checkpoint
from homebody.cli.bench import bench, compare
from homebody.cli.bench_verify import verify
from homebody.cli.policies import find_policy
from homebody.core.errors import HomebodyError


def test_the_expert_beats_doing_nothing_and_compare_pairs_the_two(tmp_path, capsys):
    common = {"tasks": "open_drawer,close_microwave", "episodes": 4, "slots": 4}
    assert bench(policy="expert", out=tmp_path / "expert", json_path=tmp_path / "e.json", **common) == 0
    assert bench(policy="zero", out=tmp_path / "zero", **common) == 0
    expert, zero = (json.loads((tmp_path / n / "summary.json").read_text()) for n in ("expert", "zero"))
    assert json.loads((tmp_path / "e.json").read_text()) == expert
    assert expert["mean"] >= 0.75 and zero["mean"] == 0.0
    assert expert["engine"].startswith("mujoco ") and expert["split"] == "heldout"
    assert "close_microwave" in (tmp_path / "expert" / "report.html").read_text()
    assert compare(tmp_path / "zero", tmp_path / "expert", json_path=tmp_path / "c.json") == 0
    result = json.loads((tmp_path / "c.json").read_text())
    assert {"difference", "ci95", "p", "verdict", "mde"} <= set(result)
    assert result["verdict"] == "better" and result["difference"] >= 0.75
    out = capsys.readouterr().out
    assert "open_drawer" in out and "B is better" in out


def test_verify_runs_episodes_again_and_finds_a_record_that_is_not_what_happens(tmp_path, capsys):
    out = tmp_path / "run"
    bench(policy="random", tasks="open_drawer", episodes=3, slots=2, axes="hinge_friction=0.15,1.5", films=0, out=out)
    assert verify(out, episodes=0, slots=3, json_path=tmp_path / "v.json") == 0
    assert json.loads((tmp_path / "v.json").read_text()) == {"episodes": 6, "equal": 6, "differ": []}
    path = out / "episodes.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    forged, other = lines[0], lines[1]
    forged["success"], other["actions"] = not forged["success"], "0" * 16
    path.write_text("".join(json.dumps(x) + "\n" for x in lines))
    assert verify(out, episodes=0, json_path=tmp_path / "v.json") == 1
    differ = {(x["index"], x["arm"]): x["what"] for x in json.loads((tmp_path / "v.json").read_text())["differ"]}
    named = {(x["index"], "hinge_friction=1.5" if "arm" in x else ""): w for x, w in ((forged, ["success"]), (other, ["actions"]))}
    assert differ.values() and sorted(map(str, differ.values())) == sorted(map(str, named.values()))
    assert {k[0] for k in differ} == {k[0] for k in named}
    assert "4 of 6 episodes are the same" in capsys.readouterr().out
    assert verify(out, episodes=2, seed=1) in (0, 1)
    with pytest.raises(HomebodyError, match="has fingerprint none: expected that of the records"):
        (out / "settings.json").write_text((out / "settings.json").read_text().replace('"fingerprint": ""', '"fingerprint": "ab"'))
        verify(out)


def test_outcomes_on_the_real_house_do_not_depend_on_the_number_of_slots(tmp_path):
    states = []
    for slots in (1, 3):
        bench(policy="expert", tasks="open_drawer", episodes=3, slots=slots, language="swap", out=tmp_path / str(slots))
        lines = [json.loads(line) for line in (tmp_path / str(slots) / "episodes.jsonl").read_text().splitlines()]
        states.append(sorted((r["index"], r["certificate"]["final_hash"], r["success"], r["instruction"]) for r in lines))
    assert states[0] == states[1]


def test_a_sweep_on_the_real_house_pairs_its_arms_and_its_films_end_in_the_recorded_states(tmp_path, capsys):
    out = tmp_path / "sweep"
    assert bench(policy="expert", tasks="open_microwave", episodes=2, slots=2, axes="hinge_friction=0..4", films=2, out=out) == 0
    lines = [json.loads(line) for line in (out / "episodes.jsonl").read_text().splitlines()]
    assert len(lines) == 10 and {x["index"] for x in lines} == {0, 1}
    assert [x["certificate"]["axes"] for x in lines if x.get("arm", {}).get("level") == 4] == [{"hinge_friction": 1.5}] * 2
    starts = {i: {x["certificate"]["initial_hash"] for x in lines if x["index"] == i} for i in (0, 1)}
    assert all(len(s) == 1 for s in starts.values())  # the same initial state in every arm
    summary = json.loads((out / "summary.json").read_text())
    assert [r["level"] for r in summary["sweep"]["axes"]["hinge_friction"]["levels"]] == [0, 1, 2, 3, 4]
    assert summary["sweep"]["ranking"][0]["axis"] == "hinge_friction" and "films" not in summary
    assert len(list((out / "films").glob("*.jpg"))) == len({x["success"] for x in lines})  # one of each outcome that there was
    assert "hinge_friction at level 4" in capsys.readouterr().out


def test_a_policy_is_run_against_a_finished_run_on_its_episodes_and_stops_when_that_is_decided(tmp_path, capsys):
    assert bench(policy="zero", tasks="close_drawer,close_microwave", episodes=12, seed=3, films=0, out=tmp_path / "a") == 0
    common = {"policy": "expert", "against": tmp_path / "a", "films": 0}
    assert bench(**common, stop_early=True, slots=2, out=tmp_path / "b") == 0
    result = json.loads((tmp_path / "b" / "summary.json").read_text())["against"]
    assert {"difference", "ci95", "p", "verdict", "mde"} <= set(result)
    assert result["verdict"] == "better" and result["stopped_early"] and result["pairs"] < 24
    lines = [json.loads(line) for line in (tmp_path / "b" / "episodes.jsonl").read_text().splitlines()]
    assert {x["task"] for x in lines} == {"close_drawer", "close_microwave"} and {x["index"] for x in lines} <= set(range(3, 15))
    assert "B is better" in capsys.readouterr().out
    with pytest.raises(HomebodyError, match="split is 'train', but the episodes of"):
        bench(**common, split="train", out=tmp_path / "c")
    with pytest.raises(HomebodyError, match="expected --against or a sweep"):
        bench(**common, axes="hinge_friction=0..4", out=tmp_path / "c")


def test_an_expert_that_reads_the_state_does_not_miss_its_taxels(tmp_path, capsys):
    for touch in ("on", "shuffled"):
        assert bench(policy="expert", tasks="close_drawer", episodes=3, touch=touch, films=0, out=tmp_path / touch) == 0
    assert compare(tmp_path / "on", tmp_path / "shuffled", json_path=tmp_path / "c.json") == 0
    result = json.loads((tmp_path / "c.json").read_text())
    assert (result["verdict"], result["difference"], result["pairs"]) == ("undecided", 0.0, 3)
    out = capsys.readouterr().out
    assert "not distinguishable" in out and "3 pairs would show" in out and "differ in touch (on and shuffled)" in out


@pytest.mark.parametrize(("changes", "message"), [
    ({"episodes": -1}, "episodes is -1: expected 1 or more"),
    ({"episodes": 0}, "episodes is 0: expected 1 or more"),
    ({"slots": 0}, "slots is 0: expected 1 or more"),
    ({"threads": 0}, "threads is 0: expected 1 or more"),
    ({"tasks": "open_drawr"}, "unknown task 'open_drawr': nearest are open_drawer"),
    ({"tasks": ","}, "tasks is ','"),
    ({"policy": "expret"}, "unknown policy 'expret': nearest are expert"),
    ({"policy": "no/such/folder"}, "no/such/folder holds no model.safetensors"),
    ({"robot": "pnda"}, "unknown robot 'pnda': nearest are panda"),
    ({"split": "tain"}, "unknown split 'tain': nearest are train"),
    ({"language": "swop"}, "unknown language arm 'swop': nearest are swap"),
    ({"touch": "of"}, "unknown touch arm 'of': nearest are off"),
    ({"axes": "hinge_friction=0..9"}, "expected graded levels, as in hinge_friction=0..4"),
    ({"films": -1}, "films is -1: expected 0 or more"),
    ({"stop_early": True}, "--stop-early needs --against DIR"),
    ({"against": Path("no/such/run")}, "no/such/run holds no readable settings.json"),
])  # fmt: skip
def test_bad_input_is_one_clear_line_and_nothing_is_written(tmp_path, changes, message):
    with pytest.raises(HomebodyError, match=message):
        bench(**{"policy": "zero", "out": tmp_path / "out", **changes})
    assert not (tmp_path / "out").exists()


def test_a_learned_policy_is_known_by_the_hash_of_its_weights(tmp_path):
    for name, content in (("a", b"1"), ("b", b"2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(content)
    a, b = find_policy(str(tmp_path / "a")), find_policy(str(tmp_path / "b"))
    assert a.name == "a" and a.fingerprint != b.fingerprint and a.cameras == ("scene", "wrist")
    assert find_policy("random").fingerprint == ""


def test_a_checkpoint_cut_in_half_is_one_clear_line_and_nothing_is_written(tmp_path):
    from homebody.policies.checkpoint import save_model
    from homebody.policies.network import PolicyConfig, VisuoTactilePolicy

    save_model(VisuoTactilePolicy(PolicyConfig()), tmp_path / "ck")
    weights = tmp_path / "ck" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    with pytest.raises(HomebodyError, match="damaged checkpoint"):
        bench(policy=str(tmp_path / "ck"), episodes=1, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_shipped_checkpoint_is_found_by_name_and_another_name_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr("homebody.assets.CHECKPOINTS", tmp_path)
    with pytest.raises(HomebodyError, match="none ships in"):
        find_policy("homebody")
    (tmp_path / "homebody").mkdir()
    (tmp_path / "homebody" / "model.safetensors").write_bytes(b"1")
    assert find_policy("homebody").name == "homebody"
    with pytest.raises(HomebodyError, match="unknown checkpoint 'homebdy': nearest are homebody"):
        checkpoint("homebdy")
