"""Errors that a user can act on: the bad value, what was expected, the nearest valid choices."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HomebodyError(Exception):
    """Bad input. The command line prints its message as one line and exits with 2."""


class DivergenceError(HomebodyError):
    """The simulation diverged: the episode is void, whatever the policy did."""


LONGEST = 80
"""Letters of a bad value that are compared and repeated."""


def shown(text: str, most: int = LONGEST) -> str:
    """`text` for an error message: cut in the middle where it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most // 2]}...{text[-(most // 2 - 3) :]}"


def nearest(value: object, choices: Iterable[str], count: int = 3) -> list[str]:
    """The `count` choices closest to `value` in spelling, best first; never empty unless `choices` is."""
    options = list(choices)
    by_lower = {o.lower(): o for o in options}
    close = difflib.get_close_matches(str(value)[:LONGEST].lower(), list(by_lower), n=count, cutoff=0.3)
    return [by_lower[c] for c in close] or options[:count]


def unknown(kind: str, value: object, choices: Iterable[str]) -> HomebodyError:
    """The error for a name that is not among `choices`."""
    options = list(choices)
    return HomebodyError(f"unknown {kind} {shown(repr(value))}: nearest are {', '.join(nearest(value, options))} (of {len(options)})")
