"""Checkpoints: a folder with `model.safetensors`, `config.json` and `card.md`. Nothing in them is ever executed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from ..core.errors import HomebodyError
from ..core.experience import KEY, Experience
from ..core.files import CARD_FILE, CONFIG_FILE, MODEL_FILE, write_text
from ..core.weights import load_state, save_state
from .network import PolicyConfig, VisuoTactilePolicy

KIND = "homebody-policy"


def save_model(model: VisuoTactilePolicy, folder: Path, trained_on: Experience | None = None) -> None:
    """`trained_on` is what the weights have seen, where that is known."""
    folder.mkdir(parents=True, exist_ok=True)
    save_state(folder / MODEL_FILE, model.state_dict(), {"kind": KIND})
    config: dict[str, Any] = {"kind": KIND, "network": asdict(model.config)}
    if trained_on:
        config[KEY] = trained_on.to_json()
    write_text(folder / CONFIG_FILE, json.dumps(config, indent=2) + "\n")


def load_model(folder: Path, device: str = "cpu") -> VisuoTactilePolicy:
    """The policy of a checkpoint folder. Raises HomebodyError that names the file and what is wrong with it."""
    if not folder.is_dir():
        raise HomebodyError(f"no checkpoint folder {folder}: expected a folder with {MODEL_FILE} and {CONFIG_FILE}")
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise HomebodyError(f"no {CONFIG_FILE} in {folder}: expected a checkpoint folder with {MODEL_FILE} and {CONFIG_FILE}")
    try:
        config = json.loads(path.read_text())
        network = dict(config["network"])
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise HomebodyError(f"damaged {path}: {error}; expected JSON with the key 'network'") from error
    known = {f.name for f in fields(PolicyConfig)}
    if set(network) - known:
        raise HomebodyError(f"{path}: unknown settings {sorted(set(network) - known)}; expected some of {sorted(known)}")
    network["channels"] = tuple(network.get("channels", PolicyConfig().channels))
    model = VisuoTactilePolicy(PolicyConfig(**network))
    tensors, _ = load_state(folder / MODEL_FILE)
    try:
        model.load_state_dict({k: v.float() for k, v in tensors.items()})
    except RuntimeError as error:
        raise HomebodyError(f"{folder / MODEL_FILE} does not fit {path}: {' '.join(str(error).split())[:200]}") from error
    return model.to(torch.device(device)).eval()


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
