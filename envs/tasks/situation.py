"""A state of a scene, as goals ask after it: an initial state in the making, one that is made, or the middle of an episode."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..objects.instance import Instance
from ..rooms.scene import Layout
from .compiled import CompiledScene


class Situation(Protocol):
    """What `HouseholdTask.possible` reads. setup.Setup is one too."""

    @property
    def stage(self) -> CompiledScene: ...

    @property
    def layout(self) -> Layout: ...

    @property
    def cast_of(self) -> Mapping[str, Instance]:
        """Role -> what plays it."""
        ...

    @property
    def roles(self) -> Mapping[str, str]:
        """Role -> the body that plays it."""
        ...

    @property
    def joints(self) -> Mapping[str, float]:
        """Where fixtures' joints are [m or rad]; those that are not named are at 0."""
        ...

    @property
    def handy(self) -> Collection[str]:
        """Roles of things that a hand can take: they stand on the worktop with room about them, or are held."""
        ...

    @property
    def cloths(self) -> tuple[str, ...]:
        """The cloths that lie about."""
        ...

    @property
    def clear(self) -> float:
        """How clearly a fixture must still be on the other side to be worth moving, as a share of the way to its threshold; 1: at all."""
        ...

    def pose_of(self, role: str) -> np.ndarray:
        """(7,) where a thing is: position [m] and quaternion."""
        ...


@dataclass(frozen=True, kw_only=True)
class Present:
    """A state that is there already."""

    stage: CompiledScene
    layout: Layout
    cast_of: Mapping[str, Instance]
    roles: Mapping[str, str]
    joints: Mapping[str, float]
    handy: Collection[str]
    cloths: tuple[str, ...]
    poses: Mapping[str, np.ndarray]
    """Role -> (7,)"""
    clear: float = 1.0

    def pose_of(self, role: str) -> np.ndarray:
        return self.poses[role]
