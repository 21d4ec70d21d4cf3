"""Things that hold things: a chest of two drawers."""

from __future__ import annotations

import mujoco
import numpy as np

from ..scene import Fixture, Piece
from .parts import bar, grip_site, push_site, slab

DRAWER_TRAVEL_M = 0.2
FLOORS = {"bottom": 0.085, "top": 0.215}
"""Heights of the drawers' middles [m]."""


def _chest(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    y, inner = 0.18, 0.168
    slab(body, (0.005, -y, 0.0), (0.30, -inner, 0.288), "wood")
    slab(body, (0.005, inner, 0.0), (0.30, y, 0.288), "wood")
    slab(body, (0.0, -y, 0.288), (0.30, y, 0.30), "wood")
    slab(body, (0.29, -inner, 0.012), (0.30, inner, 0.288), "wood")
    slab(body, (0.005, -inner, 0.0), (0.29, inner, 0.012), "wood")
    for name, z in FLOORS.items():
        drawer = body.add_body(name=f"drawer_{name}", pos=[0.15, 0.0, z])
        drawer.add_joint(
            name=f"drawer_{name}", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[-1, 0, 0], range=[0, DRAWER_TRAVEL_M], limited=True,
            damping=5.0, frictionloss=1.5,
        )  # fmt: skip
        slab(drawer, (-0.15, -0.166, -0.062), (-0.138, 0.166, 0.062), "front", density=700)
        slab(drawer, (-0.138, -0.155, -0.055), (0.12, 0.155, -0.049), "inside", density=500)
        for sign in (-1, 1):
            low, high = sorted((sign * 0.155, sign * 0.147))
            slab(drawer, (-0.138, low, -0.049), (0.12, high, 0.03), "inside", density=500)
        slab(drawer, (0.112, -0.147, -0.049), (0.12, 0.147, 0.03), "inside", density=500)
        bar(drawer, (-0.19, 0.0, 0.0), 0.007, 0.07, 0.04, "handle")
        grip_site(drawer, f"drawer_{name}_handle", (-0.19, 0.0, 0.0), approach=(np.sqrt(0.5), 0, -np.sqrt(0.5)), across=(0, -1, 0))
        push_site(drawer, f"drawer_{name}_push", (-0.15, 0.0, 0.0), direction=(1, 0, 0))
        drawer.add_site(name=f"drawer_{name}_inside", pos=[-0.01, 0, -0.01], size=[0.004], group=4)


CHEST = Piece(
    name="chest", build=_chest,
    fixtures=tuple(
        Fixture(joint=f"drawer_{n}", opened=0.12, shut=0.012, travel=DRAWER_TRAVEL_M, handle=f"drawer_{n}_handle",
                push_shut=f"drawer_{n}_push", kind="drawer")
        for n in FLOORS
    ),
)  # fmt: skip
