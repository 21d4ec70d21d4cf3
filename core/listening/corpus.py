"""The sentences that the model of instructions learns from: `corpus/*.txt`, one a line under the task, or the kind, that it belongs to."""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import HomebodyError
from ..phrasebook import book, first_goals, household_goals, nouns
from ..types import Goal
from .words import spelled_out

FOLDER = Path(__file__).with_name("corpus")
KINDS = ("several", "aside", "harm", "impossible", "negated", "question", "vague", "nonsense")
"""What a text is that asks for no one goal. Most of `several` are put together from single ones."""
JOINS = "connector"
"""The section of what people say between two orders."""
ALIKE = {"apple": "fruit"}
"""Names that stand for the same things in different rooms."""
HELD_OUT = 3
"""One sentence in so many is kept out of training."""


@dataclass(frozen=True)
class Template:
    """A sentence of a task; `{target}` and `{receptacle}` stand for names."""

    text: str
    only: str = ""
    """The one target, or receptacle, that it is about, or both with a plus between; empty where it is about any."""

    @property
    def held_out(self) -> bool:
        return zlib.crc32(self.text.encode()) % HELD_OUT == 0

    def fits(self, goal: Goal) -> bool:
        return not self.only or set(self.only.split("+")) <= {goal.target, goal.receptacle}


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Everything that was written."""

    tasks: Mapping[str, tuple[Template, ...]]
    others: Mapping[str, tuple[Template, ...]]
    """Kind, or `connector` -> sentences."""
    names: Mapping[str, tuple[str, ...]]
    """Name -> what people call it besides the phrasebook's nouns."""


def sections(text: str, file: str) -> dict[str, list[str]]:
    """The lines of each `[section]`. Raises HomebodyError for a line before the first."""
    out: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = " ".join(raw.split())
        if not line or line.startswith("#"):
            continue
        if head := re.fullmatch(r"\[(\w+)\]", line):
            lines = out.setdefault(head[1], [])
        elif lines is None:
            raise HomebodyError(f"{file}, line {number}: {line[:60]!r} stands before any [section]")
        else:
            lines.append(line)
    return out


def _template(line: str) -> Template:
    marked = re.match(r"\(([\w+]+)\) (.+)", line)
    return Template(marked[2], marked[1]) if marked else Template(line)


@functools.cache
def corpus() -> Corpus:
    """Read once."""
    tasks, others, names = dict[str, list[Template]](), dict[str, list[Template]](), dict[str, tuple[str, ...]]()
    for file in sorted(FOLDER.glob("*.txt")):
        for name, lines in sections(file.read_text(), file.name).items():
            if name == "nouns":
                for line in lines:
                    key, _, words = line.partition(":")
                    names[key.strip()] = tuple(
                        dict.fromkeys((*names.get(key.strip(), ()), *(w.strip().lower() for w in words.split(",") if w.strip())))
                    )
            elif name in KINDS or name == JOINS:
                others.setdefault(name, []).extend(map(Template, lines))
            else:
                tasks.setdefault(name, []).extend(map(_template, lines))
    for task in tasks:
        book().find(task)  # a task that nobody knows is named
    return Corpus(
        tasks={t: tuple(dict.fromkeys(v)) for t, v in tasks.items()}, others={t: tuple(dict.fromkeys(v)) for t, v in others.items()}, names=names
    )  # fmt: skip


def learned_goals() -> tuple[Goal, ...]:
    """The goals of the tasks that the corpus has sentences for."""
    return tuple(g for g in (*first_goals(), *household_goals()) if g.task in corpus().tasks)


def templates(task: str) -> tuple[Template, ...]:
    """All sentences of a task: the corpus's and the phrasebook's training ones."""
    phrases = book().find(task)
    rest = {g.receptacle for g in phrases.goals} - set(phrases.instead) if phrases.instead else {""}
    own = [Template(t, name or "") for name in sorted(rest, key=str) for t in phrases.train]
    own += [Template(t, name) for name, (train, _) in phrases.instead.items() for t in train]
    return tuple(dict.fromkeys((*corpus().tasks.get(task, ()), *own)))


def called(goal: Goal, name: str) -> tuple[str, ...]:
    """What people call a target or receptacle of a goal, the canonical noun first."""
    return tuple(dict.fromkeys((*book().find(goal.task).nouns(name, nouns(name)), *corpus().names.get(name, ()))))


@functools.cache
def all_names() -> dict[str, str]:
    """Spelled phrase -> name, of everything that goals name."""
    out: dict[str, str] = {}
    for goal in learned_goals():
        for name in (goal.target, goal.receptacle or ""):
            for phrase in called(goal, name) if name else ():
                out.setdefault(spelled_out(phrase), ALIKE.get(name, name))
    return out
