"""Kinematics of any arm that is a chain of hinges: forward, Jacobian, damped-least-squares inverse, batched in NumPy.

For arms from outside, which bring no formulas of their own (`kinematics.py` and `so101.py` are those of the shipped arms). The chain is
written down as the model is built: where each joint's body stands in the one before, and its axis, all frames parallel at zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .differential import NUDGE_DAMPING, crossed, damped_step, step_inside
from .errors import HomebodyError
from .kinematics import rotation_error, rotation_from_vector

INSIDE_RAD = 0.02
"""The inverse keeps joints this far off their limits."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Chain:
    """An arm of n hinges; its methods are what `robots.Robot` asks for under the same names."""

    offsets: np.ndarray
    """(n, 3) where each joint's frame stands in the one before at zero, the first in the base's [m]."""
    axes: np.ndarray
    """(n, 3) unit vectors about which the joints turn."""
    T_last_tcp: np.ndarray
    """(4, 4) the tool in the last joint's frame: z out of the hand, y along the fingers' travel."""
    q_min: np.ndarray
    """(n,) [rad]"""
    q_max: np.ndarray
    q_home: np.ndarray
    """(n,) where joints that are left over are drawn to [rad]."""

    def __post_init__(self) -> None:
        n = len(self.offsets)
        shapes = {"offsets": (n, 3), "axes": (n, 3), "T_last_tcp": (4, 4), "q_min": (n,), "q_max": (n,), "q_home": (n,)}
        for name, shape in shapes.items():
            if np.shape(getattr(self, name)) != shape:
                raise HomebodyError(f"{name} of a chain of {n} joints has shape {np.shape(getattr(self, name))}: expected {shape}")
        if not np.allclose(np.linalg.norm(self.axes, axis=1), 1.0):
            raise HomebodyError(f"axes of a chain have lengths {np.linalg.norm(self.axes, axis=1).tolist()}: expected unit vectors")

    def _frames(self, q: np.ndarray) -> np.ndarray:
        """q (B, n) -> frames of the joints and the tool in the base frame (B, n + 1, 4, 4)."""
        n = len(self.offsets)
        T, out = np.tile(np.eye(4), (len(q), 1, 1)), np.empty((len(q), n + 1, 4, 4))
        for j in range(n):
            step = np.tile(np.eye(4), (len(q), 1, 1))
            step[:, :3, :3] = rotation_from_vector(q[:, j : j + 1] * self.axes[j])
            step[:, :3, 3] = self.offsets[j]
            T = out[:, j] = T @ step
        out[:, n] = T @ self.T_last_tcp
        return out

    def forward(self, q: np.ndarray) -> np.ndarray:
        """q (..., n) [rad] -> T_base_tcp (..., 4, 4) [m]."""
        q = np.asarray(q, np.float64)
        return self._frames(q.reshape(-1, q.shape[-1]))[:, -1].reshape(*q.shape[:-1], 4, 4)

    def jacobian(self, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """q (B, n) -> T_base_tcp (B, 4, 4) and the geometric Jacobian (B, 6, n), linear [m/rad] above angular."""
        frames = self._frames(np.asarray(q, np.float64))
        axis = np.einsum("bjxy,jy->bjx", frames[:, :-1, :3, :3], self.axes)  # (B, n, 3)
        linear = crossed(axis, frames[:, -1:, :3, 3] - frames[:, :-1, :3, 3])
        return frames[:, -1], np.concatenate([linear, axis], axis=-1).transpose(0, 2, 1)

    def _home(self, q: np.ndarray, posture: float) -> np.ndarray | None:
        """`posture` of the way home (B, n); None where there is none."""
        return posture * (self.q_home - q) if posture else None

    def inverse(self, T_goal: np.ndarray, q_start: np.ndarray, *, iterations: int = 8, damping: float = 0.02, posture: float = 0.02,
                max_step: float = 0.3) -> np.ndarray:  # fmt: skip
        """T_goal (B, 4, 4), q_start (B, n) -> q (B, n) inside the limits, the best iterate of damped least squares (Nakamura and
        Hanafusa 1986)."""
        q, bounds = np.array(q_start, np.float64), (self.q_min + INSIDE_RAD, self.q_max - INSIDE_RAD)
        for _ in range(iterations):
            T, J = self.jacobian(q)
            error = np.concatenate([T_goal[:, :3, 3] - T[:, :3, 3], rotation_error(T[:, :3, :3], T_goal[:, :3, :3])], axis=-1)
            q = step_inside(q, J, error, damping, self._home(q, posture if q.shape[1] > 6 else 0.0), max_step, bounds)
        return q

    def nudged(self, q: np.ndarray, twist: np.ndarray, posture: float = 0.0) -> np.ndarray:
        """q (B, n), a small tool motion (B, 6) [m, rad] in the base frame -> q (B, n) after it, to first order; see `Robot.nudged`."""
        q = np.asarray(q, np.float64)
        step = damped_step(self.jacobian(q)[1], np.asarray(twist, np.float64), NUDGE_DAMPING, self._home(q, posture))
        return np.clip(q + step, self.q_min, self.q_max)
