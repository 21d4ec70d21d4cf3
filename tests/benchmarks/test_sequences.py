"""Sentences of two things: what is drawn makes sense, is drawn evenly and again the same; what it came to is counted as it should."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.benchmarks.sequence_records import SequenceConfig, SequenceRecord, run_sequences, summarise_sequences
from homebody.benchmarks.sequences import LINKS, ORDER_LINKS, RETURNS, draw, go_together, holds, said, tasks_at_home
from homebody.core.errors import HomebodyError
from homebody.core.types import Goal
from homebody.datasets.workers import Alone
from homebody.envs.house import TASKS
from homebody.envs.stages import find_stage

OPEN, CLOSE = Goal(task="open_drawer", target="top"), Goal(task="close_drawer", target="top")
MUG, MICROWAVE = Goal(task="pick_up", target="mug"), Goal(task="open_microwave", target="microwave")
MUG_IN_BOWL, CAN_IN_BOWL = (Goal(task="put_in", target=t, receptacle="bowl") for t in ("mug", "can"))


@pytest.mark.parametrize(
    ("first", "second", "fit"),
    [
        (OPEN, MICROWAVE, True),
        (OPEN, CLOSE, False),  # that is a return, drawn apart
        (MICROWAVE, MUG, True),
        (MUG, MICROWAVE, False),  # the hand is full
        (MUG, MUG_IN_BOWL, False),  # that is one thing to ask for
        (MUG_IN_BOWL, MUG, False),
        (Goal(task="hold_up_drink", target="mug"), Goal(task="pour_peas", target="mug", receptacle="bowl"), False),  # it is let go nowhere
        (MUG_IN_BOWL, CAN_IN_BOWL, False),
        (Goal(task="put_in", target="mug", receptacle="bin"), Goal(task="put_in", target="can", receptacle="bin"), True),
        (Goal(task="hand_over", target="mug"), Goal(task="hand_over", target="spoon"), False),
        (Goal(task="stow_in_chest", target="toy", receptacle="top"), Goal(task="close_chest_drawer", target="top"), False),
        (Goal(task="turn_on_stove", target="left"), Goal(task="turn_on_stove", target="right"), True),
    ],
)
def test_the_second_thing_needs_nothing_that_the_first_has_moved(first: Goal, second: Goal, fit: bool) -> None:
    assert go_together(first, second) is fit


def test_a_drawn_world_allows_both_or_the_second_takes_back_the_first() -> None:
    drawn = [draw(n, seed=3, tasks=list(TASKS), rooms=("first",)) for n in range(15)]
    for s in drawn:
        stage = find_stage(s.task, "panda")
        start = stage.start(s.task, "heldout", s.index, {})
        a, b = s.goals
        assert a != b and a in start.valid and b in stage.usable(start) and TASKS[a.task].room == s.room == "first"
        assert (s.returns and TASKS[a.task].reverse == b.task and a.target == b.target) or (b in start.valid and go_together(a, b))
    assert sum(s.returns for s in drawn) == len(drawn) // RETURNS and len({s.text for s in drawn}) == len(drawn)
    firsts = Counter(s.goals[0].task for s in drawn if not s.returns)
    assert set(firsts) == {*tasks_at_home("first")} - {"pick_up"} and max(firsts.values()) - min(firsts.values()) <= 1
    assert [draw(n, seed=0, tasks=list(TASKS), rooms=("first", "bathroom")).room for n in range(3)] == ["first", "bathroom", "first"]


def test_a_sequence_is_a_function_of_seed_and_number_alone() -> None:
    one, again, other = (draw(2, seed=s, tasks=list(TASKS), rooms=("first",)) for s in (0, 0, 1))
    assert one == again != other


def test_only_what_may_be_asked_for_is_drawn_and_too_little_is_refused() -> None:
    known = ("open_microwave", "pick_up", "open_drawer")
    drawn = [draw(n, seed=0, tasks=known, rooms=("first",)) for n in range(6)]
    assert {g.task for s in drawn for g in s.goals} == set(known) and not any(s.returns for s in drawn)
    with pytest.raises(HomebodyError, match="no two of 1 known tasks make sense one after the other in room 'first'"):
        draw(0, seed=0, tasks=["open_microwave"], rooms=("first",))


@pytest.mark.slow
def test_where_nothing_else_is_at_home_the_second_thing_is_of_another_room() -> None:
    sequence = draw(0, seed=0, tasks=list(TASKS), rooms=("bedroom",))
    assert TASKS[sequence.goals[0].task].room == "bedroom" and sequence.goals[0] != sequence.goals[1]


def test_links_about_the_order_take_plain_orders() -> None:
    rng = np.random.default_rng(0)
    told = [said((OPEN, MICROWAVE), link, rng) for link in ORDER_LINKS for _ in range(20)]
    assert not any(w in t.split() for t in told for w in ("can", "please", "could", "would", "i"))
    assert len({said((OPEN, MICROWAVE), LINKS[0], rng) for _ in range(40)}) > 20
    assert not holds(OPEN) and holds(MUG)


def record(number: int, done: tuple[bool, ...] = (True, True), **changes: Any) -> SequenceRecord:
    goals = tuple(g.to_json() for g in (OPEN, MICROWAVE))
    room = "first" if number % 2 else "care"
    about: dict[str, Any] = {"room": room, "text": "t", "goals": goals, "returns": False, "task": "open_drawer", "index": 5, "heard": goals}
    return SequenceRecord(number=number, done=done, **{**about, **changes})


CONFIG = SequenceConfig(episodes=6, rooms=("first", "care"), tasks=("open_drawer", "open_microwave"), policy="fake")


def test_what_was_misheard_counts_as_not_done_and_what_broke_in_no_rate() -> None:
    records = [
        record(0, seconds=4.0), record(1, (True, False)), record(2, (False, True)), record(3, (True, False), diverged=True),
        record(4, (False, False), heard=None, refused="why"), record(5, (False, False), heard=(OPEN.to_json(),)),
    ]  # fmt: skip
    s = summarise_sequences(records, CONFIG.settings())
    assert (s["sequences"], s["misheard"], s["diverged"], s["seconds"]) == (5, 2, 1, 4.0)
    assert (s["both"]["successes"], s["both"]["rate"]) == (1, 0.2) and s["both"]["ci95"] == pytest.approx([0.036, 0.624], abs=1e-3)
    assert (s["first"]["rate"], s["second_given_first"]["rate"], s["both_if_heard"]["rate"]) == (
        pytest.approx(2 / 3),
        0.5,
        pytest.approx(1 / 3),
    )
    assert {r: (v["sequences"], v["misheard"]) for r, v in s["rooms"].items()} == {"first": (2, 1), "care": (3, 1)}
    assert s["tasks"] == {"open_drawer": {"asked": 3, "done": 2}, "open_microwave": {"asked": 3, "done": 2}}
    assert s["returns"]["both"]["rate"] is None


class Work:
    """Runs nothing; breaks off before `stop`."""

    def __init__(self, stop: int = 99) -> None:
        self.ran, self._stop = list[int](), stop

    def begin(self, group: str, slots: int) -> None:
        pass

    def advance(self, indices: Sequence[int]) -> list[tuple[int, SequenceRecord]]:
        if self._stop in indices:
            raise KeyboardInterrupt
        self.ran += indices
        return [(n, record(n)) for n in indices]

    def end(self) -> None:
        pass


def test_a_run_goes_on_where_it_stopped_and_may_be_extended(tmp_path: Path) -> None:
    first, second, third = Work(stop=2), Work(), Work()
    assert run_sequences(Alone(first, 1), CONFIG, tmp_path)["interrupted"]
    with (tmp_path / "sequences.jsonl").open("a") as file:
        file.write('{"number": 2, "ro')  # a line that a kill cut
    summary = run_sequences(Alone(second, 1), CONFIG, tmp_path)
    assert (first.ran, second.ran) == ([0, 1], [2, 3, 4, 5]) and summary["both"]["successes"] == 6 and not summary["interrupted"]
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    lines = (tmp_path / "sequences.jsonl").read_text().splitlines()
    assert [SequenceRecord.from_json(json.loads(line)) for line in lines] == [record(n) for n in range(6)]
    more = SequenceConfig(**{**CONFIG.settings(), "episodes": 8})
    assert run_sequences(Alone(third, 1), more, tmp_path)["plan"] == {"episodes": 6, "extended": [{"to": 8, "after": 6}], "shown": 8}
    assert third.ran == [6, 7]


@pytest.mark.parametrize(
    ("change", "said_of"),
    [({"seed": 1}, "seed 0, this run has 1"), ({"policy": "b"}, "policy 'fake', this run has 'b'"), ({"rooms": ("care",)}, r"rooms \['first', 'care'\]")],
)  # fmt: skip
def test_a_folder_of_other_settings_is_refused(change: dict[str, Any], said_of: str, tmp_path: Path) -> None:
    run_sequences(Alone(Work(), 1), CONFIG, tmp_path)
    with pytest.raises(HomebodyError, match=f"holds results with {said_of}.*choose another --out"):
        run_sequences(Alone(Work(), 1), SequenceConfig(**{**CONFIG.settings(), "episodes": 6, **change}), tmp_path)


@pytest.mark.parametrize(
    ("change", "said_of"),
    [
        ({"rooms": ("cellar",)}, "unknown room 'cellar'"),
        ({"rooms": ()}, "rooms are none"),
        ({"rooms": ("care", "care")}, "each once"),
        ({"episodes": 0}, "episodes is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_settings_that_nothing_could_be_measured_with_are_refused(change: dict[str, Any], said_of: str) -> None:
    with pytest.raises(HomebodyError, match=said_of):
        SequenceConfig(**{"tasks": (), **change})
