"""CSV tables as loggers and spreadsheets write them: byte-order marks, Windows line ends, blank lines, spaces and comments are no faults."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ...core.errors import HomebodyError, shown

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class _Lines:
    """The lines of a file that hold something; `number` is the last one's. A comment that names `key` before any row is the header."""

    def __init__(self, file: TextIO, key: str) -> None:
        self._file, self._key, self.number = file, key, 0

    def __iter__(self) -> Iterator[str]:
        header: str | None = None
        begun = False
        for line in self._file:
            self.number += 1
            text = line.strip()
            if text.startswith("#"):
                header = text.lstrip("# ") + "\n" if not begun and self._key in text else header
            elif text.strip(", "):  # a spreadsheet ends with rows of nothing but commas
                if not begun and header is not None and self._key not in text:
                    yield header
                begun = True
                yield line
        if not begun and header is not None:
            yield header


def read_rows(path: Path, key: str) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of the header, which has a column `key`, and of each row after it, which has as many fields.

    Raises HomebodyError that names the file, the line and what is wrong with it.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines, width = _Lines(file, key), 0
        try:
            for row in csv.reader(lines, skipinitialspace=True):
                fields = [f.strip() for f in row]
                width = width or len(_header(path, fields))
                while len(fields) > width and not fields[-1]:  # a comma at the end of the line
                    fields.pop()
                if len(fields) != width:
                    raise HomebodyError(f"{path}, line {lines.number}: {len(fields)} fields, expected {width} as in the header")
                yield lines.number, fields
        except UnicodeDecodeError:
            raise HomebodyError(f"{path} is no text: expected a CSV in UTF-8 with a header") from None
        except csv.Error as error:
            raise HomebodyError(f"{path}, line {lines.number}: {error}: expected comma-separated values") from None


def _header(path: Path, fields: list[str]) -> list[str]:
    """The header without empty columns at its end. Raises HomebodyError for what is none."""
    while fields and not fields[-1]:
        fields.pop()
    for separator, name in SEPARATORS.items():
        if len(fields) == 1 and separator in fields[0]:
            raise HomebodyError(f"{path}: its columns are separated by {name}: expected commas")
    if fields and 2 * sum(map(_is_number, fields)) > len(fields):
        raise HomebodyError(f"{path}: its first line holds numbers ({shown(', '.join(fields), 40)}): expected a header")
    twice = sorted({f for f in fields if f and fields.count(f) > 1})
    if twice:
        raise HomebodyError(f"{path}: the column {shown(twice[0])} stands twice in the header")
    return fields


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def number(path: Path, line: int, column: str, text: str) -> float:
    """The number in a cell. Raises HomebodyError that names the cell."""
    try:
        return float(text)
    except ValueError:
        what = f"is {shown(text, 40)!r}" if text else "is empty"
        raise HomebodyError(f"{path}, line {line}: {column} {what}: expected a number") from None
