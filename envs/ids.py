"""Ids of Gymnasium: `homebody/<task>-v1`, one environment or a batched one."""

from __future__ import annotations

import gymnasium


def register_id(task: str) -> None:
    """Makes `gymnasium.make("homebody/<task>-v1")` and `make_vec` known; doing it twice changes nothing."""
    if f"homebody/{task}-v1" not in gymnasium.registry:
        gymnasium.register(
            id=f"homebody/{task}-v1",
            entry_point="homebody.envs.single:HouseholdEnv",
            vector_entry_point="homebody.envs.engine:HouseholdVectorEnv",
            kwargs={"task": task},
            disable_env_checker=True,
        )
