"""What stands in a bedroom: a bed with its headboard, pillows, a bedside table with a lamp, a laundry basket."""

from __future__ import annotations

import mujoco
import numpy as np

from .cloth import CLOTH_BIT
from .parts import BOX, CYLINDER, Vector, slab
from .piece import Piece

BED_WIDTH_M, BED_LENGTH_M, BED_HEIGHT_M = 0.95, 1.9, 0.56
"""The mattress, and how high its top is above the floor."""
SHEET_FRICTION = 0.9
BASKET_HALF_M, BASKET_HEIGHT_M, BASKET_WALL_M = 0.15, 0.15, 0.012
"""Half the inside of the laundry basket, its height, its walls."""
MARK_HALF_M = (0.195, 0.15)
"""Half-sizes of the marked part of the bed: the runner that a blanket is to cover [m]."""
ELLIPSOID = mujoco.mjtGeom.mjGEOM_ELLIPSOID


def _look(
    body: mujoco.MjsBody, kind: mujoco.mjtGeom, position: Vector, size: Vector, material: str, quat: tuple[float, ...] = (1, 0, 0, 0)
) -> None:
    body.add_geom(
        type=kind, pos=list(position), size=list(size), quat=list(quat), material=material, group=1, density=0, contype=0, conaffinity=0
    )  # fmt: skip


def _bed(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """Mattress with rounded edges on a wooden frame with four legs; its front edge along the piece's y."""
    del spec
    d, w, top = BED_WIDTH_M, BED_LENGTH_M / 2, 0.2
    slab(body, (0.0, -w, -top), (d, w, 0.0), "sheet", friction=SHEET_FRICTION)
    slab(body, (-0.03, -w - 0.03, -top - 0.12), (d + 0.03, w + 0.03, -top + 0.03), "wood")
    for x in (0.02, d - 0.02):
        for y in (-w + 0.05, w - 0.05):
            slab(body, (x - 0.035, y - 0.035, -BED_HEIGHT_M), (x + 0.035, y + 0.035, -top - 0.12), "wood", solid=False)
    turned = (np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0)
    for x in (0.0, d):  # piping along the mattress's edges
        _look(body, CYLINDER, (x, 0.0, -0.012), (0.008, w, 0.0), "seam", turned)
        _look(body, CYLINDER, (x, 0.0, -top + 0.04), (0.008, w, 0.0), "seam", turned)


def _headboard(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """At the end of the bed: a wooden board with a padded middle, its face along the piece's y."""
    del spec
    half = BED_WIDTH_M / 2
    slab(body, (0.0, -half - 0.03, -BED_HEIGHT_M), (0.05, half + 0.03, 0.46), "wood")
    slab(body, (-0.025, -half + 0.05, 0.08), (0.0, -0.01, 0.40), "fabric", solid=False)
    slab(body, (-0.025, 0.01, 0.08), (0.0, half - 0.05, 0.40), "fabric", solid=False)
    slab(body, (-0.01, -half - 0.045, 0.46), (0.06, half + 0.045, 0.485), "wood", solid=False)


def _cushion(spec: mujoco.MjSpec) -> str:
    """The mesh of a plump pillow with drawn-out corners, 0.34 by 0.52 m: a superquadric."""
    u, v = np.meshgrid(np.linspace(-np.pi, np.pi, 33)[:-1], np.linspace(-np.pi / 2, np.pi / 2, 13), indexing="ij")

    def power(value: np.ndarray, exponent: float) -> np.ndarray:
        return np.sign(value) * np.abs(value) ** exponent

    flat = power(np.cos(v), 0.5)
    x, y = 0.17 * flat * power(np.cos(u), 0.45), 0.26 * flat * power(np.sin(u), 0.45)
    z = 0.06 * np.sin(v) * (1 - 0.35 * (np.abs(x) / 0.17) ** 3 * (np.abs(y) / 0.26) ** 3)
    mesh = spec.add_mesh(name="pillow_shape")
    mesh.uservert = np.stack([x, y, z], axis=-1).ravel()
    return mesh.name


def _pillow(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """0.34 by 0.52 m; feels like a box with rounded looks. It lies too heavy to slide."""
    slab(body, (0.03, -0.21, 0.0), (0.27, 0.21, 0.08), "pillow", friction=SHEET_FRICTION)
    body.geoms[-1].group = 3
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH, meshname=_cushion(spec), pos=[0.15, 0, 0.052], material="pillow", group=1, density=0, contype=0, conaffinity=0
    )  # fmt: skip


def _table(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A bedside table, its top level with the mattress, a drawer's front, and a lamp with a shade."""
    del spec
    w, d, h = 0.2, 0.38, BED_HEIGHT_M
    slab(body, (0.0, -w, -0.025), (d, w, 0.0), "wood")
    slab(body, (0.02, -w + 0.02, -h + 0.12), (d - 0.02, w - 0.02, -0.025), "base")
    slab(body, (0.005, -w + 0.035, -0.19), (0.02, w - 0.035, -0.045), "front", solid=False)
    _look(body, ELLIPSOID, (-0.008, 0.0, -0.115), (0.014, 0.014, 0.014), "handle")
    for x in (0.045, d - 0.045):
        for y in (-w + 0.045, w - 0.045):
            slab(body, (x - 0.018, y - 0.018, -h), (x + 0.018, y + 0.018, -h + 0.12), "wood", solid=False)
    body.add_geom(
        type=CYLINDER, pos=[0.22, 0.0, 0.008], size=[0.07, 0.008, 0], material="handle", group=1, density=0, contype=1, conaffinity=0
    )
    body.add_geom(
        type=CYLINDER, pos=[0.22, 0.0, 0.12], size=[0.011, 0.11, 0], material="handle", group=1, density=0, contype=1, conaffinity=0
    )
    body.add_geom(
        type=CYLINDER, pos=[0.22, 0.0, 0.29], size=[0.11, 0.075, 0], material="shade", group=1, density=0, contype=1, conaffinity=0
    )


def _basket(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A square laundry basket of wicker, open above; cloth meets its walls with all its surface."""
    del spec
    a, t, h, floor = BASKET_HALF_M, BASKET_WALL_M, BASKET_HEIGHT_M, 0.008
    x = a + t
    parts: list[tuple[Vector, Vector]] = [
        ((0.0, -x, 0.0), (2 * x, x, floor)), ((0.0, -x, floor), (t, x, h)), ((2 * x - t, -x, floor), (2 * x, x, h)),
        ((t, -x, floor), (2 * x - t, -a, h)), ((t, a, floor), (2 * x - t, x, h)),
    ]  # fmt: skip
    for low, high in parts:
        slab(body, low, high, "wicker", friction=0.5)
        body.geoms[-1].contype |= CLOTH_BIT
    for y in (-x, x):
        _look(body, BOX, (x, y, h - 0.012), (x + 0.004, 0.006, 0.016), "wood")
    for side in (0.0, 2 * x):
        _look(body, BOX, (side, 0.0, h - 0.012), (0.006, x + 0.004, 0.016), "wood")
    body.add_site(name="basket_floor", pos=[x, 0.0, floor], size=[0.004], group=4)


def _mark(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    """A runner sewn on the sheet, seen and not felt; its frame's origin is its middle."""
    del spec
    x, y = MARK_HALF_M
    slab(body, (-x, -y, 0.0), (x, y, 0.0006), "mark", solid=False)
    slab(body, (-0.002, -0.002, 0.0), (0.002, 0.002, 0.0002), "mark")
    body.add_site(name="mark_middle", pos=[0, 0, 0], size=[0.004], group=4)


BED = Piece(name="bed", build=_bed)
HEADBOARD = Piece(name="headboard", build=_headboard)
PILLOW = Piece(name="pillow", build=_pillow)
TABLE = Piece(name="bedside_table", build=_table)
MARK = Piece(name="mark", build=_mark)
BASKET = Piece(name="basket", build=_basket)
"""32 x 32 cm and 15 cm high. The hand comes from above."""
