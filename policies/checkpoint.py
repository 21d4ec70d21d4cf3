"""Checkpoints: a folder with `model.safetensors`, `config.json` and `card.md`. Nothing in them is ever executed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ..core.checkpoints import NETWORK, fill, read_sizes, read_weights, settings, write_checkpoint
from ..core.errors import HomebodyError
from ..core.experience import Experience
from ..core.files import CARD_FILE, CONFIG_FILE, MODEL_FILE, write_text
from .network import PolicyConfig, VisuoTactilePolicy

KIND = "homebody-policy"


def save_model(model: VisuoTactilePolicy, folder: Path, trained_on: Experience | None = None) -> None:
    """`trained_on` is what the weights have seen, where that is known."""
    write_checkpoint(folder, KIND, model.state_dict(), {NETWORK: asdict(model.config)}, trained_on)


def load_model(folder: Path, device: str = "cpu") -> VisuoTactilePolicy:
    """The policy of a checkpoint folder. Raises HomebodyError that names the file and what is wrong with it."""
    expected = f"a checkpoint folder with {MODEL_FILE} and {CONFIG_FILE}"
    if not folder.is_dir():
        raise HomebodyError(f"no checkpoint folder {folder}: expected a folder with {MODEL_FILE} and {CONFIG_FILE}")
    (sizes,) = read_sizes(folder, KIND, NETWORK, expected=expected, older=True)
    model = VisuoTactilePolicy(settings(PolicyConfig, sizes, folder))
    return fill(model, read_weights(folder), folder).to(torch.device(device))


def write_card(folder: Path, facts: Mapping[str, Any]) -> None:
    """A first model card; `homebody bench --card` fills in the scores."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Homebody policy",
        "",
        "Cameras, taxels, proprioception and text in; chunks of 16 actions out. Licence: Apache-2.0.",
        "",
        "## Training",
        "",
    ]
    lines += [f"- {key}: `{json.dumps(value, default=str)}`" for key, value in facts.items()]
    write_text(folder / CARD_FILE, "\n".join(lines) + "\n")
