"""The last stage of training: the encoder stands still, its latents are kept, and everything behind it learns from them.

Predicting a target that no longer moves, many steps for the price of one with pictures: most of the dynamics is learned here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..core.errors import check_numbers
from ..core.experience import Experience
from ..core.training import Course, Progress, TrainSettings
from ..datasets.sampler import TrainingArrays
from .checkpoint import save_world
from .clips import Clips
from .imagination import prepare
from .network import TOKENS, WorldModel, tool_pose


@dataclass(frozen=True, kw_only=True)
class SettleConfig(TrainSettings):
    """How to train behind a fixed encoder."""

    batch: int = 32
    """Beginnings per update."""
    horizon: int = 3
    """Model steps that each is rolled."""
    rate: float = 8e-4
    warmup: int = 50
    judge: float = 0.15
    """Weight of the judge's cross entropies."""
    picture: float = 0.5
    """Weight of the decoder's error."""
    decode: int = 6
    """Latents decoded per update."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(self, counts=("horizon", "decode"))


@torch.inference_mode()
def keep_latents(model: WorldModel, data: TrainingArrays, *, progress: Callable[[int], None] = lambda _: None, block: int = 64) -> Tensor:
    """Latents of all N frames, (N, TOKENS, width) half precision: 11 kB a frame."""
    size, total = model.config.image_size, len(data.action)
    out = torch.empty((total, TOKENS, model.config.width), dtype=torch.float16)
    for a in range(0, total, block):
        part = slice(a, a + block)
        out[part] = model.encode(prepare(data.scene[part], data.wrist[part], data.tactile[part], data.proprio[part], size)).half()
        progress(min(a + block, total))
    return out


class Settler:
    """Trains predictor, judge and decoder on kept latents."""

    def __init__(
        self,
        model: WorldModel,
        data: TrainingArrays,
        latents: Tensor,
        config: SettleConfig,
        out: Path,
        trained_on: Experience | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        self.model, self.config, self.out, self.trained_on = model, config, out, trained_on
        self._data, self._latents = data, latents
        self._clips = Clips(
            data, frames=config.horizon + 1, batch=config.batch, image_size=model.config.image_size, seed=config.seed, robot=model.robot
        )
        for part in (model.encoder, model.where, model.narrow):
            part.requires_grad_(False)
        self.average = WorldModel(model.config)
        self.course = Course(model, self.average, config)

    def losses(self) -> dict[str, Tensor]:
        """Of one batch of beginnings, rolled as far as their episodes go."""
        c, m = self.config, self.model
        clip = self._clips.labelled()
        frames = torch.from_numpy(clip.frames)  # (B, K + 1)
        z = self._latents[frames].float()
        rolled = m.roll(
            z[:, 0], clip.targets, tool_pose(m.robot, torch.from_numpy(self._data.proprio[clip.frames[:, 0]].astype(np.float32)))
        )
        error = (rolled - z[:, 1:]).pow(2).mean((2, 3))
        real = clip.inside[:, 1:].float()
        text = m.text(clip.tokens)
        every = torch.cat([z, rolled], 1).flatten(0, 1)
        labels = torch.cat([clip.labels, clip.labels[:, 1:]], 1).flatten(0, 1)
        words = text[:, None].expand(-1, 2 * c.horizon + 1, -1).flatten(0, 1)
        judged = F.binary_cross_entropy_with_logits(m.judge(every, words), labels)
        return {"predict": (error * real).sum() / real.sum().clamp(min=1), "judge": judged, "picture": self._pictures(frames, z, rolled)}

    def _pictures(self, frames: Tensor, z: Tensor, rolled: Tensor) -> Tensor:
        """L1 of what is decoded from predicted latents, one to `horizon` model steps ahead."""
        d, size, count = self._data, self.model.config.image_size, min(self.config.decode, len(z))
        row, ahead = torch.randperm(len(z))[:count], torch.randint(rolled.shape[1], (count,))
        now, then = (f.numpy() for f in (frames[row, 0], frames[row, ahead + 1]))
        seen, goal = (prepare(d.scene[w], d.wrist[w], d.tactile[w], d.proprio[w], size) for w in (now, then))
        pictures, touch = self.model.decoder(rolled.detach()[row, ahead], z[row, 0], torch.stack([seen["scene"], seen["wrist"]], 1))
        error = (pictures - torch.stack([goal["scene"], goal["wrist"]], 1)).abs().mean()
        return error + 0.2 * (touch - goal["tactile"]).abs().mean()

    def train_step(self) -> dict[str, float]:
        """One update; returns the losses."""
        c, parts = self.config, self.losses()
        self.course.descend(parts["predict"] + c.judge * parts["judge"] + c.picture * parts["picture"])
        return {k: float(v.detach()) for k, v in parts.items()}

    def run(self, on_step: Callable[[Progress], None] = lambda _: None) -> dict[str, Any]:
        """Trains; Ctrl-C and SIGTERM end it between two steps. Keys: steps, seconds, loss, checkpoint, interrupted."""
        result = self.course.run(self.train_step, lambda: save_world(self.average, self.out, self.trained_on), on_step)
        return {**result, "checkpoint": str(self.out)}
