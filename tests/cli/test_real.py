"""`homebody identify` and `homebody calibrate` from the command line, on rehearsals in simulation."""

import json

import cv2
import numpy as np
import pytest
from homebody.cli.main import main
from homebody.envs.real.hand_eye import angle_rad, inverse
from homebody.envs.real.joint_log import read_log


def strict_json(path):
    def refuse(text):
        raise ValueError(f"{text} is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def test_identify_writes_its_fit_and_a_picture(tmp_path, capsys):
    log, out = tmp_path / "log.npz", tmp_path / "fit"
    words = [
        "identify",
        str(log),
        "--rehearse",
        "--excite-seconds",
        "6",
        "--seed",
        "2",
        "--out",
        str(out),
        "--json",
        str(tmp_path / "j.json"),
    ]
    assert main(words) == 0
    fit = strict_json(out / "fit.json")
    assert fit == strict_json(tmp_path / "j.json")
    printed = capsys.readouterr().out
    planted_ms = float(printed.split("delay ")[1].split(" ms")[0])
    assert abs(fit["estimates"]["delay"]["value"] - planted_ms) < 5
    assert len(fit["estimates"]) == 16 and fit["estimates"]["payload"]["unit"] == "kg"
    assert sum(fit["residual_mrad"]["after"]) < 0.2 * sum(fit["residual_mrad"]["before"])
    assert cv2.imread(str(out / "fit.png")).shape[0] > 800
    assert "residual:" in printed and "friction7" in printed
    before = log.read_bytes()
    assert main([*words, "--seed", "3"]) == 2, "another rehearsal's log"
    assert "exists and is not the log of this rehearsal" in capsys.readouterr().err and log.read_bytes() == before


def test_a_rehearsal_that_died_goes_on_and_options_are_looked_at_before_it_writes(tmp_path, capsys, monkeypatch):
    from homebody.envs.real import identify_report

    log, out = tmp_path / "log.csv", tmp_path / "fit"
    words = ["identify", str(log), "--rehearse", "--excite-seconds", "4", "--out", str(out)]
    for more in (["--max-delay-ms", "-1"], ["--step-ms", "0"], ["--seconds", "nan"], ["--threads", "0"], ["--seed", "-1"]):
        assert main([*words, *more]) == 2 and not log.exists(), more
    capsys.readouterr()

    def full(fit, log, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(identify_report, "plot_fit", full)
    assert main(words) == 2 and log.exists()
    monkeypatch.undo()
    before = log.read_bytes()
    assert main(words) == 0 and log.read_bytes() == before and (out / "fit.png").exists()


def test_the_motion_to_record_is_a_table_of_commands(tmp_path, capsys):
    path = tmp_path / "motion.csv"
    assert main(["identify", "--excite", str(path), "--excite-seconds", "5", "--excite-rate-hz", "100"]) == 0
    header, *rows = path.read_text().splitlines()
    assert header == "time_s," + ",".join(f"command{i}" for i in range(1, 8))
    assert len(rows) == 501
    # What is sent is what a log needs beside the encoders.
    values = np.array([[float(v) for v in r.split(",")] for r in rows])
    np.savez(tmp_path / "log.npz", time_s=values[:, 0], command=values[:, 1:], q=values[:, 1:])
    assert read_log(tmp_path / "log.npz").rate_hz == pytest.approx(100)
    assert "clear the space around the arm" in capsys.readouterr().out


@pytest.mark.parametrize("mode", ["hand-eye", "fixed"])
def test_calibrate_writes_the_camera_and_annotated_pictures(tmp_path, capsys, mode):
    folder, out = tmp_path / "pictures", tmp_path / "out"
    assert main(["calibrate", str(folder), "--rehearse", "--mode", mode, "--out", str(out)]) == 0
    found, truth = strict_json(out / "calibration.json"), strict_json(folder / "truth.json")
    d = inverse(np.array(found["camera"]["matrix"])) @ np.array(truth["camera"])
    assert 1000 * np.linalg.norm(d[:3, 3]) < 2 and np.rad2deg(angle_rad(d[:3, :3])) < 0.2
    assert found["camera"]["frame"] == {"hand-eye": "T_tool_camera", "fixed": "T_base_camera"}[mode]
    assert found["mujoco_camera"]["fovy"] == pytest.approx(50, abs=0.3)
    pictures = sorted(p.name for p in (out / "pictures").iterdir())
    assert pictures == sorted(found["pictures"]) and len(pictures) == 15
    plain, drawn = (cv2.imread(str(p / pictures[0])) for p in (folder, out / "pictures"))
    assert plain.shape == drawn.shape and (plain != drawn).any()
    assert (out / "errors.png").stat().st_size > 5000
    text = capsys.readouterr().out
    assert "reprojection error" in text and "15 of 15 pictures used" in text
    # The lens can be kept for the next camera pose.
    again = ["calibrate", str(folder), "--mode", mode, "--intrinsics", str(out / "calibration.json"), "--out", str(tmp_path / "again")]
    assert main(again) == 0
    assert strict_json(tmp_path / "again" / "calibration.json")["intrinsics"]["fx"] == found["intrinsics"]["fx"]
    assert main(["calibrate", str(folder), "--mode", "intrinsics", "--out", str(tmp_path / "lens")]) == 0
    assert "camera" not in strict_json(tmp_path / "lens" / "calibration.json")


def test_the_board_can_be_printed(tmp_path):
    assert (
        main(["calibrate", "--print-board", str(tmp_path / "board.pdf"), "--board", "5x4", "--square-mm", "20", "--marker-mm", "15"]) == 0
    )
    assert (tmp_path / "board.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["identify"], "give a joint log"), (["identify", "none.csv"], "no log at none.csv"),
        (["identify", "a.csv", "--excite", "b.csv"], "leave one of the two away"), (["identify", "--excite", "b.txt"], "ends in .csv or .npz"),
        (["identify", "--excite", "b.csv", "--excite-seconds", "1"], "the motion's seconds is 1.0: expected 4 to 120"),
        (["identify", "--excite", "b.csv", "--excite-seconds", "0"], "the motion's seconds is 0.0: expected 4 to 120"),
        (["identify", "--excite", "b.csv", "--excite-rate-hz", "inf"], "--excite-rate-hz is inf: expected a finite number"),
        (["identify", "--excite", "b.csv", "--seed", "-1"], "seed is -1: expected 0 or more"),
        (["identify", "a.csv", "--rehearse", "--seconds", "nan"], "--seconds is nan: expected a finite number"),
        (["identify", "a.csv", "--rehearse", "--step-ms", "0"], "the physics step [ms] is 0: expected 0.2 to 10"),
        (["identify", "a.csv", "--rehearse", "--max-delay-ms", "-1"], "the largest delay [ms] is -1: expected 10 to 500"),
        (["identify", "a.csv", "--rehearse", "--threads", "0"], "threads is 0: expected 1 to 256"),
        (["identify", "a.log", "--rehearse"], "a.log: expected a name that ends in .csv or .npz"),
        (["identify", "."], ". is a folder: expected a .csv or .npz file"),
        (["identify", "--excited", "b.csv"], "nearest are --excite"),
        (["calibrate"], "give a folder of pictures"), (["calibrate", "none"], "no folder none"), (["calibrate", "."], "holds no picture"),
        (["calibrate", ".", "--board", "7"], "expected COLUMNSxROWS"), (["calibrate", ".", "--dictionary", "4x4_50"], "nearest are 4X4_50"),
        (["calibrate", ".", "--intrinsics", "none.json"], "holds no lens"), (["calibrate", ".", "--mode", "hand"], "invalid choice"),
        (["calibrate", ".", "--arm-mm", "0"], "expected 0.0001 to 50"),
    ],
)  # fmt: skip
def test_bad_input_ends_with_one_line_and_code_2(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and message in error and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
