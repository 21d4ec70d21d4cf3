"""Tasks about cloth: folding, laying, putting away."""

from __future__ import annotations

import numpy as np

from ....core.phrasebook import task_phrases
from ....core.types import Goal
from ...stage import Check
from ..cloth_predicates import edges_meet, halved, left_alone, lies_flat, sheet
from ..pieces.cloth import QUILT, TOWEL, Cloth, placed
from ..setup import Setup
from ..task import HouseholdTask
from ..world import World

MEET_M = 0.05
"""How far apart the edges of a folded cloth may be, in the mean of their pairs of vertices."""
LOW_M = 0.06
"""A folded cloth is nowhere higher."""


def _fold(task: str, cloth: Cloth, axis: int, scene: str, middle: tuple[float, float], spread: tuple[float, float], turn: float) -> HouseholdTask:
    """Folds `cloth` in half along `axis`; it begins flat, its middle within `spread` of `middle` [m], turned by up to `turn` [rad]."""

    def setup(s: Setup, goal: Goal) -> None:
        del goal
        x, y = (m + s.between(-d, d) for m, d in zip(middle, spread, strict=True))
        s.put_cloth(cloth.name, placed(cloth.grid(), x, y, s.between(-turn, turn)))
        s.distract(0, 1)

    def checks(goal: Goal) -> dict[str, Check]:
        return {
            f"edges_meet({goal.target})": edges_meet(cloth, axis, MEET_M), f"halved({goal.target})": halved(cloth, axis),
            f"flat({goal.target})": lies_flat(cloth, LOW_M), f"released({goal.target})": left_alone(cloth),
        }  # fmt: skip

    def focus(w: World, goal: Goal) -> np.ndarray:
        del goal
        edge = np.moveaxis(sheet(w, cloth), axis, 0)[-1]
        return edge[len(edge) // 2]

    return HouseholdTask(
        name=task, family="cloth", room="bedroom", scene=scene, horizon=360, goals=task_phrases(task).goals, setup=setup, checks=checks, focus=focus
    )  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    _fold("fold_quilt", QUILT, 0, "bedroom_quilt", (0.49, 0.0), (0.03, 0.06), 0.2),
    _fold("fold_towel", TOWEL, 1, "bedroom_towel", (0.46, 0.0), (0.05, 0.05), 0.3),
)  # fmt: skip
