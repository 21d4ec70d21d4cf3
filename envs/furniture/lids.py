"""Doors on level hinges: a mini oven whose door drops down, a bread bin with a roll front."""

from __future__ import annotations

import mujoco
import numpy as np

from .doors import shell
from .parts import BOX, grip_site, push_site, slab
from .piece import Fixture, Piece
from .pulls import catch, pull

SLANT = float(np.sqrt(0.5))
OVEN_TRAVEL_RAD, BIN_TRAVEL_RAD = 1.5, 1.45
OVEN_INSIDE, BREAD_INSIDE = (0.13, 0.17, 0.075), (0.12, 0.17, 0.065)
"""Half-sizes [m] of the boxes about the sites `oven_door_inside` and `bread_bin_front_inside` that count as in."""
BIN_AXIS = (0.175, 0.02)
"""x and z of the bread bin's axis [m]."""
BIN_RADIUS_M = 0.165
SLATS = 6


def _oven_door(body: mujoco.MjsBody) -> None:
    """1.9 kg of steel and glass; a spring balances half of its weight, as in real ones, and friction the rest."""
    joint, half, height, t = "oven_door", 0.195, 0.185, 0.02
    door = body.add_body(name=joint, pos=[0.0, 0.0, 0.07])
    # Weight times arm is 1.7 N m when it lies open: the spring gives 1.0 N m there and 0.3 N m when it is shut.
    door.add_joint(
        name=joint, type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, -1, 0], range=[0, OVEN_TRAVEL_RAD], limited=True, damping=0.6,
        frictionloss=0.6, armature=0.005, stiffness=0.45, springref=-0.7,
    )  # fmt: skip
    slab(door, (0.0, -half, 0.0), (t, half, height), "metal", density=1300)
    slab(door, (-0.002, -half + 0.035, 0.03), (0.0, half - 0.035, height - 0.045), "glass", solid=False)
    slab(door, (t, -half + 0.02, 0.015), (t + 0.002, half - 0.02, height - 0.02), "black", solid=False)
    grip = pull(door, joint, (-0.048, 0.0, height - 0.012), radius=0.007, length=0.24, standoff=0.048, material="handle", level=True)
    grip_site(grip, f"{joint}_handle", (0.0, 0.0, 0.0), approach=(SLANT, 0, -SLANT), across=(SLANT, 0, SLANT))
    push_site(door, f"{joint}_edge", (t, 0.0, height - 0.03), direction=(-1, 0, 0))
    push_site(door, f"{joint}_push", (0.0, 0.0, height - 0.06), direction=(1, 0, 0))
    catch(body, door, joint, (t, 0.0, 0.07 + height - 0.015), (t, 0.0, height - 0.015), 5.0)


def _oven(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A mini oven, 0.42 m wide, 0.34 deep, 0.30 tall on feet. Its door drops towards the robot: 0.26 m of free worktop in front.
    Either side of the robot or before it: front at x 0.5 to 0.65, |y| up to 0.45."""
    del spec
    shell(body, (0.022, -0.21, 0.03), (0.34, 0.21, 0.30), 0.02, "metal", "black")
    slab(body, (0.0, -0.21, 0.258), (0.022, 0.21, 0.30), "black")
    slab(body, (0.0, -0.21, 0.03), (0.022, 0.21, 0.066), "metal")
    for k, y in enumerate((-0.14, -0.05, 0.05, 0.14)):
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_CYLINDER, pos=[-0.006, y, 0.279], size=[0.013, 0.006, 0], quat=[SLANT, 0, SLANT, 0],
            material="accent" if k == 3 else "metal", group=1, density=0, contype=1, conaffinity=0,
        )  # fmt: skip
    for x in (0.05, 0.30):
        for y in (-0.18, 0.18):
            slab(body, (x - 0.015, y - 0.015, 0.0), (x + 0.015, y + 0.015, 0.03), "rubber")
    for y in np.linspace(-0.17, 0.17, 9):
        slab(body, (0.03, y - 0.002, 0.105), (0.316, y + 0.002, 0.109), "metal")
    body.add_site(name="oven_door_inside", pos=[0.17, 0, 0.18], size=[0.004], group=4)
    _oven_door(body)


def _slat(body: mujoco.MjsBody, angle: float, radius: float, half_y: float, step: float, material: str, density: float) -> None:
    """One board of a roll front: tangent to a circle of `radius` about the body's y axis, at `angle` above the front."""
    body.add_geom(
        type=BOX, pos=[-radius * np.cos(angle), 0.0, radius * np.sin(angle)], size=[0.004, half_y, radius * np.tan(step / 2) + 0.0015],
        quat=[np.cos(angle / 2), 0, np.sin(angle / 2), 0], material=material, group=1, density=density, contype=1, conaffinity=0,
        friction=[0.8, 0.005, 0.0005],
    )  # fmt: skip


def _bread_bin(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A half-cylinder, 0.40 m wide, 0.35 deep, 0.20 tall, whose front rolls up under its back: nothing sweeps in front of it but the
    bar (0.06 m); 0.20 m of free worktop for the hand. Before the robot or on either side: front at x 0.45 to 0.6, |y| up to 0.45."""
    del spec
    x, z = BIN_AXIS
    slab(body, (0.015, -0.20, 0.0), (0.35, 0.20, 0.015), "wood")
    for y in (-0.194, 0.194):
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_CYLINDER, pos=[x, y, z], size=[BIN_RADIUS_M + 0.012, 0.006, 0], quat=[SLANT, SLANT, 0, 0],
            material="wood", group=1, density=0, contype=1, conaffinity=0,
        )  # fmt: skip
    step = np.deg2rad(15)
    fixed = body.add_body(name="bread_bin_back", pos=[x, 0, z])
    for k in range(SLATS):
        _slat(fixed, np.pi / 2 + (k + 0.5) * step, BIN_RADIUS_M + 0.008, 0.188, step, "wood", 0.0)
    front = body.add_body(name="bread_bin_front", pos=[x, 0, z])
    front.add_joint(
        name="bread_bin_front", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 1, 0], range=[0, BIN_TRAVEL_RAD], limited=True, damping=0.25,
        frictionloss=0.9, armature=0.005,
    )  # fmt: skip
    for k in range(SLATS):
        _slat(front, (k + 0.5) * step, BIN_RADIUS_M - 0.004, 0.186, step, "front", 450.0)
    low = np.deg2rad(14)
    at = BIN_RADIUS_M + 0.04
    grip = pull(
        front, "bread_bin_front", (-at * np.cos(low), 0.0, at * np.sin(low)), radius=0.007, length=0.14, standoff=0.036, material="handle",
        level=True, outward=(-float(np.sin(low)), 0.0, float(np.cos(low))),
    )  # fmt: skip
    grip_site(grip, "bread_bin_front_handle", (0.0, 0.0, 0.0), approach=(SLANT, 0, -SLANT), across=(SLANT, 0, SLANT))
    body.add_site(name="bread_bin_front_inside", pos=[x, 0, 0.085], size=[0.004], group=4)


OVEN = Piece(
    name="oven", build=_oven,
    fixtures=(Fixture(joint="oven_door", opened=1.1, shut=0.06, travel=OVEN_TRAVEL_RAD, handle="oven_door_handle",
                      push_open="oven_door_edge", push_shut="oven_door_push", kind="door"),),
)  # fmt: skip
BREAD_BIN = Piece(
    name="bread_bin", build=_bread_bin,
    fixtures=(Fixture(joint="bread_bin_front", opened=1.0, shut=0.06, travel=BIN_TRAVEL_RAD, handle="bread_bin_front_handle", kind="door"),),
)  # fmt: skip
