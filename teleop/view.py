"""What the page is shown: the state as plain numbers, and the pictures at a size that keeps the control rate."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..core.instructions import phrasings
from ..envs.profiles import Profile
from ..envs.projection import camera_poses, project
from .session import Session

CAMERAS = ("scene", "wrist")
LEVELS = ((400, 712, 1), (320, 568, 1), (240, 426, 1), (240, 426, 2), (180, 320, 4))
"""Scene pictures from best to cheapest: height, width, and every how many control steps one is drawn. The wrist's are square."""
STILL_EVERY = 4
"""While nothing moves, every how many control steps a picture is drawn."""
WRIST = 0.7
"""Height of the wrist picture, as a share of the scene's."""
PROFILE: Profile = "film"
JPEG_QUALITY = 82
AXIS_M = 0.07
"""Length of the axes drawn at the tool [m]."""
TOO_SLOW, FAST_ENOUGH = 0.85, 0.5
"""Shares of the control period that a step may take before pictures shrink, and under which they grow again."""
PATIENCE = 20
"""Control steps that a load must last before the size changes."""


def _rounded(values: np.ndarray, digits: int = 4) -> list[Any]:
    return np.round(np.asarray(values, float), digits).tolist()


def _marks(session: Session) -> dict[str, list[float]]:
    """Where things are in the scene picture: fractions of its width and height from the top left."""
    env = session.env
    tool, model = env.tool_state(0)[0], env.model_of(0)
    mark = env.stage.mark(env.goal(0), env.snapshot(0))
    base = env.base_pose(0)[:3, :3].T  # rows: the directions that the keys drive in
    axes = tool[:3, 3] + AXIS_M * np.concatenate([base, -base])
    points = np.concatenate([[tool[:3, 3]], axes, [mark.position, mark.place]])
    fovy = float(model.cam_fovy[model.camera("scene").id])
    uv = project(points[None], camera_poses(model, "scene", tool[None]), fovy)[0]
    height, width, _ = LEVELS[0]
    places = np.stack([0.5 + 0.5 * uv[:, 0] * height / width, 0.5 + 0.5 * uv[:, 1]], -1)
    names = ("tool", "+x", "+y", "+z", "-x", "-y", "-z", "target", "place")
    return {name: _rounded(p) for name, p in zip(names, places, strict=True)}


def _touch(tactile: np.ndarray) -> dict[str, Any]:
    """Taxels (2, 3, 8, 8) of both fingers: depth [um] by rows from the tip, and mean slip speeds [mm/s] where touched."""
    depth = np.maximum(tactile[:, 0], 0.0)
    touched = depth > 1e-6
    slip = [
        [float(1e3 * tactile[f, c][touched[f]].mean()) if touched[f].any() else 0.0 for c in (1, 2)] for f in range(2)
    ]  # fmt: skip
    return {"depth_um": np.round(1e6 * depth).astype(int).reshape(2, 64).tolist(), "slip_mmps": _rounded(np.array(slip), 1)}


def state(session: Session) -> dict[str, Any]:
    """Everything that the page shows but the pictures. Lengths in metres, base frame."""
    env, message = session.env, session.message
    tool, width = env.tool_state(0)
    tool = np.linalg.inv(env.base_pose(0)) @ tool
    goal = env.goal(0)
    return {
        "phase": session.phase, "mode": session.mode, "outcome": session.outcome, "returns_to_policy": session.returns_to_policy,
        "index": session.index, "kept": len(session.kept), "frames": len(session.recorder),
        "instruction": session.recorder.instruction, "goal": goal.to_json(),
        "predicates": {k: bool(v) for k, v in session.info["predicates"][0].items()}, "credit": float(session.info["credit"][0]),
        "success": bool(session.info["success"][0]), "time_s": round(session.time_s, 2), "limit_s": session.limit_s,
        "policy": session.policy_name, "tool": {"position": _rounded(tool[:3, 3]), "rotation": _rounded(tool[:3, :3])},
        "width_m": round(width, 4), "gripper": session.gripper, "touch": _touch(session.observation["tactile"][0]),
        "target": _rounded(env.mark(0).position),
        "valid": [phrasings(g)[0] for g in env.valid_goals(0)], "marks": _marks(session),
        "message": {"number": message.number, "level": message.level, "text": message.text, "choices": list(message.choices)},
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Load:
    """How the loop keeps up."""

    hz: float
    """Control steps per second, measured."""
    busy: float
    """Share of the control period that a step takes."""


class Display:
    """Draws and codes the pictures, smaller ones while the control period gets short."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._level, self._strain = 0, 0

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the scene picture [pixels]."""
        return LEVELS[self._level][:2]

    def due(self, step: int, *, told: bool) -> bool:
        """Whether control step number `step` is drawn; `told`: the operator has just done something."""
        every = LEVELS[self._level][2] if self._session.phase == "running" else STILL_EVERY
        return told or step % every == 0

    def adapt(self, busy: float) -> None:
        """Takes note that a step took the share `busy` of its period."""
        step = 1 if busy > TOO_SLOW else -1 if busy < FAST_ENOUGH else 0
        self._strain = self._strain + step if step * self._strain >= 0 else step
        if self._strain >= PATIENCE and self._level < len(LEVELS) - 1:
            self._level, self._strain = self._level + 1, 0
        elif self._strain <= -5 * PATIENCE and self._level > 0:
            self._level, self._strain = self._level - 1, 0

    def frame(self, number: int, load: Load, latency_ms: float) -> bytes:
        """One message to the page: length of the JSON (4 bytes, little endian), the JSON, the pictures as JPEG."""
        height, width = self.size
        side = int(WRIST * height)
        sizes = {"scene": (height, width), "wrist": (side, side)}
        coded: dict[str, bytes] = {}
        for camera in CAMERAS:
            picture = self._session.env.render_slot(0, camera, sizes[camera], PROFILE)
            done, jpeg = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            assert done
            coded[camera] = jpeg.tobytes()
        head = state(self._session) | {
            "number": number, "pictures": {c: len(b) for c, b in coded.items()}, "size": [width, height],
            "hz": round(load.hz, 1), "busy": round(load.busy, 2), "latency_ms": round(latency_ms),
        }  # fmt: skip
        text = json.dumps(head, separators=(",", ":")).encode()
        return struct.pack("<I", len(text)) + text + b"".join(coded.values())
