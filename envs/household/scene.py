"""What a scene is made of: furniture pieces, layouts that place them, styles that colour them, room for loose things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import mujoco
import numpy as np

from ...core.errors import HomebodyError
from .instance import Instance
from .pieces.parts import SOLREF, STIFF

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

    def add_to(self, spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
        """Builds the piece; the dry friction of its fixtures holds instead of creeping."""
        self.build(spec, body)
        for joint in (spec.joint(f.joint) for f in self.fixtures):
            joint.solref_friction, joint.solimp_friction = SOLREF, STIFF


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a piece stands, in the base frame of the nominal robot, whose z = 0 is the worktop."""

    x: float
    y: float
    yaw: float = 0.0
    """[rad] about the vertical."""
    z: float = 0.0


Zone = tuple[float, float, float, float]
"""x from, x to, y from, y to [m]: free worktop."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where every piece of the scene stands."""

    name: str
    heldout: bool
    spots: Mapping[str, Spot]
    """Of every piece; pieces out of reach stand further off, where a person would keep them."""
    usable: frozenset[str]
    """Pieces that the robot can use here."""
    zone: Zone
    """Free worktop for loose things."""


@dataclass(frozen=True, kw_only=True)
class Finish:
    """How a style makes one material."""

    rgb: tuple[float, float, float]
    texture: str = ""
    """Name of a texture of the scene; empty for plain colour."""
    repeat: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Style:
    """The colours and textures of a room."""

    name: str
    heldout: bool
    finishes: Mapping[str, Finish]
    """Material -> finish."""


@dataclass(frozen=True, kw_only=True)
class Mover:
    """A body on rails (mocap): a person's hand, a pet. Out of sight unless an axis or a task brings it in."""

    name: str
    build: Builder


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that is compiled together."""

    name: str
    room: str
    """`kitchen`, `bedroom`, `bathroom` or `care`."""
    shell: Callable[[mujoco.MjSpec], None]
    """Options, materials, textures, walls, floor, worktop, lights and cameras (`scene`, `overview`)."""
    pieces: tuple[Piece, ...]
    layouts: tuple[Layout, ...]
    styles: tuple[Style, ...]
    catalogue: tuple[Instance, ...]
    """Things that may lie about here."""
    add_assets: Callable[[mujoco.MjSpec], None]
    """Adds the meshes and materials of the catalogue."""
    things: int
    """How many loose things there are at once; those that an episode does not use are stored out of sight."""
    extras: Callable[[mujoco.MjSpec], None] | None = None
    """What else moves: cloth, granules."""
    movers: tuple[Mover, ...] = ()
    mount: Mapping[str, Spot] = field(default_factory=lambda: {"panda": Spot(x=0.0, y=0.0), "so101": Spot(x=0.2, y=0.0)})
    """Where each robot stands."""

    def __post_init__(self) -> None:
        names = {p.name for p in self.pieces}
        for layout in self.layouts:
            if set(layout.spots) != names:
                raise HomebodyError(f"layout {layout.name} of {self.name} places {sorted(layout.spots)}: expected {sorted(names)}")

    @property
    def fixtures(self) -> dict[str, Fixture]:
        """By joint name."""
        return {f.joint: f for p in self.pieces for f in p.fixtures}

    def piece_of(self, joint: str) -> str:
        """The piece that a fixture belongs to."""
        return next(p.name for p in self.pieces if any(f.joint == joint for f in p.fixtures))


def spot_matrix(spot: Spot) -> np.ndarray:
    """(4, 4) pose of a piece's frame."""
    T = np.eye(4)
    c, s = np.cos(spot.yaw), np.sin(spot.yaw)
    T[:2, :2] = [[c, -s], [s, c]]
    T[:3, 3] = spot.x, spot.y, spot.z
    return T
