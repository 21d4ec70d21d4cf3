"""Procedural meshes: surfaces of revolution for what people see; contacts use primitives."""

from __future__ import annotations

import mujoco
import numpy as np

SEGMENTS = 18


def add_lathe(spec: mujoco.MjSpec, name: str, profile: list[tuple[float, float]]) -> None:
    """A mesh that turns `profile`, points (radius, height) [m], about the z axis.

    Seen with the axis upwards and the radius to the right, the solid lies to the right of the path.
    """
    angles = np.linspace(0, 2 * np.pi, SEGMENTS, endpoint=False)
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    vertices = np.concatenate([np.column_stack([r * ring, np.full(SEGMENTS, z)]) for r, z in profile])
    faces = []
    for k in range(len(profile) - 1):
        for j in range(SEGMENTS):
            a, b = k * SEGMENTS + j, k * SEGMENTS + (j + 1) % SEGMENTS
            faces += [(a, b + SEGMENTS, b), (a, a + SEGMENTS, b + SEGMENTS)]
    mesh = spec.add_mesh(name=name)
    mesh.uservert = vertices.ravel().tolist()
    mesh.userface = np.array(faces).ravel().tolist()
    mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL


MUG = [(1e-4, 0.004), (0.031, 0.004), (0.032, 0.085), (0.036, 0.085), (0.036, 0.004), (0.033, 0.0), (1e-4, 0.0)]
BOWL = [
    (1e-4, 0.008),
    (0.045, 0.009),
    (0.063, 0.028),
    (0.070, 0.055),
    (0.075, 0.055),
    (0.070, 0.028),
    (0.050, 0.002),
    (0.03, 0.0),
    (1e-4, 0.0),
]
BOTTLE = list(reversed([
    (1e-4, 0.0), (0.028, 0.0), (0.030, 0.004), (0.030, 0.115), (0.027, 0.130), (0.015, 0.142), (0.013, 0.150), (0.013, 0.172),
    (0.0131, 0.185), (1e-4, 0.185),
]))  # fmt: skip
APPLE = list(reversed([
    (1e-4, -0.028), (0.010, -0.032), (0.024, -0.026), (0.034, -0.006), (0.035, 0.008), (0.029, 0.024), (0.017, 0.032), (0.008, 0.030),
    (1e-4, 0.024),
]))  # fmt: skip
