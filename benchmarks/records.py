"""The raw records of an evaluation on disk: one line per episode or sequence, appended as it ends; everything else is computed from them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from ..core.errors import HomebodyError
from ..core.files import write_text
from .protocol import EpisodeRecord

EPISODES, SETTINGS, SUMMARY, REPORT = "episodes.jsonl", "settings.json", "summary.json", "report.html"
PLAN = "plan"
"""Key of the settings file that tells what was planned; no setting."""


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Replaces `path` whole: a reader never sees half a file."""
    write_text(path, json.dumps(data, indent=2) + "\n")


class Line(Protocol):
    """A record that is one line of a file."""

    def to_json(self) -> dict[str, Any]: ...


R = TypeVar("R", bound=Line)


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[R]):
    """What a results folder holds records of."""

    file: str
    noun: str
    """As in `no NOUN record`."""
    command: str
    """The command that writes them."""
    read: Callable[[Mapping[str, Any]], R]
    """Of what a line says. Raises HomebodyError, TypeError or ValueError for what is no record."""
    key: Callable[[R], Any]
    """What tells a record from all others; they stand in its order."""


EPISODE: Kind[EpisodeRecord] = Kind(
    file=EPISODES, noun="episode", command="homebody bench", read=EpisodeRecord.from_json, key=lambda r: r.key
)  # fmt: skip


def read_records(folder: Path) -> list[EpisodeRecord]:
    """All whole records of a results folder, in the order of task, arm and index. A last line cut by a kill is not counted."""
    return read_lines(folder, EPISODE)


def read_lines(folder: Path, kind: Kind[R]) -> list[R]:
    """All whole records of one kind in a folder, in the order of their keys. Raises HomebodyError where it holds none, or a line that is none."""
    path = folder / kind.file
    if not path.is_file():
        raise HomebodyError(f"{folder} holds no {kind.file}: expected the --out folder of `{kind.command}`")
    lines = path.read_text().split("\n")
    records: dict[Any, R] = {}
    for number, line in enumerate(lines[:-1], 1):  # what follows the last newline is not a finished line
        try:
            record = kind.read(json.loads(line))
        except (ValueError, TypeError, HomebodyError) as error:
            raise HomebodyError(f"{path} line {number} is no {kind.noun} record: {error}") from error
        records[kind.key(record)] = record
    return [records[k] for k in sorted(records)]


def read_settings(folder: Path) -> dict[str, Any]:
    """The settings that a results folder was made with."""
    return _read(folder, EPISODE.command)[0]


def _read(folder: Path, command: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings and plan of a results folder, which share a file."""
    try:
        settings = json.loads((folder / SETTINGS).read_text())
        return settings, settings.pop(PLAN, {})
    except (OSError, ValueError) as error:
        raise HomebodyError(f"{folder} holds no readable {SETTINGS}: expected the --out folder of `{command}`") from error


class LineStore(Generic[R]):
    """Appends records to a folder and knows which are already there."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], kind: Kind[R]) -> None:
        """Reads what `folder` holds, if it is there. Raises HomebodyError where it holds results of different settings."""
        self.folder, self._kind = folder, kind
        self._settings = json.loads(json.dumps(settings))  # as it reads back
        self._file: FileIO | None = None
        self.records: list[R] = []
        self.plan: dict[str, Any] = {}
        if (folder / kind.file).exists():
            there, self.plan = _read(folder, kind.command)
            self._check(there, self._settings)
            self._cut_torn_line()
            self.records = read_lines(folder, kind)
        elif folder.exists() and not folder.is_dir():
            raise HomebodyError(f"{folder} is a file: expected a folder for the results")

    def open(self) -> FileIO:
        """The file of records; the folder is made on the first call, so that a run that never starts leaves nothing."""
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_json(self.folder / SETTINGS, self._settings | ({PLAN: self.plan} if self.plan else {}))
            self._file = (self.folder / self._kind.file).open("ab", buffering=0)
        return self._file

    def intend(self, episodes: int) -> None:
        """Says how many episodes (of a task) or sequences are to be run. The first number is the plan; a later one that is larger extends
        it, which the folder remembers: who goes on until the rate pleases reports a rate that pleases."""
        if not self.plan:
            self.plan = {"episodes": episodes}
        elif episodes > self.plan["episodes"] and episodes not in [e["to"] for e in self.plan.get("extended", ())]:
            self.plan.setdefault("extended", []).append({"to": episodes, "after": len(self.records)})

    def _check(self, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        for key in sorted(set(there) | set(wanted)):
            if there.get(key) != wanted.get(key):
                raise HomebodyError(
                    f"{self.folder} holds results with {key} {there.get(key)!r}, this run has {wanted.get(key)!r}: "
                    "choose another --out or delete the folder"
                )

    def _cut_torn_line(self) -> None:
        path = self.folder / self._kind.file
        data = path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.truncate(path, whole)

    def append(self, record: R) -> None:
        """Adds a line, whole or not at all: what a full disk took of it is cut off again. Raises OSError."""
        file = self.open()
        line, before = (json.dumps(record.to_json()) + "\n").encode(), os.fstat(file.fileno()).st_size
        try:
            while line:
                line = line[file.write(line) :]
        except OSError as error:
            file.truncate(before)
            error.filename = error.filename or str(self.folder / self._kind.file)
            raise
        self.records.append(record)

    def done(self) -> set[Any]:
        """Keys of the finished records: of an episode task, arm and index."""
        return {self._kind.key(r) for r in self.records}

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class RecordStore(LineStore[EpisodeRecord]):
    """Of episodes."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        """As LineStore."""
        super().__init__(folder, settings, EPISODE)
