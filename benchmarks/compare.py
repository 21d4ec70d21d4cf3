"""Paired comparison of two evaluations: the same initial states, two policies (or texts, or settings)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError
from ..core.statistics import paired_bootstrap
from .records import SUMMARY, read_records, read_settings
from .sweep import paired

MUST_MATCH = ("split", "robot")
"""Settings that give (task, index) its meaning."""
MAY_DIFFER: dict[str, Any] = {
    "policy": "", "fingerprint": "", "language": "nominal", "touch": "on", "think_ms": 0.0, "axes": {}, "randomize": "", "code": "",
}  # fmt: skip
"""Settings whose effect a comparison may be about, and what they are where a run's settings leave them out."""
LEVEL = 0.05
WORDS = {"better": "B is better", "worse": "B is worse", "undecided": "not distinguishable"}


def check_pairs(folder_a: Path, a: dict[str, Any], folder_b: Path, b: dict[str, Any]) -> None:
    """Raises HomebodyError where the two runs' settings give (task, index) different meanings."""
    for key in MUST_MATCH:
        if a.get(key) != b.get(key):
            raise HomebodyError(f"{folder_a} has {key} {a.get(key)!r} and {folder_b} {b.get(key)!r}: their episodes do not pair")


def verdict(p: float, only_a: int, only_b: int) -> str:
    """`better` or `worse` (B against A), or `undecided`."""
    return "undecided" if p >= LEVEL else ("better" if only_b > only_a else "worse")


def compare(folder_a: Path, folder_b: Path) -> dict[str, Any]:
    """`difference` of the success rates (B minus A) over the pairs that both runs hold, with its score interval.

    `credit` is the same for partial credit, with a bootstrap interval. `p` is McNemar's exact test, `mde` the true difference that this many pairs would show 8 times in 10. `verdict`:
    `better` or `worse` (B against A) where p < 0.05, else `undecided`. All of these are of the nominal arm, as the arms of a
    sweep repeat the same initial states; `arms` compares each perturbed arm that both runs hold.
    """
    a_settings, b_settings = read_settings(folder_a), read_settings(folder_b)
    check_pairs(folder_a, a_settings, folder_b, b_settings)
    a = {r.key: r for r in read_records(folder_a) if not r.diverged}
    b = {r.key: r for r in read_records(folder_b) if not r.diverged}
    shared = sorted(set(a) & set(b))
    pairs = [k for k in shared if not a[k].arm]
    total = paired([a[k] for k in pairs], [b[k] for k in pairs])
    if total is None:
        raise HomebodyError(f"{folder_a} and {folder_b} share no episode (task and index): nothing to compare")
    differ = [k for k in pairs if a[k].certificate["model_hash"] != b[k].certificate["model_hash"]]
    rows = {}
    for task in sorted({k[0] for k in pairs}):
        mine = [k for k in pairs if k[0] == task]
        rows[task] = {"pairs": len(mine), "rate_a": sum(a[k].success for k in mine) / len(mine),
                      "rate_b": sum(b[k].success for k in mine) / len(mine)}  # fmt: skip
    credit, credit_ci95 = paired_bootstrap([a[k].credit for k in pairs], [b[k].credit for k in pairs], strata=[k[0] for k in pairs])
    arms = {}
    for arm in dict.fromkeys(k[1] for k in shared if k[1]):
        mine = [k for k in shared if k[1] == arm]
        arms[arm] = paired([a[k] for k in mine], [b[k] for k in mine])
    stopped = [str(f) for f in (folder_a, folder_b) if _stopped_early(f)]
    both = {k: [s.get(k, usual) for s in (a_settings, b_settings)] for k, usual in MAY_DIFFER.items()}
    settings = {k: values for k, values in both.items() if values[0] != values[1]}
    return {
        **total, "credit": {"difference": credit, "ci95": list(credit_ci95)}, "verdict": verdict(total["p"], total["only_a"], total["only_b"]), "unpaired": len(set(a) ^ set(b)),
        "rate_a": sum(a[k].success for k in pairs) / len(pairs), "rate_b": sum(b[k].success for k in pairs) / len(pairs), "tasks": rows,
        "different_models": len(differ), "policy_a": a_settings.get("policy"), "policy_b": b_settings.get("policy"),
        "settings": settings, **({"arms": arms} if arms else {}), **({"early": stopped} if stopped else {}),
    }  # fmt: skip


def _stopped_early(folder: Path) -> bool:
    """Whether a run ended because a difference showed: its last episodes were not chosen blindly."""
    try:
        return bool(json.loads((folder / SUMMARY).read_text())["against"]["stopped_early"])
    except (OSError, ValueError, KeyError):
        return False


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"


def in_words(result: dict[str, Any]) -> list[str]:
    """What a comparison says, for people: the verdict first, and always what could have been seen."""
    low, high = result["ci95"]
    seen = f"{result['pairs']} pairs would show a difference of {100 * result['mde']:.1f} points 8 times in 10"
    lines = [
        f"{WORDS[result['verdict']]}: B minus A is {_points(result['difference'])} points (95 % interval {_points(low)} to "
        f"{_points(high)}), p = {result['p']:.3g}; {seen}"
    ]
    if result.get("stopped_early"):
        lines.append(
            f"stopped after {result['pairs']} of {result['planned']} pairs, look {result['looks']}: the p value is exact for that, the "
            "difference is likely a little overstated"
        )
    elif "early" in result:
        lines.append(f"{' and '.join(result['early'])} stopped early, when a difference showed: the summary there has the p value for that")
    for name, row in result.get("arms", {}).items():
        words = WORDS[verdict(row["p"], row["only_a"], row["only_b"])]
        low, high = row["ci95"]
        lines.append(
            f"{name}: {words}, {_points(row['difference'])} points ({_points(low)} to {_points(high)}), p = {row['p']:.3g}; "
            f"{row['pairs']} pairs would show {100 * row['mde']:.1f}"
        )
    apart = {k: v for k, v in result["settings"].items() if k not in ("policy", "fingerprint")}
    if apart:
        lines.append("the runs differ in " + ", ".join(f"{k} ({x or 'nominal'} and {y or 'nominal'})" for k, (x, y) in apart.items()))
    if result["unpaired"]:
        lines.append(f"{result['unpaired']} episodes are in one run only and were left out")
    if result["different_models"]:
        lines.append(f"the physics model differs in {result['different_models']} pairs: this compares houses as well as policies")
    return lines
