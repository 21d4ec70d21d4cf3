"""Imitation learning of the policy: seeded, resumable, with a moving average of the weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..core.experience import KEY, Experience
from ..core.files import writing
from ..core.halves import in_half
from ..core.training import Course, Progress, TrainSettings
from ..datasets.sampler import TrainingArrays
from .batches import Augment, Batches
from .checkpoint import load_model, save_model, write_card
from .network import PolicyConfig, VisuoTactilePolicy


@dataclass(frozen=True, kw_only=True)
class TrainConfig(TrainSettings):
    """How to train."""

    steps: int = 30_000
    rate: float = 8e-4
    warmup: int = 300
    ground: float = 2.0
    """Weight of the grounding losses, per decimetre; another goal's points in the same picture count as much as the
    demonstrated one's, or the head reads the answer off the arm's motion instead of the words."""
    heat: float = 0.1
    """Weight of the heat maps' cross entropies."""
    device: str = "cpu"
    half: bool = False
    """bfloat16 arithmetic where the processor has it: faster."""
    augment: Augment = field(default_factory=Augment)


def heat_loss(heat: Tensor, pixels: Tensor) -> Tensor:
    """Cross entropy of heat maps (B, cameras, 2, HW) with the cells around `pixels` (B, cameras, 2, 2) in [-1, 1].

    The target spreads over the four nearest cells, so that its mean is the pixel; points out of the picture do not count.
    """
    side = math.isqrt(heat.shape[-1])
    place = (pixels + 1) / 2 * side - 0.5  # (..., x, y) in cells
    seen = ((place > -0.5) & (place < side - 0.5)).all(-1)
    place = place.clamp(0, side - 1)
    line = torch.arange(side, device=heat.device)
    near = (1 - (place[..., None] - line).abs()).clamp(min=0)  # (..., 2, side)
    target = (near[..., 1, :, None] * near[..., 0, None, :]).flatten(-2)  # rows are y
    each = -(target * heat.float().log_softmax(-1)).sum(-1)
    return (each * seen).sum() / seen.sum().clamp(min=1)


def losses(model: VisuoTactilePolicy, batch: dict[str, Tensor], config: TrainConfig) -> dict[str, Tensor]:
    """Motion loss (L1, in units of each number's spread) and grounding losses (L1) [dm]."""
    std = model.proprio_std
    noisy = batch["proprio"] + torch.randn_like(batch["proprio"]) * std * config.augment.proprio
    text = model.text(batch["tokens"])
    chunk, points, heat = model({**batch, "proprio": noisy, "text": text})
    goal = (batch["motions"] - model.motion_mean) / model.motion_std
    n = len(batch["other_tokens"])
    _, _, other, other_heat = model.look(batch["scene"][:n], batch["wrist"][:n], noisy[:n], model.text(batch["other_tokens"]))
    return {
        "heat": heat_loss(heat, batch["pixels"]),
        "other_heat": heat_loss(other_heat, batch["other_pixels"]),
        "motion": (chunk - goal).abs().mean(),
        "ground": 10 * (points - batch["points"]).abs().mean(),
        "other": 10 * (other - batch["other_points"]).abs().mean(),
    }


class Trainer:
    """Owns the batches and the course. `run` trains until done, interrupted or out of time."""

    def __init__(
        self, model: VisuoTactilePolicy, batches: Batches, config: TrainConfig, out: Path, trained_on: Experience | None = None
    ) -> None:
        self.model, self.batches, self.config, self.out = model.to(config.device), batches, config, out
        self.average = VisuoTactilePolicy(model.config).to(config.device)
        self.course = Course(self.model, self.average, config)
        self.trained_on = trained_on

    def train_step(self, batch: dict[str, Tensor]) -> dict[str, float]:
        """One update; returns the losses."""
        c = self.config
        batch = {k: v.to(c.device, non_blocking=True) for k, v in batch.items()}
        with in_half(c.half, torch.device(c.device).type):
            parts = losses(self.model, batch, c)
        self.course.descend(
            parts["motion"] + c.ground * (parts["ground"] + parts["other"]) + c.heat * (parts["heat"] + parts["other_heat"])
        )
        return {k: float(v.detach()) for k, v in parts.items()}

    def run(self, on_step: Callable[[Progress], None] = lambda _: None) -> dict[str, Any]:
        """Trains; Ctrl-C and SIGTERM end it between two steps. Keys: steps, seconds, loss, checkpoint, interrupted."""
        result = self.course.run(lambda: self.train_step(self.batches.draw()), self.save, on_step)
        return {**result, "checkpoint": str(self.out)}

    def save(self) -> None:
        """The averaged model as a checkpoint, and beside it what resuming needs and the log."""
        save_model(self.average, self.out, self.trained_on)
        rows = self.course.save(self.out, self.batches.rng, asdict(self.config))
        if rows:
            _plot(rows, self.out / "loss.png")

    def resume(self) -> None:
        """Continues from `out`: the same numbers as if training had not stopped."""
        self.course.resume(self.out, self.batches.rng)


def _plot(rows: list[Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
    for name in ("motion", "ground", "other", "heat", "other_heat"):
        axes.plot([float(r["step"]) for r in rows], [float(r[name]) for r in rows], label=name)
    axes.set(xlabel="step", ylabel="loss", yscale="log")
    axes.legend()
    with writing(path) as part:
        figure.savefig(part, dpi=110)
    plt.close(figure)


def make_trainer(
    data: TrainingArrays,
    network: PolicyConfig,
    config: TrainConfig,
    out: Path,
    *,
    start_from: Path | None = None,
    trained_on: Experience | None = None,
) -> Trainer:
    """Seeds everything and builds a trainer; `start_from` is a checkpoint whose weights to begin with, `trained_on` what they will have seen."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    model = load_model(start_from) if start_from else VisuoTactilePolicy(network)
    size, chunk = model.config.image_size, model.config.chunk
    batches = Batches(data, chunk=chunk, batch=config.batch, image_size=size, seed=config.seed, augment=config.augment, robot=model.robot)
    if start_from is None:
        for name, value in batches.statistics().items():
            getattr(model, name).copy_(torch.from_numpy(value))
    out.mkdir(parents=True, exist_ok=True)
    known = {KEY: trained_on.to_json()} if trained_on else {}
    write_card(out, {"training": asdict(config), "frames": len(data.action), "episodes": len(data.goals), **known})
    return Trainer(model, batches, config, out, trained_on)
