"""A command that a killed `make` started ends too, and keeps what it has."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from homebody.core.errors import HomebodyError
from homebody.core.parent import VARIABLE, end_with

CHILD = """
import sys, time
from homebody.core.interrupts import raising
from homebody.core.parent import end_with
end_with()
with raising():
    try:
        print("begun", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        open(sys.argv[1], "w").write("kept")
"""
PARENT = f"""
import os, subprocess, sys
subprocess.run([sys.executable, '-c', sys.argv[1], sys.argv[2]], env={{**os.environ, '{VARIABLE}': str(os.getpid())}})
"""


def test_a_command_ends_with_whoever_asked_for_it(tmp_path: Path) -> None:
    out = tmp_path / "kept"
    with subprocess.Popen([sys.executable, "-c", PARENT, CHILD, str(out)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout and parent.stdout.readline() == b"begun\n"
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for _ in range(200):
        if out.exists() and out.read_text() == "kept":
            return
        time.sleep(0.1)
    raise AssertionError("the command went on without its parent")


def test_what_is_no_process_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "make")
    with pytest.raises(HomebodyError, match="HOMEBODY_ENDS_WITH is 'make'"):
        end_with()
    monkeypatch.setenv(VARIABLE, str(os.getpid()))
    end_with()  # it goes on: this process runs
