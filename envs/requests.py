"""What `reset` is asked for: which slots start, on which episodes, with which goals, words and axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium.utils import seeding

from ..core.errors import HomebodyError, unknown
from ..core.types import Goal

OPTIONS = ("index", "goal", "instruction", "axes", "reset_mask")
LAST_INDEX = (1 << 62) - 1
"""Episode indices and seeds go up to here."""
DRAWN = (1 << 32, 1 << 53)
"""Indices that are drawn lie in this range: they do not meet each other in practice, nor those that people number, and stay whole
numbers in JSON."""


def episode_index(name: str, value: Any) -> int:
    """`value` as an episode index. Raises HomebodyError for anything but a whole number from 0 to LAST_INDEX."""
    good = isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)
    if good and value < 0:
        raise HomebodyError(f"{name} {value} is negative: expected 0 or more")
    if not good or value > LAST_INDEX:
        raise HomebodyError(f"{name} is {value!r}: expected a whole number from 0 to {LAST_INDEX}")
    return int(value)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of `reset`; lists hold one entry for each of `slots`."""

    slots: np.ndarray
    """(n,) those that start."""
    seeds: list[int | None]
    """Seeds of the slots' streams; None leaves a stream as it is."""
    indices: list[int | None]
    """Episode indices; None takes the seed, or else draws."""
    goals: list[Goal | None]
    instructions: list[str | None]
    axes: list[Mapping[str, float] | None]
    """Settings that replace the environment's own; None for those."""


def read_mask(value: Any, count: int) -> np.ndarray:
    """(count,) bool which slots start; all where nothing is said."""
    mask = np.ones(count, bool) if value is None else np.asarray(value)
    if mask.shape != (count,) or mask.dtype != bool:
        raise HomebodyError(
            f"reset_mask has shape {mask.shape} and type {mask.dtype}: expected {count} of True and False, one for each slot"
        )
    return mask


def per_slot(name: str, values: Any, mask: np.ndarray) -> list[Any]:
    """One entry for each slot of `mask`, from a list with one for each of these, in order, or one for each slot of the environment."""
    slots = np.flatnonzero(mask)
    if values is None:
        return [None] * len(slots)
    lists = (isinstance(values, Sequence) and not isinstance(values, str | bytes)) or (isinstance(values, np.ndarray) and values.ndim == 1)
    if not lists:
        raise HomebodyError(f"{name} is {values!r}: expected a list with one entry for each slot")
    entries = list(values)
    if len(entries) == len(mask):
        return [entries[i] for i in slots]
    if len(entries) != len(slots):
        raise HomebodyError(
            f"{name} has {len(entries)} entries for {len(slots)} slots: expected one each"
            + ("" if len(slots) == len(mask) else f", or {len(mask)}, one for each slot of the environment")
        )
    return entries


def _typed(name: str, entries: list[Any], kind: type | tuple[type, ...], what: str) -> list[Any]:
    for entry in entries:
        if entry is not None and not isinstance(entry, kind):
            raise HomebodyError(f"{name} {entry!r}: expected {what}, or None")
    return entries


def _seeds(seed: Any, mask: np.ndarray) -> list[int | None]:
    """`n` gives slot i the seed n + i; a list is indexed by slot, and None in it keeps that slot's stream."""
    slots, count = [int(i) for i in np.flatnonzero(mask)], len(mask)
    if seed is None:
        return [None] * len(slots)
    if isinstance(seed, Sequence | np.ndarray) and not isinstance(seed, str | bytes):
        if len(seed) != count:
            raise HomebodyError(f"seed has {len(seed)} entries for {count} slots: expected one for each slot, None for those that draw")
        return [None if seed[i] is None else episode_index("seed", seed[i]) for i in slots]
    first = episode_index("seed", seed)
    return [episode_index("seed", first + i) for i in slots]


def read_request(seed: Any, options: Any, count: int) -> Request:
    """Checks what `reset(seed, options)` asks of `count` slots. Raises HomebodyError before any slot is touched."""
    options = {} if options is None else options
    if not isinstance(options, Mapping):
        raise HomebodyError(f"options is {options!r}: expected a dictionary with some of {', '.join(OPTIONS)}")
    for key in options:
        if key not in OPTIONS:
            raise unknown("option of reset", str(key), OPTIONS)
    mask = read_mask(options.get("reset_mask"), count)
    indices = per_slot("index", options.get("index"), mask)
    return Request(
        slots=np.flatnonzero(mask), seeds=_seeds(seed, mask),
        indices=[None if i is None else episode_index("episode index", i) for i in indices],
        goals=_typed("goal", per_slot("goal", options.get("goal"), mask), Goal, "a Goal"),
        instructions=_typed("instruction", per_slot("instruction", options.get("instruction"), mask), str, "a sentence"),
        axes=_typed("axes", per_slot("axes", options.get("axes"), mask), Mapping, "a setting {axis: value}"),
    )  # fmt: skip


class Streams:
    """Where episode indices come from that nobody chose: a stream for each slot, that of Gymnasium's `np_random` after the same seed."""

    def __init__(self, count: int) -> None:
        self._streams: list[np.random.Generator | None] = [None] * count

    def index(self, slot: int, seed: int | None, index: int | None) -> int:
        """The episode that `slot` starts: `index`, else `seed`, else the next of its stream. A seed starts the stream anew."""
        if seed is not None:
            self._streams[slot] = seeding.np_random(seed)[0]
        if index is not None or seed is not None:
            return index if index is not None else int(seed or 0)
        stream = self._streams[slot]
        if stream is None:
            stream = self._streams[slot] = seeding.np_random()[0]
        return drawn_index(stream)


def drawn_index(stream: np.random.Generator) -> int:
    return int(stream.integers(*DRAWN))
