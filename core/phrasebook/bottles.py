"""Sentences about bottles, jars and boxes with lids: caps, pumps, pill boxes."""

from __future__ import annotations

from .phrases import Phrases

PHRASES: dict[str, Phrases] = {}
