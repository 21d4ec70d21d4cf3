"""Standard output and error that survive what shells do to them: a reader that leaves, a narrow encoding, a closed descriptor."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Patient(io.TextIOBase):
    """A text stream that goes on when its reader has left (`homebody tasks | head -3`): the rest is written to nowhere.

    Any other error of writing, such as a full device, stays an error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    @property
    def buffer(self) -> object:
        return self._stream.buffer

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            to_nowhere(self._stream)
            return len(text)
        except OSError as error:
            error.filename = error.filename or "standard output"
            raise

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            to_nowhere(self._stream)
        except OSError as error:
            error.filename = error.filename or "standard output"
            raise


def to_nowhere(stream: TextIO) -> None:
    """Whatever `stream` still holds, and all that comes, goes to the null device: nothing can fail any more."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


@contextmanager
def patient_streams() -> Iterator[None]:
    """Inside the block `sys.stdout` and `sys.stderr` are there, replace characters that their encoding lacks, and outlive their readers."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _patient(sys.stdout, 1), _patient(sys.stderr, 2)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _patient(stream: TextIO | None, descriptor: int) -> TextIO:
    if stream is None:  # `>&-`: the next file that is opened would get the descriptor, and what libraries print
        null = os.open(os.devnull, os.O_WRONLY)
        if null != descriptor:
            os.dup2(null, descriptor)
            os.close(null)
        return os.fdopen(descriptor, "w", closefd=False)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace" if descriptor == 1 else "backslashreplace")
        return Patient(stream)  # type: ignore[return-value]
    return stream
