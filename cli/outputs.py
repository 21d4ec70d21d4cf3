"""What commands write besides their main result: paths are looked at before a run, files appear whole."""

from __future__ import annotations

import errno
import inspect
import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import tyro

from ..core.errors import HomebodyError, shown
from ..core.files import write_text
from .endings import of_system


@dataclass(frozen=True, kw_only=True)
class Output:
    """Marks a parameter of a command as a path that it will write to."""

    kind: Literal["file", "folder"]


JsonPath = Annotated[Path | None, tyro.conf.arg(name="json"), Output(kind="file")]
"""The option --json of every command."""
OutFile = Annotated[Path, Output(kind="file")]
OutFolder = Annotated[Path, Output(kind="folder")]
MaybeFile = Annotated[Path | None, Output(kind="file")]
MaybeFolder = Annotated[Path | None, Output(kind="folder")]


def check_outputs(function: Callable[..., object], given: Mapping[str, object]) -> None:
    """Raises HomebodyError for a marked parameter of `function` whose path cannot be written to; makes nothing.

    given: the arguments of the call by name.
    """
    hints = get_type_hints(function, include_extras=True)
    for name in inspect.signature(function).parameters:
        marks = [m for m in getattr(hints.get(name), "__metadata__", ()) if isinstance(m, Output)]
        path = given.get(name)
        if marks and isinstance(path, Path):
            option = "--json" if name == "json_path" else f"--{name.replace('_', '-')}"
            try:
                _check(path, marks[0].kind)
            except OSError as error:
                where = "" if error.filename in (None, str(path)) else f"{shown(str(error.filename))}: "
                raise HomebodyError(f"{option} {shown(str(path))}: {where}{of_system(error)}") from error
            except ValueError as error:  # a null byte
                raise HomebodyError(f"{option} {shown(repr(str(path)))}: {error}: expected a path") from error


def _check(path: Path, kind: str) -> None:
    """Raises OSError where `path` cannot become a file or folder that is written to."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        _check_parent(path)
        return
    if kind == "folder" and not stat.S_ISDIR(mode):
        raise HomebodyError(f"{path} is a file: expected a folder, or a name that is not taken")
    if kind == "file" and stat.S_ISDIR(mode):
        raise HomebodyError(f"{path} is a folder: expected a file, as in {path / 'result.json'}")
    _check_writable(path, folder=stat.S_ISDIR(mode))
    if kind == "file" and stat.S_ISREG(mode):  # it is replaced whole, by a new file beside it
        _check_writable(path.parent, folder=True)


def _check_parent(path: Path) -> None:
    """The nearest folder above that is there must take new ones."""
    if len(os.fsencode(path.name)) > 255:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    if path.is_symlink():
        raise HomebodyError(f"{path} is a link to {os.readlink(path)}, which is not there: expected a file, or a name that is not taken")
    parent = path.parent
    while not parent.exists():
        if parent.is_symlink():
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), str(parent))
        parent = parent.parent
    if not parent.is_dir():
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(parent))
    _check_writable(parent, folder=True)


def _check_writable(path: Path, *, folder: bool) -> None:
    if os.access(path, os.W_OK | (os.X_OK if folder else 0)):
        return
    read_only = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    number = errno.EROFS if read_only else errno.EACCES
    raise OSError(number, os.strerror(number), str(path))


def write_json(path: Path | None, value: Any) -> None:
    """Writes a command's result where --json asks for it; parents are made. NaN and infinities become null: JSON has neither."""
    if path is not None:
        write_text(path, json.dumps(finite(value), indent=2, default=str, allow_nan=False) + "\n")


def finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    return None if isinstance(value, float) and not -float("inf") < value < float("inf") else value
