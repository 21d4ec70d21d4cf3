"""Calibration pictures: the board's corners in each, or the reason why a picture is of no use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
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

    def __post_init__(self) -> None:
        if self.min_corners < 4:
            raise HomebodyError(f"min_corners is {self.min_corners}: expected 4 or more")
        if not 1 <= self.max_blur_px <= 1000:
            raise HomebodyError(f"max_blur_px is {self.max_blur_px:g}: expected 1 to 1000 pixels")


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
    if folder.is_file():
        raise HomebodyError(f"{folder} is a file: expected a folder of pictures")
    if not folder.is_dir():
        raise HomebodyError(f"no folder {folder}")
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    if not paths:
        raise HomebodyError(f"{folder} holds no picture ({', '.join(SUFFIXES)})")
    if len(paths) > MAX_PICTURES:
        raise HomebodyError(f"{folder} holds {len(paths)} pictures: expected at most {MAX_PICTURES}, 15 to 30 are plenty")
    return paths


def _is_whole(data: bytes) -> bool:
    """Whether a PNG or JPEG has its end: OpenCV fills up what is missing of a file that was cut off."""
    if data.startswith(b"\xff\xd8"):
        return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")  # the end follows the last scan
    return b"IEND" in data[-64:] or not data.startswith(b"\x89PNG")


def read_grey(path: Path) -> np.ndarray | None:
    """(height, width) uint8, None where it is no picture or a part of one. Deeper pictures are spread over the range of 8 bits."""
    data = path.read_bytes()
    if not data or not _is_whole(data):
        return None
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong is said once, by the caller
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        return None
    finally:
        cv2.utils.logging.setLogLevel(level)
    if image is None or image.size > MAX_PIXELS:
        return None
    if image.dtype != np.uint8:
        low, high = float(image.min()), float(image.max())
        return ((image - low) * (255.0 / max(high - low, 1e-9))).astype(np.uint8)
    return image


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
        return Picture(name=name, size=(0, 0), reason="cannot be read as a picture, or is cut off", **empty)
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
    """The board in every picture; pictures of another size than most, and copies, are left out. Raises where none shows the board."""
    if limits.min_corners > config.corner_count:
        raise HomebodyError(f"min_corners is {limits.min_corners}: expected at most {config.corner_count}, all of the {config.name}")
    detector = cv2.aruco.CharucoDetector(make_board(config))
    pictures, first = [], {}
    for path in paths:
        image = read_grey(path)
        picture = find_corners(path.name, image, config, limits, detector)
        same = first.setdefault(hashlib.sha256(image.tobytes()).digest(), path.name) if image is not None else path.name
        pictures.append(picture if same == path.name or picture.reason else _with_reason(picture, f"the same picture as {same}"))
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
    return replace(picture, reason=reason)


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
