"""Differential kinematics of any arm: the joint step for a small step of the tool."""

from __future__ import annotations

import numpy as np

NUDGE_DAMPING = 0.05
"""Of the pseudo-inverse in `nudged`: bounds joint steps near singular poses (Nakamura and Hanafusa 1986)."""


_SIX = np.eye(6)
_NEXT, _LAST = [1, 2, 0], [2, 0, 1]


def crossed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross products (..., 3) of vectors (..., 3): `numpy.cross` without its preparations, which take most of its time on a few vectors."""
    return a[..., _NEXT] * b[..., _LAST] - a[..., _LAST] * b[..., _NEXT]


def damped_step(J: np.ndarray, twist: np.ndarray, damping: float, home: np.ndarray | None = None) -> np.ndarray:
    """Joint step (B, n) for a tool step `twist` (B, 6) under a Jacobian (B, 6, n); `home` (B, n) is taken in the null space alone
    (Liegeois 1977)."""
    Jt = J.transpose(0, 2, 1)
    left = twist[..., None] if home is None else twist[..., None] - J @ home[..., None]
    step = (Jt @ np.linalg.solve(J @ Jt + damping**2 * _SIX, left))[..., 0]
    return step if home is None else home + step


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
    free, moved = np.ones(q.shape, bool), q
    for _ in range(END_LOOKS):
        step = damped_step(J, twist, damping, home)
        moved = q + np.minimum(np.maximum(step, -most), most)
        past = free & ((moved < low) | (moved > high))
        if not past.any():
            break
        free &= ~past
        J, home = J * free[:, None], None if home is None else free * home
    return np.minimum(np.maximum(moved, low), high)
