"""The catalogue: every instance, and the meshes and materials that they are seen by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import mujoco

from ...core.errors import unknown
from ...core.table import Table
from . import bathroom, cups, cutlery, dishes, food, leisure, packets
from .assets import add_things_assets
from .instance import Cavity, Instance
from .making import Thing, graspable

THINGS: Table[Thing] = Table(
    "thing", {t.instance.name: t for m in (cups, dishes, cutlery, packets, food, bathroom, leisure) for t in m.THINGS}
)
"""Every thing by its instance's name. `add_object` adds a user's own."""


class Catalogue(Sequence[Instance]):
    """The instances of some categories (of all where none is named), in the order of the table: one that is added later is there too."""

    def __init__(self, *categories: str) -> None:
        self._categories = categories

    def _all(self) -> tuple[Instance, ...]:
        return tuple(t.instance for t in THINGS.values() if not self._categories or t.instance.category in self._categories)

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, k: int) -> Instance: ...
    @overload
    def __getitem__(self, k: slice) -> Sequence[Instance]: ...
    def __getitem__(self, k: int | slice) -> Instance | Sequence[Instance]:
        return self._all()[k]

    def __iter__(self) -> Iterator[Instance]:
        return iter(self._all())


CATALOGUE = Catalogue()


def categories() -> tuple[str, ...]:
    """Those that have instances."""
    return tuple(dict.fromkeys(i.category for i in CATALOGUE))


def add_object(thing: Thing) -> None:
    """Registers a thing from outside (`making.thing` makes one): it lies about in every scene that holds things of its category.

    Raises HomebodyError where the name is taken. Initial states of those scenes are then others than without it, and their model hash says so.
    """
    THINGS.add(thing.instance.name, thing)


def add_assets(spec: mujoco.MjSpec) -> None:
    """Adds the materials and meshes of the catalogue, always all of them and in the same order."""
    add_things_assets(spec, tuple(THINGS.values()))


def by_category(*names: str, heldout: bool | None = None) -> tuple[Instance, ...]:
    """The instances of some categories, of one split or of both. Raises HomebodyError for unknown categories."""
    for name in names:
        if name not in categories():
            raise unknown("category", name, categories())
    return tuple(i for i in CATALOGUE if i.category in names and heldout in (None, i.heldout))


__all__ = ["CATALOGUE", "THINGS", "Catalogue", "Cavity", "add_assets", "add_object", "by_category", "categories", "graspable"]
