"""Spaces of observations, and the name of the machine that numbers depend on."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np

from .sensors.sensor import Sensor, Setting


def cpu_name() -> str:
    """Architecture and vector extensions, which floating-point results depend on."""
    flags = ""
    try:
        with open("/proc/cpuinfo") as file:
            words = next((line for line in file if line.startswith("flags")), "").split()
        flags = " ".join(f for f in ("avx", "avx2", "fma", "avx512f") if f in words)
    except OSError:
        pass
    return f"{platform.machine()} {flags}".strip()


def objects(values: Iterable[Any]) -> np.ndarray:
    """Values of any kind as an array (n,) of objects."""
    listed = list(values)
    out = np.empty(len(listed), object)
    out[:] = listed
    return out


def observation_space(sensors: Sequence[Sensor], setting: Setting, privileged: int) -> gymnasium.spaces.Dict:
    """The space of one simulation's observation: every sensor's, then `privileged` numbers of privileged state, 0 for none."""
    spaces: dict[str, gymnasium.Space[Any]] = {s.name: s.space(setting) for s in sensors}
    if privileged:
        spaces["privileged"] = gymnasium.spaces.Box(-np.inf, np.inf, (privileged,), np.float32)
    return gymnasium.spaces.Dict(spaces)
