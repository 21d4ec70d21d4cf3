"""The command line: one clear line for bad input, exit codes, help that teaches."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from homebody.cli.doctor import require_gl
from homebody.cli.main import COMMANDS, main
from homebody.core.errors import HomebodyError


def test_help_names_every_command_and_starts_fast(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in COMMANDS)
    assert subprocess.run([sys.executable, "-m", "homebody.cli.main", "--version"], capture_output=True, check=True).stdout
    code = "import sys, homebody.cli.main; sys.exit('torch' in sys.modules or 'mujoco' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*name.split(), "--help"])
    assert stop.value.code == 0
    assert name == "serve" or "--json" in capsys.readouterr().out  # a server has no result


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["promt", "x"], "unknown command 'promt'"),
        (["data"], "needs a command: expected one of info"),
        (["data", "inof"], "unknown command of `data` 'inof'"),
        (["bench", "--episods", "3"], "unknown option '--episods': nearest are --episodes"),
        (["collect", "--out", "x", "--episodes", "many"], "invalid literal for int() with base 10: 'many'"),
        (["collect", "--out", "x", "--tasks", "open_draw"], "unknown task 'open_draw': nearest are open_drawer"),
        (["collect", "--out", "x", "--tasks", "-Tx"], "unknown task '-Tx'"),
        (["robot", "--token", "-T8QGpEj9O8Q10BoK", "--instruction", "-x", "--server", "ws://127.0.0.1:1"], "unknown instruction '-x'"),
        (["collect", "--out", "x", "--episodes", "-4"], "episodes is -4"),
        (["collect", "--out", "x", "--robot", "pandora", "--episodes", "1"], "unknown robot 'pandora'"),
        (["data", "info", "no_such_folder"], "no data set no_such_folder"),
        (["data", "verify", "."], "is not a data set of Homebody"),
        (["prompt", "open the drawer"], "did you mean 'open the top drawer' or 'open the bottom drawer'"),
        (["prompt", "sing me a song"], "unknown instruction"),
        (["prompt", "open the top drawer", "--policy", "expret"], "unknown policy 'expret'"),
        (["train", "policy", "--data", "none", "--out", "x"], "no data set none"),
        (["train", "world-model", "--data", "none", "--out", "x"], "no data set none"),
        (["train", "world-model", "--data", "none", "--out", "x", "--resume"], "nothing to resume in x"),
        (["train", "policy", "--data", "none", "--out", "x", "--device", "cuda:7"], "device 'cuda:7'"),
        (["imagine"], "nothing to imagine: expected an instruction"),
        (["imagine", "open the top drawer", "--world", "none"], "no world model in none"),
        (["imagine", "open the top drawer", "--randomize", "al"], "unknown randomisation 'al'"),
        (["imagine", "--evaluate", "-2"], "evaluate is -2"),
        (["prompt", "open the top drawer", "--think", "-5"], "think is -5"),
        (["prompt", "open the top drawer", "--axes", "drawer_frction=3"], "unknown axis 'drawer_frction': nearest are drawer_friction"),
        (["prompt", "open the top drawer", "--axes", "drawer_friction=heavy"], "axis setting 'drawer_friction=heavy'"),
        (["prompt", "open the top drawer", "--device", "gpu"], "unknown device 'gpu'"),
        (["bench", "--out", "x", "--randomize", "no"], "unknown randomisation 'no'"),
        (["bench", "--out", "x", "--policy", "zero", "--think", "100"], "policy 'zero' proposes no chunks"),
        (["collect", "--out", "x", "--randomize", "no"], "unknown randomisation 'no'"),
        (["collect", "--out", "x", "--workers", "0"], "workers is 0"),
        (["teleop", "--host", "0.0.0.0"], "0.0.0.0"),
        (["serve", "--policy", "expert"], "cannot be served"),
        (["robot", "--instruction", "open the top drawer", "--token", "t", "--driver", "simm"], "unknown driver 'simm'"),
        (["identify"], "give a joint log"),
        (["calibrate", "none"], "none"),
        (["train", "rl", "--task", "open_draw", "--out", "x"], "unknown task 'open_draw'"),
    ],
)
def test_bad_input_gets_one_line_exit_2_and_leaves_nothing(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert len(error.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_missing_gl_library_names_its_remedy() -> None:
    with pytest.raises(HomebodyError, match=r"libNone\.so\.9 not found: install it with `apt-get install"):
        require_gl("libNone.so.9")


def test_tasks_and_doctor_write_their_json(tmp_path: Path) -> None:
    assert main(["tasks", "--json", str(tmp_path / "t.json")]) == 0
    tasks = json.loads((tmp_path / "t.json").read_text())["tasks"]
    assert [t["name"] for t in tasks][:6] == ["open_drawer", "close_drawer", "open_microwave", "close_microwave", "pick_up", "put_in"]
    assert all(t["phrasings"]["train"] >= 8 for t in tasks)
    main(["doctor", "--json", str(tmp_path / "d.json")])
    checks = json.loads((tmp_path / "d.json").read_text())["checks"]
    assert {"python", "packages", "opengl", "cuda", "machine", "checkpoint"} == {c["name"] for c in checks}
    assert all(c["ok"] for c in checks)


def test_collecting_verifying_and_replaying_fit_together(tmp_path: Path) -> None:
    out, report = tmp_path / "set", tmp_path / "r.json"
    assert (
        main(
            [
                "collect",
                "--tasks",
                "open_drawer,pick_up",
                "--episodes",
                "2",
                "--slots",
                "2",
                "--perturb",
                "1",
                "--out",
                str(out),
                "--json",
                str(report),
            ]
        )
        == 0
    )
    assert json.loads(report.read_text())["kept"] >= 3
    assert main(["data", "info", str(out)]) == 0
    assert main(["data", "list", str(out)]) == 0
    assert main(["data", "verify", str(out)]) == 0
    assert main(["data", "log", str(out)]) == 0
    assert main(["data", "replay", str(out), "--json", str(report)]) == 0
    replay = json.loads(report.read_text())
    assert replay["equal"] == replay["episodes"] == replay["successes"] >= 3
