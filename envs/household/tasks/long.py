"""Tasks about long tasks: several goals one after another."""

from __future__ import annotations

from ..task import HouseholdTask

TASKS: tuple[HouseholdTask, ...] = ()
