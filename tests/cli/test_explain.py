"""`prompt --explain`: what a policy went by in the film, what it leaned on in the table, and no action is another for it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from homebody.cli import prompt as prompt_module
from homebody.cli.explain import Explainer
from homebody.cli.explain_layout import ARROW_M, COLOURS, HEIGHT, View, carried, compose_explained, overlaid, pixel_matrix, project, strip
from homebody.cli.policies import find_policy
from homebody.cli.prompt import house_for, prompt
from homebody.cli.video_layout import WIDTH, Moment
from homebody.core.errors import HomebodyError
from homebody.core.marks import Mark
from homebody.core.robots import PANDA
from homebody.core.rollout import Listener, Rollout
from homebody.core.types import Certificate, Goal
from homebody.envs.sensors.cameras import CameraGeometry
from homebody.policies.explaining import JOINTS, TOUCH, WORDS, Belief, Change, Steering

GOAL = Goal(task="open_drawer", target="top")
STILL = np.array([0, 0, 0, 1, 0, 0, 0, 1, 0, 1], np.float32)
K = np.array([[64.0, 0, 64], [0, 64, 64], [0, 0, 1]])


def camera(at: tuple[float, float, float] = (0.0, 0.0, -1.0)) -> CameraGeometry:
    """Looks along the base's z from `at`, 90 degrees wide, pictures of 128 x 128."""
    T = np.eye(4)
    T[:3, 3] = at
    return CameraGeometry(intrinsics=K, T_base_camera=T)


class Small:
    """A house of one slot that is over after 12 steps."""

    num_envs, image_size = 1, (128, 128)

    def __init__(self) -> None:
        self.steps, self.words = 0, ""

    def reset(self, *, options: Any) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        self.steps, self.words = 0, options["instruction"][0]
        return self._seen()

    def step(self, actions: np.ndarray) -> Any:
        self.steps += 1
        observation, info = self._seen()
        return observation, np.zeros(1), np.array([False]), np.array([self.steps >= 12]), info

    def _seen(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        info = {
            "success": [False],
            "credit": [0.0],
            "diverged": [False],
            "predicates": [{"open(drawer)": False}],
            "instruction": [self.words],
        }
        touch = np.full((1, 2, 3, 8, 8), self.steps / 1000, np.float32)
        return {"scene": np.zeros((1, 8, 8, 3), np.uint8), "proprio": np.zeros((1, 24), np.float32), "tactile": touch}, info

    def horizon(self, i: int) -> int:
        return 12

    def asked_at(self, i: int) -> int:
        return 0

    def render_slot(self, i: int, camera: str, size: tuple[int, int], profile: str) -> np.ndarray:
        return np.full((*size, 3), 120, np.uint8)

    def camera_geometry(self, i: int, name: str) -> CameraGeometry:
        return camera()

    def certificate(self, i: int) -> Certificate:
        return Certificate(task="open_drawer", robot="panda", split="heldout", index=7, goal=GOAL, model_hash="m", engine="fake", cpu="",
                           initial_hash="0", final_hash="1")  # fmt: skip

    def close(self) -> None:
        pass


class Feeler:
    """Plans every four steps; feels, and acts where it is told `top`."""

    name, robot, execute, senses = "feeler", PANDA, 4, ("scene", TOUCH, JOINTS, WORDS)

    def __init__(self, deaf: bool = False) -> None:
        self._deaf, self._words, self._left, self.asked = deaf, "", 0, list[str]()

    def reset(self, slots: Any, instructions: Any) -> None:
        self._words, self._left = instructions[0], 0

    def act(self, observation: Any) -> np.ndarray:
        self._left = (self._left or self.execute) - 1
        return np.zeros((1, 8), np.float32)

    def told(self, slot: int) -> str | None:
        return None if self._deaf else self._words

    def looks_in(self, slot: int) -> int:
        return self._left

    def believe(self, observation: Any, slot: int, words: str) -> Belief:
        self.asked.append(words)
        motions = np.repeat(STILL[None], 4, 0)
        motions[:, 0] = observation["tactile"][slot].mean()
        return Belief(motions=motions, points=np.array([[0.3 * ("top" in words), 0, 0], [0, 0.2, 0]]), heat={})


def told_by(monkeypatch: pytest.MonkeyPatch, policy: Feeler, out: Path) -> dict[str, Any]:
    """The JSON of `prompt --explain` with that policy in the small house."""
    monkeypatch.setattr(prompt_module, "_build", lambda *_, **__: (Small(), policy, 7, False))
    assert prompt("open the top drawer", explain=True, out=out, json_path=out / "r.json") == 1
    return json.loads((out / "r.json").read_text())


def test_each_decision_is_explained_once_and_each_instructions_words_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = Feeler()
    told = told_by(monkeypatch, policy, tmp_path)
    assert [row["sense"] for row in told["explanation"]] == ["touch", "scene picture", "joints", "words"], "what matters most goes first"
    touch, *others = told["explanation"]
    assert touch["mm"] == pytest.approx((0 + 4 + 8) / 3, rel=1e-4) and touch["most_at_s"] == 0.4, "decisions at steps 0, 4 and 8"
    assert {"sense", "mm", "degrees", "gripper", "most_at_s"} <= set(touch) and all(row["mm"] == 0 for row in others)
    assert set(told["words"][0]) == {"instruction", "word", "point", "mm", "act_mm", "place_mm", "heat", "motion_mm"}
    assert [(w["word"], w["point"], w["mm"]) for w in told["words"]] == [("open", None, 0), ("top", "act", 300), ("drawer", None, 0)]
    assert len(policy.asked) == 3 * (1 + len(policy.senses)) + 3, "a plan and one for each sense, three times; one for each word, once"
    printed = capsys.readouterr().out
    assert "'open the top drawer': where it acts hangs on top (300 mm); neither hangs on open (0 mm), drawer (0 mm)" in printed
    assert "what a decision leans on is not what made it right" in printed


def test_who_holds_still_has_nothing_to_explain(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = told_by(monkeypatch, Feeler(deaf=True), tmp_path)
    assert told["explanation"] == told["words"] == [] and "nothing to explain" in capsys.readouterr().out


def test_who_does_not_look_is_refused_in_one_line_before_anything_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        HomebodyError, match="policy 'zero' cannot be explained: expected `homebody`, `house`, or a checkpoint of their kind"
    ):
        prompt("open the top drawer", policy="zero", explain=True, out=tmp_path / "o")
    assert not (tmp_path / "o").exists() and "zero" not in capsys.readouterr().out


class Actions(Listener):
    looks = False

    def __init__(self) -> None:
        self.sent: list[np.ndarray] = []

    def acts(self, run: Any, observation: Any, action: np.ndarray) -> None:
        self.sent.append(action.copy())


def test_the_shipped_policy_acts_bit_for_bit_as_it_does_unasked() -> None:
    source = find_policy("homebody")
    env = house_for(source, "open_drawer", threads=1)
    taken, index = [], env.find_index(GOAL)
    for explained in (False, True):
        policy, actions = source.build(env), Actions()
        explainer = Explainer(env, policy)
        rollout = Rollout(env, policy, listeners=[explainer, actions] if explained else [actions])
        rollout.start([index], goals=[GOAL], instructions=["open the top drawer"])
        for _ in range(17):
            rollout.step()
        taken.append((actions.sent, env.state_hash(0)))
        assert len(explainer.decisions) == (3 if explained else 0)
    env.close()
    assert np.array_equal(taken[0][0], taken[1][0]) and taken[0][1] == taken[1][1]
    assert [row["sense"] for row in explainer.summary()].index("words") < 3 and len(explainer.words["open the top drawer"]) == 3


MARK = Mark(position=np.array([0.2, -0.1, 0.0]), approach=np.array([0.0, -1, 0]), across=np.array([1.0, 0, 0]), width=0.1,
            place=np.array([-0.3, 0.3, 0]), way=np.array([-1.0, 0, 0]), progress=0.0)  # fmt: skip


def view(heat: bool = False) -> View:
    maps = np.zeros((2, 16, 16))
    maps[0, 2, 12] = maps[1, 13, 3] = 1
    belief = Belief(
        motions=np.repeat(STILL[None], 8, 0), points=np.stack([MARK.position, MARK.place]), heat={"scene": maps} if heat else {}, mark=MARK
    )
    words = [
        Steering(word=w, moved_mm=m, heat=(0, 0), motion_mm=0)
        for w, m in (("top", (90.0, 2.0)), ("bowl", (0.0, 90.0)), ("put", (0.0, 0.0)))
    ]
    changes = {
        s: Change(mm=30.0 * n, degrees=2.0, gripper=0.1)
        for n, s in enumerate(("scene picture", "wrist picture", "touch", "joints", "words"))
    }
    return View(belief=belief, then={"scene": camera()} if heat else {}, height=128, words=words, changes=changes)


def nearest(picture: np.ndarray, colour: tuple[int, int, int], x: int, y: int, room: int = 5) -> int:
    """How far the nearest colour around a pixel is from the one that is looked for."""
    return int(np.abs(picture[y - room : y + room + 1, x - room : x + room + 1].astype(int) - colour).sum(-1).min())


def test_marks_are_drawn_where_the_camera_sees_them() -> None:
    picture = overlaid(np.full((400, 640, 3), 120, np.uint8), "scene", view(), camera())
    for name, point in (("act", MARK.position), ("place", MARK.place)):
        x, y = round(320 + 200 * float(point[0])), round(200 + 200 * float(point[1]))  # a metre away, 200 pixels a metre
        assert nearest(picture, COLOURS[name], x, y) < 60
    shaft = MARK.position - 0.6 * ARROW_M * MARK.approach
    assert nearest(picture, COLOURS["act"], round(320 + 200 * float(shaft[0])), round(200 + 200 * float(shaft[1])), 2) < 60, (
        "it comes from above"
    )
    assert nearest(picture, COLOURS["act"], 320 + 50, 200 - 20, 2) < 60, "a finger"
    assert (picture[:, 500:] == 120).all() and (picture[320:] == 120).all(), "nothing anywhere else"


def test_what_is_behind_a_camera_is_not_drawn() -> None:
    assert project(np.array([[0, 0, -2.0], [0, 0, 0]]), camera(), 128, (400, 640)) == [None, (320, 200)]
    assert (overlaid(np.full((198, 264, 3), 120, np.uint8), "wrist", view(), camera((0, 0, 1))) == 120).all()


def test_a_heat_map_lies_on_the_square_that_the_policy_saw_and_stays_on_its_thing_when_the_camera_moves() -> None:
    heat, point = np.zeros((16, 16)), np.array([0.28125, -0.34375, 0.5])  # what cell 10, 6 shows at 1.5 m
    heat[6, 10] = 0.5
    for now in (camera(), camera((0.4, 0.1, -1)), camera((0.1, 0, -0.3))):
        seen = carried(heat, np.array([0.0, 0, 0.5]), camera(), now, 128, (400, 640))
        inside = np.array([(10.5 - 8) / 8 * 1.5, (6.5 - 8) / 8 * 1.5, point[2]]) - now.T_base_camera[:3, 3]
        x, y, z = pixel_matrix(now, 128, (400, 640)) @ inside
        peak = np.unravel_index(cv2.GaussianBlur(seen, (0, 0), 3).argmax(), seen.shape)
        assert np.hypot(peak[1] - x / z, peak[0] - y / z) < 4 and seen.max() == pytest.approx(1, abs=0.1)
    drawn = overlaid(np.full((400, 640, 3), 120, np.uint8), "scene", view(heat=True), camera()).astype(int)
    assert drawn[62, 432, 0] > 135 > 105 > drawn[62, 432, 2] and drawn[337, 207, 2] > 135 > 105 > drawn[337, 207, 0], "warm and cold"


def test_the_frame_holds_coloured_words_and_a_bar_for_each_sense() -> None:
    moment = Moment(
        instruction="Put the top in the bowl!", scene=np.full((400, 640, 3), 90, np.uint8), wrist=np.full((198, 264, 3), 60, np.uint8),
        tactile=np.zeros((2, 3, 8, 8), np.float32), predicates={"open(top_drawer)": False}, step=10, horizon=200, time_s=0.5, credit=0.0,
        policy="homebody",
    )  # fmt: skip
    frame, empty = (compose_explained(moment, v, {"scene": camera(), "wrist": camera()}) for v in (view(heat=True), None))
    assert frame.shape == empty.shape == (HEIGHT, WIDTH, 3)
    title = frame[12:46, :500]
    assert all((title == colour).all(-1).any() for colour in COLOURS.values()) and not any(
        (empty == c).all(-1).any() for c in COLOURS.values()
    )
    bars = [(frame[HEIGHT - 35, 20 + 188 * n : 188 + 188 * n] < 60).all(-1).mean() for n in range(5)]
    assert bars == pytest.approx([0, 0.3, 0.6, 0.9, 1.0], abs=0.03)


def test_a_third_camera_leaves_room_for_all_bars() -> None:
    seen = view()
    six = strip(replace(seen, changes={"side picture": Change(mm=100, degrees=180, gripper=1), **seen.changes}))
    bars = [(six[-35, 20 + 156 * n : 156 + 156 * n] < 60).all(-1).mean() for n in range(6)]
    assert bars == pytest.approx([1, 0, 0.3, 0.6, 0.9, 1], abs=0.03) and (six[:, -19:] > 240).all()
