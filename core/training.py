"""What every trainer does alike: the learning rate's course, the average of the weights, the loop and its ends, saving, resuming."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .errors import HomebodyError, check_numbers
from .files import write_rows
from .interrupts import stoppable
from .weights import load_state, save_state

STATE_FILE = "training.safetensors"
"""What resuming needs, beside the checkpoint."""
LOG_FILE = "log.csv"
LOG_STEPS = 50
"""Updates between two rows of the log."""


def check_folder(out: Path, *, resume: bool) -> None:
    """Raises HomebodyError where a training cannot begin or go on in `out`."""
    there = (out / STATE_FILE).is_file()
    if resume and not there:
        raise HomebodyError(f"nothing to resume in {out}: expected {STATE_FILE} of an earlier training")
    if not resume and there:
        raise HomebodyError(f"{out} holds a training already: pass --resume to continue it, or another --out")


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """How to train, as far as that is the same everywhere; each trainer has defaults of its own."""

    steps: int = 20_000
    batch: int = 64
    rate: float = 1e-3
    """Peak learning rate; cosine to 1 % of it."""
    warmup: int = 200
    decay: float = 1e-4
    """AdamW weight decay."""
    average: float = 0.998
    """Moving average of the weights, per step."""
    clip: float = 5.0
    """Largest gradient norm."""
    seed: int = 0
    threads: int = 2
    save_minutes: float = 5.0
    minutes: float = 0.0
    """Stop after so long, the schedule with it; 0: no limit. With a limit, results depend on the machine's speed."""

    def __post_init__(self) -> None:
        check_numbers(self, counts=("steps", "batch", "threads", "warmup"), positive=("rate", "clip", "save_minutes"), least_0=("minutes",))


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is shown after an update."""

    step: int
    """Updates so far."""
    steps: int
    """Updates in all."""
    seconds: float
    """Since the training began, whatever interrupted it."""
    parts: Mapping[str, float]
    """Smoothed losses by name."""


@dataclass
class Every:
    """Says when a period has passed."""

    period_s: float
    last_s: float

    def due(self, now_s: float) -> bool:
        """Whether it has since the last time that this was true."""
        if now_s - self.last_s < self.period_s:
            return False
        self.last_s = now_s
        return True


class Course:
    """A training on its way: weights, their moving average and the optimiser, and how far they have come."""

    def __init__(self, model: nn.Module, average: nn.Module, budget: TrainSettings) -> None:
        """`average` begins as a copy of `model` on its device; parameters that need no gradient stay as they are."""
        average.load_state_dict(model.state_dict())
        self.model, self.average, self.budget = model, average, budget
        self._learning: list[Tensor] = [p for p in model.parameters() if p.requires_grad]
        pairs = zip(average.parameters(), model.parameters(), strict=True)
        self._averaged: list[Tensor] = [a for a, p in pairs if p.requires_grad]
        self.optimiser = torch.optim.AdamW(self._learning, lr=budget.rate, weight_decay=budget.decay, fused=True)  # four times as fast
        self.step, self.seconds = 0, 0.0
        self.history: list[dict[str, float]] = []

    @property
    def spent(self) -> bool:
        """Whether the budget's updates are done or its time is up."""
        return self.step >= self.budget.steps or bool(self.budget.minutes and self.seconds >= 60 * self.budget.minutes)

    def rate(self) -> float:
        """The learning rate of the next update: warmed up, then along a cosine to 1 % of the peak, by updates or by time."""
        b = self.budget
        done = max(self.step / b.steps, self.seconds / (60 * b.minutes) if b.minutes else 0.0)
        return b.rate * min(1.0, (self.step + 1) / b.warmup) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))

    def descend(self, loss: Tensor) -> None:
        """One update of the weights, then of their average."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._learning, self.budget.clip)
        self.optimiser.step()
        keep = min(self.budget.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():  # one call for all of them: PyTorch has no public name for it
            torch._foreach_lerp_(self._averaged, self._learning, 1 - keep)  # pyright: ignore[reportPrivateImportUsage]
            for a, b in zip(self.average.buffers(), self.model.buffers(), strict=True):
                a.copy_(b)
        self.step += 1

    def run(
        self,
        update: Callable[[], Mapping[str, float]],
        save: Callable[[], None],
        on_step: Callable[[Progress], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Calls `update`, which descends once and returns its losses, until the budget is spent or somebody asks to stop; `save` now and
        then and at the end. Keys: steps, seconds, loss, interrupted."""
        b, start, before = self.budget, time.monotonic(), self.seconds
        saving, mean = Every(60 * b.save_minutes, start), {}
        with stoppable() as stop:
            while self.step < b.steps and not stop.asked:
                mean = {k: 0.98 * mean.get(k, v) + 0.02 * v for k, v in update().items()}
                now = time.monotonic()
                self.seconds = before + now - start
                if self.step % LOG_STEPS == 0:
                    rounded = {k: round(v, 5) for k, v in mean.items()}
                    self.history.append({"step": self.step, "seconds": round(self.seconds, 1), **rounded})
                on_step(Progress(step=self.step, steps=b.steps, seconds=self.seconds, parts=mean))
                if saving.due(now):
                    save()
                if b.minutes and self.seconds > 60 * b.minutes:
                    break
        save()
        return {"steps": self.step, "seconds": self.seconds, "loss": sum(mean.values()), "interrupted": stop.asked}

    # --- saving -------------------------------------------------------------------------------------------------------
    def save(self, folder: Path, rng: np.random.Generator, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Writes what resuming needs, the batches' random stream `rng` with it, and the log, whose rows it returns."""
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        for i, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{i}.{k}": torch.as_tensor(v) for k, v in state.items()}
        tensors["torch_rng"] = torch.get_rng_state()
        meta = {"step": self.step, "seconds": self.seconds, "rng": json.dumps(rng.bit_generator.state), "config": json.dumps(settings)}
        save_state(folder / STATE_FILE, tensors, {k: str(v) for k, v in meta.items()})
        return self._log(folder / LOG_FILE)

    def resume(self, folder: Path, rng: np.random.Generator) -> None:
        """Continues from what `save` wrote: the same numbers as if training had not stopped. Raises HomebodyError where it is damaged."""
        tensors, meta = load_state(folder / STATE_FILE)
        states: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimiser."):
                _, i, name = key.split(".")
                states.setdefault(int(i), {})[name] = value
        try:
            for name, module in (("model.", self.model), ("average.", self.average)):
                module.load_state_dict({k.removeprefix(name): v for k, v in tensors.items() if k.startswith(name)})
            self.optimiser.load_state_dict({"state": states, "param_groups": self.optimiser.state_dict()["param_groups"]})
            torch.set_rng_state(tensors["torch_rng"].to(torch.uint8).cpu())
            self.step, self.seconds = int(meta["step"]), float(meta["seconds"])
            rng.bit_generator.state = json.loads(meta["rng"])
        except (RuntimeError, KeyError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise HomebodyError(f"{folder / STATE_FILE} does not fit these settings: {reason}") from error

    def _log(self, path: Path) -> list[dict[str, Any]]:
        """Adds this run's rows to the log, in place of those that an earlier run wrote for the same updates."""
        if not self.history:
            return []
        rows: list[dict[str, Any]] = []
        if path.exists():
            with path.open(newline="") as file:
                rows = [r for r in csv.DictReader(file) if float(r["step"]) < self.history[0]["step"]]
        rows += self.history
        write_rows(path, list(self.history[0]), rows)
        return rows
