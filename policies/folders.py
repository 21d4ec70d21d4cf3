"""The folder of a checkpoint as a policy: a language policy, one learned from state, or a residual on a language policy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError
from ..core.experience import read_experience
from ..core.types import Policy
from ..core.weights import MODEL_FILE
from .source import CAMERAS, PolicySource


def _nothing(extra: str, what: str) -> None:
    del extra, what


def of_folder(folder: Path, device: str, *, name: str = "", require: Callable[[str, str], None] = _nothing) -> PolicySource:
    """The learned policy of a checkpoint. Raises HomebodyError where the folder is none."""
    weights, shown_as = folder / MODEL_FILE, name or folder.name
    if not weights.is_file():
        raise HomebodyError(f"{folder} holds no {MODEL_FILE}: expected the folder of a checkpoint, or the name of a policy")
    kind = _kind(folder)
    if kind.startswith("homebody-rl"):
        require("rl", f"policy {shown_as!r}")
        return _reinforced(folder, kind, shown_as)

    def build(place: Any) -> Policy:
        import torch

        from .runtime import ChunkPolicy

        del place
        torch.set_num_threads(1)  # one observation at a time: a second thread costs more in waiting than it computes
        return ChunkPolicy.load(folder, name=shown_as, device=device)

    digest = hashlib.sha256(weights.read_bytes()).hexdigest()[:16]
    return PolicySource(name=shown_as, fingerprint=digest, cameras=CAMERAS, build=build, trained_on=read_experience(folder))


def _kind(folder: Path) -> str:
    """What config.json says the checkpoint is; empty where it says nothing readable: loading explains."""
    try:
        return str(json.loads((folder / "config.json").read_text())["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _reinforced(folder: Path, kind: str, shown_as: str) -> PolicySource:
    """A checkpoint of `homebody train rl`."""
    residual = kind.endswith("residual")

    def build(place: Any) -> Policy:
        import torch

        from .rl.residual_policy import ResidualPolicy
        from .rl.runtime import StatePolicy

        del place
        torch.set_num_threads(1)
        return ResidualPolicy.load(folder, name=shown_as) if residual else StatePolicy.load(folder, name=shown_as)

    weights = (folder / MODEL_FILE, folder / "base" / MODEL_FILE)
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in weights if p.is_file())).hexdigest()[:16]
    cameras = CAMERAS if residual else ()
    return PolicySource(name=shown_as, fingerprint=digest, cameras=cameras, build=build, privileged=not residual,
                        trained_on=read_experience(folder))  # fmt: skip
