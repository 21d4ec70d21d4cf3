"""Sentences about the drawers of the household kitchen."""

from __future__ import annotations

from .phrases import Phrases, goals

PHRASES: dict[str, Phrases] = {
    "pull_drawer": Phrases(
        goals=goals("pull_drawer", "top", "bottom"),
        train=tuple(f"open the {{target}} drawer number {i}" for i in range(10)),
        heldout=tuple(f"could you open the {{target}} drawer number {i}" for i in range(5)),
    ),
}
