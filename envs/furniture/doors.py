"""Appliances and cupboards with a hinged upright door: counter cupboard, mini fridge, microwave.

Hinges carry dry friction and damping (0.1 to 0.8 N m and N m s/rad, the range of Drake's DoorHinge examples for household doors)
and every door a magnet: a cupboard's catch holds with 6 N, a microwave's latch with 9 N, a small fridge's seal with 14 N, measured at
the door's free edge, where they break after a few millimetres and leave the door free.
"""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from .parts import Vector, grip_site, push_site, slab
from .piece import Fixture, Piece
from .pulls import catch, pull

SLANT = float(np.sqrt(0.5))
DOOR_OPEN_RAD, DOOR_SHUT_RAD, DOOR_TRAVEL_RAD = 1.0, 0.06, 1.7
CUPBOARD_INSIDE, FRIDGE_INSIDE, MICROWAVE_INSIDE = (0.12, 0.155, 0.085), (0.15, 0.155, 0.085), (0.115, 0.155, 0.10)
"""Half-sizes [m] of the boxes about the sites `<door>_inside` that count as in: above a shelf or floor, behind the door."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A door on an upright hinge at the outer edge of a box."""

    joint: str
    side: int
    """+1: hinged on the left as the robot sees it (stands to the left of the robot, y > 0); -1 on the right."""
    width: float
    """[m]"""
    bottom: float
    """Height of its lower edge [m]."""
    height: float
    thickness: float
    material: str
    density: float
    """[kg/m^3] of the leaf with what is on it."""
    friction_Nm: float
    damping: float
    """[N m s/rad]"""
    catch_N: float
    grip: tuple[float, float]
    """Distance from the hinge and height above the lower edge of the bar's middle [m]."""
    bar: tuple[float, float, float]
    """Radius, length and standoff of the bar [m]."""
    push_z: float = 0.24
    """Height above the lower edge at which it is pushed shut [m]. An arm that reaches far out over a tall leaf rests its forearm on it where
    it pushes low."""
    bar_material: str = "handle"


def add_leaf(body: mujoco.MjsBody, leaf: Leaf) -> mujoco.MjsBody:
    """Hangs a door before a piece: its outer face at x = 0, its origin at the lower end of the hinge's axis."""
    s, w, t = leaf.side, leaf.width, leaf.thickness
    door = body.add_body(name=leaf.joint, pos=[0.0, s * w / 2, leaf.bottom])
    door.add_joint(
        name=leaf.joint, type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, -s], range=[0, DOOR_TRAVEL_RAD], limited=True, damping=leaf.damping,
        frictionloss=leaf.friction_Nm, armature=0.005,
    )  # fmt: skip
    panel(door, leaf, (0.0, 1.0), (0.0, 1.0), (0.0, t), leaf.material, density=leaf.density)
    radius, z = leaf.grip
    r, length, standoff = leaf.bar
    grip = pull(door, leaf.joint, (-standoff, -s * radius, z), radius=r, length=length, standoff=standoff, material=leaf.bar_material)
    grip_site(grip, f"{leaf.joint}_handle", (0.0, 0.0, 0.0), approach=(SLANT, 0, -SLANT), across=(0, -1, 0))
    push_site(door, f"{leaf.joint}_push", (0.0, -s * 0.72 * w, leaf.push_z), direction=(1, 0, 0))
    push_site(door, f"{leaf.joint}_edge", (t, -s * (w - 0.03), min(0.24, leaf.height - 0.03)), direction=(-1, 0, 0))
    edge, middle = w - 0.012, leaf.height / 2
    catch(body, door, leaf.joint, (t, s * (w / 2 - edge), leaf.bottom + middle), (t, -s * edge, middle), leaf.catch_N)
    return door


def panel(
    door: mujoco.MjsBody, leaf: Leaf, across: tuple[float, float], up: tuple[float, float], depth: tuple[float, float], material: str,
    density: float = 0.0,
) -> None:  # fmt: skip
    """A slab on a door between shares of its width (from the hinge) and height, `depth` [m] from its outer face; looks weigh nothing."""
    y0, y1 = sorted(-leaf.side * leaf.width * a for a in across)
    slab(
        door, (depth[0], y0, up[0] * leaf.height), (depth[1], y1, up[1] * leaf.height), material, solid=density > 0, density=density
    )  # fmt: skip


def shell(body: mujoco.MjsBody, low: Vector, high: Vector, wall: float, outside: str, lining: str) -> None:
    """An open box: five walls, the front missing, lined on its back and floor."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    slab(body, (x0, y0, z0), (x1, y1, z0 + wall), outside)
    slab(body, (x0, y0, z1 - wall), (x1, y1, z1), outside)
    slab(body, (x0, y0, z0 + wall), (x1, y0 + wall, z1 - wall), outside)
    slab(body, (x0, y1 - wall, z0 + wall), (x1, y1, z1 - wall), outside)
    slab(body, (x1 - wall, y0 + wall, z0 + wall), (x1, y1 - wall, z1 - wall), outside)
    skin = 0.002
    slab(body, (x1 - wall - skin, y0 + wall, z0 + wall), (x1 - wall, y1 - wall, z1 - wall), lining, solid=False)
    slab(body, (x0 + 0.006, y0 + wall, z0 + wall), (x1 - wall - skin, y1 - wall, z0 + wall + skin), lining, solid=False)
    for a, b in ((y0 + wall, y0 + wall + skin), (y1 - wall - skin, y1 - wall)):
        slab(body, (x0 + 0.006, a, z0 + wall + skin), (x1 - wall - skin, b, z1 - wall), lining, solid=False)


CUPBOARD_LEAF = Leaf(
    joint="cupboard_door", side=-1, width=0.36, bottom=0.0, height=0.42, thickness=0.018, material="front", density=650, friction_Nm=0.25,
    damping=0.3, catch_N=6.0, grip=(0.325, 0.17), bar=(0.007, 0.14, 0.045), push_z=0.39,
)  # fmt: skip
FRIDGE_LEAF = Leaf(
    joint="fridge_door", side=1, width=0.40, bottom=0.02, height=0.48, thickness=0.045, material="white", density=260, friction_Nm=0.2,
    damping=0.4, catch_N=14.0, grip=(0.36, 0.20), bar=(0.008, 0.20, 0.048), bar_material="metal", push_z=0.44,
)  # fmt: skip
MICROWAVE_LEAF = Leaf(
    joint="microwave_door", side=1, width=0.40, bottom=0.0, height=0.27, thickness=0.02, material="black", density=560, friction_Nm=0.15,
    damping=0.25, catch_N=9.0, grip=(0.36, 0.14), bar=(0.008, 0.16, 0.045), bar_material="metal",
)  # fmt: skip


def _cupboard(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """0.36 m wide, 0.30 deep, 0.42 tall. Hinged on the right, so it stands to the right of the robot: front at x 0.5 to 0.6, y -0.35
    to -0.55. The door sweeps a quarter circle of 0.37 m in front of it, and the bar 0.05 m more."""
    del spec
    leaf = CUPBOARD_LEAF
    shell(body, (0.02, -0.18, 0.0), (0.30, 0.18, 0.42), 0.014, "wood", "inside")
    slab(body, (0.03, -0.166, 0.20), (0.284, 0.166, 0.212), "wood")
    body.add_site(name="cupboard_door_inside", pos=[0.155, 0, 0.106], size=[0.004], group=4)
    body.add_site(name="cupboard_shelf_inside", pos=[0.155, 0, 0.306], size=[0.004], group=4)
    door = add_leaf(body, leaf)
    frame = 0.0015
    for across, up in (
        ((0.03, 0.97), (0.02, 0.11)),
        ((0.03, 0.97), (0.89, 0.98)),
        ((0.03, 0.15), (0.11, 0.89)),
        ((0.85, 0.97), (0.11, 0.89)),
    ):
        panel(door, leaf, across, up, (-frame, 0.0), "front")
    panel(door, leaf, (0.16, 0.84), (0.12, 0.88), (-0.0006, 0.0), "wood")
    panel(door, leaf, (0.02, 0.98), (0.02, 0.98), (leaf.thickness, leaf.thickness + 0.001), "inside")


def _fridge(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """0.40 m wide, 0.40 deep, 0.50 tall (a counter-top fridge). Hinged on the left: to the left of the robot, front at x 0.5 to 0.6,
    y 0.4 to 0.55. The door sweeps a quarter circle of 0.40 m in front of it, and the bar 0.05 m more."""
    del spec
    leaf, t = FRIDGE_LEAF, FRIDGE_LEAF.thickness + 0.002
    shell(body, (t, -0.20, 0.02), (0.40, 0.20, 0.50), 0.03, "white", "inside")
    slab(body, (t + 0.02, -0.17, 0.235), (0.368, 0.17, 0.241), "glass")
    slab(body, (t + 0.02, -0.17, 0.37), (0.368, 0.17, 0.376), "glass")
    for x in (0.08, 0.37):
        slab(body, (x - 0.02, -0.18, 0.0), (x + 0.02, 0.18, 0.02), "black")
    body.add_site(name="fridge_door_inside", pos=[0.215, 0, 0.142], size=[0.004], group=4)
    door = add_leaf(body, leaf)
    panel(door, leaf, (0.03, 0.97), (0.025, 0.975), (t - 0.002, t + 0.002), "rubber")
    panel(door, leaf, (0.08, 0.92), (0.06, 0.94), (t + 0.002, t + 0.006), "white")
    for up in (0.12, 0.45, 0.75):  # racks in the door
        panel(door, leaf, (0.10, 0.90), (up, up + 0.012), (t + 0.006, t + 0.05), "plastic")
        panel(door, leaf, (0.10, 0.90), (up + 0.012, up + 0.09), (t + 0.047, t + 0.05), "plastic")
    panel(door, leaf, (0.0, 1.0), (0.80, 0.804), (-0.0008, 0.0), "metal")
    panel(door, leaf, (0.10, 0.26), (0.86, 0.92), (-0.0012, 0.0), "accent")


def _microwave(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """0.40 m wide, 0.32 deep, 0.27 tall; may stand on the cutlery piece. Hinged on the left: to the left of the robot, front at x 0.5 to
    0.6, y 0.35 to 0.55. The door sweeps a quarter circle of 0.40 m in front of it, and the bar 0.05 m more."""
    leaf, t = MICROWAVE_LEAF, MICROWAVE_LEAF.thickness + 0.002
    del spec
    shell(body, (t, -0.20, 0.0), (0.32, 0.20, 0.27), 0.02, "black", "inside")
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_CYLINDER, pos=[0.16, 0.0, 0.027], size=[0.11, 0.003, 0], material="glass", group=1, density=0, contype=1,
        conaffinity=0,
    )  # fmt: skip
    body.add_site(name="microwave_door_inside", pos=[0.16, 0, 0.13], size=[0.004], group=4)
    door = add_leaf(body, leaf)
    panel(door, leaf, (0.09, 0.82), (0.15, 0.85), (-0.002, 0.0), "glass")
    panel(door, leaf, (0.09, 0.82), (0.86, 0.875), (-0.0025, 0.0), "metal")
    panel(door, leaf, (0.86, 0.96), (0.90, 0.96), (-0.0015, 0.0), "accent")
    panel(door, leaf, (0.02, 0.98), (0.03, 0.97), (t - 0.002, t), "inside")


def _swing(leaf: Leaf) -> Fixture:
    return Fixture(
        joint=leaf.joint, opened=DOOR_OPEN_RAD, shut=DOOR_SHUT_RAD, travel=DOOR_TRAVEL_RAD, handle=f"{leaf.joint}_handle",
        push_open=f"{leaf.joint}_edge", push_shut=f"{leaf.joint}_push",
        push_pitch=np.pi / 2, kind="door",
    )  # fmt: skip


CUPBOARD = Piece(name="cupboard", build=_cupboard, fixtures=(_swing(CUPBOARD_LEAF),), handed=True)
FRIDGE = Piece(name="fridge", build=_fridge, fixtures=(_swing(FRIDGE_LEAF),), handed=True)
MICROWAVE = Piece(name="microwave", build=_microwave, fixtures=(_swing(MICROWAVE_LEAF),), handed=True)
