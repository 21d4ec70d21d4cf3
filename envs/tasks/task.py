"""What a task of the household world is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...core.types import Goal
from ..robots.table import ARMS
from ..stage import Casting, Check
from .marks import Marks
from .setup import Setup
from .situation import Situation


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
    marks: Marks
    """Where the hand acts for a goal, and where that has to go: labels, the dense reward, and a privileged signal."""
    worktop: bool = False
    """Whether it is done on the worktop alone, from above, so that arms can do it that reach no further."""
    fits: Callable[[Goal, str, bool], bool] | None = None
    """Whether a robot (by name) can do a goal, in the held-out split or not; None: every robot of `robots` can do all of them."""
    reverse: str = ""
    """The task that undoes it, where there is one."""
    possible: Callable[[Situation, Goal], Casting | None] | None = None
    """Whether a state that was not made for this goal allows it: who plays its roles then, or None."""

    @property
    def robots(self) -> tuple[str, ...]:
        """Names of the arms that can do it, those from outside among them."""
        return tuple(name for name, arm in ARMS.items() if self.worktop or not arm.worktop_only)

    def predicates(self, goal: Goal) -> tuple[str, ...]:
        return tuple(self.checks(goal))
