"""Skills on the tasks of the first room."""

from __future__ import annotations

from ...core.types import Goal
from .base import HouseContext
from .drawers import push_shut
from .joints import drive_joint, push_joint
from .motion import Steps
from .things import hold_role_up, into_bin, into_cavity

OVER_M = 0.36
"""Height at which the hand passes over the microwave's leaf to its outer side [m]."""


def open_drawer(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the handle and pulls."""
    return drive_joint(ctx, f"drawer_{goal.target}", 0.155, lead=0.06)


def close_drawer(ctx: HouseContext, goal: Goal) -> Steps:
    """Pushes the front shut."""
    return push_shut(ctx, f"drawer_{goal.target}")


def open_microwave(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the bar and pulls; the hand follows half the door's turn."""
    del goal
    return drive_joint(ctx, "microwave_door", 1.12, lead=0.22, follow=0.5)


def close_microwave(ctx: HouseContext, goal: Goal) -> Steps:
    """Passes over the leaf and pushes it from its outer side."""
    del goal
    return push_joint(ctx, "microwave_door", "microwave_door_push", 0.02, lead=0.22, off=0.09, over=OVER_M)


def pick_up(ctx: HouseContext, goal: Goal) -> Steps:
    """Holds the thing up."""
    return hold_role_up(ctx, goal.target)


def put_in(ctx: HouseContext, goal: Goal) -> Steps:
    """Puts the thing into the bowl or drops it into the bin."""
    return into_bin(ctx, goal.target) if goal.receptacle == "bin" else into_cavity(ctx, goal.target, "bowl")


SKILLS = {
    "open_drawer": open_drawer, "close_drawer": close_drawer, "open_microwave": open_microwave, "close_microwave": close_microwave,
    "pick_up": pick_up, "put_in": put_in,
}  # fmt: skip
