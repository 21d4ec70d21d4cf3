"""Errors that a user can act on: the bad value, what was expected, the nearest valid choices."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HomebodyError(Exception):
    """Bad input. The command line prints its message as one line and exits with 2."""


class DivergenceError(HomebodyError):
    """The simulation diverged: the episode is void, whatever the policy did."""


def nearest(value: str, choices: Iterable[str], count: int = 3) -> list[str]:
    """The `count` choices closest to `value` in spelling, best first; never empty unless `choices` is."""
    options = list(choices)
    close = difflib.get_close_matches(value.lower(), [o.lower() for o in options], n=count, cutoff=0.3)
    by_lower = {o.lower(): o for o in options}
    return [by_lower[c] for c in close] or options[:count]


def unknown(kind: str, value: object, choices: Iterable[str]) -> HomebodyError:
    """The error for a name that is not among `choices`."""
    options = list(choices)
    return HomebodyError(f"unknown {kind} {value!r}: nearest are {', '.join(nearest(str(value), options))} (of {len(options)})")
