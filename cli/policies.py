"""The policies that commands can name: what each needs from the environment, and how it is built."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import HomebodyError, nearest
from ..core.types import Policy

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv

SCRIPTED = ("expert", "random", "zero")
NAMES = ("homebody", *SCRIPTED)
WEIGHTS = "model.safetensors"
IMAGE_SIZE = 128
"""The size that data sets are recorded at."""


@dataclass(frozen=True, kw_only=True)
class PolicySource:
    """A policy that was found and not built yet."""

    name: str
    fingerprint: str
    """First 16 hex digits of the SHA-256 of the weights; empty for a scripted policy."""
    cameras: tuple[str, ...]
    """What the environment has to render for it."""
    image_size: int
    """Height and width of the pictures to render [pixels]; a learned policy shrinks them to what it was trained on."""
    build: Callable[[Any], Policy]
    """The policy for all slots of a HouseholdVectorEnv."""


def _scripted(name: str) -> PolicySource:
    def build(env: HouseholdVectorEnv) -> Policy:
        if name == "expert":
            from ..envs.experts import Expert

            return Expert(env)
        from ..policies.baselines import RandomPolicy, ZeroPolicy

        return RandomPolicy() if name == "random" else ZeroPolicy()

    return PolicySource(name=name, fingerprint="", cameras=(), image_size=IMAGE_SIZE, build=build)


def _checkpoint_folder(name: str) -> Path:
    """The folder that a policy's name or path means."""
    if name == "homebody":
        from ..assets import checkpoint

        return checkpoint("homebody")
    folder = Path(name)
    if not folder.exists() and "/" not in name:
        raise HomebodyError(f"unknown policy {name!r}: nearest are {', '.join(nearest(name, NAMES))}; or give the folder of a checkpoint")
    return folder


def _learned(name: str) -> PolicySource:
    folder = _checkpoint_folder(name)
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise HomebodyError(f"{folder} holds no {WEIGHTS}: expected the folder of a checkpoint, or one of {', '.join(NAMES)}")

    shown = "homebody" if name == "homebody" else folder.name

    def build(env: HouseholdVectorEnv) -> Policy:
        import torch

        from ..policies.runtime import ChunkPolicy

        del env
        torch.set_num_threads(1)  # one observation at a time: a second thread costs more in waiting than it computes
        return ChunkPolicy.load(folder, name=shown)

    return PolicySource(
        name=shown, fingerprint=hashlib.sha256(weights.read_bytes()).hexdigest()[:16], cameras=("scene", "wrist"),
        image_size=IMAGE_SIZE, build=build,
    )  # fmt: skip


def find_policy(name: str) -> PolicySource:
    """The policy called `name`, or the checkpoint in the folder `name`.

    Raises HomebodyError for an unknown name, with the nearest known ones, and for a folder that is no checkpoint.
    """
    return _scripted(name) if name in SCRIPTED else _learned(name)


def make_policy(name: str, env: HouseholdVectorEnv) -> Policy:
    """The policy called `name` for all slots of `env`."""
    return find_policy(name).build(env)
