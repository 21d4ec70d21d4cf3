"""The household care room."""

from __future__ import annotations

from ..scene import Scene

SCENES: tuple[Scene, ...] = ()
