"""Labels of a frame: where the goals of an episode are, in the base frame and in the pictures, and what of it can be seen."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from ..core.marks import Mark
from ..core.types import Goal
from .projection import camera_poses, project

MARKED = 6
"""Goals of an episode that are marked: its own, and others that its state allows."""
SEEN = np.array([1, 1, 1, 0, 0, 0], np.uint8)
"""Groups of geoms that pictures show."""
INSIDE_M = 0.05
"""A point this far behind a surface counts as seen: it lies inside the thing that is grasped there."""
OUT = 10.0
"""Picture coordinates are cut off here: far outside."""


def marked_goals(goal: Goal, valid: Sequence[Goal], most: int = MARKED) -> tuple[Goal, ...]:
    """At most `most` goals of an episode, its own first, the others spread evenly over those that its state allows."""
    others = [g for g in valid if g != goal]
    if len(others) > most - 1:
        others = [others[k * len(others) // (most - 1)] for k in range(most - 1)]
    return (goal, *others)


def sees(model: mujoco.MjModel, data: mujoco.MjData, eye: np.ndarray, point: np.ndarray) -> bool:
    """Whether nothing stands between two points (3,) of the world, but for INSIDE_M before the second."""
    way = point - eye
    distance, hit = float(np.linalg.norm(way)), np.zeros(1, np.int32)
    reach = mujoco.mj_ray(model, data, eye, way / distance, SEEN, 1, -1, hit)
    return reach < 0 or reach > distance - INSIDE_M


def frame_labels(
    marks: Sequence[Mark],
    T_world_base: np.ndarray,
    T_world_tool: np.ndarray,
    model: mujoco.MjModel,
    data: mujoco.MjData,
    cameras: Sequence[str],
    aspect: float,
    hand: str,
) -> dict[str, np.ndarray]:
    """The labels of one frame for marks in the world frame. data: the frame's computed state; hand: the body that cameras on the arm are on.

    `marks` (G, MARK_DIM) float32 in the base frame; `pixels` (cameras, G, 2, 2) float32, where the act point and the place appear, x right,
    y down, [-1, 1] inside; `visible` (cameras, G, 2) bool, whether they are in the picture and nothing hides them.
    Without cameras `marks` alone.
    """
    out = {"marks": np.stack([m.seen_from(T_world_base).vector() for m in marks])}
    if not cameras:
        return out
    points = np.array([(m.position, m.place) for m in marks]).reshape(-1, 3)  # (2 G, 3)
    pixels = np.zeros((len(cameras), len(points), 2), np.float32)
    visible = np.zeros((len(cameras), len(points)), bool)
    for c, name in enumerate(cameras):
        T = camera_poses(model, name, T_world_tool[None], hand)
        pixels[c] = np.clip(project(points[None], T, float(model.cam_fovy[model.camera(name).id]), aspect)[0], -OUT, OUT)
        inside = (np.abs(pixels[c]) < 1).all(-1)
        visible[c] = [bool(i) and sees(model, data, T[0, :3, 3], p) for i, p in zip(inside, points, strict=True)]
    shape = (len(cameras), len(marks), 2)
    return out | {"pixels": pixels.reshape(*shape, 2), "visible": visible.reshape(shape)}
