"""The documents tell the truth: every block of every page runs, in the order of its page."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pages import DOCS, DRAWN, ROOT, blocks, run_page
from test_arrows import FILES, rooms_imported

PAGES = sorted(DOCS.rglob("*.md"))
ROOMS = {"core", "envs", "datasets", "policies", "world_model", "teleop", "benchmarks", "cli", "assets"}
SLOW = {"tutorial.md", "benchmarks.md", "policies.md", "world_model.md", "datasets.md", "envs.md"}
"""Pages that take minutes: their tests are marked slow, and continuous integration runs them too."""
RUN = [p for p in PAGES if p.parent.name != "recipes"]
"""Recipes run in test_recipes.py, which also looks at what comes out of them."""


def test_every_room_has_a_page() -> None:
    assert {p.stem for p in PAGES if p.parent.name == "rooms"} == ROOMS


def test_every_block_is_one_that_runs() -> None:
    for page in PAGES:
        assert {kind for kind, _ in blocks(page)} <= {"bash", "python", *DRAWN}, page.name


def test_the_picture_of_the_rooms_shows_the_imports_that_there_are() -> None:
    drawn = next(text for kind, text in blocks(DOCS / "architecture.md") if kind == "mermaid")
    arrows = {tuple(line.split(" --> ")) for line in map(str.strip, drawn.splitlines()) if "-->" in line}
    there = {(p.relative_to(ROOT).parts[0], room) for p in FILES for room in rooms_imported(p)}
    assert {room for importer, room in there if importer == "cli"} >= ROOMS - {"cli"} and "cli" not in {room for _, room in there}
    assert arrows == {(importer, room) for importer, room in there if importer not in ("cli", room)}


def test_links_between_pages_lead_somewhere() -> None:
    for page in (*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_citation_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = dict(re.findall(r"^(\S+): (.+)$", (ROOT / "CITATION.cff").read_text(), re.M))
    assert (citation["version"], citation["license"], citation["cff-version"]) == (project["version"], project["license"], "1.2.0")


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
