"""Loose things: hold them up, put them somewhere, tidy them away."""

from __future__ import annotations

from collections.abc import Callable

from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bins import BIN_HALF_M, BIN_HEIGHT_M, COMPARTMENT_M, TRAY_DEPTH_M, TRAY_HEIGHT_M
from ..stage import Check
from .common import fits_in, for_hand, some_for_hand, target_position
from .predicates import grasped, in_box, inside, lifted, released, upright
from .setup import Setup
from .task import HouseholdTask

SCENE, ROOM = "home_kitchen", "kitchen"


# --- hold up ----------------------------------------------------------------------------------------------------------
def _hold_setup(s: Setup, goal: Goal) -> None:
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)
    s.distract(1, 4)


def _hold_checks(goal: Goal) -> dict[str, Check]:
    return {f"grasped({goal.target})": grasped("target"), f"lifted({goal.target})": lifted("target")}


# --- put into things --------------------------------------------------------------------------------------------------
def _put_setup(container: str) -> Callable[[Setup, Goal], None]:
    def setup(s: Setup, goal: Goal) -> None:
        s.cast("receptacle", container)
        s.stand("receptacle", s.reach)
        s.cast("target", goal.target, fits=for_hand(s, fits_in(s, "receptacle")))
        s.stand("target", s.reach)
        s.distract(1, 3)

    return setup


def _put_checks(container: str, *, stands: bool = False) -> Callable[[Goal], dict[str, Check]]:
    def checks(goal: Goal) -> dict[str, Check]:
        out = {f"inside({goal.target}, {container})": inside("target", "receptacle"), f"released({goal.target})": released("target")}
        return {**out, f"upright({goal.target})": upright("target")} if stands else out

    return checks


# --- tidy -------------------------------------------------------------------------------------------------------------
def _stack_setup(s: Setup, goal: Goal) -> None:
    big = s.cast("receptacle", goal.target, fits=lambda t: t.footprint > 0.07)
    s.stand("receptacle", s.reach)
    s.cast("target", goal.target, fits=for_hand(s, lambda t: t.footprint < big.footprint - 0.001))
    s.stand("target", s.reach)
    s.distract(0, 2)


def _stack_checks(goal: Goal) -> dict[str, Check]:
    return {
        "stacked(bowl, bowl)": inside("target", "receptacle"), "upright(bowl)": upright("target"), "released(bowl)": released("target"),
    }  # fmt: skip


def _sort_setup(s: Setup, goal: Goal) -> None:
    s.use("cutlery_tray")
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)
    s.distract(0, 2)


def _sort_checks(goal: Goal) -> dict[str, Check]:
    half = (TRAY_DEPTH_M / 2, COMPARTMENT_M / 2 - 0.006, TRAY_HEIGHT_M)
    place = f"compartment_{goal.receptacle}"
    return {
        f"inside({goal.target}, {goal.receptacle}_compartment)": in_box("target", place, half),
        f"released({goal.target})": released("target"),
    }


def _rubbish_setup(s: Setup, goal: Goal) -> None:
    s.use("bin")
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)
    s.distract(1, 3)


def _rubbish_checks(goal: Goal) -> dict[str, Check]:
    half = (BIN_HALF_M, BIN_HALF_M, BIN_HEIGHT_M)
    return {f"inside({goal.target}, bin)": in_box("target", "bin_floor", half), f"released({goal.target})": released("target")}


def _task(name: str, family: str, horizon: int, setup: Callable[[Setup, Goal], None], checks: Callable[[Goal], dict[str, Check]],
          *robots: str) -> HouseholdTask:  # fmt: skip
    return HouseholdTask(
        name=name, family=family, room=ROOM, scene=SCENE, horizon=horizon, goals=task_phrases(name).goals, setup=setup, checks=checks,
        focus=target_position, robots=("panda", *robots), fits=some_for_hand,
    )  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    *(_task(f"hold_up_{what}", "pick", 200, _hold_setup, _hold_checks, "so101") for what in ("drink", "food", "cutlery", "toy")),
    _task("serve_on_plate", "place", 360, _put_setup("plate"), _put_checks("plate"), "so101"),
    _task("put_in_pot", "place", 360, _put_setup("pot"), _put_checks("pot"), "so101"),
    _task("set_on_tray", "place", 360, _put_setup("tray"), _put_checks("tray", stands=True), "so101"),
    _task("toys_in_basket", "tidy", 360, _put_setup("basket"), _put_checks("basket"), "so101"),
    _task("stack_bowls", "tidy", 360, _stack_setup, _stack_checks, "so101"),
    _task("sort_cutlery", "tidy", 360, _sort_setup, _sort_checks),
    _task("clear_rubbish", "tidy", 400, _rubbish_setup, _rubbish_checks),
)
