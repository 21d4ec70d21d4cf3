"""Reading for training: everything decoded once into memory, or random windows straight from the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..core.errors import HomebodyError
from ..core.types import Certificate, Goal
from .store import Store


@dataclass(frozen=True, kw_only=True)
class TrainingArrays:
    """N frames of E episodes, in memory."""

    scene: np.ndarray
    """(N, S, S, 3) uint8"""
    wrist: np.ndarray
    tactile: np.ndarray
    """(N, 2, 3, 8, 8) float16"""
    proprio: np.ndarray
    """(N, 24) float32"""
    action: np.ndarray
    """(N, 8) float32"""
    intervention: np.ndarray
    """(N,) bool"""
    points: np.ndarray
    """(N, 10, 3) float32 [m]"""
    pixels: np.ndarray
    """(N, 2, 10, 2) float32, in the scene's and the wrist's pictures."""
    starts: np.ndarray
    """(E + 1,) first frame of each episode, and N."""
    goals: tuple[Goal, ...]
    success: np.ndarray
    """(E,) bool, whether the goal was met."""
    robots: tuple[str, ...] = ()
    """Names of the arms that acted; empty where they are not known."""


def load_arrays(paths: Sequence[Path], *, image_size: int = 64, progress: Callable[[int, str], None] = lambda *_: None) -> TrainingArrays:
    """Decodes data sets into memory, pictures reduced to `image_size` by area averages. Two threads decode."""
    stores = [Store.open(p) for p in paths]
    places = [(s, i) for s in stores for i in range(len(s))]
    if not places:
        raise HomebodyError(f"no episodes in {', '.join(map(str, paths))}: expected at least one")
    metas = [s.meta(i) for s, i in places]
    starts = np.concatenate([[0], np.cumsum([m["length"] for m in metas])]).astype(np.int64)
    pictures = {c: np.empty((starts[-1], image_size, image_size, 3), np.uint8) for c in ("scene", "wrist")}

    def decode(job: int) -> dict[str, np.ndarray]:
        store, number = places[job]
        for camera, out in pictures.items():
            for t, frame in enumerate(store.frames(number, camera)):
                out[starts[job] + t] = cv2.resize(frame, (image_size, image_size), interpolation=cv2.INTER_AREA)
        names = ("proprio", "action", "intervention", "label_points", "label_pixels")
        return {**{n: store.stream(number, n) for n in names}, "tactile": store.stream(number, "tactile").astype(np.float16)}

    rest: list[dict[str, np.ndarray]] = []
    with ThreadPoolExecutor(2) as pool:
        for done, streams in enumerate(pool.map(decode, range(len(places))), start=1):
            rest.append(streams)
            progress(done, f"{starts[done]} frames")
    joined = {n: np.concatenate([r[n] for r in rest]) for n in rest[0]}
    points, pixels = joined.pop("label_points"), joined.pop("label_pixels")
    goals = tuple(Certificate.from_json(m["certificate"]).goal for m in metas)
    robots = tuple(sorted({Certificate.from_json(m["certificate"]).robot for m in metas}))
    success = np.array([bool(m["success"]) for m in metas])
    return TrainingArrays(**pictures, **joined, points=points, pixels=pixels, starts=starts, goals=goals, success=success, robots=robots)


class WindowSampler:
    """Random windows: `history` past pictures and states, `horizon` coming actions. Seeded; its state can be saved."""

    def __init__(self, store: Store, *, history: int = 2, horizon: int = 16, batch_size: int = 8, seed: int = 0) -> None:
        if history < 1 or horizon < 1 or batch_size < 1:
            raise HomebodyError(f"history {history}, horizon {horizon}, batch {batch_size}: expected 1 or more each")
        self._store, self._history, self._horizon, self._batch = store, history, horizon, batch_size
        self._lengths = np.array([store.meta(i)["length"] for i in range(len(store))])
        if not len(self._lengths):
            raise HomebodyError(f"no episodes in {store.path}: expected at least one")
        self._rng = np.random.default_rng(seed)

    def state_dict(self) -> dict[str, Any]:
        return {"rng": self._rng.bit_generator.state}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._rng.bit_generator.state = state["rng"]

    def window(self, number: int, t: int) -> dict[str, np.ndarray]:
        """The window at frame t of an episode; past frames repeat the first, actions past the end repeat the last."""
        length = int(self._lengths[number])
        past = np.maximum(np.arange(t - self._history + 1, t + 1), 0)
        ahead = np.arange(t, t + self._horizon)
        out = {c: self._store.frames(number, c, past.tolist()) for c in self._store.cameras}
        group = self._store.group(number)
        for name in ("proprio", "tactile"):
            low = int(past[0])
            out[name] = np.asarray(group[name][low : t + 1])[past - low]
        out["action"] = np.asarray(group["action"][t : min(t + self._horizon, length)])
        out["action"] = np.concatenate([out["action"], np.repeat(out["action"][-1:], self._horizon - len(out["action"]), 0)])
        out["mask"] = ahead < length
        return out

    def __iter__(self) -> Iterator[dict[str, np.ndarray]]:
        total = np.cumsum(self._lengths)
        while True:
            frames = self._rng.integers(total[-1], size=self._batch)
            numbers = np.searchsorted(total, frames, side="right")
            windows = [self.window(int(n), int(f - (total[n] - self._lengths[n]))) for n, f in zip(numbers, frames, strict=True)]
            yield {k: np.stack([w[k] for w in windows]) for k in windows[0]}
