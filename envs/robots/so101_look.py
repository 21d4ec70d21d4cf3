"""The SO-101's shells: printed parts in yellow, servos in black, from boxes, cylinders and capsules.

Servo places follow the published description of the arm: each body sits 12.5 mm off its shaft, 45 x 25 x 35 mm (data sheet).
Printed parts are our own primitives in the proportions of the pictures.
"""

from __future__ import annotations

import mujoco
import numpy as np

YELLOW, BLACK, METAL, RUBBER = [0.97, 0.66, 0.10, 1], [0.09, 0.09, 0.10, 1], [0.72, 0.73, 0.75, 1], [0.20, 0.21, 0.23, 1]
LENS = [0.05, 0.07, 0.12, 1]
CAPSULE, CYLINDER, BOX = (getattr(mujoco.mjtGeom, f"mjGEOM_{n}") for n in ("CAPSULE", "CYLINDER", "BOX"))
H = np.sqrt(0.5)
ALONG_X, ALONG_Y, UPRIGHT = [H, 0, H, 0], [H, H, 0, 0], [1.0, 0, 0, 0]
"""Quaternions that lay a cylinder's axis along x or y."""

Part = tuple[mujoco.mjtGeom, list[float], list[float], list[float], list[float]]


def _leaning(degrees: float) -> list[float]:
    """Turned about y by `degrees`."""
    half = np.deg2rad(degrees) / 2
    return [np.cos(half), 0, np.sin(half), 0]


def _tilted(degrees: float) -> list[float]:
    """Turned about x by `degrees`."""
    half = np.deg2rad(degrees) / 2
    return [np.cos(half), np.sin(half), 0, 0]


LINKS: tuple[tuple[Part, ...], ...] = (
    (  # base: foot plate with two clamp tabs, motor holder, controller board behind
        (BOX, [0.045, 0.034, 0.004], [0.012, 0, 0.004], UPRIGHT, YELLOW), (BOX, [0.014, 0.055, 0.003], [0.0, 0, 0.003], UPRIGHT, YELLOW),
        (BOX, [0.012, 0.0155, 0.026], [0.012, 0, 0.030], UPRIGHT, YELLOW), (BOX, [0.028, 0.0175, 0.012], [0.026, 0, 0.018], UPRIGHT, YELLOW),
        (BOX, [0.0226, 0.01235, 0.0175], [0.0263, 0, 0.0437], UPRIGHT, BLACK), (BOX, [0.0025, 0.03, 0.026], [-0.031, 0, 0.034], UPRIGHT, YELLOW),
        (BOX, [0.003, 0.022, 0.018], [-0.0365, 0, 0.036], UPRIGHT, BLACK), (BOX, [0.02, 0.012, 0.003], [-0.012, 0, 0.054], UPRIGHT, YELLOW),
        (CYLINDER, [0.0115, 0.002, 0], [0.0388, 0, 0.0625], UPRIGHT, METAL),
    ),
    (  # shoulder: turntable, servo of the lift and its holder
        (CYLINDER, [0.021, 0.0035, 0], [0, 0, 0.0065], UPRIGHT, YELLOW), (BOX, [0.024, 0.0165, 0.004], [0.022, 0, 0.0145], UPRIGHT, YELLOW),
        (BOX, [0.01235, 0.0175, 0.0226], [0.0304, 0, 0.0417], UPRIGHT, BLACK), (BOX, [0.0145, 0.0190, 0.008], [0.0304, 0, 0.0260], UPRIGHT, YELLOW),
        (BOX, [0.0025, 0.0195, 0.024], [0.0155, 0, 0.038], UPRIGHT, YELLOW), (CYLINDER, [0.0105, 0.0205, 0], [0.0304, 0, 0.0542], ALONG_Y, METAL),
    ),
    (  # upper arm: fork on the shoulder's servo, beam, servo of the elbow
        (CYLINDER, [0.0060, 0.0262, 0], [0, 0, 0], ALONG_Y, BLACK),
        (CYLINDER, [0.0135, 0.0025, 0], [0, 0.0225, 0], ALONG_Y, YELLOW), (CYLINDER, [0.0135, 0.0025, 0], [0, -0.0225, 0], ALONG_Y, YELLOW),
        (BOX, [0.0115, 0.0021, 0.024], [-0.001, 0.0225, 0.024], UPRIGHT, YELLOW), (BOX, [0.0115, 0.0021, 0.024], [-0.001, -0.0225, 0.024], UPRIGHT, YELLOW),
        (BOX, [0.0115, 0.025, 0.0045], [-0.001, 0, 0.044], UPRIGHT, YELLOW), (BOX, [0.0105, 0.0155, 0.031], [-0.001, 0, 0.074], UPRIGHT, YELLOW),
        (BOX, [0.0226, 0.0175, 0.01235], [0.0155, 0, 0.1126], UPRIGHT, BLACK), (BOX, [0.0070, 0.0190, 0.0145], [-0.0020, 0, 0.1126], UPRIGHT, YELLOW),
        (CYLINDER, [0.0105, 0.0205, 0], [0.028, 0, 0.1126], ALONG_Y, METAL),
    ),
    (  # forearm: the same the other way round
        (CYLINDER, [0.0060, 0.0262, 0], [0, 0, 0], ALONG_Y, BLACK),
        (CYLINDER, [0.0135, 0.0025, 0], [0, 0.0225, 0], ALONG_Y, YELLOW), (CYLINDER, [0.0135, 0.0025, 0], [0, -0.0225, 0], ALONG_Y, YELLOW),
        (BOX, [0.0235, 0.0021, 0.0115], [0.0235, 0.0225, 0.001], UPRIGHT, YELLOW), (BOX, [0.0235, 0.0021, 0.0115], [0.0235, -0.0225, 0.001], UPRIGHT, YELLOW),
        (BOX, [0.0045, 0.025, 0.0115], [0.045, 0, 0.001], UPRIGHT, YELLOW), (BOX, [0.029, 0.0145, 0.0095], [0.076, 0, 0.003], UPRIGHT, YELLOW),
        (BOX, [0.0226, 0.0175, 0.01235], [0.1224, 0, 0.0052], UPRIGHT, BLACK), (BOX, [0.0070, 0.0190, 0.0145], [0.1050, 0, 0.0052], UPRIGHT, YELLOW),
        (CYLINDER, [0.0105, 0.0205, 0], [0.1349, 0, 0.0052], ALONG_Y, METAL),
    ),
    (  # wrist: fork, servo of the roll across it
        (CYLINDER, [0.0060, 0.0262, 0], [0, 0, 0], ALONG_Y, BLACK),
        (CYLINDER, [0.0135, 0.0025, 0], [0, 0.0225, 0], ALONG_Y, YELLOW), (CYLINDER, [0.0135, 0.0025, 0], [0, -0.0225, 0], ALONG_Y, YELLOW),
        (BOX, [0.014, 0.0021, 0.0115], [0.012, 0.0225, 0], UPRIGHT, YELLOW), (BOX, [0.014, 0.0021, 0.0115], [0.012, -0.0225, 0], UPRIGHT, YELLOW),
        (BOX, [0.0025, 0.025, 0.0115], [0.0235, 0, 0], UPRIGHT, YELLOW), (BOX, [0.0165, 0.0226, 0.01235], [0.0425, 0.0123, 0], UPRIGHT, BLACK),
        (BOX, [0.0070, 0.0245, 0.0140], [0.0325, 0.0123, 0], UPRIGHT, YELLOW), (CYLINDER, [0.0105, 0.0015, 0], [0.0598, 0, 0], ALONG_X, METAL),
    ),
)  # fmt: skip

HAND: tuple[Part, ...] = (
    (CYLINDER, [0.0165, 0.003, 0], [0, 0, 0.003], UPRIGHT, YELLOW), (BOX, [0.0195, 0.0255, 0.003], [0, 0.005, 0.0085], UPRIGHT, YELLOW),
    (BOX, [0.0175, 0.0226, 0.01235], [0, 0.0077, 0.0245], UPRIGHT, BLACK), (BOX, [0.0195, 0.003, 0.016], [0, -0.0185, 0.024], UPRIGHT, YELLOW),
    (BOX, [0.0195, 0.012, 0.008], [0, -0.0075, 0.016], UPRIGHT, YELLOW), (CYLINDER, [0.0105, 0.0205, 0], [0, 0.0202, 0.0234], ALONG_X, METAL),
    # camera and its bracket
    (BOX, [0.018, 0.009, 0.002], [0.036, 0.0, 0.010], UPRIGHT, YELLOW), (BOX, [0.004, 0.016, 0.013], [0.0555, 0.0, 0.011], _leaning(-24.0), BLACK),
    (CYLINDER, [0.0062, 0.004, 0], [0.0560, 0.0, 0.019], _leaning(-24.0), LENS),
)  # fmt: skip
FIXED_JAW: tuple[Part, ...] = (  # in the frame of `finger_right`: z along the finger, 0 at its tip, y away from the other jaw
    (BOX, [0.0105, 0.0028, 0.0120], [0, 0.0066, -0.0123], UPRIGHT, YELLOW), (BOX, [0.0135, 0.0034, 0.0130], [0, 0.0074, -0.0360], UPRIGHT, YELLOW),
    (BOX, [0.0165, 0.0036, 0.0130], [0, 0.0086, -0.0560], _tilted(4.0), YELLOW), (BOX, [0.0188, 0.0036, 0.0120], [0, 0.0099, -0.0745], UPRIGHT, YELLOW),
)  # fmt: skip
MOVING_JAW: tuple[Part, ...] = (  # in the frame of `finger_left`, the same with its y away from the fixed jaw
    (BOX, [0.0105, 0.0028, 0.0120], [0, 0.0066, -0.0123], UPRIGHT, YELLOW), (BOX, [0.0135, 0.0034, 0.0130], [0, 0.0076, -0.0360], UPRIGHT, YELLOW),
    (BOX, [0.0243, 0.0046, 0.0065], [0, 0.0086, -0.0530], _tilted(-20.0), YELLOW),
)  # fmt: skip
HORN_LEAN = _tilted(-39.5)
HORNS: tuple[Part, ...] = (  # about the moving jaw's hinge, in the frame of `finger_left`: out, then along the finger
    (CYLINDER, [0.0060, 0.0252, 0], [0, 0, 0], ALONG_X, BLACK),
    (CYLINDER, [0.0130, 0.0022, 0], [0.0223, 0, 0], ALONG_X, YELLOW), (CYLINDER, [0.0130, 0.0022, 0], [-0.0223, 0, 0], ALONG_X, YELLOW),
    (BOX, [0.0019, 0.0085, 0.0180], [0.0223, 0.0108, 0.0132], HORN_LEAN, YELLOW), (BOX, [0.0019, 0.0085, 0.0180], [-0.0223, 0.0108, 0.0132], HORN_LEAN, YELLOW),
)  # fmt: skip


def _add(body: mujoco.MjsBody, parts: tuple[Part, ...]) -> None:
    for kind, size, position, quat, colour in parts:
        body.add_geom(type=kind, size=size, pos=position, quat=quat, rgba=colour, group=2, density=0, contype=0, conaffinity=0)


def add_link_look(body: mujoco.MjsBody, index: int) -> None:
    """The shell of link `index`, 0 (base) to 4 (wrist)."""
    _add(body, LINKS[index])


def add_hand_look(hand: mujoco.MjsBody) -> None:
    _add(hand, HAND)


def add_fixed_jaw_look(finger: mujoco.MjsBody) -> None:
    _add(finger, FIXED_JAW)


def add_moving_jaw_look(finger: mujoco.MjsBody, hinge: np.ndarray) -> None:
    """`hinge` (3,) in the finger's frame [m]."""
    _add(finger, MOVING_JAW)
    _add(finger, tuple((kind, size, (hinge + position).tolist(), quat, colour) for kind, size, position, quat, colour in HORNS))
