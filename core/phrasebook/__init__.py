"""The sentences of the tasks, a file a family."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from ..errors import HomebodyError
from ..table import Table
from ..types import Goal
from . import appliances, bottles, care, cloth, doors, drawers, first, grains, long, things
from .nouns import NOUNS
from .phrases import Phrases

FAMILIES = (first, things, drawers, doors, appliances, bottles, cloth, grains, care, long)
"""Modules with a table PHRASES each."""
ADJECTIVE_SHARE = 0.35
"""Share of instructions that say which one is meant by its adjective as well."""


BOOK: Table[Phrases] = Table("task", (entry for module in FAMILIES for entry in module.PHRASES.items()))
"""Task -> phrases. `add_phrases` adds a user's own."""


def book() -> Table[Phrases]:
    """Task -> phrases."""
    return BOOK


def add_phrases(task: str, phrases: Phrases) -> None:
    """Registers the sentences of a task from outside. Raises HomebodyError where the task has some, or where they speak of another."""
    if any(g.task != task for g in phrases.goals):
        raise HomebodyError(f"the phrases of {task!r} have goals of {sorted({g.task for g in phrases.goals})}: expected its own alone")
    BOOK.add(task, phrases)


def add_nouns(name: str, words: tuple[str, ...]) -> None:
    """What people call a category of things from outside, the canonical noun first. Raises HomebodyError where it has nouns."""
    NOUNS.add(name, words)


@BOOK.derived
@functools.cache
def household_goals() -> tuple[Goal, ...]:
    """Every goal outside the first room, in a fixed order."""
    return tuple(g for task, phrases in book().items() if task not in first.PHRASES for g in phrases.goals)


@functools.cache
def first_goals() -> tuple[Goal, ...]:
    """The goals of the first room, in a fixed order."""
    return tuple(g for phrases in first.PHRASES.values() for g in phrases.goals)


def task_phrases(task: str) -> Phrases:
    """Raises HomebodyError for a task without phrases."""
    return BOOK.find(task)


def nouns(name: str) -> tuple[str, ...]:
    """What people call a category or a piece of furniture."""
    return NOUNS.get(name, (name.replace("_", " "),))


@NOUNS.derived
@BOOK.derived
@functools.cache
def sentences(goal: Goal, split: str) -> tuple[str, ...]:
    """Every sentence for `goal` with plain nouns, the canonical one first."""
    phrases = task_phrases(goal.task)
    names = [phrases.nouns(n, nouns(n)) for n in (goal.target, goal.receptacle or "")]
    pairs = [(t, r) for t in names[0] for r in names[1]]
    return tuple(dict.fromkeys(x.format(target=t, receptacle=r) for t, r in pairs for x in phrases.templates(goal, split)))


def phrase(goal: Goal, split: str, rng: np.random.Generator, cast: Mapping[str, tuple[tuple[str, ...], str]]) -> str:
    """A sentence for `goal`; roles `target` and `receptacle` of `cast` {role: (nouns, adjective)} are called by their own nouns."""
    phrases = task_phrases(goal.task)
    templates, words = phrases.templates(goal, split), {}
    for role, name in (("target", goal.target), ("receptacle", goal.receptacle or "")):
        options, adjective = cast.get(role, (phrases.nouns(name, nouns(name)), ""))
        noun = options[int(rng.integers(len(options)))]
        words[role] = f"{adjective} {noun}" if adjective and rng.random() < ADJECTIVE_SHARE else noun
    return templates[int(rng.integers(len(templates)))].format(**words)
