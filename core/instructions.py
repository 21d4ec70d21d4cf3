"""Goals and the sentences that ask for them: the grammar, and the parser that tells which goal a person means."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Sequence

from .clauses import REASONS, Clause, check_length, quoted, refuse_what_is_no_order, without_asides
from .clauses import STATEMENT as TELLS
from .clauses import clauses as take_apart
from .errors import HomebodyError, nearest, unknown
from .phrasebook import BOOK, first_goals, household_goals, sentences
from .phrasebook.first import DRAWER_WORDS, OBJECT_WORDS
from .phrasebook.nouns import NOUNS
from .types import Goal

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


def _whole(plain: str) -> Goal | None:
    """The goal of one known sentence, whatever its adjectives, typing errors and polite words; None for any other text."""
    if plain in _known():
        return _known()[plain]
    if (found := _without_adjectives(plain)) is not None:
        return found
    fixed = " ".join(_correct(w) for w in plain.split())
    core = _core(fixed)
    return _known().get(fixed) or _cores().get(core) or _switched().get(frozenset(core.split()))


def _by_words(words: set[str]) -> list[Goal]:
    """Goals that the words of one clause allow, in whatever order they stand."""
    if words & {"drawer", "drawers"}:
        return _drawer_goals(words)
    if "microwave" in words:
        return _microwave_goals(words)
    if words & (PICK_WORDS | PUT_WORDS) or (_objects(words) and words - POLITE <= _objects(words) | POLITE):
        return _object_goals(words)
    return []


def _reading(plain: str) -> list[Goal]:
    whole = _whole(plain)
    return [whole] if whole else _by_words({_correct(w) for w in plain.split()})


MANY = frozenset(["both", "all", "every", "each", "two", "three", "several", "drawers"])


def _said_at_once(clause: str) -> list[str]:
    """The things that one clause asks for without a word between them; none or one where it is a single one."""
    if _whole(clause):
        return []
    spelled, words = clause.split(), {_correct(w) for w in clause.split()}
    spans: list[tuple[str, Goal]] = []
    i = 0
    while i < len(spelled):  # known sentences side by side, the longest first
        ends = (j for j in range(len(spelled), i + 1, -1) if " ".join(spelled[i:j]) in _known())
        if (end := next(ends, 0)) > 0:
            spans.append((" ".join(spelled[i:end]), _known()[" ".join(spelled[i:end])]))
            i = end - 1
        i += 1
    if len({g for _, g in spans}) > 1:
        return [s for s, _ in spans]
    if "drawer" in words and "microwave" in words:
        return ["the drawer", "the microwave"]
    found = _by_words(words)
    if words & {"drawer", "microwave"} and _objects(words) and words & {"open", "close", "shut"} and words & (PICK_WORDS | PUT_WORDS):
        return [f"the {n}" for n in sorted(words & {"drawer", "microwave"} | _objects(words))]
    opposite = words & {"open", "opened"} and words & {"close", "closed", "shut"}
    several = set(spelled) & MANY or all(words & set(names) for names in DRAWER_WORDS.values())
    if len(found) > 1 and words & {"drawer", "drawers"} and (opposite or several):
        return [phrasings(g)[0] for g in found]
    if opposite and found:
        return ["open", "close"]
    named = sorted(_objects(words - {"bin", "can"} | ({"can"} if " can " in f"{clause.replace('can you', '')} " else set())))
    targets = [n for n in named if n != "bowl" or not words & PUT_WORDS]
    return [f"the {n}" for n in targets] if len(targets) > 1 and "drawer" not in words and "microwave" not in words else []


ROLES = {"open": OPEN_WORDS, "close": CLOSE_WORDS, "pick": PICK_WORDS, "put": PUT_WORDS, "on": {"on"}, "off": {"off"}}
VERBS = (
    OPEN_WORDS
    | CLOSE_WORDS
    | PICK_WORDS
    | PUT_WORDS
    | {"on", "off", "turn", "switch", "press", "wipe", "fold", "pour", "give", "bring", "hand"}
)
JOINS = frozenset(["in", "into", "on", "onto", "to", "from", "with", "of", "off", "under", "by", "at", "for", "inside", "beside"])


def _roles(words: tuple[str, ...]) -> set[str]:
    return {r for r, signs in ROLES.items() if signs & set(words)}


def _continues(first: tuple[str, ...], then: tuple[str, ...]) -> bool:
    """Whether `then` goes on about what `first` names: `take the mug` `put it in the bowl`, but not `open the drawer` `close it`."""
    if then[0] in JOINS and not _roles(then) & {"on", "off"}:
        return True
    own = [w for w in then if w in _nouns()]
    if first[-1] in ("handle", "hold") and _roles(first) <= {"pick"}:
        return True
    if "it" in then and _roles(first) == {"pick"} and "put" in _roles(then):
        return True
    if own:
        return False
    before, after = _roles(first), _roles(then)
    if not after:
        return then[:1] == ("keep",)
    return after <= before or (not before & {"open", "close"} and len(_reading(" ".join(first))) > 1)


def _parts(said: list[Clause]) -> tuple[list[str], list[str]]:
    """What the clauses ask for in their order, and those of it that are not understood."""
    joined: list[Clause] = []
    for clause in said:
        words = tuple(_correct(w) for w in clause.words)
        if all(w in POLITE or w == "thanks" for w in words if w != "can") and "can" not in words[1:]:
            continue
        if TELLS.match(clause.text) and _whole(clause.text) is None and not _said_at_once(clause.text):
            continue
        if joined and _continues(joined[-1].words, words):
            last = joined[-1]
            joined[-1] = Clause(words=(*last.words, *words), linked=last.linked, said=f"{last.said} {clause.said}")
        else:
            joined.append(Clause(words=words, linked=clause.linked, said=clause.said))
    asked: list[str] = []
    foreign: list[str] = []
    for n, clause in enumerate(joined):
        if _reading(clause.text) or (n and set(clause.words) & {"on", "off", "open", "closed", "shut"}):
            asked += _said_at_once(clause.text) or [clause.said]
        elif clause.linked or (n == 0 and len(joined) > 1 and joined[1].linked) or set(clause.words) & (_nouns() | VERBS):
            asked.append(clause.said)
            foreign.append(clause.said)
    return asked, foreign


def candidates(text: str) -> list[Goal]:
    """Every goal that `text` may mean: one when it is clear, several when it is ambiguous, none when it is unknown.

    Raises HomebodyError for what is no order for one thing: several, a negation, a choice, a condition, a question.
    """
    check_length(text)
    if (whole := _whole(normalise(text))) is not None:
        return [whole]
    spoken = ""
    for cut in range(len(REASONS) + 1):  # some known sentences give a reason themselves
        spoken = without_asides(text, REASONS[:cut])
        if (whole := _whole(normalise(spoken))) is not None:
            return [whole]
    refuse_what_is_no_order(text, spoken)
    asked, foreign = _parts(take_apart(spoken))
    if not set(asked) - set(foreign):
        return _reading(normalise(spoken))
    if len(asked) > 1 and len({tuple(_reading(p)) or (p,) for p in asked}) > 1:
        parts = ", ".join(repr(p[:60]) + (" (not understood)" if p in foreign else "") for p in asked[:4])
        raise HomebodyError(
            f"instruction {quoted(text)} asks for {len(asked)} things: {parts}; expected one at a time: give them one after the other"
        )
    return _reading(asked[0])


def ambiguous(text: str, found: list[Goal]) -> HomebodyError:
    """The error for a sentence that may mean any of `found`."""
    choices = [repr(phrasings(g)[0]) for g in found]
    listed = " or ".join(choices) if len(choices) <= 4 else ", ".join(choices[:4]) + f" or {len(choices) - 4} more"
    return HomebodyError(f"ambiguous instruction {quoted(text)}: did you mean {listed}?")


def readings(text: str) -> list[Goal]:
    """As `candidates`, but never empty: raises HomebodyError for an unknown instruction, naming the nearest known ones."""
    if not normalise(text):
        raise HomebodyError(f"empty instruction {quoted(text)}: expected a sentence such as {phrasings(all_goals()[0])[0]!r}")
    if found := candidates(text):
        return found
    options = nearest(normalise(text), [phrasings(g)[0] for g in (*all_goals(), *household_goals())])
    raise HomebodyError(f"unknown instruction {quoted(text)}: nearest known are {', '.join(repr(o) for o in options)}")


def meant(text: str, found: Sequence[Goal], open_to: Callable[[Goal], bool]) -> Goal:
    """The one of `found` that is meant: where words leave several, the only one `open_to` being done in the state at hand.

    Raises HomebodyError where none or several are left.
    """
    left = list(found) if len(found) == 1 else [g for g in found if open_to(g)]
    if len(left) == 1:
        return left[0]
    raise ambiguous(text, left or list(found))


def parse(text: str) -> Goal:
    """The goal that `text` asks for by its words alone.

    Raises HomebodyError for an unknown instruction, naming the nearest known ones, and for an ambiguous one, saying
    between what.
    """
    return meant(text, readings(text), lambda _: True)
