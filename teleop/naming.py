"""What things are called in the running episode: sentences for its goals in the words of the things that stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.instructions import normalise
from ..core.phrasebook import book, nouns
from ..core.types import Goal

Names = Mapping[str, Sequence[str]]
"""Category -> what its things in this episode are called, with and without the adjective that tells them apart."""


def names_of(detail: Any) -> Names:
    """The names of the things in an episode (`env.detail`)."""
    out: dict[str, list[str]] = {}
    for instance in detail.cast.values() if detail is not None else ():
        told_apart = [f"{instance.adjective} {noun}" for noun in instance.nouns] if instance.adjective else []
        out.setdefault(instance.category, []).extend([*instance.nouns, *told_apart])
    return out


def _sentences(goal: Goal, names: Names) -> set[str]:
    """Every sentence for `goal`, normalised, with plain nouns and with `names`."""
    phrases, to = book()[goal.task], goal.receptacle or ""
    targets, places = ((*phrases.nouns(n, nouns(n)), *names.get(n, ())) for n in (goal.target, to))
    pairs = [(t, r) for t in targets for r in places]
    templates = [x for split in ("train", "heldout") for x in phrases.templates(goal, split)]
    return {normalise(x.format(target=t, receptacle=r)) for x in templates for t, r in pairs}


def named(text: str, valid: Sequence[Goal], names: Names) -> Goal | None:
    """The one goal of `valid` that `text` asks for word for word; None where none or several have that sentence."""
    plain = normalise(text)
    found = [g for g in valid if plain in _sentences(g, names)]
    return found[0] if len(found) == 1 else None
