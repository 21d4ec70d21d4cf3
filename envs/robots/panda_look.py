"""The Panda's shells: capsules and cylinders only, so that software rendering stays fast."""

from __future__ import annotations

import mujoco
import numpy as np

WHITE, GREY, DARK, BLUE = [0.93, 0.94, 0.95, 1], [0.62, 0.65, 0.68, 1], [0.16, 0.17, 0.19, 1], [0.30, 0.62, 0.85, 1]
TURNED = [np.sqrt(0.5), np.sqrt(0.5), 0, 0]
CAPSULE, CYLINDER, BOX, ELLIPSOID = (getattr(mujoco.mjtGeom, f"mjGEOM_{n}") for n in ("CAPSULE", "CYLINDER", "BOX", "ELLIPSOID"))

Part = tuple[mujoco.mjtGeom, list[float], list[float], list[float], list[float]]
UPRIGHT = [1.0, 0, 0, 0]

LINKS: tuple[tuple[Part, ...], ...] = (
    (
        (CYLINDER, [0.085, 0.02, 0], [0, 0, 0.02], UPRIGHT, DARK), (CYLINDER, [0.07, 0.055, 0], [0, 0, 0.085], UPRIGHT, WHITE),
        (BOX, [0.05, 0.05, 0.025], [-0.08, 0, 0.03], UPRIGHT, WHITE),
    ),
    ((CYLINDER, [0.062, 0.1, 0], [0, 0, -0.12], UPRIGHT, WHITE), (CAPSULE, [0.065, 0.05, 0], [0, 0, 0], TURNED, WHITE),
     (CYLINDER, [0.063, 0.006, 0], [0, 0, -0.19], UPRIGHT, BLUE)),
    ((CAPSULE, [0.062, 0.06, 0], [0, 0, 0], UPRIGHT, WHITE), (CYLINDER, [0.06, 0.075, 0], [0, -0.12, 0], TURNED, WHITE)),
    ((CYLINDER, [0.058, 0.06, 0], [0, 0, -0.06], UPRIGHT, WHITE), (CAPSULE, [0.058, 0.04, 0], [0.0825, 0, 0], TURNED, WHITE),
     (CAPSULE, [0.045, 0.04, 0], [0.04, 0, -0.02], [0.92, 0, 0.38, 0], WHITE)),
    ((CAPSULE, [0.058, 0.05, 0], [0, 0, 0], UPRIGHT, WHITE), (CAPSULE, [0.045, 0.05, 0], [-0.05, 0.05, 0], TURNED, WHITE),
     (CYLINDER, [0.055, 0.05, 0], [-0.0825, 0.09, 0], TURNED, WHITE)),
    ((CAPSULE, [0.052, 0.07, 0], [0, 0, -0.2], UPRIGHT, WHITE), (CAPSULE, [0.038, 0.06, 0], [0, 0.06, -0.08], UPRIGHT, WHITE),
     (CAPSULE, [0.048, 0.03, 0], [0, 0.02, 0], TURNED, WHITE)),
    ((CAPSULE, [0.046, 0.035, 0], [0, 0, 0], UPRIGHT, WHITE), (CAPSULE, [0.046, 0.03, 0], [0.06, 0, 0], TURNED, WHITE)),
    ((CYLINDER, [0.043, 0.04, 0], [0, 0, 0.045], UPRIGHT, GREY), (CYLINDER, [0.046, 0.008, 0], [0, 0, 0.092], UPRIGHT, DARK)),
)  # fmt: skip


def _add(body: mujoco.MjsBody, part: Part) -> None:
    kind, size, position, quat, colour = part
    body.add_geom(type=kind, size=size, pos=position, quat=quat, rgba=colour, group=2, density=0, contype=0, conaffinity=0)


def add_link_look(body: mujoco.MjsBody, index: int) -> None:
    """The shell of link `index`."""
    for part in LINKS[index]:
        _add(body, part)


def add_hand_look(hand: mujoco.MjsBody) -> None:
    _add(hand, (BOX, [0.028, 0.1, 0.024], [0, 0, 0.034], UPRIGHT, WHITE))
    _add(hand, (CYLINDER, [0.04, 0.008, 0], [0, 0, 0.006], UPRIGHT, GREY))
    _add(hand, (BOX, [0.0285, 0.02, 0.006], [0, 0, 0.05], UPRIGHT, DARK))
    _add(hand, (BOX, [0.01, 0.02, 0.01], [0.038, 0, 0.02], UPRIGHT, DARK))


def add_finger_look(finger: mujoco.MjsBody) -> None:
    _add(finger, (BOX, [0.0085, 0.0055, 0.021], [0, 0.013, 0.022], UPRIGHT, GREY))
    _add(finger, (BOX, [0.0088, 0.003, 0.012], [0, 0.0098, 0.045], UPRIGHT, GREY))
