"""Where chunks come from on the robot's side: asked for and waited for, or asked for in the background."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...core.errors import HomebodyError
from ...core.types import Observation
from .session import Session


class Asker(Protocol):
    """A policy that answers with chunks; `client.PolicyClient` is one."""

    def ask(self, observation: Observation, instruction: str, *, reset: bool = False) -> tuple[np.ndarray, float]:
        """(H, 8) actions and the time that the answer took [s]."""
        ...

    def close(self) -> None: ...


class LocalAsker:
    """A session in this process: what a server would answer, without one."""

    def __init__(self, session: Session) -> None:
        self._session, self._asked = session, ""

    def ask(self, observation: Observation, instruction: str, *, reset: bool = False) -> tuple[np.ndarray, float]:
        started = time.perf_counter()
        if reset or instruction != self._asked:
            self._session.reset(instruction)
        self._asked = instruction
        return self._session.chunk(observation), time.perf_counter() - started

    def close(self) -> None:
        pass


@dataclass(frozen=True, kw_only=True)
class Question:
    """An observation that a chunk is wanted for."""

    step: int
    """Control step at which it was made."""
    observation: Observation
    instruction: str
    reset: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A chunk, or why there is none."""

    step: int
    """Control step of its observation: action k is meant for step + k."""
    actions: np.ndarray | None
    """(H, 8), or None for a failure."""
    seconds: float = 0.0
    reason: str = ""


class Source(Protocol):
    """Takes questions, gives answers."""

    def offer(self, question: Question) -> bool:
        """Whether the question was taken; False while another one is out."""
        ...

    def take(self) -> list[Answer]:
        """Answers that have come since the last call."""
        ...

    def close(self) -> None: ...


class Waiting:
    """Asks and waits: time on the robot's side stands still meanwhile, so only a simulation may use it."""

    def __init__(self, asker: Asker) -> None:
        self._asker, self._answers = asker, []

    def offer(self, question: Question) -> bool:
        actions, seconds = self._asker.ask(question.observation, question.instruction, reset=question.reset)
        self._answers.append(Answer(step=question.step, actions=actions, seconds=seconds))
        return True

    def take(self) -> list[Answer]:
        answers, self._answers = self._answers, []
        return answers

    def close(self) -> None:
        self._asker.close()


class Background:
    """Asks from a thread of its own, which also makes the connection and makes it again after a failure."""

    def __init__(self, connect: Callable[[], Asker], *, retry_s: float = 0.5) -> None:
        """retry_s: pause after a failure [s]."""
        self._connect, self._retry_s = connect, retry_s
        self._questions: queue.Queue[Question | None] = queue.Queue()
        self._answers: queue.Queue[Answer] = queue.Queue()
        self._busy = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="asking", daemon=True)
        self._thread.start()

    def offer(self, question: Question) -> bool:
        if self._busy.is_set():
            return False
        self._busy.set()
        self._questions.put(question)
        return True

    def take(self) -> list[Answer]:
        answers = []
        while True:
            try:
                answers.append(self._answers.get_nowait())
            except queue.Empty:
                return answers

    def close(self) -> None:
        self._over.set()
        self._questions.put(None)
        self._thread.join(timeout=2.0)  # an answer that is still out may take longer: the thread is a daemon

    def _work(self) -> None:
        asker: Asker | None = None
        while (question := self._questions.get()) is not None and not self._over.is_set():
            fresh = asker is None
            try:
                asker = asker or self._connect()
                actions, seconds = asker.ask(question.observation, question.instruction, reset=question.reset or fresh)
                answer = Answer(step=question.step, actions=actions, seconds=seconds)
            except Exception as error:  # the thread's boundary: a failure of any kind is silence, which holds the arm
                if asker is not None:
                    asker.close()
                asker, answer = (
                    None,
                    Answer(step=question.step, actions=None, reason=str(error) if isinstance(error, HomebodyError) else repr(error)),
                )
                self._over.wait(self._retry_s)
            self._answers.put(answer)
            self._busy.clear()
        if asker is not None:
            asker.close()
