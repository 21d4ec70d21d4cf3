"""What an episode begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import mujoco
import numpy as np

from ..core.types import Goal


@dataclass(frozen=True, kw_only=True)
class Start:
    """Everything that differs between two episodes' beginnings."""

    goal: Goal
    instruction: str
    qpos: np.ndarray
    """(nq,)"""
    ctrl: np.ndarray
    """(A,) arm targets [rad] and gripper opening."""
    valid: tuple[Goal, ...]
    """All goals that this state allows; only language says which one is meant."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Which body of the model plays which part, e.g. {"target": "thing2"}; empty where bodies bear the names themselves."""
    model: mujoco.MjModel | None = None
    """The episode's own model (layout, objects, styles); None for the stage's."""
    T_world_base: np.ndarray = field(default_factory=lambda: np.eye(4))
    """(4, 4) where the robot stands."""
    detail: Any = None
    """What else the stage needs to know of its episode."""
