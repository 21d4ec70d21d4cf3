"""However a command ends, it ends in one line and one of four codes: what shells, disks, terminals and other programs do to it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from homebody.cli import main as command_line
from homebody.cli.endings import LONGEST, explain
from homebody.cli.main import COMMANDS, main
from homebody.cli.outputs import Output
from homebody.core.errors import HomebodyError

HOMEBODY = [sys.executable, "-m", "homebody.cli.main"]


def shell(text: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of bash in which `homebody` is the command."""
    script = f'homebody() {{ "{sys.executable}" -m homebody.cli.main "$@"; }}\n{text}'
    environment = {**os.environ, **variables}
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=folder, env=environment, check=False, timeout=120)


def one_error(run: subprocess.CompletedProcess[str]) -> str:
    assert run.stderr.startswith("error: ") and len(run.stderr.splitlines()) == 1, run.stderr
    return run.stderr


@pytest.mark.parametrize("command", ["tasks", "axes", "robots", "--help"])
def test_a_reader_that_leaves_ends_it_quietly(command: str, tmp_path: Path) -> None:
    run = shell(f"homebody {command} | head -1; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert run.stderr == "" and run.stdout.splitlines()[-1] == "0"


def test_the_work_goes_on_when_nobody_reads_any_more(tmp_path: Path) -> None:
    run = shell("homebody tasks --json t.json | true; echo ${PIPESTATUS[0]}", tmp_path)
    assert run.stdout == "0\n" and run.stderr == ""
    assert len(json.loads((tmp_path / "t.json").read_text())["tasks"]) > 50


def test_a_full_device_as_standard_output_is_one_line(tmp_path: Path) -> None:
    run = shell("homebody tasks > /dev/full", tmp_path)
    assert run.returncode == 2 and "standard output: no space left on the device" in one_error(run)
    assert shell("homebody --help > /dev/full", tmp_path).returncode == 2


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_do_no_harm(closed: str, tmp_path: Path) -> None:
    run = shell(f"homebody robots --json r.json {closed}", tmp_path)
    assert run.returncode == 0 and json.loads((tmp_path / "r.json").read_text())["robots"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-16"])
def test_a_narrow_encoding_gets_replacement_characters(encoding: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [*HOMEBODY, "axes"], capture_output=True, cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": encoding}, check=False
    )
    assert run.returncode == 0 and run.stderr == b""


def test_text_that_is_no_utf_8_is_answered_in_one_line(tmp_path: Path) -> None:
    run = subprocess.run([*HOMEBODY, "prompt", b"open the \xff drawer\xfe"], capture_output=True, cwd=tmp_path, check=False)
    assert run.returncode == 2 and run.stderr.startswith(b"error: ") and run.stderr.count(b"\n") == 1


@pytest.mark.parametrize("value", ["9223372036854775808", "-99999999999999999999", "2147483648", "1" + "0" * 4000])
def test_a_number_that_no_part_can_hold_is_refused_by_its_option(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompt", "open the top drawer", "--seed", value]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and len(error) < 300 and ("--seed is" in error or "seed" in error)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_that_is_none_is_refused_by_its_option(value: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["train", "policy", "--data", "x", "--out", str(tmp_path / "o"), "--minutes", value]) == 2
    assert f"--minutes is {value}: expected a finite number" in capsys.readouterr().err


# --- where results go ---------------------------------------------------------------------------------------------------
def test_every_command_with_a_result_marks_where_it_goes() -> None:
    import importlib
    from typing import get_type_hints

    for name, (module, key, _) in COMMANDS.items():
        function = importlib.import_module(f"homebody.cli.{module}").COMMANDS[key]
        hints = get_type_hints(function, include_extras=True)
        for option in {"json_path", "out", "gallery", "card", "print_board", "excite"} & set(hints):
            assert any(isinstance(m, Output) for m in hints[option].__metadata__), f"{name} --{option}"


def test_parents_of_a_result_are_made(tmp_path: Path) -> None:
    assert main(["robots", "--json", str(tmp_path / "new" / "folder" / "r.json")]) == 0
    assert json.loads((tmp_path / "new" / "folder" / "r.json").read_text())["robots"]


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("file/x.json", "expected a folder"), ("folder", "is a folder: expected a file"), ("n" * 300 + ".json", "name is too long"),
        ("a\0b.json", "null byte"), ("loop", "circle"), ("nowhere", "a link to gone/away"),
    ],
)  # fmt: skip
def test_a_result_that_cannot_be_written_is_refused_before_the_run(
    where: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "nowhere").symlink_to("gone/away")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("homebody.cli.tasks.describe_tasks", lambda: pytest.fail("it ran"))
    before = sorted(tmp_path.iterdir())
    assert main(["tasks", "--json", where]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and why in error and len(error.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "words",
    [
        ["prompt", "open the top drawer"], ["collect"], ["bench"], ["train", "policy", "--data", "x"], ["train", "rl"], ["teleop"],
        ["imagine", "open the top drawer"], ["identify", "x.csv"], ["calibrate", "x"], ["train", "world-model", "--data", "x"],
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("place", ["file", "file/inside"])
def test_a_folder_for_results_that_is_a_file_is_refused_and_left_as_it_was(
    words: list[str], place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    assert main([*words, "--out", str(tmp_path / place)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and "expected a folder" in error and len(error.splitlines()) == 1
    assert (tmp_path / "file").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_a_read_only_file_system_is_refused_before_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", str(tmp_path)], capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root")
    try:
        assert main(["collect", "--out", str(tmp_path / "set"), "--episodes", "1", "--tasks", "open_drawer"]) == 2
        assert "read-only" in capsys.readouterr().err
        assert main(["tasks", "--json", str(tmp_path / "t.json")]) == 2
        assert "read-only" in capsys.readouterr().err
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


# --- errors of others ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space", "/x/y"), "/x/y: no space left on the device"),
        (OSError(errno.EROFS, "ro", "/x"), "/x: the file system is read-only"), (PermissionError(errno.EACCES, "no", "/x"), "/x: permission denied"),
        (NotADirectoryError(errno.ENOTDIR, "no", "/x/y"), "/x/y: a part of the path is a file"),
        (OSError(errno.EADDRINUSE, "in use"), "the port is taken"), (OSError("a library's own words"), "a library's own words"),
        (MemoryError("12 GiB"), "not enough memory (12 GiB)"), (UnicodeEncodeError("ascii", "é", 0, 1, "no"), "expected UTF-8"),
        (ModuleNotFoundError("No module named 'ray'", name="ray"), "pip install 'homebody[ray]'"),
        (HomebodyError("one\nline\x1b[31m of two"), "one line [31m of two"), (HomebodyError("x" * 5000), "..."),
        (ZeroDivisionError("division by zero"), "unexpected ZeroDivisionError: division by zero (a fault of Homebody: the same command with --debug"),
    ],
    ids=lambda e: type(e).__name__ if isinstance(e, Exception) else "",
)  # fmt: skip
def test_an_error_of_the_system_or_of_a_library_is_one_line_with_what_to_do(error: Exception, said: str) -> None:
    line = explain(error)
    assert said in line and "\n" not in line and line.isprintable() and len(line) <= LONGEST


def test_debug_shows_where_and_nothing_else_does(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(name: str, words: list[str]) -> int:
        raise ValueError("deep inside")

    monkeypatch.setattr(command_line, "run_command", broken)
    assert main(["robots"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert main(["robots", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


# --- interruptions ------------------------------------------------------------------------------------------------------
def stopped(words: list[str], folder: Path, number: signal.Signals, ready: str) -> tuple[int, str, str]:
    """Starts a command, sends it a signal once its progress says `ready`; exit code, output, errors."""
    out, error = folder / "out.txt", folder / "error.txt"
    with out.open("w") as o, error.open("w") as e:
        run = subprocess.Popen([*HOMEBODY, *words], stdout=o, stderr=e, cwd=folder)
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline and run.poll() is None and ready not in error.read_text():
        time.sleep(0.05)
    run.send_signal(number)
    return run.wait(timeout=60), out.read_text(), error.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_a_stopped_collection_says_what_is_kept_and_exits_with_130(number: signal.Signals, tmp_path: Path) -> None:
    words = [
        "collect",
        "--tasks",
        "open_drawer",
        "--episodes",
        "300",
        "--image-size",
        "32",
        "--slots",
        "2",
        "--out",
        "set",
        "--json",
        "r.json",
    ]
    code, out, error = stopped(words, tmp_path, number, "collect open_drawer: 1/300")
    assert code == 130 and "Traceback" not in error and out.startswith("interrupted; kept ")
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["episodes"] < 300
    assert main(["data", "verify", str(tmp_path / "set")]) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_a_stopped_training_saves_and_goes_on_with_the_same_numbers(number: signal.Signals, tmp_path: Path) -> None:
    data = str(tmp_path / "set")
    assert main(["collect", "--tasks", "open_drawer", "--episodes", "1", "--image-size", "32", "--out", data]) == 0
    short = ["--data", data, "--batch", "4", "--threads", "1", "--steps"]
    code, out, error = stopped(["train", "policy", *short, "100000", "--out", "a"], tmp_path, number, "train: 20/")
    assert code == 130 and "Traceback" not in error and "interrupted, saved; --resume goes on" in out
    assert (tmp_path / "a" / "model.safetensors").is_file()
    kept = int(out.split("goes on: ")[1].split()[0])
    assert kept > 0
    more = str(kept + 3)
    assert main(["train", "policy", *short, more, "--out", str(tmp_path / "a"), "--resume"]) == 0


def test_an_idle_command_that_is_stopped_says_so(tmp_path: Path) -> None:
    run = subprocess.Popen([*HOMEBODY, "speed", "--seconds", "100"], stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    time.sleep(4)
    run.send_signal(signal.SIGTERM)
    _, error = run.communicate(timeout=60)
    assert run.returncode == 130 and error.endswith("interrupted: what was finished is kept\n") and "Traceback" not in error
