"""Every task of the benchmark by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..core.errors import HomebodyError, unknown
from ..core.phrasebook import add_phrases
from ..core.phrasebook.phrases import Phrases
from ..core.robots import robot_named
from ..core.types import Goal
from .house import MIXES, SCENES, TASKS
from .tasks.task import HouseholdTask

if TYPE_CHECKING:
    from .skills.expert import Skill


def all_tasks() -> Mapping[str, HouseholdTask]:
    """Name -> task, those of the first room first."""
    return TASKS


def members(name: str) -> tuple[str, ...]:
    """The tasks that a name stands for: itself, or those of a mix that one environment can play."""
    return MIXES.get(name, (name,))


def add_task(task: HouseholdTask, phrases: Phrases, skill: Skill) -> None:
    """Registers a task from outside in a scene of the house, with its sentences and how the expert does it.

    Every command takes it from then on, and `homebody/NAME-v1` is an id of Gymnasium. Raises HomebodyError, and adds nothing, where the
    name is taken or the parts do not fit each other.
    """
    from .ids import register_id  # the expert and its skills build on the engine, which reads this registry's tables
    from .skills.expert import SKILLS

    if task.name in all_tasks() or task.name in MIXES:
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
    TASKS.add(task.name, task)
    SKILLS.add(task.name, skill)
    register_id(task.name)


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
