"""How things of the catalogue are put together: contacts and looks on a common foot, walls around cavities, ways to grasp.

Makers describe a thing as it stands: z = 0 is the surface below it. `thing` finds its extent and moves the origin to its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import mujoco
import numpy as np

from ..robots.arm import Grip
from .forms import Form, lathe
from .instance import Cavity, Grasp, Instance, Shape
from .paints import Paint

Part = tuple[Form, Paint]
WALLS = 12
"""Boxes that make a round wall."""
LOW_M = 0.012
"""The tool centre point stays this far above the worktop: the finger tips reach 11 mm further."""
DEPTH_M = 0.022
"""How far below a thing's top the tool centre goes where the thing is tall."""
SIDE_LEAST_M = 0.055
"""Least height for a level approach: the hand is 6 cm thick."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """An instance and what it looks like."""

    instance: Instance
    parts: tuple[Part, ...]
    """In the standing frame."""


def quaternion(R: np.ndarray) -> tuple[float, float, float, float]:
    out = np.zeros(4)
    mujoco.mju_mat2Quat(out, np.ascontiguousarray(R, float).ravel())
    return (float(out[0]), float(out[1]), float(out[2]), float(out[3]))


def support(shape: Shape, direction: np.ndarray) -> float:
    """How far a contact shape reaches along a unit vector (3,) [m]."""
    flat = np.zeros(9)
    mujoco.mju_quat2Mat(flat, np.array(shape.quat))
    d = flat.reshape(3, 3).T @ direction
    s = shape.size
    if shape.kind == "box":
        reach = float(np.abs(d) @ np.array(s))
    elif shape.kind == "ellipsoid":
        reach = float(np.linalg.norm(d * np.array(s)))
    elif shape.kind == "sphere":
        reach = s[0]
    elif shape.kind == "capsule":
        reach = s[0] + s[1] * abs(d[2])
    else:
        reach = s[0] * float(np.hypot(d[0], d[1])) + s[1] * abs(d[2])
    return float(np.dot(shape.position, direction)) + reach


def extent(shapes: Sequence[Shape], direction: Sequence[float]) -> float:
    """How far any of them reaches along a unit vector [m]."""
    return max(support(s, np.asarray(direction, float)) for s in shapes)


def thing(
    name: str, category: str, nouns: tuple[str, ...], adjective: str, heldout: bool, mass: float, contacts: Sequence[Shape],
    parts: Sequence[Part], grasps: Sequence[Grasp], cavity: Cavity | None = None,
) -> Thing:  # fmt: skip
    """A thing from its description as it stands. The masses of `contacts` are shares of `mass` [kg]."""
    top, total = extent(contacts, (0, 0, 1)), sum(s.mass for s in contacts)
    rest = top / 2
    shapes = [replace(s, mass=mass * s.mass / total, position=(s.position[0], s.position[1], s.position[2] - rest)) for s in contacts]
    for layer, _ in layers(parts):
        shapes.append(Shape(kind="mesh", mesh=f"{name}_{layer}", material=f"{name}_{layer}", position=(0.0, 0.0, -rest)))
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    footprint = max(extent(contacts, (np.cos(a), np.sin(a), 0.0)) for a in angles)
    half = tuple(max(extent(contacts, e), extent(contacts, -e)) for e in np.eye(3)[:2])
    if cavity is not None:
        cavity = replace(cavity, floor=cavity.floor - rest, rim=cavity.rim - rest)
    return Thing(
        instance=Instance(
            name=name, category=category, nouns=nouns, adjective=adjective, heldout=heldout, shapes=tuple(shapes), rest=rest, top=top,
            footprint=footprint, grasps=tuple(replace(g, position=(g.position[0], g.position[1], g.position[2] - rest)) for g in grasps),
            cavity=cavity, half=(half[0], half[1], rest),
        ),
        parts=tuple(parts),
    )  # fmt: skip


def layers(parts: Sequence[Part]) -> list[tuple[str, list[Part]]]:
    """Opaque parts share a mesh and a picture, `skin`; clear ones another, `clear`, drawn after it."""
    split = {"skin": [p for p in parts if p[1].alpha == 1.0], "clear": [p for p in parts if p[1].alpha < 1.0]}
    return [(layer, own) for layer, own in split.items() if own]


# --- contacts -----------------------------------------------------------------------------------------------------------
def box(
    x: float, y: float, z: float, sx: float, sy: float, sz: float, share: float = 1.0, *, R: np.ndarray | None = None, friction: float = 0.9
) -> Shape:
    """A box of half-sizes sx, sy, sz about (x, y, z)."""
    return Shape(
        kind="box", size=(sx, sy, sz), position=(x, y, z), quat=quaternion(np.eye(3) if R is None else R), mass=share, friction=friction
    )


def cylinder(radius: float, low: float, high: float, share: float = 1.0, friction: float = 0.9) -> Shape:
    """An upright cylinder about the z axis between two heights."""
    return Shape(kind="cylinder", size=(radius, (high - low) / 2), position=(0.0, 0.0, (low + high) / 2), mass=share, friction=friction)


def rod(a: Sequence[float], b: Sequence[float], radius: float, share: float = 1.0, friction: float = 0.9) -> Shape:
    """A capsule between two points (3,)."""
    p, q = np.asarray(a, float), np.asarray(b, float)
    z = (q - p) / np.linalg.norm(q - p)
    x = np.cross([0, 1.0, 0] if abs(z[1]) < 0.9 else [1.0, 0, 0], z)
    x /= np.linalg.norm(x)
    middle = (p + q) / 2
    return Shape(
        kind="capsule", size=(radius, float(np.linalg.norm(q - p)) / 2), position=(float(middle[0]), float(middle[1]), float(middle[2])),
        quat=quaternion(np.stack([x, np.cross(z, x), z], axis=-1)), mass=share, friction=friction,
    )  # fmt: skip


def lump(
    kind: str, size: tuple[float, ...], x: float, y: float, z: float, share: float = 1.0, rolling: float = 0.004, friction: float = 0.9
) -> Shape:
    """A sphere or an ellipsoid; it may roll."""
    return Shape(kind=kind, size=size, position=(x, y, z), mass=share, rolling=rolling, friction=friction)


def round_wall(foot: float, rim: float, low: float, high: float, thick: float, share: float, count: int = WALLS) -> list[Shape]:
    """A wall of boxes from outer radius `foot` at `low` to `rim` at `high`. It ends short of the surface: the base carries the thing."""
    lean = np.arctan2(rim - foot, high - low)
    middle, length = (foot + rim) / 2 - thick / 2 / np.cos(lean), (high - low) / np.cos(lean)
    half = rim * np.tan(np.pi / count) - 0.0005
    c, s = np.cos(lean), np.sin(lean)
    tilt = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    walls = []
    for i in range(count):
        a = 2 * np.pi * i / count
        yaw = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        walls.append(box(
            middle * np.cos(a), middle * np.sin(a), (low + high) / 2, thick / 2, half, length / 2 - 0.5 * thick * abs(np.tan(lean)), share / count,
            R=yaw @ tilt,
        ))  # fmt: skip
    return walls


def square_wall(x: float, y: float, low: float, high: float, thick: float, share: float) -> list[Shape]:
    """Four upright walls inside the half-sizes x, y."""
    z, h = (low + high) / 2, (high - low) / 2
    return [
        *(box(s * (x - thick / 2), 0, z, thick / 2, y, h, share / 4) for s in (-1, 1)),
        *(box(0, s * (y - thick / 2), z, x - thick, thick / 2, h, share / 4) for s in (-1, 1)),
    ]  # fmt: skip


# --- looks --------------------------------------------------------------------------------------------------------------
def vessel(foot: float, rim: float, height: float, thick: float, outside: Paint, inside: Paint, *, floor: float = 0.005, rounded: float = 0.004,
           segments: int = 18) -> list[Part]:  # fmt: skip
    """The looks of an open vessel: outside, then lip, inside and base."""
    slope = (rim - foot) / height
    outer = [
        (foot - 0.4 * rounded, 0.25 * rounded),
        (foot + slope * rounded, rounded),
        (foot + slope * height / 2, height / 2),
        (rim, height),
    ]
    inner = [
        (rim, height), (rim - 0.5 * thick, height + 0.0008), (rim - thick, height), (foot + slope * (floor + 2 * rounded) - thick, floor + 2 * rounded),
        (foot - thick - 1.5 * rounded, floor), (0, floor),
    ]  # fmt: skip
    base = [(0.0, 0.001), (foot - 1.5 * rounded, 0.0), (foot - 0.4 * rounded, 0.25 * rounded)]
    return [(lathe(outer, segments), outside), (lathe(inner, segments), inside), (lathe(base, segments), inside)]


# --- grasps -------------------------------------------------------------------------------------------------------------
def down(z: float, width: float, x: float = 0.0, y: float = 0.0, *, any_yaw: bool = False, along_x: bool = False) -> Grasp:
    """From above; the fingers travel along y, or along x."""
    across = (1.0, 0.0, 0.0) if along_x else (0.0, 1.0, 0.0)
    return Grasp(position=(x, y, max(z, LOW_M)), across=across, width=width, any_yaw=any_yaw)


def grip_height(top: float) -> float:
    """Height of the tool centre for a thing of this height, from above."""
    return max(LOW_M, top - DEPTH_M, 0.5 * min(top, 2 * LOW_M))


def sideways(z: float, width: float, count: int = 8) -> list[Grasp]:
    """Level, from all around a body of revolution; also from above when it lies."""
    angles = 2 * np.pi * np.arange(count) / count
    return [
        Grasp(position=(0.0, 0.0, z), approach=(-float(np.cos(a)), -float(np.sin(a)), 0.0), across=(-float(np.sin(a)), float(np.cos(a)), 0.0), width=width)
        for a in angles
    ]  # fmt: skip


def rims(radius: float, z: float, lean: float, width: float, count: int = 6, start: float = np.pi / 2) -> list[Grasp]:
    """Across a wall at `radius`, `z`, one finger inside; the tool leans with the wall by `lean` [rad] from the vertical."""
    out = []
    for i in range(count):
        a = start + 2 * np.pi * i / count
        outwards, up = np.array([np.cos(a), np.sin(a), 0.0]), np.array([0, 0, 1.0])
        approach = -(np.sin(lean) * outwards + np.cos(lean) * up)
        across = np.cos(lean) * outwards - np.sin(lean) * up
        out.append(Grasp(
            position=(radius * float(outwards[0]), radius * float(outwards[1]), z), approach=tuple(approach.tolist()), across=tuple(across.tolist()),
            width=width,
        ))  # fmt: skip
    return out


def graspable(instance: Instance, grip: Grip) -> bool:
    """Whether a hand can hold and carry it: some grasp is narrow enough, and low enough where it only grasps from above, and it is light
    enough."""
    grasps = [g for g in instance.grasps if g.width <= grip.width_m + 1e-9]
    if grip.from_above_m is not None:
        low, high = grip.from_above_m
        grasps = [g for g in grasps if g.approach[2] < -0.7 and g.position[2] + instance.rest <= high and instance.top >= low]
    return bool(grasps) and instance.mass <= grip.mass_kg
