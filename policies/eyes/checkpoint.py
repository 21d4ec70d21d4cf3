"""Checkpoints of the eyes: a folder with `model.safetensors` and `config.json`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from ...core.checkpoints import NETWORK, fill, read_sizes, read_weights, settings, write_checkpoint
from ...core.experience import Experience
from .network import Eyes, EyesConfig

KIND = "homebody-eyes"


def save_eyes(model: Eyes, folder: Path, trained_on: Experience | None = None) -> None:
    """`trained_on` is what the weights have seen, where that is known."""
    write_checkpoint(folder, KIND, model.state_dict(), {NETWORK: asdict(model.config)}, trained_on)


def load_eyes(folder: Path) -> Eyes:
    """The eyes of a checkpoint folder. Raises HomebodyError that names the file and what is wrong with it."""
    (sizes,) = read_sizes(folder, KIND, NETWORK, expected="the folder of eyes, as `homebody train eyes` writes it")
    return fill(Eyes(settings(EyesConfig, sizes, folder)), read_weights(folder), folder)
