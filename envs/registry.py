"""Every task of the benchmark by name: the six of the first kitchen, then those of the household rooms."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..core.errors import HomebodyError, unknown
from ..core.instructions import all_goals
from ..core.phrasebook import add_phrases
from ..core.phrasebook.phrases import Phrases
from ..core.robots import DEFAULT_ROBOT, robot_named
from ..core.types import Goal
from .first.tasks import TASKS, Task
from .house import SCENES
from .house import TASKS as HOUSEHOLD_TASKS
from .tasks.task import HouseholdTask

if TYPE_CHECKING:
    from .skills.expert import Skill


@HOUSEHOLD_TASKS.derived
@functools.cache
def all_tasks() -> Mapping[str, Task | HouseholdTask]:
    """Name -> task, the first six first. Raises HomebodyError where two tasks share a name."""
    if both := set(TASKS) & set(HOUSEHOLD_TASKS):
        raise HomebodyError(f"two tasks are called {sorted(both)[0]!r}")
    return {**TASKS, **HOUSEHOLD_TASKS}


def add_task(task: HouseholdTask, phrases: Phrases, skill: Skill) -> None:
    """Registers a task from outside in a scene of the house, with its sentences and how the expert does it.

    Every command takes it from then on, and `homebody/NAME-v1` is an id of Gymnasium. Raises HomebodyError, and adds nothing, where the
    name is taken or the parts do not fit each other.
    """
    from .ids import register_id  # the expert and its skills build on the engine, which reads this registry's tables
    from .skills.expert import SKILLS

    if task.name in all_tasks():
        raise HomebodyError(f"two tasks are called {task.name!r}: expected another name for the second")
    if not task.name.isidentifier():
        raise HomebodyError(f"the name of a task is {task.name!r}: expected letters, digits and underscores")
    scene = SCENES.find(task.scene)
    if task.room != scene.room:
        raise HomebodyError(f"task {task.name} is in room {task.room!r}: expected {scene.room!r}, that of scene {task.scene}")
    for robot in task.robots:
        robot_named(robot)
    if set(task.goals) != set(phrases.goals):
        raise HomebodyError(f"task {task.name} and its phrases have different goals: expected the same, each with its sentences")
    SKILLS.check_new(task.name)
    add_phrases(task.name, phrases)
    HOUSEHOLD_TASKS.add(task.name, task)
    SKILLS.add(task.name, skill)
    register_id(task.name)


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
