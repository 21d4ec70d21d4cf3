"""Goals and the sentences that ask for them: the grammar, and the parser that tells which goal a person means."""

from __future__ import annotations

import difflib
import functools
import re

from .errors import HomebodyError, nearest, unknown
from .phrasebook import book, household_goals, sentences
from .phrases import DRAWER_WORDS, HELDOUT, OBJECT_WORDS, TRAIN
from .types import Goal

IN_BOWL = ("mug", "box", "can", "apple")
IN_BIN = ("mug", "box", "can", "apple", "bottle")
POLITE = frozenset(
    [
        "please",
        "could",
        "would",
        "can",
        "you",
        "for",
        "me",
        "i",
        "want",
        "need",
        "to",
        "the",
        "a",
        "an",
        "my",
        "of",
        "kindly",
        "just",
        "now",
        "robot",
        "hey",
    ]
)
"""Words that never decide what is meant."""


@functools.cache
def all_goals() -> tuple[Goal, ...]:
    """The 21 goals, in a fixed order."""
    drawers = [Goal(task=t, target=d) for t in ("open_drawer", "close_drawer") for d in DRAWER_WORDS]
    doors = [Goal(task=t, target="microwave") for t in ("open_microwave", "close_microwave")]
    picks = [Goal(task="pick_up", target=o) for o in OBJECT_WORDS]
    puts = [Goal(task="put_in", target=o, receptacle=r) for r, objects in (("bowl", IN_BOWL), ("bin", IN_BIN)) for o in objects]
    return (*drawers, *doors, *picks, *puts)


@functools.cache
def phrasings(goal: Goal, split: str = "train") -> tuple[str, ...]:
    """Sentences for `goal`, the canonical one first; `heldout` ones share no template with `train`."""
    if split not in ("train", "heldout"):
        raise unknown("split", split, ("train", "heldout"))
    if goal.task in book():
        return sentences(goal, split)
    table = TRAIN if split == "train" else HELDOUT
    templates = table[f"put_in_{goal.receptacle}" if goal.task == "put_in" else goal.task]
    words = DRAWER_WORDS.get(goal.target) or OBJECT_WORDS.get(goal.target) or (goal.target,)
    return tuple(t.format(o=w, d=w) for w in words for t in templates)


def normalise(text: str) -> str:
    """Lower case, letters only, single spaces."""
    return " ".join(re.sub(r"[^a-z ]+", " ", text.lower()).split())


@functools.cache
def _known() -> dict[str, Goal]:
    every = (*household_goals(), *all_goals())  # where two tasks share a sentence, the first kitchen's stands
    return {p: g for g in every for split in ("train", "heldout") for p in phrasings(g, split)}


@functools.cache
def _vocabulary() -> frozenset[str]:
    return frozenset(w for p in _known() for w in p.split()) | POLITE


def _correct(word: str) -> str:
    """The vocabulary's word that a typing error meant, or the word itself."""
    if word in _vocabulary() or len(word) < 3:
        return word
    close = difflib.get_close_matches(word, sorted(_vocabulary()), n=4, cutoff=0.75)
    swapped = [c for c in close if sorted(c) == sorted(word)]  # letters in the wrong order are the commonest slip
    return (swapped or close or [word])[0]


def _without_adjectives(plain: str) -> Goal | None:
    """The goal of a known sentence in which one or two nouns carry adjectives: `pick up the striped mug`."""
    words = plain.split()
    after = [i + 1 for i, w in enumerate(words[:-1]) if w in ("the", "a", "my")]
    options = [{i} for i in after] + [{i, j} for i in after for j in after if i < j]
    for gone in options:
        goal = _known().get(" ".join(w for i, w in enumerate(words) if i not in gone))
        if goal is not None:
            return goal
    return None


OPEN_WORDS = frozenset(["open", "pull", "slide", "swing"])
CLOSE_WORDS = frozenset(["close", "closed", "shut", "push"])
PICK_WORDS = frozenset(["pick", "grab", "lift", "take", "get", "raise", "hold"])
PUT_WORDS = frozenset(["put", "place", "drop", "move", "throw", "toss", "set", "goes", "inside", "bin"])


def _objects(words: set[str]) -> set[str]:
    return {o for o, names in OBJECT_WORDS.items() if any(set(n.split()[-1:]) <= words for n in names)}


def _drawer_goals(words: set[str]) -> list[Goal]:
    task = "close_drawer" if words & CLOSE_WORDS else "open_drawer" if words & OPEN_WORDS or "open" in words else None
    which = [d for d, names in DRAWER_WORDS.items() if words & set(names)] or list(DRAWER_WORDS)
    tasks = [task] if task else ["open_drawer", "close_drawer"]
    return [Goal(task=t, target=d) for t in tasks for d in which]


def _microwave_goals(words: set[str]) -> list[Goal]:
    if words & CLOSE_WORDS:
        return [Goal(task="close_microwave", target="microwave")]
    if words & OPEN_WORDS:
        return [Goal(task="open_microwave", target="microwave")]
    return [Goal(task=t, target="microwave") for t in ("open_microwave", "close_microwave")]


def _object_goals(words: set[str]) -> list[Goal]:
    """Goals on loose objects that the words allow."""
    throw = bool(words & {"throw", "toss"}) or "bin" in words
    objects = _objects(words - {"bin"})
    putting = bool(words & PUT_WORDS) or throw or (len(objects) > 1 and "bowl" in objects)
    if not putting:
        named = objects or (set(OBJECT_WORDS) if words & PICK_WORDS and words & {"it", "something", "object", "up"} else set())
        return [Goal(task="pick_up", target=o) for o in OBJECT_WORDS if o in named] if words & PICK_WORDS else [
            g for g in all_goals() if g.target in objects
        ]  # fmt: skip
    places = {"bin"} if throw else {"bowl"} if "bowl" in objects and len(objects - {"bowl"}) > 0 else {"bowl", "bin"}
    targets = objects - {"bowl"} or set(OBJECT_WORDS)
    return [g for g in all_goals() if g.task == "put_in" and g.target in targets and g.receptacle in places]


def candidates(text: str) -> list[Goal]:
    """Every goal that `text` may mean: one when it is clear, several when it is ambiguous, none when it is unknown."""
    plain = normalise(text)
    if plain in _known():
        return [_known()[plain]]
    if (found := _without_adjectives(plain)) is not None:
        return [found]
    words = {_correct(w) for w in plain.split()}
    fixed = " ".join(_correct(w) for w in plain.split())
    if fixed in _known():
        return [_known()[fixed]]
    if "drawer" in words:
        return _drawer_goals(words)
    if "microwave" in words:
        return _microwave_goals(words)
    if words & (PICK_WORDS | PUT_WORDS) or (_objects(words) and words - POLITE == _objects(words)):
        return _object_goals(words)
    return []


def parse(text: str) -> Goal:
    """The goal that `text` asks for.

    Raises HomebodyError for an unknown instruction, naming the nearest known ones, and for an ambiguous one, saying
    between what.
    """
    if not normalise(text):
        raise HomebodyError(f"empty instruction {text!r}: expected a sentence such as {phrasings(all_goals()[0])[0]!r}")
    found = candidates(text)
    if len(found) == 1:
        return found[0]
    if found:
        choices = [repr(phrasings(g)[0]) for g in found]
        shown = " or ".join(choices) if len(choices) <= 4 else ", ".join(choices[:4]) + f" or {len(choices) - 4} more"
        raise HomebodyError(f"ambiguous instruction {text!r}: did you mean {shown}?")
    options = nearest(normalise(text), [phrasings(g)[0] for g in (*all_goals(), *household_goals())])
    raise HomebodyError(f"unknown instruction {text!r}: nearest known are {', '.join(repr(o) for o in options)}")
