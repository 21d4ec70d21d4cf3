"""Long tasks of the household kitchen: two to four goals one after another, as people ask for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bins import BIN_HALF_M, BIN_HEIGHT_M
from ..furniture.storage import CUTLERY_INSIDE, DRAWER_INSIDE
from ..stage import Check
from ..world import World
from .common import fits_in, for_hand, some_for_hand, target_position
from .predicates import in_box, inside, opened, released, shut, upright
from .setup import Setup
from .task import HouseholdTask

SCENE, ROOM = "home_kitchen", "kitchen"
LONGEST_M = 0.2
"""Cutlery up to this length lies level in the open drawer, aslant between its partitions."""
SPOUT_M = (0.032, 0.032, 0.075)
"""Half-sizes of the room under the coffee machine's spout in which a mug's middle has to be."""


def _put(name: str, role: str, place: str, check: Check) -> dict[str, Check]:
    return {f"inside({name}, {place})": check, f"released({name})": released(role)}


# --- put away and shut ----------------------------------------------------------------------------------------------------
def _stow_setup(s: Setup, goal: Goal) -> None:
    s.use("chest")
    s.joint("drawer_top", s.stage.names.fixtures["drawer_top"].travel * s.ajar(0.7, 0.95))
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)
    s.distract(0, 2)


def _stow_checks(goal: Goal) -> dict[str, Check]:
    stored = in_box("target", "drawer_top_inside", DRAWER_INSIDE)
    return {**_put(goal.target, "target", "top_chest_drawer", stored), "shut(top_chest_drawer)": shut("drawer_top")}


def _cutlery_setup(s: Setup, goal: Goal) -> None:
    s.use("cutlery")
    travel = s.stage.names.fixtures["cutlery_drawer"].travel
    s.joint("cutlery_drawer", travel)  # there must be room for a hand beside the drawer when it is open
    s.cast("target", goal.target, fits=for_hand(s, lambda t: 2 * t.half[0] < LONGEST_M))
    s.stand("target", s.reach)
    s.joint("cutlery_drawer", travel * s.between(0.0, 0.1))
    s.distract(0, 2)


def _cutlery_checks(goal: Goal) -> dict[str, Check]:
    stored = in_box("target", "cutlery_drawer_inside", CUTLERY_INSIDE)
    return {**_put(goal.target, "target", "cutlery_drawer", stored), "shut(cutlery_drawer)": shut("cutlery_drawer")}


# --- two things ----------------------------------------------------------------------------------------------------------
def _clear_setup(s: Setup, goal: Goal) -> None:
    s.use("bin")
    for role in ("target", "second"):
        s.cast(role, goal.target, fits=for_hand(s))
        s.stand(role, s.reach, handy=True)
    s.distract(0, 2)


def _clear_checks(goal: Goal) -> dict[str, Check]:
    half, out = (BIN_HALF_M, BIN_HALF_M, BIN_HEIGHT_M), {}
    for role, words in (("target", f"one_{goal.target}"), ("second", f"other_{goal.target}")):
        out.update(_put(words, role, "bin", in_box(role, "bin_floor", half)))
    return out


def _tray_setup(s: Setup, goal: Goal) -> None:
    s.cast("tray", "tray")
    s.stand("tray", s.reach)
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)
    s.cast("receptacle", goal.receptacle or "", fits=for_hand(s, lambda t: max(t.half[:2]) < 0.06))
    s.stand("receptacle", s.reach, handy=True)
    s.distract(0, 1)


def _tray_checks(goal: Goal) -> dict[str, Check]:
    return {
        **_put(goal.target, "target", "tray", inside("target", "tray")), f"upright({goal.target})": upright("target"),
        **_put(str(goal.receptacle), "receptacle", "tray", inside("receptacle", "tray")),
    }  # fmt: skip


# --- cook and brew -------------------------------------------------------------------------------------------------------
def _cook_setup(s: Setup, goal: Goal) -> None:
    s.use("hob")
    s.joint(f"knob_{goal.receptacle}", s.between(0.0, 0.06))
    s.cast("pot", "pot")
    s.stand("pot", s.reach)
    s.cast("target", goal.target, fits=for_hand(s, fits_in(s, "pot")))
    s.stand("target", s.reach)
    s.distract(0, 1)


def _cook_checks(goal: Goal) -> dict[str, Check]:
    return {
        **_put(goal.target, "target", "pot", inside("target", "pot")),
        f"open({goal.receptacle}_burner)": opened(f"knob_{goal.receptacle}"),
    }


def _coffee_setup(s: Setup, goal: Goal) -> None:
    """The mug's ear points away from the robot, half to a side: the hand comes from the front."""
    s.use("coffee_machine")
    s.cast("target", goal.target, fits=for_hand(s, lambda t: t.half[1] < 0.0355))
    x0, x1, y0, y1 = s.reach
    s.stand("target", (max(x0, 0.46), x1, y0, y1), yaw=(-1.1, 1.1), margin=0.08)
    s.distract(0, 1)


def _coffee_checks(goal: Goal) -> dict[str, Check]:
    return {
        f"under({goal.target}, spout)": in_box("target", "coffee_tray", SPOUT_M), f"upright({goal.target})": upright("target"),
        f"released({goal.target})": released("target"), "open(coffee_button)": opened("coffee_button"),
    }  # fmt: skip


# --- shut and switch -----------------------------------------------------------------------------------------------------
def _both_setup(s: Setup, goal: Goal) -> None:
    del goal
    s.use("chest")
    for name in ("top", "bottom"):
        s.joint(f"drawer_{name}", s.stage.names.fixtures[f"drawer_{name}"].travel * max(s.ajar(0.5, 0.9), 0.1))
    s.distract(0, 3)


def _both_checks(goal: Goal) -> dict[str, Check]:
    del goal
    return {f"shut({n}_chest_drawer)": shut(f"drawer_{n}") for n in ("top", "bottom")}


DRAWERS = {"cutlery": ("cutlery", "cutlery_drawer"), "top": ("chest", "drawer_top")}
"""What a goal of `close_up` calls a drawer: its piece and joint."""


def _close_up_setup(s: Setup, goal: Goal) -> None:
    piece, joint = DRAWERS[goal.target]
    s.use(piece, "light_switch")
    fixtures = s.stage.names.fixtures
    s.joint(joint, fixtures[joint].travel * max(s.ajar(0.5, 0.9), 0.1))
    s.joint("switch_rocker", fixtures["switch_rocker"].travel)
    s.distract(0, 3)


def _close_up_checks(goal: Goal) -> dict[str, Check]:
    return {f"shut({goal.target}_drawer)": shut(DRAWERS[goal.target][1]), "shut(light)": shut("switch_rocker")}


def _push(joint: Callable[[Goal], str]) -> Callable[[World, Goal], np.ndarray]:
    return lambda w, g: w.site(f"{joint(g)}_push")[:3, 3]


def _task(
    name: str, horizon: int, setup: Callable[[Setup, Goal], None], checks: Callable[[Goal], dict[str, Check]],
    focus: Callable[[World, Goal], np.ndarray] = target_position, fits: Callable[[Goal, str, bool], bool] | None = some_for_hand,
) -> HouseholdTask:  # fmt: skip
    return HouseholdTask(
        name=name, family="long", room=ROOM, scene=SCENE, horizon=horizon, goals=task_phrases(name).goals, setup=setup, checks=checks, focus=focus,
        fits=fits,
    )  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    _task("stow_in_chest", 560, _stow_setup, _stow_checks),
    _task("put_cutlery_away", 700, _cutlery_setup, _cutlery_checks),
    _task("clear_table", 700, _clear_setup, _clear_checks),
    _task("lay_tray", 600, _tray_setup, _tray_checks),
    _task("start_cooking", 600, _cook_setup, _cook_checks),
    _task("make_coffee", 700, _coffee_setup, _coffee_checks),
    _task("close_chest", 450, _both_setup, _both_checks, _push(lambda _: "drawer_top"), None),
    _task("close_up", 450, _close_up_setup, _close_up_checks, _push(lambda g: DRAWERS[g.target][1]), None),
)
