"""The package's own source files, for tests that read them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "assets", "envs", "datasets", "policies", "world_model", "teleop", "benchmarks", "cli")
FILES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))


def title(path: Path) -> str:
    """A file's path in the package, to name a test by."""
    return str(path.relative_to(ROOT))
