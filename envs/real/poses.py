"""Tool poses that belong to pictures: `poses.csv` or `poses.json` beside them.

CSV: header `file, x, y, z, qw, qx, qy, qz`: the tool's position in the base frame [m] and its unit quaternion.
JSON: `{"a.png": {"position": [x, y, z], "quaternion": [w, x, y, z]}, "b.png": [[4 x 4 matrix T_base_tool]], ...}`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import HomebodyError, nearest
from ...core.kinematics import rotation_from_quaternion
from .tables import number, read_rows

COLUMNS = ("file", "x", "y", "z", "qw", "qx", "qy", "qz")
FURTHEST_M = 10.0


def pose_matrix(position: np.ndarray, quaternion: np.ndarray) -> np.ndarray:
    """(3,) [m] and (4,) w first -> (4, 4)."""
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = rotation_from_quaternion(quaternion / np.linalg.norm(quaternion)), position
    return T


def _checked(where: str, T: np.ndarray) -> np.ndarray:
    if T.shape != (4, 4) or not np.isfinite(T).all():
        raise HomebodyError(f"{where}: expected a 4 x 4 matrix of finite numbers")
    R = T[:3, :3]
    if np.abs(R @ R.T - np.eye(3)).max() > 1e-3 or np.linalg.det(R) < 0 or np.abs(T[3] - [0, 0, 0, 1]).max() > 1e-6:
        raise HomebodyError(f"{where}: the rotation is not orthonormal, or the last row is not 0 0 0 1")
    furthest = float(np.abs(T[:3, 3]).max())
    if furthest > FURTHEST_M:
        unit = "millimetres" if furthest > 10 * FURTHEST_M else "centimetres or inches"
        raise HomebodyError(f"{where}: the tool is {furthest:.0f} m away: looks like {unit}, expected metres")
    u, _, vt = np.linalg.svd(R)
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = u @ vt, T[:3, 3]
    return out


def _from_parts(where: str, values: Any) -> np.ndarray:
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise HomebodyError(f"{where}: {str(values)[:60]} is not 7 numbers") from None
    if numbers.shape != (7,) or not np.isfinite(numbers).all():
        raise HomebodyError(f"{where}: expected position (3) and quaternion (4), all finite")
    norm = float(np.linalg.norm(numbers[3:]))
    if abs(norm - 1) > 0.01:
        raise HomebodyError(f"{where}: the quaternion's length is {norm:.3f}, expected 1 (w, x, y, z, and no angles)")
    return _checked(where, pose_matrix(numbers[:3], numbers[3:]))


def _read_csv(path: Path) -> dict[str, np.ndarray]:
    rows = read_rows(path, "file")
    _, header = next(rows, (0, []))
    missing = [c for c in COLUMNS if c not in header]
    if missing:
        raise HomebodyError(
            f"{path}: no column {', '.join(missing)} (there are {', '.join(header)[:80] or 'none'}); expected {', '.join(COLUMNS)}"
        )
    pick = [header.index(c) for c in COLUMNS]
    out: dict[str, np.ndarray] = {}
    for line, row in rows:
        name = row[pick[0]]
        if name in out:
            raise HomebodyError(f"{path}, line {line}: {name} stands twice")
        out[name] = _from_parts(f"{path}, line {line}", [number(path, line, header[i], row[i]) for i in pick[1:]])
    if not out:
        raise HomebodyError(f"{path} has a header and no line after it: expected the tool's pose for each picture")
    return out


def _read_json(path: Path) -> dict[str, np.ndarray]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HomebodyError(f"{path} is no JSON: {error}") from None
    if not isinstance(content, dict):
        raise HomebodyError(f"{path}: expected an object of file names")
    out: dict[str, np.ndarray] = {}
    for name, value in content.items():
        where = f"{path}, {name}"
        if isinstance(value, dict):
            missing = [k for k in ("position", "quaternion") if not isinstance(value.get(k), list)]
            if missing:
                raise HomebodyError(f"{where}: no list {missing[0]!r}; expected position [x, y, z] and quaternion [w, x, y, z]")
            out[name] = _from_parts(where, [*value["position"], *value["quaternion"]])
        else:
            try:
                out[name] = _checked(where, np.array(value, dtype=np.float64))
            except (TypeError, ValueError):
                raise HomebodyError(f"{where}: expected a 4 x 4 matrix, or position and quaternion") from None
    return out


def read_poses(folder: Path, pictures: list[str]) -> dict[str, np.ndarray]:
    """T_base_tool (4, 4) by picture name, from `poses.csv` or `poses.json` in the folder."""
    paths = [folder / n for n in ("poses.csv", "poses.json") if (folder / n).is_file()]
    if not paths:
        raise HomebodyError(
            f"no poses.csv or poses.json in {folder}: expected the tool's pose for each picture (columns {', '.join(COLUMNS)}); "
            "for the lens alone use --mode intrinsics"
        )
    if len(paths) == 2:
        raise HomebodyError(f"{folder} has both poses.csv and poses.json: keep one")
    poses = _read_csv(paths[0]) if paths[0].suffix == ".csv" else _read_json(paths[0])
    if not set(poses) & set(pictures):
        example = nearest(pictures[0], poses) if poses else []
        raise HomebodyError(
            f"{paths[0]} names none of the {len(pictures)} pictures (it has {', '.join(example) or 'no lines'}; a picture is {pictures[0]})"
        )
    return poses
