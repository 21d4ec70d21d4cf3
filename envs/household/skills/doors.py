"""Skills on hinged doors: pull by the handle along the door's arc, push shut."""

from __future__ import annotations

from collections.abc import Callable

from ....core.types import Goal
from ...experts.motion import Steps
from .base import HouseContext, drive_joint, push_joint

JOINTS = {"cupboard": "cupboard_door", "fridge": "fridge_door", "oven": "oven_door", "bread bin": "bread_bin_front"}
FOLLOW = {"oven_door": 1.0, "bread_bin_front": 1.0}
"""Share of the door's turn that the hand makes: a bar across the door turns the hand, an upright one turns in it."""


def _open(ctx: HouseContext, goal: Goal) -> Steps:
    joint = JOINTS[goal.target]
    return drive_joint(ctx, joint, 1.12, lead=0.22, follow=FOLLOW.get(joint, 0.5))


def _close(ctx: HouseContext, goal: Goal) -> Steps:
    joint = JOINTS[goal.target]
    fixture = ctx.world.names.fixtures[joint]
    if fixture.push_shut:
        return push_joint(ctx, joint, fixture.push_shut, 0.02, lead=0.22)
    return drive_joint(ctx, joint, 0.0, lead=0.22, follow=FOLLOW.get(joint, 0.5))


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    **{f"open_{n.replace(' ', '_')}": _open for n in JOINTS}, **{f"close_{n.replace(' ', '_')}": _close for n in JOINTS},
}  # fmt: skip
