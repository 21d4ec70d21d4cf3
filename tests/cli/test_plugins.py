"""A user's own package: its task, thing and policy stand in every command as ours do, and what does not fit is one line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import gymnasium
import pytest
from homebody.cli import plugins
from homebody.cli.main import main
from homebody.core.errors import HomebodyError
from homebody.core.instructions import parse
from homebody.core.phrasebook import BOOK
from homebody.core.phrasebook.nouns import NOUNS
from homebody.datasets.store import Store
from homebody.envs.house import TASKS
from homebody.envs.objects.catalogue import THINGS
from homebody.envs.registry import all_tasks
from homebody.envs.skills.expert import SKILLS
from homebody.policies.registry import POLICIES

OWN = Path(__file__).with_name("own")
"""A user's package: a thing, a task about it in the kitchen, and a policy."""
TABLES = (BOOK, NOUNS, TASKS, THINGS, SKILLS, POLICIES)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to stand in; whatever is registered from it goes again."""
    from homebody.cli.policies import compose

    compose()
    before, path, modules = [list(t) for t in TABLES], list(sys.path), set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plugins, "_loaded", [])
    yield tmp_path
    for table, names in zip(TABLES, before, strict=True):
        for name in set(table) - set(names):
            table.remove(name)
    gymnasium.registry.pop("homebody/hold_up_top-v1", None)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def house(folder: Path) -> Path:
    shutil.copytree(OWN, folder / "own", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(*words: str) -> int:
    return main([*words, "--plugin", "own.house"])


def test_every_command_takes_a_task_a_thing_and_a_policy_from_a_users_own_package(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tasks", "--json", "tasks.json") == 0
    entry = next(t for t in json.loads(Path("tasks.json").read_text())["tasks"] if t["name"] == "hold_up_top")
    assert entry["instruction"] == "hold up the spinning top" and entry["phrasings"] == {"train": 30, "heldout": 15}
    assert entry["robots"] == ["panda", "so101"]
    assert parse("please lift the whirligig").task == "hold_up_top"
    assert "homebody/hold_up_top-v1" in gymnasium.registry

    assert run("bench", "--tasks", "hold_up_top", "--policy", "expert", "--episodes", "2", "--films", "0", "--out", "bench") == 0
    lines = [json.loads(line) for line in Path("bench/episodes.jsonl").read_text().splitlines()]
    assert [r["success"] for r in lines] == [True, True], "the skill does what the task asks for"
    assert run("bench", "--tasks", "hold_up_top", "--policy", "timid", "--episodes", "1", "--films", "0", "--out", "timid") == 0
    (record,) = map(json.loads, Path("timid/episodes.jsonl").read_text().splitlines())
    assert record["policy"] == "timid" and not record["success"] and record["steps"] == 200

    words = ("--tasks", "hold_up_top", "--episodes", "1", "--image-size", "16", "--threads", "1", "--out", "set")
    assert run("collect", *words) == 0
    with Store.open(Path("set")) as store:
        assert store.meta(0)["certificate"]["goal"]["target"] == "spinning_top" and store.meta(0)["success"]
    assert run("data", "replay", "set") == 0
    capsys.readouterr()
    assert run("prompt", "raise the spinning top", "--policy", "expert", "--out", "film") == 0
    assert "[x] lifted(top)" in capsys.readouterr().out and Path("film/video.mp4").stat().st_size > 10_000


def test_without_the_option_nothing_of_it_is_known(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--tasks", "hold_up_top", "--out", "b"]) == 2
    assert "unknown task 'hold_up_top': nearest are" in capsys.readouterr().err and "hold_up_top" not in all_tasks()


def test_a_module_that_registers_a_taken_name_is_refused(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("greedy.py").write_text("from homebody.policies.registry import add_policy\nadd_policy('expert', lambda env: None)\n")
    assert main(["tasks", "--plugin", "greedy"]) == 2
    assert capsys.readouterr().err == "error: two policies are called 'expert': expected another name for the second\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--plugin", "no_such_thing"],
            "there is no module 'no_such_thing': expected one of an installed package or of the current folder",
        ),
        (["--plugin"], "--plugin names no module: expected --plugin package.module"),
        (["--plugin=", "--json", "x"], "--plugin names no module"),
        (["--plugin=broken"], "the module 'broken' cannot be imported: ZeroDivisionError: division by zero"),
        (["--plugin", "lacking"], "the module 'lacking' needs 'no_such_library', which is not installed"),
    ],
)
def test_a_module_that_cannot_be_used_is_one_line(folder: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.py").write_text("1 / 0\n")
    Path("lacking.py").write_text("import no_such_library\n")
    assert main(["tasks", *words]) == 2
    error = capsys.readouterr().err
    assert message in error and error.startswith("error: ") and error.count("\n") == 1


def test_a_task_whose_parts_do_not_fit_is_refused_and_nothing_of_it_stays(house: Path) -> None:
    module = house / "own" / "house.py"
    module.write_text(module.read_text().replace('room="kitchen"', 'room="attic"'))
    with pytest.raises(HomebodyError, match="task hold_up_top is in room 'attic': expected 'kitchen'"):
        plugins.load_plugins(["own.house"])
    assert "hold_up_top" not in BOOK and "hold_up_top" not in TASKS and "hold_up_top" not in SKILLS


@pytest.mark.slow
def test_workers_know_a_users_own_package_too(house: Path) -> None:
    words = ["bench", "--tasks", "hold_up_top", "--policy", "own.house:Timid", "--episodes", "2", "--films", "0", "--workers", "1"]
    command = [sys.executable, "-m", "homebody.cli.main", *words, "--out", "b", "--plugin", "own.house"]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    assert len((house / "b" / "episodes.jsonl").read_text().splitlines()) == 2
