"""Loose things: hold them up, put them somewhere, tidy them away."""

from __future__ import annotations

from collections.abc import Callable

from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bins import COMPARTMENT_M, TRAY_DEPTH_M, TRAY_HEIGHT_M
from ..stage import Casting, Check
from .common import fits_in, for_hand, some_for_hand
from .marks import Marks, at_site, brought, held_up, in_cavity, the
from .predicates import LIFT_M, grasped, in_bin, inside, lies_in, lifted, put_down, released, upright
from .rivals import standing
from .setup import Setup
from .situation import Situation
from .task import HouseholdTask

SCENE, ROOM = "home_kitchen", "kitchen"


# --- hold up ----------------------------------------------------------------------------------------------------------
def _hold_setup(s: Setup, goal: Goal) -> None:
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)
    s.distract(1, 4)


def _can_hold(s: Situation, goal: Goal) -> Casting | None:
    role = standing(s, goal.target)
    return None if role is None else {"target": role}


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


def _can_put(container: str) -> Callable[[Situation, Goal], Casting | None]:
    def possible(s: Situation, goal: Goal) -> Casting | None:
        found = [r for r, t in s.cast_of.items() if t.category == container]
        if len(found) != 1:
            return None
        role = standing(s, goal.target, fits_in(s, found[0]))
        return None if role is None else {"target": role, "receptacle": found[0]}

    return possible


def _put_checks(container: str, *, stands: bool = False, soft: bool = False) -> Callable[[Goal], dict[str, Check]]:
    """stands: it has to stand; soft: it may be dropped."""

    def checks(goal: Goal) -> dict[str, Check]:
        out = {f"inside({goal.target}, {container})": inside("target", "receptacle"), f"released({goal.target})": released("target")}
        if not soft:
            out[f"put_down({goal.target})"] = put_down("target")
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
        "put_down(bowl)": put_down("target"),
    }  # fmt: skip


def _sort_setup(s: Setup, goal: Goal) -> None:
    s.use("cutlery_tray")
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)
    s.distract(0, 2)


def _with(piece: str) -> Callable[[Situation, Goal], Casting | None]:
    """Whether the thing stands about and a piece is in reach."""

    def possible(s: Situation, goal: Goal) -> Casting | None:
        return _can_hold(s, goal) if piece in s.layout.usable else None

    return possible


def _sort_checks(goal: Goal) -> dict[str, Check]:
    half = (TRAY_DEPTH_M / 2, COMPARTMENT_M / 2 - 0.006, TRAY_HEIGHT_M)
    place = f"compartment_{goal.receptacle}"
    return {
        f"inside({goal.target}, {goal.receptacle}_compartment)": lies_in("target", place, half),
        f"released({goal.target})": released("target"),
    }


def _rubbish_setup(s: Setup, goal: Goal) -> None:
    s.use("bin")
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)
    s.distract(1, 3)


def _rubbish_checks(goal: Goal) -> dict[str, Check]:
    return {f"inside({goal.target}, bin)": in_bin("target"), f"released({goal.target})": released("target")}


HOLD_UP, INTO = held_up(the("target"), LIFT_M), brought(the("target"), in_cavity("receptacle"))
SORTED = brought(the("target"), at_site(lambda goal: f"compartment_{goal.receptacle}"))
BINNED = brought(the("target"), at_site(lambda _: "bin_floor"))


def _task(name: str, family: str, horizon: int, setup: Callable[[Setup, Goal], None], checks: Callable[[Goal], dict[str, Check]],
          marks: Marks, possible: Callable[[Situation, Goal], Casting | None] | None, *, worktop: bool = False) -> HouseholdTask:  # fmt: skip
    return HouseholdTask(
        name=name, family=family, room=ROOM, scene=SCENE, horizon=horizon, goals=task_phrases(name).goals, setup=setup, checks=checks,
        marks=marks, worktop=worktop, fits=some_for_hand, possible=possible,
    )  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    *(
        _task(f"hold_up_{what}", "pick", 200, _hold_setup, _hold_checks, HOLD_UP, _can_hold, worktop=True)
        for what in ("drink", "food", "cutlery", "toy")
    ),
    _task("serve_on_plate", "place", 360, _put_setup("plate"), _put_checks("plate"), INTO, _can_put("plate"), worktop=True),
    _task("put_in_pot", "place", 360, _put_setup("pot"), _put_checks("pot"), INTO, _can_put("pot"), worktop=True),
    _task("set_on_tray", "place", 360, _put_setup("tray"), _put_checks("tray", stands=True), INTO, _can_put("tray"), worktop=True),
    _task("toys_in_basket", "tidy", 360, _put_setup("basket"), _put_checks("basket", soft=True), INTO, _can_put("basket"), worktop=True),
    _task("stack_bowls", "tidy", 360, _stack_setup, _stack_checks, INTO, None, worktop=True),
    _task("sort_cutlery", "tidy", 360, _sort_setup, _sort_checks, SORTED, _with("cutlery_tray")),
    _task("clear_rubbish", "tidy", 400, _rubbish_setup, _rubbish_checks, BINNED, _with("bin")),
)
