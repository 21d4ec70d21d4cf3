"""Axes along which an episode may differ from the nominal one: how a setting is written, checked and drawn.

The axes themselves stand in `axis_table`.

A setting is a mapping {axis: value}; axes that it leaves out are nominal. Randomisation draws every axis that is `drawn`, from a stream
that depends on (task, split, episode index) alone. Training ranges follow what was published for sim-to-real transfer
(MuJoCo Playground's randomisers, robosuite's DomainRandomizationWrapper); held-out ranges go further on the same scale.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from ..core.errors import HomebodyError, unknown
from .axis import Axis
from .axis_table import AXES

RANDOMIZE = ("train", "heldout")


def episode_stream(task: str, split: str, index: int, purpose: str) -> np.random.Generator:
    """A random stream of the episode that shares nothing with its initial state's. Raises HomebodyError for a negative index."""
    if index < 0:
        raise HomebodyError(f"episode index {index} is negative: expected 0 or more")
    words = [zlib.crc32(w.encode()) for w in (purpose, task, split)]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([*words, index])))


def check_axes(axes: Mapping[str, float]) -> dict[str, float]:
    """The setting as plain numbers. Raises HomebodyError for unknown names, what is no number, and values outside an axis's range."""
    if not isinstance(axes, Mapping):
        raise HomebodyError(f"axes is {axes!r}: expected a setting {{axis: value}}")
    out = {}
    for name, value in axes.items():
        if name not in AXES:
            raise unknown("axis", name, sorted(AXES))
        if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
            raise HomebodyError(f"axis {name} is {value!r}: expected a number")
        axis, number = AXES[name], float(value)
        lo, hi = axis.bounds
        if not lo <= number <= hi:  # NaN fails too
            raise HomebodyError(f"axis {name} is {value}: expected {lo:g} to {hi:g} {axis.unit} (nominal {axis.nominal:g})")
        out[name] = number
    return out


def parse_axes(text: str) -> dict[str, float]:
    """`camera_tilt=6,drawer_friction=9` -> {name: value}. Raises HomebodyError for unknown names and bad numbers."""
    out: dict[str, float] = {}
    for part in (p.strip() for p in text.split(",") if p.strip()):
        name, _, value = part.partition("=")
        try:
            out[name.strip()] = float(value)
        except ValueError:
            raise HomebodyError(f"axis setting {part!r}: expected NAME=NUMBER, as in drawer_friction=6") from None
    return check_axes(out)


def draw_axes(which: str, task: str, split: str, index: int) -> dict[str, float]:
    """Every axis drawn from its `train` or `heldout` range, a pure function of the arguments."""
    if which not in RANDOMIZE:
        raise unknown("randomisation", which, RANDOMIZE)
    rng = episode_stream(task, split, index, f"axes {which}")
    return {name: axis.draw(rng, which) for name, axis in AXES.items() if axis.drawn}


__all__ = ["AXES", "RANDOMIZE", "Axis", "check_axes", "draw_axes", "episode_stream", "parse_axes"]
