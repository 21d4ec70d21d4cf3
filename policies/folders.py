"""The folder of a checkpoint as a policy: a language policy, a head that acts by marks, one learned from state, or a residual on a policy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError
from ..core.experience import read_experience
from ..core.files import CONFIG_FILE, MODEL_FILE, read_kind
from ..core.types import Policy
from .source import CAMERAS, PolicySource


def _nothing(extra: str, what: str) -> None:
    del extra, what


def of_folder(folder: Path, device: str, *, name: str = "", require: Callable[[str, str], None] = _nothing) -> PolicySource:
    """The learned policy of a checkpoint. Raises HomebodyError where the folder is none."""
    weights, shown_as = folder / MODEL_FILE, name or folder.name
    if not weights.is_file():
        raise HomebodyError(f"{folder} holds no {MODEL_FILE}: expected the folder of a checkpoint, or the name of a policy")
    kind = read_kind(folder)
    if kind.startswith("homebody-rl"):
        require("rl", f"policy {shown_as!r}")
        return _reinforced(folder, kind, shown_as)
    if kind == "homebody-head":
        return _head(folder, shown_as)
    if kind == "homebody-house":
        return _house(folder, shown_as)

    def build(place: Any) -> Policy:
        import torch

        from .runtime import ChunkPolicy

        del place
        torch.set_num_threads(1)  # one observation at a time: a second thread costs more in waiting than it computes
        return ChunkPolicy.load(folder, name=shown_as, device=device)

    return PolicySource(name=shown_as, fingerprint=_digest(weights), cameras=CAMERAS, build=build, trained_on=read_experience(folder))


def _digest(*weights: Path) -> str:
    """16 hex digits of the files' bytes."""
    return hashlib.sha256(b"".join(p.read_bytes() for p in weights)).hexdigest()[:16]


def _head(folder: Path, shown_as: str) -> PolicySource:
    """A checkpoint of `homebody train head`, which acts by the simulator's true marks: what eyes are worth at best."""

    def build(place: Any) -> Policy:
        import torch

        from .head.runtime import HeadPolicy, true_marks

        torch.set_num_threads(1)
        return HeadPolicy.load(folder, true_marks(place), name=shown_as)

    return PolicySource(name=shown_as, fingerprint=_digest(folder / MODEL_FILE), build=build, simulated=True,
                        trained_on=read_experience(folder))  # fmt: skip


def _house(folder: Path, shown_as: str) -> PolicySource:
    """A checkpoint of eyes and head: `homebody train join`."""

    def build(place: Any) -> Policy:
        from .house import house_policy

        del place
        return house_policy(folder, name=shown_as)

    cameras = tuple(json.loads((folder / CONFIG_FILE).read_text())["eyes"]["cameras"])
    return PolicySource(name=shown_as, fingerprint=_digest(folder / MODEL_FILE), build=build, cameras=cameras, sensors=("extrinsics",),
                        trained_on=read_experience(folder))  # fmt: skip


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
    digest = _digest(*(p for p in weights if p.is_file()))
    cameras = CAMERAS if residual else ()
    return PolicySource(name=shown_as, fingerprint=digest, cameras=cameras, build=build, privileged=not residual,
                        trained_on=read_experience(folder))  # fmt: skip
