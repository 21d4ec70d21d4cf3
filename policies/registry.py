"""The registry of policies: what a name, a folder, `package.module:factory` or `ws://TOKEN@HOST:PORT` stands for.

A policy is found first and built later: what it needs of an environment (cameras, the simulation's state) decides how that is made.
Whoever acts by reading a simulator's insides (the expert, the parrot) is registered by the command line, since nothing here may
import the environments.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..core.errors import HomebodyError, nearest, shown, unknown
from ..core.experience import Experience, read_experience
from ..core.robots import Robot
from ..core.table import Table
from ..core.types import Policy
from ..core.weights import MODEL_FILE

CAMERAS = ("scene", "wrist")
IMAGE_SIZE = 128
"""The size that data sets are recorded at."""


class Place(Protocol):
    """What a factory is given: the vector environment that its policy will act in, or on a server what stands for one."""

    num_envs: int
    robot: Robot


@dataclass(frozen=True, kw_only=True)
class Body:
    """A robot without a simulation: the place of a policy that is served."""

    robot: Robot
    num_envs: int = 1


Factory = Callable[[Any], Policy]
"""Place -> a policy for all its slots."""


@dataclass(frozen=True, kw_only=True)
class PolicySource:
    """A policy that was found and not built yet."""

    name: str
    build: Factory
    fingerprint: str = ""
    """First 16 hex digits of the SHA-256 of the weights; empty for a policy without weights."""
    cameras: tuple[str, ...] = ()
    """What the environment has to render for it."""
    image_size: int = IMAGE_SIZE
    """Height and width of the pictures to render [pixels]; a learned policy shrinks them to what it was trained on."""
    privileged: bool = False
    """Whether it reads the simulation's state, which the environment must then give."""
    simulated: bool = False
    """Whether it reads the simulator's insides beside the observation: such a policy cannot be served to a robot."""
    trained_on: Experience | None = None
    """What its weights have seen; None for a scripted policy and for older checkpoints, of which nothing is claimed."""


Finder = Callable[[str], PolicySource]
"""Device -> the policy, found."""


def _zero(place: Place) -> Policy:
    from .baselines import ZeroPolicy

    return ZeroPolicy(robot=place.robot)


def _random(place: Place) -> Policy:
    from .baselines import RandomPolicy

    return RandomPolicy(robot=place.robot)


def _play(place: Place) -> Policy:
    from .baselines import PlayPolicy

    return PlayPolicy(robot=place.robot)


def _shipped(device: str) -> PolicySource:
    from ..assets import checkpoint

    return of_folder(checkpoint("homebody"), device, name="homebody")


def scripted(name: str, build: Factory, *, cameras: tuple[str, ...] = (), privileged: bool = False, simulated: bool = False) -> Finder:
    """An entry of the table: a policy without weights."""
    source = PolicySource(name=name, build=build, cameras=cameras, privileged=privileged, simulated=simulated)
    return lambda device: source


POLICIES: Table[Finder] = Table(
    "policy",
    {"homebody": _shipped, "random": scripted("random", _random), "play": scripted("play", _play), "zero": scripted("zero", _zero)},
)
"""Every policy that has a name. The command line adds `expert` and `parrot`; `add_policy` adds a user's own."""


def add_policy(
    name: str, factory: Factory, *, cameras: tuple[str, ...] = CAMERAS, privileged: bool = False, simulated: bool = False
) -> None:
    """Gives a policy a name that every command takes. Raises HomebodyError where the name is taken.

    factory(env) -> core.types.Policy for the slots of `env`, a vector environment of Gymnasium with `num_envs` and `robot`. cameras:
    what is rendered for it; () is fastest. privileged: it reads the stream `privileged`. simulated: it reads the environment beside
    its observations, and cannot be served.
    """
    POLICIES.add(name, scripted(name, factory, cameras=cameras, privileged=privileged, simulated=simulated))


def find_source(name: str, device: str = "cpu", *, require: Callable[[str, str], None]) -> PolicySource:
    """The policy that `name` stands for: a name of the table, ws://TOKEN@HOST:PORT, package.module:factory, or a folder.

    require(extra, what) raises HomebodyError where an extra of the package is not installed. Raises HomebodyError for an unknown
    name, with the nearest known ones, and for what is no policy.
    """
    if name in POLICIES:
        return POLICIES[name](device)
    if name.startswith(("ws://", "wss://")):
        require("serve", f"policy {shown(name.rpartition('@')[2])}")
        from .serving.remote import of_server

        return of_server(name)
    if is_factory(name):
        return of_factory(name)
    folder = Path(name)
    if not folder.exists() and "/" not in name:
        options = ", ".join(nearest(name, POLICIES))
        raise HomebodyError(
            f"unknown policy {shown(repr(name))}: nearest are {options}; or give the folder of a checkpoint, package.module:factory "
            "or ws://TOKEN@HOST:PORT"
        )
    return of_folder(folder, device, require=require)


# --- package.module:factory -------------------------------------------------------------------------------------------
def is_factory(name: str) -> bool:
    """Whether `name` has the form `package.module:factory`."""
    module, colon, attribute = name.partition(":")
    return bool(colon) and all(p.isidentifier() for p in (*module.split("."), *attribute.split("."))) and not Path(name).exists()


def import_named(module: str) -> Any:
    """A user's module, from the installed packages or the current folder. Raises HomebodyError where there is none, or where it breaks."""
    here = os.getcwd()
    if here not in sys.path:
        sys.path.append(here)  # behind the installed packages, which it must not hide
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(f"{error.name}.")):
            raise HomebodyError(
                f"there is no module {module!r}: expected one of an installed package or of the current folder ({here})"
            ) from error
        raise HomebodyError(f"the module {module!r} needs {error.name!r}, which is not installed") from error
    except HomebodyError:
        raise
    except Exception as error:  # a user's module may raise anything
        raise HomebodyError(f"the module {module!r} cannot be imported: {type(error).__name__}: {error}") from error


def of_factory(name: str) -> PolicySource:
    """The policy that `package.module:factory` makes. What is named is a factory (see `add_policy`), or a PolicySource for one that
    wants no cameras, or the simulation's state."""
    module, _, path = name.partition(":")
    found = import_named(module)
    for part in path.split("."):
        if not hasattr(found, part):
            public = [n for n, v in vars(found).items() if callable(v) and not n.startswith("_")]
            raise unknown(f"factory of {module}", part, public) if public else HomebodyError(f"the module {module!r} has no {part!r}")
        found = getattr(found, part)
    if isinstance(found, PolicySource):
        return found
    if not callable(found):
        raise HomebodyError(f"{name} is {shown(repr(found))}: expected a function of an environment that returns a policy")

    def build(place: Any) -> Policy:
        try:
            policy = found(place)
        except TypeError as error:
            raise HomebodyError(f"{name} could not be called with an environment: {error}") from error
        return checked(policy, name)

    return PolicySource(name=name, build=build, cameras=CAMERAS)


def checked(policy: Any, name: str) -> Policy:
    """`policy`, which `name` made. Raises HomebodyError for what is none: it needs `name`, `reset` and `act`."""
    lacking = [part for part in ("reset", "act") if not callable(getattr(policy, part, None))]
    if lacking or not isinstance(getattr(policy, "name", None), str):
        raise HomebodyError(
            f"{name} returned {shown(repr(policy))}, which lacks {' and '.join(lacking or ['name'])}: expected a policy with a `name`, "
            "reset(slots, instructions) and act(observation) -> (B, A)"
        )
    return policy


# --- checkpoints ------------------------------------------------------------------------------------------------------
def _nothing(extra: str, what: str) -> None:
    del extra, what


def of_folder(folder: Path, device: str, *, name: str = "", require: Callable[[str, str], None] = _nothing) -> PolicySource:
    """The learned policy of a checkpoint. Raises HomebodyError where the folder is none."""
    weights, shown_as = folder / MODEL_FILE, name or folder.name
    if not weights.is_file():
        raise HomebodyError(f"{folder} holds no {MODEL_FILE}: expected the folder of a checkpoint, or one of {', '.join(POLICIES)}")
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
