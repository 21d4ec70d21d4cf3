"""The likeliest slips in what `calibrate` is given, named: the board's size, the poses' units and order, the wrong mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...core.errors import HomebodyError
from ...core.kinematics import rotation_from_quaternion
from .hand_eye import board_scale, disagreement_mm, solve_hand_eye
from .pictures import Picture

MUCH_BETTER = 0.2
"""A reading that leaves this share of the disagreement is the right one."""
OTHER_SIZE = 1.5
"""Factor on the board's size beyond which nothing of the result would be of use; below it, a warning says so."""
UNITS = ((10.0, "centimetres"), (25.4, "inches"), (1000.0, "metres"))
"""Size of a unit that a board may be stated in by mistake [mm]."""
NEAR_M, FAR_M = 0.08, 8.0
"""Distances of a board that cameras of robots are seldom calibrated at."""


def check_finite(what: str, *values: object) -> None:
    """Raises HomebodyError where a result is no number: the pictures do not determine it."""
    if not all(np.isfinite(np.asarray(v, np.float64)).all() for v in values):
        raise HomebodyError(f"{what} cannot be told from these pictures: take more that differ, tilt the board, fill the picture")


def check_poses(pictures: Sequence[Picture], mode: str, M: np.ndarray, other: np.ndarray, C: np.ndarray, worst_mm: float) -> None:
    """Raises HomebodyError where another reading of the tool poses, or another size of the board, explains the pictures far better.

    M (n, 4, 4): the tool poses as `mode` takes them (hand_eye.py); other: as the other mode does. C (n, 4, 4): T_camera_board.
    """
    now = disagreement_mm(M, C)
    if now <= worst_mm:
        return
    elsewhere = disagreement_mm(other, C)
    if elsewhere < MUCH_BETTER * now:
        right = "hand-eye" if mode == "fixed" else "fixed"
        raise HomebodyError(f"the tool poses fit mode {mode} to {now:.0f} mm, mode {right} to {elsewhere:.1f} mm: use --mode {right}")
    tools = M if mode == "fixed" else other
    reordered = np.array([_scalar_last(t) for t in tools])
    swapped = disagreement_mm(reordered if mode == "fixed" else np.linalg.inv(reordered), C)
    if swapped < MUCH_BETTER * now:
        raise HomebodyError(
            f"the tool poses fit to {now:.0f} mm, with quaternions read as x, y, z, w to {swapped:.1f} mm: expected w first, in the column qw"
        )
    scale, left = board_scale(M, C, solve_hand_eye(M, C)[0])
    if left < MUCH_BETTER * now and scale > 0 and not 1 / OTHER_SIZE < scale < OTHER_SIZE:
        raise HomebodyError(_size_words(scale, _square_mm(pictures)))


def _scalar_last(T: np.ndarray) -> np.ndarray:
    """The pose (4, 4) whose quaternion was written x, y, z, w into columns that say w, x, y, z."""
    out = T.copy()
    w, x, y, z = _quaternion(T[:3, :3])
    out[:3, :3] = rotation_from_quaternion(np.array([z, w, x, y]))
    return out


def _quaternion(R: np.ndarray) -> np.ndarray:
    """Rotation (3, 3) -> unit quaternion (4,), w first, by the eigenvector of Bar-Itzhack's matrix."""
    (a, b, c), (d, e, f), (g, h, i) = R
    K = np.array([
        [a + e + i, h - f, c - g, d - b], [h - f, a - e - i, b + d, c + g], [c - g, b + d, e - a - i, f + h], [d - b, c + g, f + h, i - a - e],
    ])  # fmt: skip
    return np.linalg.eigh(K)[1][:, -1]


def _square_mm(pictures: Sequence[Picture]) -> float:
    """Side of the board's squares as stated [mm]: the smallest step between two of its corners."""
    steps = np.diff(np.unique(np.concatenate([p.board[:, 0] for p in pictures]).round(7)))
    return float(1000 * steps.min())


def _size_words(scale: float, square_mm: float) -> str:
    times = f"{scale:.2g} times larger" if scale > 1 else f"{1 / scale:.2g} times smaller"
    unit = next((f" (was it given in {name}?)" for size, name in UNITS if abs(scale / size - 1) < 0.05), "")
    return (
        f"by the tool poses the board is {times} than stated{unit}: its squares measure {scale * square_mm:.3g} mm, not {square_mm:.3g}; expected "
        f"--square-mm {scale * square_mm:.3g} and --marker-mm as measured on the print, and tool positions in metres"
    )


def far_or_near(pictures: Sequence[Picture], C: np.ndarray) -> list[str]:
    """A warning where the board seems to have been strangely near or far: its stated size gives all distances."""
    distance = float(np.median(C[:, 2, 3]))
    if NEAR_M < distance < FAR_M:
        return []
    return [f"the board seems to have been {distance:.3g} m away: do its squares really measure {_square_mm(pictures):.3g} mm?"]
