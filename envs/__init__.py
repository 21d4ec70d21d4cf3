"""Scenes, robots, sensors, tasks and the batched engine. Importing it registers the Gymnasium ids `homebody/<task>-v1`."""

from __future__ import annotations

from ..core.phrasebook import book
from .ids import register_id

TASK_NAMES = tuple(book())

for _name in (*TASK_NAMES, "first"):
    register_id(_name)
