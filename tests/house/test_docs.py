"""The documents tell the truth: every block of every page runs, in the order of its page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
ROOMS = {"core", "envs", "datasets", "policies", "world_model", "teleop", "benchmarks", "cli", "assets"}
SLOW = {"tutorial.md"}
"""Pages that take minutes: their tests are marked slow, and continuous integration runs them too."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """(language, text) of each code block."""
    return re.findall(r"```(\w*)\n(.*?)```", page.read_text(), re.S)


def test_every_room_has_a_page() -> None:
    assert {p.stem for p in PAGES if p.parent.name == "rooms"} == ROOMS


def test_every_block_is_one_that_runs() -> None:
    for page in PAGES:
        assert {kind for kind, _ in blocks(page)} <= {"bash", "python"}, page.name


def test_pages_name_files_that_are_there() -> None:
    for page in PAGES:
        if page.parent.name != "rooms":
            continue
        for row in re.findall(r"^\| (`.*?) \|", page.read_text(), re.M):
            for name in re.findall(r"`([\w/.]+)`", row):
                assert (ROOT / page.stem / name).exists(), f"{page.name}: {name}"


@pytest.mark.parametrize("page", [pytest.param(p, marks=[pytest.mark.slow] if p.name in SLOW else [], id=p.stem) for p in PAGES])
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "OMP_NUM_THREADS": "2"}
    for kind, text in blocks(page):
        command = ["bash", "-eu", "-c", text] if kind == "bash" else [sys.executable, "-c", text]
        run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900, check=False)
        negative = kind == "bash" and run.returncode == 1 and "error:" not in run.stderr and "Traceback" not in run.stderr
        assert run.returncode == 0 or negative, f"{page.name}:\n{text}\n{run.stdout[-1500:]}\n{run.stderr[-2500:]}"
