"""Goals and the sentences of the phrasebook that ask for them. What people say besides is understood in `core.listening`."""

from __future__ import annotations

import difflib
import functools
import re

import numpy as np

from .errors import HomebodyError, nearest, shown, unknown
from .phrasebook import BOOK, first_goals, household_goals, sentences
from .phrasebook.first import DRAWER_WORDS, OBJECT_WORDS
from .phrasebook.nouns import NOUNS
from .types import Goal

ALIKE = 0.75
"""How alike a word that was mistyped is to the one that was meant (Ratcliff and Obershelp's ratio)."""
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


def all_goals() -> tuple[Goal, ...]:
    """The 21 goals of the first room, in a fixed order."""
    return first_goals()


@NOUNS.derived
@BOOK.derived
@functools.cache
def phrasings(goal: Goal, split: str = "train") -> tuple[str, ...]:
    """Sentences for `goal`, the canonical one first; `heldout` ones share no template with `train`."""
    if split not in ("train", "heldout"):
        raise unknown("split", split, ("train", "heldout"))
    return sentences(goal, split)


def normalise(text: str) -> str:
    """Lower case, letters only, single spaces."""
    return " ".join(re.sub(r"[^a-z ]+", " ", text.lower()).split())


@NOUNS.derived
@BOOK.derived
@functools.cache
def _known() -> dict[str, Goal]:
    every = (*household_goals(), *all_goals())  # where two tasks share a sentence, the first kitchen's stands
    return {p: g for g in every for split in ("train", "heldout") for p in phrasings(g, split)}


def _core(plain: str) -> str:
    """What is left of a sentence without the words that never decide."""
    return " ".join(w for w in plain.replace("can you ", "").split() if w == "can" or w not in POLITE)


@NOUNS.derived
@BOOK.derived
@functools.cache
def _cores() -> dict[str, Goal]:
    return {core: g for p, g in _known().items() if (core := _core(p)) and (" " in core or core not in _nouns())}


@NOUNS.derived
@BOOK.derived
@functools.cache
def _switched() -> dict[frozenset[str], Goal]:
    """Short sentences about on and off, whose words may stand in any order: `turn the light on`, `turn on the light`."""
    short = {core: g for core, g in _cores().items() if len(core.split()) <= 4 and {"on", "off"} & set(core.split()) and not g.receptacle}
    return {frozenset(core.split()): g for core, g in short.items()}


@NOUNS.derived
@BOOK.derived
@functools.cache
def _nouns() -> frozenset[str]:
    """Last words of what things and furniture are called."""
    goals = household_goals()
    names = [n for words in (*NOUNS.values(), *OBJECT_WORDS.values()) for n in words]
    names += [g.target.replace("_", " ") for g in goals] + ["drawer", "microwave", "bin", "tap", "water", "light", "lamp", "burner", "knob"]
    return frozenset(n.split()[-1] for n in names) - {"left", "right", "top", "bottom", "person"}


@NOUNS.derived
@BOOK.derived
@functools.cache
def _vocabulary() -> frozenset[str]:
    return frozenset(w for p in _known() for w in p.split()) | POLITE | OPEN_WORDS | CLOSE_WORDS | {"drawers"}


@NOUNS.derived
@BOOK.derived
@functools.cache
def _spelling() -> tuple[tuple[str, ...], np.ndarray]:
    """The vocabulary, and how often each letter stands in each word (n, 128)."""
    words = tuple(sorted(_vocabulary()))
    return words, np.stack([_letters(w) for w in words])


def _letters(word: str) -> np.ndarray:
    return np.bincount(np.frombuffer(word.encode("ascii", "replace"), np.uint8), minlength=128)


@NOUNS.derived
@BOOK.derived
@functools.lru_cache(maxsize=65536)
def _correct(word: str) -> str:
    """The vocabulary's word that a typing error meant, or the word itself."""
    if word in _vocabulary() or len(word) < 3:
        return word
    words, letters = _spelling()
    shared = np.minimum(letters, _letters(word)).sum(1)  # no word is more alike than its letters are
    alike = [words[i] for i in np.flatnonzero(2 * shared >= ALIKE * (letters.sum(1) + len(word)))]
    close = difflib.get_close_matches(word, alike, n=4, cutoff=ALIKE)
    swapped = [c for c in close if sorted(c) == sorted(word)]  # letters in the wrong order are the commonest slip
    return (swapped or close or [word])[0]


def _without_adjectives(plain: str) -> Goal | None:
    """The goal of a known sentence in which one or two nouns carry adjectives: `pick up the striped mug`."""
    words = plain.split()
    telling = _nouns() | {"top", "bottom", "upper", "lower", "left", "right", "not"}  # another of these would be lost in silence
    after = [i + 1 for i, w in enumerate(words[:-1]) if w in ("the", "a", "my") and words[i + 1] not in telling]
    options = [{i} for i in after] + [{i, j} for i in after for j in after if i < j]
    for gone in options:
        goal = _known().get(" ".join(w for i, w in enumerate(words) if i not in gone))
        if goal is not None:
            return goal
    return None


OPEN_WORDS = frozenset(["open", "opened", "pull", "slide", "swing"])
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


def known(plain: str) -> Goal | None:
    """The goal of one known sentence, whatever its adjectives, typing errors and polite words; None for any other text."""
    if plain in _known():
        return _known()[plain]
    if (found := _without_adjectives(plain)) is not None:
        return found
    fixed = " ".join(_correct(w) for w in plain.split())
    core = _core(fixed)
    return _known().get(fixed) or _cores().get(core) or _switched().get(frozenset(core.split()))


def by_words(plain: str) -> list[Goal]:
    """Goals of the first room that the words of a short text allow, in whatever order they stand."""
    words = {_correct(w) for w in plain.split()}
    if words & {"drawer", "drawers"}:
        return _drawer_goals(words)
    if "microwave" in words:
        return _microwave_goals(words)
    if words & (PICK_WORDS | PUT_WORDS) or (_objects(words) and words - POLITE <= _objects(words) | POLITE):
        return _object_goals(words)
    return []


def parse(text: str) -> Goal:
    """The goal of a sentence of the phrasebook. Raises HomebodyError for any other text: `core.listening` understands more."""
    if (goal := known(normalise(text))) is not None:
        return goal
    options = nearest(normalise(text), [phrasings(g)[0] for g in (*all_goals(), *household_goals())])
    raise HomebodyError(f"unknown instruction {shown(repr(text))}: nearest known are {', '.join(repr(o) for o in options)}")
