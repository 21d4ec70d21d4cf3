"""`homebody bench` and `homebody compare` on the real house, and how policies are named."""

import json

import pytest
from homebody.assets import checkpoint
from homebody.cli.bench import bench, compare
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


def test_outcomes_on_the_real_house_do_not_depend_on_the_number_of_slots(tmp_path):
    states = []
    for slots in (1, 3):
        bench(policy="expert", tasks="open_drawer", episodes=3, slots=slots, language="swap", out=tmp_path / str(slots))
        lines = [json.loads(line) for line in (tmp_path / str(slots) / "episodes.jsonl").read_text().splitlines()]
        states.append(sorted((r["index"], r["certificate"]["final_hash"], r["success"], r["instruction"]) for r in lines))
    assert states[0] == states[1]


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
