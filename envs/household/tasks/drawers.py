"""Drawers of the household kitchen: open and close them."""

from __future__ import annotations

import numpy as np

from ....core.phrasebook import task_phrases
from ....core.types import Goal
from ...stage import Check
from ..predicates import opened, shut
from ..setup import Setup
from ..task import HouseholdTask
from ..world import World


def _open_setup(s: Setup, goal: Goal) -> None:
    s.use("chest")
    s.distract(1, 4)


def _open_checks(goal: Goal) -> dict[str, Check]:
    return {f"open({goal.target}_drawer)": opened(f"drawer_{goal.target}")}


def _handle(w: World, goal: Goal) -> np.ndarray:
    return w.site(f"drawer_{goal.target}_handle")[:3, 3]


TASKS: tuple[HouseholdTask, ...] = (
    HouseholdTask(
        name="pull_drawer",
        family="drawers",
        room="kitchen",
        scene="home_kitchen",
        horizon=200,
        goals=task_phrases("pull_drawer").goals,
        setup=_open_setup,
        checks=_open_checks,
        focus=_handle,
    ),
)
__all__ = ["TASKS", "shut"]
