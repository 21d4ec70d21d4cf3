"""openpi's own client against our server, in an environment of its own: the package needs NumPy 1."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import HomebodyError
from ...core.robots import DEFAULT_ROBOT, robot_named

REQUIREMENTS = ("openpi-client==0.1.2", "typing_extensions")  # the second is imported, and missing from its metadata
SCRIPT = Path(__file__).with_name("openpi_talk.py")


def install(folder: Path, say: Callable[[str], None] = print) -> Path:
    """Makes the peer's virtual environment in `folder` unless it is there whole; returns its Python."""
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if python.exists() and stamp.exists() and stamp.read_text().split() == list(REQUIREMENTS):
        return python
    say(f"installing {' and '.join(REQUIREMENTS)} into {folder}, once, about 1 minute")
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise HomebodyError(f"could not install the peer openpi-client ({reason}): check the network")
    stamp.write_text("\n".join(REQUIREMENTS))
    return python


def talk(python: Path | str, url: str, token: str, instruction: str) -> dict[str, Any]:
    """What openpi's client gets from the server at `url`: `metadata`, `actions`, `shape`, `dtype` of one chunk for the joints
    `joints`, its median round trip `ms`, the status with which a wrong token is `refused`, the `error` of a bad request."""
    robot = robot_named(DEFAULT_ROBOT)
    proprio = np.zeros(robot.proprio_dim)
    proprio[: robot.dof] = robot.q_home
    request = json.dumps({"url": url, "token": token, "instruction": instruction, "proprio": proprio.tolist(), "dof": robot.dof})
    done = subprocess.run([str(python), "-P", str(SCRIPT)], input=request, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise HomebodyError(f"openpi's client failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return json.loads(done.stdout.splitlines()[-1])
