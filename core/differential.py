"""Differential kinematics of any arm: the joint step for a small step of the tool."""

from __future__ import annotations

import numpy as np

NUDGE_DAMPING = 0.05
"""Of the pseudo-inverse in `nudged`: bounds joint steps near singular poses (Nakamura and Hanafusa 1986)."""


def damped_step(J: np.ndarray, twist: np.ndarray, damping: float, home: np.ndarray | None = None) -> np.ndarray:
    """Joint step (B, n) for a tool step `twist` (B, 6) under a Jacobian (B, 6, n); `home` (B, n) is taken in the null space alone
    (Liegeois 1977)."""
    J_pinv = J.transpose(0, 2, 1) @ np.linalg.inv(J @ J.transpose(0, 2, 1) + np.eye(6) * damping**2)  # (B, n, 6)
    step = (J_pinv @ twist[..., None])[..., 0]
    return step if home is None else step + (home - (J_pinv @ (J @ home[..., None]))[..., 0])
