"""Dose and response: what the raw records of a sweep say about each axis, each arm paired with the nominal one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.statistics import mcnemar, mean_rate, minimum_detectable_difference, paired_difference, wilson
from ..envs.axes import AXES
from .arms import NOMINAL, Arm
from .protocol import EpisodeRecord

Records = Sequence[EpisodeRecord]


def outcomes(a: Records, b: Records) -> tuple[list[str], list[bool], list[bool]]:
    """Tasks and the two successes of the episodes (task and index) that both hold and that broke in neither."""
    mine = {(r.task, r.index): r.success for r in a if not r.diverged}
    other = {(r.task, r.index): r.success for r in b if not r.diverged}
    keys = sorted(set(mine) & set(other))
    return [k[0] for k in keys], [mine[k] for k in keys], [other[k] for k in keys]


def discordant(won_a: Sequence[bool], won_b: Sequence[bool]) -> tuple[int, int]:
    """Pairs that only A won, and that only B won."""
    both = list(zip(won_a, won_b, strict=True))
    return sum(x and not y for x, y in both), sum(y and not x for x, y in both)


def paired(a: Records, b: Records) -> dict[str, Any] | None:
    """B minus A over their `outcomes`; None without any.

    `difference` of the success rates with its score interval, McNemar's `p`, and `mde`, the true difference that this many
    pairs would show 8 times in 10.
    """
    tasks, won_a, won_b = outcomes(a, b)
    if not tasks:
        return None
    only_a, only_b = discordant(won_a, won_b)
    difference, ci95 = paired_difference(len(tasks), only_a, only_b)
    return {
        "pairs": len(tasks), "only_a": only_a, "only_b": only_b, "difference": difference, "ci95": list(ci95),
        "p": mcnemar(only_a, only_b), "mde": minimum_detectable_difference(len(tasks), only_a + only_b),
    }  # fmt: skip


def _point(records: Records) -> dict[str, Any]:
    """Counts and Wilson's interval of one task at one level."""
    valid = [r for r in records if not r.diverged]
    k, n = sum(r.success for r in valid), len(valid)
    return {
        "episodes": n,
        "successes": k,
        "rate": k / n if n else None,
        "ci95": list(wilson(k, n)),
        "diverged": sum(r.diverged and r.skipped is None for r in records),
    }


def _identical(a: Records, b: Records) -> int:
    """Episodes that ended in the same physics state in both, to the last bit: what was changed did not matter at all."""
    ends = {(r.task, r.index): r.certificate["final_hash"] for r in a if not r.diverged}
    return sum(ends.get((r.task, r.index)) == r.certificate["final_hash"] for r in b if not r.diverged)


def _against(nominal: Records, records: Records) -> dict[str, Any] | None:
    pair = paired(nominal, records)
    return pair and {**pair, "identical": _identical(nominal, records)}


def _level(records: Records, nominal: Records, tasks: Sequence[str], arm: Arm) -> dict[str, Any]:
    """All tasks at one level: the mean of their rates, and the difference from the nominal arm."""
    mine: dict[str, list[EpisodeRecord]] = {t: [] for t in tasks}
    for r in records:
        mine[r.task].append(r)
    rows = {t: _point(m) for t, m in mine.items() if m}
    valid = [r for r in records if not r.diverged]
    mean, ci95 = mean_rate([r["successes"] for r in rows.values()], [r["episodes"] for r in rows.values()])
    return {
        "level": arm.level, "value": arm.value, "rate": mean if valid else None, "ci95": list(ci95),
        "episodes": len(valid), "successes": sum(r.success for r in valid), "diverged": sum(r.diverged and r.skipped is None for r in records),
        "credit": sum(r.credit for r in valid) / len(valid) if valid else None,
        "against_nominal": _against(nominal, records) if arm.axis else None, "tasks": rows,
    }  # fmt: skip


def summarise_sweep(records: Records, tasks: Sequence[str]) -> dict[str, Any]:
    """`axes: {name: {unit, levels: [{level, value, rate, ci95, against_nominal, tasks: {...}}]}}`, and `ranking`: the axes in
    the order of how many successes they cost from level 0 to their hardest level; empty where nothing was swept.

    `records` are of `tasks` only.
    """
    mine: dict[Arm, list[EpisodeRecord]] = {NOMINAL: []}
    for r in records:
        mine.setdefault(r.setting, []).append(r)
    arms = sorted((a for a in mine if a.axis), key=lambda a: (a.axis, a.level, a.value))
    if not arms:
        return {}
    axes: dict[str, Any] = {}
    for name in (a for a in AXES if any(arm.axis == a for arm in arms)):
        axis = AXES[name]
        nominal = Arm(axis="", level=0, value=axis.nominal)
        axes[name] = {
            "unit": axis.unit, "family": axis.family, "help": axis.help,
            "levels": [_level(mine[a] if a.axis else mine[NOMINAL], mine[NOMINAL], tasks, a) for a in (nominal, *(a for a in arms if a.axis == name))],
        }  # fmt: skip
    return {"axes": axes, "ranking": _ranking(axes)}


def _ranking(axes: dict[str, Any]) -> list[dict[str, Any]]:
    """The drop in success from nominal to the hardest level with pairs, its interval, and whether it is more than chance."""
    rows = []
    for name, axis in axes.items():
        last = next((level for level in reversed(axis["levels"]) if level["against_nominal"]), None)
        if last is None:
            continue
        pair = last["against_nominal"]
        low, high = pair["ci95"]
        rows.append({
            "axis": name, "level": last["level"], "value": last["value"], "drop": -pair["difference"], "ci95": [-high, -low],
            "p": pair["p"], "mde": pair["mde"], "pairs": pair["pairs"], "identical": pair["identical"],
        })  # fmt: skip
    return sorted(rows, key=lambda r: (-r["drop"], r["p"], r["axis"]))
