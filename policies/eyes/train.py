"""Training the eyes: seeded, resumable, with a moving average of the weights; and how far off they are on scenes that they never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...core.errors import HomebodyError, check_numbers
from ...core.experience import Experience
from ...core.halves import in_half
from ...core.marks import POINTS, PROGRESS, SKILL, WIDTH
from ...core.training import Course, Progress, TrainSettings
from ...datasets.glances import Glances
from ..train import heat_loss
from .batches import EyesAugment, EyesBatches
from .checkpoint import load_eyes, save_eyes
from .network import ASKED, Answer, Eyes, EyesConfig, renewed


@dataclass(frozen=True, kw_only=True)
class EyesTrainConfig(TrainSettings):
    """How to train."""

    batch: int = 48
    asked: int = 4
    """Goals asked of each picture: the trunk is paid once."""
    warmup: int = 300
    decay: float = 1e-2
    heat: float = 0.3
    """Weight of the heat maps' cross entropy against the points' errors [dm]."""
    half: bool = True
    """bfloat16 arithmetic where the processor has it: four times as fast."""
    freeze_trunk: bool = False
    """What turns pictures into maps stays as it is: a step takes half the time, for what is asked of the maps to be learned anew."""
    augment: EyesAugment = field(default_factory=EyesAugment)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(self, counts=("asked",))


def points_of(marks: Tensor) -> Tensor:
    """Marks (..., MARK_DIM) -> act points and places (..., ASKED, 3)."""
    return torch.stack([marks[..., point] for point in POINTS], -2)


def losses(answer: Answer, marks: Tensor, pixels: Tensor) -> dict[str, Tensor]:
    """Points (L1) [dm], together and of each camera alone where it sees them; heat maps; directions; how sure; the other numbers."""
    truth, told = points_of(marks), points_of(answer.marks)
    off = (told - truth).abs().sum(-1)  # (B, G, ASKED)
    inside = (pixels.abs() < 1).all(-1)  # (B, V, G, ASKED)
    alone = (answer.each - truth[:, None]).abs().sum(-1)
    approach, across, way = answer.turns.unbind(-2)
    turned = torch.minimum((across - marks[..., 6:9]).abs().sum(-1), (across + marks[..., 6:9]).abs().sum(-1))  # a gripper is symmetric
    scale = answer.spread
    return {
        "points": 10 * off.mean() / 3,
        "alone": 10 * ((alone * inside).sum() / inside.sum().clamp(min=1)) / 3,
        "heat": heat_loss(answer.heat.flatten(1, 2), pixels.flatten(1, 2)),
        "directions": ((approach - marks[..., 3:6]).abs().sum(-1) + turned + (way - marks[..., 13:16]).abs().sum(-1)).mean(),
        "sure": (off.detach() / scale + scale.log()).mean(),
        "skill": F.cross_entropy(answer.skill.flatten(0, -2), marks[..., SKILL].long().flatten()),
        "rest": 10 * (answer.marks[..., WIDTH] - marks[..., WIDTH]).abs().mean() + (answer.marks[..., PROGRESS] - marks[..., PROGRESS]).abs().mean(),
    }  # fmt: skip


class EyesTrainer:
    """Owns the batches and the course. `run` trains until done, interrupted or out of time."""

    def __init__(self, model: Eyes, batches: EyesBatches, config: EyesTrainConfig, out: Path, trained_on: Experience | None) -> None:
        self.model, self.batches, self.config, self.out, self.trained_on = model, batches, config, out, trained_on
        self.average = Eyes(model.config)
        self.course = Course(model, self.average, config)

    def train_step(self, batch: dict[str, Tensor]) -> dict[str, float]:
        """One update; returns the losses."""
        c = self.config
        noise = torch.randn_like(batch["proprio"]) * self.model.proprio_std * c.augment.proprio
        batch = {**batch, "proprio": batch["proprio"] + noise}
        with in_half(c.half):
            tokens = batch["tokens"]
            text = self.model.text(tokens.flatten(0, 1)).unflatten(0, tokens.shape[:2])
            answer = self.model(batch, text)
        parts = losses(answer, batch["marks"], batch["pixels"])
        total = (
            parts["points"]
            + 0.3 * parts["alone"]
            + c.heat * parts["heat"]
            + 0.2 * parts["directions"]
            + 0.02 * parts["sure"]
            + 0.2 * parts["rest"]
            + 0.1 * parts["skill"]
        )
        self.course.descend(total)
        return {k: float(v.detach()) for k, v in parts.items()}

    def run(self, on_step: Callable[[Progress], None] = lambda _: None) -> dict[str, Any]:
        """Trains; Ctrl-C and SIGTERM end it between two steps. Keys: steps, seconds, loss, checkpoint, interrupted."""
        result = self.course.run(lambda: self.train_step(self.batches.draw()), self.save, on_step)
        return {**result, "checkpoint": str(self.out)}

    def save(self) -> None:
        """The averaged model as a checkpoint, and beside it what resuming needs and the log."""
        save_eyes(self.average, self.out, self.trained_on)
        self.course.save(self.out, self.batches.rng, asdict(self.config))

    def resume(self) -> None:
        """Continues from `out`: the same numbers as if training had not stopped."""
        self.course.resume(self.out, self.batches.rng)


def make_eyes_trainer(
    data: Glances, network: EyesConfig, config: EyesTrainConfig, out: Path, *, start_from: Path | None = None,
    trained_on: Experience | None = None,
) -> EyesTrainer:  # fmt: skip
    """Seeds everything and builds a trainer; `start_from` is a checkpoint whose weights to begin with, of this arm or another."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    known = load_eyes(start_from) if start_from else None
    model = renewed(known, data.robot).train() if known else Eyes(network)
    if config.freeze_trunk:
        if known is None:
            raise HomebodyError("freeze_trunk without start_from: expected eyes whose trunk knows pictures already")
        model.trunks.requires_grad_(False)
    c = model.config
    if missing := [name for name in c.cameras if name not in data.cameras]:
        raise HomebodyError(f"the glances have cameras {', '.join(data.cameras)}: expected {', '.join(missing)} as well")
    batches = EyesBatches(
        data, cameras=c.cameras, batch=config.batch, asked=config.asked, image_size=c.image_size, seed=config.seed, augment=config.augment
    )
    if known is None or known.config.robot != data.robot:
        for name, value in batches.statistics().items():
            getattr(model, name).copy_(torch.from_numpy(value))
    out.mkdir(parents=True, exist_ok=True)
    return EyesTrainer(model, batches, config, out, trained_on)


@torch.inference_mode()
def measure(model: Eyes, data: Glances, *, block: int = 32) -> dict[str, Any]:
    """How far off the points of what was asked for are [m], asked for in the plainest words, as a policy that listens does. Keys: `act` and
    `place`, each {p50, p90}, `tasks`: {name: {p50, p90, n}} of the act point, and `skill`: the share of glances whose skill is named right."""
    c = model.config
    batches = EyesBatches(data, cameras=c.cameras, batch=block, asked=1, image_size=c.image_size, seed=0, augment=EyesAugment())
    off, named = np.zeros((len(data), ASKED)), np.zeros(len(data), bool)
    for first in range(0, len(data), block):
        rows = np.arange(first, min(first + block, len(data)))
        tokens = np.stack([batches.words(data.scenes[data.episode[g]].goals[0])[0] for g in rows])
        text = model.text(torch.from_numpy(tokens))[:, None]
        with in_half():
            answer = model(batches.inputs(rows), text)
        truth = batches.truth(rows, np.zeros((len(rows), 1), int))["marks"]
        off[rows] = (points_of(answer.marks) - points_of(truth)).norm(dim=-1)[:, 0].numpy()
        named[rows] = (answer.marks[..., SKILL] == truth[..., SKILL])[:, 0].numpy()
    tasks = np.array([data.scenes[e].goals[0].task for e in data.episode])

    def spread(values: np.ndarray) -> dict[str, float]:
        return {"p50": round(float(np.median(values)), 4), "p90": round(float(np.quantile(values, 0.9)), 4)}

    each = {str(t): {**spread(off[tasks == t, 0]), "n": int((tasks == t).sum())} for t in np.unique(tasks)}
    return {"act": spread(off[:, 0]), "place": spread(off[:, 1]), "skill": round(float(named.mean()), 3), "tasks": each}
