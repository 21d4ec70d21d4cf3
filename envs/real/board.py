"""The ChArUco board that cameras are calibrated with: its geometry, and a print at true scale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ...core.errors import HomebodyError, shown, unknown
from ...core.files import writing

DICTIONARIES = tuple(
    n.removeprefix("DICT_") for n in dir(cv2.aruco) if re.fullmatch(r"DICT_(\d+X\d+_\d+|ARUCO_ORIGINAL|APRILTAG_\d+h\d+)", n)
)
PIXELS_PER_MM = 12
MAX_SIDE = 5_000
"""Pixels of a print, at most: boards as large as walls are printed coarser."""
MARGIN_MM = 12.0
MM_PER_INCH = 25.4
A3_MM = 420.0
"""Long side of a sheet; larger pages get larger letters, which a coarser print can draw."""


@dataclass(frozen=True, kw_only=True)
class BoardConfig:
    """A chessboard with markers in its white squares."""

    columns: int = 7
    """Squares along x."""
    rows: int = 5
    """Squares along y."""
    square_mm: float = 30.0
    """Side of a square, as measured on the print [mm]."""
    marker_mm: float = 22.0
    """Side of a marker, as measured on the print [mm]."""
    dictionary: str = "4X4_50"
    """OpenCV's name of the marker set."""

    def __post_init__(self) -> None:
        if self.dictionary not in DICTIONARIES:
            raise unknown("dictionary", self.dictionary, DICTIONARIES)
        if not (3 <= self.columns <= 40 and 3 <= self.rows <= 40):
            raise HomebodyError(f"a board of {self.columns}x{self.rows} squares: expected 3x3 to 40x40")
        if not 1 <= self.square_mm <= 1000:
            raise HomebodyError(f"squares of {self.square_mm:g} mm: expected 1 to 1000")
        if not 0.3 * self.square_mm <= self.marker_mm < self.square_mm:
            raise HomebodyError(f"markers of {self.marker_mm:g} mm in squares of {self.square_mm:g} mm: expected 0.3 to 1 of the square")
        have = len(_dictionary(self.dictionary).bytesList)
        if self.marker_count > have:
            raise HomebodyError(f"a {self.columns}x{self.rows} board needs {self.marker_count} markers, {self.dictionary} has {have}")

    @property
    def marker_count(self) -> int:
        return self.columns * self.rows // 2

    @property
    def corner_count(self) -> int:
        return (self.columns - 1) * (self.rows - 1)

    @property
    def name(self) -> str:
        return f"{self.columns}x{self.rows} board of {self.dictionary}, squares {self.square_mm:g} mm, markers {self.marker_mm:g} mm"


def parse_size(text: str) -> tuple[int, int]:
    """`7x5` -> (7, 5): columns, rows."""
    match = re.fullmatch(r"(\d{1,3})[xX×](\d{1,3})", text.strip())
    if not match:
        raise HomebodyError(f"--board {shown(text)!r}: expected COLUMNSxROWS in squares, such as 7x5")
    return int(match[1]), int(match[2])


def _dictionary(name: str) -> cv2.aruco.Dictionary:
    return cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{name}"))


def make_board(config: BoardConfig) -> cv2.aruco.CharucoBoard:
    """OpenCV's board in metres: origin at a corner, x along the columns, y along the rows, z into the board."""
    size = (config.columns, config.rows)
    return cv2.aruco.CharucoBoard(size, config.square_mm / 1000, config.marker_mm / 1000, _dictionary(config.dictionary))


def board_image(config: BoardConfig, pixels_per_mm: float = PIXELS_PER_MM) -> np.ndarray:
    """The board without a margin, (height, width) uint8."""
    square = round(config.square_mm * pixels_per_mm)
    return make_board(config).generateImage((config.columns * square, config.rows * square), marginSize=0)


def print_board(config: BoardConfig, path: Path) -> tuple[float, float]:
    """Writes the board as PDF or PNG at true scale, with a ruler below; returns the page's width and height [mm]."""
    from matplotlib.figure import Figure

    if path.suffix.lower() not in (".pdf", ".png"):
        raise HomebodyError(f"--print-board {path}: expected a name that ends in .pdf or .png")
    board = (config.columns * config.square_mm, config.rows * config.square_mm)
    page = (board[0] + 2 * MARGIN_MM, board[1] + 3 * MARGIN_MM)
    per_mm = min(PIXELS_PER_MM, MAX_SIDE / max(page))
    figure = Figure(figsize=(page[0] / MM_PER_INCH, page[1] / MM_PER_INCH))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, page[0]), ylim=(0, page[1]))
    axes.axis("off")
    left, bottom = MARGIN_MM, 2 * MARGIN_MM
    axes.imshow(board_image(config, per_mm), cmap="gray", vmin=0, vmax=255, interpolation="nearest", aspect="auto",
                extent=(left, left + board[0], bottom, bottom + board[1]))  # fmt: skip
    axes.set(xlim=(0, page[0]), ylim=(0, page[1]))
    ruler = min(100.0, 10 * (board[0] // 10))
    axes.plot([left, left + ruler], [MARGIN_MM, MARGIN_MM], color="k", lw=0.8)
    for x in np.arange(0, ruler + 1, 10):
        axes.plot([left + x, left + x], [MARGIN_MM, MARGIN_MM + 2], color="k", lw=0.8)
    axes.text(
        left,
        MARGIN_MM - 1,
        f"{ruler:g} mm. Print at 100 %, glue it flat, measure it. {config.name}",
        fontsize=7 * max(1.0, max(page) / A3_MM),
        va="top",
    )
    with writing(path) as part:
        figure.savefig(part, dpi=per_mm * MM_PER_INCH)
    return page
