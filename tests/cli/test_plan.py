"""Several things in one sentence: what was understood is said first, then each is done in one world and one film."""

from __future__ import annotations

import json
import time
from pathlib import Path

import av
import pytest
from homebody.cli.asked import plan_of
from homebody.cli.doing import Stay
from homebody.cli.filming import HOLD_FRAMES
from homebody.cli.main import main
from homebody.cli.prompt import prompt
from homebody.core.errors import HomebodyError
from homebody.core.types import Goal
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.lasting import richest_start, start_for
from homebody.envs.stages import find_stage
from homebody.policies.baselines import ZeroPolicy

TEXT = "open the top drawer and then close the top drawer"
OPEN, CLOSE = Goal(task="open_drawer", target="top"), Goal(task="close_drawer", target="top")


def test_one_thing_is_a_plan_of_one_and_several_stand_in_their_order() -> None:
    assert plan_of("open the top drawer", 0) == (OPEN,)
    assert plan_of(TEXT, 0) == (OPEN, CLOSE)


class Roomy:
    """A listener for whom an apple is that of the first room, unless it is told where."""

    def plan(self, text: str, among: list[Goal] | None = None) -> tuple[Goal, ...]:
        fridge, there, here = Goal(task="open_fridge", target="fridge"), Goal(task="pick_up", target="apple"), FRUIT
        if among is None:
            return fridge, there
        if not {fridge, here} <= set(among):
            raise HomebodyError("not here")
        return fridge, here


FRUIT = Goal(task="hold_up_food", target="fruit")


def test_a_plan_across_rooms_is_read_once_more_as_one_of_a_single_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homebody.cli.asked.listener", Roomy)
    assert plan_of("open the fridge and pick up the apple", 0) == (Goal(task="open_fridge", target="fridge"), FRUIT)


def test_the_state_still_decides_what_one_thing_means() -> None:
    assert plan_of("shut the drawer", 3)[0] in find_stage("close_drawer", "panda").start("close_drawer", "heldout", 3, {}).valid


@pytest.mark.parametrize(("text", "tasks"), [("open the top drawer", ["open_drawer"]), (TEXT, ["open_drawer", "close_drawer"])])
def test_a_plan_alone_is_said_at_once_and_nothing_moves(
    text: str, tasks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(HouseholdVectorEnv, "__init__", lambda *a, **k: pytest.fail("a house was built"))
    monkeypatch.chdir(tmp_path)
    plan_of("open the fridge", 0)  # the first sentence loads the listener
    started = time.perf_counter()
    assert main(["prompt", text, "--plan", "--json", "plan.json"]) == 0
    assert time.perf_counter() - started < 2.0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"  {n}. {s}" for n, s in enumerate(text.split(" and then "), 1)]
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]
    told = json.loads((tmp_path / "plan.json").read_text())
    assert told["task"] == "open_drawer" and [p["task"] for p in told["plan"]] == tasks


def test_the_expert_does_both_in_one_world_and_one_film(tmp_path: Path) -> None:
    code = prompt(TEXT, policy="expert", out=tmp_path, json_path=tmp_path / "r.json")
    result = json.loads((tmp_path / "r.json").read_text())
    assert code == 0 and result["success"] and result["task"] == "open_drawer" and result["instruction"] == TEXT
    assert [(p["instruction"], p["task"], p["success"]) for p in result["plan"]] == [
        ("open the top drawer", "open_drawer", True),
        ("close the top drawer", "close_drawer", True),
    ]
    assert result["steps"] == sum(p["steps"] for p in result["plan"])
    with av.open(result["video"]) as film:
        assert sum(1 for _ in film.decode(video=0)) == 2 + result["steps"] + 2 * HOLD_FRAMES


class Ear(ZeroPolicy):
    """Holds still and writes down what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def reset(self, slots: list[int], instructions: list[str]) -> None:
        super().reset(slots, instructions)
        self.heard += instructions


def test_what_fails_is_tried_once_more_then_named_and_what_cannot_be_done_then_is_left_out() -> None:
    """The drawer stays shut: opening it fails twice, and there is nothing to close."""
    env, ear, said = HouseholdVectorEnv("open_drawer", 1, split="heldout", cameras=(), threads=1), Ear(), []
    stay = Stay(env, ear, say=said.append)
    stay.begin(env.find_index(OPEN), OPEN, "open it")
    done = stay.do([OPEN, CLOSE], ["open it", "close it"])
    assert [(d.success, d.tries) for d in done] == [(False, 2), (False, 0)]
    assert ear.heard == ["open it", "open it"] and stay.run.steps == done[0].steps == 2 * env.horizon(0)
    assert said == [
        "   open it: not done, once more",
        "1. open it: not done in 20.0 s",
        "2. close it: not done: it is so already, or cannot be done as things are now",
    ]


def test_a_start_fits_the_whole_sentence() -> None:
    goals = [
        Goal(task="open_fridge", target="fridge"),
        Goal(task="hold_up_food", target="fruit"),
        Goal(task="close_fridge", target="fridge"),
    ]
    task, index = start_for(goals, first=50)
    stage = find_stage(task, "panda")
    start = stage.start(task, "heldout", index, {})
    assert index >= 50 and goals[0] in start.valid and set(goals) <= set(stage.usable(start)) and goals[2] not in start.valid
    assert (task, index) == start_for(goals, first=50)


def test_things_of_two_rooms_are_refused_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = ["--policy", "zero", "--out", str(tmp_path / "o")]
    assert main(["prompt", "open the fridge and then ring the bell", *out]) == 2
    said = capsys.readouterr().err
    assert said == "error: 'open the fridge' plays in the kitchen, 'ring the bell' in the care room: expected things of one room\n"
    assert not (tmp_path / "o").exists()


def test_things_that_no_layout_has_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homebody.envs.lasting.MOST", 5)
    goals = [Goal(task="open_cupboard", target="cupboard"), Goal(task="turn_on_stove", target="left")]
    with pytest.raises(HomebodyError, match="none of 5 initial states from 0 has all that 'open the cupboard'"):
        start_for(goals)


def test_the_richest_start_allows_no_less_than_those_beside_it() -> None:
    task, index = richest_start(["open_fridge"])
    stage = find_stage(task, "panda")
    most = [len(stage.usable(stage.start(task, "heldout", n, {}))) for n in range(24)]
    assert most[index] == max(most) > min(most)
