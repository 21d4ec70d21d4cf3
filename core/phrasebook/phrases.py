"""How the sentences of one household task are written down."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import HomebodyError
from ..types import Goal

TRAIN_LEAST, HELDOUT_LEAST = 10, 5
"""Fewest templates of a task in each split."""


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """Templates of one task: `{target}` and `{receptacle}` stand for nouns. Training and held-out ones share none."""

    goals: tuple[Goal, ...]
    """Everything that the task can be asked for."""
    train: tuple[str, ...]
    """The canonical one first."""
    heldout: tuple[str, ...]

    def __post_init__(self) -> None:
        name = self.goals[0].task
        if len(self.train) < TRAIN_LEAST or len(self.heldout) < HELDOUT_LEAST:
            raise HomebodyError(f"{name} has {len(self.train)} training and {len(self.heldout)} held-out phrasings: expected 10 and 5")
        if set(self.train) & set(self.heldout):
            raise HomebodyError(f"{name} has phrasings in both splits: {sorted(set(self.train) & set(self.heldout))}")


def goals(task: str, *targets: str, receptacles: tuple[str | None, ...] = (None,)) -> tuple[Goal, ...]:
    """Every combination of targets and receptacles as goals of a task."""
    return tuple(Goal(task=task, target=t, receptacle=r) for t in targets for r in receptacles)
