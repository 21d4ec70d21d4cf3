"""A person's sentence before its goal is looked for: asides off, contractions written out, what is no order refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .errors import HomebodyError, shown
from .wording import AFTER, BEFORE

LONGEST = 60
"""Words of a sentence that are read; a longer one is refused."""
ORDERING = (
    "close", "shut", "open", "turn", "switch", "put", "ring", "press", "push", "wipe", "fold", "lay", "stack", "hand", "give", "pass", "take", "bring",
    "unscrew", "pick", "hold", "throw", "pour", "stow", "set", "serve", "make", "light", "lift", "raise", "show", "place", "move", "slide", "pull", "sort",
    "clear", "start", "hit", "tuck", "stash", "fetch", "tidy", "toss", "flick", "flip", "spread", "drop", "bin", "pop", "stick", "grab", "chuck", "get",
)  # fmt: skip
"""What orders begin with."""
IDIOMS = (
    "if you do not mind", "if you would not mind", "if it is not too much trouble", "if you please", "if you can", "if possible", "if you like",
    "when you can", "when you have time", "no rush", "no hurry", "no worries", "no problem", "do not forget to", "do not hesitate to",
    "why do not you", "why not", "at once", "first of all", "go ahead and", "go and", "try and", "be so kind and", "be nice and",
    "come here and", "hurry up and", "walk over and", "reach out and", "as well please", "as soon as", "thanks", "thank you very much", "thank you", "cheers",
)  # fmt: skip
"""Said besides: their `no`, `if`, `why` and `and` say nothing of the task."""
UNTIL = r"(?=[,;.\n]|$| (?:and|then|but) (?:(?:then|please|also|could you|can you) )*(?:" + "|".join(ORDERING) + r")\b)"
"""Where a reason ends: an order that follows it is none of it."""
REASONS = tuple(re.compile(rf"\b({w})\b[^,;.\n]*?{UNTIL}") for w in ("because|since|otherwise", "so that|so (?:i|we|you) can|in order to"))
"""A reason is no order, whatever it names."""
KIN = (
    "kids?|children|grandchildren|grandson|granddaughter|child|toddler|baby|cat|dog|guests?|visitors?|friends?|mum|mother|dad|father|son|daughter|wife|husband"
    "|sister|brother|nan|gran|grandma|grandad|nurse|carer|neighbours?|hands?|eyes|knees?|back|fingers?|wrists?|arms?|legs?|hip|shoulder|grip"
)
REMARK = re.compile(
    r"(?:(?<=^)|(?<=, ))(?:(?:so|well|but|and|sorry|um|oh|look) )?"
    r"(?:(?:i|we) (?:(?:can?|could|have) (?:not|never)|never)|(?:(?:the|my|our|his|her|these|those|your) )?(?:\w+ )?(?:"
    + KIN
    + r") (?:\w+ )?(?:not|never)"
    r"|(?:she|he|they) (?:\w+ )?(?:not|never))\b(?![^,]*\b(?:want|like|wish|allow|let|you|robot)\b)[^,]*(?=,|$)"
)
"""What somebody cannot do or never does is why another is asked to: `the kids never tidy up, put the ball back`."""
REFUSED = {
    "a negation": frozenset(
        ["not", "cannot", "never", "without", "except", "instead", "nothing", "neither", "nor", "no", "avoid", "leave", "none", "rather"]
    ),
    "a choice": frozenset(["or", "either", "anything", "everything", "whichever", "whatever"]),
    "a repetition": frozenset(["twice", "thrice", "repeatedly"]),
    "a condition": frozenset(["if", "once", "unless", "when", "whenever", "whether", "until"]),
}
"""What a sentence must not hold: its words would change what the rest asks for."""
ASKING = frozenset(
    [
        "why",
        "what",
        "where",
        "who",
        "whom",
        "whose",
        "when",
        "which",
        "how",
        "is",
        "are",
        "was",
        "were",
        "does",
        "did",
        "has",
        "am",
        "tell",
        "explain",
        "describe",
    ]
)
MODAL = frozenset(["can", "could", "may", "might", "should", "shall", "must", "will", "would", "do", "have"])
WAITING = re.compile(
    r"(?:\bafter|^(?:please )?before) (the|my|a|an|this|that|it|you|we|i|he|she|they) (\w+ ){0,3}?(is|are|was|were|has|have|had|gets)\b"
)
"""A state that has to come first, `after the microwave is open`: it is none that the rest may be done without."""


def quoted(text: str) -> str:
    """The sentence in quotes, on one line, shortened to what an error may repeat."""
    return shown(repr(text))


def check_length(text: str) -> None:
    """Raises HomebodyError for a text that is no sentence any more."""
    if len(text) > 20 * LONGEST or len(text.split()) > LONGEST:
        raise HomebodyError(
            f"instruction {quoted(text)} has {len(text.split())} words in {len(text)} letters: expected {LONGEST} words or fewer"
        )


GRATEFUL = re.compile(
    r"\b(?:would|d|should) be (?:\w+ ){0,2}(?:grateful|glad|lovely|kind|nice|great|good|happy|helpful) if you (?:could |would |can )?"
)
"""Politeness that has an `if` in it."""
LEAVING = re.compile(
    r"(?:,|\band|\bbut)(?: just| please)? (?:(?:i|we) (?:ll |will ))?leave (?:\w+ ){1,3}?(?:alone|as it is|as they are|be|in peace|to me|off)\b"
)
"""What stays as it is beside what is done."""
WONDERED = re.compile(r"\b(know|see|tell|wonder|check|sure|ask|remember|forget) (?:if|whether)\b")
"""What somebody wants to know is no condition."""


def without_asides(text: str, reasons: Sequence[re.Pattern[str]] = REASONS) -> str:
    """Lower-case words and the marks `,` where one clause ends: no asides, no contractions, none of `reasons`."""
    low = re.sub(r"n['\u2019]t\b", " not", text.lower())
    low = re.sub(r"\bdont\b", "do not", low)
    for reason in reasons:
        low = reason.sub(",", low)
    low = re.sub(r"[;:,.!?&+/\n\r|]|\s[-\u2013\u2014]+\s|\u2013|\u2014", " , ", low)
    low = " ".join(re.sub(r"[^a-z, ]+", " ", low).split())
    low = LEAVING.sub(",", low)
    low = WONDERED.sub(r"\1", GRATEFUL.sub("would like you to ", low))
    for aside in sorted((*BEFORE, *AFTER, *IDIOMS), key=len, reverse=True):
        low = re.sub(rf"\b{aside}\b", "", low)
    return " ".join(low.split())


def without_remarks(spoken: str) -> str:
    """Clauses, as `without_asides` leaves them, less those that say what somebody else cannot or does not do; all where nothing else is said."""
    rest = REMARK.sub("", spoken).strip(" ,")
    return rest if rest else spoken


def refuse_what_is_no_order(text: str, spoken: str) -> None:
    """Raises HomebodyError for a question, a negation, a choice or a condition: none is an order for one thing."""
    words = [w for w in spoken.split() if w != ","]
    hint = "expected one thing to do, such as 'open the top drawer'"
    start = next((i for i, w in enumerate(words) if w not in ("please", "hey", "robot", "so", "now", "and")), 0)
    first, second = (*words[start : start + 2], "", "")[:2]
    asked = first in ASKING or (first in MODAL and second not in ("you", "not") and text.rstrip().endswith("?"))
    if asked:
        raise HomebodyError(f"instruction {quoted(text)} is a question: {hint}")
    for problem, signs in REFUSED.items():
        if found := next((w for w in words if w in signs), None):
            raise HomebodyError(f"instruction {quoted(text)} holds {problem} ({found!r}): {hint}")
    if waited := WAITING.search(" ".join(words)):
        raise HomebodyError(f"instruction {quoted(text)} holds a condition ({waited[0]!r}): {hint}")
    if halted := re.search(r"\b(stop|quit|refrain from|keep from) (\w+ing)\b", " ".join(words)):
        raise HomebodyError(f"instruction {quoted(text)} holds a negation ({halted[0]!r}): {hint}")
