"""Training the head by imitation: seeded, resumable, with a moving average of the weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...core.errors import HomebodyError
from ...core.experience import Experience
from ...core.halves import in_half
from ...core.training import Course, Progress, TrainSettings
from ...datasets.states import StateArrays
from .batches import HeadAugment, HeadBatches
from .checkpoint import load_head, save_head
from .network import ActionHead, HeadConfig


@dataclass(frozen=True, kw_only=True)
class HeadTrainConfig(TrainSettings):
    """How to train."""

    batch: int = 1024
    decay: float = 1e-3
    clip: float = 1.0
    save_minutes: float = 3.0
    half: bool = True
    """bfloat16 arithmetic within the blocks where the processor has it: three times as fast."""
    augment: HeadAugment = field(default_factory=HeadAugment)


def motion_loss(model: ActionHead, batch: dict[str, Tensor], noise: float, teacher: ActionHead | None = None) -> Tensor:
    """L1 in units of each number's spread, over what the demonstrator did; with a teacher, over what it does knowing the true marks ("learning by
    cheating", Chen et al. 2019)."""
    seen = batch["seen"] + torch.randn_like(batch["seen"]) * model.feature_std * noise
    counts = batch["counts"].float()
    if teacher is None:
        goal = (batch["motions"] - model.motion_mean) / model.motion_std
    else:
        with torch.no_grad():
            told = teacher(batch["true"], batch["skill"]) * teacher.motion_std + teacher.motion_mean
        goal, counts = (told - model.motion_mean) / model.motion_std, torch.ones_like(counts)
    each = (model(seen, batch["skill"]) - goal).abs().mean(-1)
    return (each * counts).sum() / counts.sum().clamp(min=1)


class HeadTrainer:
    """Owns the batches and the course. `run` trains until done, interrupted or out of time."""

    def __init__(
        self, model: ActionHead, batches: HeadBatches, config: HeadTrainConfig, out: Path, trained_on: Experience | None,
        teacher: ActionHead | None = None,
    ) -> None:  # fmt: skip
        self.teacher = teacher
        self.model, self.batches, self.config, self.out, self.trained_on = model, batches, config, out, trained_on
        self.average = ActionHead(model.config)
        self.course = Course(model, self.average, config)

    def train_step(self, batch: dict[str, Tensor]) -> dict[str, float]:
        """One update; returns the losses."""
        with in_half(self.config.half):
            loss = motion_loss(self.model, batch, self.config.augment.noise, self.teacher)
        self.course.descend(loss)
        return {"motion": float(loss.detach())}

    def run(self, on_step: Callable[[Progress], None] = lambda _: None) -> dict[str, Any]:
        """Trains; Ctrl-C and SIGTERM end it between two steps. Keys: steps, seconds, loss, checkpoint, interrupted."""
        result = self.course.run(lambda: self.train_step(self.batches.draw()), self.save, on_step)
        return {**result, "checkpoint": str(self.out)}

    def save(self) -> None:
        """The averaged model as a checkpoint, and beside it what resuming needs and the log."""
        save_head(self.average, self.out, self.trained_on)
        self.course.save(self.out, self.batches.rng, asdict(self.config))

    def resume(self) -> None:
        """Continues from `out`: the same numbers as if training had not stopped."""
        self.course.resume(self.out, self.batches.rng)


def make_head_trainer(
    data: StateArrays, network: HeadConfig, config: HeadTrainConfig, out: Path, *, start_from: Path | None = None,
    teacher: Path | None = None, trained_on: Experience | None = None,
) -> HeadTrainer:  # fmt: skip
    """Seeds everything and builds a trainer; `start_from` is a checkpoint whose weights to begin with, `teacher` a head that says what is to be
    done where marks are true, in place of the demonstrator."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    model = load_head(start_from).train() if start_from else ActionHead(network)
    c = model.config
    if c.robot != data.robot:
        raise HomebodyError(f"{start_from or 'the network'} moves {c.robot}, the data are of {data.robot}: expected those of one arm")
    known = load_head(teacher).eval() if teacher else None
    if known and (known.config.skills, known.config.chunk, known.config.robot) != (c.skills, c.chunk, c.robot):
        raise HomebodyError(f"the teacher {teacher} has other skills, another arm or another chunk: expected a head of the same kind")
    batches = HeadBatches(
        data, model.numbers, chunk=c.chunk, batch=config.batch, seed=config.seed, augment=config.augment, everywhere=known is not None
    )
    if start_from is None:
        for name, value in batches.statistics().items():
            getattr(model, name).copy_(torch.from_numpy(value))
    out.mkdir(parents=True, exist_ok=True)
    return HeadTrainer(model, batches, config, out, trained_on, known)
