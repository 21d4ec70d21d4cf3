"""Tasks about bottles, jars and boxes with lids: caps, pumps, pill boxes."""

from __future__ import annotations

from ..task import HouseholdTask

TASKS: tuple[HouseholdTask, ...] = ()
