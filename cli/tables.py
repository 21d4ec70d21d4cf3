"""Tables that fit the terminal: names stay whole, sentences wrap, and what does not fit goes, the least important column first."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

SENTENCE = 18
"""Columns of text [characters] that a sentence needs at least."""
BORDER = 3
"""Characters between two columns; one more at the end."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table."""

    title: str
    cells: Sequence[str]
    rank: int
    """Columns of a higher rank go first where there is no room; of equal ones, the right one. 0 stays."""
    wraps: bool = False
    """Whether a cell may take several lines: sentences do, names do not."""

    @property
    def least(self) -> int:
        """Characters that the column needs at least."""
        longest = max(map(len, (self.title, *self.cells)))
        words = max((len(w) for c in (self.title, *self.cells) for w in c.split()), default=0)
        return max(min(longest, SENTENCE), words) if self.wraps else longest


def fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """The columns that have room beside one another in `width` characters, in their order."""
    kept = list(columns)
    while sum(c.least + BORDER for c in kept) + 1 > width:
        last = max(range(len(kept)), key=lambda n: (kept[n].rank, n))
        if kept[last].rank == 0:
            break
        del kept[last]
    return kept


def print_table(columns: Sequence[Column], *, more: str = "") -> None:
    """Prints a table no wider than the terminal (80 where there is none), unless names alone are wider.

    more: where the columns that had to go can be read; said below the table.
    """
    console = Console()
    kept = fitting(columns, console.width)
    needed = sum(c.least + BORDER for c in kept) + 1
    table = Table()
    for c in kept:
        table.add_column(Text(c.title), no_wrap=not c.wraps, min_width=c.least, overflow="fold" if c.wraps else "ignore")
    for row in zip(*(c.cells for c in kept), strict=True):
        table.add_row(*map(Text, row))
    Console(width=max(console.width, needed)).print(table)
    gone = [c.title for c in columns if c not in kept]
    if gone:
        print(textwrap.fill(f"no room for: {', '.join(gone)}" + (f" ({more})" if more else ""), max(console.width, 40)))
