"""Reading for training: everything decoded once into memory, or random windows straight from the store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..core.errors import HomebodyError
from ..core.robots import robot_named
from ..core.types import CONTROL_HZ, TAXELS, Certificate, Goal
from .store import Store

PICTURES = ("scene", "wrist")
STREAMS = ("proprio", "action", "intervention", "label_marks", "label_pixels", "tactile")
"""What training reads of each episode."""


@dataclass(frozen=True, kw_only=True)
class TrainingArrays:
    """N frames of E episodes, in memory."""

    scene: np.ndarray
    """(N, S, S, 3) uint8"""
    wrist: np.ndarray
    tactile: np.ndarray
    """(N, 2, 3, 8, 8) float16"""
    proprio: np.ndarray
    """(N, P) float32"""
    action: np.ndarray
    """(N, A) float32"""
    intervention: np.ndarray
    """(N,) bool"""
    marks: np.ndarray
    """(N, G, MARK_DIM) float32, of the goals in `asked`; zeros beyond the goals of an episode that has fewer."""
    pixels: np.ndarray
    """(N, 2, G, 2, 2) float32, act point and place in the scene's and the wrist's pictures."""
    starts: np.ndarray
    """(E + 1,) first frame of each episode, and N."""
    asked: tuple[tuple[Goal, ...], ...]
    """(E,) the goals that each episode's labels speak of, its own first."""
    success: np.ndarray
    """(E,) bool, whether the goal was met."""
    robots: tuple[str, ...] = ()
    """Names of the arms that acted; empty where they are not known."""

    @property
    def goals(self) -> tuple[Goal, ...]:
        """(E,) what each episode asked for."""
        return tuple(goals[0] for goals in self.asked)


@dataclass(frozen=True, kw_only=True)
class Learnable:
    """What a trainer can learn from; other data is refused before any of it is decoded."""

    who: str
    """Who learns, for messages."""
    goals: Collection[Goal]
    robot: str
    demonstrated: bool
    """Whether some frames must be those of a demonstrator."""
    control_hz: int = CONTROL_HZ


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Episodes that were chosen for training, not decoded yet."""

    places: tuple[tuple[Store, int], ...]
    metas: tuple[dict[str, Any], ...]

    def __len__(self) -> int:
        return len(self.places)


def select(paths: Sequence[Path], learnable: Learnable | None = None) -> Selection:
    """All episodes of the data sets. Raises HomebodyError where they lack a stream, do not go together or are not `learnable`."""
    stores = [Store.open(p) for p in paths]
    places = tuple((s, i) for s in stores for i in range(len(s)))
    if not places:
        raise HomebodyError(f"no episodes in {', '.join(map(str, paths))}: expected at least one")
    for store in stores:
        if missing := [c for c in PICTURES if c not in store.cameras]:
            has = f"cameras {', '.join(store.cameras)}" if store.cameras else "no pictures"
            raise HomebodyError(f"{store.path} has {has}: training expects {', '.join(missing)} as well")
        if learnable:
            _check_set(store, learnable)
    metas = tuple(s.meta(i) for s, i in places)
    if learnable:
        for (store, number), meta in zip(places, metas, strict=True):
            if (goal := Certificate.from_json(meta["certificate"]).goal) not in learnable.goals:
                tasks = sorted({g.task for g in learnable.goals})
                raise HomebodyError(
                    f"episode {number} of {store.path} asks for {meta['instruction']!r} (task {goal.task}): "
                    f"{learnable.who} learns the tasks {', '.join(tasks)} of the first room"
                )
    wanted = _shapes(learnable.robot if learnable else str(stores[0].info()["robot"]))
    for (store, number), meta in zip(places, metas, strict=True):
        found = store.shapes(number)
        if not meta.get("goals") or "label_marks" not in found:
            raise HomebodyError(
                f"episode {number} of {store.path} has no marks, as those of a real arm and of older versions: collect it again"
            )
        for name, shape in wanted.items():
            if name not in found or found[name][1:] != shape:
                what = f"stream {name!r} of shape {found[name][1:]} a frame" if name in found else f"no stream {name!r}"
                raise HomebodyError(f"episode {number} of {store.path} has {what}: training expects {shape}")
    if learnable and learnable.demonstrated and not any(s.read(i, "intervention").any() for s, i in places):
        raise HomebodyError(f"{', '.join(map(str, paths))}: nobody demonstrates in any frame, {learnable.who} has nothing to imitate")
    return Selection(places=places, metas=metas)


def _shapes(robot: str) -> dict[str, tuple[int, ...]]:
    """Of one frame of each stream in STREAMS."""
    arm = robot_named(robot)
    return {
        "proprio": (arm.proprio_dim,), "action": (arm.action_dim,), "intervention": (), "tactile": TAXELS,
    }  # fmt: skip


def _check_set(store: Store, learnable: Learnable) -> None:
    facts = store.info()
    if facts["robot"] != learnable.robot:
        raise HomebodyError(f"{store.path} holds episodes of {facts['robot']}: {learnable.who} learns from {learnable.robot}")
    if facts["control_hz"] != learnable.control_hz:
        raise HomebodyError(f"{store.path} was recorded at {facts['control_hz']} Hz: {learnable.who} learns from {learnable.control_hz} Hz")


def load_arrays(
    paths: Sequence[Path],
    *,
    image_size: int = 64,
    learnable: Learnable | None = None,
    progress: Callable[[int, str], None] = lambda *_: None,
) -> TrainingArrays:
    """Decodes data sets into memory, pictures reduced to `image_size` by area averages. Two threads decode."""
    return decode(select(paths, learnable), image_size=image_size, progress=progress)


def decode(chosen: Selection, *, image_size: int = 64, progress: Callable[[int, str], None] = lambda *_: None) -> TrainingArrays:
    """Decodes episodes into memory, pictures reduced to `image_size` by area averages; `progress` hears of each. Two threads decode."""
    metas = chosen.metas
    starts = np.concatenate([[0], np.cumsum([m["length"] for m in metas])]).astype(np.int64)
    pictures = {c: np.empty((starts[-1], image_size, image_size, 3), np.uint8) for c in PICTURES}

    def read(job: int) -> dict[str, np.ndarray]:
        store, number = chosen.places[job]
        for camera, out in pictures.items():
            for t, frame in enumerate(store.frames(number, camera)):
                out[starts[job] + t] = cv2.resize(frame, (image_size, image_size), interpolation=cv2.INTER_AREA)
        return {n: store.stream(number, n) for n in STREAMS}

    rest: list[dict[str, np.ndarray]] = []
    with ThreadPoolExecutor(2) as pool:
        for done, streams in enumerate(pool.map(read, range(len(chosen))), start=1):
            rest.append(streams | {"tactile": streams["tactile"].astype(np.float16)})
            progress(done, f"{starts[done]} frames")
    joined = {n: np.concatenate([r[n] for r in rest]) for n in STREAMS if not n.startswith("label_")}
    asked = tuple(tuple(Goal(**g) for g in m["goals"]) for m in metas)
    most = max(len(goals) for goals in asked)
    marks, pixels = (np.concatenate([_padded(r[n], axis, most) for r in rest]) for n, axis in (("label_marks", 1), ("label_pixels", 2)))
    robots = tuple(sorted({Certificate.from_json(m["certificate"]).robot for m in metas}))
    success = np.array([bool(m["success"]) for m in metas])
    return TrainingArrays(**pictures, **joined, marks=marks, pixels=pixels, starts=starts, asked=asked, success=success, robots=robots)


def _padded(labels: np.ndarray, axis: int, count: int) -> np.ndarray:
    """Labels with zeros up to `count` goals along `axis`."""
    widths = [(0, 0)] * labels.ndim
    widths[axis] = (0, count - labels.shape[axis])
    return np.pad(labels, widths)


class WindowSampler:
    """Random windows: `history` past pictures and states, `horizon` coming actions. Seeded; its state can be saved.

    Among `workers`, worker w draws from the frames w, w + workers, w + 2 workers, ... of the data set, with its own seed: no frame is
    drawn by two of them. In a worker of a torch DataLoader (spawned, see Store) both numbers are found where none are given. Wrap it in
    an IterableDataset, and make one long pass: a second pass over the DataLoader starts new workers, from the beginning.
    """

    def __init__(
        self, store: Store, *, history: int = 2, horizon: int = 16, batch_size: int = 8, seed: int = 0, worker: int | None = None,
        workers: int | None = None,
    ) -> None:  # fmt: skip
        for name, value in (("history", history), ("horizon", horizon), ("batch size", batch_size)):
            _whole(name, value, least=1)
        _whole("seed", seed, least=0)
        self._store, self._history, self._horizon, self._batch, self._seed = store, history, horizon, batch_size, seed
        self._lengths = np.array([store.meta(i)["length"] for i in range(len(store))])
        if not len(self._lengths):
            raise HomebodyError(f"no episodes in {store.path}: expected at least one")
        if (worker is None) != (workers is None):
            raise HomebodyError(f"worker is {worker}, workers {workers}: expected both or neither")
        self._found = worker is None
        self._seat(0 if worker is None else worker, 1 if workers is None else workers)

    def _seat(self, worker: int, workers: int) -> None:
        """Begins the sequence of one of `workers`."""
        _whole("workers", workers, least=1)
        _whole("worker", worker, least=0)
        frames = int(self._lengths.sum())
        if worker >= workers:
            raise HomebodyError(f"worker is {worker} of {workers}: expected 0 to {workers - 1}")
        if workers > frames:
            raise HomebodyError(f"{workers} workers share {frames} frames of {self._store.path}: expected at most {frames}")
        self._worker, self._workers = worker, workers
        self._rng = np.random.default_rng(self._seed if workers == 1 else [self._seed, workers, worker])

    def state_dict(self) -> dict[str, Any]:
        return {"rng": self._rng.bit_generator.state, "worker": self._worker, "workers": self._workers}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on where another sampler of the same data set and settings was, as the same worker."""
        self._seat(state["worker"], state["workers"])
        self._found = False
        self._rng.bit_generator.state = state["rng"]

    def window(self, number: int, t: int) -> dict[str, np.ndarray]:
        """The window at frame t of an episode; past frames repeat the first, actions past the end repeat the last."""
        _whole("episode", number, least=0, most=len(self._lengths) - 1)
        length = int(self._lengths[number])
        _whole("frame", t, least=0, most=length - 1)
        past = np.maximum(np.arange(t - self._history + 1, t + 1), 0)
        ahead = np.arange(t, t + self._horizon)
        out = {c: self._store.frames(number, c, past.tolist()) for c in self._store.cameras}
        low = int(past[0])
        for name in ("proprio", "tactile"):
            out[name] = self._store.read(number, name, slice(low, t + 1))[past - low]
        action = self._store.read(number, "action", slice(t, min(t + self._horizon, length)))
        out["action"] = np.concatenate([action, np.repeat(action[-1:], self._horizon - len(action), 0)])
        out["mask"] = ahead < length
        return out

    def __iter__(self) -> Iterator[dict[str, np.ndarray]]:
        if self._found and (seat := _dataloader_worker()) and seat != (self._worker, self._workers):
            self._seat(*seat)
        ends = np.cumsum(self._lengths)
        mine = int((ends[-1] - self._worker - 1) // self._workers + 1)  # frames of this worker
        while True:
            frames = self._worker + self._workers * self._rng.integers(mine, size=self._batch)
            numbers = np.searchsorted(ends, frames, side="right")
            windows = [self.window(int(n), int(f - (ends[n] - self._lengths[n]))) for n, f in zip(numbers, frames, strict=True)]
            yield {k: np.stack([w[k] for w in windows]) for k in windows[0]}


def _whole(name: str, value: object, *, least: int, most: int | None = None) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least or (most is not None and value > most):
        raise HomebodyError(f"{name} is {value!r}: expected a whole number, {least} " + ("or more" if most is None else f"to {most}"))


def _dataloader_worker() -> tuple[int, int] | None:
    """(worker, workers) in a worker of a torch DataLoader; torch is not imported for it."""
    if "torch.utils.data" not in sys.modules:
        return None
    from torch.utils.data import get_worker_info

    info = get_worker_info()
    return (info.id, info.num_workers) if info else None
