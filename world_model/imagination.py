"""Imagining recorded attempts: predicted pictures and taxels beside what happened, and how far the model can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..core.preprocess import pictures, taxels, unsquash
from ..core.text import tokenise
from ..datasets.sampler import TrainingArrays
from .clips import command_targets
from .network import SKIP, WorldModel, tool_pose

AHEAD = 2
"""Model steps between what is known and what is predicted: 0.5 s."""


@dataclass(frozen=True, kw_only=True)
class Dream:
    """What the model expected for each frame, from the observation half a second before it."""

    pictures: np.ndarray
    """(T, 2, S, S, 3) uint8, scene and wrist; the first half second shows the decoded first frames."""
    tactile: np.ndarray
    """(T, 2, 3, 8, 8) depth [m] and slip [m/s], as the sensors give them."""
    judged: np.ndarray
    """(T, 3) probabilities: goal met, met in the end, nearness."""


def prepare(scene: np.ndarray, wrist: np.ndarray, tactile: np.ndarray, proprio: np.ndarray, size: int) -> dict[str, Tensor]:
    """Raw streams (T, ...) as the model's inputs."""
    return {
        "scene": pictures(torch.from_numpy(np.ascontiguousarray(scene)), size), "wrist": pictures(torch.from_numpy(np.ascontiguousarray(wrist)), size),
        "tactile": taxels(torch.from_numpy(np.ascontiguousarray(tactile))), "proprio": torch.from_numpy(proprio.astype(np.float32)),
    }  # fmt: skip


@torch.inference_mode()
def encode_all(model: WorldModel, inputs: Mapping[str, Tensor], block: int = 32) -> Tensor:
    """Latents (T, TOKENS, width) of T frames, in blocks."""
    count = len(inputs["proprio"])
    return torch.cat([model.encode({k: v[a : a + block] for k, v in inputs.items()}) for a in range(0, count, block)])


@torch.inference_mode()
def dream(model: WorldModel, inputs: Mapping[str, Tensor], action: np.ndarray, instruction: str) -> Dream:
    """Predicts every frame of one attempt from half a second before; action (T, A)."""
    z, T = encode_all(model, inputs), len(action)
    targets, lag = torch.from_numpy(command_targets(model.robot, action)), AHEAD * SKIP
    later = torch.arange(max(T - lag, 0))
    now, tool = z[: len(later)], tool_pose(model.robot, inputs["proprio"])[: len(later)]
    for k in range(AHEAD if len(later) else 0):
        commands = targets[later[:, None] + k * SKIP + torch.arange(SKIP)]
        now, tool = model.step(now, commands, tool), commands[:, -1]
    expected = torch.cat([z[: min(lag, T)], now])
    text = model.text(torch.from_numpy(tokenise(instruction)[None]))
    before = (torch.arange(T) - lag).clamp(min=0)  # the frame that each was predicted from
    seen = torch.stack([inputs["scene"], inputs["wrist"]], 1)
    shown = [model.decoder(expected[part], z[before[part]], seen[before[part]]) for part in torch.arange(T).split(16)]
    images = torch.cat([s[0] for s in shown]).permute(0, 1, 3, 4, 2)
    judged = model.judge(expected, text.expand(len(expected), -1)).sigmoid()
    return Dream(
        pictures=((images + 0.5).clamp(0, 1) * 255).round().to(torch.uint8).numpy(), tactile=unsquash(torch.cat([s[1] for s in shown])).numpy(),
        judged=judged.numpy(),
    )  # fmt: skip


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal-to-noise ratio [dB] of uint8 pictures."""
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def auc(scores: np.ndarray, outcomes: np.ndarray) -> float:
    """Area under the ROC curve: the chance that a success is scored above a failure. NaN without both kinds."""
    good, bad = scores[outcomes], scores[~outcomes]
    if not len(good) or not len(bad):
        return float("nan")
    both = np.concatenate([good, bad])
    order = both.argsort(kind="stable")
    rank = np.empty(len(both))
    rank[order] = np.arange(1, len(both) + 1)
    for value in np.unique(both):  # ties share their mean rank
        same = both == value
        rank[same] = rank[same].mean()
    return float((rank[: len(good)].sum() - len(good) * (len(good) + 1) / 2) / (len(good) * len(bad)))


def auc_interval(scores: np.ndarray, outcomes: np.ndarray, *, draws: int = 1000, seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of `auc`, resampling episodes; NaN without both kinds of outcome."""
    if outcomes.all() or not outcomes.any():
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(scores), size=(draws, len(scores)))
    values = np.array([auc(scores[p], outcomes[p]) for p in picks])
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


@torch.inference_mode()
def evaluate(
    model: WorldModel, data: TrainingArrays, instructions: list[str], *, seed: int = 0, progress: Callable[[int], None] = lambda _: None
) -> dict[str, object]:
    """Held-out attempts, imagined. Each is met at a random moment; from the observation there the model rolls 0.75 s of the
    commands that followed and judges the last latent.

    Keys: `episodes`, `success_auc` (whether imagination knows how the attempt ends) with `success_auc_ci95`,
    `success_auc_within_tasks` (mean of the tasks' own), `success_auc_encoded` (judged without rolling), `latent_error` at
    0.25, 0.5 and 0.75 s as a ratio to copying the last latent, `psnr` of predicted pictures at 0.5 s, `psnr_copy` of showing
    the last picture instead, `rank` (effective rank of the latents: 1 means collapsed).
    """
    rng, size = np.random.default_rng(seed), model.config.image_size
    targets = command_targets(model.robot, data.action)
    rows = []
    ratio_top, ratio_bottom, shown, latents = np.zeros(3), np.zeros(3), [], []
    for e, words in enumerate(instructions):
        first, last = int(data.starts[e]), int(data.starts[e + 1]) - 1
        t = int(rng.integers(first, max(last - 3 * SKIP, first) + 1))
        frames = np.minimum(t + SKIP * np.arange(4), last)
        between = torch.from_numpy(np.stack([targets[np.minimum(t + SKIP * k + np.arange(SKIP), last)] for k in range(3)]))
        inputs = prepare(data.scene[frames], data.wrist[frames], data.tactile[frames], data.proprio[frames], size)
        z = model.encode(inputs)
        rolled = model.roll(z[:1], between[None], tool_pose(model.robot, inputs["proprio"][:1]))[0]  # (3, TOKENS, width)
        text = model.text(torch.from_numpy(tokenise(words)[None]))
        ends = model.judge(torch.stack([rolled[-1], z[0]]), text.expand(2, -1)).sigmoid()[:, 1]
        rows.append((float(ends[0]), float(ends[1]), bool(data.success[e]), data.goals[e].task))
        if t + 3 * SKIP <= last:
            ratio_top += (rolled - z[1:]).pow(2).mean((1, 2)).numpy()
            ratio_bottom += (z[:1] - z[1:]).pow(2).mean((1, 2)).numpy()
            seen = torch.stack([inputs["scene"][:1], inputs["wrist"][:1]], 1)
            picture = model.decoder(rolled[1:2], z[:1], seen)[0][0].permute(0, 2, 3, 1)
            predicted = ((picture + 0.5).clamp(0, 1) * 255).round().to(torch.uint8).numpy()
            real, held = (np.stack([_shrink(getattr(data, c)[f], size) for c in ("scene", "wrist")]) for f in (frames[2], frames[0]))
            shown.append((psnr(predicted, real), psnr(held, real)))
        latents.append(z[0].flatten())
        progress(e + 1)
    return _report(rows, ratio_top / np.maximum(ratio_bottom, 1e-9), np.array(shown), torch.stack(latents))


def _shrink(picture: np.ndarray, size: int) -> np.ndarray:
    x = pictures(torch.from_numpy(picture[None].copy()), size)[0].permute(1, 2, 0)
    return ((x + 0.5) * 255).round().to(torch.uint8).numpy()


def _report(rows: list[tuple[float, float, bool, str]], ratio: np.ndarray, shown: np.ndarray, latents: Tensor) -> dict[str, object]:
    imagined, encoded = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    won, tasks = np.array([r[2] for r in rows]), np.array([r[3] for r in rows])
    own = [auc(imagined[tasks == t], won[tasks == t]) for t in sorted(set(tasks))]
    low, high = auc_interval(imagined, won)
    strength = torch.linalg.svdvals((latents - latents.mean(0)).float())
    share = strength / strength.sum()
    return {
        "episodes": len(rows), "successes": int(won.sum()), "success_auc": auc(imagined, won), "success_auc_ci95": [low, high],
        "success_auc_within_tasks": float(np.nanmean(own)) if not np.isnan(own).all() else float("nan"), "success_auc_encoded": auc(encoded, won),
        "latent_error": {f"{0.25 * (k + 1):.2f}": float(v) for k, v in enumerate(ratio)},
        "psnr": float(shown[:, 0].mean()), "psnr_copy": float(shown[:, 1].mean()),
        "rank": float(torch.exp(-(share * share.clamp(min=1e-12).log()).sum())),
    }  # fmt: skip
