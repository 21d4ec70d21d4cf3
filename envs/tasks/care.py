"""Care: things handed to a person and taken from them, brought within their reach, and the call button rung."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import mujoco
import numpy as np

from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.care import COASTER_M
from ..furniture.person import HOLD_HALF, KNUCKLE_STIFFNESS, PALM_TOP_M, PALM_X, REACH_M, WRIST_STIFFNESS, WRIST_X, WRIST_Z
from ..objects.catalogue import by_category, graspable
from ..objects.instance import Instance
from ..robots.table import arm_named
from ..rooms.scene import Spot, spot_matrix
from ..stage import Casting, Check
from ..world import World
from .fixtures import fixture_task
from .marks import Marks, at_site, brought, the
from .predicates import in_box, near, put_down, released, stands
from .rivals import standing
from .setup import Setup
from .situation import Situation
from .task import HouseholdTask

SCENE, ROOM = "care_room", "care"
GRAVITY = 9.81
FURTHER_M = 0.03
"""How much further than the person reaches what is to be brought stands [m]."""
CARRIED_KG = 0.45
"""Heaviest thing that is put into the hand of somebody in bed."""
ON_COASTER_M = 0.05
"""How far from the middle of the round mat a thing may stand [m]."""
TAKEN_M = 0.069
"""Widest thing that is taken out of a hand: the fingers must not land on it there [m]."""
BESIDE_HAND_M = 0.11
"""From the palm to where things are set down beside it [m]."""
WRIST_CLEAR_M, MOST_SHIFT_M = 0.033, 0.045
"""From the middle of the palm to where the wrist rises, and how far things are laid towards the fingers at most [m]."""


def hand_turn(instance: Instance) -> float | None:
    """Heading of a thing in the hand, against the hand's own [rad]: the robot's fingers close across the hand. None: any."""
    best = instance.grasps[0]
    return None if best.any_yaw else float(np.pi / 2 - np.arctan2(best.across[1], best.across[0]))


def hand_shift(instance: Instance) -> float:
    """How far towards the fingers the middle of a thing lies, so that it does not end on the wrist [m]."""
    turn = hand_turn(instance)
    along = (
        instance.footprint
        if turn is None or not instance.half[0]
        else max(abs(np.cos(turn)) * instance.half[0], abs(np.sin(turn)) * instance.half[1])
    )
    return float(np.clip(along - WRIST_CLEAR_M, 0.0, MOST_SHIFT_M))


def _suits(task: str, robot: str, t: Instance) -> bool:
    """Whether a thing is for the robot's fingers, for the hand of the person, and for taking it from there."""
    for_hand = task == "bring_within_reach" or t.mass <= CARRIED_KG
    return graspable(t, arm_named(robot).grip) and for_hand and (task != "take_from_hand" or t.grasps[0].width <= TAKEN_M)


def _fits(s: Setup, goal: Goal) -> Callable[[Instance], bool]:
    return lambda t: _suits(goal.task, s.stage.robot.name, t)


def _some_fits(goal: Goal, robot: str, heldout: bool) -> bool:
    return any(_suits(goal.task, robot, t) for t in by_category(goal.target, heldout=heldout))


# --- the person's hand ---------------------------------------------------------------------------------------------------
GRIP_M, GRIP_AFTER_S, GRIP_RISE_S = 0.05, 0.15, 0.4
"""How hard the person's knuckles close about what was asked for, over the load that the hand feels: people grip what is heavier harder
(Johansson and Westling, Exp Brain Res 1984) [N m/N]; the time from the touch until they begin, and the time in which they tighten [s]."""
GRIP_MOST_N = 5.0
"""Load beyond which they grip no harder [N]."""
CLASPED = 0.9
"""Share of that torque with which fingers that hold something press on it."""
STRUCK_N = 20.0
"""The most that a person's hand may feel: four times the weight of the heaviest thing that is laid into it."""


def clasped(role: str) -> Check:
    """The person's fingers have closed on the thing: they press with their whole strength, and it is the thing that they press."""

    def check(w: World) -> bool:
        tight = w.past is not None and w.past.felt_s > GRIP_AFTER_S + CLASPED * GRIP_RISE_S
        return bool(tight and w.sensor(f"clasp_{w.body(role)}")[0] > 0)

    return check


def given(w: World) -> bool:
    """Nothing was let fall into the person's hand."""
    return w.past is None or not w.past.flung


def spared(w: World) -> bool:
    """The person's hand was not struck or pressed."""
    return w.past is None or w.past.load_N <= STRUCK_N


def grip(goal: Goal, w: World) -> Mapping[int, float]:
    """The torque of the person's knuckles [N m], by address in qvel: they close on what they asked for once they feel it."""
    if "person_knuckles" not in w.names.dof:
        return {}
    wants, felt = goal.task == "hand_over", w.past.felt_s if w.past else 0.0
    tight = float(np.clip((felt - GRIP_AFTER_S) / GRIP_RISE_S, 0.0, 1.0)) if wants else 0.0
    load = min(float(np.linalg.norm(w.sensor("force_person_load"))), GRIP_MOST_N)
    return {w.names.dof["person_knuckles"]: tight * (GRIP_M * load + KNUCKLE_STIFFNESS * max(w.joint("person_knuckles"), 0.0))}


# --- hand over --------------------------------------------------------------------------------------------------------
def _beside_person(s: Setup, goal: Goal) -> None:
    s.use("person")
    s.cast("target", goal.target, fits=_fits(s, goal))
    s.stand("target", s.reach)
    s.distract(0, 2)


def _over_checks(goal: Goal) -> dict[str, Check]:
    return {
        f"in_hand({goal.target}, person)": in_box("target", "person_hold", HOLD_HALF), f"clasped({goal.target}, person)": clasped("target"),
        f"released({goal.target})": released("target"), "given(person)": given, "gentle(person)": spared,
    }  # fmt: skip


def _can_give(s: Situation, goal: Goal) -> Casting | None:
    """The hand is empty, and what stands about is for it."""
    if "person" not in s.layout.usable or any(r == "target" and r not in s.handy for r in s.roles):
        return None
    role = standing(s, goal.target, lambda t: _suits(goal.task, s.stage.robot.name, t))
    return None if role is None else {"target": role}


def _can_bring(s: Situation, goal: Goal) -> Casting | None:
    """It stands about, out of the person's reach."""
    if "person" not in s.layout.usable:
        return None
    role = standing(s, goal.target, lambda t: _suits(goal.task, s.stage.robot.name, t))
    if role is None:
        return None
    T = spot_matrix(s.layout.spots["person"])
    palm = T[:2, 3] + T[:2, 0] * PALM_X
    return {"target": role} if np.linalg.norm(s.pose_of(role)[:2] - palm) > REACH_M + FURTHER_M else None


# --- take from the hand -----------------------------------------------------------------------------------------------
def put_in_hand(s: Setup, role: str) -> None:
    """Lays a thing into the open hand, which sinks as far as its weight bends the wrist."""
    instance, T = s.cast_of[role], spot_matrix(s.layout.spots["person"])
    lever = WRIST_X - PALM_X + hand_shift(instance) + s.between(-0.006, 0.006)
    sink = -lever * instance.mass * GRAVITY / WRIST_STIFFNESS  # about +y: the hand lies towards -x
    c, n = np.cos(sink), np.sin(sink)
    R = np.array([[c, 0, n], [0, 1, 0], [-n, 0, c]])
    local = np.array([WRIST_X, 0.0, WRIST_Z]) + R @ np.array([-lever, s.between(-0.005, 0.005), PALM_TOP_M + instance.rest])
    turn = hand_turn(instance)
    turn = s.between(-np.pi, np.pi) if turn is None else turn + s.between(-0.12, 0.12)
    Rz = spot_matrix(Spot(x=0.0, y=0.0, yaw=turn))[:3, :3]
    quat = np.zeros(4)
    mujoco.mju_mat2Quat(quat, (T[:3, :3] @ R @ Rz).ravel())
    s.joint("person_wrist", float(sink))
    s.put(role, T[:3, :3] @ local + T[:3, 3], quat=quat)


def _take_setup(s: Setup, goal: Goal) -> None:
    s.use("person", "coaster")
    s.cast("target", goal.target, fits=_fits(s, goal))
    put_in_hand(s, "target")
    coaster = s.layout.spots["coaster"]
    s.take(coaster.x, coaster.y, COASTER_M + 0.02)
    s.distract(0, 2)


def _take_checks(goal: Goal) -> dict[str, Check]:
    return {
        f"stands({goal.target}, round_mat)": stands("target"),
        f"near({goal.target}, round_mat)": near("target", "coaster", ON_COASTER_M),
        f"released({goal.target})": released("target"), "gentle(person)": spared,
    }  # fmt: skip


# --- bring within reach -----------------------------------------------------------------------------------------------
def _bring_checks(goal: Goal) -> dict[str, Check]:
    return {
        f"within_reach({goal.target}, person)": near("target", "person_palm", REACH_M), f"stands({goal.target}, worktop)": stands("target"),
        f"released({goal.target})": released("target"), f"put_down({goal.target})": put_down("target"), "gentle(person)": spared,
    }  # fmt: skip


def _beside_hand(w: World, goal: Goal) -> np.ndarray:
    """(3,) on the worktop beside the hand, on the side that the thing is on."""
    del goal
    T = w.site("person_palm")
    side = 1.0 if T[:3, 1] @ (w.position("target") - T[:3, 3]) > 0 else -1.0
    place = T[:3, 3] + side * BESIDE_HAND_M * T[:3, 1]
    return np.array([place[0], place[1], 0.0])


IN_HAND, ON_COASTER = (brought(the("target"), at_site(lambda _, s=site: s)) for site in ("person_palm", "coaster"))


def _task(
    name: str,
    horizon: int,
    setup: Callable[[Setup, Goal], None],
    checks: Callable[[Goal], dict[str, Check]],
    marks: Marks,
    possible: Callable[[Situation, Goal], Casting | None] | None,
    reverse: str = "",
) -> HouseholdTask:
    return HouseholdTask(
        name=name, family="care", room=ROOM, scene=SCENE, horizon=horizon, goals=task_phrases(name).goals, setup=setup, checks=checks,
        marks=marks, fits=_some_fits, reverse=reverse, possible=possible,
    )  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    _task("hand_over", 300, _beside_person, _over_checks, IN_HAND, _can_give, "take_from_hand"), _task("take_from_hand", 300, _take_setup, _take_checks, ON_COASTER, None, "hand_over"),
    _task("bring_within_reach", 300, _beside_person, _bring_checks, brought(the("target"), _beside_hand), _can_bring),
    fixture_task("ring_bell", family="care", piece="bell", joint=lambda _: "bell_button", opens=True, horizon=240, label="bell", start=(0.0, 0.0),
                 scene=SCENE, room=ROOM),
)  # fmt: skip
