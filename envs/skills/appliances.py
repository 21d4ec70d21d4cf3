"""Skills on appliances: turn a knob by the wrist, push levers, press rockers and buttons."""

from __future__ import annotations

from collections.abc import Callable

from ...core.types import Goal
from .base import HouseContext
from .joints import drive_joint, push_joint
from .motion import Steps


def turn_knob(ctx: HouseContext, burner: str, *, on: bool, stay: bool = True) -> Steps:
    """Turns a knob of the stove by the wrist."""
    return drive_joint(ctx, f"knob_{burner}", 1.9 if on else 0.0, lead=0.5, follow=1.0, stay=stay)


def press_coffee_button(ctx: HouseContext) -> Steps:
    """Presses the coffee machine's button for good."""
    return push_joint(ctx, "coffee_button", "coffee_button_push", 10.0, lead=0.01, steady=True)


def switch_light_off(ctx: HouseContext) -> Steps:
    """Presses the light switch's rocker to off."""
    return push_joint(ctx, "switch_rocker", "switch_off_push", -10.0, lead=0.2)


def _push(joint: str, on: bool, target: float, lead: float, over: float | None = None) -> Callable[[HouseContext, Goal], Steps]:
    def skill(ctx: HouseContext, goal: Goal) -> Steps:
        del goal
        fixture = ctx.world.names.fixtures[joint]
        return push_joint(ctx, joint, fixture.push_open if on else fixture.push_shut, target, lead=lead, over=over)

    return skill


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    "turn_on_stove": lambda ctx, goal: turn_knob(ctx, goal.target, on=True), "turn_off_stove": lambda ctx, goal: turn_knob(ctx, goal.target, on=False),
    "turn_on_tap": _push("tap_lever", True, 1.0, 0.3, 0.37), "turn_off_tap": _push("tap_lever", False, 0.03, 0.3, 0.37),
    "switch_on_light": _push("switch_rocker", True, 10.0, 0.2), "switch_off_light": lambda ctx, goal: switch_light_off(ctx),
    "press_coffee_button": lambda ctx, goal: press_coffee_button(ctx),
    "push_toaster_down": _push("toaster_lever", True, 10.0, 0.055),
}  # fmt: skip
