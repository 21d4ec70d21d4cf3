"""Laws of `calibrate`: planted cameras are found again from rendered boards, and bad pictures are refused with their reason."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.envs.real.board import BoardConfig, board_image, make_board, parse_size, print_board
from homebody.envs.real.calibrate import CalibrateConfig, Lens, calibrate
from homebody.envs.real.hand_eye import angle_rad, inverse, rigid, rotation_spread_deg, solve_hand_eye, vector
from homebody.envs.real.pictures import Picture, PictureConfig, find_all, list_pictures
from homebody.envs.real.poses import read_poses
from homebody.envs.real.rehearsal import BOARD, CAMERA, PictureTruth, _viewpoints, rehearse_pictures

BOARD_CONFIG = BoardConfig()


@pytest.fixture(scope="module", params=["hand-eye", "fixed"])
def rehearsal(request, tmp_path_factory) -> tuple[Path, PictureTruth]:
    truth = PictureTruth(mode=request.param, seed=4)
    folder = tmp_path_factory.mktemp("pictures") / request.param
    rehearse_pictures(folder, BOARD_CONFIG, truth)
    return folder, truth


def gap(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Distance of two poses [mm], [degrees]."""
    d = inverse(a) @ b
    return 1000 * float(np.linalg.norm(d[:3, 3])), float(np.rad2deg(angle_rad(d[:3, :3])))


def solve(folder: Path, mode: str, **options):
    found = find_all(list_pictures(folder), BOARD_CONFIG, PictureConfig())
    return calibrate(found, CalibrateConfig(mode=mode, **options), read_poses(folder, [p.name for p in found]))


def test_rendered_boards_give_the_planted_camera_within_2_mm_and_a_fifth_of_a_degree(rehearsal):
    folder, truth = rehearsal
    result = solve(folder, truth.mode)
    mm, degrees = gap(result.camera, CAMERA[truth.mode])
    assert mm < 2 and degrees < 0.2
    assert mm < 4 * result.camera_sd[0] and degrees < 4 * result.camera_sd[1]
    assert gap(result.board, BOARD[truth.mode])[0] < 2
    assert len(result.views) == truth.count and not result.rejected and result.trusted
    assert result.error_px < 0.15
    np.testing.assert_allclose(result.lens.matrix[:2], truth.matrix[:2], atol=2)
    assert result.lens.fovy_deg == pytest.approx(truth.fovy_deg, abs=0.3)


def test_a_given_lens_is_kept(rehearsal):
    folder, truth = rehearsal
    lens = Lens(size=truth.size, matrix=truth.matrix, distortion=np.zeros(5))
    result = solve(folder, truth.mode, lens=lens)
    assert result.lens_sd is None
    np.testing.assert_array_equal(result.lens.matrix, truth.matrix)
    mm, degrees = gap(result.camera, CAMERA[truth.mode])
    assert mm < 1 and degrees < 0.1
    with pytest.raises(HomebodyError, match="the given lens is for"):
        solve(folder, truth.mode, lens=Lens(size=(320, 240), matrix=truth.matrix, distortion=np.zeros(5)))


def test_bad_pictures_and_wrong_poses_are_left_out_with_their_reasons(rehearsal, tmp_path):
    source, truth = rehearsal
    folder = tmp_path / "spoilt"
    shutil.copytree(source, folder)
    read = lambda n: cv2.imread(str(folder / n), cv2.IMREAD_GRAYSCALE)  # noqa: E731
    cv2.imwrite(str(folder / "picture_00.png"), np.full((480, 640), 90, np.uint8))
    cv2.imwrite(str(folder / "picture_01.png"), cv2.GaussianBlur(read("picture_01.png"), (0, 0), 3.5))
    cv2.imwrite(str(folder / "picture_02.png"), cv2.resize(read("picture_02.png"), (800, 600)))
    (folder / "picture_03.png").write_bytes((folder / "picture_03.png").read_bytes()[:50])
    lines = (folder / "poses.csv").read_text().splitlines()
    del lines[5]
    parts = lines[6].split(",")
    lines[6] = ",".join([parts[0], f"{float(parts[1]) + 0.05:.6f}", *parts[2:]])
    (folder / "poses.csv").write_text("\n".join(lines) + "\n")
    result = solve(folder, truth.mode)
    expected = {
        "picture_00.png": "no board", "picture_01.png": "blur|no board", "picture_02.png": "its size is 800x600",
        "picture_03.png": "cannot be read", "picture_04.png": "no pose", parts[0]: "its tool pose is .* mm and .* degrees off",
    }  # fmt: skip
    assert set(result.rejected) == set(expected)
    for name, pattern in expected.items():
        assert any(p in result.rejected[name] for p in pattern.split("|")) or pattern.startswith("its tool pose"), (
            name,
            result.rejected[name],
        )
    assert "its tool pose is" in result.rejected[parts[0]]
    mm, degrees = gap(result.camera, CAMERA[truth.mode])
    assert mm < 2 and degrees < 0.2
    assert any("15 to 30" in w for w in result.warnings)


def synthetic(truth: PictureTruth, distortion: np.ndarray, noise_px: float, views: np.ndarray) -> list[Picture]:
    """Pictures as `find_all` would return them, without a renderer."""
    rng = np.random.default_rng(truth.seed)
    board = np.asarray(make_board(BOARD_CONFIG).getChessboardCorners(), np.float64)
    out = []
    for i, C in enumerate(views):
        v = vector(C)
        corners = cv2.projectPoints(board, v[:3], v[3:], truth.matrix, distortion)[0].reshape(-1, 2)
        corners += rng.normal(size=corners.shape) * noise_px
        out.append(Picture(name=f"{i}.png", size=truth.size, ids=np.arange(24), corners=corners, board=board, blur_px=1.5))
    return out


def test_a_distorted_lens_is_found_within_its_standard_deviations():
    truth, planted = PictureTruth(count=25, seed=9), np.array([-0.25, 0.08, 0.001, -0.0007, 0])
    result = calibrate(synthetic(truth, planted, 0.1, _viewpoints(BOARD_CONFIG, truth)), CalibrateConfig(mode="intrinsics"))
    found = np.array([*result.lens.matrix[[0, 1, 0, 1], [0, 1, 2, 2]], *result.lens.distortion])
    wanted = np.array([*truth.matrix[[0, 1, 0, 1], [0, 1, 2, 2]], *planted])
    assert result.lens_sd is not None
    assert (np.abs(found - wanted)[:8] < 4 * result.lens_sd[:8]).all()
    assert result.error_px == pytest.approx(0.1 * np.sqrt(2), rel=0.1)
    assert result.camera is None


def test_the_stated_standard_deviation_of_the_camera_holds_over_many_draws():
    lens_truth = PictureTruth(count=12)
    lens = Lens(size=lens_truth.size, matrix=lens_truth.matrix, distortion=np.zeros(5))
    off, said = [], []
    for seed in range(6):
        truth = PictureTruth(count=12, seed=seed)
        rng = np.random.default_rng(seed)
        views = _viewpoints(BOARD_CONFIG, truth)
        poses = {
            f"{i}.png": BOARD["hand-eye"] @ inverse(C) @ inverse(CAMERA["hand-eye"])
            @ rigid(rng.normal(size=3) * np.deg2rad(0.05), rng.normal(size=3) * 5e-4)
            for i, C in enumerate(views)
        }  # fmt: skip
        result = calibrate(synthetic(truth, np.zeros(5), 0.1, views), CalibrateConfig(lens=lens), poses)
        off.append(gap(result.camera, CAMERA["hand-eye"])[0])
        said.append(result.camera_sd[0])
    ratio = np.sqrt(np.mean(np.square(off))) / np.mean(said)  # the worst direction is stated, three directions add up
    assert 0.4 < ratio < 2, (off, said)


def test_the_closed_form_is_exact_without_noise():
    rng = np.random.default_rng(3)
    X, Y = (rigid(rng.normal(size=3), rng.normal(size=3)) for _ in range(2))
    M = np.array([rigid(rng.normal(size=3), rng.normal(size=3)) for _ in range(5)])
    C = np.array([inverse(X) @ m @ Y for m in M])
    x, y = solve_hand_eye(M, C)
    np.testing.assert_allclose(x, X, atol=1e-9)
    np.testing.assert_allclose(y, Y, atol=1e-9)


def test_turning_about_one_axis_alone_is_refused():
    truth = PictureTruth(count=12)
    turns = np.array([rigid(np.array([0, 0, 0.1 * i]), np.array([0.3, 0.01 * i, 0.4])) for i in range(12)])
    assert rotation_spread_deg(turns)[0] > 10 and rotation_spread_deg(turns)[1] < 1e-6
    with pytest.raises(HomebodyError, match="turn the hand by 15 degrees or more about two different axes"):
        pictures = synthetic(truth, np.zeros(5), 0.1, _viewpoints(BOARD_CONFIG, truth))
        calibrate(pictures, CalibrateConfig(), {p.name: t for p, t in zip(pictures, turns, strict=True)})


def test_a_frontal_narrow_set_is_warned_about():
    truth = PictureTruth(count=8)
    views = np.array([rigid(np.array([0, 0, 0.2 * i]), np.array([-0.1 + 0.002 * i, -0.07, 0.6])) for i in range(8)])
    lens = Lens(size=truth.size, matrix=truth.matrix, distortion=np.zeros(5))
    result = calibrate(synthetic(truth, np.zeros(5), 0.05, views), CalibrateConfig(mode="intrinsics", lens=lens))
    text = " ".join(result.warnings)
    assert "corners cover" in text and "tilt varies" in text and "8 pictures were used" in text


def test_a_board_of_another_size_and_the_wrong_mode_are_noticed(rehearsal):
    folder, truth = rehearsal
    found = find_all(list_pictures(folder), BoardConfig(square_mm=25, marker_mm=25 * 22 / 30), PictureConfig())
    poses = read_poses(folder, [p.name for p in found])
    result = calibrate(found, CalibrateConfig(mode=truth.mode), poses)
    assert not result.trusted
    scale = float(next(w for w in result.warnings if "times as large" in w).split("is the board ")[1].split()[0])
    assert scale == pytest.approx(1.2, abs=0.01)
    right, wrong = truth.mode, {"fixed": "hand-eye", "hand-eye": "fixed"}[truth.mode]
    with pytest.raises(HomebodyError, match=f"the tool poses fit mode {wrong} to .* mm: use --mode {right}"):
        solve(folder, wrong)


def test_another_board_is_named_and_too_few_pictures_say_why(rehearsal, tmp_path):
    folder, truth = rehearsal
    with pytest.raises(HomebodyError, match=r"no picture shows the 7x5 board of 5X5_50.*show markers of 4X4"):
        find_all(list_pictures(folder), BoardConfig(dictionary="5X5_50"), PictureConfig())
    few = tmp_path / "few"
    few.mkdir()
    for i in range(4):
        shutil.copy(folder / f"picture_{i:02d}.png", few)
    cv2.imwrite(str(few / "wall.png"), np.full((480, 640), 90, np.uint8))
    shutil.copy(folder / "poses.csv", few)
    with pytest.raises(HomebodyError, match=r"4 of 5 pictures are of use, expected 6 or more \(wall.png: no board"):
        solve(few, truth.mode)
    (few / "poses.csv").unlink()
    with pytest.raises(HomebodyError, match="no poses.csv or poses.json in .*for the lens alone use --mode intrinsics"):
        solve(few, truth.mode)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(HomebodyError, match="holds no picture"):
        list_pictures(empty)
    with pytest.raises(HomebodyError, match="no folder"):
        list_pictures(tmp_path / "none")
    with pytest.raises(HomebodyError, match="is not empty"):
        rehearse_pictures(folder, BOARD_CONFIG, replace(truth, seed=5))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,x,y,z\na.png,0,0,0\n", "no column qw, qx, qy, qz"),
        ("file,x,y,z,qw,qx,qy,qz\na.png,0,0,0,2,0,0,0\n", "the quaternion's length is 2.000, expected 1"),
        ("file,x,y,z,qw,qx,qy,qz\na.png,0,0,nan,1,0,0,0\n", "all finite"),
        ("file,x,y,z,qw,qx,qy,qz\na.png,0,0,zero,1,0,0,0\n", "line 2: z is 'zero': expected a number"),
        ("file,x,y,z,qw,qx,qy,qz\na.png,0,0,900,1,0,0,0\n", "expected metres"),
        ("file,x,y,z,qw,qx,qy,qz\na.png,0,0,0,1,0,0,0\na.png,0,0,0,1,0,0,0\n", "line 3: a.png stands twice"),
        ("file,x,y,z,qw,qx,qy,qz\na.png,0,0\n", "line 2: 3 fields, expected 8"),
        ("file,x,y,z,qw,qx,qy,qz\nz.png,0,0,0,1,0,0,0\n", "names none of the 1 pictures"),
        ("", "no column file"),
    ],
)
def test_bad_pose_tables_are_refused(tmp_path, text, message):
    (tmp_path / "poses.csv").write_text(text)
    with pytest.raises(HomebodyError, match=message):
        read_poses(tmp_path, ["a.png"])


def test_poses_in_json_are_read_and_checked(tmp_path):
    T = rigid(np.array([0.3, -0.2, 0.9]), np.array([0.4, 0.1, 0.5]))
    content = {"a.png": T.tolist(), "b.png": {"position": [0.4, 0.1, 0.5], "quaternion": [1, 0, 0, 0]}}
    (tmp_path / "poses.json").write_text(json.dumps(content))
    poses = read_poses(tmp_path, ["a.png", "b.png"])
    np.testing.assert_allclose(poses["a.png"], T, atol=1e-12)
    np.testing.assert_allclose(poses["b.png"][:3, 3], [0.4, 0.1, 0.5])
    skewed = T.copy()
    skewed[0, 0] += 0.1
    bad = [({"a.png": skewed.tolist()}, "not orthonormal"), ({"a.png": {"position": [0, 0, 0]}}, "no list 'quaternion'"),
           ({"a.png": "x"}, "expected a 4 x 4 matrix"), ([1], "expected an object")]  # fmt: skip
    for value, message in bad:
        (tmp_path / "poses.json").write_text(json.dumps(value))
        with pytest.raises(HomebodyError, match=message):
            read_poses(tmp_path, ["a.png"])
    (tmp_path / "poses.json").write_text("{")
    with pytest.raises(HomebodyError, match="is no JSON"):
        read_poses(tmp_path, ["a.png"])


def test_the_printed_board_is_true_to_scale_and_can_be_read(tmp_path):
    config = BoardConfig(columns=5, rows=4, square_mm=25, marker_mm=18)
    width, height = print_board(config, tmp_path / "board.png")
    image = cv2.imread(str(tmp_path / "board.png"), cv2.IMREAD_GRAYSCALE)
    per_mm = image.shape[1] / width
    assert image.shape[0] / height == pytest.approx(per_mm, rel=1e-3)
    corners, ids, _, _ = cv2.aruco.CharucoDetector(make_board(config)).detectBoard(image)
    assert len(ids) == config.corner_count
    corners = corners.reshape(-1, 2)[np.argsort(ids.ravel())]
    assert np.linalg.norm(corners[1] - corners[0]) / per_mm == pytest.approx(25, abs=0.05)
    assert np.linalg.norm(corners[4] - corners[0]) / per_mm == pytest.approx(25, abs=0.05)
    print_board(config, tmp_path / "board.pdf")
    box = (tmp_path / "board.pdf").read_bytes().split(b"/MediaBox [")[1].split(b"]")[0].split()
    assert float(box[2]) == pytest.approx(width / 25.4 * 72, abs=0.01)
    with pytest.raises(HomebodyError, match=r"\.pdf or \.png"):
        print_board(config, tmp_path / "board.svg")
    assert board_image(config, 4).shape == (400, 500)


def test_impossible_boards_are_refused():
    cases = [
        (dict(dictionary="4X4_5"), "unknown dictionary"), (dict(columns=2), "expected 3x3 to 40x40"), (dict(marker_mm=31), "expected 0.3 to 1 of the square"),
        (dict(square_mm=0), "expected 1 to 1000"), (dict(columns=20, rows=20), "needs 200 markers, 4X4_50 has 50"),
    ]  # fmt: skip
    for options, message in cases:
        with pytest.raises(HomebodyError, match=message):
            BoardConfig(**options)
    assert parse_size("7x5") == (7, 5)
    with pytest.raises(HomebodyError, match="COLUMNSxROWS"):
        parse_size("seven")
