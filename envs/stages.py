"""Which scene a task plays in: one stage per scene and robot, built once per process."""

from __future__ import annotations

import functools

from ..core.errors import HomebodyError
from ..core.instructions import all_goals
from ..core.robots import ROBOTS
from .arguments import choice
from .first.initial import ALL_TASKS
from .first.model import ROBOTS as KITCHEN_ROBOTS
from .first.model import SCENES, house_model
from .first.stage import KitchenStage
from .house import SCENES as HOUSEHOLD_SCENES
from .house import household_stage, household_tasks
from .stage import Stage


@functools.lru_cache(maxsize=4)
def _kitchen(robot: str, scene: str, sensors: tuple[str, ...]) -> KitchenStage:
    return KitchenStage(house_model(robot, scene, sensors))


def find_stage(task: str, robot: str, scene: str = "", sensors: tuple[str, ...] = ()) -> Stage:
    """The stage of a task, with what `sensors` (names of those that add something) add to its model. Raises HomebodyError for unknown names, and for a scene or a robot that is not the task's."""
    first = {g.task for g in all_goals()} | {ALL_TASKS}
    household = household_tasks()
    choice("task", task, sorted([*first, *household]))
    choice("robot", robot, ROBOTS)
    if scene != "":
        choice("scene", scene, [*SCENES, *HOUSEHOLD_SCENES])
    own, robots = ("kitchen", tuple(KITCHEN_ROBOTS)) if task in first else (household[task].scene, household[task].robots)
    if scene not in ("", own):
        raise HomebodyError(f"task {task} plays in scene {own}, not in {scene}")
    if robot not in robots:
        raise HomebodyError(f"task {task} is not for robot {robot}: expected {', '.join(robots)}")
    return _kitchen(robot, own, sensors) if task in first else household_stage(own, robot, sensors)
