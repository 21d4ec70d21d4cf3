"""Skills on hinged doors: pull by the handle along the door's arc, push shut from outside."""

from __future__ import annotations

from collections.abc import Callable

from ...core.types import Goal
from .base import HouseContext
from .joints import drive_joint, push_joint
from .motion import Steps

JOINTS = {"cupboard": "cupboard_door", "fridge": "fridge_door"}
OVER = {"cupboard_door": 0.48, "fridge_door": 0.53}
"""Heights at which the hand passes over a leaf to its outer side [m]."""


def open_door(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the bar and pulls: an upright bar turns in the hand, which follows half the door's turn."""
    return drive_joint(ctx, JOINTS[goal.target], 1.12, lead=0.22, follow=0.5)


def close_door(ctx: HouseContext, goal: Goal) -> Steps:
    """Passes over the leaf and pushes it from its outer side."""
    joint = JOINTS[goal.target]
    return push_joint(ctx, joint, f"{joint}_push", 0.02, lead=0.22, off=0.09, over=OVER[joint])


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    **{f"open_{n}": open_door for n in JOINTS}, **{f"close_{n}": close_door for n in JOINTS},
}  # fmt: skip
