"""The reward that a learner from state gets: every step costs, the less the further the task has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class StepCost:
    """The engine's dense reward minus its highest value, minus the distance to the target.

    The dense reward alone pays a learner for staying just short of success, since success ends the episode and with it the
    pay. As a cost per step the quickest success is best. The distance gives a direction where the dense reward is flat.
    """

    highest: float = 2.2
    """Largest dense reward of a step (envs/tasks.py)."""
    per_metre: float = 1.0
    """Cost per step and metre between tool and target."""
    toward: slice
    """Where `privileged` holds target minus tool [m]: the stage's `toward`."""
    broken: float = 200.0
    """Cost of a simulation that diverged, as much as a lost episode, so that breaking it is no way out."""
    scale: float = 1.0

    def __call__(self, raw: Mapping[str, np.ndarray], reward: np.ndarray, info: Mapping[str, Any]) -> np.ndarray:
        away = np.linalg.norm(raw["privileged"][:, self.toward], axis=1)
        return self.scale * (reward - self.highest - self.per_metre * away - self.broken * info["diverged"])
