"""Reading: workers see the same data set and share its frames; what is damaged is named."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.datasets.check import verify
from homebody.datasets.pictures import decode_frame, encode_frames
from homebody.datasets.sampler import WindowSampler, load_arrays
from homebody.datasets.speed import moving_episode
from homebody.datasets.store import Store

SIZE = 16
LENGTHS = (7, 8, 9)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    with Store.create(folder, robot="panda", cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
        for i, length in enumerate(LENGTHS):
            store.append(moving_episode(i, frames=length, size=SIZE))
    return folder


# --- workers ----------------------------------------------------------------------------------------------------------
LOADER = """
import sys
from pathlib import Path
from torch.utils.data import DataLoader, IterableDataset
from homebody.core.errors import HomebodyError
from homebody.datasets.sampler import WindowSampler
from homebody.datasets.store import Store

class Windows(IterableDataset):
    def __init__(self, sampler):
        self.sampler = sampler
    def __iter__(self):
        return iter(self.sampler)

if __name__ == "__main__":
    store = Store.open(Path(sys.argv[1]))
    store.stream(0, "action")
    windows = Windows(WindowSampler(store, batch_size=4, seed=3))
    loader = DataLoader(windows, batch_size=None, num_workers=2, multiprocessing_context=sys.argv[2], timeout=60)
    try:
        for _, batch in zip(range(6), loader):
            print([round(float(a), 6) for a in batch["action"][:, 0, 0]], flush=True)
    except HomebodyError as error:
        print("refused:", str(error).splitlines()[-1])
"""


def load(path: Path, tmp_path: Path, context: str) -> str:
    script = tmp_path / "loader.py"
    script.write_text(LOADER)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), str(path), context], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_forked_dataloader_is_refused_with_the_remedy_instead_of_hanging(path: Path, tmp_path: Path) -> None:
    said = load(path, tmp_path, "fork")
    assert "refused:" in said and 'multiprocessing_context="spawn"' in said


@pytest.mark.slow
def test_a_spawned_dataloader_reads_what_its_workers_would_read_alone(path: Path, tmp_path: Path) -> None:
    found = [eval(line) for line in load(path, tmp_path, "spawn").splitlines()]
    store = Store.open(path)
    alone = [iter(WindowSampler(store, batch_size=4, seed=3, worker=w, workers=2)) for w in range(2)]
    assert len(found) == 6
    for n, got in enumerate(found):
        assert np.allclose(got, next(alone[n % 2])["action"][:, 0, 0], atol=1e-6)


def test_a_forked_process_may_not_open_a_data_set_either(path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from homebody.datasets.store import Store\n"
        "store = Store.open(Path(sys.argv[1])); store.meta(0); child = os.fork()\n"
        "if not child:\n"
        "    signal.alarm(20)\n"
        "    for use in (lambda: Store.open(Path(sys.argv[1])), lambda: store.meta(0), lambda: store.stream(0, 'action'),\n"
        "                lambda: store.episode(0), lambda: store.frames(0, 'scene'), store.history):\n"
        "        try: use()\n"
        "        except Exception as error: print(type(error).__name__, 'spawn' in str(error), flush=True)\n"
        "    os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0; print(store.meta(0)['length'])\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script, str(path)], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["HomebodyError True"] * 6 + ["7"]


def test_a_pickled_reader_sees_the_state_that_was_opened(path: Path) -> None:
    store = Store.open(path)
    with Store.open(path, "a") as writer:
        writer.append(moving_episode(3, frames=4, size=SIZE))
        with pytest.raises(HomebodyError, match="by this process alone: open it with mode 'r'"):
            pickle.dumps(writer)
    again = pickle.loads(pickle.dumps(store))
    assert len(again) == len(store) == 3 and len(Store.open(path)) == 4
    assert np.array_equal(again.stream(1, "action"), store.stream(1, "action"))


# --- windows ----------------------------------------------------------------------------------------------------------
def starts(sampler: WindowSampler, batches: int, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """(episode, frame) of the windows that are drawn."""
    drawn: list[tuple[int, int]] = []
    monkeypatch.setattr(sampler, "window", lambda number, t: drawn.append((number, t)) or {"t": np.array(t)})
    list(islice(iter(sampler), batches))
    return drawn


@pytest.mark.parametrize("workers", [1, 2, 3, 5, 24])
def test_workers_share_the_frames_none_twice_none_left_out(path: Path, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(path)
    sequences = [starts(WindowSampler(store, batch_size=8, seed=1, worker=w, workers=workers), 60, monkeypatch) for w in range(workers)]
    every = [set(s) for s in sequences]
    assert sum(map(len, every)) == len(set.union(*every)) == sum(LENGTHS)
    for w in range(workers):
        again = WindowSampler(store, batch_size=8, seed=1, worker=w, workers=workers)
        assert starts(again, 60, monkeypatch) == sequences[w]
        if workers < 24:
            other = WindowSampler(store, batch_size=8, seed=2, worker=w, workers=workers)
            assert starts(other, 60, monkeypatch) != sequences[w]


def test_a_workers_saved_state_goes_on_as_that_worker(path: Path) -> None:
    store = Store.open(path)
    one = WindowSampler(store, batch_size=2, seed=4, worker=1, workers=3)
    stream = iter(one)
    next(stream)
    two = WindowSampler(store, batch_size=2, seed=9)
    two.load_state_dict(one.state_dict())
    expected = [next(stream)["action"] for _ in range(3)]
    assert all(np.array_equal(a, b["action"]) for a, b in zip(expected, iter(two), strict=False))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"history": 0}, "history is 0"),
        ({"horizon": 2.5}, "horizon is 2.5"),
        ({"batch_size": True}, "batch size is True"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": "a"}, "seed is 'a'"),
        ({"worker": 0}, "worker is 0, workers None: expected both or neither"),
        ({"worker": 2, "workers": 2}, "worker is 2 of 2: expected 0 to 1"),
        ({"worker": 0, "workers": 0}, "workers is 0"),
        ({"worker": 0, "workers": 25}, "25 workers share 24 frames"),
    ],
)
def test_a_sampler_that_makes_no_sense_is_refused(path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(HomebodyError, match=said):
        WindowSampler(Store.open(path), **change)


def test_a_window_that_is_not_there_is_refused(path: Path) -> None:
    sampler = WindowSampler(Store.open(path))
    for number, t in ((3, 0), (0, 7), (-1, 0), (0, -1)):
        with pytest.raises(HomebodyError, match="expected a whole number, 0 to"):
            sampler.window(number, t)


# --- damage -----------------------------------------------------------------------------------------------------------
def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


@pytest.mark.parametrize("damage", [Path.unlink, truncate, flip])
def test_damage_is_one_line_that_names_data_set_episode_and_stream_wherever_it_is_read(path: Path, damage: Callable[[Path], None]) -> None:
    for chunk in (path / "chunks").iterdir():
        damage(chunk)
    store = Store.open(path)
    reads = {
        "episode": lambda: store.episode(1), "stream": lambda: store.stream(1, "tactile"), "frames": lambda: store.frames(1, "scene"),
        "arrays": lambda: load_arrays([path]), "window": lambda: WindowSampler(store).window(1, 3),
    }  # fmt: skip
    for name, read in reads.items():
        if name == "window" and damage is flip:
            continue  # a few rows are read without the checksum of the whole
        with pytest.raises(HomebodyError) as refusal:
            read()
        said = str(refusal.value)
        assert said.startswith("episode ") and f" of {path}: stream '" in said and "\n" not in said and len(said) < 400, (name, said)
    problems = verify(path)["problems"]
    assert {p.split(":")[0] for p in problems} == {"episode 0", "episode 1", "episode 2"}
    assert all("cannot be read" in p or "does not match" in p for p in problems)


def test_lost_manifests_and_snapshots_are_one_line_too(path: Path) -> None:
    for file in (path / "manifests").iterdir():
        file.unlink()
    with pytest.raises(HomebodyError, match="episode 0 of .*: stream 'action' cannot be read"):
        Store.open(path).stream(0, "action")
    for file in (path / "snapshots").iterdir():
        file.write_bytes(b"")
    with pytest.raises(HomebodyError) as refusal:
        Store.open(path)
    assert str(path) in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_stream_that_is_not_there_is_refused_with_those_that_are(path: Path) -> None:
    with pytest.raises(HomebodyError, match="episode 0 of .*: stream 'joints': there is none, expected one of action, initial_state"):
        Store.open(path).stream(0, "joints")


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_a_cut_picture_is_no_picture(cut: int) -> None:
    coded, _ = encode_frames(moving_episode(0, frames=1, size=32).observation["scene"])
    assert decode_frame(coded).shape == (32, 32, 3)
    with pytest.raises(HomebodyError, match="damaged picture"):
        decode_frame(coded[:cut])
