"""`--plugin package.module`: modules of a user's own that register tasks, objects, sensors, arms or policies before a command runs.

Such a module calls `homebody.envs.registry.add_task`, `homebody.envs.objects.catalogue.add_object`,
`homebody.envs.sensors.registry.register_sensor`, `homebody.envs.robots.table.add_arm`, `homebody.policies.registry.add_policy`, ...
when it is imported. Workers import it too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import HomebodyError

OPTION = "--plugin"
_loaded: list[str] = []


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a command runs, and with what of the user's own: it travels to its workers."""

    folder: str
    """Whose modules can be imported."""
    plugins: tuple[str, ...]

    def set_up(self) -> None:
        """Makes the same modules known in this process."""
        if self.folder not in sys.path:
            sys.path.append(self.folder)
        load_plugins(self.plugins)


def site() -> Site:
    """This process's."""
    return Site(folder=os.getcwd(), plugins=tuple(_loaded))


def take_plugins(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The command's words without the option, and the modules that it named. Raises HomebodyError for one without a module."""
    left, modules, rest = [], [], iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name != OPTION:
            left.append(word)
            continue
        value = value if equals else next(rest, "")
        if not value or value.startswith("-"):
            raise HomebodyError(f"{OPTION} names no module: expected {OPTION} package.module")
        modules.append(value)
    return left, modules


def load_plugins(modules: Sequence[str]) -> None:
    """Imports modules that register what is in them. Raises HomebodyError where one cannot be imported, or registers a name twice."""
    if not modules:
        return
    from ..policies.factories import import_named
    from .policies import compose

    compose()  # the names that are ours come first
    for module in modules:
        import_named(module)
        if module not in _loaded:
            _loaded.append(module)
