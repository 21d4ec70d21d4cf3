"""What a scene is made of: furniture pieces, layouts that place them, styles that colour them, room for loose things."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import mujoco
import numpy as np

from ...core.errors import HomebodyError
from ..furniture.piece import Fixture, Mover, Piece
from ..objects.instance import Instance


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a piece stands, in the base frame of the nominal robot, whose z = 0 is the worktop."""

    x: float
    y: float
    yaw: float = 0.0
    """[rad] about the vertical."""
    z: float = 0.0
    mirrored: bool = False
    """Whether what stands there is built the other way round."""


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
    tight: frozenset[str] = frozenset()
    """Pieces with little room about them: they are nudged a part of the way."""

    def reflected(self, handed: Collection[str]) -> Layout:
        """The same place the other way round: left and right change sides, and `handed` pieces their hinges."""
        spots = {n: replace(s, y=-s.y, yaw=-s.yaw, mirrored=s.mirrored != (n in handed)) for n, s in self.spots.items()}
        x0, x1, y0, y1 = self.zone
        return replace(self, spots=spots, zone=(x0, x1, -y1, -y0))


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
    catalogue: Sequence[Instance]
    """Things that may lie about here."""
    add_assets: Callable[[mujoco.MjSpec], None]
    """Adds the meshes and materials of the catalogue."""
    things: int
    """How many loose things there are at once; those that an episode does not use are stored out of sight."""
    extras: Callable[[mujoco.MjSpec], None] | None = None
    """What else moves: cloth, granules."""
    movers: tuple[Mover, ...] = ()
    alone: bool = False
    """Whether only its own tasks may be asked for in it, and these nowhere else."""
    nudge: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """How far what the robot can use is moved within its place in an episode: along and across its own axes [m], and its turn [rad]."""
    turned: float = 0.0
    """How far the robot may stand turned about its foot, beyond its mount's own noise [rad]."""
    fixed: tuple[str, ...] = ()
    """Pieces that are never nudged: things lie on them, or there is no room."""

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
