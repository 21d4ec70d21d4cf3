"""The model of instructions at run time: a text -> how probable each goal is, and each kind of text that asks for none. NumPy alone.

Several small networks vote: hashed features of the words (Joulin et al. 2017) are summed, one hidden layer, and three answers: which task or
kind, which target, which receptacle. A goal's probability is the product; a thing that goes with no goal has no probability to give.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save

from ..errors import HomebodyError
from ..files import CONFIG_FILE, MODEL_FILE, write_bytes, write_text
from ..types import Goal
from .corpus import ALIKE, KINDS
from .words import BUCKETS, Names, Vocabulary, read, spelled_out

KIND = "homebody-listener"
NOTHING = "-"
"""The target or receptacle of a text that names none that fits."""


@dataclass(frozen=True)
class Labels:
    """What the three answers choose between."""

    tasks: tuple[str, ...]
    """Tasks, then KINDS."""
    targets: tuple[str, ...]
    """NOTHING first."""
    receptacles: tuple[str, ...]

    @staticmethod
    def of(goals: Sequence[Goal]) -> Labels:
        return Labels(
            (*dict.fromkeys(g.task for g in goals), *KINDS), (NOTHING, *sorted({g.target for g in goals})),
            (NOTHING, *sorted({g.receptacle for g in goals if g.receptacle})),
        )  # fmt: skip

    @property
    def sizes(self) -> tuple[int, int, int]:
        return len(self.tasks), len(self.targets), len(self.receptacles)


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What one text may mean."""

    goals: tuple[Goal, ...]
    chances: np.ndarray
    """(goals,) probability of each."""
    kinds: dict[str, float]
    """Probability of each kind of text that asks for no one goal."""

    def likeliest(self, count: int, among: Collection[Goal] | None = None) -> list[tuple[Goal, float]]:
        """So many goals with their probability, best first; of those `among` which they have to be, where not all are possible."""
        ranked = ((self.goals[i], float(self.chances[i])) for i in np.argsort(-self.chances, kind="stable"))
        return list(itertools.islice((o for o in ranked if among is None or o[0] in among), count))

    def of(self, goal: Goal) -> float:
        """The probability of one goal; 0 for any that the model does not know."""
        return float(self.chances[self.goals.index(goal)]) if goal in self.goals else 0.0

    @property
    def best(self) -> tuple[Goal, float]:
        return self.likeliest(1)[0]


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class Model:
    """Members' weights: `table` (M, BUCKETS, D), `first.weight` (M, H, D), `first.bias` (M, H), and of each answer `K.weight` (M, n, H), `K.bias`."""

    def __init__(
        self, weights: dict[str, np.ndarray], goals: Sequence[Goal], vocabulary: Vocabulary, names: Names, about: Mapping[str, Sequence[str]]
    ) -> None:  # fmt: skip
        """about: task -> names of things that its sentences speak of besides the target and the receptacle."""
        self.goals, self.labels, self._about = tuple(goals), Labels.of(goals), {t: frozenset(names) for t, names in about.items()}
        self.vocabulary, self.names = vocabulary, names
        self._w = {k: v.astype(np.float32) if k != "table" else v for k, v in weights.items()}
        task, target, receptacle = (
            {n: i for i, n in enumerate(x)} for x in (self.labels.tasks, self.labels.targets, self.labels.receptacles)
        )
        self._of = np.array([[task[g.task], target[g.target], receptacle[g.receptacle or NOTHING]] for g in goals])
        self._kinds = np.array([task[k] for k in KINDS])
        if self._w["table"].shape[1] != BUCKETS or tuple(self._w[f"{k}.bias"].shape[1] for k in range(3)) != self.labels.sizes:
            raise HomebodyError(
                "the model of instructions does not fit the goals of the phrasebook: make it again with `homebody train listener`"
            )
        self.read = functools.lru_cache(maxsize=4096)(self._read)
        self.named = functools.lru_cache(maxsize=4096)(self._named)

    def _named(self, text: str) -> tuple[str, ...]:
        """The corrected words of a text, each thing by the name that goals use, `=name`."""
        return tuple(self.names.named([self.vocabulary.correct(w) for w in spelled_out(text).split() if w != ","]))

    def left_over(self, text: str, goal: Goal) -> int:
        """How many things a text names that a goal has nothing to do with."""
        named = {w[1:] for w in self.named(text) if w[0] == "="}
        own = {goal.target, goal.receptacle or ""}
        return len(named - self._about.get(goal.task, frozenset()) - own - {ALIKE.get(n, n) for n in own})

    def answers(self, text: str) -> list[np.ndarray]:
        """Probabilities (n,) of tasks and kinds, targets, receptacles; members' mean."""
        w, ids = self._w, read(text, self.vocabulary, self.names)
        x = w["table"][:, ids].astype(np.float32).sum(1) / np.sqrt(len(ids))
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        h = np.maximum(np.einsum("mhd,md->mh", w["first.weight"], x) + w["first.bias"], 0)
        return [softmax(np.einsum("mnh,mh->mn", w[f"{k}.weight"], h) + w[f"{k}.bias"]).mean(0) for k in range(3)]

    def _read(self, text: str) -> Reading:
        task, target, receptacle = self.answers(text)
        p = task[self._of[:, 0]] * target[self._of[:, 1]] * receptacle[self._of[:, 2]]
        return Reading(goals=self.goals, chances=p, kinds=dict(zip(KINDS, task[self._kinds].tolist(), strict=True)))


def save_model(
    folder: Path,
    weights: dict[str, np.ndarray],
    goals: Sequence[Goal],
    words: Sequence[str],
    names: Mapping[str, str],
    about: Mapping[str, Sequence[str]],
) -> None:
    """Writes the weights and what they were made for."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / MODEL_FILE, save({k: v.astype(np.float16) for k, v in weights.items()}, {"kind": KIND}))
    config = {
        "kind": KIND,
        "goals": [g.to_json() for g in goals],
        "words": sorted(words),
        "names": dict(sorted(names.items())),
        "about": {t: sorted(n) for t, n in sorted(about.items())},
    }
    write_text(folder / CONFIG_FILE, json.dumps(config, indent=1) + "\n")


def load_model(folder: Path) -> Model:
    """From a checkpoint folder. Raises HomebodyError that names the file and what is wrong with it."""
    path = folder / CONFIG_FILE
    try:
        config = json.loads(path.read_text())
        if config.get("kind") != KIND:
            raise HomebodyError(f"{folder} holds a {config.get('kind')!r}: expected a {KIND!r}")
        goals = [Goal(**g) for g in config["goals"]]
        return Model(load_file(folder / MODEL_FILE), goals, Vocabulary(config["words"]), Names(config["names"]), config["about"])
    except OSError as error:
        raise HomebodyError(f"no model of instructions in {folder}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HomebodyError(f"damaged model of instructions in {folder}: {error}") from error
