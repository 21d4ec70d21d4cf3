"""Weights on disk: safetensors files, written whole or not at all. Nothing in them is ever executed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from .errors import HomebodyError
from .files import CONFIG_FILE, MODEL_FILE, writing


def save_state(path: Path, tensors: Mapping[str, Tensor], meta: Mapping[str, str]) -> None:
    """A cut or a full disk never leaves half of it. Raises OSError."""
    with writing(path) as part:
        save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, part, dict(meta))


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
