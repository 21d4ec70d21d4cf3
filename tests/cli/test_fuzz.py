"""Whatever is typed: no traceback, one of four exit codes, one line where it is refused, and nothing written half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZING = Path(__file__).with_name("fuzzing.py")


def faults(first: int, count: int, processes: int = 1) -> list[str]:
    """What went wrong in cases `first` to `first + count`, a line each."""
    share = -(-count // processes)
    runs = [
        subprocess.Popen(
            [sys.executable, str(FUZZING), "--first", str(n), "--count", str(min(share, first + count - n))],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for n in range(first, first + count, share)
    ]  # fmt: skip
    out = []
    for run in runs:
        said, error = run.communicate()
        out += said.splitlines()
        assert run.returncode in (0, 1) and "Traceback" not in error, error
    return out


def test_sixty_random_argument_lists_end_as_they_should() -> None:
    assert faults(0, 60) == []


@pytest.mark.slow
def test_two_thousand_random_argument_lists_end_as_they_should() -> None:
    assert faults(10_000, 2000, processes=2) == []
