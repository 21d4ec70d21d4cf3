"""World-model checkpoints: a folder with `model.safetensors`, `config.json` and `card.md`."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path

import torch

from ..core.errors import HomebodyError
from ..core.experience import KEY, Experience
from ..core.files import CONFIG_FILE, MODEL_FILE, write_text
from ..core.weights import load_state, save_state
from .network import WorldConfig, WorldModel

KIND = "homebody-world-model"
HELPER = "where."
"""Weights of the part that only training uses."""


def save_world(model: WorldModel, folder: Path, trained_on: Experience | None = None) -> None:
    """Writes the weights as half-precision numbers, the sizes, and what the weights have seen where that is known."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {k: v.half() for k, v in model.state_dict().items() if not k.startswith(HELPER)}
    save_state(folder / MODEL_FILE, weights, {"kind": KIND})
    known = {KEY: trained_on.to_json()} if trained_on else {}
    write_text(folder / CONFIG_FILE, json.dumps({"kind": KIND, "network": asdict(model.config), **known}, indent=2) + "\n")


def load_world(folder: Path, device: str = "cpu") -> WorldModel:
    """The world model of a checkpoint folder. Raises HomebodyError that names the file and what is wrong with it."""
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise HomebodyError(f"no world model in {folder}: expected a folder with {MODEL_FILE} and {CONFIG_FILE}")
    try:
        config = json.loads(path.read_text())
        kind, network = config["kind"], dict(config["network"])
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise HomebodyError(f"damaged {path}: {error}; expected JSON with the keys 'kind' and 'network'") from error
    if kind != KIND:
        raise HomebodyError(f"{folder} holds a {kind!r}: expected a {KIND!r}")
    known = {f.name for f in fields(WorldConfig)}
    if set(network) - known:
        raise HomebodyError(f"{path}: unknown settings {sorted(set(network) - known)}; expected some of {sorted(known)}")
    network["channels"] = tuple(network.get("channels", WorldConfig().channels))
    model = WorldModel(WorldConfig(**network))
    tensors, _ = load_state(folder / MODEL_FILE)
    fresh = {k: v for k, v in model.state_dict().items() if k.startswith(HELPER)}  # where training alone asks, a file may have none
    try:
        model.load_state_dict(fresh | {k: v.float() for k, v in tensors.items()})
    except RuntimeError as error:
        raise HomebodyError(f"{folder / MODEL_FILE} does not fit {path}: {' '.join(str(error).split())[:200]}") from error
    return model.to(torch.device(device)).eval()
