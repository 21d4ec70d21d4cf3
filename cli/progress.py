"""One way to show progress: a bar with an estimate in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PLAIN_EVERY_S = 15.0


@contextmanager
def progress_bar(title: str, total: int, before: int = 0) -> Iterator[Callable[[int, str], None]]:
    """Yields `advance(done, note)`. `before`: how many were done before this run, which took it no time."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                   TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[note]}"))  # fmt: skip
        with Progress(*columns, console=Console(stderr=True)) as bar:
            row = bar.add_task(title, total=total, completed=before, note="")
            yield lambda done, note: bar.update(row, completed=done, note=note)
        return
    start, last = time.monotonic(), 0.0

    def plain(done: int, note: str) -> None:
        nonlocal last
        now = time.monotonic()
        if done >= total or now - last > PLAIN_EVERY_S:
            last = now
            left = (now - start) / max(done - before, 1) * (total - done)
            print(f"{title}: {done}/{total}, about {left:.0f} s left, {note}", file=sys.stderr, flush=True)

    yield plain
