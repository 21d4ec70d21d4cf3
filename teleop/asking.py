"""Understanding what the operator typed, and saying what could be typed instead."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import HomebodyError, nearest
from ..core.instructions import candidates, phrasings
from ..core.types import Goal

CHOICES = 4
"""Instructions to offer at most."""


class NotAskable(HomebodyError):
    """An instruction that cannot be followed; `choices` could be."""

    def __init__(self, text: str, choices: Sequence[str]) -> None:
        super().__init__(text)
        self.choices = tuple(choices)


def understand(text: str, valid: Sequence[Goal]) -> Goal:
    """The goal among `valid` that `text` asks for. Raises NotAskable with the nearest that it could ask for."""
    here = [phrasings(g)[0] for g in valid]
    found = candidates(text)
    fitting = [g for g in found if g in valid]
    if len(found) == 1 and fitting:
        return found[0]
    if len(found) > 1 and fitting:
        raise NotAskable(f"{text!r} could mean", [phrasings(g)[0] for g in fitting][:CHOICES])
    why = "does not fit this start" if found else "is not an instruction that the robot knows" if text else "is empty"
    raise NotAskable(f"{text!r} {why}; you can ask for", nearest(text, here, CHOICES))
