"""Evaluating against a finished run on its very episodes, stopping as soon as the sequential test decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError
from ..core.sequential import SequentialConfig, SequentialMcNemar
from .compare import check_pairs, compare
from .protocol import EpisodeRecord
from .records import read_records, read_settings
from .sweep import discordant, outcomes, paired
from .tasksets import in_order

LOOKS = 10
"""How often the sequential test looks at most: after each tenth of the episodes of every task."""
Unit = tuple[str, int]
"""Task and index."""


class Rival:
    """A finished run that another policy is compared with, pair by pair."""

    def __init__(self, folder: Path, *, tasks: Sequence[str] = (), episodes: int | None = None, stop_early: bool = False) -> None:
        """`tasks` and `episodes` (the first ones of each task) narrow what is compared; by default all that `folder` holds.

        Raises HomebodyError where the folder does not hold what is asked for.
        """
        self.folder, self.stop_early = folder, stop_early
        self.settings = read_settings(folder)
        records = [r for r in read_records(folder) if not r.arm]
        there = in_order(r.task for r in records)
        for task in tasks:
            if task not in there:
                raise HomebodyError(f"{folder} holds no episode of {task!r}: expected some of {', '.join(there)}")
        self.tasks = tuple(tasks or there)
        self._records: dict[Unit, EpisodeRecord] = {(r.task, r.index): r for r in records}
        self.indices = {t: sorted(r.index for r in records if r.task == t)[:episodes] for t in self.tasks}
        if not any(self.indices.values()):
            raise HomebodyError(f"{folder} holds no finished episode: expected a finished run to compare with")
        for task, indices in self.indices.items():
            if episodes is not None and len(indices) < episodes:
                raise HomebodyError(f"{folder} holds {len(indices)} episodes of {task!r}: expected at least the {episodes} asked for")
        longest = max(map(len, self.indices.values()))
        size = -(-longest // LOOKS)
        self.parts = [{t: n[i : i + size] for t, n in self.indices.items()} for i in range(0, longest, size)]
        """The episodes between two looks of the test."""
        self._looked = 0
        self._test = SequentialMcNemar(SequentialConfig(pairs=max(1, self._sound(self._all(self.parts)))))

    @staticmethod
    def _all(parts: Sequence[Mapping[str, Sequence[int]]]) -> list[Unit]:
        return [(t, n) for part in parts for t, indices in part.items() for n in indices]

    def _sound(self, units: Sequence[Unit]) -> int:
        return sum(not self._records[u].diverged for u in units)

    def decides(self, records: Sequence[EpisodeRecord]) -> bool:
        """Looks at every part that is finished by now, in order: whether the difference is shown, and the rest may be saved.

        The answer depends on outcomes alone, not on the order in which workers finish.
        """
        mine = {(r.task, r.index): r for r in records if not r.arm}
        while not self._test.decided and self._looked < len(self.parts) and all(u in mine for u in self._all([self.parts[self._looked]])):
            self._looked += 1
            tasks, won_a, won_b = outcomes(*self._sides(mine))
            self._test.look(len(tasks), *discordant(won_a, won_b), last=self._looked == len(self.parts))
        return self._test.decided

    def _sides(self, mine: Mapping[Unit, EpisodeRecord]) -> tuple[list[EpisodeRecord], list[EpisodeRecord]]:
        """A's and B's records of what was looked at."""
        units = self._all(self.parts[: self._looked])
        return [self._records[u] for u in units], [mine[u] for u in units]

    def result(self, folder: Path, records: Sequence[EpisodeRecord]) -> dict[str, Any] | None:
        """What `compare` says of the two runs; where the test may stop early its own p value and verdict, over the pairs that it
        looked at. None while there is nothing to compare."""
        mine = {(r.task, r.index): r for r in records if not r.arm}
        if not any(not r.diverged and not self._records[u].diverged for u, r in mine.items() if u in self._records):
            return None
        out = {"folder": str(self.folder), **compare(self.folder, folder)}
        if not self.stop_early:
            return out
        self.decides(records)
        pair = paired(*self._sides(mine))
        if pair is None:
            return None
        verdict, (low, high) = self._verdict(pair), pair["ci95"]
        return {
            **{k: v for k, v in out.items() if k != "early"}, **pair, "p": self._test.p, "verdict": verdict,
            "ci95": [min(low, 0.0), max(high, 0.0)] if verdict == "undecided" else [low, high],  # as the p value has it
            "planned": self._sound(self._all(self.parts)), "looks": self._test.looks,
            "stopped_early": self._test.decided and self._looked < len(self.parts), "unpaired": 0,
        }  # fmt: skip

    def _verdict(self, pair: Mapping[str, Any]) -> str:
        if not self._test.decided:
            return "undecided"
        return "better" if pair["only_b"] > pair["only_a"] else "worse"

    def check(self, settings: Mapping[str, Any], folder: Path) -> None:
        """Raises HomebodyError where a run of `settings` would not pair."""
        check_pairs(self.folder, self.settings, folder, dict(settings))
