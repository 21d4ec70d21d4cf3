"""The wheel holds what the tree holds, and the names that we share with others stay theirs."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = {"tests", "build", "dist", "docs", "out"}


def test_the_packages_listed_are_the_packages_there_are() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    folders = {
        p.parent.relative_to(ROOT) for p in ROOT.rglob("*.py") if not any(part.startswith(".") for part in p.relative_to(ROOT).parts)
    }
    there = {".".join(("homebody", *f.parts)) for f in folders if not f.parts or f.parts[0] not in SKIPPED}
    assert listed == there


@pytest.mark.parametrize("room", ["datasets", "teleop"])
def test_rooms_with_other_projects_names_are_no_packages_of_that_name(room: str) -> None:
    assert not (ROOT / room / "__init__.py").exists()


def test_hugging_face_datasets_wins_from_the_repository_root() -> None:
    code = "import datasets; print(datasets.__file__, hasattr(datasets, 'load_dataset'))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip().endswith("True")
    assert "site-packages" in run.stdout


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        p.name: n
        for p in ROOT.rglob("*.py")
        if ".venv" not in p.parts and ".peers" not in p.parts
        if (n := len(p.read_text().splitlines())) > 400
    }
    assert not long
