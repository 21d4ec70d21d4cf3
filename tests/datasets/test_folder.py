"""A folder becomes a data set whole or not at all; one whose making was cut is completed; one of another kind is refused."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import icechunk
import numpy as np
import pytest
from homebody.core.errors import DiskError, HomebodyError
from homebody.datasets.check import verify
from homebody.datasets.folder import NEW, look, storage
from homebody.datasets.speed import moving_episode
from homebody.datasets.store import Store, open_for

SIZE = 16
FACTS: dict[str, Any] = {"robot": "panda", "cameras": ("scene", "wrist"), "image_size": SIZE, "control_hz": 20}


def repository(path: Path) -> None:
    """What an earlier version left when it was cut: icechunk's own first commit, nothing in it."""
    icechunk.Repository.create(storage(path))


def cut_repository(path: Path) -> None:
    repository(path)
    for part in sorted((path / "refs").rglob("*"), reverse=True):
        part.unlink() if part.is_file() else part.rmdir()


def half_moved(path: Path) -> None:
    repository(path / NEW)
    (path / NEW / "snapshots").rename(path / "snapshots")


def strays(path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", ".writer.lock", ".nfs000012", "._photo"):
        (path / name).write_bytes(b"")


LEFT = [strays, repository, cut_repository, half_moved, lambda p: (repository(p), strays(p)), lambda p: (half_moved(p), strays(p))]


@pytest.mark.parametrize("leave", LEFT)
@pytest.mark.parametrize("make", [Store.create, open_for])
def test_what_a_cut_creation_or_a_file_manager_left_becomes_a_data_set(tmp_path: Path, leave: Any, make: Any) -> None:
    path = tmp_path / "set"
    path.mkdir()
    leave(path)
    with make(path, **FACTS) as store:
        assert store.append(moving_episode(0, frames=4, size=SIZE)) == 0
    assert verify(path) == {"episodes": 1, "frames": 4, "problems": []}


def test_opening_what_was_cut_says_so(tmp_path: Path) -> None:
    repository(tmp_path / "set")
    with pytest.raises(HomebodyError, match="whose creation was cut, with nothing in it"):
        Store.open(tmp_path / "set")


def test_strays_in_a_data_set_hurt_nobody(tmp_path: Path) -> None:
    path = tmp_path / "set"
    Store.create(path, **FACTS).close()
    strays(path)
    with open_for(path, **FACTS) as store:
        store.append(moving_episode(0, frames=4, size=SIZE))
    assert len(Store.open(path)) == 1


def test_a_damaged_data_set_is_never_taken_for_one_that_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "set"
    with Store.create(path, **FACTS) as store:
        store.append(moving_episode(0, frames=4, size=SIZE))
    (path / "refs" / "branch.main" / "ref.json").write_text("")
    chunks = sorted((path / "chunks").iterdir())
    for attempt in (lambda: open_for(path, **FACTS), lambda: Store.create(path, **FACTS), lambda: Store.open(path)):
        with pytest.raises(HomebodyError, match="set"):
            attempt()
    assert sorted((path / "chunks").iterdir()) == chunks


def test_a_file_or_somebody_elses_folder_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"")
    for path in (tmp_path / "file", tmp_path / "photos"):
        for attempt in (lambda p: open_for(p, **FACTS), lambda p: Store.create(p, **FACTS), Store.open):
            with pytest.raises(HomebodyError) as refusal:
                attempt(path)
            assert str(path) in str(refusal.value) and "\n" not in str(refusal.value)
    assert (tmp_path / "file").read_text() == "mine" and [p.name for p in (tmp_path / "photos").iterdir()] == ["cat.jpg"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"robot": "so101"}, "holds episodes of panda: expected episodes of so101"),
        ({"image_size": 32}, "holds scene, wrist at 16 pixels: expected scene, wrist at 32 pixels"),
        ({"cameras": ("scene",)}, "holds scene, wrist at 16 pixels: expected scene at 16 pixels"),
        ({"control_hz": 50}, "holds 20 Hz: expected 50 Hz"),
    ],
)
def test_episodes_of_another_kind_are_refused_before_there_are_any(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    Store.create(tmp_path / "set", **FACTS).close()
    with pytest.raises(HomebodyError) as refusal:
        open_for(tmp_path / "set", **(FACTS | change))
    assert said in str(refusal.value)
    open_for(tmp_path / "set", **FACTS).close()


def test_a_path_through_a_file_is_a_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DiskError, match="not a directory: no data set was made"):
        Store.create(tmp_path / "file" / "set", **FACTS)


MAKER = """
import sys
from pathlib import Path
from homebody.datasets.store import Store
print("ready", flush=True)
sys.stdin.readline()
Store.create(Path(sys.argv[1]), robot="panda", cameras=("scene", "wrist"), image_size=16, control_hz=20)
print("made", flush=True)
sys.stdin.readline()
"""


def kill_while_making(folder: Path, kills: int) -> set[str]:
    """Kills a process that makes a data set, `kills` times; whatever it leaves can be used. Returns what it left."""
    rng, left, longest = np.random.default_rng(kills), set[str](), 0.03
    for number in range(kills):
        path = folder / f"set{number}"
        with subprocess.Popen([sys.executable, "-c", MAKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdin and child.stdout and child.stdout.readline() == "ready\n"
            start = time.perf_counter()
            child.stdin.write("\n")
            child.stdin.flush()
            if number == 0:  # how long it takes here
                assert child.stdout.readline() == "made\n"
                longest = time.perf_counter() - start
            else:
                time.sleep(rng.uniform(0, longest))
            child.kill()
        left.add(look(path))
        with open_for(path, **FACTS) as store:
            store.append(moving_episode(0, frames=3, size=SIZE))
        assert verify(path) == {"episodes": 1, "frames": 3, "problems": []}
    return left


def test_a_creation_that_is_killed_leaves_no_folder_that_is_refused(tmp_path: Path) -> None:
    kill_while_making(tmp_path, 4)


@pytest.mark.slow
def test_60_creations_that_are_killed_leave_no_folder_that_is_refused(tmp_path: Path) -> None:
    assert kill_while_making(tmp_path, 60) == {"nothing", "half", "data set"}


def test_a_data_set_made_for_a_run_that_is_refused_goes_again_with_the_folders_above_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "set"
    with (
        pytest.raises(HomebodyError, match="torn weights"),
        open_for(path, robot="panda", cameras=("scene",), image_size=32, control_hz=20),
    ):
        raise HomebodyError("torn weights")
    assert not list(tmp_path.iterdir())
    (tmp_path / "empty").mkdir()
    with pytest.raises(HomebodyError), open_for(tmp_path / "empty", robot="panda", cameras=("scene",), image_size=32, control_hz=20):
        raise HomebodyError("torn weights")
    assert [p.name for p in tmp_path.rglob("*")] == ["empty"]
    with pytest.raises(KeyboardInterrupt), open_for(path, robot="panda", cameras=("scene",), image_size=32, control_hz=20):
        raise KeyboardInterrupt
    assert len(Store.open(path)) == 0
