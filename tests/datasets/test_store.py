"""The store keeps what it acknowledged, finds what was damaged, and says what it could not open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import icechunk
import numpy as np
import pytest
import zarr
from homebody.core.errors import HomebodyError
from homebody.datasets.check import verify
from homebody.datasets.folder import BRANCH, storage
from homebody.datasets.sampler import WindowSampler, load_arrays
from homebody.datasets.speed import measure, moving_episode
from homebody.datasets.store import Store

SIZE = 32


def smooth_episode(number: int):  # type: ignore[no-untyped-def]
    """An episode of smooth pictures, which a lossy codec must keep well."""
    return moving_episode(number, frames=20 + number, size=SIZE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    with Store.create(folder, robot="panda", cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
        for i in range(3):
            assert store.append(smooth_episode(i)) == i
    return folder


def test_numbers_come_back_bit_for_bit_and_pictures_nearly(path: Path) -> None:
    with Store.open(path) as store:
        assert len(store) == 3
        for i in range(3):
            got, want = store.episode(i), smooth_episode(i)
            for name in ("action", "intervention", "times_s", "initial_state"):
                assert np.array_equal(getattr(got, name), getattr(want, name)), name
            assert np.array_equal(got.observation["tactile"], want.observation["tactile"])
            assert np.array_equal(got.labels["marks"], want.labels["marks"])
            assert got.certificate == want.certificate
            assert list(got.spans) == list(want.spans)
            error = got.observation["scene"].astype(float) - want.observation["scene"]
            assert 10 * np.log10(255**2 / (error**2).mean()) > 32


def test_a_store_is_opened_again_and_grows(path: Path) -> None:
    with Store.open(path, "a") as store:
        assert store.append(smooth_episode(3)) == 3
    assert len(Store.open(path)) == 4
    assert Store.open(path).history()[0]["message"].startswith("episode 3: open the top drawer")


@pytest.mark.parametrize("what", ["missing", "empty", "foreign"])
def test_what_is_no_data_set_is_refused_with_its_name(tmp_path: Path, what: str) -> None:
    folder = tmp_path / what
    if what != "missing":
        folder.mkdir()
    if what == "foreign":
        (folder / "zarr.json").write_text(json.dumps({"zarr_format": 3, "node_type": "group"}))
    with pytest.raises(HomebodyError, match=what):
        Store.open(folder)


def test_a_full_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(HomebodyError, match="is not empty"):
        Store.create(tmp_path, robot="panda", cameras=("scene",), image_size=SIZE, control_hz=20)


def test_a_second_writer_is_refused_while_the_first_one_lives(path: Path) -> None:
    with Store.open(path, "a"), pytest.raises(HomebodyError, match="another process is writing"):
        Store.open(path, "a")
    Store.open(path, "a").close()


def test_a_reader_may_not_append(path: Path) -> None:
    with pytest.raises(HomebodyError, match="open for reading"):
        Store.open(path).append(smooth_episode(0))


def test_a_newer_major_version_is_refused(path: Path) -> None:
    session = icechunk.Repository.open(storage(path)).writable_session(BRANCH)
    zarr.open_group(session.store, mode="a").attrs["version"] = "2.0"
    session.commit("from the future")
    with pytest.raises(HomebodyError, match=r"version 2\.0: expected 1\.x"):
        Store.open(path)


def test_streams_of_other_lengths_are_refused(path: Path) -> None:
    episode = smooth_episode(0)
    bad = {**episode.observation, "proprio": episode.observation["proprio"][:-1]}
    with Store.open(path, "a") as store, pytest.raises(HomebodyError, match="stream 'proprio' has 19 frames"):
        store.append(type(episode)(**{**vars(episode), "observation": bad}))
    assert len(Store.open(path)) == 3


@pytest.mark.parametrize("stream", ["scene", "proprio", "action", "label_marks"])
def test_verify_finds_a_changed_stream(path: Path, stream: str) -> None:
    assert verify(path)["problems"] == []
    session = icechunk.Repository.open(storage(path)).writable_session(BRANCH)
    array = zarr.open_group(session.store, mode="a")[f"episodes/000001/{stream}"]
    value = np.array(array[...])
    value.reshape(-1)[3] += 1
    array[...] = value
    session.commit("tampered")
    assert verify(path)["problems"] == [f"episode 1: stream {stream!r} does not match its checksum"]


def test_arrays_for_training_hold_every_frame(path: Path) -> None:
    arrays = load_arrays([path, path], image_size=16)
    assert arrays.starts.tolist() == [0, 20, 41, 63, 83, 104, 126]
    assert arrays.scene.shape == (126, 16, 16, 3)
    assert np.array_equal(arrays.action[20:41], smooth_episode(1).action)
    assert len(arrays.goals) == 6


def test_windows_repeat_the_last_action_past_the_end(path: Path) -> None:
    store = Store.open(path)
    window = WindowSampler(store, history=2, horizon=16).window(0, 15)
    action = smooth_episode(0).action
    assert np.array_equal(window["action"][:5], action[15:])
    assert np.array_equal(window["action"][5:], np.repeat(action[-1:], 11, 0))
    assert window["mask"].sum() == 5
    first = WindowSampler(store, history=3).window(1, 0)
    assert np.array_equal(first["scene"][0], first["scene"][2])


def test_a_sampler_goes_on_where_its_saved_state_was(path: Path) -> None:
    store = Store.open(path)
    one = WindowSampler(store, batch_size=2, seed=4)
    stream = iter(one)
    next(stream)
    state = one.state_dict()
    expected = next(stream)["action"]
    two = WindowSampler(store, batch_size=2, seed=9)
    two.load_state_dict(state)
    assert np.array_equal(next(iter(two))["action"], expected)


def test_speed_is_measured() -> None:
    figures = measure(seconds=0.2)
    assert figures["write_frames_per_s"] > 10
    assert figures["windows_per_s"] > 1


WRITER = """
import sys
from pathlib import Path
from homebody.datasets.store import Store
from homebody.datasets.speed import moving_episode
path = Path(sys.argv[1])
with Store.open(path, "a") as store:
    for i in range(10_000):
        number = store.append(moving_episode(i % 5, frames=10 + i % 5, size=32))
        print(number, flush=True)
"""


def kill_while_recording(path: Path, kills: int) -> None:
    """Kills a recording process `kills` times; every acknowledged episode must be whole afterwards."""
    Store.create(path, robot="panda", cameras=("scene", "wrist"), image_size=32, control_hz=20).close()
    rng = np.random.default_rng(kills)
    acknowledged = -1
    for _ in range(kills):
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        first = child.stdout.readline()
        assert int(first) >= acknowledged + 1
        try:
            child.wait(rng.uniform(0.0, 0.25))
        except subprocess.TimeoutExpired:
            child.kill()
        rest = child.stdout.read().split("\n")
        complete = [first, *rest[:-1]]
        acknowledged = int(complete[-1])
        child.wait()
        child.stdout.close()
    report = verify(path)
    assert report["problems"] == []
    assert report["episodes"] >= acknowledged + 1


def test_kills_while_recording_lose_and_tear_nothing(tmp_path: Path) -> None:
    kill_while_recording(tmp_path / "set", 5)


@pytest.mark.slow
def test_60_kills_while_recording_lose_and_tear_nothing(tmp_path: Path) -> None:
    kill_while_recording(tmp_path / "set", 60)
