"""Sentences about cloth: folding, laying, putting away."""

from __future__ import annotations

from .phrases import Phrases

PHRASES: dict[str, Phrases] = {}
