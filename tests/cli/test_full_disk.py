"""A disk that fills up at any moment: exit code 2 and one line, what was finished is whole, and the next run goes on."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.datasets.check import verify
from homebody.datasets.speed import moving_episode
from homebody.datasets.store import Store
from homebody.envs.skills.expert import Expert
from homebody.teleop.commands import Keep, Move
from homebody.teleop.drive import ToolDrive
from homebody.teleop.house import PatientEnv
from homebody.teleop.session import Session, SessionConfig

LARGE = pytest.mark.parametrize("disk", [200], indirect=True)
"""For checkpoints [MiB]."""


def run(words: list[str], disk: Any, *, wait_s: float | None = None) -> tuple[int, str]:
    """A command as a user starts it, the disk filled up after `wait_s`; its exit code and its error line."""
    child = subprocess.Popen(
        [sys.executable, "-m", "homebody.cli.main", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=disk.path.parent,
    )
    if wait_s is not None:
        end = time.monotonic() + wait_s
        while time.monotonic() < end and child.poll() is None:
            time.sleep(0.01)
        disk.fill()
    _, error = child.communicate(timeout=300)
    lines = [line for line in error.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in error
    if child.returncode == 2:
        assert len(lines) == 1 and error.splitlines()[-1] == lines[0], error
        return 2, lines[0]
    assert child.returncode == 0 and not lines, error
    return 0, ""


def whole(path: Path) -> int:
    """Episodes of a data set that may not be there yet, every one whole."""
    if not path.exists():
        return 0
    report = verify(path)
    assert report["problems"] == []
    return report["episodes"]


def collect(disk: Any, wait_s: float) -> int:
    out = disk.path / "set"
    words = [
        *["collect", "--tasks", "open_drawer", "--episodes", "3", "--image-size", "16", "--slots", "1", "--threads", "1", "--out"],
        str(out),
    ]
    code, line = run(words, disk, wait_s=wait_s)
    assert code == 0 or "no space left" in line, line
    disk.make_room()
    kept = whole(out) if out.exists() and any(out.iterdir()) else 0
    again = disk.path.parent / "again.json"
    assert run([*words, "--json", str(again)], disk)[0] == 0
    report = json.loads(again.read_text())
    assert (report["skipped"], report["kept"]) == (kept, 3 - kept) and whole(out) == 3
    return code


def bench(disk: Any, wait_s: float) -> int:
    out = disk.path / "bench"
    words = [
        *["bench", "--policy", "expert", "--tasks", "open_drawer", "--episodes", "4", "--slots", "1", "--threads", "1", "--out"],
        str(out),
    ]
    code, line = run(words, disk, wait_s=wait_s)
    assert code == 0 or "no space left" in line, line
    disk.make_room()
    file = out / "episodes.jsonl"
    lines = file.read_text().splitlines(keepends=True) if file.exists() else []
    assert all(line.endswith("\n") and json.loads(line) for line in lines)
    assert run(words, disk)[0] == 0
    assert len(file.read_text().splitlines()) == 4 and file.read_text().startswith("".join(lines))
    assert json.loads((out / "summary.json").read_text())["tasks"]["open_drawer"]["episodes"] == 4
    return code


def train(disk: Any, wait_s: float) -> int:
    data, out = disk.path.parent / "data", disk.path / "policy"
    if not data.exists():
        with Store.create(data, robot="panda", cameras=("scene", "wrist"), image_size=32, control_hz=20) as store:
            store.append(dataclasses.replace(moving_episode(0, frames=10, size=32), recipe="made up"))
    words = ["train", "policy", "--data", str(data), "--steps", "4", "--batch", "2", "--threads", "1", "--out", str(out)]
    code, line = run(words, disk, wait_s=wait_s)
    assert code == 0 or "no space left" in line, line
    disk.make_room()
    resume = ["--resume"] if (out / "training.safetensors").exists() else []
    assert run([*words, *resume], disk)[0] == 0
    assert not [p for p in out.rglob("*") if p.name.startswith(".") or "part" in p.suffix], "nothing half-written stays"
    return code


@pytest.fixture(scope="module")
def env() -> Iterator[PatientEnv]:
    env = PatientEnv("first", 1, limit_steps=310, image_size=16, threads=1)
    yield env
    env.close()


def keep(disk: Any, env: PatientEnv, lefts: list[int]) -> int:
    """Keep with so many bytes left, again and again; how often the disk was too full."""
    path, refused = disk.path / "kept", 0
    with Store.create(path, robot="panda", cameras=("scene", "wrist"), image_size=16, control_hz=20) as store:
        session, now = Session(env, ToolDrive(), store.append, policy=Expert(env), config=SessionConfig(silence_s=60.0)), 0.0
        for number, left in enumerate(lefts):
            for _ in range(6):
                session.handle(Move(linear=(1.0, 0.0, 0.0)), now)
                now += 0.05
                session.tick(now)
            frames, said, index = len(session.recorder), session.message.number, session.index
            disk.fill(left)
            session.handle(Keep(), now)
            if session.kept[number:] == []:
                refused += 1
                assert session.message.number == said + 1 and session.message.level == "bad"
                assert "no space left on device: this episode was not written" in session.message.text
                assert len(session.recorder) == frames and session.index == index and session.phase == "running"
                disk.make_room()
                session.handle(Keep(), now)
            disk.make_room()
            assert session.kept[number:] == [number] and len(store) == number + 1
    assert whole(path) == len(lefts)
    return refused


def test_keep_on_a_full_disk_keeps_the_attempt_and_works_again_with_room(disk: Any, env: PatientEnv) -> None:
    assert keep(disk, env, [0, 20_000, 1 << 22]) == 2


def test_a_collection_on_a_full_disk_is_one_line_and_the_next_run_completes_it(disk: Any) -> None:
    collect(disk, 2.5)


@pytest.mark.parametrize("words", [["collect", "--tasks", "open_drawer"], ["bench", "--policy", "expert", "--tasks", "open_drawer"]])
def test_a_read_only_disk_is_refused_before_anything_runs(disk: Any, words: list[str]) -> None:
    disk.read_only(True)
    code, line = run([*words, "--out", str(disk.path / "out")], disk)
    assert code == 2 and "read-only" in line


@pytest.mark.slow
def test_50_random_moments_of_a_full_disk(disk: Any, env: PatientEnv) -> None:
    rng = np.random.default_rng(0)
    refused = keep(disk, env, [int(n) for n in rng.integers(0, 100_000, 14)])
    for command, moments in ((collect, 18), (bench, 18)):
        for wait_s in rng.uniform(0.5, 6.0, moments):
            refused += command(disk, float(wait_s)) == 2
            subprocess.run(["rm", "-rf", str(disk.path / "set"), str(disk.path / "bench")], check=True)
    assert refused > 15


@LARGE
@pytest.mark.slow
def test_a_full_disk_at_random_moments_of_a_training(disk: Any) -> None:
    for wait_s in np.random.default_rng(1).uniform(1.0, 15.0, 8):
        train(disk, float(wait_s))
        subprocess.run(["rm", "-rf", str(disk.path / "policy")], check=True)
