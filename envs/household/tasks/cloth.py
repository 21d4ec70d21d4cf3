"""Tasks about cloth: folding, laying, putting away."""

from __future__ import annotations

from ..task import HouseholdTask

TASKS: tuple[HouseholdTask, ...] = ()
