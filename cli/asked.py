"""Which goal a sentence means in the start that a command will run: its words first, then the state."""

from __future__ import annotations

from ..assets.listening import listener
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
