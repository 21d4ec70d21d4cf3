"""Ending with whoever asked for this process: a stage whose `make` was killed must not go on in the dark and hold its data set's lock."""

from __future__ import annotations

import os
import signal
import threading
import time

from .errors import HomebodyError

VARIABLE = "HOMEBODY_ENDS_WITH"
"""Environment variable, the number of a process: when that is gone, the command ends as by SIGTERM and keeps what is finished."""
LOOK_S, GRACE_S = 0.5, 60.0


def end_with() -> None:
    """Watches a process from a thread where VARIABLE names one. After SIGTERM this one has GRACE_S to keep what it has. Raises
    HomebodyError for what is no number of a process."""
    said = os.environ.get(VARIABLE, "")
    if not said:
        return
    if not said.isdecimal():
        raise HomebodyError(f"{VARIABLE} is {said!r}: expected the number of a process")

    def watch() -> None:
        while _runs(int(said)):
            time.sleep(LOOK_S)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
