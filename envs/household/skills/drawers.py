"""Skills on drawers: pull by the handle, push shut."""

from __future__ import annotations

from ....core.types import Goal
from ...experts.motion import Steps
from .base import HouseContext, drive_joint


def pull_drawer(ctx: HouseContext, goal: Goal) -> Steps:
    """Takes the handle and pulls."""
    return drive_joint(ctx, f"drawer_{goal.target}", 0.155, lead=0.06)


SKILLS = {"pull_drawer": pull_drawer}
