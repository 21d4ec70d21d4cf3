"""Running episodes of a finished evaluation again: whether its records say what happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import HomebodyError
from ..datasets.workers import Crew, Units
from .protocol import EpisodeRecord
from .records import read_records
from .workers import Played, group_name

COMPARED: Mapping[str, Callable[[EpisodeRecord], Any]] = {
    "initial state": lambda r: r.certificate["initial_hash"],
    "instruction": lambda r: (r.instruction, r.heard),
    "actions": lambda r: r.actions,
    "final state": lambda r: r.certificate["final_hash"],
    "steps": lambda r: r.steps,
    "success": lambda r: r.success,
}
"""What has to be the same, the earliest in an episode first."""


def chosen(folder: Path, count: int, seed: int) -> list[EpisodeRecord]:
    """`count` of the episodes that were run to their end, drawn by `seed`; all of them for 0. Raises HomebodyError where there are none."""
    records = [r for r in read_records(folder) if not r.diverged]
    if not records:
        raise HomebodyError(f"{folder} holds no episode that was run to its end: nothing to run again")
    order = np.random.default_rng(seed).permutation(len(records))[: count or None]
    return [records[i] for i in sorted(order)]


def differences(then: EpisodeRecord, now: EpisodeRecord) -> list[str]:
    """What of COMPARED is not the same; records of before actions were hashed are compared without."""
    if now.diverged:
        return ["it broke in the simulator"]
    return [name for name, of in COMPARED.items() if of(then) != of(now) and not (name == "actions" and then.actions is None)]


def run_again(
    crew: Crew, records: Sequence[EpisodeRecord], progress: Callable[[int, str], None] = lambda done, label: None
) -> list[dict[str, Any]]:
    """Runs the episodes of `records` with `crew`, whose work is made as theirs was; those that differ: task, arm, index, what."""
    wanted, found = {r.key: r for r in records}, dict[tuple[str, str, int], list[str]]()
    groups: dict[str, list[int]] = {}
    for r in records:
        groups.setdefault(group_name(r.task, r.setting), []).append(r.index)

    def keep(group: str, _: int, played: Played) -> None:
        now = played.record
        found[now.key] = differences(wanted[now.key], now)
        progress(len(found), group)

    crew.run(Units(groups, keep))
    return [{"task": task, "arm": arm, "index": index, "what": what} for (task, arm, index), what in sorted(found.items()) if what]
