"""Reading for what moves by marks: episodes in memory without their pictures, whether they were recorded with some or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.errors import HomebodyError
from ..core.marks import MARK_DIM
from ..core.touch import summary
from ..core.types import Certificate, Goal
from .store import Store

STREAMS = ("proprio", "action", "intervention", "label_marks", "tactile")
BELIEVED, LOOKED = "label_believed", "label_looked"
"""Streams of episodes that a policy which goes by marks looked on at."""


@dataclass(frozen=True, kw_only=True)
class StateArrays:
    """N frames of E episodes, in memory."""

    proprio: np.ndarray
    """(N, P) float32"""
    touch: np.ndarray
    """(N, TOUCH_DIM) float32, as core.touch sums the taxels up"""
    action: np.ndarray
    """(N, A) float32"""
    shown: np.ndarray
    """(N,) bool, whether a demonstrator chose the action"""
    marks: np.ndarray
    """(N, MARK_DIM) float32, of the episode's own goal"""
    believed: np.ndarray
    """(N, MARK_DIM) float32, what a policy made of it where it looked on; zeros where none did"""
    looked: np.ndarray
    """(N,) bool, whether that policy had just looked"""
    starts: np.ndarray
    """(E + 1,) first frame of each episode, and N"""
    goals: tuple[Goal, ...]
    """(E,)"""
    robot: str

    @property
    def episode(self) -> np.ndarray:
        """(N,) the episode of each frame."""
        return np.repeat(np.arange(len(self.goals)), np.diff(self.starts))


def load_states(paths: Sequence[Path], *, progress: Callable[[int, str], None] = lambda *_: None) -> StateArrays:
    """All episodes of some data sets of one robot, without decoding a picture; `progress` hears of each. Raises HomebodyError where there
    are none, where arms differ, where an episode has no marks, and where nobody demonstrates."""
    stores = [Store.open(p) for p in paths]
    places = [(s, i) for s in stores for i in range(len(s))]
    listed = ", ".join(map(str, paths))
    if not places:
        raise HomebodyError(f"no episodes in {listed}: expected at least one")
    robots = sorted({str(s.info()["robot"]) for s in stores})
    if len(robots) > 1:
        raise HomebodyError(f"{listed} hold episodes of {' and '.join(robots)}: expected those of one arm")
    parts: list[dict[str, np.ndarray]] = []
    goals: list[Goal] = []
    for done, (store, number) in enumerate(places, start=1):
        meta = store.meta(number)
        if not meta.get("goals") or "label_marks" not in store.shapes(number):
            raise HomebodyError(f"episode {number} of {store.path} has no marks, as those of a real arm: collect it in simulation")
        streams = {n: store.stream(number, n) for n in STREAMS}
        marks, found = streams["label_marks"][:, 0], {BELIEVED, LOOKED} <= set(store.shapes(number))
        beliefs = {n: store.stream(number, n) for n in (BELIEVED, LOOKED)} if found else _nobody_looked(marks)
        parts.append(streams | beliefs | {"tactile": summary(streams["tactile"]), "label_marks": marks})
        goals.append(Certificate.from_json(meta["certificate"]).goal)
        progress(done, goals[-1].task)
    joined = {n: np.concatenate([p[n] for p in parts]) for n in (*STREAMS, BELIEVED, LOOKED)}
    if not joined["intervention"].any():
        raise HomebodyError(f"{listed}: nobody demonstrates in any frame, there is nothing to imitate")
    if joined["label_marks"].shape[1] != MARK_DIM:
        raise HomebodyError(f"marks of {joined['label_marks'].shape[1]} numbers in {listed}: expected {MARK_DIM}; collect it again")
    return StateArrays(
        proprio=joined["proprio"], touch=joined["tactile"], action=joined["action"], shown=joined["intervention"],
        marks=joined["label_marks"], believed=joined[BELIEVED], looked=joined[LOOKED], starts=np.cumsum([0, *(len(p["action"]) for p in parts)]), goals=tuple(goals), robot=robots[0],
    )  # fmt: skip


def _nobody_looked(marks: np.ndarray) -> dict[str, np.ndarray]:
    return {BELIEVED: np.zeros_like(marks), LOOKED: np.zeros(len(marks), bool)}
