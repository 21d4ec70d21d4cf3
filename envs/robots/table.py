"""The arms of the house by name."""

from __future__ import annotations

from ...core.errors import unknown
from ...core.robots import ROBOTS, add_robot
from ...core.table import Table
from .arm import Arm
from .panda import PANDA_ARM
from .so101 import SO101_ARM

ARMS: Table[Arm] = Table("arm", {a.robot.name: a for a in (PANDA_ARM, SO101_ARM)})


def add_arm(arm: Arm) -> None:
    """Makes an arm from outside known to the house, its numbers to every room. Raises HomebodyError for a name that is taken."""
    ARMS.check_new(arm.robot.name)
    if ROBOTS.get(arm.robot.name) is not arm.robot:
        add_robot(arm.robot)
    ARMS.add(arm.robot.name, arm)


def arm_named(name: str) -> Arm:
    """The arm of a name; HomebodyError with the nearest names where there is none."""
    if name not in ARMS:
        raise unknown("robot", name, ARMS)
    return ARMS[name]
