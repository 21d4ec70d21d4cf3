"""What sentences of two things came to: settings, one raw record a sequence, the summary, and the run that writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError, check_numbers, unknown
from ..core.robots import DEFAULT_ROBOT
from ..datasets.workers import Crew, Units
from .records import SUMMARY, Kind, LineStore, write_json
from .sequences import ROOMS, all_rooms
from .summary import rate_of

SEQUENCES = "sequences.jsonl"
GROUP = "sequences"
"""The group of units of work: a unit is a sequence."""


@dataclass(frozen=True, kw_only=True)
class SequenceConfig:
    """Settings of one measurement."""

    episodes: int = 100
    """Sequences in all: numbers 0 to episodes - 1 of the seed."""
    seed: int = 0
    """0 or more: which sentences in which worlds."""
    rooms: tuple[str, ...] = ROOMS
    """They take turns."""
    tasks: tuple[str, ...]
    """What may be asked for: all that the policy knows."""
    robot: str = DEFAULT_ROBOT
    policy: str = ""
    fingerprint: str = ""
    """Hash of the policy's weights; empty for a scripted one."""
    listener: str = ""
    """Hash of the model of instructions."""
    code: str = ""
    """Hash of the program's sources, as `protocol.BenchConfig` has it."""

    def __post_init__(self) -> None:
        check_numbers(self, counts=("episodes",))
        for room in self.rooms:
            if room not in all_rooms():
                raise unknown("room", room, all_rooms())
        if not self.rooms or len(set(self.rooms)) != len(self.rooms):
            raise HomebodyError(f"rooms are {', '.join(self.rooms) or 'none'}: expected one or more of {', '.join(all_rooms())}, each once")

    def settings(self) -> dict[str, Any]:
        """What all lines of one folder share; sequences may be added later."""
        return {k: v for k, v in asdict(self).items() if k != "episodes"}


@dataclass(frozen=True, kw_only=True)
class SequenceRecord:
    """One line of `sequences.jsonl`."""

    number: int
    room: str
    text: str
    """The sentence, letter by letter."""
    goals: tuple[Mapping[str, Any], ...]
    """The two that are meant, in the order in which they have to be done."""
    returns: bool
    """Whether the second takes back the first."""
    task: str
    index: int
    """The world is the held-out initial state `index` of `task`."""
    heard: tuple[Mapping[str, Any], ...] | None
    """What was understood; None where the sentence was refused."""
    refused: str = ""
    """Why, in one line."""
    done: tuple[bool, ...] = (False, False)
    """Whether each was; nothing is run of what was misheard."""
    diverged: bool = False
    """The simulation broke: left out of every rate."""
    seconds: float = 0.0
    """Simulated duration of both, all tries together [s]."""
    parts: tuple[Mapping[str, Any], ...] = ()
    """What each came to, as `homebody prompt --json` has it under `plan`."""
    certificate: Mapping[str, Any] | None = None
    """Of the world, as it ended."""

    @property
    def misheard(self) -> bool:
        """Whether anything but what was meant was understood."""
        return self.heard is None or [dict(g) for g in self.heard] != [dict(g) for g in self.goals]

    @property
    def both(self) -> bool:
        return all(self.done)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> SequenceRecord:
        """Raises HomebodyError where something is missing, TypeError for what no record has."""
        if missing := [f.name for f in fields(SequenceRecord) if f.name not in data]:
            raise HomebodyError(f"a sequence's record lacks {', '.join(missing)}")
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return SequenceRecord(**values)


SEQUENCE: Kind[SequenceRecord] = Kind(
    file=SEQUENCES, noun="sequence", command="homebody sequences", read=SequenceRecord.from_json, key=lambda r: r.number
)  # fmt: skip


def _row(records: Sequence[SequenceRecord]) -> dict[str, Any]:
    """`both` counts what was misheard as not done; `first`, `second_given_first` and `both_if_heard` are of what was heard."""
    valid = [r for r in records if not r.diverged]
    heard = [r for r in valid if not r.misheard]
    return {
        "sequences": len(valid), "both": rate_of([r.both for r in valid]), "first": rate_of([r.done[0] for r in heard]),
        "second_given_first": rate_of([r.done[1] for r in heard if r.done[0]]), "both_if_heard": rate_of([r.both for r in heard]),
        "misheard": len(valid) - len(heard), "diverged": len(records) - len(valid),
    }  # fmt: skip


def summarise_sequences(records: Sequence[SequenceRecord], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Rates with Wilson's 95 % intervals, in all, by room, and of those that take back what they have done; tasks; mean seconds [s]."""
    heard = [r for r in records if not r.misheard and not r.diverged]
    solved = [r.seconds for r in heard if r.both]
    parts = [(str(g["task"]), d) for r in heard for g, d in zip(r.goals, r.done, strict=True)]
    certificates = [r.certificate for r in records if r.certificate]
    return {
        **_row(records),
        "rooms": {room: _row([r for r in records if r.room == room]) for room in settings["rooms"]},
        "returns": _row([r for r in records if r.returns]),
        "tasks": {t: {"asked": len(d), "done": sum(d)} for t in sorted({t for t, _ in parts}) if (d := [x for n, x in parts if n == t])},
        "seconds": sum(solved) / len(solved) if solved else None,
        "engine": ", ".join(sorted({str(c["engine"]) for c in certificates})),
        **{k: settings[k] for k in ("policy", "fingerprint", "robot", "seed")},
    }


def run_sequences(
    crew: Crew, config: SequenceConfig, folder: Path, *, progress: Callable[[int, int, str], None] = lambda done, total, note: None
) -> dict[str, Any]:
    """Runs what `folder` does not hold yet, writes a line of `sequences.jsonl` for each and `summary.json`; the summary.

    `crew` runs a work whose units are the numbers of sequences and whose results are their records. On KeyboardInterrupt what is finished is
    summarised, with `interrupted` true. Raises HomebodyError where the folder holds sequences of other settings.
    """
    store = LineStore(folder, config.settings(), SEQUENCE)
    store.intend(config.episodes)
    wanted = range(config.episodes)
    there = store.done()
    done, interrupted = len(there & set(wanted)), False

    def keep(_: str, __: int, record: SequenceRecord) -> None:
        nonlocal done
        store.append(record)
        done += 1
        both = sum(r.both for r in store.records if r.number < config.episodes)
        progress(done, len(wanted), f"{both} both done{f', {crew.note}' if crew.note else ''}")

    todo = Units({GROUP: [n for n in wanted if n not in there]}, keep)
    try:
        if not todo.finished:
            progress(done, len(wanted), "going on" if done else "drawing the first sentence")
            crew.run(todo)
    except KeyboardInterrupt:
        interrupted = True
        store.open()
    finally:
        store.close()
    records = sorted((r for r in store.records if r.number < config.episodes), key=lambda r: r.number)
    summary = {
        **summarise_sequences(records, config.settings()),
        "interrupted": interrupted,
        "plan": {**store.plan, "shown": config.episodes},
    }
    write_json(folder / SUMMARY, summary)
    return summary
