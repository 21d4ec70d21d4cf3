"""Which scene a task plays in: one stage per scene and robot, built once per process."""

from __future__ import annotations

from ..core.errors import HomebodyError
from ..core.robots import ROBOTS
from .arguments import choice
from .house import MIXES, SCENES, TASKS, household_stage
from .house_stage import HouseholdStage


def find_stage(task: str, robot: str, scene: str = "", sensors: tuple[str, ...] = ()) -> HouseholdStage:
    """The stage of a task, or of a mix of one scene's tasks, with what `sensors` (names of those that add something) add to its model.
    Raises HomebodyError for unknown names, and for a scene or a robot that is not the task's."""
    choice("task", task, sorted([*MIXES, *TASKS]))
    choice("robot", robot, ROBOTS)
    if scene != "":
        choice("scene", scene, SCENES)
    members = [TASKS[t] for t in MIXES.get(task, (task,))]
    own = members[0].scene
    if scene not in ("", own):
        raise HomebodyError(f"task {task} plays in scene {own}, not in {scene}")
    for member in members:
        if robot not in member.robots:
            raise HomebodyError(f"task {member.name} is not for robot {robot}: expected {', '.join(member.robots)}")
    return household_stage(own, robot, sensors)
