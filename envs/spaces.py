"""Spaces of observations and actions, and the name of the machine that numbers depend on."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np

from ..core.instructions import all_goals
from ..core.kinematics import Q_MAX, Q_MIN
from ..core.types import POINTS, PROPRIO_DIM, TAXELS

GOALS = all_goals()
PRIVILEGED_DIM = 3 * len(POINTS) + 3 + 3 + 3 + len(GOALS)  # 60
"""Points (30) [m], fixtures (3), tool (3) [m], target minus tool (3) [m], goal one-hot (21)."""


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


def action_space() -> gymnasium.spaces.Box:
    """Absolute joint targets [rad], then gripper opening."""
    return gymnasium.spaces.Box(np.append(Q_MIN, 0.0).astype(np.float32), np.append(Q_MAX, 1.0).astype(np.float32), dtype=np.float32)


def observation_space(image_size: int, cameras: Sequence[str], privileged: bool) -> gymnasium.spaces.Dict:
    """The space of one simulation's observation."""
    box = gymnasium.spaces.Box
    spaces: dict[str, gymnasium.Space[Any]] = {c: box(0, 255, (image_size, image_size, 3), np.uint8) for c in cameras}
    spaces["tactile"] = box(-np.inf, np.inf, TAXELS, np.float32)
    spaces["proprio"] = box(-np.inf, np.inf, (PROPRIO_DIM,), np.float32)
    if privileged:
        spaces["privileged"] = box(-np.inf, np.inf, (PRIVILEGED_DIM,), np.float32)
    return gymnasium.spaces.Dict(spaces)
