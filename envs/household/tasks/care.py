"""Tasks about care: things brought to a person."""

from __future__ import annotations

from ..task import HouseholdTask

TASKS: tuple[HouseholdTask, ...] = ()
