"""Knobs, tap, light switch, button and toaster of the household kitchen."""

from __future__ import annotations

from .fixtures import fixture_task, pair
from .predicates import SHOVE_N
from .task import HouseholdTask

TASKS: tuple[HouseholdTask, ...] = (
    *pair("turn_on_stove", "turn_off_stove", family="appliances", piece="hob", joint=lambda g: f"knob_{g.target}", horizon=540,
          label="{target}_burner", shut_at=(0.0, 0.03), open_at=(0.4, 0.9)),
    *pair("turn_on_tap", "turn_off_tap", family="appliances", piece="sink", joint=lambda _: "tap_lever", horizon=240, label="tap",
          shut_at=(0.0, 0.05), open_at=(0.75, 1.0), opens_N=SHOVE_N, shuts_N=SHOVE_N),
    *pair("switch_on_light", "switch_off_light", family="appliances", piece="light_switch", joint=lambda _: "switch_rocker", horizon=240,
          label="light", shut_at=(0.0, 0.0), open_at=(1.0, 1.0)),
    fixture_task("press_coffee_button", family="appliances", piece="coffee_machine", joint=lambda _: "coffee_button", opens=True, horizon=240,
                 label="coffee_button", start=(0.0, 0.0)),
    fixture_task("push_toaster_down", family="appliances", piece="toaster", joint=lambda _: "toaster_lever", opens=True, horizon=240,
                 label="toaster_lever", start=(0.0, 0.0)),
)  # fmt: skip
