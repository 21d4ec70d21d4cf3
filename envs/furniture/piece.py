"""What a piece of furniture is: geometry, the joints that people move, where they are gripped and pushed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mujoco
import numpy as np

from .mirror import mirror
from .parts import SOLREF, STIFF

Builder = Callable[[mujoco.MjSpec, mujoco.MjsBody], None]


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """A joint that people move: a drawer, a door, a knob, a lever, a button, a cap."""

    joint: str
    """Name of the joint; 0 is shut, off, unpressed."""
    opened: float
    """From here on it counts as open or on [m or rad]."""
    shut: float
    """Up to here it counts as shut or off."""
    travel: float
    """Its range [m or rad]."""
    handle: str = ""
    """Site where the tool grips: z approaches, y is the fingers' travel. Empty where nothing is gripped."""
    push_open: str = ""
    """Site where closed fingers push towards open; z is the direction of the push."""
    push_shut: str = ""
    """Site where closed fingers push towards shut."""
    push_pitch: float = np.pi / 4
    """How far the tool points below the horizontal where closed fingers push [rad]; steeply, their side pushes."""
    kind: str = "door"
    """`drawer`, `door`, or what axes do not touch: `knob`, `lever`, `switch`, `button`, `cap`, `lid`."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of furniture or an appliance. Its frame: origin at the middle of its front edge, on the worktop; x away from
    the robot, y left, z up."""

    name: str
    build: Builder
    """Adds geoms, joints and sites to the piece's own static body."""
    fixtures: tuple[Fixture, ...] = ()
    handed: bool = False
    """Whether there are two of it, one the mirror image of the other: hinged on the left or on the right."""

    def add_to(self, spec: mujoco.MjSpec, body: mujoco.MjsBody, *, mirrored: bool = False) -> None:
        """Builds the piece, or its mirror image; the dry friction of its fixtures holds instead of creeping."""
        self.build(spec, body)
        if mirrored:
            mirror(body)
        for joint in (spec.joint(f.joint) for f in self.fixtures):
            joint.solref_friction, joint.solimp_friction = SOLREF, STIFF


@dataclass(frozen=True, kw_only=True)
class Mover:
    """A body on rails (mocap): a person's hand, a pet. Out of sight unless an axis or a task brings it in."""

    name: str
    build: Builder
