"""The registry of policies: what a name, a folder, `package.module:factory` or `ws://TOKEN@HOST:PORT` stands for.

A policy is found first and built later: what it needs of an environment (cameras, the simulation's state) decides how that is made.
Whoever acts by reading a simulator's insides (the expert, the parrot) is registered by the command line, since nothing here may
import the environments.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..core.errors import HomebodyError, nearest, shown
from ..core.table import Table
from ..core.types import Policy
from .factories import is_factory, of_factory
from .folders import of_folder
from .source import CAMERAS, Factory, Place, PolicySource

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


def _shipped(name: str) -> Finder:
    """A checkpoint that ships with the package, under its own name."""

    def find(device: str) -> PolicySource:
        from ..assets import checkpoint

        return of_folder(checkpoint(name), device, name=name)

    return find


def scripted(name: str, build: Factory, *, cameras: tuple[str, ...] = (), privileged: bool = False, simulated: bool = False) -> Finder:
    """An entry of the table: a policy without weights."""
    source = PolicySource(name=name, build=build, cameras=cameras, privileged=privileged, simulated=simulated)
    return lambda device: source


POLICIES: Table[Finder] = Table(
    "policy",
    {
        "homebody": _shipped("homebody"),
        "house": _shipped("house"),
        "random": scripted("random", _random),
        "play": scripted("play", _play),
        "zero": scripted("zero", _zero),
    },
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
