"""Joint logs of an arm: what was commanded and what its encoders read, from a CSV or NPZ file.

CSV: one header line, then one row a sample: `time_s, q1..q7, command1..command7` and optionally `dq1..dq7`; other columns
are ignored. NPZ: arrays of the same names, or `time_s` (N,), `q` (N, dof), `command` (N, dof), optionally `dq` (N, dof).
Blank lines, `#` comments and spaces are no faults. Times in seconds on one clock, angles in radians, speeds in rad/s. `command` is the position target that was *sent* at `time_s`.
"""

from __future__ import annotations

import zipfile
import zlib
from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import HomebodyError, nearest, shown
from ...core.files import writing
from .plausible import MIN_SECONDS, Where, check_angles, check_commands, check_speeds, check_times
from .tables import number, read_rows
from .which import ROBOT

JOINTS = ROBOT.dof
MIN_SAMPLES = 40
MAX_BYTES = 512 * 2**20
DAMAGED = (ValueError, OSError, zipfile.BadZipFile, zlib.error, EOFError, TypeError, KeyError, NotImplementedError, RuntimeError)
"""What reading a file that is no .npz, or half of one, may raise."""


@dataclass(frozen=True, kw_only=True)
class JointLog:
    """N samples of one arm."""

    time_s: np.ndarray
    """(N,) increasing, from 0 [s]."""
    q: np.ndarray
    """(N, dof) measured joint positions [rad]."""
    command: np.ndarray
    """(N, dof) joint position targets [rad]."""
    dq: np.ndarray | None = None
    """(N, dof) measured joint speeds [rad/s]."""

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
            f"expected time_s, q1..q{JOINTS}, command1..command{JOINTS} and optionally dq1..dq{JOINTS}"
        )


def _read_csv(path: Path) -> tuple[dict[str, np.ndarray], Where]:
    rows = read_rows(path, "time_s")
    _, header = next(rows, (0, []))
    _require(path, header, ["time_s", *_names("q"), *_names("command")])
    wanted = [n for n in ("time_s", *_names("q"), *_names("command"), *_names("dq")) if n in header]
    pick = [header.index(n) for n in wanted]
    values, lines = array("d"), array("q")
    for line, row in rows:
        values.extend(number(path, line, header[j], row[j]) for j in pick)
        lines.append(line)
    table = np.frombuffer(values, np.float64).reshape(-1, len(pick)) if lines else np.zeros((0, len(pick)))
    return _stack(dict(zip(wanted, table.T, strict=True))), lambda i: f"line {lines[i]}"


def _stack(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns q1..q7 and so on -> arrays `q` (N, dof) and so on."""
    out = {"time_s": columns["time_s"]}
    for stem in ("q", "command", "dq"):
        if all(n in columns for n in _names(stem)):
            out[stem] = np.stack([columns[n] for n in _names(stem)], axis=1)
    return out


def _read_npz(path: Path) -> tuple[dict[str, np.ndarray], Where]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            names = [n.removesuffix(".npy") for n in archive.namelist()]
        if size > MAX_BYTES:
            raise HomebodyError(f"{path} holds {size / 2**20:.0f} MiB of arrays: expected at most {MAX_BYTES // 2**20}")
        whole = "q" in names or "command" in names
        _require(path, names, ["time_s", "q", "command"] if whole else ["time_s", *_names("q"), *_names("command")])
        wanted = ("time_s", "q", "command", "dq") if whole else ("time_s", *_names("q"), *_names("command"), *_names("dq"))
        with np.load(path, allow_pickle=False) as arrays:
            found = {n: arrays[n] for n in wanted if n in names}
    except DAMAGED as error:
        raise HomebodyError(f"{path} cannot be read as an .npz of numbers: {shown(' '.join(str(error).split()), 120)}") from None
    for name, values in found.items():
        if values.dtype.kind not in "iuf":
            raise HomebodyError(f"{path}: {name} holds {values.dtype}: expected real numbers")
        expected = (found["time_s"].size, JOINTS) if whole and name != "time_s" else (found["time_s"].size,)
        if values.shape != expected:
            raise HomebodyError(f"{path}: {name} has the shape {values.shape}, expected {expected}")
    numbers = {n: values.astype(np.float64) for n, values in found.items()}
    return numbers if whole else _stack(numbers), lambda i: f"sample {i}"


def _check(path: Path, a: dict[str, np.ndarray], where: Where) -> None:
    time = a["time_s"]
    if len(time) < MIN_SAMPLES:
        raise HomebodyError(f"{path} holds {len(time)} samples: expected {MIN_SAMPLES} or more over at least {MIN_SECONDS:g} s")
    for name, values in a.items():
        bad = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
        if len(bad):
            raise HomebodyError(f"{path}: {name} is not a finite number at {where(int(bad[0]))} ({len(bad)} such samples)")
    check_times(path, time, where)
    for name in ("q", "command"):
        check_angles(path, name, a[name])
    if "dq" in a:
        check_speeds(path, time, a["q"], a["dq"])
    check_commands(path, a["q"], a["command"])


def read_log(path: Path) -> JointLog:
    """Reads and checks a log. Raises HomebodyError that names the first thing wrong."""
    if path.is_dir():
        raise HomebodyError(f"{path} is a folder: expected a .csv or .npz file")
    if not path.is_file():
        raise HomebodyError(f"no log at {path}: expected a .csv or .npz file")
    if path.stat().st_size > MAX_BYTES:
        raise HomebodyError(f"{path} has {path.stat().st_size / 2**20:.0f} MiB: expected at most {MAX_BYTES // 2**20}")
    arrays, where = _read_npz(path) if path.suffix.lower() == ".npz" else _read_csv(path)
    _check(path, arrays, where)
    return JointLog(time_s=arrays["time_s"] - arrays["time_s"][0], q=arrays["q"], command=arrays["command"], dq=arrays.get("dq"))


def check_table_name(path: Path) -> None:
    """Raises HomebodyError where `write_table` could not tell the format by the name."""
    if path.suffix.lower() not in (".csv", ".npz"):
        raise HomebodyError(f"{path}: expected a name that ends in .csv or .npz")


def write_table(path: Path, time_s: np.ndarray, **streams: np.ndarray) -> None:
    """Writes `time_s` (N,) and streams (N, dof) such as `command` as CSV or, by the suffix, NPZ: whole or not at all."""
    with writing(path) as part:
        if path.suffix.lower() == ".npz":
            np.savez_compressed(part, allow_pickle=False, time_s=time_s, **streams)
            return
        header = ["time_s", *(n for stem in streams for n in _names(stem))]
        np.savetxt(part, np.column_stack([time_s, *streams.values()]), delimiter=",", header=",".join(header), comments="", fmt="%.7g")
