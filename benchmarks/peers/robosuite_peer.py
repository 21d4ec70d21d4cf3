"""robosuite beside Homebody: its own environment, made on demand, and a process that measures it on request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...core.errors import HomebodyError

REQUIREMENTS = ("robosuite==1.5.2", "mujoco==3.3.0")
TASKS = ("Lift", "PickPlace")
SCRIPT = Path(__file__).with_name("robosuite_speed.py")


def install(folder: Path, say: Callable[[str], None] = print) -> Path:
    """Makes the peer's virtual environment in `folder` unless it is there whole; returns its Python."""
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if python.exists() and stamp.exists() and stamp.read_text().split() == list(REQUIREMENTS):
        return python
    say(f"installing {' and '.join(REQUIREMENTS)} into {folder}, once, about 2 minutes")
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise HomebodyError(f"could not install the peer robosuite ({reason}): check the network, or run without --peers")
    stamp.write_text("\n".join(REQUIREMENTS))
    return python


class RobosuitePeer:
    """A process that holds robosuite's environments and measures one on each call."""

    def __init__(self, python: Path | str) -> None:
        # Our renderer tells Mesa not to start threads of its own; one environment alone is faster with them.
        surroundings = {k: v for k, v in os.environ.items() if k != "LP_NUM_THREADS"}
        self._process = subprocess.Popen(
            [str(python), "-P", str(SCRIPT)], env=surroundings, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.version = ""

    def _ask(self, request: str) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise HomebodyError(f"the peer robosuite ended while measuring {request!r}: delete its folder and run again")
        reply = json.loads(line)
        self.version = reply["version"]
        return reply

    def steps_per_s(self, task: str, cameras: int, seconds: float) -> float:
        """Control steps per second of one environment; cameras is the size of its two pictures [pixels], 0 for none."""
        return float(self._ask(f"{task} {cameras} {seconds}")["steps_per_s"])

    def reset_ms(self, task: str, cameras: int, count: int) -> list[float]:
        """Durations of `count` resets, observation included [ms]."""
        return list(self._ask(f"{task} {cameras} reset {count}")["reset_ms"])

    def close(self) -> None:
        try:
            self._process.communicate(timeout=5)  # closes its input, at which it ends
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
