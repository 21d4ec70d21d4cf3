"""Training the world model: multi-step latent prediction that cannot collapse, heads, and a decoder on detached latents.

The target of a prediction is the encoder's own latent of the frame that came (no gradient through it). Latents stay
spread out by a variance and covariance term (VICReg, Bardes et al. 2022) and by having to say where things are.
"""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..core.errors import HomebodyError, check_numbers
from ..core.experience import KEY, Experience
from ..core.files import write_rows
from ..core.interrupts import stoppable
from ..core.weights import load_state, save_state
from ..datasets.sampler import TrainingArrays
from .card import write_card
from .checkpoint import save_world
from .clips import Clip, Clips
from .network import WorldConfig, WorldModel, tool_pose

STATE_FILE = "training.safetensors"


@dataclass(frozen=True, kw_only=True)
class WorldTrainConfig:
    """How to train."""

    steps: int = 20_000
    batch: int = 24
    """Clips per update."""
    frames: int = 5
    """Frames in a clip, one model step (0.25 s) apart; every frame but the last begins a prediction."""
    horizon: int = 2
    """Model steps that a prediction is rolled while training."""
    rate: float = 1e-3
    warmup: int = 200
    decay: float = 1e-4
    average: float = 0.998
    """Moving average of the weights, per step."""
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
    minutes: float = 0.0
    """Stop after so long, the schedule with it; 0: no limit."""
    save_minutes: float = 5.0
    threads: int = 2
    seed: int = 0
    device: str = "cpu"
    half: bool = False
    """bfloat16 arithmetic."""

    def __post_init__(self) -> None:
        check_numbers(
            self, counts=("steps", "batch", "threads", "decode", "horizon", "warmup"), positive=("rate", "save_minutes"),
            least_0=("minutes",),
        )  # fmt: skip
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
    tool = tool_pose(clip.inputs["proprio"]).view(B, f, -1)[:, :starts].flatten(0, 1)
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
    """Owns the model, its average and the optimiser. `run` trains until done, interrupted or out of time."""

    def __init__(self, model: WorldModel, clips: Clips, config: WorldTrainConfig, out: Path, trained_on: Experience | None = None) -> None:
        self.model, self.clips, self.config, self.out = model.to(config.device), clips, config, out
        self.average = WorldModel(model.config).to(config.device)
        self.average.load_state_dict(model.state_dict())
        self.optimiser = torch.optim.AdamW(model.parameters(), lr=config.rate, weight_decay=config.decay)
        self.trained_on = trained_on
        self.step, self.seconds = 0, 0.0
        self.history: list[dict[str, float]] = []

    def rate(self) -> float:
        c = self.config
        done = max(self.step / c.steps, self.seconds / (60 * c.minutes) if c.minutes else 0.0)
        return c.rate * min(1.0, (self.step + 1) / c.warmup) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))

    def train_step(self, clip: Clip) -> dict[str, float]:
        """One update; returns the losses."""
        c = self.config
        clip = _to(clip, c.device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        with torch.autocast(torch.device(c.device).type, torch.bfloat16, enabled=c.half):
            parts = losses(self.model, clip, c)
        weight = {"predict": 1.0, "spread": c.spread, "judge": c.judge, "where": c.where, "picture": c.picture}
        loss = torch.stack([weight[k] * v for k, v in parts.items()]).sum()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        keep = min(c.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - keep)
            for a, b in zip(self.average.buffers(), self.model.buffers(), strict=True):
                a.copy_(b)
        self.step += 1
        return {k: float(v.detach()) for k, v in parts.items()}

    def run(self, on_step: Callable[[int, float, dict[str, float]], None] = lambda *_: None) -> dict[str, Any]:
        """Trains; Ctrl-C and SIGTERM end it between two steps. Keys: steps, seconds, loss, checkpoint, interrupted."""
        start = saved = time.monotonic()
        before, mean = self.seconds, {}
        with stoppable() as stop:
            while self.step < self.config.steps and not stop.asked:
                parts = self.train_step(self.clips.draw())
                mean = {k: 0.98 * mean.get(k, v) + 0.02 * v for k, v in parts.items()}
                now = time.monotonic()
                self.seconds = before + now - start
                if self.step % 50 == 0:
                    self.history.append({"step": self.step, "seconds": round(self.seconds, 1), **{k: round(v, 5) for k, v in mean.items()}})
                on_step(self.step, self.seconds, mean)
                if now - saved > 60 * self.config.save_minutes:
                    self.save()
                    saved = time.monotonic()
                if self.config.minutes and self.seconds > 60 * self.config.minutes:
                    break
        self.save()
        return {
            "steps": self.step,
            "seconds": self.seconds,
            "loss": sum(mean.values()),
            "checkpoint": str(self.out),
            "interrupted": stop.asked,
        }

    def save(self) -> None:
        """The averaged model as a checkpoint, and beside it what resuming needs."""
        save_world(self.average, self.out, self.trained_on)
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        for i, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{i}.{k}": torch.as_tensor(v) for k, v in state.items()}
        tensors["torch_rng"] = torch.get_rng_state()
        meta = {"step": self.step, "seconds": self.seconds, "rng": json.dumps(self.clips.rng.bit_generator.state)}
        save_state(self.out / STATE_FILE, tensors, {k: str(v) for k, v in meta.items()} | {"config": json.dumps(asdict(self.config))})
        if self.history:
            path = self.out / "log.csv"
            old = list(csv.DictReader(path.open())) if path.exists() else []
            rows = [r for r in old if float(r["step"]) < self.history[0]["step"]] + self.history
            write_rows(path, list(self.history[0]), rows)

    def resume(self) -> None:
        """Continues from `out`: the same numbers as if training had not stopped."""
        tensors, meta = load_state(self.out / STATE_FILE)
        self.model.load_state_dict({k[6:]: v for k, v in tensors.items() if k.startswith("model.")})
        self.average.load_state_dict({k[8:]: v for k, v in tensors.items() if k.startswith("average.")})
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimiser."):
                _, i, name = key.split(".")
                state.setdefault(int(i), {})[name] = value
        self.optimiser.load_state_dict({"state": state, "param_groups": self.optimiser.state_dict()["param_groups"]})
        torch.set_rng_state(tensors["torch_rng"].to(torch.uint8).cpu())
        self.step, self.seconds = int(meta["step"]), float(meta["seconds"])
        self.clips.rng.bit_generator.state = json.loads(meta["rng"])


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
    clips = Clips(data, frames=config.frames, batch=config.batch, image_size=model.config.image_size, seed=config.seed)
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
