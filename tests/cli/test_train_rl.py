"""`homebody train rl` end to end: short runs whose results are policies, and complaints in one line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from homebody.cli.main import main
from homebody.cli.policies import find_policy
from homebody.core.experience import Experience

SHORT = "train rl --slots 2 --minutes 0.02 --threads 1"


def run(command: str) -> int:
    return main(shlex.split(command))


@pytest.mark.parametrize(("algorithm", "demonstrations"), [("sac", 2), ("ppo", 0)])
def test_what_was_learned_from_state_is_a_policy_that_bench_can_run(algorithm: str, demonstrations: int, tmp_path: Path) -> None:
    out = tmp_path / "rl"
    assert (
        run(
            f"{SHORT} --algorithm {algorithm} --demonstrations {demonstrations} --task close_drawer --out {out} --json {tmp_path / 'r.json'}"
        )
        == 0
    )
    result = json.loads((tmp_path / "r.json").read_text())
    assert {"steps", "seconds", "loss", "checkpoint"} <= set(result) and result["steps"] > 0
    source = find_policy(str(out))
    assert source.privileged and source.cameras == () and len(source.fingerprint) == 16
    assert run(f"bench --policy {out} --tasks close_drawer --episodes 1 --slots 1 --out {tmp_path / 'bench'}") == 0
    before = result["steps"]
    assert (
        run(
            f"train rl --slots 2 --minutes 0.05 --threads 1 --algorithm {algorithm} --demonstrations {demonstrations} --task close_drawer --out {out} --resume --json {tmp_path / 'r.json'}"
        )
        == 0
    )
    assert json.loads((tmp_path / "r.json").read_text())["steps"] > before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "robot", "algorithm"),
    [
        ("open_fridge", "panda", "sac"), ("press_soap_pump", "panda", "ppo"), ("fold_towel", "panda", "sac"), ("hand_over", "panda", "sac"),
        ("hold_up_food", "so101", "sac"),
    ],
)  # fmt: skip
def test_a_task_of_any_room_is_trained_gone_on_with_and_benched(
    task: str, robot: str, algorithm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, result = tmp_path / "rl", tmp_path / "r.json"
    same = f"--task {task} --robot {robot} --algorithm {algorithm} --demonstrations {1 if algorithm == 'sac' else 0} --out {out} --json {result}"
    assert run(f"{SHORT} {same}") == 0
    before = json.loads(result.read_text())["steps"]
    assert run(f"train rl --slots 2 --minutes 0.05 --threads 1 {same} --resume") == 0
    assert json.loads(result.read_text())["steps"] > before > 0
    config = json.loads((out / "config.json").read_text())
    assert config["interface"] | {"task": task, "robot": robot} == config["interface"]
    bench = f"bench --policy {out} --episodes 1 --slots 1 --robot {robot}"
    assert run(f"{bench} --tasks {task} --out {tmp_path / 'bench'}") == 0
    assert run(f"{bench} --tasks {task},close_microwave --out {tmp_path / 'other'}") == 2
    assert f"learned {task} from state, with {robot}: expected that alone" in capsys.readouterr().err and not (tmp_path / "other").exists()


def test_a_household_task_is_learned_from_state_with_demonstrations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "rl"
    assert run(f"{SHORT} --task close_fridge --demonstrations 1 --out {out}") == 0
    assert "training episodes of close_fridge" in capsys.readouterr().out
    source = find_policy(str(out))
    assert source.privileged and source.trained_on == Experience.of(["panda"], ["kitchen"], ["close_fridge"])
    assert run(f"train rl --resume --task open_fridge --out {out}") == 2
    assert "holds a policy from state for task close_fridge with robot panda" in capsys.readouterr().err
    assert run(f"train rl --resume --residual --task close_fridge --out {out}") == 2
    assert "expected the same options with --resume" in capsys.readouterr().err


@pytest.mark.slow
def test_a_frozen_policy_is_corrected_where_it_can_act(tmp_path: Path) -> None:
    out = tmp_path / "residual"
    assert run(f"{SHORT} --residual --task close_fridge --demonstrations 1 --out {out}") == 0
    known = find_policy(str(out)).trained_on
    assert known is not None and {"close_fridge", "open_drawer"} <= set(known.tasks), "the base's tasks and its own"
    assert run(f"bench --policy {out} --tasks close_fridge --episodes 1 --slots 1 --out {tmp_path / 'bench'}") == 0


def test_a_residual_carries_its_base_and_needs_no_privileged_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "residual"
    assert run(f"{SHORT} --residual --demonstrations 2 --axes camera_tilt=2 --out {out}") == 0
    assert "homebody alone solves" in capsys.readouterr().out
    source = find_policy(str(out))
    assert not source.privileged and source.cameras == ("scene", "wrist")
    assert (out / "base" / "model.safetensors").is_file()
    assert run(f"bench --policy {out} --tasks open_drawer --episodes 1 --slots 1 --out {tmp_path / 'bench'}") == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--task open_drawr", "unknown task 'open_drawr': nearest are open_drawer"),
        ("--task open_frigde", "unknown task 'open_frigde': nearest are open_fridge"),
        ("--robot pando", "unknown robot 'pando': nearest are panda"),
        ("--task open_fridge --robot so101", "task open_fridge is not for robot so101: expected panda"),
        ("--task open_drawer --robot so101", "task open_drawer is not for robot so101: expected panda"),
        ("--task hold_up_food --robot so101 --residual", "robot 'so101' with --residual: expected 'panda'"),
        ("--residual --algorithm ppo", "algorithm 'ppo' with --residual: expected 'sac'"),
        ("--algorithm ppo --demonstrations 5", "demonstrations is 5 with ppo: expected 0"),
        ("--residual --demonstrations 0", "demonstrations is 0: expected 1 or more"),
        ("--slots 0", "slots is 0: expected 1 or more"),
        ("--minutes -1", "minutes is -1.0: expected a positive number"),
        ("--resume", "nothing to resume"),
        ("--residual --policy hombody", "unknown policy 'hombody'"),
        ("--randomize trian", "unknown randomisation 'trian': nearest are train"),
        ("--axes camera_tilt=99", "axis camera_tilt is 99.0: expected 0 to 6 deg"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(options: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"train rl --out {tmp_path / 'out'} {options}") == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1 and not (tmp_path / "out").exists()


def test_a_folder_with_a_training_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "training.safetensors").write_bytes(b"")
    assert run(f"train rl --out {tmp_path}") == 2
    assert "holds a training already" in capsys.readouterr().err


@pytest.mark.slow
def test_sac_from_state_opens_drawers_within_20_minutes(tmp_path: Path) -> None:
    out = tmp_path / "rl"
    assert run(f"train rl --task open_drawer --minutes 20 --out {out}") == 0
    assert run(f"bench --policy {out} --tasks open_drawer --episodes 100 --out {tmp_path / 'bench'} --json {tmp_path / 'b.json'}") == 0
    assert json.loads((tmp_path / "b.json").read_text())["tasks"]["open_drawer"]["rate"] >= 0.8
