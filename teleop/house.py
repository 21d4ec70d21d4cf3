"""The house that a person teaches in: episodes last as long as the person needs."""

from __future__ import annotations

from typing import Any

from ..envs.engine import HouseholdVectorEnv


class PatientEnv(HouseholdVectorEnv):
    """HouseholdVectorEnv whose episodes are truncated after `limit_steps` control steps, whatever their task's horizon.

    Horizons are the benchmark's; a person at a keyboard needs longer. Physics, success and hashes are the engine's.
    """

    def __init__(self, task: str = "first", num_envs: int = 1, *, limit_steps: int = 1 << 30, **settings: Any) -> None:
        self._limit_steps = limit_steps
        super().__init__(task, num_envs, **settings)

    def horizon(self, i: int) -> int:
        del i
        return self._limit_steps
