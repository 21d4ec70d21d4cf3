"""Scenes, robots, sensors, tasks and the batched engine. Importing it registers the Gymnasium ids `homebody/<task>-v1`."""

from __future__ import annotations

from ..core.phrasebook import book
from .ids import register_id

TASK_NAMES = ("open_drawer", "close_drawer", "open_microwave", "close_microwave", "pick_up", "put_in", *book())

for _name in (*TASK_NAMES, "all"):
    register_id(_name)
