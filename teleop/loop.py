"""The simulation's thread: takes commands, steps the session in real time, hands out frames."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from ..core.types import CONTROL_HZ
from .commands import Ack, Command, Hold
from .session import Session
from .view import Display, Load

PERIOD_S = 1.0 / CONTROL_HZ
FORGET_S = 2 * PERIOD_S
"""Further behind than this the loop does not try to catch up."""


class Loop:
    """Runs a session at 20 Hz. Start and stop it from any thread; `submit` commands from any thread.

    The environment is used by this thread only, once `start` was called.
    """

    def __init__(
        self, session: Session, publish: Callable[[bytes], None], *, watched: Callable[[], bool], latency_ms: Callable[[], float]
    ) -> None:
        self._session, self._publish, self._watched, self._latency_ms = session, publish, watched, latency_ms
        self._display = Display(session)
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="teleop", daemon=True)
        self.failure: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def submit(self, command: Command) -> None:
        """Queues a command for the next step."""
        self._commands.put(command)

    def stop(self) -> None:
        """Ends the thread after its step."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def _run(self) -> None:
        try:
            self._pace()
        except BaseException as error:  # whatever ends the simulation ends the server too, which reports it
            self.failure = error
            self._stop.set()

    def _pace(self) -> None:
        due = last = time.perf_counter()
        number, period, busy = 0, PERIOD_S, 0.0
        while not self._stop.is_set():
            start = time.perf_counter()
            period += 0.05 * (start - last - period) if number else 0.0
            last = start
            told = self._take_commands(start)
            self._session.tick(start)
            number += 1
            if self._watched() and self._display.due(number, told=told):
                self._publish(self._display.frame(number, Load(hz=1.0 / period, busy=busy), self._latency_ms()))
            took = time.perf_counter() - start
            busy += 0.1 * (took / PERIOD_S - busy)
            self._display.adapt(took / PERIOD_S)
            due += PERIOD_S
            wait = due - time.perf_counter()
            if wait > 0:
                self._stop.wait(wait)
            elif wait < -FORGET_S:
                due = time.perf_counter()

    def _take_commands(self, now: float) -> bool:
        """Whether there was one that is more than a sign of life."""
        told = False
        while True:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return told
            told |= not isinstance(command, Ack)
            self._session.handle(command, now)


def away(loop: Loop) -> None:
    """Tells the loop that its operator's connection is gone."""
    loop.submit(Hold(reason="the connection was lost"))
