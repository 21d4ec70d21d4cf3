"""Where a world begins in which one thing is asked for after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.errors import HomebodyError
from ..core.instructions import phrasings
from ..core.robots import DEFAULT_ROBOT
from ..core.types import Goal
from .house import TASKS
from .stages import find_stage

MOST, FEW = 200, 20
"""Initial states of each task that are looked at for one that fits; of things that are at home in different scenes."""
LOOKED_AT = 24
"""Initial states among which the one that allows most is chosen."""
ROOMS = {"first": "first room", "care": "care room"}


def room_name(room: str) -> str:
    """As people call it."""
    return ROOMS.get(room, room)


def start_for(
    goals: Sequence[Goal], *, robot: str = DEFAULT_ROBOT, scene: str = "", split: str = "heldout", first: int = 0,
    axes: Mapping[str, float] | None = None,
) -> tuple[str, int]:  # fmt: skip
    """The task and the episode index from `first` on whose initial state allows the first of some goals and has what the later ones are
    about: these need not be open to being done yet.

    Raises HomebodyError where they play in different rooms, and where no state of the tasks that they belong to fits.
    """
    stages = {t: find_stage(t, robot, scene) for t in dict.fromkeys(g.task for g in goals)}
    at_home = {s.scene for s in stages.values()}
    most = MOST if len(at_home) == 1 else FEW
    for index in range(first, first + most):
        for task, stage in stages.items():
            start = stage.start(task, split, index, axes or {})
            if goals[0] in start.valid and set(goals[1:]) <= set(stage.usable(start)):
                return task, index
    if len(at_home) > 1:
        rooms = {TASKS[g.task].room for g in goals}
        named = [(g, room_name(t.room) if len(rooms) > 1 else t.scene) for g, t in ((g, TASKS[g.task]) for g in goals)]
        where = ", ".join(f"{phrasings(g)[0]!r} {'plays ' if n == 0 else ''}in the {place}" for n, (g, place) in enumerate(named))
        raise HomebodyError(f"{where}: expected things of one room")
    asked = ", ".join(repr(phrasings(g)[0]) for g in goals)
    raise HomebodyError(f"none of {most} initial states from {first} has all that {asked} need: expected one thing at a time")


def richest_start(tasks: Sequence[str], *, robot: str = DEFAULT_ROBOT, split: str = "heldout", first: int = 0) -> tuple[str, int]:
    """The task, among some of one scene or several, and the episode index from `first` on whose initial state has most to ask for."""
    looks = [(tasks[n % len(tasks)], first + n // len(tasks)) for n in range(LOOKED_AT)]
    stages = {t: find_stage(t, robot) for t, _ in looks}
    return max(looks, key=lambda look: len(stages[look[0]].usable(stages[look[0]].start(look[0], split, look[1], {}))))
