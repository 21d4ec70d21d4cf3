"""Calibration pictures: the board's corners in each, or the reason why a picture is of no use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ...core.errors import HomebodyError
from .board import DICTIONARIES, BoardConfig, _dictionary, make_board

SUFFIXES = (".png", ".jpg", ".jpeg")
MAX_PIXELS = 64_000_000
MAX_PICTURES = 2000


@dataclass(frozen=True, kw_only=True)
class PictureConfig:
    """Which pictures are good enough."""

    min_corners: int = 8
    """Corners of the board that must be seen."""
    max_blur_px: float = 6.0
    """Widest edge between a black and a white square [pixels]; sharp ones are 1 to 2."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture. OpenCV's pixel coordinates: the centre of the top left pixel is (0, 0)."""

    name: str
    size: tuple[int, int]
    """Width, height [pixels]."""
    ids: np.ndarray
    """(n,) which corners of the board."""
    corners: np.ndarray
    """(n, 2) where they are [pixels]."""
    board: np.ndarray
    """(n, 3) the same corners on the board [m]."""
    blur_px: float
    """Width of the squares' edges [pixels]."""
    reason: str = ""
    """Why it is not used; empty where it is."""


def list_pictures(folder: Path) -> list[Path]:
    """The folder's pictures by name."""
    if not folder.is_dir():
        raise HomebodyError(f"no folder {folder}")
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    if not paths:
        raise HomebodyError(f"{folder} holds no picture ({', '.join(SUFFIXES)})")
    if len(paths) > MAX_PICTURES:
        raise HomebodyError(f"{folder} holds {len(paths)} pictures: expected at most {MAX_PICTURES}, 15 to 30 are plenty")
    return paths


def read_grey(path: Path) -> np.ndarray | None:
    """(height, width) uint8, None where it is no picture."""
    try:
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        return None
    return image if image is not None and image.size <= MAX_PIXELS else None


def _blur(image: np.ndarray, corners: np.ndarray, ids: np.ndarray, columns: int) -> float:
    """Median width [pixels] of the black-to-white edges half-way between neighbouring corners: contrast over steepest slope."""
    at = {int(i): c for i, c in zip(ids, corners, strict=True)}
    widths = []
    for i, a in at.items():
        for step in (1, columns - 1):
            b = at.get(i + step)
            if b is None or (step == 1 and (i + 1) % (columns - 1) == 0):
                continue
            along = b - a
            length = float(np.linalg.norm(along))
            across = np.array([-along[1], along[0]]) / max(length, 1e-9)
            # To the white margin around the next marker, no further.
            reach = np.arange(-0.12 * length, 0.12 * length, 0.25)
            if len(reach) < 8:
                continue
            line = ((a + b) / 2 + reach[:, None] * across).astype(np.float32)
            profile = cv2.remap(image, line[None, :, 0], line[None, :, 1], cv2.INTER_LINEAR)[0].astype(np.float64)
            slope = np.abs(profile[4:] - profile[:-4]).max()  # over one pixel
            contrast = profile.max() - profile.min()
            if contrast > 20:
                widths.append(contrast / max(slope, 1e-6))
    return float(np.median(widths)) if widths else 0.0


def find_corners(
    name: str, image: np.ndarray | None, config: BoardConfig, limits: PictureConfig, detector: cv2.aruco.CharucoDetector
) -> Picture:
    """The board in one picture."""
    empty = {"ids": np.zeros(0, np.int64), "corners": np.zeros((0, 2)), "board": np.zeros((0, 3)), "blur_px": 0.0}
    if image is None:
        return Picture(name=name, size=(0, 0), reason="cannot be read as a picture", **empty)
    size = (image.shape[1], image.shape[0])
    found, ids, _, marker_ids = detector.detectBoard(image)
    markers = 0 if marker_ids is None else len(marker_ids)
    if found is None or ids is None or len(ids) == 0:
        return Picture(name=name, size=size, reason=f"no board: {markers} markers of {config.dictionary}, no corner between them", **empty)
    ids, corners = ids.reshape(-1).astype(np.int64), found.reshape(-1, 2).astype(np.float64)
    board = np.asarray(make_board(config).getChessboardCorners(), dtype=np.float64)[ids]
    blur = _blur(image, corners, ids, config.columns)
    reason = ""
    spread = np.linalg.svd(board[:, :2] - board[:, :2].mean(axis=0), compute_uv=False)
    if len(ids) < limits.min_corners:
        reason = f"{len(ids)} of {config.corner_count} corners, expected {limits.min_corners} or more"
    elif spread[1] < config.square_mm / 1000:
        reason = "its corners lie in one line"
    elif blur > limits.max_blur_px:
        reason = f"blurred: edges are {blur:.1f} pixels wide, expected at most {limits.max_blur_px:g}"
    return Picture(name=name, size=size, ids=ids, corners=corners, board=board, blur_px=blur, reason=reason)


def find_all(paths: list[Path], config: BoardConfig, limits: PictureConfig) -> list[Picture]:
    """The board in every picture; pictures of another size than most are left out. Raises where none shows the board."""
    detector = cv2.aruco.CharucoDetector(make_board(config))
    pictures = [find_corners(p.name, read_grey(p), config, limits, detector) for p in paths]
    sizes = [p.size for p in pictures if p.size != (0, 0)]
    if not sizes:
        raise HomebodyError(f"none of the {len(paths)} pictures can be read, the first is {paths[0]}")
    if not any(len(p.ids) for p in pictures):
        raise HomebodyError(f"no picture shows the {config.name}: {_what_else(paths, config)}")
    usual = max(set(sizes), key=sizes.count)
    for i, p in enumerate(pictures):
        if p.size != usual and not p.reason:
            pictures[i] = _with_reason(p, f"its size is {p.size[0]}x{p.size[1]}, most are {usual[0]}x{usual[1]}")
    return pictures


def _with_reason(picture: Picture, reason: str) -> Picture:
    return Picture(**(vars(picture) | {"reason": reason}))


def _what_else(paths: list[Path], config: BoardConfig) -> str:
    """What the first pictures show instead, for the error."""
    images = [image for image in map(read_grey, paths[:2]) if image is not None]
    best, seen = "", 0
    # The largest set of a family holds the smaller ones.
    for name in (n for n in DICTIONARIES if not n[0].isdigit() or n.endswith("_1000")):
        detector = cv2.aruco.ArucoDetector(_dictionary(name))
        ids = [np.ravel(i) for i in (detector.detectMarkers(image)[1] for image in images) if i is not None]
        count = sum(map(len, ids))
        if count > seen:
            best, seen = f"markers of {name.removesuffix('_1000')} with numbers up to {max(i.max() for i in ids)}", count
    if not seen:
        return "no marker of any known set in the first pictures"
    return f"the first pictures show {best}, this board has {config.dictionary} up to {config.marker_count - 1}; check --board and --dictionary"
