"""Films: files that play, a layout that shows what is true."""

import av
import cv2
import numpy as np
import pytest
from homebody.cli.video import VideoWriter, save_animation
from homebody.cli.video_layout import CHIPS_Y, GREEN, HEIGHT, TOUCH, WIDTH, Moment, compose, plain, shorten, text_width
from homebody.core.errors import HomebodyError


def moment(**changes):
    fields = {
        "instruction": "open the top drawer", "scene": np.full((400, 640, 3), 90, np.uint8), "wrist": np.full((198, 264, 3), 60, np.uint8),
        "tactile": np.zeros((2, 3, 8, 8), np.float32), "predicates": {"open(top_drawer)": False}, "step": 10, "horizon": 200,
        "time_s": 0.5, "credit": 0.0, "policy": "homebody",
    }  # fmt: skip
    return Moment(**fields | changes)


def frames(path):
    with av.open(str(path)) as film:
        return [f.to_ndarray(format="rgb24") for f in film.decode(video=0)], film.streams.video[0].average_rate


def test_a_film_reads_back_with_every_frame_size_and_rate(tmp_path):
    with VideoWriter(tmp_path / "new" / "film.mp4", size=(96, 160), fps=20) as film:
        for n in range(25):
            film.write(np.full((96, 160, 3), 10 * n, np.uint8))
    pictures, rate = frames(tmp_path / "new" / "film.mp4")
    assert len(pictures) == 25 and rate == 20 and pictures[0].shape == (96, 160, 3)
    assert [abs(int(p.mean()) - 10 * n) < 6 for n, p in enumerate(pictures)] == [True] * 25
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["film.mp4"]


def test_a_film_that_failed_half_way_leaves_no_file_and_no_older_one_is_lost(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"older")
    with pytest.raises(RuntimeError), VideoWriter(path, size=(96, 160)) as film:
        film.write(np.zeros((96, 160, 3), np.uint8))
        raise RuntimeError
    assert path.read_bytes() == b"older" and list(tmp_path.iterdir()) == [path]


def test_wrong_frames_and_odd_sizes_are_refused(tmp_path):
    with pytest.raises(HomebodyError, match="expected even numbers"):
        VideoWriter(tmp_path / "f.mp4", size=(95, 160))
    with (
        pytest.raises(HomebodyError, match=r"\(9, 9, 3\) uint8: expected"),
        VideoWriter(tmp_path / "f.mp4", size=(96, 160)) as film,
    ):
        film.write(np.zeros((9, 9, 3), np.uint8))


def test_an_animation_is_small_and_keeps_its_frames(tmp_path):
    pictures = [compose(moment(step=n * 10)) for n in range(8)]
    size = save_animation(pictures, tmp_path / "a.webp", fps=10, width=480)
    animation = cv2.imreadanimation(str(tmp_path / "a.webp"))[1]
    assert len(animation.frames) == 8 and animation.frames[0].shape[:2] == (270, 480)
    assert size == (tmp_path / "a.webp").stat().st_size < 100_000
    with pytest.raises(HomebodyError, match=r"ends in \.webp"):
        save_animation(pictures, tmp_path / "a.gif")


def test_a_predicate_turns_green_when_it_holds():
    before, after = compose(moment()), compose(moment(predicates={"open(top_drawer)": True}))
    assert before.shape == (HEIGHT, WIDTH, 3) and before.dtype == np.uint8
    chip = (slice(CHIPS_Y, CHIPS_Y + 24), slice(20, 170))
    assert not (before[chip] == GREEN).all(-1).any()
    assert (after[chip] == GREEN).all(-1).mean() > 0.4


def test_touch_appears_on_the_finger_and_at_the_taxel_where_it_is():
    tactile = np.zeros((2, 3, 8, 8), np.float32)
    tactile[1, 0, 0, 7] = 0.002  # right finger, first row, last column
    before, after = compose(moment()).astype(int), compose(moment(tactile=tactile)).astype(int)
    rows, columns = np.nonzero(np.abs(after - before).sum(-1))
    x, y, w, _ = TOUCH[1]
    assert rows.min() >= y and rows.max() < y + w / 8 + 1 and columns.min() >= x + 7 * w / 8 - 1 and columns.max() < x + w
    deeper = tactile.copy()
    deeper[1, 0, 0, 7] = 0.003
    at = (y + 8, x + w - 8)
    assert compose(moment(tactile=deeper))[at].sum() > after[at].sum() > before[at].sum()


def test_predicates_read_as_words_and_long_instructions_are_cut_to_fit():
    assert plain("inside(apple, bowl)") == "apple inside bowl"
    assert plain("open(top_drawer)") == "top drawer open"
    cut = shorten("please " * 40, 300, size=26, weight=600)
    assert cut.endswith("…") and text_width(cut, size=26, weight=600) <= 300
    compose(moment(instruction="please " * 40))
    compose(moment(instruction=""))
