"""Paired comparison of two evaluations: the same initial states, two policies (or texts, or settings)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError
from ..core.statistics import mcnemar, minimum_detectable_difference, paired_bootstrap
from .records import read_records, read_settings

MUST_MATCH = ("split", "robot")
"""Settings that give (task, index) its meaning."""
LEVEL = 0.05


def compare(folder_a: Path, folder_b: Path) -> dict[str, Any]:
    """`difference` of the success rates (B minus A) over the pairs that both runs hold, with its bootstrap interval.

    `p` is McNemar's exact test, `mde` the true difference that this many pairs would show 8 times in 10. `verdict`:
    `better` or `worse` (B against A) where p < 0.05, else `undecided`.
    """
    a_settings, b_settings = read_settings(folder_a), read_settings(folder_b)
    for key in MUST_MATCH:
        if a_settings.get(key) != b_settings.get(key):
            raise HomebodyError(
                f"{folder_a} has {key} {a_settings.get(key)!r} and {folder_b} {b_settings.get(key)!r}: their episodes do not pair"
            )
    a = {r.key: r for r in read_records(folder_a) if not r.diverged}
    b = {r.key: r for r in read_records(folder_b) if not r.diverged}
    pairs = sorted(set(a) & set(b))
    if not pairs:
        raise HomebodyError(f"{folder_a} and {folder_b} share no episode (task and index): nothing to compare")
    differ = [k for k in pairs if a[k].certificate["model_hash"] != b[k].certificate["model_hash"]]
    won_a, won_b = [a[k].success for k in pairs], [b[k].success for k in pairs]
    only_a = sum(x and not y for x, y in zip(won_a, won_b, strict=True))
    only_b = sum(y and not x for x, y in zip(won_a, won_b, strict=True))
    difference, ci95 = paired_bootstrap(won_a, won_b, strata=[k[0] for k in pairs])
    p = mcnemar(only_a, only_b)
    rows = {}
    for task in sorted({k[0] for k in pairs}):
        mine = [k for k in pairs if k[0] == task]
        rows[task] = {"pairs": len(mine), "rate_a": sum(a[k].success for k in mine) / len(mine),
                      "rate_b": sum(b[k].success for k in mine) / len(mine)}  # fmt: skip
    return {
        "difference": difference, "ci95": list(ci95), "p": p,
        "verdict": "undecided" if p >= LEVEL else ("better" if only_b > only_a else "worse"),
        "mde": minimum_detectable_difference(len(pairs), only_a + only_b),
        "pairs": len(pairs), "only_a": only_a, "only_b": only_b, "unpaired": len(set(a) ^ set(b)),
        "rate_a": sum(won_a) / len(pairs), "rate_b": sum(won_b) / len(pairs), "tasks": rows,
        "different_models": len(differ), "policy_a": a_settings.get("policy"), "policy_b": b_settings.get("policy"),
    }  # fmt: skip
