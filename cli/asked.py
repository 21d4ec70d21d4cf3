"""Which goals a sentence means in the start that a command will run: its words first, then the state."""

from __future__ import annotations

import contextlib

from ..assets.listening import listener
from ..core.errors import HomebodyError
from ..core.instructions import phrasings
from ..core.robots import DEFAULT_ROBOT
from ..core.types import Goal

SPLIT = "heldout"
"""Initial states of the commands that run one sentence."""


def goal_of(text: str, start: int, *, robot: str = DEFAULT_ROBOT, scene: str = "") -> Goal:
    """The goal that `text` means in the initial state `start`; says so where it was not said in the phrasebook's words.

    A goal counts where the start that its task has under this index allows it: what is done already is not meant. Raises HomebodyError
    for a sentence that is refused or not understood, for several things at once, and for one that stays ambiguous.
    """
    from ..envs.stages import find_stage

    valid: dict[str, tuple[Goal, ...]] = {}

    def open_to(goal: Goal) -> bool:
        if goal.task not in valid:
            valid[goal.task] = tuple(find_stage(goal.task, robot, scene).start(goal.task, SPLIT, start, {}).valid)
        return goal in valid[goal.task]

    goal = listener().one(text, open_to)
    if valid:
        print(f"understood as {phrasings(goal)[0]!r}: nothing else that it may mean is open to being done here", flush=True)
    return goal


def plan_of(text: str, start: int, *, robot: str = DEFAULT_ROBOT, scene: str = "") -> tuple[Goal, ...]:
    """The goals that `text` asks for, one or more, in the order in which they have to be done; where the words leave several for one thing,
    the initial state `start` decides.

    Raises HomebodyError for what is refused, unclear or stays ambiguous.
    """
    try:
        return heard(text)
    except HomebodyError as unclear:
        try:
            return (goal_of(text, start, robot=robot, scene=scene),)
        except HomebodyError:
            raise unclear from None


def heard(text: str) -> tuple[Goal, ...]:
    """The goals that the words of `text` alone ask for, in the order in which they have to be done. Raises HomebodyError for what is refused,
    unclear or ambiguous."""
    return _of_one_scene(text, listener().plan(text))


def _of_one_scene(text: str, goals: tuple[Goal, ...]) -> tuple[Goal, ...]:
    """The same plan, or what the text means in one scene where its things are at home in several: an apple is to be had in the kitchen too."""
    if len(goals) == 1:
        return goals
    from ..envs.house import TASKS

    scenes = dict.fromkeys(TASKS[g.task].scene for g in goals)
    for scene in scenes if len(scenes) > 1 else ():
        with contextlib.suppress(HomebodyError):
            found = listener().plan(text, among=[g for t in TASKS.values() if t.scene == scene for g in t.goals])
            if len(found) == len(goals):
                return found
    return goals
