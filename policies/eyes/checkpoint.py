"""Checkpoints of the eyes: a folder with `model.safetensors` and `config.json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...core.errors import HomebodyError
from ...core.experience import KEY, Experience
from ...core.files import CONFIG_FILE, MODEL_FILE, write_text
from ...core.weights import load_state, save_state
from .network import Eyes, EyesConfig

KIND = "homebody-eyes"


def save_eyes(model: Eyes, folder: Path, trained_on: Experience | None = None) -> None:
    """`trained_on` is what the weights have seen, where that is known."""
    folder.mkdir(parents=True, exist_ok=True)
    save_state(folder / MODEL_FILE, model.state_dict(), {"kind": KIND})
    config: dict[str, Any] = {"kind": KIND, "network": asdict(model.config)}
    if trained_on:
        config[KEY] = trained_on.to_json()
    write_text(folder / CONFIG_FILE, json.dumps(config, indent=2) + "\n")


def load_eyes(folder: Path) -> Eyes:
    """The eyes of a checkpoint folder. Raises HomebodyError that names the file and what is wrong with it."""
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise HomebodyError(f"no {CONFIG_FILE} in {folder}: expected the folder of eyes, as `homebody train eyes` writes it")
    try:
        config = json.loads(path.read_text())
        if config.get("kind") != KIND:
            raise HomebodyError(f"{folder} holds a {config.get('kind')!r}: expected a {KIND!r}")
        network = dict(config["network"])
        model = Eyes(EyesConfig(**{**network, "cameras": tuple(network["cameras"]), "skills": tuple(network["skills"])}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HomebodyError(f"damaged {path}: {error}; expected JSON with the key 'network'") from error
    tensors, _ = load_state(folder / MODEL_FILE)
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise HomebodyError(f"{folder / MODEL_FILE} does not fit {path}: {' '.join(str(error).split())[:200]}") from error
    return model.eval()
