"""Every command in every room with every robot that it supports, one short episode each.

The default suite runs a diagonal: each command once, each room and robot at least once. `-m slow` runs all of the table.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from homebody.cli.main import main
from homebody.cli.serve import make_sessions
from homebody.core.instructions import phrasings
from homebody.core.robots import robot_named
from homebody.datasets.store import Store
from homebody.envs.registry import all_tasks, task_goals, task_robots, task_scene
from homebody.policies.serving.server import PolicyServer, ServerConfig
from homebody.teleop.commands import Keep, Move
from homebody.teleop.drive import ToolDrive
from homebody.teleop.house import PatientEnv
from homebody.teleop.session import Session, SessionConfig

TOKEN = "a-token-of-24-letters!!!"


def shortest() -> dict[tuple[str, str], str]:
    """(scene, robot) -> the task of it with the shortest horizon."""
    found: dict[tuple[str, str], str] = {}
    for name, task in all_tasks().items():
        for robot in task_robots(name):
            key = (task_scene(name), robot)
            if key not in found or task.horizon < all_tasks()[found[key]].horizon:
                found[key] = name
    return found


CASES = shortest()


def sentence(task: str) -> str:
    return phrasings(task_goals(task)[0])[0]


def prompt(task: str, robot: str) -> None:
    words = ["--robot", robot, "--policy", "expert", "--out", "film", "--json", "r.json"]
    assert main(["prompt", sentence(task), *words]) in (0, 1)
    assert json.loads(Path("r.json").read_text())["certificate"]["robot"] == robot and Path("film/video.mp4").is_file()


def bench(task: str, robot: str) -> None:
    words = ["--robot", robot, "--policy", "expert", "--episodes", "1", "--films", "0", "--threads", "1", "--out", "b"]
    assert main(["bench", "--tasks", task, *words]) == 0
    (record,) = map(json.loads, Path("b/episodes.jsonl").read_text().splitlines())
    assert record["task"] == task and record["certificate"]["robot"] == robot and not record["diverged"]


def collect_and_replay(task: str, robot: str) -> None:
    words = ["--robot", robot, "--episodes", "1", "--keep-failures", "--image-size", "16", "--threads", "1", "--out", "d"]
    assert main(["collect", "--tasks", task, *words]) == 0
    assert main(["data", "replay", "d"]) == 0, "the same actions lead to the same state, bit for bit"


def train_rl(task: str, robot: str) -> None:
    words = ["--robot", robot, "--minutes", "0.02", "--slots", "2", "--threads", "1", "--demonstrations", "0", "--out", "rl"]
    assert main(["train", "rl", "--task", task, *words, "--json", "r.json"]) == 0
    assert json.loads(Path("r.json").read_text())["steps"] > 0
    words = ["--robot", robot, "--policy", "rl", "--episodes", "1", "--films", "0", "--threads", "1", "--out", "b"]
    assert main(["bench", "--tasks", task, *words]) == 0


def imagine(task: str, robot: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped world model knows the first kitchen and the Panda: elsewhere it says so in one line, and of another arm it refuses."""
    code = main(["imagine", sentence(task), "--robot", robot, "--policy", "expert", "--out", "film", "--json", "r.json"])
    said = capsys.readouterr().err
    if robot != "panda":
        assert code == 2 and said.count("\n") == 1 and "world model 'world' cannot act on robot" in said
        return
    assert code == 0 and Path("film/video.mp4").is_file()
    foreign = task_scene(task) != "first"
    assert said.count("was not trained on") == foreign and json.loads(Path("r.json").read_text())["psnr"] > 0


@contextlib.contextmanager
def served(robot: str) -> Iterator[str]:
    """The address of a server of the policy `zero` in this process."""
    name, cameras, sessions = make_sessions("zero", robot=robot)
    server = PolicyServer(ServerConfig(token=TOKEN, port=0, policy=name, cameras=cameras, robot=robot), sessions, say=lambda line: None)
    events, bound, up = asyncio.new_event_loop(), list[int](), threading.Event()
    task: list[Any] = []

    async def run() -> None:
        task.append(asyncio.current_task())
        with contextlib.suppress(asyncio.CancelledError):
            await server.run(lambda port: (bound.append(port), up.set()))

    thread = threading.Thread(target=lambda: events.run_until_complete(run()))
    thread.start()
    assert up.wait(20)
    try:
        yield f"127.0.0.1:{bound[0]}"
    finally:
        events.call_soon_threadsafe(task[0].cancel)
        thread.join(20)
        events.close()


def serve_and_robot(task: str, robot: str) -> None:
    with served(robot) as address:
        words = ["--server", f"ws://{address}", "--token", TOKEN, "--robot", robot, "--json", "r.json"]
        assert main(["robot", "--instruction", sentence(task), *words]) in (0, 1)
        (run,) = json.loads(Path("r.json").read_text())["runs"]
        assert run["failures"] == 0 and run["certificate"]["robot"] == robot and run["steps"] > 0
        words = ["--robot", robot, "--episodes", "1", "--films", "0", "--threads", "1"]
        assert main(["bench", "--tasks", task, "--policy", f"ws://{TOKEN}@{address}", *words, "--out", "wire"]) == 0
    assert main(["bench", "--tasks", task, "--policy", "zero", *words, "--out", "here"]) == 0
    ends = [json.loads(Path(f"{d}/episodes.jsonl").read_text())["certificate"]["final_hash"] for d in ("wire", "here")]
    assert ends[0] == ends[1], "over the wire as in this process, bit for bit"
    assert TOKEN not in Path("wire/episodes.jsonl").read_text() + Path("wire/settings.json").read_text()


def teleop(task: str, robot: str) -> None:
    with Store.create(Path("d"), robot=robot, cameras=("scene", "wrist"), image_size=16, control_hz=20) as store:
        env = PatientEnv(task, 1, robot=robot, image_size=16, threads=1)
        session = Session(env, ToolDrive(robot=robot_named(robot)), store.append, config=SessionConfig(silence_s=60.0))
        for step in range(10):
            session.handle(Move(linear=(0.0, 0.0, 1.0)), 0.05 * step)
            session.tick(0.05 * step)
        session.handle(Keep(), 1.0)
        env.close()
        assert session.kept == [0] and store.meta(0)["certificate"]["robot"] == robot and store.meta(0)["length"] == 10
    assert main(["data", "replay", "d"]) == 0


def gallery(task: str, robot: str) -> None:
    assert main(["tasks", "--gallery", "g", "--only", task, "--robot", robot]) in (0, 1)
    assert Path(f"g/{task}.png").stat().st_size > 10_000


COMMANDS: dict[str, Callable[..., None]] = {
    "prompt": prompt, "bench": bench, "collect": collect_and_replay, "train rl": train_rl, "imagine": imagine, "serve": serve_and_robot,
    "teleop": teleop, "gallery": gallery,
}  # fmt: skip
DIAGONAL = {
    "prompt": ("home_bathroom", "panda"), "bench": ("care_room", "panda"), "collect": ("bedroom_towel", "panda"), "train rl": ("home_kitchen", "so101"),
    "imagine": ("home_kitchen", "so101"), "serve": ("home_kitchen", "so101"), "teleop": ("kitchen_grains", "panda"), "gallery": ("first", "panda"),
}  # fmt: skip
"""What the default suite runs."""


def rows() -> list[Any]:
    return [
        pytest.param(command, *case, id=f"{command} {' '.join(case)}", marks=() if DIAGONAL[command] == case else pytest.mark.slow)
        for command in COMMANDS
        for case in CASES
    ]


def test_the_table_holds_every_room_and_robot() -> None:
    assert {all_tasks()[t].room for t in CASES.values()} == {t.room for t in all_tasks().values()}
    assert {robot for _, robot in CASES} == {r for t in all_tasks() for r in task_robots(t)}
    assert set(DIAGONAL) == set(COMMANDS) and set(DIAGONAL.values()) <= set(CASES)


@pytest.mark.parametrize(("command", "scene", "robot"), rows())
def test_a_command_runs_in_a_room_with_a_robot(
    command: str, scene: str, robot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if command == "imagine":
        imagine(CASES[scene, robot], robot, capsys)
    else:
        COMMANDS[command](CASES[scene, robot], robot)
