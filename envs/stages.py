"""Which scene a task plays in: one stage per scene and robot, built once per process."""

from __future__ import annotations

import functools

from ..core.errors import HomebodyError, unknown
from ..core.instructions import all_goals
from ..core.robots import robot_named
from .household.scenes import SCENES as HOUSEHOLD_SCENES
from .household.scenes import household_stage, household_tasks
from .initial import ALL_TASKS
from .kitchen_stage import KitchenStage
from .model import ROBOTS as FIRST_ROBOTS
from .model import SCENES, house_model
from .stage import Stage


@functools.lru_cache(maxsize=4)
def _kitchen(robot: str, scene: str) -> KitchenStage:
    return KitchenStage(house_model(robot, scene))


def find_stage(task: str, robot: str, scene: str = "") -> Stage:
    """The stage of a task. Raises HomebodyError for unknown names, and for a scene or a robot that is not the task's."""
    first = {g.task for g in all_goals()} | {ALL_TASKS}
    household = household_tasks()
    if task not in first and task not in household:
        raise unknown("task", task, sorted([*first, *household]))
    if scene and scene not in (*SCENES, *HOUSEHOLD_SCENES):
        raise unknown("scene", scene, [*SCENES, *HOUSEHOLD_SCENES])
    own = "kitchen" if task in first else household[task].scene
    if scene and scene != own:
        raise HomebodyError(f"task {task} plays in scene {own}, not in {scene}")
    robots = tuple(FIRST_ROBOTS) if task in first else household[task].robots
    if robot_named(robot).name not in robots:
        raise HomebodyError(f"task {task} is not for robot {robot}: expected {' or '.join(robots)}")
    return _kitchen(robot, own) if task in first else household_stage(own, robot)
