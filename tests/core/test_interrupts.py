"""Signals end a run the same way whoever sends them, and never in the middle of something."""

from __future__ import annotations

import signal

import pytest
from homebody.core.interrupts import SIGNALS, deferred, raising, stoppable


@pytest.fixture(params=SIGNALS, ids=lambda s: s.name)
def number(request: pytest.FixtureRequest) -> signal.Signals:
    return request.param


def test_every_signal_raises_what_ctrl_c_raises_and_the_old_handlers_come_back(number: signal.Signals) -> None:
    before = [signal.getsignal(s) for s in SIGNALS]
    with pytest.raises(KeyboardInterrupt), raising():
        signal.raise_signal(number)
    assert [signal.getsignal(s) for s in SIGNALS] == before


def test_a_deferred_signal_comes_at_the_end_of_the_block_and_not_before(number: signal.Signals) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), raising(), deferred():
        signal.raise_signal(number)
        done.append("all of it")
    assert done == ["all of it"]


def test_the_first_signal_asks_and_the_second_one_insists(number: signal.Signals) -> None:
    with stoppable() as stop:
        assert not stop.asked
        signal.raise_signal(number)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)


def test_what_is_ignored_stays_ignored(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with raising(), deferred(), stoppable() as stop:
            signal.raise_signal(number)
            assert not stop.asked
    finally:
        signal.signal(number, before)


def test_blocks_nest_as_they_are_used_in_a_training_that_keeps_an_episode() -> None:
    with raising(), stoppable() as stop:
        with deferred():
            signal.raise_signal(signal.SIGTERM)
            assert not stop.asked
        assert stop.asked
