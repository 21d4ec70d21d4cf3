"""Dividing units among workers: each is done once, in its turn, whatever dies."""

from __future__ import annotations

import random
import signal
from collections.abc import Sequence

import pytest
from homebody.core.errors import HomebodyError
from homebody.datasets.workers import TRIES, Alone, Seat, Units


class Fleeting:
    """Episode n lasts n % 4 + 1 rounds; remembers what ran side by side."""

    def __init__(self) -> None:
        self.left: dict[int, int] = {}
        self.begun: list[tuple[str, int]] = []
        self.open = 0

    def begin(self, group: str, slots: int) -> None:
        self.begun.append((group, slots))
        self.open += 1

    def advance(self, indices: Sequence[int]) -> list[tuple[int, str]]:
        self.left |= {i: i % 4 + 1 for i in indices}
        assert len(self.left) <= self.begun[-1][1]
        ended: list[int] = []
        while self.left and not ended:
            self.left = {i: n - 1 for i, n in self.left.items()}
            ended = [i for i, n in self.left.items() if n == 0]
        for i in ended:
            del self.left[i]
        return [(i, f"{self.begun[-1][0]} {i}") for i in ended]

    def end(self) -> None:
        self.open -= 1


GROUPS = {"a": range(3, 23), "b": range(7)}
ALL = [(g, i, f"{g} {i}") for g, indices in GROUPS.items() for i in indices]


def run_with_deaths(seed: int, *, workers: int, slots: int, ahead: int | None, deaths: int) -> list[tuple[str, int, str]]:
    """A crew whose workers take turns at random and die `deaths` times while they run something."""
    chance, kept = random.Random(seed), list[tuple[str, int, str]]()
    units = Units(GROUPS, lambda *result: kept.append(result), ahead=ahead)
    seats, works = [Seat(slots=slots) for _ in range(workers)], [Fleeting() for _ in range(workers)]
    for _ in range(10_000):
        if units.finished:
            return kept
        n = chance.randrange(workers)
        new = seats[n].fill(units, workers)
        if not seats[n].running:
            continue
        if deaths and chance.random() < 0.4:
            deaths -= 1
            seats[n].vacate(units)
            works[n] = Fleeting()
            continue
        if not works[n].begun or works[n].begun[-1] != (seats[n].group, seats[n].open):
            works[n].begin(seats[n].group, seats[n].open)
        seats[n].settle(units, works[n].advance(new))
    raise AssertionError("the crew stands still")


@pytest.mark.parametrize("ahead", [None, 1, 4, 100])
def test_whatever_dies_nothing_is_lost_and_nothing_doubled(ahead: int | None) -> None:
    for seed in range(60):
        kept = run_with_deaths(seed, workers=1 + seed % 3, slots=1 + seed % 4, ahead=ahead, deaths=seed % (TRIES))
        assert sorted(kept) == sorted(ALL)
        if ahead:
            assert kept == ALL, "in turn"


def test_one_process_keeps_its_slots_full_and_closes_each_group() -> None:
    kept, work = list[tuple[str, int, str]](), Fleeting()
    Alone(work, 5).run(Units(GROUPS, lambda *result: kept.append(result)))
    assert sorted(kept) == sorted(ALL)
    assert work.begun == [("a", 5), ("b", 5)] and work.open == 0


def test_no_more_results_wait_for_their_turn_than_asked_for() -> None:
    kept: list[int] = []
    units = Units({"a": range(10)}, lambda _, index, __: kept.append(index), ahead=3)
    assert units.take("a", 8, alone=True) == [0, 1, 2]
    for i in (2, 1):
        units.finish(("a", i), None)
        assert units.take("a", 8, alone=False) == []
    assert kept == []
    units.finish(("a", 0), None)
    assert kept == [0, 1, 2] and units.take("a", 8, alone=True) == [3, 4, 5]
    units.finish(("a", 5), None)
    units.finish(("a", 5), None)
    units.flush()
    assert kept == [0, 1, 2, 5]


def test_an_episode_that_kills_its_workers_is_named_after_the_others_are_done() -> None:
    kept: list[int] = []
    units, seat = Units({"a": range(6)}, lambda _, index, __: kept.append(index)), Seat(slots=3)
    with pytest.raises(HomebodyError, match="episode 4 of 'a' has killed its worker 4 times"):
        for _ in range(50):
            seat.fill(units, 1)
            if 4 in seat.running:
                seat.vacate(units)
            else:
                seat.settle(units, [(i, None) for i in seat.running.copy()])
    assert sorted(kept) == [0, 1, 2, 3, 5]


def test_ctrl_c_in_the_middle_of_keeping_waits_until_all_of_it_is_kept() -> None:
    kept: list[int] = []

    def keep(_: str, index: int, __: object) -> None:
        if not kept:
            signal.raise_signal(signal.SIGINT)
        kept.append(index)

    units, seat = Units({"a": range(3)}, keep), Seat(slots=3)
    seat.fill(units, 1)
    with pytest.raises(KeyboardInterrupt):
        seat.settle(units, [(2, None), (0, None)])
    assert kept == [2, 0] and seat.running == {1}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
