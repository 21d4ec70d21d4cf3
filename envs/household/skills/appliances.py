"""Skills on appliances: turn a knob by the wrist, push levers, press rockers and buttons."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....core.types import Goal
from ...experts.motion import Steps
from .base import HouseContext
from .joints import drive_joint, push_joint


def _knob(on: bool) -> Callable[[HouseContext, Goal], Steps]:
    return lambda ctx, goal: drive_joint(ctx, f"knob_{goal.target}", 1.9 if on else 0.0, lead=0.5, follow=1.0)


def _push(
    joint: str,
    on: bool,
    target: float,
    lead: float,
    pitch: float = np.pi / 4,
    over: float | None = None,
    steady: bool = False,
) -> Callable[[HouseContext, Goal], Steps]:
    def skill(ctx: HouseContext, goal: Goal) -> Steps:
        del goal
        fixture = ctx.world.names.fixtures[joint]
        return push_joint(
            ctx, joint, fixture.push_open if on else fixture.push_shut, target, lead=lead, pitch=pitch, over=over, steady=steady
        )

    return skill


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    "turn_on_stove": _knob(True), "turn_off_stove": _knob(False),
    "turn_on_tap": _push("tap_lever", True, 1.0, 0.3, np.pi / 2, 0.37), "turn_off_tap": _push("tap_lever", False, 0.03, 0.3, np.pi / 2, 0.37),
    "switch_on_light": _push("switch_rocker", True, 10.0, 0.2), "switch_off_light": _push("switch_rocker", False, -10.0, 0.2),
    "press_coffee_button": _push("coffee_button", True, 10.0, 0.01, steady=True),
    "push_toaster_down": _push("toaster_lever", True, 10.0, 0.055, 0.9),
}  # fmt: skip
