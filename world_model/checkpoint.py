"""World-model checkpoints: a folder with `model.safetensors`, `config.json` and `card.md`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import torch

from ..core.checkpoints import NETWORK, fill, read_sizes, read_weights, settings, write_checkpoint
from ..core.experience import Experience
from ..core.files import CONFIG_FILE, MODEL_FILE
from .network import WorldConfig, WorldModel

KIND = "homebody-world-model"
HELPER = "where."
"""Weights of the part that only training uses."""


def save_world(model: WorldModel, folder: Path, trained_on: Experience | None = None) -> None:
    """Writes the weights as half-precision numbers, the sizes, and what the weights have seen where that is known."""
    weights = {k: v.half() for k, v in model.state_dict().items() if not k.startswith(HELPER)}
    write_checkpoint(folder, KIND, weights, {NETWORK: asdict(model.config)}, trained_on)


def load_world(folder: Path, device: str = "cpu") -> WorldModel:
    """The world model of a checkpoint folder. Raises HomebodyError that names the file and what is wrong with it."""
    (sizes,) = read_sizes(folder, KIND, NETWORK, expected=f"a world model, {MODEL_FILE} and {CONFIG_FILE}")
    model = WorldModel(settings(WorldConfig, sizes, folder))
    fresh = {k: v for k, v in model.state_dict().items() if k.startswith(HELPER)}  # where training alone asks, a file may have none
    return fill(model, fresh | read_weights(folder), folder).to(torch.device(device))
