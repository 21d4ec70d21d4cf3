"""`make recipe` at a toy's size: killed at random moments it goes on, and comes to the same weights, bit for bit, as when nobody killed it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sources import ROOT

SIZES = {
    "TASKS": "ring_bell press_soap_pump", "DEMONSTRATIONS": "3", "TAKEOVERS": "3", "HEAD_STEPS": "120", "GLANCED": "1", "WANDERED": "1",
    "CHECKED": "1", "EYES_STEPS": "12",
}  # fmt: skip
KILLS = 10
STAGE = "house"


def recipe(out: Path, *targets: str) -> subprocess.Popen[bytes]:
    words = [f"{k}={v}" for k, v in {**SIZES, "OUT": str(out), "BIN": str(Path(sys.executable).parent)}.items()]
    return subprocess.Popen(
        ["make", "-s", "-f", "recipe.mk", "-j2", *words, *(f"{out}/{t}.done" for t in targets)], cwd=ROOT, start_new_session=True
    )


def weights(out: Path, stage: str) -> bytes:
    return (out / stage / "model.safetensors").read_bytes()


@pytest.mark.slow
def test_a_recipe_that_is_killed_ten_times_comes_to_the_same_weights(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    started = time.monotonic()
    assert recipe(whole, STAGE).wait() == 0
    length, rng = time.monotonic() - started, random.Random(0)
    for _ in range(KILLS):
        process = recipe(cut, STAGE)
        try:
            process.wait(rng.uniform(1.0, 0.5 * length))
        except subprocess.TimeoutExpired:
            process.kill() if rng.random() < 0.5 else os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert recipe(cut, STAGE).wait() == 0
    for stage in ("head", "head_again", "eyes", "eyes_again", "house"):
        assert weights(whole, stage) == weights(cut, stage), stage
    for logs in (whole, cut):
        assert "Traceback" not in "".join(p.read_text() for p in (logs / "logs").iterdir())
