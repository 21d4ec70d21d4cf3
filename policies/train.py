"""Imitation learning of the policy: seeded, resumable, with a moving average of the weights."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..core.errors import check_numbers
from ..core.experience import KEY, Experience
from ..core.files import write_rows, writing
from ..core.interrupts import stoppable
from ..core.weights import load_state, save_state
from ..datasets.sampler import TrainingArrays
from .batches import Augment, Batches
from .checkpoint import load_model, save_model, write_card
from .network import PolicyConfig, VisuoTactilePolicy

STATE_FILE = "training.safetensors"


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How to train."""

    steps: int = 30_000
    batch: int = 64
    rate: float = 8e-4
    """Peak learning rate; cosine to 1 % of it."""
    warmup: int = 300
    decay: float = 1e-4
    """AdamW weight decay."""
    average: float = 0.998
    """Moving average of the weights, per step."""
    clip: float = 5.0
    """Largest gradient norm."""
    ground: float = 2.0
    """Weight of the grounding losses, per decimetre; another goal's points in the same picture count as much as the
    demonstrated one's, or the head reads the answer off the arm's motion instead of the words."""
    heat: float = 0.1
    """Weight of the heat maps' cross entropies."""
    seed: int = 0
    threads: int = 2
    save_minutes: float = 5.0
    minutes: float = 0.0
    """Stop after so long, the schedule with it; 0: no limit. With a limit, results depend on the machine's speed."""
    device: str = "cpu"
    half: bool = False
    """bfloat16 arithmetic: faster where the processor has it."""
    augment: Augment = field(default_factory=Augment)

    def __post_init__(self) -> None:
        check_numbers(self, counts=("steps", "batch", "threads", "warmup"), positive=("rate", "clip", "save_minutes"), least_0=("minutes",))


@dataclass(kw_only=True)
class Progress:
    """What `on_step` sees."""

    step: int
    steps: int
    seconds: float
    loss: float
    parts: dict[str, float]


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
    """Owns the model, its average and the optimiser. `run` trains until done, interrupted or out of time."""

    def __init__(
        self, model: VisuoTactilePolicy, batches: Batches, config: TrainConfig, out: Path, trained_on: Experience | None = None
    ) -> None:
        self.model, self.batches, self.config, self.out = model.to(config.device), batches, config, out
        self.average = VisuoTactilePolicy(model.config).to(config.device)
        self.average.load_state_dict(model.state_dict())
        self.optimiser = torch.optim.AdamW(model.parameters(), lr=config.rate, weight_decay=config.decay)
        self.trained_on = trained_on
        self.step, self.seconds = 0, 0.0
        self.history: list[dict[str, float]] = []

    def rate(self, step: int) -> float:
        c = self.config
        warm = min(1.0, (step + 1) / c.warmup)
        done = max(step / c.steps, self.seconds / (60 * c.minutes) if c.minutes else 0.0)
        return c.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))

    def train_step(self, batch: dict[str, Tensor]) -> dict[str, float]:
        """One update; returns the losses."""
        c = self.config
        batch = {k: v.to(c.device, non_blocking=True) for k, v in batch.items()}
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate(self.step)
        with torch.autocast(torch.device(c.device).type, torch.bfloat16, enabled=c.half):
            parts = losses(self.model, batch, c)
        loss = parts["motion"] + c.ground * (parts["ground"] + parts["other"]) + c.heat * (parts["heat"] + parts["other_heat"])
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), c.clip)
        self.optimiser.step()
        self._update_average()
        self.step += 1
        return {k: float(v.detach()) for k, v in parts.items()}

    @torch.no_grad()
    def _update_average(self) -> None:
        keep = min(self.config.average, (self.step + 1) / (self.step + 10))
        mine, theirs = list(self.average.parameters()), list(self.model.parameters())
        torch._foreach_lerp_(mine, theirs, 1 - keep)
        for a, b in zip(self.average.buffers(), self.model.buffers(), strict=True):
            a.copy_(b)

    def run(self, on_step: Callable[[Progress], None] = lambda _: None) -> dict[str, Any]:
        """Trains; Ctrl-C and SIGTERM end it between two steps. Keys: steps, seconds, loss, checkpoint, interrupted."""
        start, saved = time.monotonic(), time.monotonic()
        before, mean = self.seconds, {}
        with stoppable() as stop:
            while self.step < self.config.steps and not stop.asked:
                parts = self.train_step(self.batches.draw())
                mean = {k: 0.98 * mean.get(k, v) + 0.02 * v for k, v in parts.items()}
                now = time.monotonic()
                self.seconds = before + now - start
                if self.step % 50 == 0:
                    self.history.append({"step": self.step, "seconds": round(self.seconds, 1), **{k: round(v, 5) for k, v in mean.items()}})
                on_step(Progress(step=self.step, steps=self.config.steps, seconds=self.seconds, loss=sum(mean.values()), parts=mean))
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

    # --- saving -------------------------------------------------------------------------------------------------------
    def save(self) -> None:
        """The averaged model as a checkpoint, and beside it what resuming needs."""
        save_model(self.average, self.out, self.trained_on)
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        for i, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{i}.{k}": torch.as_tensor(v) for k, v in state.items()}
        tensors["torch_rng"] = torch.get_rng_state()
        meta = {
            "step": self.step,
            "seconds": self.seconds,
            "rng": json.dumps(self.batches.rng.bit_generator.state),
            "config": json.dumps(asdict(self.config)),
        }
        save_state(self.out / STATE_FILE, tensors, {k: str(v) for k, v in meta.items()})
        self._log()

    def resume(self) -> None:
        """Continues from `out`: the same numbers as if training had not stopped."""
        tensors, meta = load_state(self.out / STATE_FILE)
        self.model.load_state_dict({k[6:]: v for k, v in tensors.items() if k.startswith("model.")}, strict=False)
        self.average.load_state_dict({k[8:]: v for k, v in tensors.items() if k.startswith("average.")}, strict=False)
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimiser."):
                _, i, name = key.split(".")
                state.setdefault(int(i), {})[name] = value
        self.optimiser.load_state_dict({"state": state, "param_groups": self.optimiser.state_dict()["param_groups"]})
        torch.set_rng_state(tensors["torch_rng"].to(torch.uint8).cpu())
        self.step, self.seconds = int(meta["step"]), float(meta["seconds"])
        self.batches.rng.bit_generator.state = json.loads(meta["rng"])

    def _log(self) -> None:
        if not self.history:
            return
        path = self.out / "log.csv"
        old = list(csv.DictReader(path.open())) if path.exists() else []
        rows = [r for r in old if float(r["step"]) < self.history[0]["step"]] + self.history
        write_rows(path, list(self.history[0]), rows)
        _plot(rows, self.out / "loss.png")


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
