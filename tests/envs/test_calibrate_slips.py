"""Slips in what `calibrate` is given: sizes, units, orders, broken pictures; each is named in one line, and no result is half a number."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from homebody.cli.main import main
from homebody.core.errors import HomebodyError
from homebody.envs.real.board import BoardConfig, board_image, parse_size, print_board
from homebody.envs.real.calibrate import CalibrateConfig, Calibration, calibrate
from homebody.envs.real.calibrate_report import read_lens
from homebody.envs.real.pictures import PictureConfig, find_all, list_pictures, read_grey
from homebody.envs.real.poses import read_poses
from homebody.envs.real.rehearsal import PictureTruth, rehearse_pictures
from homebody.envs.real.slips import check_finite

BOARD = BoardConfig()
HEADER = "file,x,y,z,qw,qx,qy,qz"


@pytest.fixture(scope="module", params=["hand-eye", "fixed"])
def rehearsal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("pictures") / request.param
    rehearse_pictures(folder, BoardConfig(), PictureTruth(mode=request.param, count=9, seed=4))
    return folder, request.param


def solve(folder: Path, mode: str, board: BoardConfig = BOARD, poses: dict[str, np.ndarray] | None = None) -> Calibration:
    found = find_all(list_pictures(folder), board, PictureConfig())
    return calibrate(found, CalibrateConfig(mode=mode), poses or read_poses(folder, [p.name for p in found]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("square_mm", "said"),
    [
        (3.0, r"10 times larger than stated \(was it given in centimetres\?\): its squares measure 30 mm, not 3; expected --square-mm 30"),
        (30 / 25.4, r"25 times larger than stated \(was it given in inches\?\): its squares measure 30 mm, not 1.18"),
        (300.0, "10 times smaller than stated: its squares measure 30 mm, not 300"),
        (60.0, "2 times smaller than stated: its squares measure 30 mm, not 60"),
    ],
)
def test_a_board_of_quite_another_size_is_told_by_the_arm(rehearsal: tuple[Path, str], square_mm: float, said: str) -> None:
    folder, mode = rehearsal
    with pytest.raises(HomebodyError, match=said):
        solve(folder, mode, BoardConfig(square_mm=square_mm, marker_mm=square_mm * 22 / 30))


def test_quaternions_in_another_order_are_told_by_the_pictures(rehearsal: tuple[Path, str], tmp_path: Path) -> None:
    folder, mode = rehearsal
    shutil.copytree(folder, tmp_path / "p")
    rows = list(csv.reader((folder / "poses.csv").open()))
    swapped = [rows[0], *([*r[:4], *r[5:], r[4]] for r in rows[1:])]
    (tmp_path / "p" / "poses.csv").write_text("\n".join(map(",".join, swapped)))
    with pytest.raises(HomebodyError, match=r"with quaternions read as x, y, z, w to \d.* mm: expected w first, in the column qw"):
        solve(tmp_path / "p", mode)


def test_poses_of_other_pictures_end_in_words_not_in_nan(rehearsal: tuple[Path, str]) -> None:
    folder, mode = rehearsal
    poses = read_poses(folder, [p.name for p in list_pictures(folder)])
    names = sorted(poses)
    mixed = dict(zip(names, [poses[n] for n in np.random.default_rng(0).permutation(names)], strict=True))
    try:
        result = solve(folder, mode, poses=mixed)
    except HomebodyError as error:
        assert "contradict" in str(error) or "expected" in str(error) or "explains" in str(error)
    else:
        assert not result.trusted and np.isfinite(result.error_px)


def test_a_camera_very_near_the_board_is_warned_of_where_no_arm_tells() -> None:
    # the lens does not depend on the size, so that the result stands
    from homebody.envs.real.pictures import Picture
    from homebody.envs.real.slips import far_or_near

    board = np.array([[x, y, 0.0] for x in (0.003, 0.006) for y in (0.003, 0.006)])
    picture = Picture(name="a", size=(640, 480), ids=np.arange(4), corners=np.zeros((4, 2)), board=board, blur_px=1.0)
    T = np.eye(4)
    for z, warned in ((0.03, True), (0.4, False), (30.0, True)):
        T[2, 3] = z
        assert bool(far_or_near([picture], T[None])) == warned
    T[2, 3] = 0.03
    assert far_or_near([picture], T[None])[0].endswith("do its squares really measure 3 mm?")


def test_results_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(HomebodyError, match="the lens cannot be told from these pictures"):
        check_finite("the lens", np.ones(3), [1.0, float("nan")])


# --- pictures ---------------------------------------------------------------------------------------------------------
def test_broken_pictures_are_left_out_with_their_reason_and_odd_ones_are_read(rehearsal: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = rehearsal
    whole = (folder / "picture_00.png").read_bytes()
    grey = cv2.imread(str(folder / "picture_01.png"), cv2.IMREAD_GRAYSCALE)
    _, jpeg = cv2.imencode(".jpg", cv2.imread(str(folder / "picture_02.png")))
    files = {
        "a_empty.png": b"", "b_text.png": b"no picture", "c_cut.png": whole[: len(whole) // 2], "d_cut.jpg": jpeg.tobytes()[: len(jpeg) // 2],
        "e_whole.png": whole, "f_copy.png": whole, "g_whole.jpg": jpeg.tobytes(), "h_folder.png": None,
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).mkdir() if content is None else (tmp_path / name).write_bytes(content)
    cv2.imwrite(str(tmp_path / "i_deep.png"), grey.astype(np.uint16) * 16)  # 12 bits in 16
    cv2.imwrite(str(tmp_path / "j_alpha.png"), np.dstack([grey] * 3 + [np.full_like(grey, 255)]))
    cv2.imwrite(str(tmp_path / "k_small.png"), cv2.resize(grey, (320, 240)))
    cv2.imwrite(str(tmp_path / "l_wall.png"), np.full((480, 640), 90, np.uint8))
    reasons = {p.name[0]: p.reason for p in find_all(list_pictures(tmp_path), BoardConfig(), PictureConfig())}
    assert all("cannot be read as a picture, or is cut off" in reasons[n] for n in "abcd")
    assert reasons["e"] == "" == reasons["g"] == reasons["i"] and "h" not in reasons
    assert reasons["f"] == "the same picture as e_whole.png" and "320x240" in reasons["k"] and "no board" in reasons["l"]
    assert reasons["j"] in ("", "the same picture as i_deep.png")


def test_deep_pictures_are_spread_over_eight_bits(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint16) * 10, (40, 1))
    cv2.imwrite(str(tmp_path / "a.png"), ramp)
    image = read_grey(tmp_path / "a.png")
    assert image is not None and image.dtype == np.uint8 and (image.min(), image.max()) == (0, 255)


def test_nothing_but_broken_pictures_or_a_file_for_a_folder_are_refused(tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / f"{i}.png").write_bytes(b"")
    with pytest.raises(HomebodyError, match="none of the 3 pictures can be read"):
        find_all(list_pictures(tmp_path), BoardConfig(), PictureConfig())
    with pytest.raises(HomebodyError, match="is a file: expected a folder of pictures"):
        list_pictures(tmp_path / "0.png")
    with pytest.raises(HomebodyError, match="min_corners is 25: expected at most 24"):
        find_all(list_pictures(tmp_path), BoardConfig(), PictureConfig(min_corners=25))


# --- poses ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{HEADER}\na.png,0.1,0.2,0.3,1,0,0,0\n", f"{HEADER}\r\na.png,0.1,0.2,0.3,1,0,0,0\r\n\r\n",
        f"# arm 3\n{HEADER.replace(',', ', ')}\n\na.png, 0.1, 0.2, 0.3, 1, 0, 0, 0\n,,,,,,,\n", f"{HEADER},note\na.png,0.1,0.2,0.3,1,0,0,0,ok\n",
    ],
)  # fmt: skip
def test_pose_tables_are_read_as_spreadsheets_write_them(text: str, tmp_path: Path) -> None:
    (tmp_path / "poses.csv").write_text(text, encoding="utf-8", newline="")
    np.testing.assert_allclose(read_poses(tmp_path, ["a.png"])["a.png"][:3, 3], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}\n", "has a header and no line after it"), (f"{HEADER}\na.png,0,0,450,1,0,0,0\n", "450 m away: looks like millimetres, expected metres"),
        (f"{HEADER}\na.png,0,0,45,1,0,0,0\n", "looks like centimetres or inches"), (f"{HEADER}\na.png,0,0,0,0,0,0,0\n", "length is 0.000, expected 1"),
        (f"{HEADER}\na.png,0,0,0,90,0,180,0\n", "expected 1 .w, x, y, z, and no angles"), (f"{HEADER}\na.png,0,,0,1,0,0,0\n", "line 2: y is empty"),
        (HEADER.replace(",", ";"), "separated by semicolons"), ("a.png,0,0,0,1,0,0,0\n", "its first line holds numbers .a.png, 0"),
        (f"{HEADER}\nb.png,0,0,0,1,0,0,0\n", "names none of the 1 pictures .it has b.png"),
    ],
)  # fmt: skip
def test_slips_in_pose_tables_are_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "poses.csv").write_text(text)
    with pytest.raises(HomebodyError, match=message):
        read_poses(tmp_path, ["a.png"])


def test_poses_in_json_with_a_mark_or_with_nan(tmp_path: Path) -> None:
    content = json.dumps({"a.png": {"position": [0.1, 0.2, 0.3], "quaternion": [1, 0, 0, 0]}})
    (tmp_path / "poses.json").write_text("\ufeff" + content, encoding="utf-8")
    assert set(read_poses(tmp_path, ["a.png"])) == {"a.png"}
    (tmp_path / "poses.json").write_text(content.replace("0.1", "NaN"))
    with pytest.raises(HomebodyError, match="all finite"):
        read_poses(tmp_path, ["a.png"])


# --- boards, lenses, options ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["7", "7x", "x5", "7x5x2", "-7x5", "7.5x5", "", "7 by 5"])
def test_a_board_is_columns_by_rows(text: str) -> None:
    with pytest.raises(HomebodyError, match="expected COLUMNSxROWS in squares, such as 7x5"):
        parse_size(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(columns=0), "0x5 squares: expected 3x3"), (dict(square_mm=-30), "squares of -30 mm"), (dict(square_mm=float("nan")), "squares of nan mm"),
        (dict(marker_mm=30), "expected 0.3 to 1 of the square"), (dict(marker_mm=float("nan")), "markers of nan mm"),
    ],
)  # fmt: skip
def test_boards_that_cannot_be_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(HomebodyError, match=message):
        BoardConfig(**options)  # type: ignore[arg-type]


def test_a_board_as_large_as_a_wall_is_printed_coarser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homebody.envs.real.board.MAX_SIDE", 900)
    config = BoardConfig(columns=4, rows=3, square_mm=1000, marker_mm=700)
    width, height = print_board(config, tmp_path / "new" / "board.png")
    image = cv2.imread(str(tmp_path / "new" / "board.png"), cv2.IMREAD_GRAYSCALE)
    assert max(image.shape) <= 901 and image.shape[1] / image.shape[0] == pytest.approx(width / height, rel=1e-2)
    assert board_image(BoardConfig(), 4).shape == (600, 840)


@pytest.mark.parametrize("change", [{"width": float("inf")}, {"width": 0}, {"fx": float("nan")}, {"fy": -1.0}, {"k1": "x"}])
def test_a_lens_that_is_none_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    lens = {"fx": 500.0, "fy": 500.0, "cx": 320.0, "cy": 240.0, "k1": 0, "k2": 0, "p1": 0, "p2": 0, "k3": 0, "width": 640, "height": 480}
    (tmp_path / "c.json").write_text(json.dumps({"intrinsics": lens}))
    assert read_lens(tmp_path / "c.json").size == (640, 480)
    (tmp_path / "c.json").write_text(json.dumps({"intrinsics": lens | change}))
    with pytest.raises(HomebodyError, match="holds no lens|the lens is not finite"):
        read_lens(tmp_path / "c.json")


def test_options_are_looked_at_before_a_rehearsal_writes_and_one_that_is_there_is_gone_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pictures"
    words = ["calibrate", str(folder), "--rehearse", "--out", str(tmp_path / "out")]
    for more in (["--arm-mm", "0"], ["--min-corners", "0"], ["--max-blur-px", "0"], ["--intrinsics", "none.json"], ["--board", "7"]):
        assert main([*words, *more]) == 2
        error = capsys.readouterr().err
        assert error.startswith("error: ") and error.count("\n") == 1 and list(tmp_path.iterdir()) == [], more

    from homebody.envs.real import rehearsal as module

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "_take_pictures", dies)
        assert main(words) == 130 and list(tmp_path.iterdir()) == [], "nothing half-written is left"
    truth = PictureTruth(count=6)
    rehearse_pictures(folder, BoardConfig(), truth)
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    rehearse_pictures(folder, BoardConfig(), truth)
    assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir()} == before
    with pytest.raises(HomebodyError, match="is not empty: a rehearsal writes to a new folder, or goes on with its own"):
        rehearse_pictures(folder, BoardConfig(), PictureTruth(count=6, seed=1))
