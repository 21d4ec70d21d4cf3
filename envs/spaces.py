"""Spaces of observations and actions, and the name of the machine that numbers depend on."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np

from ..core.robots import Robot
from ..core.types import TAXELS


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


def observation_space(image_size: tuple[int, int], cameras: Sequence[str], robot: Robot, privileged: int) -> gymnasium.spaces.Dict:
    """The space of one simulation's observation; image_size (height, width); `privileged` numbers of privileged state, 0 for none."""
    box = gymnasium.spaces.Box
    spaces: dict[str, gymnasium.Space[Any]] = {c: box(0, 255, (*image_size, 3), np.uint8) for c in cameras}
    spaces["tactile"] = box(-np.inf, np.inf, TAXELS, np.float32)
    spaces["proprio"] = box(-np.inf, np.inf, (robot.proprio_dim,), np.float32)
    if privileged:
        spaces["privileged"] = box(-np.inf, np.inf, (privileged,), np.float32)
    return gymnasium.spaces.Dict(spaces)
