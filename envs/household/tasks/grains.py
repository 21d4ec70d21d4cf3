"""Tasks about grains: pouring and wiping."""

from __future__ import annotations

from ..task import HouseholdTask

TASKS: tuple[HouseholdTask, ...] = ()
