"""Peas: wipe them off a place mat."""

from __future__ import annotations

import numpy as np

from ....core.phrasebook import task_phrases
from ....core.types import Goal
from ...stage import Check
from ..pieces.grains import GRAIN_RADIUS_M, MAT_HALF_M, NAMES
from ..predicates import released
from ..setup import Setup
from ..task import HouseholdTask
from ..world import World

SCENE = "kitchen_grains"
ON_TABLE = 0.8
"""Share of the peas that must not be swept onto the floor."""


def grains(w: World) -> np.ndarray:
    """(N, 3) centres of the peas [m]."""
    return np.stack([w.position(n) for n in NAMES])


def clean(site: str, half: tuple[float, float]) -> Check:
    """No pea lies on a rectangle about a site, and few have gone below the worktop."""

    def check(w: World) -> bool:
        T = w.site(site)
        d = (grains(w) - T[:3, 3]) @ T[:3, :3]
        return bool((np.abs(d[:, :2]) > np.asarray(half)).any(1).all() and (d[:, 2] > -0.02).mean() >= ON_TABLE)

    return check


def _wipe_setup(s: Setup, goal: Goal) -> None:
    s.use("place_mat")
    spot = s.layout.spots["place_mat"]
    c, t = np.cos(spot.yaw), np.sin(spot.yaw)
    hx, hy = MAT_HALF_M
    s.take(spot.x + hx * c, spot.y + hx * t, max(hx, hy) + 0.01)
    s.cast("target", goal.target)
    x0, _, y0, y1 = s.layout.zone
    s.stand("target", (x0, 0.44, y0 + 0.02, y1 - 0.02), margin=0.02)  # the open hand needs room on both sides
    placed: list[np.ndarray] = []
    while len(placed) < len(NAMES):
        u = np.array([s.between(0.012, 2 * hx - 0.012), s.between(-hy + 0.012, hy - 0.012)])
        if all(np.linalg.norm(u - v) > 2.4 * GRAIN_RADIUS_M for v in placed):
            s.put_body(NAMES[len(placed)], np.array([spot.x + c * u[0] - t * u[1], spot.y + t * u[0] + c * u[1], GRAIN_RADIUS_M]))
            placed.append(u)


def _wipe_checks(goal: Goal) -> dict[str, Check]:
    return {"clean(place_mat)": clean("mat", MAT_HALF_M), f"released({goal.target})": released("target")}


TASKS: tuple[HouseholdTask, ...] = (
    HouseholdTask(
        name="wipe_mat", family="wipe", room="kitchen", scene=SCENE, horizon=500, goals=task_phrases("wipe_mat").goals, setup=_wipe_setup,
        checks=_wipe_checks, focus=lambda w, goal: w.position("target"),
    ),
)  # fmt: skip
