"""Training the world model: multi-step latent prediction that cannot collapse, heads, and a decoder on detached latents.

The target of a prediction is the encoder's own latent of the frame that came (no gradient through it). Latents stay
spread out by a variance and covariance term (VICReg, Bardes et al. 2022) and by having to say where things are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..core.errors import HomebodyError, check_numbers
from ..core.experience import KEY, Experience
from ..core.halves import in_half
from ..core.training import Course, Progress, TrainSettings
from ..datasets.sampler import TrainingArrays
from .card import write_card
from .checkpoint import save_world
from .clips import Clip, Clips
from .network import WorldConfig, WorldModel, tool_pose


@dataclass(frozen=True, kw_only=True)
class WorldTrainConfig(TrainSettings):
    """How to train."""

    batch: int = 24
    """Clips per update."""
    frames: int = 5
    """Frames in a clip, one model step (0.25 s) apart; every frame but the last begins a prediction."""
    horizon: int = 2
    """Model steps that a prediction is rolled while training."""
    spread: float = 1.0
    """Weight of the variance and covariance term."""
    where: float = 2.0
    """Weight of the points' error, per decimetre."""
    judge: float = 0.3
    """Weight of the judge's cross entropies."""
    picture: float = 1.0
    """Weight of the decoder's error; it reaches no other part."""
    decode: int = 12
    """Latents decoded per update, real and predicted: the decoder is the dearest part."""
    device: str = "cpu"
    half: bool = False
    """bfloat16 arithmetic where the processor has it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(self, counts=("decode", "horizon"))
        if self.frames <= self.horizon:
            raise HomebodyError(f"frames is {self.frames}: expected more than the horizon, {self.horizon}")


def spread_loss(z: Tensor) -> Tensor:
    """Hinge on each number's spread over the batch, and squared covariances between numbers; z (N, TOKENS, width).

    Token by token, so that every place of the grid has to tell one frame from another.
    """
    z = z.float()
    z = z - z.mean(0)
    deviation = (z.var(0) + 1e-4).sqrt()
    covariance = torch.einsum("ntd,nte->tde", z, z) / max(len(z) - 1, 1)
    off = covariance.pow(2).sum((1, 2)) - covariance.diagonal(dim1=1, dim2=2).pow(2).sum(1)
    return F.relu(0.5 - deviation).mean() + 0.01 * (off / z.shape[-1]).mean()


def losses(model: WorldModel, clip: Clip, c: WorldTrainConfig) -> dict[str, Tensor]:
    """Every loss of a batch; see WorldTrainConfig for the weights."""
    B, f = clip.inside.shape
    z = model.encode(clip.inputs).view(B, f, -1, model.config.width)
    text = model.text(clip.tokens)
    goal = z.detach()
    starts, now = f - c.horizon, z[:, : f - c.horizon].flatten(0, 1)  # every start at once
    tool = tool_pose(model.robot, clip.inputs["proprio"]).view(B, f, -1)[:, :starts].flatten(0, 1)
    rolled, kept = [], []
    for k in range(c.horizon):
        commands = clip.targets[:, k : k + starts].flatten(0, 1)
        now, tool = model.step(now, commands, tool), commands[:, -1]
        rolled.append(now.view(B, starts, *z.shape[2:]))
        kept.append(clip.inside[:, k + 1 : k + 1 + starts].float())
    predict = z.new_zeros(())
    for k, (future, real) in enumerate(zip(rolled, kept, strict=True)):
        error = (future - goal[:, k + 1 : k + 1 + starts]).pow(2).mean((2, 3))
        predict = predict + (error * real).sum() / real.sum().clamp(min=1) / c.horizon
    far, far_labels, far_points = rolled[-1], clip.labels[:, c.horizon :], clip.points[:, c.horizon :]
    every, labels = torch.cat([z, far], 1).flatten(0, 1), torch.cat([clip.labels, far_labels], 1).flatten(0, 1)
    points = torch.cat([clip.points, far_points], 1).flatten(0, 1)
    words = text[:, None].expand(B, f + starts, -1).flatten(0, 1)
    judged = F.binary_cross_entropy_with_logits(model.judge(every, words), labels)
    own = model.text(clip.own)[:, None].expand(B, f + starts, -1).flatten(0, 1)
    where = 10 * (model.points(every, own) - points).abs().mean()
    picture = _picture_loss(model, clip, z, far, c)
    return {"predict": predict, "spread": spread_loss(z.flatten(0, 1)), "judge": judged, "where": where, "picture": picture}


def _picture_loss(model: WorldModel, clip: Clip, z: Tensor, far: Tensor, c: WorldTrainConfig) -> Tensor:
    """L1 of pictures and taxels decoded from latents predicted `horizon` model steps ahead; it reaches the decoder only."""
    f, starts = z.shape[1], far.shape[1]
    pick = torch.randint(far.shape[0] * starts, (c.decode,), device=z.device)
    now = pick // starts * f + pick % starts
    seen = torch.stack([clip.inputs["scene"], clip.inputs["wrist"]], 1)
    pictures, touch = model.decoder(far.flatten(0, 1)[pick].detach(), z.flatten(0, 1)[now].detach(), seen[now])
    then = now + c.horizon
    return (pictures - seen[then]).abs().mean() + 0.2 * (touch - clip.inputs["tactile"][then]).abs().mean()


class WorldTrainer:
    """Owns the clips and the course. `run` trains until done, interrupted or out of time."""

    def __init__(self, model: WorldModel, clips: Clips, config: WorldTrainConfig, out: Path, trained_on: Experience | None = None) -> None:
        self.model, self.clips, self.config, self.out = model.to(config.device), clips, config, out
        self.average = WorldModel(model.config).to(config.device)
        self.course = Course(self.model, self.average, config)
        self.trained_on = trained_on

    def train_step(self, clip: Clip) -> dict[str, float]:
        """One update; returns the losses."""
        c = self.config
        with in_half(c.half, torch.device(c.device).type):
            parts = losses(self.model, _to(clip, c.device), c)
        weight = {"predict": 1.0, "spread": c.spread, "judge": c.judge, "where": c.where, "picture": c.picture}
        self.course.descend(torch.stack([weight[k] * v for k, v in parts.items()]).sum())
        return {k: float(v.detach()) for k, v in parts.items()}

    def run(self, on_step: Callable[[Progress], None] = lambda _: None) -> dict[str, Any]:
        """Trains; Ctrl-C and SIGTERM end it between two steps. Keys: steps, seconds, loss, checkpoint, interrupted."""
        result = self.course.run(lambda: self.train_step(self.clips.draw()), self.save, on_step)
        return {**result, "checkpoint": str(self.out)}

    def save(self) -> None:
        """The averaged model as a checkpoint, and beside it what resuming needs and the log."""
        save_world(self.average, self.out, self.trained_on)
        self.course.save(self.out, self.clips.rng, asdict(self.config))

    def resume(self) -> None:
        """Continues from `out`: the same numbers as if training had not stopped."""
        self.course.resume(self.out, self.clips.rng)


def _to(clip: Clip, device: str) -> Clip:
    if device == "cpu":
        return clip
    moved = {k: v.to(device, non_blocking=True) for k, v in vars(clip).items() if isinstance(v, Tensor)}
    return Clip(frames=clip.frames, inputs={k: v.to(device, non_blocking=True) for k, v in clip.inputs.items()}, **moved)


def make_world_trainer(
    data: TrainingArrays,
    network: WorldConfig,
    config: WorldTrainConfig,
    out: Path,
    *,
    start_from: WorldModel | None = None,
    trained_on: Experience | None = None,
) -> WorldTrainer:
    """Seeds everything and builds a trainer; `start_from` is a model whose weights to begin with."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    model = start_from or WorldModel(network)
    clips = Clips(data, frames=config.frames, batch=config.batch, image_size=model.config.image_size, seed=config.seed, robot=model.robot)
    if start_from is None:
        for name, value in clips.statistics().items():
            getattr(model, name).copy_(torch.from_numpy(value))
    write_card(
        out,
        {
            "training": asdict(config),
            "frames": len(data.action),
            "episodes": len(data.goals),
            "solved": int(data.success.sum()),
            **({KEY: trained_on.to_json()} if trained_on else {}),
        },
    )
    return WorldTrainer(model, clips, config, out, trained_on)
