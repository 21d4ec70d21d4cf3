"""How a command ends: its exit code, and the one place where errors of the system and of libraries become one line."""

from __future__ import annotations

import errno
import os
import sys

from ..core.errors import HomebodyError, shown
from .extras import missing_module

DONE, NEGATIVE, REFUSED, INTERRUPTED = 0, 1, 2, 130
"""Done; done with a negative outcome (a task not solved, a check that failed); bad input, a missing extra or a full disk; stopped from
outside, and what was kept is said. A server (`serve`, `teleop`) that is ended with Ctrl-C is done."""
LONGEST = 600
"""Characters of an error line."""
WHY = {
    errno.ENOSPC: "no space left on the device: make room and run the same command again, what was finished is kept",
    errno.EDQUOT: "the disk quota is used up: make room and run the same command again, what was finished is kept",
    errno.EROFS: "the file system is read-only: choose a path that can be written to",
    errno.EACCES: "permission denied: choose a path that you may use, or change its permissions",
    errno.EPERM: "not permitted: choose a path that you may use, or change its permissions",
    errno.ENOENT: "no such file or folder",
    errno.ENOTDIR: "a part of the path is a file: expected a folder",
    errno.EISDIR: "it is a folder: expected a file",
    errno.EEXIST: "it exists already",
    errno.ENAMETOOLONG: "the name is too long: expected at most 255 bytes between two slashes",
    errno.ELOOP: "its links lead in a circle",
    errno.EMFILE: "too many open files: raise the limit with `ulimit -n 4096`",
    errno.ENFILE: "too many open files on this machine",
    errno.ENOMEM: "not enough memory: run fewer slots or workers side by side",
    errno.EADDRINUSE: "the port is taken: choose another --port, or 0 for a free one",
    errno.EADDRNOTAVAIL: "the address is not one of this machine: choose another --host",
    errno.EFBIG: "the file would be larger than this system or `ulimit -f` allows",
    errno.EIO: "the device answers with an error: look at its cables and its health",
}
"""What an error number of the system means here, and what to do."""


def one_line(text: str) -> str:
    """`text` without line breaks or control characters, cut to LONGEST."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 4] + " ..."


def explain(error: BaseException) -> str:
    """The one line for an error that ended a command."""
    if isinstance(error, HomebodyError):
        return one_line(str(error))
    if isinstance(error, OSError):
        return one_line(f"{where}: {of_system(error)}" if (where := _places(error)) else of_system(error))
    if isinstance(error, ModuleNotFoundError):
        return one_line(missing_module(error.name or str(error)))
    if isinstance(error, MemoryError):
        return one_line(f"not enough memory ({error}): run fewer slots or workers side by side, or smaller pictures")
    if isinstance(error, UnicodeError):
        return one_line(f"text that is not what its encoding allows ({error}): expected UTF-8")
    return one_line(f"unexpected {type(error).__name__}: {error} (a fault of Homebody: the same command with --debug shows where)")


def _places(error: OSError) -> str:
    """The files that a system's error is about; empty where it names none."""
    return " and ".join(
        shown(os.fsdecode(f) if isinstance(f, str | bytes) else str(f), 200) for f in (error.filename, error.filename2) if f
    )


def of_system(error: OSError) -> str:
    """Why the system refused, and what to do; without the file's name."""
    return WHY.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__


def report(error: BaseException) -> int:
    """Prints an error's line and returns the exit code."""
    print(f"error: {explain(error)}", file=sys.stderr)
    return REFUSED
