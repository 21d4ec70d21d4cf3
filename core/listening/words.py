"""Words as the model of instructions reads them: spelled out, corrected, and called by the names that goals use."""

from __future__ import annotations

import functools
import itertools
import re
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

BUCKETS = 1 << 14
"""Rows of the hash table; row 0 is padding."""
MOST_FEATURES = 512
"""Features of one text that are read; later ones are cut."""
UNKNOWN = "?"
"""Stands for a word that no sentence of the corpus has."""
SKIPPED = frozenset(["the", "a", "an", "my", "your", "our", "his", "her", "their", "please", "just", "kindly", "of", "some", "now"])
"""Words that the second reading leaves out."""
SHORT = {"won t": "will not", "can t": "can not", "cannot": "can not", "shan t": "shall not", "dont": "do not", "doesnt": "does not", "didnt": "did not",
         "isnt": "is not", "cant": "can not", "wont": "will not", "im": "i am", "ive": "i have", "thats": "that is", "gonna": "going to",
         "wanna": "want to", "gimme": "give me", "lemme": "let me", "pls": "please", "plz": "please", "u": "you", "ur": "your"}  # fmt: skip
ENDINGS = {"n t": " not", " ll": " will", " re": " are", " ve": " have", " d": " would", " m": " am"}
LEAST_CORRECTED, LEAST_SWAPPED, LEAST_MISSING = 5, 3, 4
"""Letters of a word that may be one letter off, of one whose letters may have changed places, and of one that lacks a letter."""


@functools.lru_cache(maxsize=65536)
def spelled_out(text: str) -> str:
    """Lower-case words with single spaces, short forms written out; `,` stands where a clause ends."""
    low = text.lower().replace("\u2019", "'")
    low = re.sub(r"(?<=[a-z])'(?=[a-z])", " ", low)
    low = re.sub(r"[;:,.!?&+/\n\r|()\"]|\s[-\u2013\u2014]+\s|\u2013|\u2014", " , ", low)
    low = " ".join(re.sub(r"[^a-z, ]+", " ", low).split())
    low = re.sub(r"\b(is|are|was|were|do|does|did|has|have|had|could|would|should|must|need)n t\b", r"\1 not", low)
    for short, long in SHORT.items():
        low = re.sub(rf"\b{short}\b", long, low)
    for short, long in ENDINGS.items():
        low = re.sub(rf"\b(i|you|we|they|he|she|it|that|there|who|what){short}\b", rf"\1{long}", low)
    return low


def near_misses(word: str) -> Iterable[str]:
    """The word with one letter left out, each."""
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


class Vocabulary:
    """The words that the corpus has, and what each that it has not was probably meant to be."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._without: dict[str, list[str]] = {}
        for word in sorted(self.words):
            if len(word) >= LEAST_SWAPPED:
                for short in {*near_misses(word), word}:
                    self._without.setdefault(short, []).append(word)
        self.correct = functools.lru_cache(maxsize=65536)(self._correct)

    def _correct(self, word: str) -> str:
        """The word itself, the one that a slip of one letter made it from, or `UNKNOWN`."""
        if word in self.words or word == ",":
            return word
        if len(word) >= LEAST_SWAPPED:
            found = {w for short in (word, *near_misses(word)) for w in self._without.get(short, ())}
            swapped = sorted(w for w in found if sorted(w) == sorted(word) and len(w) >= LEAST_SWAPPED)
            least = {0: LEAST_CORRECTED, 1: LEAST_MISSING}
            near = sorted(w for w in found if (more := len(w) - len(word)) in least and len(w) >= least[more] and one_off(word, w))
            near += sorted(w for w in found if len(w) >= LEAST_CORRECTED and len(w) < len(word) and one_off(word, w))
            same = [w for w in near if w[0] == word[0]]  # the first letter is seldom the wrong one
            if best := swapped or same or near:
                return best[0]
        return UNKNOWN


def one_off(a: str, b: str) -> bool:
    """Whether two words differ by one letter put in, left out or exchanged."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


PERSONS = frozenset(["i", "you", "we", "he", "she", "it", "they", "that", "this", "there", "one", "who", "somebody", "someone", "anybody"])
DETERMINERS = frozenset(["the", "a", "an", "my", "your", "our", "his", "her", "their", "another", "other", "drink", "soda"])
MODAL_AFTER = PERSONS | {",", "so", "how", "where", "when", "what", "hands", "fingers"}
ASKED = DETERMINERS | {"anybody", "anyone", "someone", "somebody", "please", "we", "this", "that"}
MODAL_BEFORE = PERSONS | {"be", "not", "have", "get"}


DONE_TO = DETERMINERS | {"it", "them", "that", "this", "those", "these", "away", "out", "all", "everything"}
"""What stands behind a verb that is also what a thing is called: `throw the can away`, `bin it`."""
NAMED_AFTER = frozenset(["in", "into", "on", "off", "out", "to"])


def is_verb(words: Sequence[str], i: int) -> bool:
    """Whether the word at `i`, which is also what a thing is called, is none here: `can you`, `I can`, `left open`, `throw it away`."""
    before, after = words[i - 1] if i else ",", words[i + 1] if i + 1 < len(words) else ""
    if before in DETERMINERS:
        return False
    if words[i] in ("throw", "bin", "press"):
        return after in DONE_TO and before not in NAMED_AFTER
    if words[i] == "can":
        return after in MODAL_BEFORE or (before in MODAL_AFTER and (before != "," or after in ASKED))
    return words[i] == "left" and (
        before in {"been", "is", "was", "are", "i", "you", "somebody", "someone", "have", "has", "s"} or after in {"open", "it"}
    )


class Names:
    """What things are called: phrases of one to three words, each standing for the name that goals use."""

    def __init__(self, phrases: dict[str, str]) -> None:
        self.phrases = phrases
        self._longest = max((p.count(" ") + 1 for p in phrases), default=1)

    def named(self, words: Sequence[str]) -> list[str]:
        """The words, each known phrase replaced by `=name`, the longest first."""
        out: list[str] = []
        i = 0
        while i < len(words):
            for n in range(min(self._longest, len(words) - i), 0, -1):
                if (name := self.phrases.get(" ".join(words[i : i + n]))) and not (n == 1 and is_verb(words, i)):
                    out.append(f"={name}")
                    i += n
                    break
            else:
                out.append(words[i])
                i += 1
        return out


def _bucket(feature: str) -> int:
    return 1 + zlib.crc32(feature.encode()) % (BUCKETS - 1)


def features(words: Sequence[str], spelled: Sequence[str], names: Names) -> np.ndarray:
    """(n,) int64 buckets of a text: corrected words, as `spelled`; single, in pairs and threes, by the names of things, and letters."""
    plain = [w for w in words if w != ","]
    named = [w for w in names.named(plain) if w not in SKIPPED]
    ends = ["<", *named, ">"]
    out = [f"u {w}" for w in plain]
    out += [f"b {a} {b}" for a, b in itertools.pairwise(plain)]
    out += [f"n {w}" for w in named]
    out += [f"p {a} {b}" for a, b in itertools.pairwise(ends)]
    out += [f"t {a} {b} {c}" for a, b, c in zip(ends, ends[1:], ends[2:], strict=False)]
    out += [f"s {ends[i]} {ends[j]}" for i in range(len(ends)) for j in range(i + 2, min(i + 5, len(ends)))]
    for word in spelled:
        padded = f"<{word}>"
        out += [f"c {padded[k : k + 3]}" for k in range(len(padded) - 2)] if word != "," else []
    return np.array([_bucket(f) for f in out[:MOST_FEATURES]] or [0], np.int64)


def read(text: str, vocabulary: Vocabulary, names: Names) -> np.ndarray:
    """(n,) features of a text as it is said."""
    spelled = spelled_out(text).split()
    return features([vocabulary.correct(w) for w in spelled], spelled, names)
