"""Ending with whoever started this process: a stage whose `make` was killed must not go on in the dark and hold its data set's lock."""

from __future__ import annotations

import os
import signal
import threading
import time

VARIABLE = "HOMEBODY_ENDS_WITH_PARENT"
"""Environment variable: where it is set, a command ends as by SIGTERM, keeping what is finished, when its parent process is gone."""
LOOK_S, GRACE_S = 0.5, 60.0


def end_with_parent() -> None:
    """Watches the parent from a thread where VARIABLE is set. After SIGTERM the process has GRACE_S to keep what it has."""
    parent = os.getppid()
    if not os.environ.get(VARIABLE):
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
