"""The documents tell the truth: every block of every page runs, in the order of its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pages import DOCS, DRAWN, ROOT, blocks, run_page

PAGES = sorted(DOCS.rglob("*.md"))
ROOMS = {"core", "envs", "datasets", "policies", "world_model", "teleop", "benchmarks", "cli", "assets"}
SLOW = {"tutorial.md"}
"""Pages that take minutes: their tests are marked slow, and continuous integration runs them too."""
RUN = [p for p in PAGES if p.parent.name != "recipes"]
"""Recipes run in test_recipes.py, which also looks at what comes out of them."""


def test_every_room_has_a_page() -> None:
    assert {p.stem for p in PAGES if p.parent.name == "rooms"} == ROOMS


def test_every_block_is_one_that_runs() -> None:
    for page in PAGES:
        assert {kind for kind, _ in blocks(page)} <= {"bash", "python", *DRAWN}, page.name


def test_pages_name_files_that_are_there() -> None:
    for page in PAGES:
        if page.parent.name != "rooms":
            continue
        for row in re.findall(r"^\| (`.*?) \|", page.read_text(), re.M):
            for name in re.findall(r"`([\w/.]+)`", row):
                assert (ROOT / page.stem / name).exists(), f"{page.name}: {name}"


@pytest.mark.parametrize("page", [pytest.param(p, marks=[pytest.mark.slow] if p.name in SLOW else [], id=p.stem) for p in RUN])
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    run_page(page, tmp_path, negative=True)
