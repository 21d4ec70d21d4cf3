"""`homebody teleop`: bad input gets one line and exit 2, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from homebody.cli.main import main
from homebody.datasets.store import Store


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "expected a loopback address"),
        (["--port", "70000"], "port is 70000"),
        (["--port", "web"], "invalid literal"),
        (["--seed", "-1"], "seed is -1"),
        (["--task", "open_draw"], "unknown task 'open_draw': nearest are open_drawer"),
        (["--task", "open_frigde"], "unknown task 'open_frigde': nearest are open_fridge"),
        (["--task", "open_fridge", "--robot", "so101"], "task open_fridge is not for robot so101: expected panda"),
        (["--robot", "pando"], "unknown robot 'pando': nearest are panda"),
        (
            ["--task", "hold_up_food", "--robot", "so101", "--policy", "homebody"],
            "policy 'homebody' cannot act on robot so101, which has 5 joints: expected panda",
        ),
        (["--split", "test"], "unknown split 'test'"),
        (["--limit", "0"], "limit is 0"),
        (["--policy", "expret"], "unknown policy 'expret'"),
        (["--polcy", "expert"], "unknown option '--polcy': nearest are --policy"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["teleop", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and said in error and len(error.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_data_set_or_of_another_size_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"")
    assert main(["teleop", "--policy", "zero", "--out", str(tmp_path / "photos")]) == 2
    assert "is not a data set of Homebody" in capsys.readouterr().err
    Store.create(tmp_path / "small", robot="panda", cameras=("scene",), image_size=64, control_hz=20).close()
    assert main(["teleop", "--policy", "zero", "--out", str(tmp_path / "small")]) == 2
    assert "holds scene at 64 pixels: expected scene, wrist at 128 pixels" in capsys.readouterr().err
    Store.create(tmp_path / "other", robot="panda", cameras=("scene", "wrist"), image_size=128, control_hz=20).close()
    assert main(["teleop", "--task", "hold_up_food", "--robot", "so101", "--out", str(tmp_path / "other")]) == 2
    assert "robot" in (error := capsys.readouterr().err) and "panda" in error and "so101" in error
