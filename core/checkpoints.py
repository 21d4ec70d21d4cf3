"""What checkpoints of networks have in common: a folder with `model.safetensors` and `config.json`, written, read and checked in one way.

`config.json` says the `kind`, the sizes of each network under a key of its own, and under `trained_on` what the weights have seen, where that
is known. Nothing in a folder is ever executed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor, nn

from .errors import HomebodyError
from .experience import KEY, Experience
from .files import CONFIG_FILE, MODEL_FILE, write_text
from .weights import load_state, save_state

Settings = TypeVar("Settings")
Network = TypeVar("Network", bound=nn.Module)
NETWORK = "network"
"""The key of the sizes where a checkpoint holds one network."""


def write_checkpoint(
    folder: Path, kind: str, tensors: Mapping[str, Tensor], sizes: Mapping[str, Any], trained_on: Experience | None
) -> None:
    """sizes: what config.json says besides, by key; trained_on: what the weights have seen, where that is known. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    save_state(folder / MODEL_FILE, tensors, {"kind": kind})
    known = {KEY: trained_on.to_json()} if trained_on else {}
    write_text(folder / CONFIG_FILE, json.dumps({"kind": kind, **sizes, **known}, indent=2) + "\n")


def read_sizes(folder: Path, kind: str, *keys: str, expected: str, older: bool = False) -> list[dict[str, Any]]:
    """The sizes under `keys` of config.json. older: whether a file without a kind is one too.

    Raises HomebodyError where there is none, with what was `expected` instead, and where it is damaged or of another kind.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise HomebodyError(f"no {CONFIG_FILE} in {folder}: expected {expected}")
    try:
        config = json.loads(path.read_text())
        found = config.get("kind", kind) if older else config.get("kind")
        if found != kind:
            raise HomebodyError(f"{folder} holds a {found!r}: expected a {kind!r}")
        return [dict(config[key]) for key in keys]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HomebodyError(
            f"damaged {path}: {error}; expected JSON with the key{'s' * (len(keys) > 1)} {' and '.join(map(repr, keys))}"
        ) from error


def settings(of: type[Settings], sizes: Mapping[str, Any], folder: Path) -> Settings:
    """A dataclass of the sizes that config.json has; lists become tuples. Raises HomebodyError for unknown names and for what the class
    refuses."""
    known = sorted(f.name for f in fields(of))  # pyright: ignore[reportArgumentType]
    path = folder / CONFIG_FILE
    if unknown := sorted(set(sizes) - set(known)):
        raise HomebodyError(f"{path}: unknown settings {unknown}; expected some of {known}")
    try:
        return of(**{k: tuple(v) if isinstance(v, list) else v for k, v in sizes.items()})
    except (ValueError, TypeError) as error:
        raise HomebodyError(f"damaged {path}: {error}; expected numbers and names that fit together") from error


def read_weights(folder: Path) -> dict[str, Tensor]:
    """All tensors, in single precision. Raises HomebodyError where the file is missing or damaged."""
    tensors, _ = load_state(folder / MODEL_FILE)
    return {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}


def fill(model: Network, tensors: Mapping[str, Tensor], folder: Path) -> Network:
    """The network with the weights of a folder, ready to act. Raises HomebodyError where they do not fit."""
    try:
        model.load_state_dict(dict(tensors))
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise HomebodyError(f"{folder / MODEL_FILE} does not fit {folder / CONFIG_FILE}: {reason}") from error
    return model.eval()
