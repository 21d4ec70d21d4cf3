"""A talk: sentence after sentence in one world, answered in one line each; it ends with its input."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, ClassVar

import av
import numpy as np
import pytest
from homebody.cli.chat import Talk, chat, tasks_of, understood
from homebody.cli.doing import Stay
from homebody.core.errors import HomebodyError
from homebody.core.types import Goal
from homebody.envs.lasting import richest_start
from homebody.envs.stages import find_stage

OPEN, CLOSE = Goal(task="open_drawer", target="top"), Goal(task="close_drawer", target="top")


class Drawer:
    """A world of one drawer, which the policy opens or closes in three steps if it tries."""

    num_envs = 1

    def __init__(self) -> None:
        self.open, self.steps, self.held, self.goal, self.words, self.begun = False, 0, 0, OPEN, "", 0

    def _info(self) -> dict[str, Any]:
        now = {"done": self.open == (self.goal == OPEN)}
        return {"success": np.array([self.held >= 3]), "credit": np.array([float(now["done"])]), "diverged": np.array([False]),
                "predicates": [now], "instruction": [self.words]}  # fmt: skip

    def reset(self, *, options: Any) -> Any:
        self.open, self.begun = False, self.begun + 1
        return {}, self._info()

    def step(self, actions: np.ndarray) -> Any:
        self.steps, self.held = self.steps + 1, self.held + int(actions[0, 0] > 0)
        if self.held >= 3:
            self.open = self.goal == OPEN
        return {}, np.zeros(1), np.array([self.held >= 3]), np.array([self.steps >= 5]), self._info()

    def ask(self, i: int, goal: Goal, words: str) -> Any:
        self.goal, self.words, self.steps, self.held = goal, words, 0, 0
        return {}, self._info()

    def open_goals(self, i: int) -> list[Goal]:
        return [CLOSE if self.open else OPEN]

    def usable_goals(self, i: int) -> list[Goal]:
        return [OPEN, CLOSE]


class Does:
    """Tries, or does not."""

    name = "does"

    def __init__(self) -> None:
        self.tries, self.heard = 1.0, list[str]()

    def reset(self, slots: Any, instructions: Any) -> None:
        self.heard += instructions

    def act(self, observation: Any) -> np.ndarray:
        return np.full((1, 8), self.tries, np.float32)


class Nobody:
    def seen(self, *of: Any) -> None:
        pass


@pytest.fixture
def talk() -> Talk:
    env, policy = Drawer(), Does()
    made = Talk(env=env, stay=Stay(env, policy), film=Nobody(), index=0, record=io.StringIO())  # type: ignore[arg-type]
    made.arrive()
    return made


def lines(talk: Talk) -> list[dict[str, Any]]:
    assert isinstance(talk.record, io.StringIO)
    return [json.loads(line) for line in talk.record.getvalue().splitlines()]


def test_the_world_lasts_from_sentence_to_sentence_and_can_be_brought_back(talk: Talk, capsys: pytest.CaptureFixture[str]) -> None:
    assert talk.hear("please open the top drawer") and talk.env.open_goals(0) == [CLOSE]
    assert talk.hear("open the top drawer")
    assert "not done: it is so already" in capsys.readouterr().out
    talk.hear("Reset!")
    assert talk.env.open_goals(0) == [OPEN]
    talk.hear("again")
    assert (talk.asked, talk.done) == (3, 2) and [x["success"] for x in lines(talk)] == [True, False, True]


def test_a_sentence_of_two_things_is_told_in_one_sentence_each(talk: Talk) -> None:
    talk.hear("open the top drawer and then close the top drawer")
    (line,) = lines(talk)
    assert line["success"] and [p["task"] for p in line["plan"]] == ["open_drawer", "close_drawer"]
    assert line["steps"] == sum(p["steps"] for p in line["plan"]) == 6
    talk.hear("open the top drawer, please")
    assert lines(talk)[-1]["plan"][0]["instruction"] == "open the top drawer, please"


def test_what_is_not_understood_or_not_done_is_one_line_and_the_talk_goes_on(talk: Talk, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("do not open the top drawer", "ring the bell", "xyzzy"):
        assert talk.hear(text)
        assert capsys.readouterr().out.count("\n") == 1
    assert talk.asked == 3 and talk.done == 0 and all(x["plan"] == [] and x["said"] for x in lines(talk))


def test_a_policy_that_fails_in_the_middle_does_not_end_the_talk(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Does, observation: Any) -> np.ndarray:
        raise HomebodyError("the server is gone")

    with monkeypatch.context() as broken:
        broken.setattr(Does, "act", gone)
        assert talk.hear("open the top drawer") and lines(talk)[-1]["said"] == "the server is gone"
    assert talk.hear("open the top drawer") and lines(talk)[-1]["success"] and (talk.asked, talk.done) == (2, 1)


@pytest.mark.parametrize(("text", "answer"), [
    ("What can you do?", "I can open the top drawer\n"), ("help", "I can open the top drawer\n"), ("stop!", "I am standing still\n"),
    ("again", "nothing was asked for yet: tell me what to do\n"), ("", ""), ("  ", ""), ("thank you", "at your service: `help` says what I can do now\n"),
])  # fmt: skip
def test_small_talk_is_answered_and_asks_for_nothing(talk: Talk, text: str, answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert talk.hear(text) and capsys.readouterr().out == answer and talk.asked == 0 and lines(talk) == []


@pytest.mark.parametrize("text", ["quit", "Bye.", "exit"])
def test_a_farewell_ends_it(talk: Talk, text: str) -> None:
    assert not talk.hear(text)


class Literal:
    """A listener that knows three sentences."""

    BOOK: ClassVar[dict[str, tuple[Goal, ...]]] = {"open the drawer": (OPEN,), "open the drawer and then shut it again": (OPEN, CLOSE)}

    def plan(self, text: str, among: Any = None) -> tuple[Goal, ...]:
        if text not in self.BOOK:
            raise HomebodyError(f"unknown instruction {text!r}")
        return self.BOOK[text]


def test_a_sentence_that_points_back_is_understood_after_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homebody.assets.listening.listener", Literal)
    both = [OPEN, CLOSE]
    assert understood("shut it again", both, both, ("open the drawer", (OPEN,))) == (CLOSE,)
    for text, before in (
        ("shut it again", ("", ())),
        ("shut it again", ("open the drawer", (CLOSE,))),
        ("shut", ("open the drawer", (OPEN,))),
    ):
        with pytest.raises(HomebodyError, match=f"unknown instruction '{text}'"):
            understood(text, both, both, before)


def test_three_lines_from_a_pipe_are_done_by_the_expert_in_one_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task, index = richest_start(["close_drawer"])
    which = find_stage(task, "panda").start(task, "heldout", index, {}).goal.target
    close, open_ = f"close the {which} drawer", f"open the {which} drawer"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{close}\nwhat can you do\n{open_}\n"))
    assert chat(task=task, policy="expert", out=tmp_path, json_path=tmp_path / "talk.jsonl") == 0
    told = [json.loads(line) for line in (tmp_path / "talk.jsonl").read_text().splitlines()]
    assert [(x["instruction"], x["success"]) for x in told] == [(close, True), (open_, True)]
    with av.open(str(tmp_path / "video.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) > sum(x["steps"] for x in told)


def test_something_that_was_not_done_makes_the_exit_code_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("xyzzy\n"))
    assert chat(task="close_drawer", policy="zero", out=tmp_path) == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert chat(task="close_drawer", policy="zero", out=tmp_path) == 0


@pytest.mark.parametrize(("where", "message"), [
    ({"scene": "home_kichen"}, "unknown scene 'home_kichen': nearest are home_kitchen"),
    ({"room": "kichen"}, "unknown room 'kichen': nearest are kitchen"),
    ({"task": "open_frige"}, "unknown task 'open_frige': nearest are open_fridge"),
    ({"room": "bedroom", "robot": "so101"}, "no task of bedroom is for robot so101: expected one of .*home_kitchen"),
    ({"scene": "home_kitchen", "room": "care"}, "no task of home_kitchen and care is for robot panda"),
    ({"scene": "home_bathroom", "task": "open_fridge"}, "task open_fridge plays in scene home_kitchen, not in home_bathroom"),
])  # fmt: skip
def test_an_unknown_world_is_one_clear_line(where: dict[str, str], message: str) -> None:
    with pytest.raises(HomebodyError, match=message):
        tasks_of(**{"scene": "", "room": "", "task": "", "robot": "panda", **where})


def test_the_world_is_the_kitchen_where_none_is_chosen() -> None:
    assert "open_fridge" in tasks_of("", "", "", "panda") and "ring_bell" not in tasks_of("", "", "", "panda")
    assert set(tasks_of("", "care", "", "panda")) == {"hand_over", "take_from_hand", "bring_within_reach", "ring_bell"}
