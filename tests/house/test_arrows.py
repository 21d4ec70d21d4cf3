"""Arrows between rooms point one way, as the architecture says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "core": set(),
    "assets": {"core"},
    "envs": {"core", "assets"},
    "datasets": {"core"},
    "policies": {"core", "assets", "datasets"},
    "world_model": {"core", "assets", "datasets"},
    "teleop": {"core", "assets", "envs", "datasets"},
    "benchmarks": {"core", "envs", "datasets"},
    "cli": {"core", "assets", "envs", "datasets", "policies", "world_model", "teleop", "benchmarks"},
}
FILES = sorted(p for room in MAY_IMPORT for p in (ROOT / room).rglob("*.py"))


def rooms_imported(path: Path) -> set[str]:
    """Rooms that a file imports from, by its relative imports; absolute imports of our own are an error."""
    inside = path.relative_to(ROOT).parts[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        elif isinstance(node, ast.ImportFrom):
            base = inside[: len(inside) - node.level + 1]
            parts = (*base, *(node.module or "").split(".")) if node.module else base
            found |= {parts[0]} if parts and parts[0] else {a.name for a in node.names}
            continue
        else:
            continue
        assert not any(n.split(".")[0] == "homebody" for n in names), f"{path}: {names} should be a relative import"
    return found - {inside[0]}


def test_there_are_files_to_look_at() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    allowed = MAY_IMPORT[room] | {"__version__"}
    assert rooms_imported(path) <= allowed
