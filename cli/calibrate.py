"""`homebody calibrate`: a camera's lens and its place on the hand or beside the arm, from pictures of a ChArUco board."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tyro

from ..core.errors import HomebodyError
from .outputs import JsonPath, MaybeFile, OutFolder, write_json

if TYPE_CHECKING:
    from ..envs.real.board import BoardConfig
    from ..envs.real.calibrate import CalibrateConfig
    from ..envs.real.pictures import PictureConfig

Mode = Literal["intrinsics", "hand-eye", "fixed"]


def calibrate(
    folder: tyro.conf.Positional[Path | None] = None,
    *,
    out: OutFolder = Path("out/calibrate"),
    mode: Mode = "hand-eye",
    board: str = "7x5",
    square_mm: float = 30.0,
    marker_mm: float = 22.0,
    dictionary: str = "4X4_50",
    print_board: MaybeFile = None,
    rehearse: bool = False,
    intrinsics: Path | None = None,
    distortion: Literal["none", "four", "five"] = "four",
    arm_mm: float = 0.5,
    arm_deg: float = 0.05,
    min_corners: int = 8,
    max_blur_px: float = 6.0,
    json_path: JsonPath = None,
) -> int:
    """Calibrates a camera from a folder of pictures of a ChArUco board.

    The folder holds .png or .jpg pictures and, but for --mode intrinsics, poses.csv with the tool's pose in the base frame for
    each: file, x, y, z [m], qw, qx, qy, qz (or poses.json with 4 x 4 matrices by file name). Take 15 to 30 pictures at rest,
    the board tilted by up to 45 degrees in all directions, near the picture's edges too, the hand turned about two axes or more.

    Args:
        folder: The pictures and the tool poses.
        out: Folder for calibration.json, errors.png and the annotated pictures.
        mode: `hand-eye`: camera on the hand, board lying still. `fixed`: camera beside the arm, board on the hand. `intrinsics`: the lens alone.
        board: Squares of the board, COLUMNSxROWS.
        square_mm: Side of a square, measured on the print [mm].
        marker_mm: Side of a marker, measured on the print [mm].
        dictionary: Marker set, OpenCV's name.
        print_board: Write the board to print to this .pdf or .png, and stop.
        rehearse: Fill FOLDER with pictures of a simulated board first, the truth in truth.json: to try all this without a camera.
        intrinsics: Keep the lens of this calibration.json.
        distortion: Lens model: `none`, `four` numbers, or `five` for wide lenses.
        arm_mm: How exact the tool's positions are, one standard deviation [mm].
        arm_deg: How exact its rotations are [degrees].
        min_corners: Corners that a picture must show.
        max_blur_px: Widest edge of a square before a picture counts as blurred [pixels].
        json_path: Write the content of calibration.json there too.
    """
    from ..envs.real.adjust import ArmAccuracy
    from ..envs.real.calibrate import CalibrateConfig
    from ..envs.real.calibrate_report import read_lens
    from ..envs.real.pictures import PictureConfig

    config = _board(board, square_mm, marker_mm, dictionary)
    if print_board is not None:
        return _print(config, print_board)
    if folder is None:
        raise HomebodyError("give a folder of pictures, or --print-board board.pdf to make the board")
    arm = ArmAccuracy(position_mm=arm_mm, rotation_deg=arm_deg)
    settings = CalibrateConfig(mode=mode, distortion=distortion, arm=arm, lens=read_lens(intrinsics) if intrinsics else None)
    limits = PictureConfig(min_corners=min_corners, max_blur_px=max_blur_px)
    if rehearse:
        _rehearse(folder, config, mode)
    return _solve(folder, config, settings, limits, out, json_path)


def _board(size: str, square_mm: float, marker_mm: float, dictionary: str) -> BoardConfig:
    from ..envs.real.board import BoardConfig, parse_size

    columns, rows = parse_size(size)
    return BoardConfig(columns=columns, rows=rows, square_mm=square_mm, marker_mm=marker_mm, dictionary=dictionary)


def _print(board: BoardConfig, path: Path) -> int:
    from ..envs.real.board import print_board

    width, height = print_board(board, path)
    print(f"{path}: {board.name}, a page of {width:.0f} x {height:.0f} mm; print at 100 %, glue it on something flat, measure a square")
    return 0


def _solve(folder: Path, board: BoardConfig, settings: CalibrateConfig, limits: PictureConfig, out: Path, json_path: Path | None) -> int:
    """Calibrates from the pictures, writes the result; the exit code."""
    from ..envs.real.calibrate import calibrate as solve
    from ..envs.real.calibrate_report import calibration_to_json, draw_pictures, plot_errors, table
    from ..envs.real.pictures import find_all, list_pictures
    from ..envs.real.poses import read_poses

    paths = list_pictures(folder)
    poses = None if settings.mode == "intrinsics" else read_poses(folder, [p.name for p in paths])
    found = find_all(paths, board, limits)
    result = solve(found, settings, poses)
    for line in table(result):
        print(line)
    for path in (out / "calibration.json", json_path):
        write_json(path, calibration_to_json(result))
    plot_errors(result, found, out / "errors.png")
    draw_pictures(result, found, folder, out / "pictures", axis_m=2 * board.square_mm / 1000)
    print(f"written: {out / 'calibration.json'}, {out / 'errors.png'}, {out / 'pictures'}/")
    return 0 if result.trusted else 1


def _rehearse(folder: Path, board: BoardConfig, mode: Mode) -> None:
    from ..envs.real.rehearsal import PictureTruth, rehearse_pictures
    from .doctor import require_gl

    require_gl()
    truth = PictureTruth(mode="hand-eye" if mode == "intrinsics" else mode)
    rehearse_pictures(folder, board, truth)
    print(f"{folder}: {truth.count} pictures of a simulated board, tool poses with {truth.arm_mm:g} mm of error, the truth in truth.json")


COMMANDS = {"calibrate": calibrate}
