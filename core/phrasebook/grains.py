"""Sentences about grains: pouring and wiping."""

from __future__ import annotations

from .phrases import Phrases

PHRASES: dict[str, Phrases] = {}
