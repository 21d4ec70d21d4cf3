"""What the page is shown, and that the loop keeps the time."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from homebody.core.types import CONTROL_HZ
from homebody.teleop.commands import Move, Resume
from homebody.teleop.drive import ToolDrive
from homebody.teleop.house import PatientEnv
from homebody.teleop.loop import Loop, away
from homebody.teleop.session import Session
from homebody.teleop.view import LEVELS, PATIENCE, Display, Load, state


@pytest.fixture
def session() -> Iterator[Session]:
    env = PatientEnv("first", 1, image_size=16, threads=1)
    yield Session(env, ToolDrive(), lambda _: 0)
    env.close()


def unpack(frame: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """The page's side of the format."""
    (length,) = struct.unpack_from("<I", frame)
    head, at, pictures = json.loads(frame[4 : 4 + length]), 4 + length, {}
    for camera, size in head["pictures"].items():
        pictures[camera] = cv2.imdecode(np.frombuffer(frame, np.uint8, size, at), cv2.IMREAD_COLOR)
        at += size
    assert at == len(frame)
    return head, pictures


def test_a_frame_carries_the_state_and_both_pictures(session: Session) -> None:
    display = Display(session)
    head, pictures = unpack(display.frame(3, Load(hz=20.0, busy=0.4), 12.0))
    assert pictures["scene"].shape[:2] == display.size and pictures["wrist"].shape[0] == pictures["wrist"].shape[1]
    assert pictures["scene"].std() > 10, "there is something to see"
    assert (head["number"], head["hz"], head["latency_ms"]) == (3, 20.0, 12)
    assert head["size"] == [display.size[1], display.size[0]]


def test_the_state_is_finite_and_says_what_the_engine_says(session: Session) -> None:
    s = json.loads(json.dumps(state(session), allow_nan=False))
    env = session.env
    assert s["instruction"] == env.instruction(0) and s["phase"] == "ready" and s["mode"] == "manual"
    tool = np.linalg.inv(env.base_pose(0)) @ env.tool_state(0)[0]
    assert np.allclose(s["tool"]["position"], tool[:3, 3], atol=1e-3), "in the base frame"
    assert set(s["predicates"]) == set(session.info["predicates"][0])
    assert np.allclose(s["target"], env.mark(0).position, atol=1e-3)
    assert len(s["touch"]["depth_um"]) == 2 and len(s["touch"]["depth_um"][0]) == 64
    assert len(s["valid"]) == len(env.valid_goals(0))


def test_marks_lie_on_what_they_mark(session: Session) -> None:
    """The drawer's handle is brass: at its mark the picture is browner than blue; up is up, left of the robot is up-left."""
    session.env.reset(options={"index": np.array([0])})
    marks = state(session)["marks"]
    height, width, _ = LEVELS[0]
    picture = session.env.render_slot(0, "scene", (height, width), "film")
    x, y = int(marks["target"][0] * width), int(marks["target"][1] * height)
    patch = picture[y - 4 : y + 5, x - 4 : x + 5].reshape(-1, 3).astype(float).mean(0)
    assert patch[0] > patch[2] + 40
    assert marks["+z"][1] < marks["tool"][1] < marks["-z"][1]
    assert marks["+x"][0] > marks["tool"][0] > marks["-x"][0]


def test_pictures_shrink_under_load_and_grow_back_when_it_is_gone(session: Session) -> None:
    display = Display(session)
    for _ in range(PATIENCE - 1):
        display.adapt(1.2)
    display.adapt(0.7)
    assert display.size == LEVELS[0][:2] or display.size == LEVELS[1][:2]
    for _ in range(10 * PATIENCE):
        display.adapt(1.2)
    assert display.size == LEVELS[-1][:2]
    for _ in range(30 * PATIENCE):
        display.adapt(0.1)
    assert display.size == LEVELS[0][:2]


def test_a_still_scene_is_drawn_less_often_but_at_once_when_told(session: Session) -> None:
    display = Display(session)
    assert sum(display.due(n, told=False) for n in range(20)) == 5
    assert display.due(1, told=True)
    session.handle(Move(linear=(1.0, 0.0, 0.0)), 0.0)
    assert all(display.due(n, told=False) for n in range(20))


def test_the_loop_keeps_to_the_control_rate_and_stops_when_told(session: Session) -> None:
    frames: list[bytes] = []
    loop = Loop(session, frames.append, watched=lambda: len(frames) < 5, latency_ms=lambda: 0.0)
    loop.start()
    begin = time.perf_counter()
    while time.perf_counter() - begin < 1.5:
        loop.submit(Move(linear=(0.0, 0.0, 0.2)))
        time.sleep(0.05)
    away(loop)
    time.sleep(0.2)
    loop.stop()
    assert loop.failure is None and len(frames) == 5
    assert 4 < len(session.recorder) <= 1.8 * CONTROL_HZ + 1, "never faster; slower only where the machine is"
    assert session.mode == "hold"


def test_what_goes_wrong_in_the_loop_is_kept_for_the_command_to_report(session: Session) -> None:
    def broken(_: bytes) -> None:
        raise RuntimeError("no wire")

    loop = Loop(session, broken, watched=lambda: True, latency_ms=lambda: 0.0)
    loop.submit(Resume())
    loop.start()
    begin = time.monotonic()
    while not loop.stopped and time.monotonic() - begin < 10:
        time.sleep(0.02)
    assert isinstance(loop.failure, RuntimeError)
    assert "no policy is loaded" in session.message.text
    loop.stop()
