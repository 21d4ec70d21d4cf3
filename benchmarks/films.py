"""Film strips for the report: a success and each kind of failure of each task, drawn by acting the episode out again.

The actions of a chosen episode are kept as it ends, so a strip can be made of any policy's episode, whether or not it
looked through cameras; acting them out must come to the recorded final state, or the strip is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from ..core.files import write_bytes, writing
from ..core.types import Goal
from .protocol import EpisodeRecord
from .tasksets import variant
from .workers import Played

FOLDER = "films"
FRAMES, SIZE = 5, (186, 248)
"""Pictures in a strip, and the height and width of each [pixels]."""
QUALITY = 82
SUCCESS = "success"


class Stage(Protocol):
    """The part of an environment with one slot that a film needs."""

    def reset(self, *, options: Mapping[str, Any] | None = None) -> Any: ...
    def step(self, actions: np.ndarray) -> Any: ...
    def render_slot(self, i: int, camera: str = ..., size: tuple[int, int] = ..., profile: Any = ...) -> np.ndarray: ...
    def state_hash(self, i: int) -> str: ...
    def close(self) -> None: ...


def kind(record: EpisodeRecord) -> str:
    """`success`, or what was missing at the end: names of predicates without what they are about."""
    if record.diverged:
        return "fault of the simulator"
    if record.success:
        return SUCCESS
    missing = dict.fromkeys(re.sub(r"\(.*", "", k) for k, v in record.predicates.items() if not v)
    return "not " + ", not ".join(missing) if missing else "not held long enough"


class Films:
    """The strips of one results folder: `films/NAME.npy` the actions of a chosen episode, `films/NAME.jpg` its strip."""

    def __init__(self, folder: Path, records: Sequence[EpisodeRecord], *, limit: int) -> None:
        """`records` are those already there. At most half of `limit` strips show successes, the other half failures."""
        self._folder, self._half = folder / FOLDER, (limit + 1) // 2
        self._chosen: dict[tuple[str, str], EpisodeRecord] = {}
        for record in records:
            if self._path(record, "npy").exists() or self._path(record, "jpg").exists():
                self._chosen[record.task, kind(record)] = record

    def _path(self, record: EpisodeRecord, suffix: str) -> Path:
        arm = record.setting.name.replace("=", "_")
        return self._folder / f"{'_'.join(filter(None, (record.task, arm)))}_{record.index}.{suffix}"

    def offer(self, played: Played) -> None:
        """Keeps the actions of an episode that is the first of its kind."""
        record = played.record
        about = record.task, kind(record)
        alike = sum((k == SUCCESS) == record.success for _, k in self._chosen)
        if record.diverged or about in self._chosen or alike >= self._half:
            return
        with writing(self._path(record, "npy")) as part:
            np.save(part, played.actions, allow_pickle=False)
        self._chosen[about] = record

    def shoot(self, make_env: Callable[[str], Stage]) -> int:
        """Draws the strips that are missing; how many episodes came to another state than the recorded one and have none."""
        strays = 0
        for record in self._chosen.values():
            path = self._path(record, "jpg")
            if path.exists():
                continue
            strip = act_out(make_env, record, np.load(self._path(record, "npy"), allow_pickle=False))
            if strip is None:
                strays += 1
            else:
                write_bytes(path, strip)
        return strays

    def strips(self) -> list[tuple[EpisodeRecord, bytes]]:
        """Each chosen episode and its JPEG."""
        shown = [(r, self._path(r, "jpg")) for r in self._chosen.values()]
        return [(r, p.read_bytes()) for r, p in shown if p.exists()]


def act_out(make_env: Callable[[str], Stage], record: EpisodeRecord, actions: np.ndarray) -> bytes | None:
    """A JPEG of FRAMES pictures side by side, from the first state to the last; None where the last is not the recorded one."""
    env = make_env(variant(record.task)[0])
    try:
        env.reset(options={
            "index": np.array([record.index]), "goal": [Goal(**record.certificate["goal"])], "instruction": [record.instruction],
            "axes": [record.certificate["axes"]],
        })  # fmt: skip
        wanted = np.unique(np.linspace(0, len(actions), FRAMES).round().astype(int))
        pictures = []
        for t in range(len(actions) + 1):
            if t in wanted:
                pictures.append(env.render_slot(0, "scene", SIZE, "pretty"))
            if t < len(actions):
                env.step(actions[None, t])
        if env.state_hash(0) != record.certificate["final_hash"]:
            return None
    finally:
        env.close()
    strip = np.concatenate(pictures, axis=1)  # (H, FRAMES W, 3)
    good, data = cv2.imencode(".jpg", strip[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert good
    return data.tobytes()
