"""`package.module:factory`: anybody's policy, from an installed package or the current folder."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError, shown, unknown
from ..core.types import Policy
from .source import CAMERAS, PolicySource


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
    """The policy that `package.module:factory` makes. What is named is a factory (see `registry.add_policy`), or a PolicySource for one that
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
