"""Long tasks of the household kitchen: two to four goals one after another, as people ask for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.marks import Mark
from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bins import BIN_HALF_M, BIN_HEIGHT_M
from ..furniture.storage import CUTLERY_INSIDE, DRAWER_INSIDE
from ..objects.instance import turned
from ..pointing import pointing, pose
from ..stage import Check
from ..world import World
from .common import fits_in, for_hand, some_for_hand
from .fixtures import careful
from .marks import (
    Marks,
    Step,
    at_site,
    beside,
    brought,
    clear_ones,
    easiest,
    fixture_mark,
    grasp_of,
    holds_all,
    in_cavity,
    in_turn,
    mark_at,
    palm_crowding,
    set_down,
    the,
)
from .predicates import SHOVE_N, STAND_M, gentle, in_bin, in_box, inside, opened, others_left_alone, released, shut, upright
from .setup import Setup
from .task import HouseholdTask

SCENE, ROOM = "home_kitchen", "kitchen"
LONGEST_M = 0.2
"""Cutlery up to this length lies level in the open drawer, aslant between its partitions."""
BESIDE_M, BELOW_RIM_M = 0.048, 0.032
"""How far from a tray's middle each of two things stands; how far below its rim a mug is taken from the front, the palm off the rim [m]."""
EAR_BESIDE_RAD = tuple(np.deg2rad(a) for a in (45.0, -45.0, 30.0, -30.0, 60.0, -60.0))
"""Angles between a mug's ear and the way that the tool points [rad], the best first: the ear is behind the mug, beside the finger."""
STEADY = 0.97
"""Least z component of the axis of a mug that nothing leans on (14 degrees)."""
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
    return {
        **_put(goal.target, "target", "top_chest_drawer", stored), "shut(top_chest_drawer)": shut("drawer_top"),
        **careful("drawer_top", "top_chest_drawer"),
    }  # fmt: skip


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
    return {
        **_put(goal.target, "target", "cutlery_drawer", stored), "shut(cutlery_drawer)": shut("cutlery_drawer"),
        **careful("cutlery_drawer", "cutlery_drawer"),
    }  # fmt: skip


# --- two things ----------------------------------------------------------------------------------------------------------
def _clear_setup(s: Setup, goal: Goal) -> None:
    s.use("bin")
    for role in ("target", "second"):
        s.cast(role, goal.target, fits=for_hand(s))
        s.stand(role, s.reach, handy=True)
    s.distract(0, 2)


def _clear_checks(goal: Goal) -> dict[str, Check]:
    out: dict[str, Check] = {}
    for role, words in (("target", f"one_{goal.target}"), ("second", f"other_{goal.target}")):
        out.update(_put(words, role, "bin", in_bin(role)))
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
        f"open({goal.receptacle}_burner)": opened(f"knob_{goal.receptacle}"), "others_left_alone": others_left_alone(f"knob_{goal.receptacle}"),
    }  # fmt: skip


def _coffee_setup(s: Setup, goal: Goal) -> None:
    """The mug's ear points away from the robot, half to a side: the hand comes from the front."""
    s.use("coffee_machine")
    s.cast("target", goal.target, fits=for_hand(s, lambda t: t.half[1] < 0.0355))
    x0, x1, y0, y1 = s.reach
    s.stand("target", (max(x0, 0.46), x1, y0, y1), yaw=(-1.1, 1.1), margin=0.08)
    s.distract(0, 1)


def under_spout(role: str) -> Check:
    """The thing stands on the machine's tray below the spout, with its foot on it."""
    there = in_box(role, "coffee_tray", SPOUT_M)

    def check(w: World) -> bool:
        foot = w.position(role)[2] - w.cast[role].rest - w.site("coffee_tray")[2, 3]
        return there(w) and abs(foot) < STAND_M and bool(w.rotation(role)[2, 2] > STEADY)

    return check


def _coffee_checks(goal: Goal) -> dict[str, Check]:
    return {
        f"under({goal.target}, spout)": under_spout("target"), f"upright({goal.target})": upright("target"),
        f"released({goal.target})": released("target"), "open(coffee_button)": opened("coffee_button"),
        "others_left_alone": others_left_alone("coffee_button"),
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
    names = ("top", "bottom")
    return {
        **{f"shut({n}_chest_drawer)": shut(f"drawer_{n}") for n in names}, **{f"gentle({n}_chest_drawer)": gentle(f"drawer_{n}", SHOVE_N) for n in names},
        "others_left_alone": others_left_alone("drawer_top", "drawer_bottom"),
    }  # fmt: skip


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
    joint = DRAWERS[goal.target][1]
    return {
        f"shut({goal.target}_drawer)": shut(joint), "shut(light)": shut("switch_rocker"), f"gentle({goal.target}_drawer)": gentle(joint),
        "others_left_alone": others_left_alone(joint, "switch_rocker"),
    }  # fmt: skip


# --- where --------------------------------------------------------------------------------------------------------------
def _fixture(joint: Callable[[Goal], str], *, opens: bool) -> Marks:
    return lambda w, goal: fixture_mark(w, joint(goal), opens=opens)


def _is_shut(joint: Callable[[Goal], str]) -> Callable[[World, Goal], bool]:
    return lambda w, goal: shut(joint(goal))(w)


def _away(joint: str, half: tuple[float, float, float], least: float, name: str) -> Marks:
    """A drawer that is opened where it is not open by `least` [m], a thing put into it, the drawer shut."""
    stored, free = in_box("target", f"{joint}_inside", half), lambda w: not w.touch("target").any()
    put = brought(the("target"), at_site(lambda _: f"{joint}_inside"))
    return in_turn(
        (lambda w, _: stored(w) or w.joint(joint) > least or not free(w), _fixture(lambda _: joint, opens=True), f"open_{name}_drawer"),
        (holds_all(stored, free), put, "put_in_chest" if name == "chest" else f"put_in_{name}_drawer"),
        (_is_shut(lambda _: joint), _fixture(lambda _: joint, opens=False), f"close_{name}_drawer"),
    )  # fmt: skip


def _on_tray(sign: float) -> Callable[[World, Goal], np.ndarray]:
    def place(w: World, goal: Goal) -> np.ndarray:
        return in_cavity("tray")(w, goal) + sign * BESIDE_M * w.rotation("tray")[:, 0]

    return place


def _coffee_marks(w: World, goal: Goal) -> Mark:
    """The mug from the front, its ear behind it; then the button."""
    mug = w.cast["target"]
    if all(c(w) for name, c in _coffee_checks(goal).items() if name != "open(coffee_button)"):
        found = fixture_mark(w, "coffee_button", opens=True)
        return mark_at(found.pose, 0.0, found.place, found.way, skill="press_coffee_button")
    ear = w.rotation("target")[:2, 0]
    heading = float(np.arctan2(ear[1], ear[0]))
    top = w.position("target") + np.array([0.0, 0.0, mug.top - mug.rest - BELOW_RIM_M])
    poses = [pose(pointing(heading + turn, 0.45), top) for turn in EAR_BESIDE_RAD]
    others = beside(w, "target")
    ways = [(0.01 * k + 4 * palm_crowding(w, others, T), T, 2 * mug.half[1]) for k, T in enumerate(poses)]
    clear = clear_ones(w, sorted(ways, key=lambda way: way[0]))
    poses = [turned(T, flip) for _, T, _ in clear for flip in (0.0, np.pi)]
    there, held = w.site("coffee_tray")[:3, 3], bool((w.touch("target") > 0).all())
    T = set_down(w, "target", there) if held else poses[easiest(w, poses)]
    return mark_at(T, 2 * mug.half[1], there, there - w.T_world_tool[:3, 3] if held else None, skill="put_under_spout", held=held)


def _put_role(role: str, place: Callable[[World, Goal], np.ndarray], check: Check, skill: str) -> Step:
    return holds_all(check, lambda w: not w.touch(role).any()), brought(the(role), place), skill


BIN_HALF = (BIN_HALF_M, BIN_HALF_M, BIN_HEIGHT_M)
CLEAR_MARKS = in_turn(*(_put_role(r, at_site(lambda _: "bin_floor"), in_box(r, "bin_floor", BIN_HALF), "clear_rubbish") for r in ("target", "second")))
LOW, TALL = (_put_role(r, _on_tray(s), inside(r, "tray"), "set_on_tray") for r, s in (("receptacle", -1.0), ("target", 1.0)))


def _tray_marks(w: World, goal: Goal) -> Mark:
    """What is low first, unless the other stands in the hand's way."""
    held = (w.touch("receptacle") > 0).all()
    hemmed = not held and palm_crowding(w, beside(w, "receptacle"), grasp_of(w, "receptacle")[0]) > 0
    return in_turn(*((TALL, LOW) if hemmed else (LOW, TALL)))(w, goal)


COOK_MARKS = in_turn(
    _put_role("target", in_cavity("pot"), inside("target", "pot"), "put_in_pot"),
    (lambda w, goal: opened(f"knob_{goal.receptacle}")(w), _fixture(lambda goal: f"knob_{goal.receptacle}", opens=True), "turn_on_stove"),
)
BOTH_MARKS = in_turn(
    *((_is_shut(lambda _, j=j: j), _fixture(lambda _, j=j: j, opens=False), "close_chest_drawer") for j in ("drawer_top", "drawer_bottom")),
)
_LIGHT: Step = _is_shut(lambda _: "switch_rocker"), _fixture(lambda _: "switch_rocker", opens=False), "switch_off_light"
UP_MARKS = {
    name: in_turn((_is_shut(lambda _, j=j: j), _fixture(lambda _, j=j: j, opens=False), f"close_{piece}_drawer"), _LIGHT)
    for name, (piece, j) in DRAWERS.items()
}


def _task(
    name: str, horizon: int, setup: Callable[[Setup, Goal], None], checks: Callable[[Goal], dict[str, Check]],
    marks: Marks, fits: Callable[[Goal, str, bool], bool] | None = some_for_hand,
) -> HouseholdTask:  # fmt: skip
    return HouseholdTask(
        name=name, family="long", room=ROOM, scene=SCENE, horizon=horizon, goals=task_phrases(name).goals, setup=setup, checks=checks, marks=marks,
        fits=fits,
    )  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    _task("stow_in_chest", 560, _stow_setup, _stow_checks, _away("drawer_top", DRAWER_INSIDE, 0.12, "chest")),
    _task("put_cutlery_away", 700, _cutlery_setup, _cutlery_checks, _away("cutlery_drawer", CUTLERY_INSIDE, 0.16, "cutlery")),
    _task("clear_table", 700, _clear_setup, _clear_checks, CLEAR_MARKS),
    _task("lay_tray", 600, _tray_setup, _tray_checks, _tray_marks),
    _task("start_cooking", 600, _cook_setup, _cook_checks, COOK_MARKS),
    _task("make_coffee", 700, _coffee_setup, _coffee_checks, _coffee_marks),
    _task("close_chest", 450, _both_setup, _both_checks, BOTH_MARKS, None),
    _task("close_up", 450, _close_up_setup, _close_up_checks, lambda w, goal: UP_MARKS[goal.target](w, goal), None),
)
