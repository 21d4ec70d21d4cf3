"""Scenes, robots, sensors, tasks and the batched engine. Importing it registers the Gymnasium ids `homebody/<task>-v1`."""

from __future__ import annotations

import gymnasium

from ..core.phrasebook import book

TASK_NAMES = tuple(book())

for _name in (*TASK_NAMES, "first"):
    if f"homebody/{_name}-v1" not in gymnasium.registry:
        gymnasium.register(
            id=f"homebody/{_name}-v1",
            entry_point="homebody.envs.single:HouseholdEnv",
            vector_entry_point="homebody.envs.engine:HouseholdVectorEnv",
            kwargs={"task": _name},
            disable_env_checker=True,
        )
