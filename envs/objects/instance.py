"""What a loose thing is made of, and how it can be grasped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import mujoco
import numpy as np

from ...core.differential import crossed

CONTACTS, LOOKS = 18, 7
"""Geoms that every loose body has in the model: an instance with fewer is padded, so that bodies can trade places."""
KINDS = {n: getattr(mujoco.mjtGeom, f"mjGEOM_{n.upper()}") for n in ("box", "cylinder", "sphere", "capsule", "ellipsoid", "mesh")}
Vector = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One geom of a thing, in the thing's frame."""

    kind: str
    """A key of KINDS; meshes only for looks."""
    size: tuple[float, ...] = ()
    """Half-sizes, radius, radius and half-length, as MuJoCo has them [m]; empty for a mesh."""
    position: Vector = (0.0, 0.0, 0.0)
    quat: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)
    mass: float = 0.0
    """[kg]; looks weigh nothing."""
    material: str = ""
    """Looks only."""
    mesh: str = ""
    friction: float = 0.9
    rolling: float = 0.0005
    """Rolling friction [m]."""

    @property
    def look(self) -> bool:
        return bool(self.material)


@dataclass(frozen=True, kw_only=True)
class Grasp:
    """One way to hold a thing, in its own frame."""

    position: Vector
    """Where the tool centre point goes [m]."""
    approach: Vector = (0.0, 0.0, -1.0)
    """Direction in which the tool's z axis points."""
    across: Vector = (0.0, 1.0, 0.0)
    """Direction in which the fingers travel."""
    width: float
    """Size of the thing between the fingers [m]."""
    any_yaw: bool = False
    """Whether the tool may turn about the approach direction at will (bodies of revolution)."""


@dataclass(frozen=True, kw_only=True)
class Cavity:
    """The room inside a container: a vertical cylinder in its frame."""

    radius: float
    """[m]"""
    floor: float
    """Height of its floor in the container's frame [m]."""
    rim: float
    """Height of its rim [m]."""
    centre: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One thing of the catalogue. Its frame: z up when it stands, origin anywhere inside."""

    name: str
    category: str
    nouns: tuple[str, ...]
    """What people call it, the canonical noun first."""
    adjective: str
    """What tells it from others of its category, e.g. `blue`."""
    heldout: bool
    """Only in the held-out split."""
    shapes: tuple[Shape, ...]
    rest: float
    """Height of the origin above the surface that carries the standing thing [m]."""
    top: float
    """Height of its highest point above that surface [m]."""
    footprint: float
    """Radius of the circle that it covers [m]."""
    grasps: tuple[Grasp, ...]
    """The best first."""
    cavity: Cavity | None = None
    half: Vector = field(default=(0.0, 0.0, 0.0))
    """Half-sizes of its bounding box in its own frame [m]."""

    @property
    def mass(self) -> float:
        """[kg]"""
        return sum(s.mass for s in self.shapes)

    def __post_init__(self) -> None:
        contacts, looks = sum(not s.look for s in self.shapes), sum(s.look for s in self.shapes)
        assert contacts <= CONTACTS and looks <= LOOKS, f"{self.name} has {contacts} contact and {looks} visual geoms"
        assert all(s.kind != "mesh" or s.look for s in self.shapes), f"{self.name}: contacts are primitives, which the taxels see"


NOBODY = 1 << 20
"""A collision bit that no other geom has: padding belongs to the collision tree, where any geom may come later, and meets nothing."""


LIGHT_KG, FIRM = 0.02, [0.95, 0.998, 0.001, 0.5, 2]
"""Things lighter than this bring their own impedance to every contact: with the fingers' own, a 6 g ball of paper would be squeezed
flat and slip out, for a contact gives in proportion to the force per mass."""


def _pad(body: mujoco.MjsBody, count: int, bit: int) -> None:
    for _ in range(count):
        body.add_geom(type=KINDS["sphere"], size=[1e-3, 0, 0], group=5, mass=0, contype=0, conaffinity=bit)


def _ballast(body: mujoco.MjsBody) -> None:
    """A tenth of a gram off the centre: a body whose centre of mass is its origin has a mass matrix of another structure."""
    body.add_geom(
        type=KINDS["sphere"], size=[1e-3, 0, 0], pos=[0.004, 0.003, 0.002], group=5, mass=1e-4, contype=0, conaffinity=NOBODY
    )  # fmt: skip


def add_thing(spec: mujoco.MjSpec, name: str, instance: Instance, position: Vector) -> None:
    """Adds a body with a free joint of its name that is made like `instance`, padded to CONTACTS + LOOKS geoms."""
    body = spec.worldbody.add_body(name=name, pos=list(position))
    body.add_freejoint(name=name)
    _ballast(body)
    light = instance.mass < LIGHT_KG
    firm: dict[str, object] = {"priority": 2, "solimp": FIRM} if light else {}
    for shape in (s for s in instance.shapes if not s.look):
        body.add_geom(
            type=KINDS[shape.kind], size=[*shape.size, 0, 0, 0][:3], pos=list(shape.position), quat=list(shape.quat), mass=shape.mass,
            group=3, contype=1, conaffinity=1 | NOBODY, condim=6 if shape.kind in ("sphere", "ellipsoid") else 4,
            friction=[shape.friction, 0.01, shape.rolling], solref=[0.012, 1.0], **firm,
        )  # fmt: skip
    _pad(body, CONTACTS - sum(not s.look for s in instance.shapes), NOBODY)
    for shape in (s for s in instance.shapes if s.look):
        placed = {"type": KINDS[shape.kind], "pos": list(shape.position), "quat": list(shape.quat), "material": shape.material}
        if shape.mesh:
            body.add_geom(**placed, meshname=shape.mesh, group=2, mass=0, contype=0, conaffinity=0)
        else:
            body.add_geom(**placed, size=[*shape.size, 0, 0, 0][:3], group=2, mass=0, contype=0, conaffinity=0)
    _pad(body, LOOKS - sum(s.look for s in instance.shapes), 0)


def grasp_pose(grasp: Grasp, position: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """(4, 4) tool pose in the world for a thing at `position` (3,) with `rotation` (3, 3)."""
    z, y = rotation @ np.asarray(grasp.approach, float), rotation @ np.asarray(grasp.across, float)
    T = np.eye(4)
    T[:3, :3] = np.stack([crossed(y, z), y, z], axis=-1)
    T[:3, 3] = position + rotation @ np.asarray(grasp.position, float)
    return T


def turned(T: np.ndarray, angle: float) -> np.ndarray:
    """A tool pose turned by `angle` [rad] about its own approach axis."""
    out, (c, s) = T.copy(), (np.cos(angle), np.sin(angle))
    out[:3, :3] = T[:3, :3] @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
    return out


FROM_ABOVE = -0.3
"""A grasp whose approach (z component) is higher comes from the side or from below."""


def grasps_from_above(
    instance: Instance, position: np.ndarray, rotation: np.ndarray, headings: int
) -> Iterator[tuple[int, Grasp, np.ndarray, float]]:
    """Rank, grasp, tool pose (4, 4) in the world and turn about its approach [rad] of every grasp from above; those of any heading come at
    `headings` of them over half a turn: the gripper is symmetric."""
    for rank, grasp in enumerate(instance.grasps):
        T = grasp_pose(grasp, position, rotation)
        if T[2, 2] > FROM_ABOVE:
            continue
        for angle in np.arange(headings) * (np.pi / headings) if grasp.any_yaw else np.zeros(1):
            yield rank, grasp, T, float(angle)
