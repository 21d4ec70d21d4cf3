"""Sentences about long tasks: several goals one after another."""

from __future__ import annotations

from .phrases import Phrases

PHRASES: dict[str, Phrases] = {}
