"""Drawers of the household kitchen."""

from __future__ import annotations

from .fixtures import pair
from .predicates import SHOVE_N
from .task import HouseholdTask

TASKS: tuple[HouseholdTask, ...] = (
    *pair("open_chest_drawer", "close_chest_drawer", family="drawers", piece="chest", joint=lambda g: f"drawer_{g.target}", horizon=240,
          label="{target}_chest_drawer", shut_at=(0.0, 0.1), open_at=(0.55, 0.9), shuts_N=SHOVE_N),
    *pair("open_cutlery_drawer", "close_cutlery_drawer", family="drawers", piece="cutlery", joint=lambda _: "cutlery_drawer", horizon=240,
          label="cutlery_drawer", shut_at=(0.0, 0.1), open_at=(0.55, 0.9), shuts_N=SHOVE_N),
)  # fmt: skip
