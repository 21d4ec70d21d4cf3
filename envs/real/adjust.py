"""Bundle adjustment of a camera and an arm: lens, camera, board and every tool pose, by reprojection error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ...core.errors import HomebodyError
from .hand_eye import inverse, rigid, vector

LENS = 9
"""fx, fy, cx, cy, k1, k2, p1, p2, k3."""
STEP = 1e-6


@dataclass(frozen=True, kw_only=True)
class ArmAccuracy:
    """How exact the tool poses are, one standard deviation."""

    position_mm: float = 0.5
    """[mm]"""
    rotation_deg: float = 0.05
    """[degrees]"""

    def __post_init__(self) -> None:
        for name in ("position_mm", "rotation_deg"):
            if not 1e-4 <= getattr(self, name) <= 50:
                raise HomebodyError(f"the arm's {name} is {getattr(self, name)}: expected 0.0001 to 50")


@dataclass(frozen=True, kw_only=True)
class Views:
    """n pictures."""

    board: Sequence[np.ndarray]
    """(k, 3) corners on the board [m]."""
    corners: Sequence[np.ndarray]
    """(k, 2) corners in the picture [pixels]."""
    M: np.ndarray
    """(n, 4, 4) of `hand_eye`."""
    inverted: bool
    """M holds inverse tool poses: a correction of the tool stands on the other side."""


@dataclass(frozen=True, kw_only=True)
class Adjusted:
    """The optimum."""

    matrix: np.ndarray
    distortion: np.ndarray
    lens_sd: np.ndarray
    """(9,), 0 where fixed."""
    X: np.ndarray
    Y: np.ndarray
    camera_sd: tuple[float, float]
    """X's position [mm] and rotation [degrees], the worst direction."""
    C: np.ndarray
    """(n, 4, 4) T_camera_board."""
    pose_off: np.ndarray
    """(n, 6) correction of each tool pose: rotation vector [rad], translation [m], in the tool's frame."""


class _Bundle:
    """Residuals of the unknowns: `free` numbers of the lens, X (6), Y (6), then a correction (6) of each pose."""

    def __init__(self, views: Views, lens: np.ndarray, free: int, X: np.ndarray, Y: np.ndarray, sigma_px: float, arm: ArmAccuracy) -> None:
        self.views, self.lens, self.free, self.X, self.Y, self.sigma_px = views, lens, free, X, Y, sigma_px
        self.sigma_pose = np.array([np.deg2rad(arm.rotation_deg)] * 3 + [arm.position_mm / 1000] * 3)
        self.shared = free + 12
        # Units in which a step of 1 moves corners by pixels: focal lengths in thousandths, poses in milliradians and millimetres.
        self.unit = np.concatenate([np.where(np.arange(free) < 4, 1.0, 1e-2), np.full(12 + 6 * len(views.M), 1e-3)])
        ends = np.cumsum([2 * len(c) + 6 for c in views.corners])
        self.rows = [slice(e - 2 * len(c) - 6, e) for e, c in zip(ends, views.corners, strict=True)]

    def unpack(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Lens (9,), X, Y (4, 4), corrections (n, 6). X and Y are small motions from their start."""
        x = x * self.unit
        lens = self.lens.copy()
        lens[: self.free] += x[: self.free]
        a = x[self.free : self.shared]
        return lens, self.X @ rigid(a[:3], a[3:6]), self.Y @ rigid(a[6:9], a[9:]), x[self.shared :].reshape(-1, 6)

    def camera_board(self, x: np.ndarray) -> np.ndarray:
        """T_camera_board (n, 4, 4)."""
        _, X, Y, off = self.unpack(x)
        out = []
        for M, o in zip(self.views.M, off, strict=True):
            D = rigid(o[:3], o[3:])
            out.append(inverse(X) @ (inverse(D) @ M if self.views.inverted else M @ D) @ Y)
        return np.array(out)

    def residual(self, x: np.ndarray) -> np.ndarray:
        lens, _, _, off = self.unpack(x)
        matrix, distortion = camera_matrix(lens), lens[4:]
        parts = []
        for b, c, T, o in zip(self.views.board, self.views.corners, self.camera_board(x), off, strict=True):
            v = vector(T)
            expected = cv2.projectPoints(b, v[:3], v[3:], matrix, distortion)[0].reshape(-1, 2)
            parts += [(expected - c).ravel() / self.sigma_px, o / self.sigma_pose]
        return np.concatenate(parts)

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Central differences; one pose's correction moves its own picture only, so all pictures share six differences."""
        n = len(self.views.M)
        J = np.zeros((self.rows[-1].stop, len(x)))
        for j in range(self.shared):
            e = np.zeros(len(x))
            e[j] = STEP**0.5
            J[:, j] = (self.residual(x + e) - self.residual(x - e)) / (2 * e[j])
        for k in range(6):
            e = np.zeros(len(x))
            e[self.shared + k :: 6] = STEP**0.5
            d = (self.residual(x + e) - self.residual(x - e)) / (2 * STEP**0.5)
            for i in range(n):
                J[self.rows[i], self.shared + 6 * i + k] = d[self.rows[i]]
        return J


def camera_matrix(lens: np.ndarray) -> np.ndarray:
    """fx, fy, cx, cy, ... -> (3, 3)."""
    return np.array([[lens[0], 0, lens[2]], [0, lens[1], lens[3]], [0, 0, 1.0]])


def adjust(views: Views, lens: np.ndarray, free: int, X: np.ndarray, Y: np.ndarray, sigma_px: float, arm: ArmAccuracy) -> Adjusted:
    """From a start near the optimum: `lens` (9,), of which the first `free` are unknown, and X, Y of `hand_eye`."""
    from scipy.optimize import least_squares

    bundle = _Bundle(views, lens, free, X, Y, sigma_px, arm)
    start = np.zeros(bundle.shared + 6 * len(views.M))
    jacobian: Any = bundle.jacobian  # SciPy's annotation knows the names of its own alone
    try:
        found = least_squares(bundle.residual, start, jac=jacobian, x_scale="jac", xtol=1e-7, ftol=1e-9, max_nfev=100)
    except (ValueError, np.linalg.LinAlgError) as error:
        raise HomebodyError(
            f"no camera explains pictures and tool poses together ({str(error)[:120]}): check the poses, and --square-mm"
        ) from error
    degrees_of_freedom = max(1, len(found.fun) - len(start))
    inflation = max(1.0, float(found.fun @ found.fun) / degrees_of_freedom)
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * inflation * np.outer(bundle.unit, bundle.unit)
    out, X, Y, off = bundle.unpack(found.x)
    sd = np.zeros(LENS)
    sd[:free] = np.sqrt(np.diag(covariance)[:free])
    rotation, position = covariance[free : free + 3, free : free + 3], covariance[free + 3 : free + 6, free + 3 : free + 6]
    worst = [float(np.sqrt(np.linalg.eigvalsh(c)[-1])) for c in (position, rotation)]
    return Adjusted(
        matrix=camera_matrix(out), distortion=out[4:], lens_sd=sd, X=X, Y=Y, camera_sd=(1000 * worst[0], float(np.rad2deg(worst[1]))),
        C=bundle.camera_board(found.x), pose_off=off,
    )  # fmt: skip
