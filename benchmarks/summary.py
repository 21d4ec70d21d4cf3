"""Rates and intervals, computed from nothing but the raw records."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.statistics import mean_rate, wilson
from .protocol import EpisodeRecord
from .safety import summarise_safety
from .sweep import summarise_sweep

Summary = dict[str, Any]
"""The content of `summary.json`."""


def rate_of(outcomes: Sequence[bool]) -> dict[str, Any]:
    """`successes`, `rate` (None without outcomes) and Wilson's `ci95`."""
    n, k = len(outcomes), sum(outcomes)
    return {"successes": k, "rate": k / n if n else None, "ci95": list(wilson(k, n))}


def summarise_task(records: Sequence[EpisodeRecord]) -> dict[str, Any]:
    """One task's row. Diverged episodes are failures of the simulator: counted apart, in no rate."""
    valid = [r for r in records if not r.diverged]
    row: dict[str, Any] = {"episodes": len(valid), **rate_of([r.success for r in valid])}
    row["credit"] = sum(r.credit for r in valid) / len(valid) if valid else None
    row["steps"] = sum(r.steps for r in valid) / len(valid) if valid else None
    solved = [r.seconds for r in valid if r.success]
    row["seconds"] = sum(solved) / len(solved) if solved else None  # to success, of the successful ones
    skipped = sum(r.skipped is not None for r in records)
    row["diverged"] = len(records) - len(valid) - skipped
    if skipped:
        row["skipped"] = skipped
    if faults := sum(r.fault is not None for r in records):
        row["faults"] = faults
    if scores := [r.safety for r in valid if r.safety]:
        row["safety"] = summarise_safety(scores)
    if any(r.other is not None for r in valid):
        row["other"] = rate_of([bool(r.other_success) for r in valid])
    goals = sorted({tuple(str(v) for v in r.goal.values() if v) for r in valid})
    row["goals"] = {
        " ".join(g): {"episodes": len(mine), "successes": sum(r.success for r in mine)}
        for g in goals
        if (mine := [r for r in valid if tuple(str(v) for v in r.goal.values() if v) == g])
    }
    return row


def _mean(rows: Sequence[Mapping[str, Any]], key: str | None = None) -> dict[str, Any]:
    parts = [r if key is None else r[key] for r in rows]
    mean, ci95 = mean_rate([p["successes"] for p in parts], [r["episodes"] for r in rows])
    return {"mean": None if math.isnan(mean) else mean, "mean_ci95": list(ci95)}


def plan_in_words(summary: Mapping[str, Any]) -> str:
    """What a reader has to know where a run is not what was planned; "" where it is."""
    plan = summary.get("plan", {})
    if "extended" in plan:
        more = ", then ".join(f"{e['to']} after {e['after']} were seen" for e in plan["extended"])
        return f" {plan['episodes']} episodes a task were planned, extended to {more}: an interval does not know of that."
    if plan and plan["shown"] < plan["episodes"]:
        return f" {plan['episodes']} episodes a task were planned; this shows the first {plan['shown']}."
    return ""


def summarise(records: Sequence[EpisodeRecord], tasks: Sequence[str], settings: Mapping[str, Any]) -> Summary:
    """`tasks: {name: {episodes, successes, rate, ci95, credit, ...}}`, `mean` of the tasks' rates, `engine`, `policy`.

    These are of the nominal arm. What perturbed arms did is in `sweep` (see `sweep.summarise_sweep`).
    """
    mine = {t: [r for r in records if r.task == t and not r.arm] for t in tasks}
    rows = {t: summarise_task(m) for t, m in mine.items() if m}
    certificates = [r.certificate for m in mine.values() for r in m if r.certificate]
    out: Summary = {"tasks": rows, **_mean(list(rows.values()))}
    if rows and all("other" in r for r in rows.values()):
        out["other"] = _mean(list(rows.values()), "other")
    thoughts = [d for m in mine.values() for r in m for d in r.decisions or ()]
    if thoughts:
        times = np.array([d[0] for d in thoughts])
        p50, p95, p99 = (float(v) for v in np.percentile(times, [50, 95, 99]))
        out["thinking"] = {
            "decisions": len(thoughts),
            "ms": {"p50": p50, "p95": p95, "p99": p99},
            "changed": sum(bool(d[2]) for d in thoughts),
        }
    out["episodes"] = sum(r["episodes"] for r in rows.values())
    out["diverged"] = sum(r["diverged"] for r in rows.values())
    if skipped := sum(r.get("skipped", 0) for r in rows.values()):
        out["skipped"] = skipped
    out["engine"] = ", ".join(sorted({str(c["engine"]) for c in certificates}))
    out["model_hash"] = ", ".join(sorted({str(c["model_hash"]) for c in certificates}))
    if sweep := summarise_sweep([r for r in records if r.task in tasks], tasks):
        out["sweep"] = sweep
    out["touch"], out["axes"] = settings.get("touch", "on"), dict(settings.get("axes", {}))
    return {**out, **{k: settings[k] for k in ("policy", "fingerprint", "robot", "split", "language", "seed")}}
