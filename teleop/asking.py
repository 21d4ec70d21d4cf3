"""Understanding what the operator typed, saying what could be typed instead, and knowing what has been done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..core.clauses import quoted
from ..core.errors import HomebodyError, nearest
from ..core.instructions import candidates, meant, phrasings
from ..core.types import Goal
from ..envs.stage import HOLD_STEPS

CHOICES = 4
"""Instructions to offer at most."""


Level = Literal["info", "good", "bad"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """A line for the operator."""

    number: int
    level: Level
    text: str
    choices: tuple[str, ...] = ()
    """Instructions to choose from."""


class NotAskable(HomebodyError):
    """An instruction that cannot be followed; `choices` could be."""

    def __init__(self, text: str, choices: Sequence[str]) -> None:
        super().__init__(text)
        self.choices = tuple(choices)


def understand(text: str, valid: Sequence[Goal], done: Callable[[Goal], bool] = lambda _: False) -> Goal:
    """The goal among `valid` that `text` asks for; where words leave several, one that is `done` already is not meant.

    Raises NotAskable with the nearest that it could ask for.
    """
    here = [phrasings(g)[0] for g in valid]
    try:
        found = candidates(text)
    except HomebodyError as error:
        raise NotAskable(f"{error}; you can ask for", nearest(text, here, CHOICES)) from error
    fitting = [g for g in found if g in valid]
    if fitting:
        try:
            return meant(text, fitting if len(found) > 1 else found, lambda g: not done(g))
        except HomebodyError as error:
            raise NotAskable(f"{quoted(text)} could mean", [phrasings(g)[0] for g in fitting][:CHOICES]) from error
    why = "does not fit this start" if found else "is not an instruction that the robot knows" if text else "is empty"
    raise NotAskable(f"{quoted(text)} {why}; you can ask for", nearest(text, here, CHOICES))


class Achieved:
    """The goals that an attempt has reached at any time, asked for or not: held as long as success takes."""

    def __init__(self, goals: Sequence[Goal]) -> None:
        """goals: those that can be asked for in the running episode."""
        self._held = dict.fromkeys(goals, 0)
        self._reached: set[Goal] = set()

    def look(self, holds: Callable[[Goal], bool]) -> None:
        """After a control step: `holds` says whether a goal's predicates hold now."""
        for goal in self._held:
            self._held[goal] = self._held[goal] + 1 if holds(goal) else 0
            if self._held[goal] >= HOLD_STEPS:
                self._reached.add(goal)

    def __contains__(self, goal: Goal) -> bool:
        return goal in self._reached
