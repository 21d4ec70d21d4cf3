"""Skills on drawers: pull by the handle, push shut."""

from __future__ import annotations

from ...core.types import Goal
from .base import HouseContext
from .joints import drive_joint, push_joint
from .motion import Steps


def _joint(goal: Goal) -> str:
    return "cutlery_drawer" if goal.target == "cutlery" else f"drawer_{goal.target}"


def push_shut(ctx: HouseContext, joint: str, *, stay: bool = True) -> Steps:
    """Pushes the front shut with closed fingers."""
    return push_joint(ctx, joint, f"{joint}_push", 0.005, lead=0.05, off=0.09, stay=stay)


def pull_drawer(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the handle and pulls."""
    return drive_joint(ctx, _joint(goal), 0.155, lead=0.06)


def push_drawer(ctx: HouseContext, goal: Goal) -> Steps:
    return push_shut(ctx, _joint(goal))


SKILLS = {
    "open_chest_drawer": pull_drawer, "open_cutlery_drawer": pull_drawer, "close_chest_drawer": push_drawer, "close_cutlery_drawer": push_drawer,
}  # fmt: skip
