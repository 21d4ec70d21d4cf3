"""One way to show progress: a bar with an estimate in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PLAIN_EVERY_S = 15.0


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """Yields `advance(done, note)`."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                   TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[note]}"))  # fmt: skip
        with Progress(*columns, console=Console(stderr=True)) as bar:
            row = bar.add_task(title, total=total, note="")
            yield lambda done, note: bar.update(row, completed=done, note=note)
        return
    first: tuple[float, int] | None = None
    last = 0.0

    def plain(done: int, note: str) -> None:
        nonlocal first, last
        now = time.monotonic()
        first = first or (now, done)  # what an earlier run finished, and how long it takes to start, say nothing of the pace
        if done >= total or now - last > PLAIN_EVERY_S:
            last = now
            pace = (now - first[0]) / (done - first[1]) if done > first[1] else None
            left = "" if pace is None else f", about {pace * (total - done):.0f} s left"
            print(f"{title}: {done}/{total}{left}, {note}", file=sys.stderr, flush=True)

    yield plain
