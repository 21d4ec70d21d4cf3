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


END_LOOKS = 4
"""How often a step is looked at for joints that come to their ends."""


def step_inside(
    q: np.ndarray,
    J: np.ndarray,
    twist: np.ndarray,
    damping: float,
    home: np.ndarray | None,
    most: float,
    bounds: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Joints (B, n) after a damped step from `q` towards a tool step, no joint by more than `most` [rad] and all within `bounds` (n,) each.
    A joint that would pass its end stays there and the others do the work (Baerlocher and Boulic 2004): an arm whose joints were cut off
    at their ends swings about."""
    low, high = bounds
    free, moved = np.ones_like(q), q
    for _ in range(END_LOOKS):
        step = damped_step(J * free[:, None], twist, damping, None if home is None else free * home)
        moved = q + np.clip(step, -most, most)
        past = (free > 0) & ((moved < low) | (moved > high))
        if not past.any():
            break
        free[past] = 0.0
    return np.clip(moved, low, high)
