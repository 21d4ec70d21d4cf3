"""A cabinet on the wall behind the worktop, above what people reach for: it closes the room, nothing is asked of it."""

from __future__ import annotations

import mujoco

from .parts import bar, slab
from .piece import Piece

HALF_M, HEIGHT_M, DEPTH_M = 0.35, 0.35, 0.28


def _cabinet(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """0.70 m wide, 0.28 deep, 0.35 tall, its origin at the middle of its floor's front edge; its door hangs on the left."""
    del spec
    h, d, z = HALF_M, DEPTH_M, HEIGHT_M
    slab(body, (0.0, -h, -0.015), (d, h, 0.0), "wood", friction=1.0)
    slab(body, (0.0, -h, z - 0.015), (d, h, z), "wood", solid=False)
    for low, high in ((-h, -h + 0.015), (h - 0.015, h)):
        slab(body, (0.0, low, 0.0), (d, high, z - 0.015), "wood")
    slab(body, (-0.018, -h, -0.01), (0.0, h, z + 0.01), "base")
    slab(body, (-0.020, -h + 0.04, 0.03), (-0.018, h - 0.04, z - 0.03), "inside", solid=False)
    bar(body, (-0.045, -h + 0.04, z / 2 - 0.08), 0.006, 0.10, 0.027, "handle")


WALL_CABINET = Piece(name="wall_cabinet", build=_cabinet)
