"""A sentence taken to pieces before it is read: where one order ends and the next begins, and words that only say in which turn they come."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..clauses import ORDERING
from .words import DETERMINERS, PERSONS

LINKS = frozenset(
    [
        "and", "then", "also", "plus", "before", "after", "afterwards", "afterward", "next", "followed", "by", "while", "but", "later", "secondly", "thirdly",
        "finally", "lastly", "meanwhile",
    ]
)  # fmt: skip
"""Words between two orders."""
ORDERS = frozenset(ORDERING)
"""What orders begin with: a part that does asks for something."""
NOW = rf"(?: though| however| please)?(?: ,|$|(?= (?:and|please|could|can|would|{'|'.join(ORDERING)})\b))"
EARLIER = re.compile(rf"\bbefore (?:that|this|doing (?:that|so|it)|you do(?: (?:that|it|so))?){NOW}")
EARLIEST = re.compile(rf"\bbefore (?:all (?:of )?(?:that|this)|anything else|any of (?:that|this)){NOW}")
"""What says of an order that it comes before the last one, and before all; NOW is how such words end where an order goes on."""
BEGIN = ORDERS - {"open", "hand", "light", "set", "hold", "ring", "show", "place", "move", "slide", "clear", "start", "hit"}
"""Words that begin an order wherever they stand and are no name of anything."""
BEGINNING = rf"(?:{'|'.join(sorted(BEGIN))})\b"
NO_BEGINNING = DETERMINERS | {"to", "and", "you", "i", "have", "not", "of", "never"}
"""Words behind which none does."""
ABLE = frozenset(["can", "could", "will", "would", "may", "might", "should", "must", "cannot"])
"""Nor behind these and a person: `where I can grab it`."""
SPOKEN = PERSONS - {"that", "this", "one", "you", "who"} | {"its", "he", "there", "my", "cos", "because", "as", "since"}
"""Words that begin a remark where the order before it has ended in `please`."""
DONE = re.compile(
    r"\b(?:and )?(?:when|once|as soon as|after) (?:you (?:(?:have|had|are) )?(?:done|did|finished|ready)(?: (?:with )?(?:that|it|this|so))?"
    r"|(?:that|this|it)(?: is| s|s| has been) (?:done|finished|over))\b"
    r"|(?<=, )(?:and )?(?:when|once|as soon as) (?:that|it)(?: is| s|s) (?:on|off|open|shut|closed)(?= ,)"
)
"""What asks for nothing but the order of things: `when you have done that`."""
ONCE = re.compile(r"\b(?:once|when|as soon as) you (?=have\b|had\b|are done\b)")
BOTH = re.compile(r"\bboth (?=(?:of )?(?:the|my|your|our)\b.* and\b)")
OFF = re.compile(r"\b(turn|turned|turning|switch|switched|switching) of\b")
AFTERWARDS = re.compile(rf"\bafter (?={BEGINNING})")
AFTER_IT = re.compile(
    r"(?:\band|,(?: and)?) after (?:all )?(?:of )?(?:that|this|it|them|which)(?: you (?:may|can|could|might))?(?! ?(?:,|$|please|is|has|was|and))"
)
"""What only says that the next one follows: `the glass and after it the can`."""
TOGETHER = re.compile(
    r"(?:,? \b(?:all|both)(?: three| two)?(?: of (?:them|these|those))?)(?= (?:go|goes|into|in|on|onto|belong|need|to|can go|should go)\b(?! all\b))"
)
"""Before where several things go."""
TOO = re.compile(r" (?:too|as well)(?=(?: please)?(?: ,|$))")
FILLER = re.compile(
    r"(?:, )?\b(?:in (?:that|this) order|one (?:after|at) (?:the other|a time)|one by one|(?:all|both) (?:two |three |of (?:them|these|those))+(?:go |goes )?|all three (?:go )?)(?: please)?\b"
)
"""What only says that all of them are meant."""
SAME = re.compile(
    r"\b(?:do |and do |then do )?(?:the |exactly the )?same (?:thing )?(?:again )?(?:with|for|to)\b|\blikewise(?: with| for)?\b"
)
"""Words that stand for the verb of the order before."""
AT_IT = re.compile(r"\b(?:and )?while (?:you|we|i) (?:are|re|am|m) (?:at it|there|about it)\b(?: ,)?")
SECOND = re.compile(rf"\b(?<!the )second(?:ly)?(?= (?:please )?(?:{'|'.join(ORDERING)}|the|my)\b)")
SUBJECTS = frozenset(
    ["i", "we", "he", "she", "they", "it", "there", "that", "somebody", "someone", "everybody", "everything", "nobody", "nothing"]
)
"""What statements begin with."""
LAST = re.compile(r"\b(?:and )?(?:last of all|last but not least|last thing)\b(?: ,)?")
AT_LAST = re.compile(r"(?<!and)(?<!,) after (?:it|that|this)(?= ,|$)")
MEANWHILE = re.compile(
    rf"\bwhile (?:i|we|it|they|he|she) (?:am|is|are|was|were|s|m|re)(?: (?!(?:please|can|could|would)\b|{BEGINNING})[a-z]+)*"
)
"""What goes on meanwhile is an aside: `while I am in the shower`."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a sentence between two links."""

    words: tuple[str, ...]
    link: tuple[str, ...]
    """The words before it that tie it to what was said."""
    start: int
    end: int


def parts_of(tokens: Sequence[str]) -> list[Part]:
    """The pieces between commas and linking words, and those that begin with a verb where another order is under way: people speak without commas."""
    out: list[Part] = []
    words: list[str] = []
    link: list[str] = []
    start = 0
    for i, word in enumerate([*tokens, ","]):
        if word == "," or word in LINKS:
            if words:
                out.append(Part(words=tuple(words), link=tuple(link), start=start, end=i))
                words, link = [], []
            if word != ",":
                link.append(word)
        elif words and _ends(word, tokens[i + 1 : i + 5]):
            out.append(Part(words=tuple(words), link=tuple(link), start=start, end=i))
            words, link = [], [] if word == "so" and tokens[i + 1] in ORDERS else [word]
        else:
            if not words:
                start = i
            elif (_begins(word, words) and not ORDERS.isdisjoint(words)) or (words[-1] == "please" and len(words) > 2 and word in SPOKEN):
                out.append(Part(words=tuple(words), link=tuple(link), start=start, end=i))
                words, link, start = [], [], i
            words.append(word)
    return out


def _ends(word: str, behind: Sequence[str]) -> bool:
    """Whether a word ends an order: a reason comes, or after one another order."""
    if word == "so":
        return bool(behind) and (behind[0] in ORDERS | SUBJECTS or (behind[0] in DETERMINERS and bool(ABLE & set(behind[2:4]))))
    return word in ("because", "cos", "since") or (word in ("as", "for") and bool(behind) and behind[0] in SUBJECTS)


def _begins(word: str, before: Sequence[str]) -> bool:
    """Whether a word begins an order behind those."""
    able = before[-1] in ABLE and len(before) > 1 and before[-2] in PERSONS
    return word in BEGIN and before[-1] not in NO_BEGINNING and not able


def parted(tokens: list[str]) -> list[str]:
    """With the comma that people leave out between `after you have ...` and `could you ...`."""
    if tokens[:1] not in (["after"], ["before"], ["once"], ["when"]):
        return tokens
    asks = [
        i
        for i in range(3, tokens.index(",") if "," in tokens else len(tokens))
        if tokens[i] == "please"
        or (tokens[i] in ("could", "can", "would", "will") and tokens[i + 1 : i + 2] == ["you"])
        or _begins(tokens[i], tokens[:i])
    ]
    return [*tokens[: asks[0]], ",", *tokens[asks[0] :]] if asks and asks[0] < len(tokens) - 1 else tokens


def in_one_word(spelled: str) -> str:
    """With `before that, ...` and `... before you do` as the one word that turns two orders round, `before all that` as the one that comes first;
    `once you have` as `after you have`, and no words that only say that one thing follows another."""
    spelled = BOTH.sub("", OFF.sub(r"\1 off", spelled))
    spelled = ONCE.sub("after you ", DONE.sub(" , then", spelled))
    spelled = TOGETHER.sub("", spelled)
    spelled = AT_IT.sub(" , also ", SAME.sub(" , and ", FILLER.sub("", TOO.sub("", spelled))))
    spelled = SECOND.sub(" , then", spelled) if "first" in spelled.split() else spelled
    spelled = LAST.sub(" lastly ", AFTER_IT.sub(" then", spelled))
    spelled = MEANWHILE.sub(" , ", AT_LAST.sub("", AFTERWARDS.sub("then ", spelled)))
    spelled = EARLIEST.sub("first ", spelled)
    return " ".join(EARLIER.sub("beforehand ", spelled).split())
