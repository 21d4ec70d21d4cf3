"""Joint logs of an arm: what was commanded and what its encoders read, from a CSV or NPZ file.

CSV: one header line, then one row a sample: `time_s, q1..q7, command1..command7` and optionally `dq1..dq7`; other columns
are ignored. NPZ: arrays of the same names, or `time_s` (N,), `q` (N, 7), `command` (N, 7), optionally `dq` (N, 7).
Times in seconds on one clock, angles in radians, speeds in rad/s. `command` is the position target that was *sent* at `time_s`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import HomebodyError, nearest
from ...core.kinematics import Q_MAX, Q_MIN

JOINTS = 7
MIN_SECONDS, MIN_SAMPLES = 2.0, 40
MAX_BYTES = 512 * 2**20
SLACK_RAD = 0.1
"""How far a joint may lie beyond the published limits before the log is thought to be in other units."""


@dataclass(frozen=True, kw_only=True)
class JointLog:
    """N samples of one arm."""

    time_s: np.ndarray
    """(N,) increasing, from 0 [s]."""
    q: np.ndarray
    """(N, 7) measured joint positions [rad]."""
    command: np.ndarray
    """(N, 7) joint position targets [rad]."""
    dq: np.ndarray | None = None
    """(N, 7) measured joint speeds [rad/s]."""

    def first(self, seconds: float) -> JointLog:
        """The log's first `seconds`."""
        n = int(np.searchsorted(self.time_s, seconds, side="right"))
        return JointLog(time_s=self.time_s[:n], q=self.q[:n], command=self.command[:n], dq=None if self.dq is None else self.dq[:n])

    @property
    def rate_hz(self) -> float:
        return 1.0 / float(np.median(np.diff(self.time_s)))


def _names(stem: str) -> list[str]:
    return [f"{stem}{i}" for i in range(1, JOINTS + 1)]


def _require(path: Path, found: list[str], wanted: list[str]) -> None:
    missing = [n for n in wanted if n not in found]
    if missing:
        near = ", ".join(nearest(missing[0], found)) or "none"
        raise HomebodyError(
            f"{path}: no column {', '.join(missing[:3])}{' ...' if len(missing) > 3 else ''} (nearest there: {near}); "
            "expected time_s, q1..q7, command1..command7 and optionally dq1..dq7"
        )


def _read_csv(path: Path) -> dict[str, np.ndarray]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise HomebodyError(f"{path} is no text: expected a CSV with a header, or an .npz") from None
    rows = list(csv.reader(io.StringIO(text)))
    header = [c.strip() for c in rows[0]] if rows else []
    _require(path, header, ["time_s", *_names("q"), *_names("command")])
    wanted = [n for n in ("time_s", *_names("q"), *_names("command"), *_names("dq")) if n in header]
    if len(set(header)) != len(header):
        raise HomebodyError(f"{path}: a column stands twice in the header")
    pick = [header.index(n) for n in wanted]
    values = np.empty((len(rows) - 1, len(pick)))
    for i, row in enumerate(rows[1:]):
        if len(row) != len(header):
            raise HomebodyError(f"{path}, line {i + 2}: {len(row)} fields, expected {len(header)} as in the header")
        try:
            values[i] = [float(row[j]) for j in pick]
        except ValueError as error:
            raise HomebodyError(f"{path}, line {i + 2}: {error}") from None
    columns = dict(zip(wanted, values.T, strict=True))
    return _stack(columns)


def _stack(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns q1..q7 and so on -> arrays `q` (N, 7) and so on."""
    out = {"time_s": columns["time_s"]}
    for stem in ("q", "command", "dq"):
        if all(n in columns for n in _names(stem)):
            out[stem] = np.stack([columns[n] for n in _names(stem)], axis=1)
    return out


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            names = list(archive.files)
            if "q" in names or "command" in names:
                _require(path, names, ["time_s", "q", "command"])
                wanted = [n for n in ("time_s", "q", "command", "dq") if n in names]
                arrays = {n: np.asarray(archive[n], dtype=np.float64) for n in wanted}
            else:
                _require(path, names, ["time_s", *_names("q"), *_names("command")])
                arrays = _stack({n: np.asarray(archive[n], dtype=np.float64) for n in names if n[-1:].isdigit() or n == "time_s"})
    except (ValueError, OSError, zipfile.BadZipFile, EOFError, TypeError) as error:
        raise HomebodyError(f"{path} cannot be read as an .npz of numbers: {str(error)[:120]}") from None
    n = arrays["time_s"].size
    for name, array in arrays.items():
        expected = (n,) if name == "time_s" else (n, JOINTS)
        if array.shape != expected:
            raise HomebodyError(f"{path}: {name} has the shape {array.shape}, expected {expected}")
    return arrays


def _check(path: Path, a: dict[str, np.ndarray]) -> None:
    time = a["time_s"]
    for name, array in a.items():
        bad = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
        if bad.any():
            raise HomebodyError(
                f"{path}: {name} is not a finite number at sample {int(np.flatnonzero(bad)[0])} ({int(bad.sum())} such samples)"
            )
    if len(time) < MIN_SAMPLES:
        raise HomebodyError(f"{path} holds {len(time)} samples: expected {MIN_SAMPLES} or more over at least {MIN_SECONDS:g} s")
    steps = np.diff(time)
    if (steps <= 0).any():
        i = int(np.flatnonzero(steps <= 0)[0])
        raise HomebodyError(f"{path}: time_s does not increase at sample {i + 1} ({time[i]:g} then {time[i + 1]:g} s)")
    if time[-1] - time[0] < MIN_SECONDS:
        raise HomebodyError(f"{path} lasts {time[-1] - time[0]:.2f} s: expected {MIN_SECONDS:g} s or more")
    gap = float(steps.max())
    if gap > max(0.2, 10 * float(np.median(steps))):
        raise HomebodyError(
            f"{path}: {gap:.2f} s pass between samples {int(steps.argmax())} and {int(steps.argmax()) + 1}; cut the log there"
        )
    for name in ("q", "command"):
        beyond = np.maximum(Q_MIN - a[name], a[name] - Q_MAX).max(axis=0)
        if beyond.max() > SLACK_RAD:
            j = int(beyond.argmax())
            worst = a[name][:, j][np.abs(a[name][:, j]).argmax()]
            raise HomebodyError(
                f"{path}: {name}{j + 1} reaches {worst:.2f}, outside the joint's {Q_MIN[j]:.2f} to {Q_MAX[j]:.2f} rad: expected radians"
            )


def read_log(path: Path) -> JointLog:
    """Reads and checks a log. Raises HomebodyError that names the first thing wrong."""
    if not path.is_file():
        raise HomebodyError(f"no log at {path}: expected a .csv or .npz file")
    if path.stat().st_size > MAX_BYTES:
        raise HomebodyError(f"{path} has {path.stat().st_size / 2**20:.0f} MiB: expected at most {MAX_BYTES // 2**20}")
    arrays = _read_npz(path) if path.suffix.lower() == ".npz" else _read_csv(path)
    _check(path, arrays)
    return JointLog(time_s=arrays["time_s"] - arrays["time_s"][0], q=arrays["q"], command=arrays["command"], dq=arrays.get("dq"))


def write_table(path: Path, time_s: np.ndarray, **streams: np.ndarray) -> None:
    """Writes `time_s` (N,) and streams (N, 7) such as `command` as CSV or, by the suffix, NPZ."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".npz":
        np.savez_compressed(path, time_s=time_s, **streams)
        return
    header = ["time_s", *(n for stem in streams for n in _names(stem))]
    np.savetxt(path, np.column_stack([time_s, *streams.values()]), delimiter=",", header=",".join(header), comments="", fmt="%.7g")
