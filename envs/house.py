"""The scenes of the household world, by name, and the tasks that play in them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ..core.table import Table
from .house_stage import HouseholdStage
from .objects.catalogue import THINGS
from .robots.table import ARMS, arm_named
from .rooms import bathroom, bedroom, care, first, kitchen
from .rooms.scene import Scene
from .sensors.registry import SENSORS
from .tasks import appliances, bottles, cloth, doors, drawers, grains, long, things
from .tasks import care as care_tasks
from .tasks import first as first_tasks
from .tasks.task import HouseholdTask

SCENES: Table[Scene] = Table("scene", ((s.name, s) for room in (first, kitchen, bathroom, bedroom, care) for s in room.SCENES))
FAMILIES = (first_tasks, things, drawers, doors, appliances, bottles, cloth, grains, care_tasks, long)
"""Modules with a tuple TASKS each."""
TASKS: Table[HouseholdTask] = Table("task", ((t.name, t) for module in FAMILIES for t in module.TASKS))
"""Every task, by name, those of the first room first. `registry.add_task` adds a user's own."""
MIXES: Mapping[str, tuple[str, ...]] = {"first": tuple(t.name for t in first_tasks.TASKS)}
"""Names for several tasks of one scene that an environment can play, each episode one of them."""


@ARMS.derived
@THINGS.derived
@TASKS.derived
@SCENES.derived
@SENSORS.derived
@functools.lru_cache(maxsize=6)
def household_stage(scene: str, robot: str, sensors: tuple[str, ...] = ()) -> HouseholdStage:
    """The stage of a scene with a robot and its `sensors` in it, built once per process. Raises HomebodyError for unknown names."""
    definition = SCENES.find(scene)
    tasks = {n: t for n, t in TASKS.items() if t.scene == scene}
    others = {n: t for n, t in TASKS.items() if t.scene == scene or not (definition.alone or SCENES[t.scene].alone)}
    mixes = {n: m for n, m in MIXES.items() if set(m) <= set(tasks)}
    return HouseholdStage(definition, tasks, arm_named(robot), mixes, sensors, others)
