"""Every task of the benchmark by name."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.errors import unknown
from ..core.types import Goal
from .house import MIXES, household_tasks
from .tasks.task import HouseholdTask


def all_tasks() -> Mapping[str, HouseholdTask]:
    """Name -> task, those of the first room first."""
    return household_tasks()


def members(name: str) -> tuple[str, ...]:
    """The tasks that a name stands for: itself, or those of a mix that one environment can play."""
    return MIXES.get(name, (name,))


def task_goals(name: str) -> tuple[Goal, ...]:
    """What a task can be asked for. Raises HomebodyError for an unknown name."""
    tasks = all_tasks()
    if name not in tasks:
        raise unknown("task", name, tasks)
    return tasks[name].goals


def task_robots(name: str) -> tuple[str, ...]:
    """Robots that a task supports."""
    return all_tasks()[name].robots


def task_scene(name: str) -> str:
    """The scene that a task plays in."""
    return all_tasks()[name].scene
