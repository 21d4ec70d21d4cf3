"""A rubbish bin that stands on the worktop and a cutlery tray of three compartments."""

from __future__ import annotations

import mujoco

from .parts import slab
from .piece import Piece

BIN_HALF_M, BIN_HEIGHT_M = 0.085, 0.14
TRAY_DEPTH_M, TRAY_WIDTH_M, TRAY_HEIGHT_M = 0.24, 0.33, 0.035
COMPARTMENTS = ("left", "middle", "right")
COMPARTMENT_M = TRAY_WIDTH_M / len(COMPARTMENTS)


def _bin(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    d, w, h, t = 2 * BIN_HALF_M, BIN_HALF_M, BIN_HEIGHT_M, 0.005
    slab(body, (0.0, -w, 0.0), (d, w, 0.004), "plastic")
    slab(body, (0.0, -w, 0.004), (t, w, h), "plastic")
    slab(body, (d - t, -w, 0.004), (d, w, h), "plastic")
    slab(body, (t, -w, 0.004), (d - t, -w + t, h), "plastic")
    slab(body, (t, w - t, 0.004), (d - t, w, h), "plastic")
    body.add_site(name="bin_floor", pos=[BIN_HALF_M, 0, 0.004], size=[0.004], group=4)


BIN = Piece(name="bin", build=_bin)
"""17 x 17 cm and 14 cm high, open above. The hand comes from above: keep 15 cm clear around it, up to 0.45 m high."""


def _tray(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    del spec
    w, d, h, t = TRAY_WIDTH_M / 2, TRAY_DEPTH_M, TRAY_HEIGHT_M, 0.006
    slab(body, (0.0, -w, 0.0), (d, w, 0.003), "wood")
    slab(body, (0.0, -w, 0.003), (t, w, h), "wood")
    slab(body, (d - t, -w, 0.003), (d, w, h), "wood")
    for k in range(len(COMPARTMENTS) + 1):
        y = w - k * COMPARTMENT_M
        low, high = (y - t, y) if k == 0 else (y, y + t) if k == len(COMPARTMENTS) else (y - t / 2, y + t / 2)
        slab(body, (t, low, 0.003), (d - t, high, h), "wood")
    for k, name in enumerate(COMPARTMENTS):
        y = w - (k + 0.5) * COMPARTMENT_M
        body.add_site(name=f"compartment_{name}", pos=[d / 2, y, 0.003], size=[0.004], group=4)


CUTLERY_TRAY = Piece(name="cutlery_tray", build=_tray)
"""24 cm deep, 33 cm wide, 3.5 cm high; compartments side by side, cutlery lies in them along x. The hand comes from above."""
