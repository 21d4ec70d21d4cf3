"""Hinged doors of the household kitchen."""

from __future__ import annotations

from .fixtures import pair
from .predicates import SHOVE_N
from .task import HouseholdTask


def _door(thing: str, joint: str, open_at: tuple[float, float]) -> tuple[HouseholdTask, HouseholdTask]:
    return pair(f"open_{thing}", f"close_{thing}", family="doors", piece=thing, joint=lambda _: joint, horizon=340, label=thing,
                shut_at=(0.0, 0.0), open_at=open_at, shuts_N=SHOVE_N)  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    *_door("cupboard", "cupboard_door", (0.3, 0.65)), *_door("fridge", "fridge_door", (0.3, 0.58)),
)  # fmt: skip
