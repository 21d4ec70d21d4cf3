"""Which scene a task plays in: one stage per scene and robot, built once per process."""

from __future__ import annotations

import functools

from ..core.errors import unknown
from .initial import task_goals
from .kitchen_stage import KitchenStage
from .model import SCENES, house_model
from .stage import Stage


@functools.lru_cache(maxsize=8)
def _kitchen(robot: str, scene: str) -> KitchenStage:
    return KitchenStage(house_model(robot, scene))


def find_stage(task: str, robot: str, scene: str = "") -> Stage:
    """The stage of a task. Raises HomebodyError for unknown names and for a scene that is not the task's."""
    task_goals(task)
    if scene and scene not in SCENES:
        raise unknown("scene", scene, SCENES)
    return _kitchen(robot, scene or "kitchen")


