"""Made-up episodes that several tests train on."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core.instructions import all_goals
from homebody.core.kinematics import Q_HOME, forward
from homebody.core.types import POINTS, goal_points
from homebody.datasets.sampler import TrainingArrays


@pytest.fixture(scope="session")
def arrays() -> TrainingArrays:
    """40 made-up episodes of 12 frames whose target is a bright patch in both pictures."""
    rng = np.random.default_rng(0)
    episodes, length = 40, 12
    n = episodes * length
    points = rng.uniform([0.3, -0.2, 0.0], [0.6, 0.2, 0.1], (n, len(POINTS), 3)).astype(np.float32)
    points[:] = np.repeat(points[::length], length, 0)
    goals = tuple(all_goals()[rng.integers(len(all_goals()))] for _ in range(episodes))
    scene = np.zeros((n, 16, 16, 3), np.uint8)
    pixels = np.full((n, 2, len(POINTS), 2), 10.0, np.float32)
    for t in range(n):
        target = goal_points(goals[t // length])[0]
        x, y = ((points[t, target, :2] - [0.3, -0.2]) / [0.3, 0.4] * 12).astype(int)
        scene[t, y : y + 4, x : x + 4] = 255
        centre = (np.array([x, y]) + 2) / 8 - 1
        pixels[t, :, target] = [centre, centre * [1, -1]]
    joints = Q_HOME + rng.uniform(-0.2, 0.2, (n, 7))
    T = forward(joints)
    proprio = np.concatenate([joints, np.zeros((n, 7)), np.full((n, 1), 0.08), T[:, :3, 3], T[:, :3, 0], T[:, :3, 1]], 1).astype(np.float32)
    action = np.concatenate([joints + 0.02, np.ones((n, 1))], 1).astype(np.float32)
    return TrainingArrays(
        scene=scene, wrist=scene[:, ::-1].copy(), tactile=np.zeros((n, 2, 3, 8, 8), np.float16), proprio=proprio, action=action,
        intervention=np.ones(n, bool), points=points, pixels=pixels, starts=np.arange(episodes + 1) * length, goals=goals,
        success=np.ones(episodes, bool),
    )  # fmt: skip
