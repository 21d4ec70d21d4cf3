"""Which version of the program made a result: a hash of its sources, since a version number does not change with every edit."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

ROOMS = ("core", "envs", "policies", "benchmarks")
"""The rooms whose code decides how an episode goes and what counts as success."""


@functools.cache
def sources_hash(root: Path = Path(__file__).parent.parent) -> str:
    """SHA-256 (16 hex digits) over the names and texts of the Python files of ROOMS under `root`; a user's plugins are not among them."""
    digest = hashlib.sha256()
    for path in sorted(p for room in ROOMS for p in (root / room).rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
