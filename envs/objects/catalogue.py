"""The catalogue: every instance, and the meshes and materials that they are seen by."""

from __future__ import annotations

import mujoco

from ...core.errors import unknown
from . import bathroom, cups, cutlery, dishes, food, leisure, packets
from .assets import add_things_assets
from .instance import Cavity, Instance
from .making import Thing, graspable

THINGS: tuple[Thing, ...] = tuple(t for m in (cups, dishes, cutlery, packets, food, bathroom, leisure) for t in m.THINGS)
CATALOGUE: tuple[Instance, ...] = tuple(t.instance for t in THINGS)
CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(i.category for i in CATALOGUE))


def add_assets(spec: mujoco.MjSpec) -> None:
    """Adds the materials and meshes of the catalogue, always all of them and in the same order."""
    add_things_assets(spec, THINGS)


def by_category(*categories: str, heldout: bool | None = None) -> tuple[Instance, ...]:
    """The instances of some categories, of one split or of both. Raises HomebodyError for unknown categories."""
    for name in categories:
        if name not in CATEGORIES:
            raise unknown("category", name, CATEGORIES)
    return tuple(i for i in CATALOGUE if i.category in categories and heldout in (None, i.heldout))


__all__ = ["CATALOGUE", "CATEGORIES", "THINGS", "Cavity", "add_assets", "by_category", "graspable"]
