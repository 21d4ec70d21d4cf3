"""The folder of a data set: what lies in it, who may write to it, and what its errors mean."""

from __future__ import annotations

import atexit
import errno
import fcntl
import functools
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TextIO

import icechunk

from ..core.errors import DiskError, HomebodyError
from ..core.files import error_number

LOCK_FILE = ".writer.lock"
BRANCH = "main"
REPOSITORY = ("snapshots", "transactions", "refs", "chunks", "manifests", "attributes", "config.yaml")
"""What icechunk makes."""
NEW = ".new"
"""Where a data set is made before its parts are moved to their places."""
STRAY = (LOCK_FILE, ".DS_Store", "Thumbs.db", "desktop.ini", ".directory")
"""What file managers leave anywhere, and the lock that a cut creation left; so are names that begin with `.nfs` or `._`."""
REMEDY = {
    errno.ENOSPC: "make room and try again",
    errno.EDQUOT: "make room and try again",
    errno.EROFS: "choose a folder that can be written to",
    errno.EACCES: "choose a folder that you may use, or change its permissions",
    errno.EPERM: "choose a folder that you may use, or change its permissions",
    errno.ENOTDIR: "a part of the path is a file, choose another one",
}
ENDING_S = 3.0
"""How long a writer that was asked to end may still hold its lock [s]."""
QUIET_S = 0.02
"""How long a process that has read or written data sets waits at its end [s]."""
Contents = Literal["nothing", "half", "data set", "something else"]

_process: int | None = None
"""The process in which icechunk's threads run; None before it is used."""


def check_process() -> None:
    """Raises HomebodyError in a process that was forked from one that has used a data set: icechunk's threads are not there, so that
    reading would wait for ever."""
    global _process
    if _process is None:
        _process = os.getpid()
    elif _process != os.getpid():
        raise HomebodyError(
            "this process was forked from one that has opened a data set, whose threads do not survive that: start workers by spawning, "
            'as in DataLoader(..., multiprocessing_context="spawn")'
        )


@functools.cache
def _leave_in_peace() -> None:
    """Icechunk's threads let go of Python's objects a moment after a call has returned. One that does so while the interpreter is torn
    down aborts the process: 13 of 100 runs of `homebody data info` ended like that, none of 160 with this pause."""
    atexit.register(time.sleep, QUIET_S)


def storage(path: Path) -> icechunk.Storage:
    check_process()
    _leave_in_peace()
    icechunk.set_logs_filter("error")  # its warning about two writers is what the lock is for
    return icechunk.local_filesystem_storage(str(path))


def look(path: Path) -> Contents:
    """What lies in a folder. `half` is a data set whose creation was cut: nothing was recorded in it. Raises HomebodyError."""
    if not path.exists():
        return "nothing"
    if not path.is_dir():
        raise HomebodyError(f"{path} is a file: expected the folder of a data set, or a name that is not taken")
    with disk(path, "nothing was read"):
        names = [e.name for e in path.iterdir() if e.name not in STRAY and not e.name.startswith((".nfs", "._"))]
        if not names:
            return "nothing"
        if not set(names) <= {NEW, *REPOSITORY}:
            return "something else"
        if any(f.is_file() for d in ("chunks", "manifests") for f in (path / d).rglob("*")):
            return "data set"
    try:
        commits = list(icechunk.Repository.open(storage(path)).ancestry(branch=BRANCH))
    except icechunk.IcechunkError:
        return "half"
    return "data set" if len(commits) > 1 else "half"  # the first one is icechunk's own, of nothing


def clear_half(path: Path) -> None:
    """Removes what a cut creation left in `path`."""
    for name in (NEW, *REPOSITORY):
        entry = path / name
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)


def take_lock(path: Path) -> TextIO:
    """The writer's lock of a folder that is there; the kernel drops it with the process. Raises HomebodyError where another one holds it for
    longer than one that is just ending takes."""
    with disk(path, "nothing was written"):
        file = (path / LOCK_FILE).open("a")
    given_up = time.monotonic() + ENDING_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except OSError as error:
            if time.monotonic() > given_up:
                file.close()
                raise HomebodyError(f"another process is writing to {path}: expected one writer at a time") from error
        time.sleep(0.1)


@contextmanager
def disk(path: Path, kept: str) -> Iterator[None]:
    """What the disk refuses in this block is raised as DiskError: where, why, what was kept, and what to do."""
    try:
        yield
    except HomebodyError:
        raise
    except Exception as error:
        number = error_number(error)
        if number is None:
            raise
        remedy = REMEDY.get(number, "look at the disk, or choose another folder")
        raise DiskError(f"{path}: {os.strerror(number).lower()}: {kept}; {remedy}") from error


def why(error: BaseException) -> str:
    """The first telling line of a library's error, without its frame."""
    number = error_number(error)
    if number is not None:
        return os.strerror(number).lower()
    lines = [line.strip(" |x`->") for line in str(error).splitlines() if line.strip(" |x`->")]
    return f"{type(error).__name__}: {lines[0][:120]}" if lines else type(error).__name__
