"""Checkpoints: a folder with `model.safetensors`, `config.json` and `card.md`. Nothing in them is ever executed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ..core.errors import HomebodyError
from .network import PolicyConfig, VisuoTactilePolicy

MODEL_FILE, CONFIG_FILE, CARD_FILE = "model.safetensors", "config.json", "card.md"
KIND = "homebody-policy"


def save_state(path: Path, tensors: Mapping[str, Tensor], meta: Mapping[str, str]) -> None:
    """Writes beside the file and renames: a cut never leaves half of it."""
    partial = path.with_name(path.name + ".partial")
    save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, partial, dict(meta))
    partial.replace(path)


def load_state(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a safetensors file. Raises HomebodyError when it is missing or damaged."""
    if not path.is_file():
        raise HomebodyError(f"no file {path.name} in {path.parent}: expected a checkpoint folder with {MODEL_FILE} and {CONFIG_FILE}")
    try:
        with safe_open(path, "pt") as file:
            return {k: file.get_tensor(k) for k in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise HomebodyError(
            f"damaged checkpoint {path} ({path.stat().st_size} bytes): {str(error).splitlines()[0]}; expected a whole safetensors file"
        ) from error


def save_model(model: VisuoTactilePolicy, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_state(folder / MODEL_FILE, model.state_dict(), {"kind": KIND})
    config = {"kind": KIND, "network": asdict(model.config)}
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n")


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
    (folder / CARD_FILE).write_text("\n".join(lines) + "\n")
