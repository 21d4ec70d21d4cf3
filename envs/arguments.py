"""The engine's arguments, checked before anything is built: what is not supported is refused in one line, never ignored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..core.errors import HomebodyError, unknown

SIZES = (16, 720, 1280)
"""A picture's smallest side, largest height, largest width [pixels]."""
RENDER_MODES = ("rgb_array",)


def whole(name: str, value: Any, low: int, high: int | None = None) -> int:
    """A whole number from `low` to `high`; True and 3.0 are none."""
    good = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not good or value < low or (high is not None and value > high):
        raise HomebodyError(f"{name} is {value!r}: expected a whole number, {f'{low} or more' if high is None else f'{low} to {high}'}")
    return int(value)


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise HomebodyError(f"{name} is {value!r}: expected True or False")
    return bool(value)


def choice(kind: str, value: Any, choices: Iterable[str]) -> str:
    """A name among `choices`."""
    options = list(choices)
    if not isinstance(value, str):
        raise HomebodyError(f"{kind} is {value!r}: expected a name, such as {options[0]!r}")
    if value not in options:
        raise unknown(kind, value, options)
    return value


def picture_size(value: Any) -> tuple[int, int]:
    """(height, width) from one number for a square or a pair."""
    low, high, wide = SIZES
    if isinstance(value, int | np.integer):
        side = whole("image_size", value, low, high)
        return side, side
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str) or len(value) != 2:
        raise HomebodyError(f"image_size is {value!r}: expected {low} to {high} pixels, or a pair (height, width)")
    return whole("image_size's height", value[0], low, high), whole("image_size's width", value[1], low, wide)


def camera_names(value: Any, known: Sequence[str]) -> tuple[str, ...]:
    """Cameras of the model, each once."""
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        hint = f"({value!r},)" if isinstance(value, str) else f"such as {tuple(known[:2])}"
        raise HomebodyError(f"cameras is {value!r}: expected a list of names, {hint}")
    names = tuple(choice("camera", str(c) if isinstance(c, np.str_) else c, known) for c in value)
    if twice := [n for i, n in enumerate(names) if n in names[:i]]:
        raise HomebodyError(f"camera {twice[0]!r} is asked for twice: expected each name once")
    return names


def render_mode(value: Any) -> str | None:
    if value is not None and value not in RENDER_MODES:
        raise HomebodyError(f"render_mode is {value!r}: expected {', '.join(map(repr, RENDER_MODES))} or None")
    return value
