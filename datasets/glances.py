"""Glances: pictures at moments far apart, with labels of several goals each. What eyes learn from, without a whole episode for each scene.

A folder of blocks, one file each: `TASK/000040.npz` holds the glances of some episodes of a task from index 40 on. A file is written whole or
not at all, so a folder that was cut goes on block by block. Pictures are JPEG; nothing in a file is ever executed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ..core.errors import HomebodyError
from ..core.files import writing
from ..core.marks import MARK_DIM
from ..core.types import Goal
from .pictures import decode_frame, encode_frames

ARRAYS = ("jpeg", "ends", "proprio", "touch", "extrinsics", "marks", "pixels", "visible", "episode", "meta")


@dataclass(frozen=True, kw_only=True)
class Glance:
    """One moment of one episode."""

    pictures: tuple[np.ndarray, ...]
    """One of each camera, (S, S, 3) uint8."""
    proprio: np.ndarray
    """(P,)"""
    touch: np.ndarray
    """(TOUCH_DIM,), see core.touch"""
    extrinsics: np.ndarray
    """(len(EYES), 10), see core.eyes"""
    marks: np.ndarray
    """(G, MARK_DIM) of the episode's goals, base frame"""
    pixels: np.ndarray
    """(V, G, 2, 2) where act points and places appear"""
    visible: np.ndarray
    """(V, G, 2) bool"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What all glances of an episode share."""

    goals: tuple[Goal, ...]
    """What the marks speak of, what was asked for first."""
    instruction: str


@dataclass(frozen=True, kw_only=True)
class Glances:
    """F glances of E scenes, in memory, pictures as they are stored."""

    cameras: tuple[str, ...]
    image_size: int
    robot: str
    jpeg: tuple[np.ndarray, ...]
    """Bytes of all pictures, block by block; those of a glance, camera after camera, one after the other."""
    span: np.ndarray
    """(F, V, 3) block, first byte and end of each picture."""
    proprio: np.ndarray
    touch: np.ndarray
    extrinsics: np.ndarray
    marks: np.ndarray
    """(F, G, MARK_DIM), zeros beyond the goals of a scene that has fewer."""
    pixels: np.ndarray
    visible: np.ndarray
    episode: np.ndarray
    """(F,) which scene."""
    scenes: tuple[Scene, ...]

    def __len__(self) -> int:
        return len(self.proprio)

    def picture(self, glance: int, camera: int) -> np.ndarray:
        """(S, S, 3) uint8."""
        block, first, end = self.span[glance, camera]
        return decode_frame(self.jpeg[block][first:end])


def write_block(path: Path, taken: Sequence[tuple[Scene, Sequence[Glance]]], *, cameras: Sequence[str], robot: str) -> None:
    """Writes the glances of some episodes as one block, whole or not at all."""
    flat = [g for _, glances in taken for g in glances]
    most = max((len(scene.goals) for scene, _ in taken), default=1)

    def padded(value: np.ndarray, axis: int) -> np.ndarray:
        widths = [(0, 0)] * value.ndim
        widths[axis] = (0, most - value.shape[axis])
        return np.pad(value, widths)

    jpeg, ends = encode_frames(np.stack([p for g in flat for p in g.pictures]))
    meta = {
        "cameras": list(cameras), "robot": robot, "image_size": int(flat[0].pictures[0].shape[0]),
        "scenes": [{"goals": [g.to_json() for g in scene.goals], "instruction": scene.instruction} for scene, _ in taken],
    }  # fmt: skip
    arrays = {
        "jpeg": jpeg, "ends": ends, "proprio": np.stack([g.proprio for g in flat]), "touch": np.stack([g.touch for g in flat]),
        "extrinsics": np.stack([g.extrinsics for g in flat]), "marks": np.stack([padded(g.marks, 0) for g in flat]),
        "pixels": np.stack([padded(g.pixels, 1) for g in flat]), "visible": np.stack([padded(g.visible, 1) for g in flat]),
        "episode": np.repeat(np.arange(len(taken)), [len(glances) for _, glances in taken]),
        "meta": np.frombuffer(json.dumps(meta).encode(), np.uint8),
    }  # fmt: skip
    with writing(path) as part, part.open("wb") as file:
        np.savez(file, **arrays)


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return {name: file[name] for name in ARRAYS}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise HomebodyError(f"damaged block {path}: {error}; delete it, and `homebody glance` makes it again") from error


def blocks(folders: Sequence[Path]) -> list[Path]:
    """All blocks of some folders of glances, in order. Raises HomebodyError where there are none."""
    found = [p for folder in folders for p in sorted(folder.glob("*/*.npz"))]
    if not found:
        raise HomebodyError(f"no glances in {', '.join(map(str, folders))}: expected folders made by `homebody glance`")
    return found


def read_glances(paths: Sequence[Path], *, progress: Callable[[int, str], None] = lambda *_: None) -> Glances:
    """Some blocks in memory. Raises HomebodyError where one is damaged, or where robots, cameras or pictures' sizes differ."""
    parts, scenes, spans, episodes = [], list[Scene](), [], []
    facts: tuple[tuple[str, ...], int, str] = ((), 0, "")
    for number, path in enumerate(paths):
        part = _read(path)
        meta = json.loads(part["meta"].tobytes())
        now = (tuple(meta["cameras"]), meta["image_size"], meta["robot"])
        if number and now != facts:
            raise HomebodyError(f"{path} has cameras, size of pictures and robot {now}: expected {facts} as in the blocks before")
        facts = now
        if part["marks"].shape[2] != MARK_DIM:
            raise HomebodyError(
                f"marks of {part['marks'].shape[2]} numbers in {path}: expected {MARK_DIM}; delete it, and `homebody glance` makes it again"
            )
        count = len(part["proprio"])
        ends = part["ends"].reshape(count, -1)
        firsts = np.concatenate([[0], part["ends"][:-1]]).reshape(ends.shape)
        spans.append(np.stack([np.full_like(ends, number), firsts, ends], -1))
        episodes.append(part["episode"] + len(scenes))
        scenes += [Scene(goals=tuple(Goal(**g) for g in s["goals"]), instruction=s["instruction"]) for s in meta["scenes"]]
        parts.append(part)
        progress(number + 1, path.parent.name)
    most = max(p["marks"].shape[1] for p in parts)

    def joined(name: str, axis: int = -1) -> np.ndarray:
        widths = [[(0, most - p[name].shape[a]) if a == axis else (0, 0) for a in range(p[name].ndim)] for p in parts]
        return np.concatenate([np.pad(p[name], w) for p, w in zip(parts, widths, strict=True)])

    cameras, size, robot = facts
    marks = joined("marks", 1)
    return Glances(
        cameras=cameras, image_size=size, robot=robot, jpeg=tuple(p["jpeg"] for p in parts), span=np.concatenate(spans),
        proprio=joined("proprio"), touch=joined("touch"), extrinsics=joined("extrinsics"), marks=marks, pixels=joined("pixels", 2),
        visible=joined("visible", 2), episode=np.concatenate(episodes), scenes=tuple(scenes),
    )  # fmt: skip
