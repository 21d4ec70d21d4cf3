"""Episodes on Zarr v3 over Icechunk: an episode is one transaction, so a cut loses at most the running one.

Layout: group `episodes/000012` with, per camera, `<camera>` (all JPEG frames, one after the other) and `<camera>_ends`;
one array per numeric stream; attributes with everything else, checksums included. Icechunk's local store takes one
committer at a time: a lock that the kernel drops with the process keeps a second writer out.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import icechunk
import numpy as np
import zarr

from ..core.errors import HomebodyError
from ..core.types import Certificate, Episode, Span

FORMAT, VERSION = "homebody", "1.0"
QUALITY = 95
"""JPEG quality, without colour subsampling."""
LOCK_FILE = ".writer.lock"
NUMERIC = ("action", "intervention", "times_s", "initial_state")
BRANCH = "main"


def checksum(array: np.ndarray) -> str:
    """BLAKE2b of an array's bytes, 32 hex digits."""
    return hashlib.blake2b(np.ascontiguousarray(array).tobytes(), digest_size=16).hexdigest()


def encode_frames(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, H, W, 3) uint8 RGB -> JPEG bytes of all frames, and where each ends."""
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    coded = [cv2.imencode(".jpg", cv2.cvtColor(f, cv2.COLOR_RGB2BGR), options)[1].ravel() for f in frames]
    return np.concatenate(coded), np.cumsum([len(c) for c in coded]).astype(np.int64)


def decode_frame(coded: np.ndarray) -> np.ndarray:
    """JPEG bytes -> (H, W, 3) uint8 RGB."""
    picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    if picture is None:
        raise HomebodyError("damaged picture: expected JPEG bytes")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


class Store:
    """A data set of episodes. Use as a context manager; open for appending by one process at a time."""

    def __init__(self, path: Path, repository: icechunk.Repository, *, writable: bool) -> None:
        self.path, self._repository, self._lock = path, repository, None
        if writable:
            self._lock = _take_lock(path)
        self._refresh()

    # --- opening ------------------------------------------------------------------------------------------------------
    @staticmethod
    def create(path: Path, *, robot: str, cameras: Sequence[str], image_size: int, control_hz: int) -> Store:
        """Makes an empty data set in a new or empty folder. Raises HomebodyError when something is there."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise HomebodyError(f"{path} exists and is not empty: expected a new folder for the data set")
        path.mkdir(parents=True, exist_ok=True)
        repository = icechunk.Repository.create(_storage(path))
        session = repository.writable_session(BRANCH)
        root = zarr.group(store=session.store)
        root.attrs.update(
            {"format": FORMAT, "version": VERSION, "robot": robot, "cameras": list(cameras), "image_size": image_size,
             "control_hz": control_hz, "episodes": 0, "frames": 0}
        )  # fmt: skip
        root.create_group("episodes")
        session.commit("create the data set")
        return Store(path, repository, writable=True)

    @staticmethod
    def open(path: Path, mode: str = "r") -> Store:
        """Opens a data set, `r` to read or `a` to append. Raises HomebodyError when it is none."""
        if mode not in ("r", "a"):
            raise HomebodyError(f"unknown mode {mode!r}: expected 'r' or 'a'")
        if not path.is_dir():
            raise HomebodyError(f"no data set {path}: expected a folder made by `homebody collect`")
        try:
            repository = icechunk.Repository.open(_storage(path))
            store = Store(path, repository, writable=mode == "a")
        except (icechunk.IcechunkError, KeyError, FileNotFoundError) as error:
            raise HomebodyError(f"{path} is not a data set of Homebody: {_first_line(error)}") from error
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Releases the writer's lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _refresh(self) -> None:
        self._root = zarr.open_group(self._repository.readonly_session(BRANCH).store, mode="r")
        attrs: dict[str, Any] = dict(self._root.attrs)
        if attrs.get("format") != FORMAT:
            raise HomebodyError(f"{self.path} is not a data set of Homebody: its format is {attrs.get('format')!r}")
        if str(attrs["version"]).split(".")[0] != VERSION.split(".")[0]:
            raise HomebodyError(f"{self.path} has format version {attrs['version']}: expected {VERSION.split('.')[0]}.x")
        self._attrs: dict[str, Any] = attrs

    # --- writing ------------------------------------------------------------------------------------------------------
    def append(self, episode: Episode) -> int:
        """Commits one episode and returns its number; when this returns, it is safe."""
        if self._lock is None:
            raise HomebodyError(f"{self.path} is open for reading: expected mode 'a' to append")
        self._check(episode)
        session = self._repository.writable_session(BRANCH)
        root = zarr.open_group(session.store, mode="a")
        number = int(root.attrs["episodes"])
        group = root["episodes"].create_group(f"{number:06d}")
        sums: dict[str, str] = {}
        for name, value in self._streams(episode).items():
            raw = name in self._attrs["cameras"]
            array = group.create_array(name, shape=value.shape, dtype=value.dtype, chunks=value.shape, compressors=None if raw else "auto")
            array[...] = value
            sums[name] = checksum(value)
        group.attrs.update({**_describe(episode), "checksums": sums})
        root.attrs.update({"episodes": number + 1, "frames": int(root.attrs["frames"]) + episode.length})
        session.commit(f"episode {number}: {episode.instruction} ({'solved' if episode.success else 'not solved'})")
        self._refresh()
        return number

    def _check(self, episode: Episode) -> None:
        size = int(self._attrs["image_size"])
        for camera in self._attrs["cameras"]:
            shape = episode.observation[camera].shape
            if shape != (episode.length, size, size, 3):
                raise HomebodyError(f"camera {camera!r} has pictures of shape {shape}: expected ({episode.length}, {size}, {size}, 3)")
        for name, value in {
            **episode.observation,
            "action": episode.action,
            "intervention": episode.intervention,
            **episode.labels,
        }.items():
            if len(value) != episode.length:
                raise HomebodyError(f"stream {name!r} has {len(value)} frames: expected {episode.length}")

    def _streams(self, episode: Episode) -> dict[str, np.ndarray]:
        out: dict[str, np.ndarray] = {}
        for name, value in episode.observation.items():
            if name in self._attrs["cameras"]:
                out[name], out[f"{name}_ends"] = encode_frames(value)
            else:
                out[name] = np.asarray(value)
        out |= {n: np.asarray(getattr(episode, n)) for n in NUMERIC}
        return out | {f"label_{n}": np.asarray(v) for n, v in episode.labels.items()}

    # --- reading ------------------------------------------------------------------------------------------------------
    def __len__(self) -> int:
        return int(self._attrs["episodes"])

    @property
    def cameras(self) -> tuple[str, ...]:
        return tuple(self._attrs["cameras"])

    def info(self) -> dict[str, Any]:
        """Format, robot, cameras, picture size, control rate, counts."""
        return dict(self._attrs)

    def group(self, number: int) -> zarr.Group:
        """The Zarr group of one episode. Raises HomebodyError when there is none."""
        if not 0 <= number < len(self):
            raise HomebodyError(f"episode {number} of {self.path}: expected 0 to {len(self) - 1}")
        return self._root[f"episodes/{number:06d}"]  # type: ignore[return-value]

    def meta(self, number: int) -> dict[str, Any]:
        """Everything of an episode but its streams."""
        return dict(self.group(number).attrs)

    def stream(self, number: int, name: str) -> np.ndarray:
        """A stream as stored (pictures coded)."""
        return np.asarray(self.group(number)[name][...])

    def frames(self, number: int, camera: str, which: Sequence[int] | None = None) -> np.ndarray:
        """Pictures (n, H, W, 3) uint8 of one camera; all, or those of `which`."""
        coded, ends = self.stream(number, camera), self.stream(number, f"{camera}_ends")
        starts = np.concatenate([[0], ends[:-1]])
        chosen = range(len(ends)) if which is None else which
        return np.stack([decode_frame(coded[starts[i] : ends[i]]) for i in chosen])

    def episode(self, number: int) -> Episode:
        """One episode, whole."""
        group, meta = self.group(number), self.meta(number)
        names = set(group.array_keys())
        cameras = {c: self.frames(number, c) for c in self.cameras}
        rest = {n for n in names if n not in NUMERIC and not n.startswith("label_")} - set(cameras) - {f"{c}_ends" for c in cameras}
        return Episode(
            observation={**cameras, **{n: self.stream(number, n) for n in sorted(rest)}},
            **{n: self.stream(number, n) for n in NUMERIC},
            labels={n.removeprefix("label_"): self.stream(number, n) for n in sorted(names) if n.startswith("label_")},
            instruction=meta["instruction"], paraphrases=meta["paraphrases"], predicates=meta["predicates"], success=meta["success"],
            credit=meta["credit"], spans=[Span(**s) for s in meta["spans"]], policy=meta["policy"],
            certificate=Certificate.from_json(meta["certificate"]),
        )  # fmt: skip

    def history(self) -> list[dict[str, str]]:
        """Commits, the newest first: id, time, message."""
        return [
            {"id": s.id, "time": s.written_at.isoformat(timespec="seconds"), "message": s.message}
            for s in self._repository.ancestry(branch=BRANCH)
        ]


def _describe(episode: Episode) -> dict[str, Any]:
    return {
        "instruction": episode.instruction, "paraphrases": list(episode.paraphrases), "predicates": dict(episode.predicates),
        "success": bool(episode.success), "credit": float(episode.credit), "spans": [vars(s) for s in episode.spans], "policy": episode.policy,
        "certificate": episode.certificate.to_json(), "length": episode.length,
    }  # fmt: skip


def _storage(path: Path) -> icechunk.Storage:
    icechunk.set_logs_filter("error")  # its warning about two writers is what the lock is for
    return icechunk.local_filesystem_storage(str(path))


def _take_lock(path: Path) -> Any:
    file = (path / LOCK_FILE).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise HomebodyError(f"another process is writing to {path}: expected one writer at a time") from error
    return file


def _first_line(error: Exception) -> str:
    lines = [line.strip(" |x`->") for line in str(error).splitlines() if line.strip(" |x`->")]
    return lines[0] if lines else type(error).__name__
