"""The policies that commands can name: what each needs from the environment, and how it is built."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import HomebodyError, nearest, unknown
from ..core.experience import Experience, read_experience
from ..core.types import Policy
from .extras import require_extra

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv

SCRIPTED = ("expert", "random", "play", "zero", "parrot")
NAMES = ("homebody", *SCRIPTED)
DEVICES = ("cpu", "cuda")
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
    privileged: bool = False
    """Whether it reads the simulation's state, which the environment must then give."""
    trained_on: Experience | None = None
    """What its weights have seen; None for a scripted policy and for older checkpoints, of which nothing is claimed."""


def _scripted(name: str) -> PolicySource:
    def build(env: HouseholdVectorEnv | None) -> Policy:
        if env is None and name in ("expert", "parrot"):
            raise HomebodyError(f"policy {name!r} reads the simulation's state: expected one that sees what a robot sees")
        if env is not None and name == "expert":
            from ..envs.skills import expert_for

            return expert_for(env)
        if env is not None and name == "parrot":
            from ..envs.skills.parrot import ParrotPolicy

            return ParrotPolicy(env)
        from ..core.robots import DEFAULT_ROBOT, ROBOTS
        from ..policies.baselines import PlayPolicy, RandomPolicy, ZeroPolicy

        robot = env.robot if env is not None else ROBOTS[DEFAULT_ROBOT]  # a server has no environment
        return PlayPolicy(robot=robot) if name == "play" else RandomPolicy(robot=robot) if name == "random" else ZeroPolicy(robot)

    return PolicySource(name=name, fingerprint="", cameras=(), image_size=IMAGE_SIZE, build=build)


def checkpoint_folder(name: str) -> Path:
    """The folder that a policy's name or path means."""
    if name == "homebody":
        from ..assets import checkpoint

        return checkpoint("homebody")
    folder = Path(name)
    if not folder.exists() and "/" not in name:
        raise HomebodyError(f"unknown policy {name!r}: nearest are {', '.join(nearest(name, NAMES))}; or give the folder of a checkpoint")
    return folder


def check_device(device: str) -> str:
    """`cpu` or `cuda`; raises HomebodyError for another, or where there is no CUDA."""
    if device not in DEVICES:
        raise unknown("device", device, DEVICES)
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise HomebodyError("device 'cuda' is not available here: expected 'cpu' (see `homebody doctor`)")
    return device


def _learned(name: str, device: str) -> PolicySource:
    folder = checkpoint_folder(name)
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise HomebodyError(f"{folder} holds no {WEIGHTS}: expected the folder of a checkpoint, or one of {', '.join(NAMES)}")

    shown = "homebody" if name == "homebody" else folder.name
    if (kind := _kind(folder)).startswith("homebody-rl"):
        return _reinforced(folder, kind, shown)

    def build(env: HouseholdVectorEnv) -> Policy:
        import torch

        from ..policies.runtime import ChunkPolicy

        del env
        torch.set_num_threads(1)  # one observation at a time: a second thread costs more in waiting than it computes
        return ChunkPolicy.load(folder, name=shown, device=device)

    return PolicySource(
        name=shown, fingerprint=hashlib.sha256(weights.read_bytes()).hexdigest()[:16], cameras=("scene", "wrist"),
        image_size=IMAGE_SIZE, build=build, trained_on=read_experience(folder),
    )  # fmt: skip


def _kind(folder: Path) -> str:
    """What config.json says the checkpoint is; empty where it says nothing readable: loading explains."""
    try:
        return str(json.loads((folder / "config.json").read_text())["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _reinforced(folder: Path, kind: str, shown: str) -> PolicySource:
    """A checkpoint of `homebody train rl`."""
    require_extra("rl", f"policy {shown!r}")
    residual = kind.endswith("residual")

    def build(env: HouseholdVectorEnv) -> Policy:
        import torch

        from ..policies.rl.residual_policy import ResidualPolicy
        from ..policies.rl.runtime import StatePolicy

        del env
        torch.set_num_threads(1)
        return ResidualPolicy.load(folder, name=shown) if residual else StatePolicy.load(folder, name=shown)

    weights = (folder / WEIGHTS, folder / "base" / WEIGHTS)
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in weights if p.is_file())).hexdigest()[:16]
    cameras = ("scene", "wrist") if residual else ()
    return PolicySource(name=shown, fingerprint=digest, cameras=cameras, image_size=IMAGE_SIZE, build=build, privileged=not residual,
                        trained_on=read_experience(folder))  # fmt: skip


def find_policy(name: str, device: str = "cpu") -> PolicySource:
    """The policy called `name`, or the checkpoint in the folder `name`.

    Raises HomebodyError for an unknown name, with the nearest known ones, and for a folder that is no checkpoint.
    """
    check_device(device)
    return _scripted(name) if name in SCRIPTED else _learned(name, device)


def thinking(source: PolicySource, budget_ms: float, *, world: str = "world", device: str = "cpu") -> PolicySource:
    """`source` that thinks before it acts: the world model judges variations of each chunk within `budget_ms`."""
    from ..world_model.planner import Proposer, ThinkConfig, ThinkingPolicy

    config, refusal = (
        ThinkConfig(budget_ms=budget_ms),
        f"policy {source.name!r} proposes no chunks to think about: expected `homebody` or its kind",
    )
    if source.name in SCRIPTED:
        raise HomebodyError(refusal)
    folder = world_folder(world)

    def build(env: HouseholdVectorEnv) -> Policy:
        from ..world_model.checkpoint import load_world

        policy = source.build(env)
        if not isinstance(policy, Proposer):
            raise HomebodyError(
                f"policy {source.name!r} proposes no chunks to think about: expected `homebody` or a checkpoint of its kind"
            )
        return ThinkingPolicy(policy, load_world(folder, device), config, device=device)

    weights = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:16]
    return replace(source, name=f"{source.name}+think{budget_ms:g}", fingerprint=f"{source.fingerprint}+{weights}", build=build)


def world_folder(name: str) -> Path:
    """The folder of the shipped world model `world`, or of the checkpoint in `name`."""
    if name == "world":
        from ..assets import checkpoint

        return checkpoint("world")
    if not (Path(name) / WEIGHTS).is_file():
        raise HomebodyError(f"no world model in {name}: expected `world`, or a folder that `homebody train world-model` wrote")
    return Path(name)


def make_policy(name: str, env: HouseholdVectorEnv) -> Policy:
    """The policy called `name` for all slots of `env`."""
    return find_policy(name).build(env)
