"""Checkpoints of the head: a folder with `model.safetensors` and `config.json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...core.errors import HomebodyError
from ...core.experience import KEY, Experience
from ...core.files import CONFIG_FILE, MODEL_FILE, write_text
from ...core.weights import load_state, save_state
from .network import ActionHead, HeadConfig

KIND = "homebody-head"


def save_head(model: ActionHead, folder: Path, trained_on: Experience | None = None) -> None:
    """`trained_on` is what the weights have seen, where that is known."""
    folder.mkdir(parents=True, exist_ok=True)
    save_state(folder / MODEL_FILE, model.state_dict(), {"kind": KIND})
    config: dict[str, Any] = {"kind": KIND, "network": asdict(model.config)}
    if trained_on:
        config[KEY] = trained_on.to_json()
    write_text(folder / CONFIG_FILE, json.dumps(config, indent=2) + "\n")


def load_head(folder: Path) -> ActionHead:
    """The head of a checkpoint folder. Raises HomebodyError that names the file and what is wrong with it."""
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise HomebodyError(f"no {CONFIG_FILE} in {folder}: expected the folder of a head, as `homebody train head` writes it")
    try:
        config = json.loads(path.read_text())
        if config.get("kind") != KIND:
            raise HomebodyError(f"{folder} holds a {config.get('kind')!r}: expected a {KIND!r}")
        model = ActionHead(HeadConfig(**{**config["network"], "skills": tuple(config["network"]["skills"])}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HomebodyError(f"damaged {path}: {error}; expected JSON with the key 'network'") from error
    tensors, _ = load_state(folder / MODEL_FILE)
    try:
        model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in tensors.items()})
    except RuntimeError as error:
        raise HomebodyError(f"{folder / MODEL_FILE} does not fit {path}: {' '.join(str(error).split())[:200]}") from error
    return model.eval()
