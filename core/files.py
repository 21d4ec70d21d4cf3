"""Files that appear whole: written beside their place, flushed to the disk, then renamed. Only the standard library is imported here."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

MODEL_FILE, CONFIG_FILE, CARD_FILE = "model.safetensors", "config.json", "card.md"
"""What the folder of a checkpoint holds."""


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path` that takes its place at the end of the block; an error leaves `path` as it was.

    Parents are made. What is no regular file (a device, a pipe) is written to directly.
    """
    if path.exists() and not path.is_file():
        with _named(path):
            yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=path.suffix, dir=path.parent)
    os.close(number)
    part = Path(name)
    try:
        with _named(path):
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """An error of writing says where: the system names no file when a disk is full."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    except Exception as error:
        if (number := error_number(error)) is None:
            raise
        raise OSError(number, os.strerror(number), str(path)) from error


def error_number(error: BaseException) -> int | None:
    """The system's error number behind `error`; None where there is none. Libraries in Rust (icechunk, safetensors) tell it in words only."""
    if isinstance(error, OSError):
        return error.errno
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found[1]) if found else None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    """Replaces `path` by `text` in UTF-8, whole or not at all; parents are made. Raises OSError."""
    with writing(path) as part:
        part.write_text(text, encoding="utf-8")


def write_rows(path: Path, fields: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Replaces `path` by a CSV table with a header, whole or not at all; parents are made. Raises OSError."""
    with writing(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)


def write_bytes(path: Path, data: bytes) -> None:
    """Replaces `path` by `data`, whole or not at all; parents are made. Raises OSError."""
    with writing(path) as part:
        part.write_bytes(data)


def read_kind(folder: Path) -> str:
    """What the config.json of a checkpoint says that it is; empty where it says nothing readable: loading explains."""
    try:
        return str(json.loads((folder / CONFIG_FILE).read_text())["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
