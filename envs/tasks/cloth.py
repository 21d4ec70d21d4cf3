"""Tasks about cloth: folding, laying, putting away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bedding import BASKET_HALF_M, BASKET_HEIGHT_M, MARK_HALF_M
from ..furniture.cloth import BLANKET, QUILT, TOWEL, Cloth, placed
from ..rooms.scene import spot_matrix
from ..stage import Check
from ..world import World
from .cloth_predicates import covers, edges_meet, gathered, halved, left_alone, lies_flat, sheet
from .rumple import rumpled
from .setup import Setup
from .task import HouseholdTask

Focus = Callable[[World, Goal], np.ndarray]
MEET_M = 0.035
"""How far apart the edges of a folded cloth may be, in the mean of their pairs of vertices."""
LOW_M = 0.06
"""A folded cloth is nowhere higher."""

COVERED, FLAT_M = 0.9, 0.024
"""Share of the marked part of the bed that a blanket has to cover, and the height that it stays under: lower than any fold [m]."""


def _fold(
    task: str, cloth: Cloth, axis: int, scene: str, middle: tuple[float, float], spread: tuple[float, float], turn: float
) -> HouseholdTask:
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


def _spread_setup(s: Setup, goal: Goal) -> None:
    """The blanket is pushed together towards one end of the marked part of the bed."""
    del goal
    mark = s.layout.spots["mark"]
    percent, sign = 2 * int(s.rng.integers(26, 34)), s.choose(["near", "far"])
    grid = rumpled(BLANKET, percent, int(s.rng.integers(2, 4)))
    slack = 0.5 * (BLANKET.size[0] - np.ptp(grid[..., 0]))
    along, aside, turn = slack * (-1 if sign == "near" else 1), s.between(-0.015, 0.015), s.between(-0.06, 0.06)
    T = spot_matrix(mark)
    x, y, _ = T[:3, :3] @ np.array([along + s.between(-0.01, 0.01), aside, 0.0]) + T[:3, 3]
    s.put_cloth(BLANKET.name, placed(grid, float(x), float(y), mark.yaw + turn))


def _spread_checks(goal: Goal) -> dict[str, Check]:
    return {
        f"covered(mark, {goal.target})": covers(BLANKET, "mark_middle", MARK_HALF_M, COVERED, FLAT_M), f"flat({goal.target})": lies_flat(BLANKET, FLAT_M),
        f"released({goal.target})": left_alone(BLANKET),
    }  # fmt: skip


def _away_setup(s: Setup, goal: Goal) -> None:
    del goal
    s.use("basket")
    side = -1.0 if s.layout.spots["basket"].y < 0 else 1.0
    grid = TOWEL.grid() if s.rng.random() < 0.5 else rumpled(TOWEL, 5 * int(s.rng.integers(15, 18)), 3)
    s.put_cloth(TOWEL.name, placed(grid, s.between(0.40, 0.52), -side * s.between(0.02, 0.10), s.between(-0.6, 0.6)))
    s.distract(0, 1)


def _away_checks(goal: Goal) -> dict[str, Check]:
    return {
        f"inside({goal.target}, basket)": gathered(TOWEL, "basket_floor", BASKET_HALF_M + 0.004, BASKET_HEIGHT_M, 0.9),
        f"released({goal.target})": left_alone(TOWEL),
    }  # fmt: skip


def _middle(cloth: Cloth) -> Focus:
    return lambda w, _: sheet(w, cloth)[cloth.count[0] // 2, cloth.count[1] // 2]


TASKS: tuple[HouseholdTask, ...] = (
    _fold("fold_quilt", QUILT, 0, "bedroom_quilt", (0.49, 0.0), (0.03, 0.06), 0.2),
    _fold("fold_towel", TOWEL, 1, "bedroom_towel", (0.46, 0.0), (0.05, 0.05), 0.3),
    HouseholdTask(
        name="lay_blanket", family="cloth", room="bedroom", scene="bedroom_blanket", horizon=500, goals=task_phrases("lay_blanket").goals,
        setup=_spread_setup, checks=_spread_checks, focus=_middle(BLANKET),
    ),
    HouseholdTask(
        name="towel_in_basket", family="cloth", room="bedroom", scene="bedroom_towel", horizon=400, goals=task_phrases("towel_in_basket").goals,
        setup=_away_setup, checks=_away_checks, focus=_middle(TOWEL),
        possible=lambda s, goal: {} if TOWEL.name in s.cloths and "basket" in s.layout.usable else None,
    ),
)  # fmt: skip
