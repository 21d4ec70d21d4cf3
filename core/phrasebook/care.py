"""Sentences about care: things brought to a person."""

from __future__ import annotations

from .phrases import Phrases

PHRASES: dict[str, Phrases] = {}
