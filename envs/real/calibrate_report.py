"""The calibration for people and programs: a table, calibration.json, annotated pictures and a plot of the errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import mujoco
import numpy as np

from ...core.errors import HomebodyError
from .calibrate import COVERAGE_GRID, Calibration, Lens, View
from .hand_eye import vector
from .pictures import Picture

LENS_NAMES = ("fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3")
CAMERA_FRAME = {"hand-eye": "T_tool_camera", "fixed": "T_base_camera"}
BOARD_FRAME = {"hand-eye": "T_base_board", "fixed": "T_tool_board"}
FOUND, EXPECTED = (80, 220, 60), (40, 40, 235)
"""Colours of corners in annotated pictures, blue green red."""
AXES = ((60, 60, 230), (60, 180, 60), (230, 120, 40))
"""x, y, z of the board."""
MAX_DRAWN = 200


def _quaternion(R: np.ndarray) -> np.ndarray:
    q = np.empty(4)
    mujoco.mju_mat2Quat(q, np.ascontiguousarray(R).ravel())
    return q if q[0] >= 0 else -q


def _lens_values(lens: Lens) -> list[float]:
    m = lens.matrix
    return [float(v) for v in (m[0, 0], m[1, 1], m[0, 2], m[1, 2], *lens.distortion)]


def table(c: Calibration) -> Iterator[str]:
    """Lines of text."""
    total = len(c.views) + len(c.rejected)
    yield f"{len(c.views)} of {total} pictures used, {sum(v.corners for v in c.views)} corners, over {100 * c.coverage:.0f} % of the picture"
    for name, why in c.rejected.items():
        yield f"  not used, {name}: {why}"
    values = _lens_values(c.lens)
    if c.lens_sd is None:
        yield "lens: as given"
    else:
        pairs = [f"{n} {v:.5g} ± {s:.2g}" for n, v, s in zip(LENS_NAMES, values, c.lens_sd, strict=True) if s > 0]
        yield f"lens: {', '.join(pairs)} (± one standard deviation)"
    if c.camera is not None and c.camera_sd is not None:
        p, q = c.camera[:3, 3], _quaternion(c.camera[:3, :3])
        yield f"{CAMERA_FRAME[c.mode]}: position {p[0]:.5f}, {p[1]:.5f}, {p[2]:.5f} m ± {c.camera_sd[0]:.2g} mm"
        yield f"  quaternion (w x y z) {', '.join(f'{v:.5f}' for v in q)} ± {c.camera_sd[1]:.2g} degrees; camera: x right, y down, z forwards"
        worst = max(c.views, key=lambda v: v.pose_off_mm)
        mean = float(np.sqrt(np.mean([v.pose_off_mm**2 for v in c.views])))
        yield f"tool poses agree with the pictures to {mean:.2f} mm rms (worst {worst.pose_off_mm:.2f} mm, {worst.name})"
    yield f"reprojection error {c.error_px:.3f} pixels rms (worst picture {max(v.error_px for v in c.views):.3f})"
    for warning in c.warnings:
        yield f"warning: {warning}"
    if not c.trusted:
        yield "not to be trusted: the pictures contradict the tool poses or the lens; see the warnings"


def _pose_json(T: np.ndarray) -> dict[str, Any]:
    return {"position_m": T[:3, 3].tolist(), "quaternion_wxyz": _quaternion(T[:3, :3]).tolist(), "matrix": T.tolist()}


def calibration_to_json(c: Calibration) -> dict[str, Any]:
    """Everything of calibration.json."""
    lens: dict[str, Any] = dict(zip(LENS_NAMES, _lens_values(c.lens), strict=True))
    lens |= {"width": c.lens.size[0], "height": c.lens.size[1], "fovy_deg": c.lens.fovy_deg}
    if c.lens_sd is not None:
        lens["standard_deviation"] = dict(zip(LENS_NAMES, map(float, c.lens_sd), strict=True))
    out: dict[str, Any] = {"mode": c.mode, "intrinsics": lens}
    if c.camera is not None and c.board is not None and c.camera_sd is not None:
        out["camera"] = {
            "frame": CAMERA_FRAME[c.mode],
            **_pose_json(c.camera),
            "sd_position_mm": c.camera_sd[0],
            "sd_rotation_deg": c.camera_sd[1],
        }
        out["board"] = {"frame": BOARD_FRAME[c.mode], **_pose_json(c.board)}
        # MuJoCo's cameras look along -z with y upwards.
        out["mujoco_camera"] = {
            "parent": "tool" if c.mode == "hand-eye" else "base",
            "pos": c.camera[:3, 3].tolist(), "quat": _quaternion(c.camera[:3, :3] @ np.diag([1.0, -1, -1])).tolist(), "fovy": c.lens.fovy_deg,
        }  # fmt: skip
    out |= {
        "reprojection_error_px": c.error_px, "coverage": c.coverage, "trusted": c.trusted, "warnings": list(c.warnings), "rejected": c.rejected,
        "pictures": {
            v.name: {"corners": v.corners, "error_px": v.error_px, "pose_off_mm": v.pose_off_mm, "pose_off_deg": v.pose_off_deg}
            for v in c.views
        },
    }  # fmt: skip
    return out


def read_lens(path: Path) -> Lens:
    """The lens of a calibration.json."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["intrinsics"]
        values = [float(found[n]) for n in LENS_NAMES]
        size = (int(found["width"]), int(found["height"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise HomebodyError(
            f"{path} holds no lens ({type(error).__name__} {error}): expected a calibration.json of `homebody calibrate`"
        ) from None
    if not (np.isfinite(values).all() and min(*values[:2], *size) > 0):
        raise HomebodyError(f"{path}: the lens is not finite, or its focal length or picture size is not positive")
    matrix = np.array([[values[0], 0, values[2]], [0, values[1], values[3]], [0, 0, 1.0]])
    return Lens(size=size, matrix=matrix, distortion=np.array(values[4:]))


def draw_pictures(c: Calibration, found: list[Picture], folder: Path, out: Path, axis_m: float) -> None:
    """Each picture with its corners: found (green circles), expected (red crosses), the board's axes; or why it was not used."""
    out.mkdir(parents=True, exist_ok=True)
    views = {v.name: v for v in c.views}
    for p in [p for p in found if p.size != (0, 0)][:MAX_DRAWN]:
        image = cv2.imread(str(folder / p.name), cv2.IMREAD_COLOR)
        if image is None:
            continue
        scale = max(1.0, image.shape[1] / 1000)
        thick, view = round(scale), views.get(p.name)
        for x, y in p.corners:
            cv2.circle(image, (round(x), round(y)), round(6 * scale), FOUND if view else (160, 160, 160), thick, cv2.LINE_AA)
        text = f"not used: {c.rejected.get(p.name, '')}"
        if view:
            _draw_view(image, p, view, c.lens, axis_m, scale)
            text = f"{view.corners} corners, {view.error_px:.3f} px" + (
                f", tool pose off {view.pose_off_mm:.2f} mm" if c.camera is not None else ""
            )
        cv2.rectangle(image, (0, 0), (image.shape[1], round(26 * scale)), (30, 30, 30), -1)
        cv2.putText(image, text[:90], (8, round(18 * scale)), cv2.FONT_HERSHEY_SIMPLEX, 0.5 * scale, (255, 255, 255), thick, cv2.LINE_AA)
        cv2.imwrite(str(out / (Path(p.name).stem + ".png")), image)


def _draw_view(image: np.ndarray, picture: Picture, view: View, lens: Lens, axis_m: float, scale: float) -> None:
    size = round(4 * scale)
    for at in picture.corners - view.residual:
        cv2.drawMarker(image, _point(at), EXPECTED, cv2.MARKER_CROSS, 2 * size, round(scale), cv2.LINE_AA)
    v = vector(view.T_camera_board)
    ends = cv2.projectPoints(np.vstack([np.zeros(3), axis_m * np.eye(3)]), v[:3], v[3:], lens.matrix, lens.distortion)[0].reshape(-1, 2)
    for end, colour in zip(ends[1:], AXES, strict=True):
        cv2.arrowedLine(image, _point(ends[0]), _point(end), colour, round(2 * scale), cv2.LINE_AA, tipLength=0.1)


def _point(at: np.ndarray) -> tuple[int, int]:
    """Pixels that OpenCV can draw to, also far outside."""
    x, y = np.clip(at, -30000, 30000)
    return round(float(x)), round(float(y))


def plot_errors(c: Calibration, found: list[Picture], path: Path) -> None:
    """Error by picture, residuals over the picture, and where corners were seen."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 4.6), layout="constrained")
    bars, arrows, cells = figure.subplots(1, 3, gridspec_kw={"width_ratios": (1.2, 1, 1)})
    names = [Path(v.name).stem[-14:] for v in c.views]
    bars.barh(names, [v.error_px for v in c.views], color="tab:blue")
    bars.axvline(c.error_px, color="tab:orange", label=f"all: {c.error_px:.3f}")
    bars.invert_yaxis()
    bars.set_xlabel("reprojection error, rms [pixels]")
    bars.tick_params(axis="y", labelsize=max(3, min(8, 200 // max(1, len(names)))))
    bars.legend()
    by_name = {p.name: p for p in found}
    at = np.concatenate([by_name[v.name].corners for v in c.views])
    residual = np.concatenate([v.residual for v in c.views])
    width, height = c.lens.size
    longest = max(1e-9, float(np.percentile(np.linalg.norm(residual, axis=1), 95)))
    factor = 0.04 * width / longest
    arrows.quiver(
        at[:, 0], at[:, 1], residual[:, 0], residual[:, 1], angles="xy", scale_units="xy", scale=1 / factor, width=0.002, color="tab:red"
    )
    arrows.set(xlim=(0, width), ylim=(height, 0), aspect="equal", title=f"found minus expected, {factor:.0f} times enlarged")
    counts, _, _ = np.histogram2d(at[:, 1], at[:, 0], bins=COVERAGE_GRID, range=[[0, height], [0, width]])
    cells.imshow(counts, extent=(0, width, height, 0), cmap="Greens", vmin=0)
    for (row, column), n in np.ndenumerate(counts):
        cells.text((column + 0.5) * width / COVERAGE_GRID, (row + 0.5) * height / COVERAGE_GRID, f"{n:.0f}", ha="center", va="center")
    cells.set_title(f"corners seen: {100 * c.coverage:.0f} % covered")
    figure.savefig(path, dpi=90)
