"""How the sentences of one household task are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What this task calls its targets and receptacles, where that is not what everybody calls them."""
    instead: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    """Receptacle -> its own training and held-out templates."""

    def templates(self, goal: Goal, split: str) -> tuple[str, ...]:
        """What is said of a goal in a split, `train` or `heldout`."""
        train, heldout = self.instead.get(goal.receptacle or "", (self.train, self.heldout))
        return train if split == "train" else heldout

    def nouns(self, name: str, everybody: tuple[str, ...]) -> tuple[str, ...]:
        """What targets and receptacles of this name are called; `everybody` calls them so elsewhere."""
        return self.words.get(name, everybody)

    def __post_init__(self) -> None:
        name = self.goals[0].task
        if len(self.train) < TRAIN_LEAST or len(self.heldout) < HELDOUT_LEAST:
            raise HomebodyError(f"{name} has {len(self.train)} training and {len(self.heldout)} held-out phrasings: expected 10 and 5")
        if set(self.train) & set(self.heldout):
            raise HomebodyError(f"{name} has phrasings in both splits: {sorted(set(self.train) & set(self.heldout))}")


def goals(task: str, *targets: str, receptacles: tuple[str | None, ...] = (None,)) -> tuple[Goal, ...]:
    """Every combination of targets and receptacles as goals of a task."""
    return tuple(Goal(task=task, target=t, receptacle=r) for t in targets for r in receptacles)
