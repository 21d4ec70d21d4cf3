"""Every task of the benchmark by name: the six of the first kitchen, then those of the household rooms."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ..core.errors import HomebodyError, unknown
from ..core.instructions import all_goals
from ..core.robots import DEFAULT_ROBOT
from ..core.types import Goal
from .first.tasks import TASKS, Task
from .house import household_tasks
from .tasks.task import HouseholdTask


@functools.cache
def all_tasks() -> Mapping[str, Task | HouseholdTask]:
    """Name -> task, the first six first. Raises HomebodyError where two tasks share a name."""
    household = household_tasks()
    if both := set(TASKS) & set(household):
        raise HomebodyError(f"two tasks are called {sorted(both)[0]!r}")
    return {**TASKS, **household}


def task_goals(name: str) -> tuple[Goal, ...]:
    """What a task can be asked for. Raises HomebodyError for an unknown name."""
    tasks = all_tasks()
    if name not in tasks:
        raise unknown("task", name, tasks)
    task = tasks[name]
    return task.goals if isinstance(task, HouseholdTask) else tuple(g for g in all_goals() if g.task == name)


def task_robots(name: str) -> tuple[str, ...]:
    """Robots that a task supports."""
    task = all_tasks()[name]
    return task.robots if isinstance(task, HouseholdTask) else (DEFAULT_ROBOT,)


def task_scene(name: str) -> str:
    """The scene that a task plays in."""
    task = all_tasks()[name]
    return task.scene if isinstance(task, HouseholdTask) else "kitchen"
