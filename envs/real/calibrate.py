"""Camera calibration from pictures of a ChArUco board: the lens, and where the camera is on the hand or beside the arm.

Three steps: OpenCV's calibration of the lens and of each picture's board pose; hand-eye in closed form; then one
bundle adjustment over the lens, the camera, the board and a small correction of every tool pose, since arms place their
tool to half a millimetre while corners are found to a tenth of a pixel. Camera frames are OpenCV's: x right, y down, z forwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import cv2
import numpy as np

from ...core.errors import HomebodyError
from .adjust import ArmAccuracy, Views, adjust
from .hand_eye import angle_rad, board_scale, inverse, rigid, rotation_spread_deg, solve_hand_eye, vector
from .pictures import Picture
from .slips import check_finite, check_poses, far_or_near

Mode = Literal["intrinsics", "hand-eye", "fixed"]
Distortion = Literal["none", "four", "five"]
LEAST_PICTURES = {"intrinsics": 6, "hand-eye": 6, "fixed": 6}
COVERAGE_GRID = 5
WORST_PX, WORST_POSE_MM = 2.0, 10.0
"""Beyond these a result is not to be trusted."""


@dataclass(frozen=True, kw_only=True)
class Lens:
    """A pinhole with Brown's distortion; pixel coordinates as OpenCV's, (0, 0) in the middle of the first pixel."""

    size: tuple[int, int]
    """Width, height [pixels]."""
    matrix: np.ndarray
    """(3, 3)"""
    distortion: np.ndarray
    """(5,) k1, k2, p1, p2, k3."""

    @property
    def fovy_deg(self) -> float:
        return float(2 * np.rad2deg(np.arctan(self.size[1] / 2 / self.matrix[1, 1])))


@dataclass(frozen=True, kw_only=True)
class CalibrateConfig:
    """What is solved for."""

    mode: Mode = "hand-eye"
    """`intrinsics`: the lens. `hand-eye`: also T_tool_camera. `fixed`: also T_base_camera, with the board on the hand."""
    distortion: Distortion = "four"
    """`none`, `four` (k1, k2, p1, p2) or `five` (also k3, for wide lenses)."""
    arm: ArmAccuracy = field(default_factory=ArmAccuracy)
    """How far the tool poses can be trusted."""
    lens: Lens | None = None
    """Known lens, kept as it is."""


@dataclass(frozen=True, kw_only=True)
class View:
    """One picture's share of the result."""

    name: str
    corners: int
    error_px: float
    """Root mean square distance of the corners from where they are expected [pixels]."""
    residual: np.ndarray
    """(n, 2) found minus expected [pixels]."""
    T_camera_board: np.ndarray
    """(4, 4)"""
    pose_off_mm: float = 0.0
    """How far the tool pose was corrected [mm]."""
    pose_off_deg: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The result. T_a_b turns coordinates in frame b into frame a."""

    mode: Mode
    lens: Lens
    lens_sd: np.ndarray | None
    """(9,) standard deviations of fx, fy, cx, cy, k1, k2, p1, p2, k3; 0 where kept fixed; None for a given lens."""
    camera: np.ndarray | None
    """T_tool_camera or T_base_camera (4, 4); None for `intrinsics`."""
    board: np.ndarray | None
    """T_base_board or T_tool_board (4, 4)."""
    camera_sd: tuple[float, float] | None
    """Standard deviations of the camera's position [mm] and rotation [degrees], the worst direction."""
    views: Sequence[View]
    rejected: dict[str, str]
    """Picture -> why it was not used."""
    warnings: Sequence[str]
    coverage: float
    """Share of a 5 x 5 grid over the picture in which corners were seen."""
    error_px: float
    """Root mean square over all corners [pixels]."""
    trusted: bool
    """False where pictures and tool poses contradict each other, or no lens fits the corners."""


def _lens_flags(distortion: Distortion) -> int:
    fixed = cv2.CALIB_FIX_K3
    if distortion == "none":
        fixed |= cv2.CALIB_FIX_K1 | cv2.CALIB_FIX_K2 | cv2.CALIB_ZERO_TANGENT_DIST
    return 0 if distortion == "five" else fixed


def _solve_lens(pictures: Sequence[Picture], config: CalibrateConfig) -> tuple[Lens, np.ndarray | None, np.ndarray]:
    """The lens, its standard deviations (9,), and T_camera_board (n, 4, 4)."""
    board = [p.board.astype(np.float32) for p in pictures]
    corners = [p.corners.astype(np.float32) for p in pictures]
    if config.lens is not None:
        if config.lens.size != pictures[0].size:
            raise HomebodyError(f"the given lens is for {config.lens.size} pixels, the pictures have {pictures[0].size}")
        poses = []
        for b, c in zip(board, corners, strict=True):
            _, r, t = cv2.solvePnP(b, c, config.lens.matrix, config.lens.distortion)
            poses.append(rigid(r, t))
        return config.lens, None, np.array(poses)
    nothing: Any = None  # no guess of the lens; OpenCV's annotation wants one
    try:
        found = cv2.calibrateCameraExtended(board, corners, pictures[0].size, nothing, nothing, flags=_lens_flags(config.distortion))
    except cv2.error as error:
        raise HomebodyError(f"the lens cannot be solved from these pictures: {str(error)[:120]}") from None
    _, matrix, distortion, rotations, translations, deviations = found[:6]
    lens = Lens(size=pictures[0].size, matrix=matrix, distortion=np.resize(np.ravel(distortion)[:5], 5))
    width = pictures[0].size[0]
    if not (np.isfinite(matrix).all() and 0.1 * width < matrix[0, 0] < 100 * width):
        raise HomebodyError(
            f"the lens cannot be solved: a focal length of {matrix[0, 0]:.0f} pixels; tilt the board more, fill the picture"
        )
    poses = np.array([rigid(r, t) for r, t in zip(rotations, translations, strict=True)])
    check_finite("the lens", lens.distortion, deviations, poses)
    return lens, np.ravel(deviations)[:9], poses


def _errors(pictures: Sequence[Picture], lens: Lens, C: np.ndarray) -> list[np.ndarray]:
    """Found minus expected corners of each picture, (n, 2) [pixels]."""
    out = []
    for p, T in zip(pictures, C, strict=True):
        v = vector(T)
        expected = cv2.projectPoints(p.board, v[:3], v[3:], lens.matrix, lens.distortion)[0].reshape(-1, 2)
        out.append(p.corners - expected)
    return out


def _rms(residual: np.ndarray) -> float:
    return float(np.sqrt((residual**2).sum(axis=-1).mean()))


def _drop_misfits(
    pictures: list[Picture], config: CalibrateConfig, rejected: dict[str, str]
) -> tuple[list[Picture], Lens, np.ndarray | None, np.ndarray]:
    """Solves the lens; pictures whose corners fit no lens are rejected, the worst first."""
    while True:
        lens, sd, C = _solve_lens(pictures, config)
        errors = np.array([_rms(r) for r in _errors(pictures, lens, C)])
        worst = int(errors.argmax())
        if errors[worst] < max(1.0, 4 * float(np.median(errors))) or len(pictures) <= LEAST_PICTURES[config.mode]:
            return pictures, lens, sd, C
        rejected[pictures[worst].name] = f"its corners are {errors[worst]:.1f} pixels from where the others' lens puts them"
        pictures = [p for i, p in enumerate(pictures) if i != worst]


def _start(M: np.ndarray, C: np.ndarray, names: list[str], rejected: dict[str, str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, Y in closed form, and which pictures agree (n,) bool: poses far off the others are rejected, the worst first."""
    keep = np.ones(len(M), bool)
    while True:
        X, Y = solve_hand_eye(M[keep], C[keep])
        gaps = [inverse(m @ Y) @ X @ c for m, c in zip(M, C, strict=True)]
        mm = np.array([1000 * np.linalg.norm(g[:3, 3]) for g in gaps])
        degrees = np.rad2deg([angle_rad(g[:3, :3]) for g in gaps])
        size = mm / max(10.0, 4 * float(np.median(mm[keep]))) + degrees / max(1.5, 4 * float(np.median(degrees[keep])))
        worst = int(np.where(keep, size, -1).argmax())
        if size[worst] < 1 or keep.sum() <= LEAST_PICTURES["hand-eye"]:
            return X, Y, keep
        keep[worst] = False
        rejected[names[worst]] = f"its tool pose is {mm[worst]:.0f} mm and {degrees[worst]:.1f} degrees off what the other pictures say"


def coverage(pictures: Sequence[Picture]) -> float:
    """Share of the grid's cells that hold a corner."""
    width, height = pictures[0].size
    points = np.concatenate([p.corners for p in pictures])
    cells = np.clip((points / [width, height] * COVERAGE_GRID).astype(int), 0, COVERAGE_GRID - 1)
    return len(np.unique(cells, axis=0)) / COVERAGE_GRID**2


def _lens_warnings(pictures: Sequence[Picture], C: np.ndarray, errors: list[np.ndarray]) -> list[str]:
    out = []
    covered = coverage(pictures)
    if covered < 0.6:
        out.append(f"corners cover {100 * covered:.0f} % of the picture: show the board in its corners and at its edges too")
    tilts = np.rad2deg([np.arccos(np.clip(abs(T[2, 2]), 0, 1)) for T in C])
    if np.ptp(tilts) < 15:
        out.append(
            f"the board's tilt varies by {np.ptp(tilts):.0f} degrees: tilt it by 20 to 45 degrees in several pictures, or the focal length is poor"
        )
    overall = _rms(np.concatenate(errors))
    if overall > 1:
        out.append(
            f"the error of {overall:.2f} pixels is large: is the board flat, is its size right, does the lens need --distortion five?"
        )
    out += far_or_near(pictures, C)
    if len(pictures) < 10:
        out.append(f"{len(pictures)} pictures were used: 15 to 30 are better")
    return out


def calibrate(found: Sequence[Picture], config: CalibrateConfig, poses: dict[str, np.ndarray] | None = None) -> Calibration:
    """Calibrates from the pictures that `find_all` found; `poses` are T_base_tool (4, 4) by picture name."""
    rejected = {p.name: p.reason for p in found if p.reason}
    pictures = [p for p in found if not p.reason]
    if config.mode != "intrinsics":
        if poses is None:
            raise HomebodyError(f"mode {config.mode} needs the tool's pose for each picture")
        rejected |= {p.name: "no pose of the tool" for p in pictures if p.name not in poses}
        pictures = [p for p in pictures if p.name in poses]
    _enough(pictures, found, rejected, config.mode)
    pictures, lens, lens_sd, C = _drop_misfits(pictures, config, rejected)
    if config.mode == "intrinsics":
        errors = _errors(pictures, lens, C)
        views = [
            View(name=p.name, corners=len(p.ids), error_px=_rms(e), residual=e, T_camera_board=T)
            for p, e, T in zip(pictures, errors, C, strict=True)
        ]
        return Calibration(
            mode=config.mode, lens=lens, lens_sd=lens_sd, camera=None, board=None, camera_sd=None, views=views, rejected=rejected,
            warnings=_lens_warnings(pictures, C, errors), coverage=coverage(pictures), error_px=_rms(np.concatenate(errors)),
            trusted=_rms(np.concatenate(errors)) < WORST_PX,
        )  # fmt: skip
    assert poses is not None
    return _with_arm(pictures, lens, lens_sd, C, np.array([poses[p.name] for p in pictures]), rejected, config)


def _enough(pictures: Sequence[Picture], found: Sequence[Picture], rejected: dict[str, str], mode: Mode) -> None:
    if len(pictures) < LEAST_PICTURES[mode]:
        why = "; ".join(f"{n}: {r}" for n, r in list(rejected.items())[:3])
        raise HomebodyError(
            f"{len(pictures)} of {len(found)} pictures are of use, expected {LEAST_PICTURES[mode]} or more ({why or 'take more'})"
        )


def _with_arm(
    pictures: list[Picture],
    lens: Lens,
    lens_sd: np.ndarray | None,
    C: np.ndarray,
    T: np.ndarray,
    rejected: dict[str, str],
    config: CalibrateConfig,
) -> Calibration:
    """Hand-eye and the adjustment of everything."""
    first, second = rotation_spread_deg(T)
    if second < 2:
        raise HomebodyError(
            f"the tool turns by {first:.1f} degrees about one axis and by {second:.1f} about a second (rms): the camera's place cannot be told; "
            "turn the hand by 15 degrees or more about two different axes"
        )
    inverses = np.array([inverse(t) for t in T])
    M, other = (T, inverses) if config.mode == "fixed" else (inverses, T)
    check_poses(pictures, config.mode, M, other, C, WORST_POSE_MM)
    X, Y, keep = _start(M, C, [p.name for p in pictures], rejected)
    pictures, M, C = [p for p, k in zip(pictures, keep, strict=True) if k], M[keep], C[keep]
    lens_errors = _errors(pictures, lens, C)
    free = {"none": 4, "four": 8, "five": 9}[config.distortion] if config.lens is None else 0
    start = np.concatenate([[lens.matrix[0, 0], lens.matrix[1, 1], lens.matrix[0, 2], lens.matrix[1, 2]], lens.distortion])
    sigma_px = max(0.02, _rms(np.concatenate(lens_errors)) / np.sqrt(2))
    views = Views(board=[p.board for p in pictures], corners=[p.corners for p in pictures], M=M, inverted=config.mode != "fixed")
    result = adjust(views, start, free, X, Y, sigma_px, config.arm)
    lens = replace(lens, matrix=result.matrix, distortion=result.distortion)
    errors = _errors(pictures, lens, result.C)
    check_finite("the camera's place", result.X, result.Y, result.camera_sd, *errors)
    if _rms(np.concatenate(errors)) > max(lens.size):
        raise HomebodyError(
            f"pictures and tool poses contradict each other: the best camera is off by {_rms(np.concatenate(errors)):.3g} pixels; check which "
            "pose belongs to which picture, and --square-mm"
        )
    off = result.pose_off
    warnings = _lens_warnings(pictures, result.C, errors)
    if second < 10:
        warnings.append(f"the tool turns by {second:.0f} degrees only about its second axis (rms): turn the hand more, about two axes")
    rms_mm = float(1000 * np.sqrt((off[:, 3:] ** 2).sum(axis=1).mean()))
    if rms_mm > 3 * config.arm.position_mm:
        scale, _ = board_scale(M, C, X)
        why = f"is the board {scale:.3f} times as large as stated" if abs(scale - 1) > 0.01 else "did the arm stand still, is it calibrated"
        warnings.append(f"the tool poses agree with the pictures to {rms_mm:.1f} mm only: {why}?")
    return Calibration(
        mode=config.mode, lens=lens, lens_sd=None if free == 0 else result.lens_sd if lens_sd is not None else None, camera=result.X, board=result.Y,
        camera_sd=result.camera_sd, rejected=rejected, warnings=warnings, coverage=coverage(pictures), error_px=_rms(np.concatenate(errors)),
        trusted=_rms(np.concatenate(errors)) < WORST_PX and rms_mm < WORST_POSE_MM,
        views=[
            View(
                name=p.name, corners=len(p.ids), error_px=_rms(e), residual=e, T_camera_board=c,
                pose_off_mm=float(1000 * np.linalg.norm(o[3:])), pose_off_deg=float(np.rad2deg(np.linalg.norm(o[:3]))),
            )
            for p, e, c, o in zip(pictures, errors, result.C, off, strict=True)
        ],
    )  # fmt: skip
