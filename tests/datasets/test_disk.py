"""A disk that is full or read-only: one line, nothing torn, and the same store goes on after room was made."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from homebody.core.errors import DiskError
from homebody.datasets.check import verify
from homebody.datasets.speed import moving_episode
from homebody.datasets.store import Store, open_for

FACTS: dict[str, Any] = {"robot": "panda", "cameras": ("scene", "wrist"), "image_size": 16, "control_hz": 20}


def used(disk: Any) -> int:
    return sum(f.stat().st_size for f in disk.path.rglob("*") if f.is_file() and f != disk.ballast)


def test_a_store_survives_a_full_disk_at_any_moment_of_an_append(disk: Any) -> None:
    """However much room is left: the episode is in or not at all, what failed leaves nothing, and the next append is as ever."""
    path, rng = disk.path / "set", np.random.default_rng(0)
    with Store.create(path, **FACTS) as store:
        store.append(moving_episode(0, frames=6, size=16))
        for left in (0, *rng.integers(0, 90_000, 12)):
            before, count = used(disk), len(store)
            disk.fill(int(left))
            try:
                store.append(moving_episode(1, frames=6, size=16))
            except DiskError as error:
                assert f"{path}: no space left on device: this episode was not written, the {count} before it are kept" in str(error)
                assert "\n" not in str(error) and len(store) == count and used(disk) == before
            else:
                assert len(store) == count + 1
            disk.make_room()
        count = len(store)
        assert store.append(moving_episode(2, frames=6, size=16)) == count
        assert np.array_equal(store.episode(count).action, moving_episode(2, frames=6, size=16).action)
    assert verify(path) == {"episodes": count + 1, "frames": 6 * (count + 1), "problems": []}


@pytest.mark.parametrize("left", [0, 4096, 8192, 12288])
def test_a_data_set_that_cannot_be_made_leaves_nothing(disk: Any, left: int) -> None:
    path = disk.path / "set"
    disk.fill(left)
    with pytest.raises(DiskError, match="no space left on device: no data set was made; make room and try again"):
        open_for(path, **FACTS)
    assert [p.name for p in disk.path.iterdir()] == ["ballast"]
    disk.make_room()
    with open_for(path, **FACTS) as store:
        assert store.append(moving_episode(0, frames=3, size=16)) == 0


def test_a_read_only_disk_is_one_line_for_a_writer_and_no_matter_for_a_reader(disk: Any) -> None:
    path = disk.path / "set"
    with Store.create(path, **FACTS) as store:
        store.append(moving_episode(0, frames=3, size=16))
    disk.read_only(True)
    for attempt in (lambda: Store.open(path, "a"), lambda: open_for(path, **FACTS), lambda: open_for(disk.path / "new", **FACTS)):
        with pytest.raises(DiskError, match="read-only file system: .*; choose a folder that can be written to"):
            attempt()
    assert len(Store.open(path).episode(0).action) == 3 and verify(path)["problems"] == []
    disk.read_only(False)
    with open_for(path, **FACTS) as store:
        assert store.append(moving_episode(1, frames=3, size=16)) == 1


def test_a_disk_that_goes_away_under_a_store_is_one_line(disk: Any) -> None:
    with Store.create(disk.path / "set", **FACTS) as store:
        shutil.rmtree(disk.path / "set" / "chunks", ignore_errors=True)
        (disk.path / "set" / "chunks").write_text("a file where a folder was")
        with pytest.raises(DiskError, match="this episode was not written"):
            store.append(moving_episode(0, frames=3, size=16))
