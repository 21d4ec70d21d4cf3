"""What a task of the household world is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...core.types import Goal
from ..stage import Check
from ..world import World

if TYPE_CHECKING:
    from .rivals import Casting
    from .setup import Setup


@dataclass(frozen=True, kw_only=True)
class HouseholdTask:
    """One task of the benchmark."""

    name: str
    family: str
    room: str
    scene: str
    """Name of the scene that it plays in."""
    horizon: int
    """Control steps (50 ms) after which an episode is truncated."""
    goals: tuple[Goal, ...]
    """What can be asked for; instructions come from core.phrasebook."""
    setup: Callable[[Setup, Goal], None]
    """Makes an initial state in which the goal is open: chooses the layout, casts roles, places things, sets joints."""
    checks: Callable[[Goal], dict[str, Check]]
    """The named predicates whose conjunction is the goal, e.g. {"inside(mug, bowl)": ...}."""
    focus: Callable[[World, Goal], np.ndarray]
    """(3,) where the tool has to go first [m]: the dense reward's reaching term, and a privileged signal."""
    robots: tuple[str, ...] = ("panda",)
    fits: Callable[[Goal, str, bool], bool] | None = None
    """Whether a robot (by name) can do a goal, in the held-out split or not; None: every robot of `robots` can do all of them."""
    reverse: str = ""
    """The task that undoes it, where there is one."""
    possible: Callable[[Setup, Goal], Casting | None] | None = None
    """Whether another goal's initial state allows this one too, so that language alone decides: who plays its roles then, or None."""

    def predicates(self, goal: Goal) -> tuple[str, ...]:
        return tuple(self.checks(goal))
