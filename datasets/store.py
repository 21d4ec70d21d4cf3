"""Episodes on Zarr v3 over Icechunk: an episode is one transaction, so a cut loses at most the running one.

Layout: group `episodes/000012` with, per camera, `<camera>` (all JPEG frames, one after the other) and `<camera>_ends`;
one array per numeric stream; attributes with everything else, checksums included. Icechunk's local store takes one
committer at a time: a lock that the kernel drops with the process keeps a second writer out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import icechunk
import numpy as np
import zarr

from ..core.errors import HomebodyError
from ..core.types import Certificate, Episode, Goal, Span
from .admission import NUMERIC, check_facts, check_streams, describe
from .folder import BRANCH, LOCK_FILE, NEW, check_process, clear_half, disk, look, storage, take_lock, why
from .pictures import decode_frame, encode_frames

FORMAT, VERSION = "homebody", "1.0"
Recorded = tuple[str, str, str, int, str]
"""What tells one episode from another: task, robot, split, index, recipe."""


def checksum(array: np.ndarray) -> str:
    """BLAKE2b of an array's bytes, 32 hex digits."""
    return hashlib.blake2b(np.ascontiguousarray(array).tobytes(), digest_size=16).hexdigest()


class Store:
    """A data set of episodes. Use as a context manager; open for appending by one process at a time.

    A reader sees the data set as it was when it was opened, and may be pickled: workers of a torch DataLoader read the same state. They
    must be spawned (`multiprocessing_context="spawn"`): icechunk's threads do not survive a fork, and a forked one is refused. What is
    damaged raises HomebodyError that names the data set, the episode and the stream.
    """

    def __init__(self, path: Path, repository: icechunk.Repository, *, lock: TextIO | None = None, snapshot: str | None = None) -> None:
        """`lock` is the writer's lock where the store may append; `snapshot` an earlier state to read."""
        self.path, self._repository, self._lock = path, repository, lock
        self._made: tuple[Path, ...] | None = None
        self._refresh(snapshot)

    # --- opening ------------------------------------------------------------------------------------------------------
    @staticmethod
    def create(path: Path, *, robot: str, cameras: Sequence[str], image_size: int, control_hz: int) -> Store:
        """Makes an empty data set in a new or empty folder, or in one where that was cut before. Raises HomebodyError when something is there."""
        check_facts(robot, cameras, image_size, control_hz)
        _must_be_free(path)
        facts = {"robot": robot, "cameras": list(cameras), "image_size": image_size, "control_hz": control_hz}
        new = tuple(p for p in (path, *path.parents) if not p.exists())
        with disk(path, "no data set was made"):
            path.mkdir(parents=True, exist_ok=True)
            lock = take_lock(path)
            try:
                _must_be_free(path)  # another process may have been faster
                store = Store(path, _found(path, facts), lock=lock)
                store._made = new
                return store
            except BaseException:
                _clear(path, new)
                lock.close()
                raise

    @staticmethod
    def open(path: Path, mode: str = "r") -> Store:
        """Opens a data set, `r` to read or `a` to append. Raises HomebodyError when it is none."""
        if mode not in ("r", "a"):
            raise HomebodyError(f"unknown mode {mode!r}: expected 'r' or 'a'")
        if not path.is_dir():
            raise HomebodyError(f"no data set {path}: expected a folder made by `homebody collect`")
        if (contents := look(path)) == "half":
            raise HomebodyError(f"{path} is a data set whose creation was cut, with nothing in it: collect into it again, or delete it")
        if contents != "data set":
            raise HomebodyError(f"{path} is not a data set of Homebody, it holds {contents}: expected a folder made by `homebody collect`")
        return _open(path, lock=take_lock(path) if mode == "a" else None)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """A data set that was made for a run which was refused, and holds nothing, goes again: refusals leave nothing behind."""
        if self._made is not None and isinstance(error, HomebodyError) and not len(self):
            with suppress(OSError):
                clear_half(self.path)
                _clear(self.path, self._made)
        self.close()

    def close(self) -> None:
        """Releases the writer's lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __reduce__(self) -> tuple[Any, ...]:
        if self._lock is not None:
            raise HomebodyError(f"{self.path} is open for appending, by this process alone: open it with mode 'r' for other processes")
        return _open_at, (self.path.absolute(), self._snapshot)

    def _refresh(self, snapshot: str | None = None) -> None:
        check_process()
        session = self._repository.readonly_session(snapshot_id=snapshot) if snapshot else self._repository.readonly_session(BRANCH)
        self._snapshot = session.snapshot_id
        self._root = zarr.open_group(session.store, mode="r")
        attrs: dict[str, Any] = dict(self._root.attrs)
        if attrs.get("format") != FORMAT:
            raise HomebodyError(f"{self.path} is not a data set of Homebody: its format is {attrs.get('format')!r}")
        if str(attrs["version"]).split(".")[0] != VERSION.split(".")[0]:
            raise HomebodyError(f"{self.path} has format version {attrs['version']}: expected {VERSION.split('.')[0]}.x")
        self._attrs: dict[str, Any] = attrs

    # --- writing ------------------------------------------------------------------------------------------------------
    def append(self, episode: Episode) -> int:
        """Commits one episode and returns its number; when this returns, it is safe. Raises HomebodyError, before anything is written,
        for an episode that does not fit; DiskError where the disk refuses, and the store can then be used as before."""
        if self._lock is None:
            raise HomebodyError(f"{self.path} is open for reading: expected mode 'a' to append")
        check_process()
        check_streams(episode, self._attrs)
        attrs, streams, number = describe(episode, self._attrs), self._streams(episode), len(self)
        with disk(self.path, f"this episode was not written, the {number} before it are kept"):
            try:
                self._commit(number, attrs, streams)
            except BaseException:
                if self._repository.lookup_branch(BRANCH) == self._snapshot:
                    self._sweep()
                    raise
            self._refresh()
        return number

    def _commit(self, number: int, attrs: dict[str, Any], streams: dict[str, np.ndarray]) -> None:
        session = self._repository.writable_session(BRANCH)
        root = zarr.open_group(session.store, mode="a")
        group = root.create_group(f"episodes/{number:06d}")
        sums: dict[str, str] = {}
        for name, value in streams.items():
            raw = name in self._attrs["cameras"]
            array = group.create_array(name, shape=value.shape, dtype=value.dtype, chunks=value.shape, compressors=None if raw else "auto")
            array[...] = value
            sums[name] = checksum(value)
        group.attrs.update({**attrs, "checksums": sums})
        root.attrs.update({"episodes": number + 1, "frames": int(self._attrs["frames"]) + attrs["length"]})
        session.commit(f"episode {number}: {attrs['instruction']} ({'solved' if attrs['success'] else 'not solved'})")

    def _sweep(self) -> None:
        """Removes what a failed commit left: this process is the only writer, so whatever no commit reaches is its own."""
        try:
            self._repository.garbage_collect(datetime.now(UTC) + timedelta(minutes=1))
        except icechunk.IcechunkError:
            return  # a read-only disk keeps it; what made the commit fail is being raised

    def _streams(self, episode: Episode) -> dict[str, np.ndarray]:
        out: dict[str, np.ndarray] = {}
        for name, value in episode.observation.items():
            if name in self._attrs["cameras"]:
                out[name], out[f"{name}_ends"] = encode_frames(value)
            else:
                out[name] = value
        out |= {n: getattr(episode, n) for n in NUMERIC}
        return out | {f"label_{n}": v for n, v in episode.labels.items()}

    # --- reading ------------------------------------------------------------------------------------------------------
    def __len__(self) -> int:
        return int(self._attrs["episodes"])

    @property
    def cameras(self) -> tuple[str, ...]:
        return tuple(self._attrs["cameras"])

    def info(self) -> dict[str, Any]:
        """Format, robot, cameras, picture size, control rate, counts."""
        return dict(self._attrs)

    @contextmanager
    def _reading(self, number: int, what: str) -> Iterator[zarr.Group]:
        """The Zarr group of one episode; what fails in the block names the episode and `what` was read."""
        if not 0 <= number < len(self):
            raise HomebodyError(f"episode {number} of {self.path}: expected 0 to {len(self) - 1}")
        check_process()
        place = f"episode {number} of {self.path}: {what}"
        try:
            yield self._root[f"episodes/{number:06d}"]  # type: ignore[misc]
        except HomebodyError as error:
            raise HomebodyError(f"{place}: {error}") from error
        except MemoryError:
            raise
        except Exception as error:  # a damaged chunk may raise anything in icechunk, zarr or the codec
            raise HomebodyError(f"{place} cannot be read ({why(error)}): `homebody data verify` lists all that is damaged") from error

    def meta(self, number: int) -> dict[str, Any]:
        """Everything of an episode but its streams."""
        with self._reading(number, "its description") as group:
            return dict(group.attrs)

    def shapes(self, number: int) -> dict[str, tuple[int, ...]]:
        """Streams of an episode as stored (pictures coded), and their shapes."""
        with self._reading(number, "its description") as group:
            return {name: array.shape for name, array in group.arrays()}

    def read(self, number: int, name: str, rows: slice | None = None) -> np.ndarray:
        """A stream as stored (pictures coded), whole or some rows of it, whatever its checksum says."""
        with self._reading(number, f"stream {name!r}") as group:
            if name not in group:
                raise HomebodyError(f"there is none, expected one of {', '.join(sorted(group.array_keys()))}")
            return np.asarray(group[name][... if rows is None else rows])  # type: ignore[index]

    def stream(self, number: int, name: str) -> np.ndarray:
        """A stream as stored (pictures coded), equal to its checksum."""
        value = self.read(number, name)
        if checksum(value) != self.meta(number)["checksums"].get(name):
            raise HomebodyError(
                f"episode {number} of {self.path}: stream {name!r} does not match its checksum: `homebody data verify` lists all that is damaged"
            )
        return value

    def frames(self, number: int, camera: str, which: Sequence[int] | None = None) -> np.ndarray:
        """Pictures (n, H, W, 3) uint8 of one camera; all, or those of `which`."""
        read = self.stream if which is None else self.read  # a checksum is of the whole, which a few pictures are not worth
        coded, ends = read(number, camera), read(number, f"{camera}_ends")
        starts = np.concatenate([[0], ends[:-1]])
        chosen = range(len(ends)) if which is None else which
        with self._reading(number, f"stream {camera!r}"):
            return np.stack([decode_frame(coded[starts[i] : ends[i]]) for i in chosen])

    def episode(self, number: int) -> Episode:
        """One episode, whole."""
        meta, names = self.meta(number), set(self.shapes(number))
        cameras = {c: self.frames(number, c) for c in self.cameras}
        rest = {n for n in names if n not in NUMERIC and not n.startswith("label_")} - set(cameras) - {f"{c}_ends" for c in cameras}
        streams = {n: self.stream(number, n) for n in names - set(cameras) - {f"{c}_ends" for c in cameras}}
        with self._reading(number, "its description"):
            return Episode(
                observation={**cameras, **{n: streams[n] for n in sorted(rest)}}, **{n: streams[n] for n in NUMERIC},
                labels={n.removeprefix("label_"): streams[n] for n in sorted(names) if n.startswith("label_")},
                instruction=meta["instruction"], paraphrases=meta["paraphrases"], predicates=meta["predicates"], success=meta["success"],
                credit=meta["credit"], spans=[Span(**s) for s in meta["spans"]], policy=meta["policy"],
                certificate=Certificate.from_json(meta["certificate"]), recipe=meta.get("recipe", ""),
                goals=tuple(Goal(**g) for g in meta.get("goals", ())), roles=meta.get("roles", {}),
            )  # fmt: skip

    def recorded(self) -> set[Recorded]:
        """What is here already."""
        metas = [self.meta(i) for i in range(len(self))]
        return {(c["task"], c["robot"], c["split"], int(c["index"]), m.get("recipe", "")) for m in metas for c in [m["certificate"]]}

    def history(self) -> list[dict[str, str]]:
        """Commits, the newest first: id, time, message."""
        check_process()
        try:
            commits = list(self._repository.ancestry(branch=BRANCH))
        except icechunk.IcechunkError as error:
            raise HomebodyError(f"{self.path}: its history cannot be read ({why(error)})") from error
        return [{"id": s.id, "time": s.written_at.isoformat(timespec="seconds"), "message": s.message} for s in commits]


def open_for(path: Path, *, robot: str, cameras: Sequence[str], image_size: int, control_hz: int) -> Store:
    """The data set at `path`, open to append such episodes; made where there is none yet. Raises HomebodyError where other ones are there."""
    if look(path) in ("nothing", "half"):
        return Store.create(path, robot=robot, cameras=cameras, image_size=image_size, control_hz=control_hz)
    store = Store.open(path, "a")
    f = store.info()
    found = _kinds(f["robot"], f["cameras"], f["image_size"], f["control_hz"])
    differ = [(mine, yours) for mine, yours in zip(found, _kinds(robot, cameras, image_size, control_hz), strict=True) if mine != yours]
    if differ:
        store.close()
        held, wanted = (", ".join(side) for side in zip(*differ, strict=True))
        raise HomebodyError(f"{path} holds {held}: expected {wanted}; choose another --out")
    return store


def _kinds(robot: str, cameras: Sequence[str], image_size: int, control_hz: int) -> tuple[str, str, str]:
    pictures = f"{', '.join(sorted(cameras))} at {image_size} pixels" if cameras else "no pictures"
    return f"episodes of {robot}", pictures, f"{control_hz} Hz"


def _must_be_free(path: Path) -> None:
    if look(path) not in ("nothing", "half"):
        raise HomebodyError(f"{path} exists and is not empty: expected a new folder for the data set")


def _clear(path: Path, folders: Sequence[Path]) -> None:
    """Removes what a creation has made, as far as the disk lets it, and `folders`, the new ones, from the inside out."""
    with suppress(OSError, HomebodyError):
        if look(path) == "half":
            clear_half(path)
        if look(path) == "nothing":
            (path / LOCK_FILE).unlink(missing_ok=True)
            for folder in folders:
                folder.rmdir()


def _found(path: Path, facts: dict[str, Any]) -> icechunk.Repository:
    """Makes the repository of a data set in a folder whose lock is held."""
    clear_half(path)
    new = path / NEW
    repository = icechunk.Repository.create(storage(new))  # which wants a folder of its own, without a lock
    session = repository.writable_session(BRANCH)
    root = zarr.group(store=session.store)
    root.attrs.update({"format": FORMAT, "version": VERSION, **facts, "episodes": 0, "frames": 0})
    root.create_group("episodes")
    session.commit("create the data set")
    for part in sorted(new.iterdir(), key=lambda p: p.name == "refs"):  # with its refs, the last, it is a data set
        part.rename(path / part.name)
    new.rmdir()
    return icechunk.Repository.open(storage(path))


def _open(path: Path, *, lock: TextIO | None = None, snapshot: str | None = None) -> Store:
    try:
        with disk(path, "nothing was written" if lock else "nothing was read"):
            return Store(path, icechunk.Repository.open(storage(path)), lock=lock, snapshot=snapshot)
    except BaseException as error:
        if lock is not None:
            lock.close()
        if isinstance(error, icechunk.IcechunkError | KeyError | FileNotFoundError):
            raise HomebodyError(f"{path} is not a data set of Homebody: {why(error)}") from error
        raise


def _open_at(path: Path, snapshot: str) -> Store:
    """A reader of the same state in another process."""
    return _open(path, snapshot=snapshot)
