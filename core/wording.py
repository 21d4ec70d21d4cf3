"""What becomes of a sentence on its way: typing errors, words that do not matter, nothing at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

NEIGHBOURS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl", "p": "ol",
    "a": "qsz", "s": "adwx", "d": "sfec", "f": "dgrv", "g": "fhtb", "h": "gjyn", "j": "hkum", "k": "jlio", "l": "kop",
    "z": "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
"""Keys beside each key of a QWERTY keyboard."""
BEFORE = (
    "hey there", "good morning", "so anyway", "when you get a minute", "listen", "my neighbour says hello and", "it is raining again but",
    "before i forget", "the kids are asleep so quietly", "i just came home and",
)  # fmt: skip
AFTER = (
    "thanks a lot", "if that is all right", "it would help me today", "i will be in the garden", "no hurry at all", "dinner is at seven",
    "as you did yesterday", "the phone is ringing", "that would be lovely", "my back hurts",
)  # fmt: skip
"""What people say besides; nothing in it names a thing of the house."""


def typing_errors(text: str, rate: float, rng: np.random.Generator) -> str:
    """Each letter is, with probability `rate`, replaced by a neighbour's, doubled, left out or swapped with the next."""
    out, letters = [], list(text)
    i = 0
    while i < len(letters):
        c = letters[i]
        if not c.isalpha() or rng.random() >= rate:
            out.append(c)
        else:
            kind = int(rng.integers(4))
            if kind == 0:
                options = NEIGHBOURS.get(c.lower(), c)
                out.append(options[int(rng.integers(len(options)))])
            elif kind == 1:
                out += [c, c]
            elif kind == 3 and i + 1 < len(letters):
                out += [letters[i + 1], c]
                i += 1
        i += 1
    return "".join(out)


def reworded(text: str, axes: Mapping[str, float], rng: np.random.Generator) -> str:
    """The sentence as it arrives under the language axes `irrelevant_words`, `typing_errors` and `empty`."""
    if rng.random() < axes.get("empty", 0.0):
        return ""
    extra = round(axes.get("irrelevant_words", 0.0))
    before, after = [int(v) for v in rng.permutation(len(BEFORE))], [int(v) for v in rng.permutation(len(AFTER))]
    for n in range(extra):  # alternately in front and behind
        text = f"{BEFORE[before[n // 2]]} {text}" if n % 2 == 0 else f"{text} {AFTER[after[n // 2]]}"
    return typing_errors(text, axes.get("typing_errors", 0.0), rng)
