"""Made-up episodes that several tests train on."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core.instructions import all_goals
from homebody.core.kinematics import Q_HOME, forward
from homebody.core.marks import ACT, MARK_DIM, PLACE
from homebody.datasets.sampler import TrainingArrays


@pytest.fixture(scope="session")
def arrays() -> TrainingArrays:
    """40 made-up episodes of 12 frames whose target is a bright patch in both pictures."""
    rng = np.random.default_rng(0)
    episodes, length = 40, 12
    n = episodes * length
    asked = tuple(tuple(all_goals()[k] for k in rng.permutation(len(all_goals()))[:3]) for _ in range(episodes))
    points = np.repeat(rng.uniform([0.3, -0.2, 0.0], [0.6, 0.2, 0.1], (episodes, 3, 3)), length, 0)  # (n, goals, 3)
    marks = np.zeros((n, 3, MARK_DIM), np.float32)
    marks[..., ACT] = marks[..., PLACE] = points
    scene = np.zeros((n, 16, 16, 3), np.uint8)
    pixels = np.full((n, 2, 3, 2, 2), 10.0, np.float32)
    for t in range(n):
        x, y = ((points[t, 0, :2] - [0.3, -0.2]) / [0.3, 0.4] * 12).astype(int)
        scene[t, y : y + 4, x : x + 4] = 255
        centre = (np.array([x, y]) + 2) / 8 - 1
        pixels[t, :, 0] = np.array([centre, centre * [1, -1]])[:, None]
    joints = Q_HOME + rng.uniform(-0.2, 0.2, (n, 7))
    T = forward(joints)
    proprio = np.concatenate([joints, np.zeros((n, 7)), np.full((n, 1), 0.08), T[:, :3, 3], T[:, :3, 0], T[:, :3, 1]], 1).astype(np.float32)
    action = np.concatenate([joints + 0.02, np.ones((n, 1))], 1).astype(np.float32)
    return TrainingArrays(
        scene=scene, wrist=scene[:, ::-1].copy(), tactile=np.zeros((n, 2, 3, 8, 8), np.float16), proprio=proprio, action=action,
        intervention=np.ones(n, bool), marks=marks, pixels=pixels, starts=np.arange(episodes + 1) * length, asked=asked,
        success=np.ones(episodes, bool),
    )  # fmt: skip
