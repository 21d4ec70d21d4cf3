"""Ctrl-C, SIGTERM and a closed terminal: all three end a run the same way, and never in the middle of something."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What asks a run to end: the keyboard, a process manager (`kill`, `timeout`, Slurm, Docker), a terminal that goes away."""
Handler = Callable[[int, FrameType | None], Any]


@contextmanager
def _handled(handler: Handler) -> Iterator[None]:
    """`handler` takes SIGNALS inside the block. A signal that is ignored stays so (`nohup`, a background job of a shell); signals reach
    the main thread alone, so in another one nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {s: signal.getsignal(s) for s in SIGNALS}
    mine = [s for s, was in before.items() if was not in (signal.SIG_IGN, None)]
    for s in mine:
        signal.signal(s, handler)
    try:
        yield
    finally:
        for s in mine:
            signal.signal(s, before[s])


def _raise(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


@contextmanager
def raising() -> Iterator[None]:
    """SIGTERM and a hang-up raise KeyboardInterrupt in the block, as Ctrl-C does: what saves on one saves on all."""
    with _handled(_raise):
        yield


@contextmanager
def deferred() -> Iterator[None]:
    """Signals wait until the end of the block: what is kept is also counted, what is shut down is so whole."""
    caught: list[tuple[int, FrameType | None]] = []
    before = {s: signal.getsignal(s) for s in SIGNALS}
    with _handled(lambda number, frame: caught.append((number, frame))):
        yield
    if caught:
        handler = before[signal.Signals(caught[0][0])]
        if callable(handler):
            handler(*caught[0])
        else:
            signal.raise_signal(caught[0][0])


@dataclass
class Stop:
    """Whether somebody asked the run to end."""

    asked: bool = False


@contextmanager
def stoppable() -> Iterator[Stop]:
    """The first signal sets `stop.asked` for a loop to see between two steps; a second one raises KeyboardInterrupt at once.

    A loop that ends between two steps leaves a state that can be gone on with, number for number.
    """
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            _raise(number, frame)
        stop.asked = True

    with _handled(ask):
        yield stop
