"""What initial states ask of the scene that they are drawn for."""

from __future__ import annotations

from typing import Protocol

import mujoco

from ...core.robots import Robot
from ..furniture.clearance import Furniture
from ..robots.arm import Arm
from ..rooms.scene import Layout, Scene
from ..stage import Rig
from ..world import Names


class CompiledScene(Protocol):
    """A scene that is compiled with an arm in it; house_stage.HouseholdStage is one."""

    scene: str
    """Its name."""
    definition: Scene
    arm: Arm
    robot: Robot
    """The arm's numbers."""
    rig: Rig
    names: Names
    scratch: mujoco.MjData
    """To work poses out in; whoever uses it resets it first."""

    def base(self, layout: Layout) -> mujoco.MjModel:
        """The compiled model of a layout."""
        ...

    def furniture(self, layout: Layout) -> Furniture:
        """What stands in a hand's way in a layout."""
        ...

    @property
    def donor(self) -> mujoco.MjModel:
        """A model that holds every thing of the catalogue, to copy them from."""
        ...
