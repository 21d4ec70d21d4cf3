"""Tasks about bottles, jars and boxes with lids: caps, pumps, pill boxes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bottles import BOTTLE, JAR, PLINTH_M
from ..furniture.pill_box import DAYS, LID_TRAVEL_RAD
from ..furniture.thread import ScrewTop
from ..stage import Check
from ..world import World
from .common import target_position
from .fixtures import fixture_task
from .predicates import inside, opened, released, shut
from .setup import Setup
from .task import HouseholdTask

SCENE, ROOM = "home_bathroom", "bathroom"
ABOUT = ("soap", "sponge", "toothbrush", "beaker", "toilet_roll", "medicine_box")
"""What lies about in a bathroom."""
LIES_M = 0.03
"""A cap whose origin is no higher than this above the worktop lies on it, whichever way up."""
OPEN_AT = (1.15, 1.85)
"""How far lids that have to be closed stand open [rad]."""


def _nudge(piece: str) -> Callable[[Setup], None]:
    """Nothing stands twice in quite the same place, or where one had found it before a hand would find it again."""
    return lambda s: s.nudge(piece, 0.025, 0.025, 0.2, (0.0, PLINTH_M - 0.003))


# --- pill box ---------------------------------------------------------------------------------------------------------
def _others_shut(goal: Goal) -> Check:
    checks = [shut(f"lid_{d}") for d in DAYS if d != goal.target]
    return lambda w: all(c(w) for c in checks)


def _lid(w: World, goal: Goal) -> np.ndarray:
    return w.site(f"lid_{goal.target}_under")[:3, 3]


def _pill_box(name: str, reverse: str, *, opens: bool) -> HouseholdTask:
    """The lid of one day, the others stay shut."""

    def setup(s: Setup, goal: Goal) -> None:
        s.use("pill_box")
        _nudge("pill_box")(s)
        if not opens:
            s.joint(f"lid_{goal.target}", s.ajar(*OPEN_AT))
        s.distract(0, 2, *ABOUT)

    def checks(goal: Goal) -> dict[str, Check]:
        side, check = ("open", opened) if opens else ("shut", shut)
        return {f"{side}({goal.target}_lid)": check(f"lid_{goal.target}"), "shut(other_lids)": _others_shut(goal)}

    def possible(s: Setup, goal: Goal) -> bool:
        return (s.joints.get(f"lid_{goal.target}", 0.0) < 0.1 * LID_TRAVEL_RAD) == opens

    return HouseholdTask(
        name=name, family="bottles", room=ROOM, scene=SCENE, horizon=260, goals=task_phrases(name).goals, setup=setup, checks=checks,
        focus=_lid, reverse=reverse, possible=possible,
    )  # fmt: skip


# --- screw tops -------------------------------------------------------------------------------------------------------
def off(top: ScrewTop) -> Check:
    """The cap is no longer about its neck: beside it, or above it."""
    cap, seat = f"{top.name}_cap", f"{top.name}_seat"

    def check(w: World) -> bool:
        T = w.site(seat)
        d = T[:3, :3].T @ (w.position(cap) - T[:3, 3])
        return bool(np.hypot(d[0], d[1]) > top.core + top.radius or d[2] > top.neck + top.height)

    return check


def lies(top: ScrewTop) -> Check:
    """The cap lies on the worktop."""
    return lambda w: bool(-0.002 < w.position(f"{top.name}_cap")[2] < LIES_M)


def _unscrew(name: str, top: ScrewTop, piece: str) -> HouseholdTask:
    cap = f"{top.name}_cap"

    def setup(s: Setup, goal: Goal) -> None:
        del goal
        s.use(piece)
        s.distract(0, 2, *ABOUT)

    def checks(goal: Goal) -> dict[str, Check]:
        del goal
        return {
            f"turned({cap})": opened(f"cap_{top.name}"), f"off({cap})": off(top), f"on_worktop({cap})": lies(top), f"released({cap})": released(cap),
        }  # fmt: skip

    def focus(w: World, goal: Goal) -> np.ndarray:
        del goal
        return w.site(f"cap_{top.name}_handle")[:3, 3]

    return HouseholdTask(
        name=name, family="bottles", room=ROOM, scene=SCENE, horizon=600, goals=task_phrases(name).goals, setup=setup, checks=checks,
        focus=focus, possible=_anywhere,
    )  # fmt: skip


# --- toothbrush -------------------------------------------------------------------------------------------------------
CUP_M, BRUSH_M = (0.545, 0.585), (0.35, 0.385)
"""How far the cup and the toothbrush are from the robot's nominal foot [m]."""
BRUSH_RAD = 1.3
"""How far the bristles point to either side of straight ahead [rad]: a wrist turns no further with the hand laid back."""


def _brush_setup(s: Setup, goal: Goal) -> None:
    """The cup stands where the worktop is free, the toothbrush lies before it."""
    x0, x1, y0, y1 = s.layout.zone
    angle = float(np.arctan2(y0 + y1, x0 + x1))
    for role, category, (near, far), spread, turn in (
        ("receptacle", "beaker", CUP_M, 0.09, np.pi), ("target", goal.target, BRUSH_M, 0.16, BRUSH_RAD)
    ):  # fmt: skip
        s.cast(role, category)
        way, radius = angle + s.between(-spread, spread), s.between(near, far)
        s.put(role, np.array([radius * np.cos(way), radius * np.sin(way), s.cast_of[role].rest]), way + s.between(-turn, turn))


def _brush_checks(goal: Goal) -> dict[str, Check]:
    return {f"inside({goal.target}, beaker)": inside("target", "receptacle"), f"released({goal.target})": released("target")}


_anywhere: Callable[[Setup, Goal], bool] = lambda s, goal: True  # noqa: E731 - every bathroom has them, shut

TASKS: tuple[HouseholdTask, ...] = (
    fixture_task("press_soap_pump", family="bottles", piece="dispenser", joint=lambda _: "pump", opens=True, horizon=200, label="soap_pump",
                 start=(0.0, 0.0), scene=SCENE, room=ROOM, distractors=(0, 2), things=ABOUT, nudge=_nudge("dispenser")),
    _pill_box("open_pill_box", "close_pill_box", opens=True), _pill_box("close_pill_box", "open_pill_box", opens=False),
    _unscrew("unscrew_jar", JAR, "jar"), _unscrew("unscrew_bottle", BOTTLE, "bottle"),
    HouseholdTask(
        name="put_toothbrush_in_cup", family="tidy", room=ROOM, scene=SCENE, horizon=320, goals=task_phrases("put_toothbrush_in_cup").goals,
        setup=_brush_setup, checks=_brush_checks, focus=target_position,
    ),
)  # fmt: skip
