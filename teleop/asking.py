"""Understanding what the operator typed, saying what could be typed instead, and knowing what has been done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..assets.listening import listener
from ..core.clauses import quoted
from ..core.errors import HomebodyError, nearest
from ..core.instructions import phrasings
from ..core.listening.listener import meant
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
        found = listener().understand(text, valid)
    except HomebodyError as error:
        raise NotAskable(f"{str(error).split('; ')[0]}; you can ask for", nearest(text, here, CHOICES)) from error
    if len(found.orders) > 1:
        raise NotAskable(
            f"{quoted(text)} asks for {len(found.orders)} things; one at a time, you can ask for",
            [phrasings(g)[0] for g in found.orders][:CHOICES],
        )
    try:
        return meant(text, found.options, lambda g: not done(g)) if found.options else next(iter(found.orders))
    except HomebodyError as error:
        raise NotAskable(f"{quoted(text)} could mean", [phrasings(g)[0] for g in found.options][:CHOICES]) from error


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
