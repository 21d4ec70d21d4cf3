"""Joint logs as people have them: harmless differences are read, and what cannot be a log is named in one line with its place."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import Q_HOME
from homebody.envs.real import joint_log
from homebody.envs.real.identify import IdentifyConfig, identify
from homebody.envs.real.joint_log import read_log, write_table

Arrays = dict[str, np.ndarray]
HEADER = "time_s," + ",".join(f"q{i}" for i in range(1, 8)) + "," + ",".join(f"command{i}" for i in range(1, 8))


def arrays(n: int = 600) -> Arrays:
    """A slow swing of all joints, logged at 200 Hz."""
    q = np.tile(Q_HOME, (n, 1)) + 0.1 * np.sin(np.arange(n) / 30)[:, None]
    return {"time_s": np.arange(n) * 0.005, "q": q, "command": q.copy()}


def lines(a: Arrays) -> list[str]:
    table = np.column_stack([a["time_s"], a["q"], a["command"]])
    return [HEADER, *(",".join(f"{v:.7g}" for v in row) for row in table)]


def refused(path: Path) -> str:
    with pytest.raises(HomebodyError) as caught:
        read_log(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


HARMLESS: dict[str, Callable[[list[str]], bytes]] = {
    "trailing blank lines": lambda t: ("\n".join(t) + "\n\n \n\n").encode(),
    "rows of commas at the end": lambda t: ("\n".join(t) + "\n,,,,,,,,,,,,,,\n,\n").encode(),
    "blank lines between": lambda t: "\n\n".join(t).encode(),
    "Windows line ends": lambda t: "\r\n".join(t).encode(),
    "a byte-order mark": lambda t: b"\xef\xbb\xbf" + "\n".join(t).encode(),
    "spaces after commas": lambda t: "\n".join(t).replace(",", ", ").encode(),
    "comments": lambda t: ("# arm 3\n" + t[0] + "\n# begins\n" + "\n".join(t[1:])).encode(),
    "a header that is a comment": lambda t: ("# " + "\n".join(t)).encode(),
    "a comma at the end of each line": lambda t: "".join(f"{line},\n" for line in t).encode(),
    "a comma at the end of each row": lambda t: (t[0] + "\n" + "".join(f"{line},\n" for line in t[1:])).encode(),
    "quoted cells": lambda t: "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in t).encode(),
    "other columns": lambda t: "\n".join(f"{line},{'note' if line == t[0] else 'ok'}" for line in t).encode(),
    "no line end after the last row": lambda t: "\n".join(t).encode(),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_harmless_differences_are_read_as_the_same_log(what: str, tmp_path: Path) -> None:
    a = arrays()
    (tmp_path / "log.csv").write_bytes(HARMLESS[what](lines(a)))
    log = read_log(tmp_path / "log.csv")
    assert log.q.shape == (600, 7)
    np.testing.assert_allclose(log.q, a["q"], atol=1e-6)


def spoilt(change: Callable[[Arrays], object]) -> Arrays:
    a = arrays()
    change(a)
    return a


def scaled(name: str, factor: float) -> Arrays:
    a = arrays()
    return a | {name: a[name] * factor}


UNITS = {
    "milliseconds": (scaled("time_s", 1e3), "time_s grows by 5 a sample, by 2995 in all: looks like milliseconds, expected seconds"),
    "microseconds": (scaled("time_s", 1e6), "looks like microseconds, expected seconds"),
    "nanoseconds": (scaled("time_s", 1e9), "looks like nanoseconds, expected seconds"),
    "minutes": (scaled("time_s", 1 / 60), "lasts 0.05 s (600 samples): expected 2 s or more, with time_s in seconds"),
    "positions in degrees": (scaled("q", 180 / np.pi), "looks like degrees, expected radians"),
    "commands in degrees": (scaled("command", 180 / np.pi), "command4 reaches"),
    "positions in encoder counts": (scaled("q", 4096 / (2 * np.pi)), "outside the joint's"),
    "speeds in degrees": (
        arrays() | {"dq": np.rad2deg(np.gradient(arrays()["q"], 0.005, axis=0))}, "looks like degrees a second, expected radians a second",
    ),
    "speeds that are all zero": (arrays() | {"dq": np.zeros((600, 7))}, "leave dq1..dq7 away if they are not measured"),
    "commands that are steps": (arrays() | {"command": np.diff(arrays()["q"], axis=0, prepend=arrays()["q"][:1])}, "not a speed, a step"),
    "commands that never change": (spoilt(lambda a: a.update(command=np.tile(Q_HOME, (600, 1)))), "never change while the arm moves"),
    "joints in another order": (spoilt(lambda a: a.update(q=a["q"][:, [1, 0, 2, 5, 4, 3, 6]])), "outside the joint's"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNITS)
@pytest.mark.parametrize("suffix", ["csv", "npz"])
def test_a_slip_in_units_or_columns_is_named(what: str, suffix: str, tmp_path: Path) -> None:
    a, message = UNITS[what]
    path = tmp_path / f"log.{suffix}"
    write_table(path, a["time_s"], **{k: v for k, v in a.items() if k != "time_s"})
    assert message in refused(path)


def test_noisy_or_filtered_speeds_are_no_slip(tmp_path: Path) -> None:
    a, rng = arrays(), np.random.default_rng(0)
    noisy = a["q"] + rng.normal(size=a["q"].shape) * 5e-4
    speeds = np.roll(np.gradient(a["q"], 0.005, axis=0), 4, axis=0)
    write_table(tmp_path / "log.npz", a["time_s"], q=noisy, command=a["command"], dq=speeds)
    assert read_log(tmp_path / "log.npz").dq is not None


def cell(row: int, column: int, text: str) -> Callable[[list[str]], list[str]]:
    def change(t: list[str]) -> list[str]:
        fields = t[row].split(",")
        fields[column] = text
        return [*t[:row], ",".join(fields), *t[row + 1 :]]

    return change


TEXTS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "a cell of text": (cell(7, 3, "abc"), "line 8: q3 is 'abc': expected a number"),
    "an empty cell": (cell(7, 0, ""), "line 8: time_s is empty: expected a number"),
    "a cell that is not a number": (cell(7, 9, "nan"), "command is not a finite number at line 8 (1 such samples)"),
    "an infinite cell": (cell(7, 1, "-inf"), "q is not a finite number at line 8"),
    "the same time twice": (cell(7, 0, "0.025"), "time_s does not increase at line 8 (0.025 then 0.025 s"),
    "a header alone": (lambda t: t[:1], "holds 0 samples: expected 40 or more over at least 2 s"),
    "a few rows": (lambda t: t[:21], "holds 20 samples: expected 40"),
    "no header": (lambda t: t[1:], "its first line holds numbers (0, 0,"),
    "nothing": (lambda t: [], "no column time_s"),
    "comments alone": (lambda t: ["# nothing"], "no column time_s"),
    "a column twice": (lambda t: [t[0].replace("q2", "q1"), *t[1:]], "the column q1 stands twice"),
    "one joint less": (lambda t: [t[0].replace("q7", "gripper"), *t[1:]], "no column q7"),
    "another name for time": (lambda t: [t[0].replace("time_s", "time"), *t[1:]], "no column time_s (nearest there: time"),
    "semicolons": (lambda t: [line.replace(",", ";") for line in t], "separated by semicolons: expected commas"),
    "tabs": (lambda t: [line.replace(",", "\t") for line in t], "separated by tabs: expected commas"),
    "a short row": (lambda t: [*t[:5], "1,2", *t[5:]], "line 6: 2 fields, expected 15"),
    "a quote that never ends": (lambda t: [*t[:5], '"' + "x" * 200_000], "expected comma-separated values"),
}


@pytest.mark.parametrize("what", TEXTS)
def test_what_is_wrong_with_a_table_is_said_with_its_line(what: str, tmp_path: Path) -> None:
    change, message = TEXTS[what]
    (tmp_path / "log.csv").write_text("\n".join(change(lines(arrays()))) + "\n")
    assert message in refused(tmp_path / "log.csv")


def test_files_that_are_no_log_are_refused(tmp_path: Path) -> None:
    assert "is a folder: expected a .csv or .npz file" in refused(tmp_path)
    for name, content in (("a.csv", "été".encode("latin-1")), ("b.csv", "time_s,q1\n".encode("utf-16")), ("c.csv", bytes(range(256)))):
        (tmp_path / name).write_bytes(content)
        assert "is no text: expected a CSV in UTF-8" in refused(tmp_path / name)
    a = arrays()
    write_table(tmp_path / "whole.npz", a["time_s"], q=a["q"], command=a["command"])
    whole = (tmp_path / "whole.npz").read_bytes()
    np.save(tmp_path / "array.npy", a["q"])
    contents = {
        "empty": b"", "text": b"time_s,q1\n", "cut": whole[: len(whole) // 2], "one array": (tmp_path / "array.npy").read_bytes(),
        "damaged": whole[:3000] + bytes(600) + whole[3600:],
    }  # fmt: skip
    for what, content in contents.items():
        path = tmp_path / f"{what}.npz"
        path.write_bytes(content)
        assert "cannot be read as an .npz of numbers" in refused(path), what
    with zipfile.ZipFile(tmp_path / "nothing.npz", "w"):
        pass
    assert "no column time_s" in refused(tmp_path / "nothing.npz")


def test_arrays_that_are_no_numbers_are_refused_and_none_is_unpickled(tmp_path: Path) -> None:
    a, path = arrays(), tmp_path / "log.npz"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "sprung",))  # type: ignore[return-value]

    np.savez(path, time_s=np.array([Trap()], dtype=object), q=a["q"], command=a["command"])
    assert "cannot be read as an .npz of numbers" in refused(path) and not (tmp_path / "sprung").exists()
    for values, message in ((a["q"].astype(complex), "q holds complex128: expected real numbers"), (a["q"].astype(str), "q holds <U")):
        np.savez(path, time_s=a["time_s"], q=values, command=a["command"])
        assert message in refused(path)
    np.savez(path, time_s=a["time_s"], **{f"{s}{i}": a[s][:, i - 1] for s in ("q", "command") for i in range(1, 8)})
    assert read_log(path).q.shape == (600, 7)
    np.savez(
        path, time_s=a["time_s"], q1=a["q"], **{f"{s}{i}": a[s][:, 0] for s in ("q", "command") for i in range(1, 8) if s + str(i) != "q1"}
    )
    assert "q1 has the shape (600, 7), expected (600,)" in refused(path)


def test_a_log_larger_than_can_be_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a = arrays()
    write_table(tmp_path / "log.npz", a["time_s"], q=np.zeros((600, 7)), command=np.zeros((600, 7)))
    monkeypatch.setattr(joint_log, "MAX_BYTES", 50_000)
    assert (tmp_path / "log.npz").stat().st_size < 50_000, "small on the disk, large once unpacked"
    assert "MiB of arrays: expected at most" in refused(tmp_path / "log.npz")


def test_a_log_that_no_arm_explains_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from homebody.envs.real import identify as module

    a = arrays()
    write_table(tmp_path / "log.npz", a["time_s"], q=a["q"], command=a["command"])

    def broken(*_: object) -> None:
        raise ValueError("array must not contain\ninfs or NaNs")

    monkeypatch.setattr(module, "_optimize", broken)
    with pytest.raises(HomebodyError, match="the model of the arm cannot follow this log .ValueError: array must not contain infs or NaNs"):
        identify(read_log(tmp_path / "log.npz"), IdentifyConfig(seconds=2))
