"""The language arms: the same initial states under other texts, to see whether the words decide what is done."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.errors import HomebodyError
from ..core.instructions import phrasings
from ..core.types import Goal
from ..envs.axes import AXES


@dataclass(frozen=True, kw_only=True)
class Instructed:
    """What is asked for in one episode."""

    goal: Goal
    """Decides success."""
    text: str
    """What the policy reads."""
    other: Goal | None = None
    """The goal that the state was made for, where another one is asked for."""


def _rng(task: str, index: int) -> np.random.Generator:
    """The same in every arm and at any batch size, so that runs can be paired."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([zlib.crc32(task.encode()), index])))


def _phrase(goal: Goal, split: str, rng: np.random.Generator) -> str:
    words = phrasings(goal, split)
    return words[int(rng.integers(len(words)))]


def _apart(goal: Goal, other: Goal) -> bool:
    """Whether doing one cannot pass through the other: lifting an apple is on the way to the bowl, so it proves nothing."""
    return goal != other and (goal.target != other.target or goal.task == other.task)


class NoRival(HomebodyError):
    """An episode whose state allows nothing but its own goal: there is no other instruction to give."""


def rivals(goal: Goal, valid: Sequence[Goal]) -> list[Goal]:
    """The goals that may be asked for in the place of `goal`."""
    return [g for g in valid if _apart(g, goal)]


def spoken(axes: Mapping[str, float]) -> bool:
    """Whether the environment changes what is said: an axis of language is on."""
    return any(value and name in AXES and AXES[name].family == "language" for name, value in axes.items())


def instruct(arm: str, task: str, index: int, goal: Goal, valid: Sequence[Goal], *, phrasing: float = 0.0) -> Instructed:
    """The goal and the text of episode `index` under `arm`; `goal` is the state's own, `valid` are all that it allows. In the
    nominal arm a share `phrasing` of the episodes has a held-out phrasing."""
    rng = _rng(task, index)
    if arm == "nominal":
        unusual = phrasing and _rng(f"phrasing {task}", index).random() < phrasing
        return Instructed(goal=goal, text=_phrase(goal, "heldout" if unusual else "train", rng))
    if arm == "heldout":
        return Instructed(goal=goal, text=_phrase(goal, "heldout", rng))
    if arm == "empty":
        return Instructed(goal=goal, text="")
    options = sorted(rivals(goal, valid), key=lambda g: (g.task, g.target, g.receptacle or ""))
    if not options:
        raise NoRival(f"episode {index} of {task!r} allows no instruction besides {goal.to_json()}")
    tasks = sorted({g.task for g in options})  # tasks are equally likely, as in training: there are more goals to put than to pull
    chosen = tasks[int(rng.integers(len(tasks)))]
    options = [g for g in options if g.task == chosen]
    swapped = options[int(rng.integers(len(options)))]
    return Instructed(goal=swapped, text=_phrase(swapped, "train", rng), other=goal)
