"""Furniture: worktop, chest of two drawers, microwave, wall cabinet, bin. Sizes in metres, base frame."""

from __future__ import annotations

import mujoco
import numpy as np

BOX, CYLINDER, CAPSULE = (getattr(mujoco.mjtGeom, f"mjGEOM_{n}") for n in ("BOX", "CYLINDER", "CAPSULE"))
CHEST_Y, MICROWAVE_Y = -0.46, 0.48
DRAWER_Z = {"bottom": 0.085, "top": 0.215}
BIN_XY = (0.06, -0.58)
CABINET_FLOOR_Z = 0.63
CABINET_SLOTS = tuple((x, y, CABINET_FLOOR_Z) for x, y in ((0.86, -0.24), (0.86, -0.12), (0.86, 0.0), (0.86, 0.12), (0.86, 0.24)))
"""Where objects that an episode does not use stand, on the wall cabinet's shelf."""
DRAWER_TRAVEL, DOOR_TRAVEL = 0.2, 1.6
Vector = tuple[float, float, float]


def slab(
    body: mujoco.MjsBody, low: Vector, high: Vector, material: str, *, solid: bool = True, density: float = 0.0, friction: float = 0.8
) -> None:
    """A box between two corners; `solid` ones are touched by objects and the robot."""
    a, b = np.array(low), np.array(high)
    body.add_geom(
        type=BOX, pos=((a + b) / 2).tolist(), size=((b - a) / 2).tolist(), material=material, group=1, density=density,
        contype=int(solid), conaffinity=0, friction=[friction, 0.005, 0.0005],
    )  # fmt: skip


def bar(body: mujoco.MjsBody, centre: Vector, radius: float, length: float, standoff: float, material: str) -> None:
    """A vertical pull on two posts that reach `standoff` in +x, with its contact."""
    body.add_geom(
        type=CAPSULE, pos=list(centre), size=[radius, length / 2 - radius, 0], material=material, group=1, density=2000,
        contype=1, conaffinity=0, friction=[1.0, 0.01, 0.0005], condim=4, solref=[0.012, 1.0],
    )  # fmt: skip
    turned = [np.sqrt(0.5), 0, np.sqrt(0.5), 0]
    for sign in (-1, 1):
        z = centre[2] + sign * (length / 2 - 1.6 * radius)
        body.add_geom(
            type=CYLINDER, pos=[centre[0] + standoff / 2, centre[1], z], size=[0.7 * radius, standoff / 2, 0], quat=turned, material=material,
            group=1, density=0, contype=0, conaffinity=0,
        )  # fmt: skip


def add_worktop(world: mujoco.MjsBody) -> None:
    slab(world, (-0.2, -0.95, -0.04), (1.0, 0.95, 0.0), "stone", friction=0.9)
    slab(world, (-0.16, -0.92, -0.9), (1.0, 0.92, -0.04), "cupboard", solid=False)
    for y in (-0.6, 0.0, 0.6):
        slab(world, (-0.175, y - 0.28, -0.84), (-0.16, y + 0.28, -0.1), "inside", solid=False)
    slab(world, (1.0, -1.6, -0.9), (1.03, 1.6, 1.7), "wall", solid=False)
    slab(world, (0.992, -0.95, 0.0), (1.0, 0.95, 0.60), "tiles", solid=False)
    slab(world, (-1.5, -2.2, -0.93), (1.2, 2.2, -0.9), "floor", solid=False)


def add_chest(world: mujoco.MjsBody) -> None:
    y0, y1 = CHEST_Y - 0.18, CHEST_Y + 0.18
    inner = (y0 + 0.012, y1 - 0.012)  # boards meet, none lies in another's plane: it would flicker
    slab(world, (0.555, y0, 0.0), (0.85, inner[0], 0.288), "oak")
    slab(world, (0.555, inner[1], 0.0), (0.85, y1, 0.288), "oak")
    slab(world, (0.55, y0, 0.288), (0.85, y1, 0.30), "oak")
    slab(world, (0.84, inner[0], 0.012), (0.85, inner[1], 0.288), "oak")
    slab(world, (0.555, inner[0], 0.0), (0.85, inner[1], 0.012), "oak")
    for name, z in DRAWER_Z.items():
        drawer = world.add_body(name=f"drawer_{name}", pos=[0.70, CHEST_Y, z])
        drawer.add_joint(
            name=f"drawer_{name}", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[-1, 0, 0], range=[0, DRAWER_TRAVEL], limited=True, damping=5.0,
            frictionloss=1.5,
        )  # fmt: skip
        slab(drawer, (-0.15, -0.166, -0.062), (-0.138, 0.166, 0.062), "oak_dark", density=700)
        slab(drawer, (-0.138, -0.155, -0.055), (0.12, 0.155, -0.049), "inside", density=500)
        for sign in (-1, 1):
            low, high = sorted((sign * 0.155, sign * 0.147))
            slab(drawer, (-0.138, low, -0.049), (0.12, high, 0.03), "inside", density=500)
        slab(drawer, (0.112, -0.147, -0.049), (0.12, 0.147, 0.03), "inside", density=500)
        bar(drawer, (-0.19, 0.0, 0.0), 0.007, 0.07, 0.04, "brass")
        drawer.add_site(name=f"drawer_{name}_handle", pos=[-0.19, 0, 0], size=[0.004], group=4)


def add_microwave(world: mujoco.MjsBody) -> None:
    y0, y1 = MICROWAVE_Y - 0.20, MICROWAVE_Y + 0.20
    for low, high, material in (
        ((0.572, y0, 0.0), (0.85, y1, 0.02), "black"), ((0.572, y0, 0.25), (0.85, y1, 0.27), "black"), ((0.83, y0 + 0.02, 0.02), (0.85, y1 - 0.02, 0.25), "inside"),
        ((0.572, y0, 0.02), (0.85, y0 + 0.02, 0.25), "black"), ((0.572, y1 - 0.02, 0.02), (0.85, y1, 0.25), "black"),
    ):  # fmt: skip
        slab(world, low, high, material)
    slab(world, (0.58, y0 + 0.02, 0.02), (0.83, y1 - 0.02, 0.022), "inside", solid=False)
    door = world.add_body(name="microwave_door", pos=[0.55, y1, 0.135])
    door.add_joint(
        name="microwave_door", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, -1], range=[0, DOOR_TRAVEL], limited=True, damping=0.3,
        frictionloss=0.15, armature=0.005,
    )  # fmt: skip
    slab(door, (0.0, -0.40, -0.135), (0.02, 0.0, 0.135), "black", density=550)
    slab(door, (-0.002, -0.325, -0.095), (0.0, -0.035, 0.095), "glass", solid=False)
    slab(door, (-0.0025, -0.325, 0.098), (0.0, -0.035, 0.102), "steel", solid=False)
    bar(door, (-0.045, -0.36, 0.005), 0.008, 0.16, 0.045, "steel")
    door.add_site(name="microwave_handle", pos=[-0.045, -0.36, 0.005], size=[0.004], group=4)


def add_cabinet(world: mujoco.MjsBody) -> None:
    z0, z1 = CABINET_FLOOR_Z, 0.98
    slab(world, (0.72, -0.35, z0 - 0.015), (1.0, 0.35, z0), "oak", friction=1.0)
    slab(world, (0.72, -0.35, z1 - 0.015), (1.0, 0.35, z1), "oak", solid=False)
    for low, high in ((-0.35, -0.335), (0.335, 0.35)):
        slab(world, (0.72, low, z0), (1.0, high, z1), "oak")
    door = world.add_body(name="cabinet_door", pos=[0.72, 0.35, (z0 + z1) / 2])
    door.add_joint(
        name="cabinet_door", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, -1], range=[0, 1.8], limited=True, damping=0.5, frictionloss=0.6,
        armature=0.01,
    )  # fmt: skip
    half = (z1 - z0) / 2 + 0.01
    slab(door, (-0.018, -0.70, -half), (0.0, 0.0, half), "cupboard", density=500)
    slab(door, (-0.020, -0.66, -half + 0.04), (-0.018, -0.04, half - 0.04), "inside", solid=False)
    bar(door, (-0.045, -0.66, -0.08), 0.006, 0.10, 0.027, "brass")


def add_bin(world: mujoco.MjsBody) -> None:
    x, y = BIN_XY
    slab(world, (x - 0.095, y - 0.095, 0.0), (x + 0.095, y + 0.095, 0.003), "bin")
    for low, high in (
        ((-0.095, -0.095), (-0.09, 0.095)), ((0.09, -0.095), (0.095, 0.095)), ((-0.09, -0.095), (0.09, -0.09)), ((-0.09, 0.09), (0.09, 0.095)),
    ):  # fmt: skip
        slab(world, (x + low[0], y + low[1], 0.003), (x + high[0], y + high[1], 0.15), "bin")
    world.add_site(name="bin", pos=[x, y, 0.003], size=[0.004], group=4)
