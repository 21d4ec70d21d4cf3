"""Tasks about cloth: folding, laying, putting away."""

from __future__ import annotations

import numpy as np

from ...core.marks import Mark
from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bedding import BASKET_HALF_M, BASKET_HEIGHT_M, MARK_HALF_M
from ..furniture.cloth import BLANKET, QUILT, TOWEL, Cloth, placed
from ..pointing import pose
from ..rooms.scene import spot_matrix
from ..stage import Check
from ..world import World
from .cloth_predicates import covers, edges_meet, gathered, halved, left_alone, lies_flat, sheet
from .marks import TIP_M, either_way, mark_at
from .rumple import rumpled
from .setup import Setup
from .task import HouseholdTask

MEET_M = 0.035
"""How far apart the edges of a folded cloth may be, in the mean of their pairs of vertices."""
INSET_M, TIP_CLEAR_M = 0.016, 0.004
"""How far within its hem a cloth is taken, and how far above what it lies on the fingertips are [m]."""
LOW_M = 0.06
"""A folded cloth is nowhere higher."""

COVERED, FLAT_M = 0.9, 0.024
"""Share of the marked part of the bed that a blanket has to cover, and the height that it stays under: lower than any fold [m]."""


def _fold(
    task: str, cloth: Cloth, axis: int, scene: str, middle: tuple[float, float], spread: tuple[float, float], turn: float,
    ends: tuple[int, ...] = (0, -1),
) -> HouseholdTask:  # fmt: skip
    """Folds `cloth` in half along `axis`, by one of the edges `ends`; it begins flat, its middle within `spread` of `middle` [m], turned by up to `turn` [rad]."""

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

    def marks(w: World, goal: Goal) -> Mark:
        """At the middle of the edge nearer to the robot, which goes to the other's."""
        del goal
        rows = np.moveaxis(sheet(w, cloth), axis, 0)
        middle = rows.shape[1] // 2
        end = min(ends, key=lambda e: float(np.linalg.norm(rows[e, middle, :2] - w.T_world_base[:2, 3])))
        return hem_mark(w, cloth, rows[end, middle], rows[end, middle] - rows[1 if end == 0 else -2, middle], rows[-1 - end, middle])

    return HouseholdTask(
        name=task, family="cloth", room="bedroom", scene=scene, horizon=360, goals=task_phrases(task).goals, setup=setup, checks=checks, marks=marks
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


def hem_mark(w: World, cloth: Cloth, vertex: np.ndarray, outwards: np.ndarray, place: np.ndarray) -> Mark:
    """At a vertex (3,) of a hem: the tool points down, its fingers travel out of the cloth, one beside it and one on it."""
    out = outwards * np.array([1.0, 1.0, 0.0])
    out /= max(float(np.linalg.norm(out)), 1e-9)
    at = vertex - INSET_M * out
    at[2] = max(float(vertex[2]) - cloth.radius, 0.0) + TIP_M + TIP_CLEAR_M
    down = np.array([0.0, 0.0, -1.0])
    return mark_at(either_way(w, pose(np.stack([np.cross(out, down), out, down], axis=-1), at)), 2 * cloth.radius, place)


def _lay_marks(w: World, goal: Goal) -> Mark:
    """At the middle of the short hem that is further from where it ought to be."""
    del goal
    mark, X, j = w.site("mark_middle"), sheet(w, BLANKET), BLANKET.count[1] // 2
    wanted = placed(BLANKET.grid(), mark[0, 3], mark[1, 3], float(np.arctan2(mark[1, 0], mark[0, 0])))
    end = max((0, -1), key=lambda e: float(np.linalg.norm((wanted - X)[e, :, :2], axis=-1).mean()))
    return hem_mark(w, BLANKET, X[end, j], mark[:3, 0] * (1.0 if end == -1 else -1.0), wanted[end, j])


def _away_marks(w: World, goal: Goal) -> Mark:
    """At the middle of the hem nearest to the robot."""
    del goal
    X, hems = sheet(w, TOWEL), []
    for axis in (0, 1):
        rows = np.moveaxis(X, axis, 0)
        k = rows.shape[1] // 2
        hems += [(rows[e, k], rows[e, k] - rows[1 if e == 0 else -2, k]) for e in (0, -1)]
    vertex, outwards = min(hems, key=lambda h: float(np.linalg.norm(h[0][:2] - w.T_world_base[:2, 3])))
    return hem_mark(w, TOWEL, vertex, outwards, w.site("basket_floor")[:3, 3])


TASKS: tuple[HouseholdTask, ...] = (
    _fold("fold_quilt", QUILT, 0, "bedroom_quilt", (0.49, 0.0), (0.03, 0.06), 0.2, (-1,)),
    _fold("fold_towel", TOWEL, 1, "bedroom_towel", (0.46, 0.0), (0.05, 0.05), 0.3),
    HouseholdTask(
        name="lay_blanket", family="cloth", room="bedroom", scene="bedroom_blanket", horizon=800, goals=task_phrases("lay_blanket").goals,
        setup=_spread_setup, checks=_spread_checks, marks=_lay_marks,
    ),
    HouseholdTask(
        name="towel_in_basket", family="cloth", room="bedroom", scene="bedroom_towel", horizon=400, goals=task_phrases("towel_in_basket").goals,
        setup=_away_setup, checks=_away_checks, marks=_away_marks,
        possible=lambda s, goal: {} if TOWEL.name in s.cloths and "basket" in s.layout.usable else None,
    ),
)  # fmt: skip
