"""A command that a killed `make` started ends too, and keeps what it has."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

CHILD = """
import sys, time
from homebody.core.interrupts import raising
from homebody.core.parent import end_with_parent
end_with_parent()
with raising():
    try:
        print("begun", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        open(sys.argv[1], "w").write("kept")
"""
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1], sys.argv[2]])"


def test_a_command_ends_with_its_parent(tmp_path: Path) -> None:
    out = tmp_path / "kept"
    env = {**os.environ, "HOMEBODY_ENDS_WITH_PARENT": "1"}
    with subprocess.Popen([sys.executable, "-c", PARENT, CHILD, str(out)], stdout=subprocess.PIPE, env=env) as parent:
        assert parent.stdout and parent.stdout.readline() == b"begun\n"
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for _ in range(200):
        if out.exists() and out.read_text() == "kept":
            return
        time.sleep(0.1)
    raise AssertionError("the command went on without its parent")
