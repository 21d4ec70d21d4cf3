"""What a person's sentence asks the robot for: goals in their order, a question back, or why it does nothing.

A sentence of the phrasebook means what the phrasebook says, adjectives and slips of the finger aside. Any other is read by the model of
instructions, which knows when it is not sure. Harm, negations, conditions and questions are refused, by what the words say and by the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ..clauses import REASONS, check_length, quoted, refuse_what_is_no_order, without_asides, without_remarks
from ..errors import HomebodyError, nearest, shown
from ..instructions import all_goals, by_words, known, normalise, phrasings
from ..phrasebook import household_goals
from ..types import Goal
from .hearing import Heard, Hearing
from .model import Model
from .parting import DONE, ONCE
from .words import UNKNOWN, spelled_out

SURE, SURE_TIED = 0.25, 0.35
"""Least probability of a single order that is followed; where a word stands in it that ties orders together, such as `and`."""
EACH_SURE = 0.25
"""Least probability of each of several orders."""
SEVERAL_SURE, OF_SEVERAL, FAR_AHEAD = 0.8, 0.12, 3.0
"""Where a text surely asks for several things, each of them is followed from a lower probability on, if it is so many times as likely as any other."""
NOT_ONE = 0.5
"""A text that is likelier than this to ask for several things is not followed where one alone was found: nothing is done by half."""
GUARDED_MOST = 0.15
"""Most that a text with a negation, a condition or a question's word may look like one as a whole."""
NO_ORDER = re.compile(
    r"\b(never|unless|except|either|or|neither|nor|whether|twice|thrice|repeatedly|avoid|leave|(any|every)thing but|would rather|if the|only (if|when|once))\b"
    r"|(?<!\bi )(?<!\bwe )(?<!\bthey )\bdo not\b(?! (forget|hesitate|mind|worry))|\b(should|must|shall|need) not\b"
    r"|^(please )?(if|should (it|there|the|he|she|somebody|anybody)|when (?!you|that))\b"
    r"|(?:\b(?:after|once|when)|^(?:please )?before) (the|my|a|an|this|that|it|he|she|they) (\w+ ){0,3}?(is|are|was|were|has|had|gets)\b"
)
"""Words after which nothing is an order, however it looks."""
IT_TOO = re.compile(r"\b(it|that|this|them|those|do|one)\b")
AWAITED = re.compile(
    r"^(?:please |so |and )?should (?:it|there|the \w+|he|she|they|somebody|anybody|anyone) (?!be (?:open|shut|closed|on|off)\b)\w+"
)
"""A condition without an `if`."""
HIMSELF = re.compile(
    r"\b(i|we|she|he|they) (ll|will|shall|am going to|are going to|is going to)\b[^,]*\b(myself|ourselves|herself|himself|themselves)\b"
)
"""Words of somebody who does it himself."""
ALREADY = re.compile(r"have you (already|ever|just|been)\b[^.!;]*\?")
"""A question that no other word gives away."""
QUESTION = re.compile(r"(is|are|was|were|does|did|has|who|what|where|why|how|which)\b[^.!?;]*\?")
"""A whole text that is one question."""
FOREIGN_WORDS, FOREIGN_SHARE = 3, 0.4
"""So many words that nobody knows, and such a share of all, are no instruction."""
HARM = 0.25
"""A sentence is refused from this probability of harm on, whatever else it may mean."""
POSSIBLE = 0.1
"""A goal is offered from this share of the best ones' probability on."""
LIKELY = 0.12
"""Least probability of a goal that is offered before those that the words alone allow."""
ALONE, ALONE_SURE, BESIDE = 4.0, 0.2, 0.1
"""An order is followed at less probability where it is so many times as likely as any other, and hardly anything speaks against it."""
OFFERED, PART = 4, 50
"""Choices that an error names at most, and letters of a part of a sentence."""
WHY = {
    "harm": "could hurt somebody or do damage: the robot does not do that",
    "negated": "says what not to do, or on a condition",
    "question": "is a question",
    "several": "asks for several things, not all of which are understood",
    "impossible": "asks for something that the robot cannot do",
    "vague": "leaves open what is meant",
    "nonsense": "is no instruction that the robot knows",
    "aside": "asks for nothing",
}
HINT = "expected something to do, such as 'open the top drawer'"
ONE_BY_ONE = "expected one at a time: give them one after the other"


@dataclass(frozen=True, kw_only=True)
class Understood:
    """Either what is asked for, or between what the words leave it open."""

    orders: tuple[Goal, ...] = ()
    """In the order in which they have to be done."""
    options: tuple[Goal, ...] = ()
    """One of these is meant."""


class Listener:
    """Understands sentences with one model."""

    def __init__(self, model: Model) -> None:
        self._hearing = Hearing(model, known)

    def plan(self, text: str, among: Collection[Goal] | None = None) -> tuple[Goal, ...]:
        """The goals that a text asks for, in the order in which they have to be done. among: those that are possible, where not all are.

        Raises HomebodyError for a text that is refused, unclear or ambiguous; its one line says why, and what could be said instead.
        """
        found = self.understand(text, among)
        if found.options:
            raise ambiguous(text, found.options)
        return found.orders

    def understand(self, text: str, among: Collection[Goal] | None = None) -> Understood:
        """As `plan`; but where the words leave several single goals open, all of them: the state may decide."""
        if not normalise(text):
            raise HomebodyError(f"empty instruction {quoted(text)}: expected a sentence such as {phrasings(all_goals()[0])[0]!r}")
        check_length(text)
        if (goal := self._known(text)) is not None:
            return Understood(orders=_possible(text, (goal,), among))
        heard = self._hearing.hear(text, among)
        if heard.kinds["harm"] >= HARM:
            raise HomebodyError(f"instruction {quoted(text)} {WHY['harm']}; {HINT}")
        guarded, surely = _no_order(text)
        if guarded and surely:
            raise guarded
        if self._foreign(text):
            raise self._unknown(text, "nonsense")
        if _decided(heard, guarded):
            return Understood(orders=tuple(o.goal for o in heard.orders))
        if guarded:
            raise guarded
        if among is not None and _decided(anywhere := self._hearing.hear(text), guarded):
            _possible(text, tuple(o.goal for o in anywhere.orders), among)
        return Understood(options=tuple(self._options(text, heard, among)))

    def one(self, text: str, open_to: Callable[[Goal], bool] = lambda _: True) -> Goal:
        """The single goal of a text; where words leave several, the only one that is `open_to` being done. Raises HomebodyError."""
        found = self.understand(text)
        if found.options:
            return meant(text, found.options, open_to)
        if len(found.orders) > 1:
            listed = ", ".join(repr(phrasings(g)[0]) for g in found.orders)
            raise HomebodyError(f"instruction {quoted(text)} asks for {len(found.orders)} things: {listed}; {ONE_BY_ONE}")
        return next(iter(found.orders))

    def check(self, text: str) -> None:
        """Raises HomebodyError for what no robot should be told: several things, a negation, a question, harm. What is only not known passes."""
        check_length(text)
        if self._known(text) is not None:
            return
        guarded, _ = _no_order(text)
        if guarded:
            raise guarded
        heard = self._hearing.hear(text)
        if heard.kinds["harm"] >= HARM or heard.kinds["several"] > 0.5 or (len(heard.orders) > 1 and heard.sure >= EACH_SURE):
            self.one(text)

    def _known(self, text: str) -> Goal | None:
        """The goal of a sentence of the phrasebook, with asides about it or not."""
        for cut in range(len(REASONS) + 2):  # some known sentences give a reason themselves
            plain = normalise(text if cut == 0 else without_asides(text, REASONS[: cut - 1]))
            if (goal := known(plain)) is not None:
                return goal
        return None

    def _foreign(self, text: str) -> bool:
        """Whether most of a text is no English that people use in a house."""
        words = [w for w in spelled_out(text).split() if w != ","]
        strange = sum(self._hearing.model.vocabulary.correct(w) == UNKNOWN for w in words)
        return strange >= FOREIGN_WORDS and strange > FOREIGN_SHARE * len(words)

    def _options(self, text: str, heard: Heard, among: Collection[Goal] | None) -> list[Goal]:
        """What an unclear text may mean. Raises HomebodyError where that is nothing in particular."""
        kind = max(heard.kinds, key=heard.kinds.__getitem__)
        sure = heard.kinds[kind] > 0.5
        if len(heard.orders) > 1 or (sure and kind == "several"):
            parts = ", ".join(repr(shown(o.said, PART)) for o in heard.orders[:OFFERED]) or quoted(text)
            missed = f"; not understood: {', '.join(repr(shown(m, PART)) for m in heard.missed[:OFFERED])}" if heard.missed else ""
            raise HomebodyError(f"instruction {quoted(text)} {WHY['several']}: {parts}{missed}; {ONE_BY_ONE}")
        if sure and kind in ("negated", "question", "nonsense", "aside") and not heard.nameless:
            raise self._unknown(text, kind)
        most = heard.options[0][1] if heard.options else 0.0
        named = [g for g in by_words(normalise(text)) if (most < LIKELY or heard.nameless) and (among is None or g in among)]
        if len(named) > 1:
            return named
        likely = [g for g, p in heard.options if p >= max(POSSIBLE * most, 0.02)][:OFFERED]
        if (sure and kind == "impossible") or not likely:
            raise self._unknown(text, kind if sure else "nonsense")
        return [*likely, *(g for g in named if g not in likely)]

    def _unknown(self, text: str, kind: str) -> HomebodyError:
        options = nearest(normalise(text), [phrasings(g)[0] for g in (*all_goals(), *household_goals())])
        close = f"nearest known are {', '.join(repr(o) for o in options)}"
        return HomebodyError(f"unknown instruction {quoted(text)}: it {WHY[kind]}; {close}")


def _decided(heard: Heard, guarded: HomebodyError | None) -> bool:
    """Whether it is sure enough to be followed."""
    if guarded and max(heard.kinds["negated"], heard.kinds["question"]) > GUARDED_MOST:
        return False
    if len(heard.orders) == 1 == heard.found and heard.kinds["several"] > NOT_ONE:
        return False
    if len(heard.orders) == 1 and heard.sure >= ALONE_SURE and len(heard.options) > 1 and heard.options[0][0] == heard.orders[0].goal:
        against = sum(heard.kinds[k] for k in ("harm", "negated", "question", "several", "nonsense", "aside"))
        unlike = heard.kinds["impossible"] + heard.kinds["vague"]
        best, second = heard.options[0][1], heard.options[1][1]
        whole = heard.sure > 0.9 * best  # nothing that it names is left over
        if whole and against < BESIDE and unlike < heard.sure and best > ALONE * second:
            return True
    surely = len(heard.orders) > 1 and heard.kinds["several"] > SEVERAL_SURE and heard.passed_over >= EACH_SURE and not guarded
    if surely and all(o.sure >= OF_SEVERAL and o.sure > FAR_AHEAD * o.rival for o in heard.orders):
        return True
    return bool(heard.orders) and heard.sure >= (EACH_SURE if len(heard.orders) > 1 else SURE_TIED if heard.tied else SURE)


def _possible(text: str, goals: tuple[Goal, ...], among: Collection[Goal] | None) -> tuple[Goal, ...]:
    """The goals. Raises HomebodyError where one cannot be done here."""
    if among is not None and (out := [g for g in goals if g not in among]):
        here = nearest(text, [phrasings(g)[0] for g in among], OFFERED)
        raise HomebodyError(f"{phrasings(out[0])[0]!r} cannot be done here and now; what can be are {', '.join(map(repr, here))}")
    return goals


def _no_order(text: str) -> tuple[HomebodyError | None, bool]:
    """What the words themselves say against an order (a question, a negation, a choice, a condition, somebody else who does it), and whether
    that is so however it looks otherwise."""
    spoken = without_asides(text)
    if ALREADY.fullmatch(text.strip().lower()):
        return HomebodyError(f"instruction {quoted(text)} is a question: {HINT}"), True
    if awaited := AWAITED.search(spoken):
        return HomebodyError(f"instruction {quoted(text)} holds a condition ({awaited[0]!r}): {HINT}"), True
    rest, himself = without_remarks(ONCE.sub("after you ", DONE.sub(" ", spoken))), HIMSELF.search(spoken)
    if himself and "," in spoken[: himself.start()] and not IT_TOO.search(himself[0]):
        himself = None  # `egg in the pot, I will see to the heat myself`: another thing
    try:
        refuse_what_is_no_order(text, rest)
    except HomebodyError as error:
        return error, bool(himself or NO_ORDER.search(rest) or QUESTION.fullmatch(text.strip().lower()))
    if himself:
        return HomebodyError(f"instruction {quoted(text)} says that somebody else does it ({himself[0]!r}): {HINT}"), True
    return None, False


def ambiguous(text: str, found: Sequence[Goal]) -> HomebodyError:
    """The error for a sentence that may mean any of `found`."""
    choices = [repr(phrasings(g)[0]) for g in found]
    if len(choices) == 1:
        return HomebodyError(f"ambiguous instruction {quoted(text)}: did you mean {choices[0]}? Then say so")
    listed = " or ".join(choices) if len(choices) <= OFFERED else ", ".join(choices[:OFFERED]) + f" or {len(choices) - OFFERED} more"
    return HomebodyError(f"ambiguous instruction {quoted(text)}: did you mean {listed}?")


def meant(text: str, found: Sequence[Goal], open_to: Callable[[Goal], bool]) -> Goal:
    """The only one of `found` that is `open_to` being done in the state at hand. Raises HomebodyError where none or several are."""
    left = [g for g in found if open_to(g)]
    if len(left) == 1 and len(found) > 1:
        return left[0]
    raise ambiguous(text, left or list(found))
