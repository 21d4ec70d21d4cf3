"""The six tasks of the first room: drawers, the microwave, picking things up and putting them into bowl or bin.

Every state allows several of them, so that language alone decides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.marks import Mark
from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bins import BIN_HALF_M, BIN_HEIGHT_M
from ..stage import Casting, Check
from ..world import World
from .fixtures import careful
from .marks import at_site, brought, fixture_mark, held_up, in_cavity
from .predicates import BLOW_N, LIFT_M, SHOVE_N, grasped, in_box, inside, lifted, opened, released, shut
from .setup import Setup
from .situation import Situation
from .task import HouseholdTask

SCENE, ROOM = "first", "first"
OTHERS = ("mug", "box", "can", "apple", "bottle")
"""What may lie about besides the bowl, which is always there."""
AT_ONCE = 3
"""Things beside the bowl."""
DRAWER_OPEN_M, DOOR_OPEN_RAD = (0.12, 0.165), (0.8, 1.25)
"""Ranges of an open drawer and of an open microwave door."""
DOOR_CHANCE = 0.4
"""Share of episodes in which the microwave stands open where no task says so."""
HEADINGS = {"mug": 0.6, "box": 0.6}
"""Most that these are turned from where their graspable sides face the fingers [rad]; others have any heading."""


def _joint(goal: Goal) -> str:
    return "microwave_door" if goal.target == "microwave" else f"drawer_{goal.target}"


def _furnish(s: Setup, goal: Goal) -> None:
    """Draws which drawer stands open and whether the door does, such that the goal is open."""
    wants_open = goal.task.startswith("close")
    which = s.choose(["", "drawer_top", "drawer_bottom"])
    opening, angle, door = s.ajar(*DRAWER_OPEN_M), s.ajar(*DOOR_OPEN_RAD), s.between(0.0, 1.0) < DOOR_CHANCE
    if goal.task.endswith("drawer"):
        mine = _joint(goal)
        if wants_open:
            which = mine
        elif which == mine or mine == "drawer_bottom":  # an open drawer above would be in the way
            which = ""
    for drawer in ("drawer_top", "drawer_bottom"):
        s.joint(drawer, opening if drawer == which else 0.0)
    if goal.task.endswith("microwave"):
        door = wants_open
    s.joint("microwave_door", angle if door else 0.0)


def _setup(s: Setup, goal: Goal) -> None:
    s.use("chest", "microwave", "bin")
    _furnish(s, goal)
    wanted = [goal.target] if goal.target in OTHERS else []
    rest = [n for n in OTHERS if n not in wanted]
    present = wanted + [str(n) for n in s.rng.permutation(rest)][: AT_ONCE - len(wanted)]
    for name in ("bowl", *present):
        s.cast(name, "fruit" if name == "apple" else name)
    for name in sorted(s.cast_of, key=lambda n: -s.cast_of[n].footprint):
        turn = HEADINGS.get(name)
        away = np.pi * int(s.rng.integers(2)) if name == "mug" else 0.0
        s.stand(name, yaw=(away - turn, away + turn) if turn else (-np.pi, np.pi), squeeze=False, handy=name == goal.target)


def _possible(s: Situation, goal: Goal) -> Casting | None:
    return {} if _allows(s, goal) else None


def _allows(s: Situation, goal: Goal) -> bool:
    if goal.task in ("pick_up", "put_in"):
        return goal.target in s.cast_of
    now, fixture, clearly = s.joints.get(_joint(goal), 0.0), s.stage.names.fixtures[_joint(goal)], s.clear < 1
    if goal.task.startswith("close"):
        return now > ((0.5 if goal.target == "microwave" else 0.1) if clearly else fixture.shut)
    above = s.joints.get("drawer_top", 0.0) if goal.target == "bottom" else 0.0
    return now < (0.01 if clearly else fixture.opened) and above < 0.01


def _fixture_checks(word: str, *, opens: bool) -> Callable[[Goal], dict[str, Check]]:
    def checks(goal: Goal) -> dict[str, Check]:
        name = word.format(target=goal.target)
        moved = {f"open({name})": opened(_joint(goal))} if opens else {f"closed({name})": shut(_joint(goal))}
        return moved | careful(_joint(goal), name, BLOW_N if opens else SHOVE_N)

    return checks


def _pick_checks(goal: Goal) -> dict[str, Check]:
    return {f"grasped({goal.target})": grasped(goal.target), f"lifted({goal.target})": lifted(goal.target)}


def _put_checks(goal: Goal) -> dict[str, Check]:
    bin_half = (BIN_HALF_M, BIN_HALF_M, BIN_HEIGHT_M)
    placed = in_box(goal.target, "bin_floor", bin_half) if goal.receptacle == "bin" else inside(goal.target, "bowl")
    return {f"inside({goal.target}, {goal.receptacle})": placed, f"released({goal.target})": released(goal.target)}


def _marks(w: World, goal: Goal) -> Mark:
    if goal.task == "pick_up":
        return held_up(_target, LIFT_M)(w, goal)
    if goal.task == "put_in":
        return brought(_target, at_site(lambda _: "bin_floor") if goal.receptacle == "bin" else in_cavity("bowl"))(w, goal)
    return fixture_mark(w, _joint(goal), opens=goal.task.startswith("open"))


def _target(goal: Goal) -> str:
    return goal.target


def _task(name: str, family: str, horizon: int, checks: Callable[[Goal], dict[str, Check]], reverse: str = "") -> HouseholdTask:
    return HouseholdTask(
        name=name, family=family, room=ROOM, scene=SCENE, horizon=horizon, goals=task_phrases(name).goals, setup=_setup, checks=checks,
        marks=_marks, reverse=reverse, possible=_possible,
    )  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    _task("open_drawer", "drawers", 200, _fixture_checks("{target}_drawer", opens=True), "close_drawer"),
    _task("close_drawer", "drawers", 200, _fixture_checks("{target}_drawer", opens=False), "open_drawer"),
    _task("open_microwave", "doors", 240, _fixture_checks("microwave", opens=True), "close_microwave"),
    _task("close_microwave", "doors", 240, _fixture_checks("microwave", opens=False), "open_microwave"),
    _task("pick_up", "pick", 200, _pick_checks),
    _task("put_in", "place", 300, _put_checks),
)
