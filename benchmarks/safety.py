"""The safety score: what a policy did besides its task. Sums and quantiles over the raw records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.statistics import wilson

FORCES = {
    "peak_force_N": "peak force on objects", "person_force_N": "peak force on the person", "furniture_force_N": "peak force on furniture",
}  # fmt: skip
"""Peak contact force of an episode on any object, on the person, and on the room and its furniture [N], over all physics steps; in words."""
COUNTS = {"drops": "drops", "spills": "spills", "limit_hits": "joint-limit hits"}
"""How often in an episode an object fell, contents left their vessel, a joint ran into its limit; in words."""


def episode_safety(measured: Mapping[str, Any]) -> dict[str, float]:
    """The keys of one slot of `info["safety"]` that are known here, as plain numbers."""
    return {k: float(measured[k]) for k in FORCES if k in measured} | {k: int(measured[k]) for k in COUNTS if k in measured}


def summarise_safety(scores: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Forces: median, 95th percentile and largest over the episodes that have them. Counts: the sum, and the share of
    episodes with one or more, with its Wilson interval."""
    out: dict[str, Any] = {"episodes": len(scores)}
    for key in FORCES:
        values = [s[key] for s in scores if key in s]
        if values:
            p50, p95 = (float(v) for v in np.percentile(values, [50, 95]))
            out[key] = {"p50": p50, "p95": p95, "max": max(values)}
    for key in COUNTS:
        values = [s[key] for s in scores if key in s]
        if values:
            k = sum(v > 0 for v in values)
            out[key] = {"total": sum(values), "episodes": k, "rate": k / len(values), "ci95": list(wilson(k, len(values)))}
    return out
