"""The scenes of the household world, by name, and the tasks that play in them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import mujoco

from ..core.errors import HomebodyError, unknown
from ..core.robots import robot_named
from .house_stage import HouseholdStage
from .robots.panda import add_panda
from .robots.so101 import add_so101
from .rooms import bathroom, bedroom, care, first, kitchen
from .rooms.scene import Scene
from .sensors.registry import add_sensors
from .tasks import appliances, bottles, cloth, doors, drawers, grains, long, things
from .tasks import care as care_tasks
from .tasks import first as first_tasks
from .tasks.task import HouseholdTask

SCENES: dict[str, Scene] = {s.name: s for room in (first, kitchen, bathroom, bedroom, care) for s in room.SCENES}
FAMILIES = (first_tasks, things, drawers, doors, appliances, bottles, cloth, grains, care_tasks, long)
"""Modules with a tuple TASKS each."""
MIXES: Mapping[str, tuple[str, ...]] = {"first": tuple(t.name for t in first_tasks.TASKS)}
"""Names for several tasks of one scene that an environment can play, each episode one of them."""


@functools.cache
def household_tasks() -> Mapping[str, HouseholdTask]:
    """Every task, by name. Raises HomebodyError where two share one."""
    out: dict[str, HouseholdTask] = {}
    for task in (t for module in FAMILIES for t in module.TASKS):
        if task.name in out or task.name in MIXES:
            raise HomebodyError(f"two tasks are called {task.name!r}")
        out[task.name] = task
    return out


@functools.lru_cache(maxsize=6)
def household_stage(scene: str, robot: str, sensors: tuple[str, ...] = ()) -> HouseholdStage:
    """The stage of a scene with a robot and its `sensors` in it, built once per process. Raises HomebodyError for unknown names."""
    if scene not in SCENES:
        raise unknown("scene", scene, SCENES)
    definition, spot = SCENES[scene], SCENES[scene].mount[robot_named(robot).name]

    def add_robot(spec: mujoco.MjSpec) -> None:
        if robot == "panda":
            add_panda(spec)
            spec.body("link0").pos = [spot.x, spot.y, spot.z]
        else:
            add_so101(spec, position=(spot.x, spot.y, spot.z), yaw=spot.yaw)
        add_sensors(spec, sensors)

    tasks = {n: t for n, t in household_tasks().items() if t.scene == scene}
    mixes = {n: m for n, m in MIXES.items() if set(m) <= set(tasks)}
    return HouseholdStage(definition, tasks, robot_named(robot), add_robot, mixes)
