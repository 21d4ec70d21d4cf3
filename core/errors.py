"""Errors that a user can act on: the bad value, what was expected, the nearest valid choices."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable


class HomebodyError(Exception):
    """Bad input. The command line prints its message as one line and exits with 2."""


class DiskError(HomebodyError):
    """The disk refused to keep something: full, read-only, or not ours. What was kept before is whole."""


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


def check_numbers(settings: object, *, counts: Iterable[str] = (), positive: Iterable[str] = (), least_0: Iterable[str] = ()) -> None:
    """Raises HomebodyError for an attribute of `settings` out of its range: `counts` are whole numbers, 1 or more; `positive` and
    `least_0` are finite. So is `seed`, where there is one: a whole number that every generator takes."""
    seed = getattr(settings, "seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 63:
        raise HomebodyError(f"seed is {seed}: expected a whole number, 0 to {(1 << 63) - 1}")
    for name in counts:
        value = getattr(settings, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise HomebodyError(f"{name} is {value}: expected 1 or more")
    for name in positive:
        if not 0 < getattr(settings, name) < math.inf:
            raise HomebodyError(f"{name} is {getattr(settings, name)}: expected a positive number")
    for name in least_0:
        if not 0 <= getattr(settings, name) < math.inf:
            raise HomebodyError(f"{name} is {getattr(settings, name)}: expected 0 or more")


def unknown(kind: str, value: object, choices: Iterable[str]) -> HomebodyError:
    """The error for a name that is not among `choices`."""
    options = list(choices)
    return HomebodyError(f"unknown {kind} {shown(repr(value))}: nearest are {', '.join(nearest(value, options))} (of {len(options)})")
