"""The Panda's shells: white, smooth and slender between bulging joints, with dark seams where they turn, modelled here from turned and swept
forms in the proportions of the pictures. To look at only: none of them touches anything."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import mujoco
import numpy as np

from ..objects.forms import Form, add_mesh, brick, lathe, merged, sweep

WHITE, GREY, DARK, BLUE = [0.93, 0.94, 0.95, 1], [0.62, 0.65, 0.68, 1], [0.16, 0.17, 0.19, 1], [0.30, 0.62, 0.85, 1]
CYLINDER, BOX = mujoco.mjtGeom.mjGEOM_CYLINDER, mujoco.mjtGeom.mjGEOM_BOX
SEGMENTS = 16
"""Of a surface of revolution: vertices are lit one by one in software."""
UPRIGHT = [1.0, 0, 0, 0]
ALONG_X = [np.sqrt(0.5), 0, np.sqrt(0.5), 0]

Point = tuple[float, float, float]
Shell = dict[str, Sequence[Form]]
"""Colour -> forms in the link's frame."""
COLOURS = {"white": WHITE, "dark": DARK, "blue": BLUE}


def _barrel(radius: float, low: float, high: float, *, edge: float = 0.016) -> Form:
    """A cylinder about z between two heights, its edges rounded."""
    return lathe(
        [
            (0.0, low), (radius - edge, low), (radius - 0.3 * edge, low + 0.3 * edge), (radius, low + edge), (radius, high - edge),
            (radius - 0.3 * edge, high - 0.3 * edge), (radius - edge, high), (0.0, high),
        ],
        SEGMENTS,
    )  # fmt: skip


def _disc(radius: float, low: float, high: float) -> Form:
    """A flat cylinder about z: a seam, a cap."""
    return lathe([(0.0, low), (radius, low), (radius, high), (0.0, high)], SEGMENTS)


def _tube(path: Sequence[Point], radii: Sequence[float]) -> Form:
    return sweep(path, radii, SEGMENTS)


def _hub(radius: float, half: float, axis: str, x: float = 0.0) -> tuple[list[Form], list[Form]]:
    """A joint's housing about `axis`, at x: white, and the dark rims of its two lids."""
    turned = 90.0 if axis == "y" else 0.0
    rims = [_disc(radius - 0.012, half - 0.002, half + 0.003), _disc(radius - 0.012, -half - 0.003, -half + 0.002)]
    lids = [_disc(radius - 0.018, half + 0.002, half + 0.006), _disc(radius - 0.018, -half - 0.006, -half - 0.002)]
    white = [_barrel(radius, -half, half), *lids]
    return [f.turned("x", turned).moved(x) for f in white], [f.turned("x", turned).moved(x) for f in rims]


def _foot() -> Shell:
    column = _tube([(0, 0, 0.012), (0, 0, 0.06), (0, 0, 0.11), (0, 0, 0.136)], [0.078, 0.076, 0.066, 0.062])
    back = brick(0.075, 0.052, 0.034, corner=0.03, bevel=0.012, steps=4).moved(-0.072, 0, 0.046)
    plate = brick(0.112, 0.082, 0.006, corner=0.05, steps=5).moved(-0.038, 0, 0.006)
    return {"white": [column, back], "dark": [plate, _disc(0.0605, 0.134, 0.143)]}


def _shoulder() -> Shell:
    white, dark = _hub(0.066, 0.064, "y")
    stem = _tube([(0, 0, -0.19), (0, 0, -0.15), (0, 0, -0.09), (0, 0, -0.01)], [0.061, 0.060, 0.056, 0.054])
    return {"white": [stem, *white], "dark": dark, "blue": [_disc(0.0618, -0.186, -0.178)]}


def _upper_arm() -> Shell:
    white, dark = _hub(0.064, 0.068, "z")
    tube = _tube([(0, -0.01, 0), (0, -0.07, 0), (0, -0.13, 0), (0, -0.194, 0)], [0.054, 0.055, 0.059, 0.061])
    return {"white": [tube, *white], "dark": [*dark, _disc(0.0595, 0.190, 0.199).turned("x", 90)]}


def _elbow() -> Shell:
    white, dark = _hub(0.058, 0.060, "y", 0.0825)
    neck = _tube(
        [(0, 0, -0.118), (0, 0, -0.075), (0.015, 0, -0.045), (0.05, 0, -0.012), (0.0825, 0, 0)], [0.061, 0.059, 0.053, 0.047, 0.045]
    )
    return {"white": [neck, *white], "dark": dark}


def _forearm_top() -> Shell:
    white, dark = _hub(0.056, 0.062, "z")
    bend = _tube(
        [(0, 0, 0), (-0.035, 0.015, 0), (-0.068, 0.05, 0), (-0.0825, 0.095, 0), (-0.0825, 0.122, 0)], [0.045, 0.047, 0.052, 0.056, 0.056]
    )
    return {"white": [bend, *white], "dark": [*dark, _disc(0.0545, -0.127, -0.118).turned("x", 90).moved(-0.0825)]}


def _forearm() -> Shell:
    white, dark = _hub(0.049, 0.056, "y")
    path = [(0.0, 0.0, -0.258), (0.0, 0.0, -0.205), (0.0, 0.026, -0.15), (0.0, 0.062, -0.10), (0.0, 0.072, -0.05), (0.0, 0.05, -0.01)]
    return {"white": [_tube(path, [0.055, 0.055, 0.052, 0.045, 0.042, 0.038]), *white], "dark": dark}


def _wrist() -> Shell:
    white, dark = _hub(0.048, 0.046, "z")
    end, rims = _hub(0.046, 0.052, "y", 0.088)
    bridge = _tube([(0, 0, 0), (0.044, 0, 0), (0.088, 0, 0)], [0.038, 0.038, 0.038])
    return {"white": [bridge, *white, *end], "dark": [*dark, *rims]}


def _flange() -> Shell:
    body = _tube([(0, 0, 0.046), (0, 0, 0.07), (0, 0, 0.09)], [0.045, 0.046, 0.043])
    grip = brick(0.018, 0.012, 0.014, corner=0.008, steps=3).turned("z", 45).moved(0.036, 0.036, 0.07)
    return {"white": [body, grip], "dark": [_disc(0.0435, 0.088, 0.104), _disc(0.0425, 0.040, 0.048)]}


LINKS = (_foot, _shoulder, _upper_arm, _elbow, _forearm_top, _forearm, _wrist, _flange)


def _add(
    body: mujoco.MjsBody, kind: mujoco.mjtGeom, size: Sequence[float], position: Point, quat: Sequence[float], colour: Sequence[float]
) -> None:
    body.add_geom(type=kind, size=size, pos=position, quat=quat, rgba=colour, group=2, density=0, contype=0, conaffinity=0)


@functools.cache
def _shell(index: int) -> dict[str, Form]:
    """Colour -> its part of the shell of link `index`."""
    return {colour: merged(forms) for colour, forms in LINKS[index]().items()}


def add_link_look(spec: mujoco.MjSpec, body: mujoco.MjsBody, index: int) -> None:
    """The shell of link `index`: a mesh for each of its colours."""
    for colour, form in _shell(index).items():
        name = f"panda_link{index}_{colour}"
        add_mesh(spec, name, form)
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_MESH, meshname=name, rgba=COLOURS[colour], group=2, density=0, contype=0, conaffinity=0,
        )  # fmt: skip


def add_hand_look(hand: mujoco.MjsBody) -> None:
    """A wide white body with round ends and a dark underside; the camera on its bracket in front."""
    _add(hand, BOX, [0.028, 0.074, 0.025], (0, 0, 0.033), UPRIGHT, WHITE)
    for side in (-1, 1):
        _add(hand, CYLINDER, [0.028, 0.025, 0], (0, side * 0.074, 0.033), UPRIGHT, WHITE)
    _add(hand, BOX, [0.024, 0.084, 0.004], (0, 0, 0.0595), UPRIGHT, DARK)
    _add(hand, CYLINDER, [0.040, 0.008, 0], (0, 0, 0.004), UPRIGHT, GREY)
    _add(hand, CYLINDER, [0.008, 0.0015, 0], (0.0285, 0, 0.036), ALONG_X, DARK)
    _add(hand, BOX, [0.012, 0.016, 0.006], (0.040, 0, 0.028), UPRIGHT, DARK)


def add_finger_look(finger: mujoco.MjsBody) -> None:
    _add(finger, BOX, [0.0085, 0.0055, 0.021], (0, 0.013, 0.022), UPRIGHT, GREY)
    _add(finger, BOX, [0.0088, 0.003, 0.012], (0, 0.0098, 0.045), UPRIGHT, GREY)
