"""The policies that commands can name: the registry's, and those that only the composition root can build."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import HomebodyError, unknown
from ..core.files import MODEL_FILE
from ..core.robots import DEFAULT_ROBOT
from ..core.types import Policy
from ..policies.factories import is_factory
from ..policies.registry import POLICIES, find_source, scripted
from ..policies.source import IMAGE_SIZE, PolicySource
from .extras import require_extra

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv

__all__ = ["IMAGE_SIZE", "PolicySource", "absolute_policy", "checkpoint_folder", "find_policy", "knowing", "thinking", "world_folder"]
DEVICES = ("cpu", "cuda")
SHIPPED = ("homebody", "house")
"""Policies that ship; where the first is named, the one that knows what is asked for takes its place."""


def _expert(env: HouseholdVectorEnv) -> Policy:
    from ..envs.skills.expert import Expert

    return Expert(env)


def _parrot(env: HouseholdVectorEnv) -> Policy:
    from ..envs.skills.parrot import ParrotPolicy

    return ParrotPolicy(env)


def _wander(env: HouseholdVectorEnv) -> Policy:
    from ..envs.skills.wander import WanderPolicy

    return WanderPolicy(env)


@functools.cache
def compose() -> None:
    """Registers the policies that read the simulator's insides, which the room of policies may not import."""
    POLICIES.add("expert", scripted("expert", _expert, simulated=True))
    POLICIES.add("parrot", scripted("parrot", _parrot, simulated=True))
    POLICIES.add("wander", scripted("wander", _wander, simulated=True))


def checkpoint_folder(name: str) -> Path:
    """The folder of the shipped checkpoint `homebody`, or the one that a path means."""
    if name == "homebody":
        from ..assets import checkpoint

        return checkpoint("homebody")
    folder = Path(name)
    if not (folder / MODEL_FILE).is_file():
        raise HomebodyError(f"{folder} holds no {MODEL_FILE}: expected homebody, or the folder of a checkpoint")
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


def find_policy(name: str, device: str = "cpu") -> PolicySource:
    """The policy that `name` stands for, as `policies.registry` has it, `expert` and `parrot` included.

    Raises HomebodyError for an unknown name, with the nearest known ones, and for a folder that is no checkpoint.
    """
    check_device(device)
    compose()
    return find_source(name, device, require=require_extra)


def knowing(name: str, tasks: Iterable[str], robot: str = DEFAULT_ROBOT, device: str = "cpu") -> PolicySource:
    """As `find_policy`; but where the first of those that ship is named, the one among them that knows the arm and the tasks: `homebody` in the
    first room, `house` in all others. Where none knows all of the tasks, the last that knows the arm."""
    if name != SHIPPED[0]:
        return find_policy(name, device)
    wanted, sources = set(tasks), [find_policy(n, device) for n in SHIPPED]
    able = [s for s in sources if s.trained_on is None or robot in s.trained_on.robots]
    knows_all = [s for s in able if s.trained_on is None or wanted <= set(s.trained_on.tasks)]
    return next(iter(knows_all), able[-1] if able else sources[0])


def absolute_policy(name: str) -> str:
    """The policy's name, or its folder's whole path: a worker may stand in another folder."""
    compose()
    named = name in POLICIES or is_factory(name) or name.startswith(("ws://", "wss://"))
    return name if named else str(Path(name).resolve())


def thinking(source: PolicySource, budget_ms: float, *, world: str = "world", device: str = "cpu") -> PolicySource:
    """`source` that thinks before it acts: the world model judges variations of each chunk within `budget_ms`."""
    from ..world_model.planner import Proposer, ThinkConfig, ThinkingPolicy

    config, refusal = (
        ThinkConfig(budget_ms=budget_ms),
        f"policy {source.name!r} proposes no chunks to think about: expected `homebody` or a checkpoint of its kind",
    )
    if not source.fingerprint:
        raise HomebodyError(refusal)
    folder = world_folder(world)

    def build(place: Any) -> Policy:
        from ..world_model.checkpoint import load_world

        policy = source.build(place)
        if not isinstance(policy, Proposer):
            raise HomebodyError(refusal)
        return ThinkingPolicy(policy, load_world(folder, device), config, device=device)

    weights = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()[:16]
    return replace(source, name=f"{source.name}+think{budget_ms:g}", fingerprint=f"{source.fingerprint}+{weights}", build=build)


def world_folder(name: str) -> Path:
    """The folder of the shipped world model `world`, or of the checkpoint in `name`."""
    if name == "world":
        from ..assets import checkpoint

        return checkpoint("world")
    if not (Path(name) / MODEL_FILE).is_file():
        raise HomebodyError(f"no world model in {name}: expected `world`, or a folder that `homebody train world-model` wrote")
    return Path(name)
