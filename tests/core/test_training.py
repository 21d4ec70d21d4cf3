"""The loop that all trainers share: what it does depends on the seed alone, whatever interrupts it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from homebody.core.errors import HomebodyError
from homebody.core.training import LOG_STEPS, STATE_FILE, Course, Every, Progress, TrainSettings
from torch import nn


@dataclass(frozen=True, kw_only=True)
class Budget(TrainSettings):
    steps: int = 30
    save_minutes: float = 1e9
    rate: float = 0.05
    warmup: int = 3
    average: float = 0.9
    clip: float = 1.0


class Toy:
    """A line fitted to noisy points, with noise of torch's own stream in its loss as real trainers have."""

    def __init__(self, folder: Path, budget: Budget | None = None, inputs: int = 2) -> None:
        torch.manual_seed(0)
        self.model, self.average = nn.Linear(inputs, 1), nn.Linear(inputs, 1)
        self.course = Course(self.model, self.average, budget or Budget())
        self.rng, self.folder, self.saves = np.random.default_rng(0), folder, 0

    def update(self) -> dict[str, float]:
        x = torch.from_numpy(self.rng.normal(size=(8, 2))).float()
        loss = (self.model(x) - x.sum(1, keepdim=True) + 0.1 * torch.randn(8, 1)).pow(2).mean()
        self.course.descend(loss)
        return {"error": float(loss.detach())}

    def save(self) -> None:
        self.saves += 1
        self.course.save(self.folder, self.rng, {})

    def weights(self) -> torch.Tensor:
        return torch.cat([p.detach().flatten() for m in (self.model, self.average) for p in m.parameters()])


@pytest.mark.parametrize("stop", [1, 13, 29])
def test_a_training_stopped_by_a_signal_and_resumed_is_the_one_that_never_stopped(tmp_path: Path, stop: int) -> None:
    whole = Toy(tmp_path / "whole")
    assert whole.course.run(whole.update, whole.save)["interrupted"] is False

    def interrupt(p: Progress) -> None:
        if p.step == stop:
            os.kill(os.getpid(), signal.SIGTERM)

    first = Toy(tmp_path / "half")
    result = first.course.run(first.update, first.save, interrupt)
    assert result["interrupted"] and result["steps"] == stop and first.saves == 1
    second = Toy(tmp_path / "half")
    second.course.resume(tmp_path / "half", second.rng)
    assert second.course.run(second.update, second.save)["steps"] == 30
    assert torch.equal(whole.weights(), second.weights())
    assert not torch.equal(whole.weights(), first.weights())


def test_time_ends_a_training_and_its_schedule(tmp_path: Path) -> None:
    toy = Toy(tmp_path, Budget(steps=10**9, minutes=0.002, save_minutes=0.0005))
    result = toy.course.run(toy.update, toy.save)
    assert 0.12 < result["seconds"] < 2 and not result["interrupted"]
    assert toy.course.rate() == pytest.approx(0.01 * 0.05)
    assert toy.saves >= 3, "every 0.03 s, and at the end"


def test_the_rate_rises_to_its_peak_and_falls_to_a_hundredth(tmp_path: Path) -> None:
    course = Toy(tmp_path, Budget(steps=100, warmup=10)).course
    rates = []
    for course.step in range(101):
        rates.append(course.rate())
    assert np.all(np.diff(rates[:10]) > 0) and np.all(np.diff(rates[10:]) < 0)
    assert max(rates) < 0.05 and rates[0] == pytest.approx(0.005) and rates[100] == pytest.approx(0.0005)


def test_parameters_that_need_no_gradient_stay_as_they_are(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.model.bias.requires_grad_(False)
    toy.course = Course(toy.model, toy.average, Budget())
    before = toy.model.bias.clone(), toy.model.weight.clone()
    toy.course.run(toy.update, toy.save)
    assert torch.equal(before[0], toy.model.bias) and torch.equal(before[0], toy.average.bias)
    assert not torch.equal(before[1], toy.model.weight) and not torch.equal(toy.model.weight, toy.average.weight)


def test_the_log_goes_on_where_a_training_was_resumed(tmp_path: Path) -> None:
    first = Toy(tmp_path, Budget(steps=2 * LOG_STEPS))
    first.course.run(first.update, first.save)
    again = Toy(tmp_path, Budget(steps=4 * LOG_STEPS))
    again.course.resume(tmp_path, again.rng)
    again.course.run(again.update, again.save)
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows[0] == "step,seconds,error"
    assert [int(float(r.split(",")[0])) for r in rows[1:]] == [LOG_STEPS * k for k in (1, 2, 3, 4)]


def test_a_state_of_other_settings_is_refused_in_words(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.save()
    other = Toy(tmp_path, inputs=3)
    with pytest.raises(HomebodyError, match=f"{STATE_FILE} does not fit these settings: .*size mismatch"):
        other.course.resume(tmp_path, other.rng)


def test_a_period_is_due_once_each_time_that_it_has_passed() -> None:
    every = Every(1.0, 10.0)
    assert [t for t in np.arange(10.0, 13.0, 0.25) if every.due(t)] == [11.0, 12.0]
