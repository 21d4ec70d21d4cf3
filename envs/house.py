"""The scenes of the household world, by name, and the tasks that play in them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import mujoco

from ..core.errors import unknown
from ..core.robots import robot_named
from .house_stage import HouseholdStage
from .robots.panda import add_panda
from .robots.so101 import add_so101
from .rooms import bathroom, bedroom, care, kitchen
from .rooms.scene import Scene
from .tasks import appliances, bottles, cloth, doors, drawers, grains, long, things
from .tasks import care as care_tasks
from .tasks.task import HouseholdTask

SCENES: dict[str, Scene] = {s.name: s for room in (kitchen, bathroom, bedroom, care) for s in room.SCENES}
FAMILIES = (things, drawers, doors, appliances, bottles, cloth, grains, care_tasks, long)
"""Modules with a tuple TASKS each."""


@functools.cache
def household_tasks() -> Mapping[str, HouseholdTask]:
    """Every task of the household world, by name."""
    return {t.name: t for module in FAMILIES for t in module.TASKS}


@functools.lru_cache(maxsize=6)
def household_stage(scene: str, robot: str) -> HouseholdStage:
    """The stage of a scene with a robot in it, built once per process. Raises HomebodyError for unknown names."""
    if scene not in SCENES:
        raise unknown("scene", scene, SCENES)
    definition, spot = SCENES[scene], SCENES[scene].mount[robot_named(robot).name]

    def add_robot(spec: mujoco.MjSpec) -> None:
        if robot == "panda":
            add_panda(spec)
            spec.body("link0").pos = [spot.x, spot.y, spot.z]
        else:
            add_so101(spec, position=(spot.x, spot.y, spot.z), yaw=spot.yaw)

    tasks = {n: t for n, t in household_tasks().items() if t.scene == scene}
    return HouseholdStage(definition, tasks, robot_named(robot), add_robot, household_tasks())
