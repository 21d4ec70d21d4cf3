"""The six kitchen tasks: goals as conjunctions of named predicates over the physics state.

Contact alone moves things: no predicate can be met by a weld, and each must hold for HOLD_STEPS control steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...core.types import POINTS, Goal, goal_points
from .loose import OBJECTS, REST_HEIGHT

HOLD_STEPS = 10
"""Control steps (0.5 s) for which a goal must hold without a break."""
DRAWER_OPEN_M, DRAWER_CLOSED_M = 0.12, 0.012
DOOR_OPEN_RAD, DOOR_CLOSED_RAD = 1.0, 0.06
LIFT_M = 0.08
"""How far above its resting height an object counts as lifted."""
BOWL_RADIUS_M, BOWL_RIM_M = 0.062, 0.06
BIN_HALF_M, BIN_HEIGHT_M = 0.09, 0.15
STILL_MPS = 0.10


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What predicates read, for one simulation."""

    fixtures: np.ndarray
    """(3,) top and bottom drawer [m], microwave door [rad]."""
    position: np.ndarray
    """(6, 3) object centres [m], in the order of OBJECTS."""
    rotation: np.ndarray
    """(6, 3, 3) object orientations in the base frame."""
    speed: np.ndarray
    """(6,) [m/s]"""
    touch: np.ndarray
    """(6, 2) contacts with the left and right finger."""
    tool: np.ndarray
    """(3,) tool centre point [m]."""
    points: np.ndarray
    """(10, 3) positions of core.types.POINTS [m]."""


Check = Callable[[Snapshot], bool]


def _object(name: str) -> int:
    return OBJECTS.index(name)


def _drawer(target: str) -> int:
    return 0 if target == "top" else 1


def opened(fixture: int, threshold: float) -> Check:
    return lambda s: bool(s.fixtures[fixture] >= threshold)


def closed(fixture: int, threshold: float) -> Check:
    return lambda s: bool(s.fixtures[fixture] <= threshold)


def grasped(name: str) -> Check:
    """Both fingers touch the object."""
    i = _object(name)
    return lambda s: bool(s.touch[i, 0] > 0 and s.touch[i, 1] > 0)


def lifted(name: str) -> Check:
    i, height = _object(name), REST_HEIGHT[name] + LIFT_M
    return lambda s: bool(s.position[i, 2] >= height)


def released(name: str) -> Check:
    """No finger touches the object and it is at rest."""
    i = _object(name)
    return lambda s: bool(not s.touch[i].any() and s.speed[i] < STILL_MPS)


def inside(name: str, receptacle: str) -> Check:
    """The object's centre lies over the receptacle's opening, supported above its floor."""
    i = _object(name)
    if receptacle == "bin":
        b = POINTS.index("bin")

        def in_bin(s: Snapshot) -> bool:
            d = s.position[i] - s.points[b]
            return bool(abs(d[0]) < BIN_HALF_M and abs(d[1]) < BIN_HALF_M and 0.0 < d[2] < BIN_HEIGHT_M)

        return in_bin
    b = _object("bowl")

    def in_bowl(s: Snapshot) -> bool:
        d = s.position[i] - s.position[b]
        upright = s.rotation[b, 2, 2] > 0.9 and s.position[b, 2] < 0.08
        return bool(upright and np.hypot(d[0], d[1]) < BOWL_RADIUS_M and 0.0 < d[2] < REST_HEIGHT[name] + BOWL_RIM_M)

    return in_bowl


def goal_checks(goal: Goal) -> dict[str, Check]:
    """The named predicates whose conjunction is the goal."""
    t = goal.target
    if goal.task == "open_drawer":
        return {f"open({t}_drawer)": opened(_drawer(t), DRAWER_OPEN_M)}
    if goal.task == "close_drawer":
        return {f"closed({t}_drawer)": closed(_drawer(t), DRAWER_CLOSED_M)}
    if goal.task == "open_microwave":
        return {"open(microwave)": opened(2, DOOR_OPEN_RAD)}
    if goal.task == "close_microwave":
        return {"closed(microwave)": closed(2, DOOR_CLOSED_RAD)}
    if goal.task == "pick_up":
        return {f"grasped({t})": grasped(t), f"lifted({t})": lifted(t)}
    assert goal.receptacle is not None
    return {f"inside({t}, {goal.receptacle})": inside(t, goal.receptacle), f"released({t})": released(t)}


def progress(goal: Goal, s: Snapshot) -> float:
    """How far the goal has come, in [0, 1]: the dense reward's second term."""
    if goal.task == "open_drawer":
        return float(np.clip(s.fixtures[_drawer(goal.target)] / DRAWER_OPEN_M, 0, 1))
    if goal.task == "close_drawer":
        return float(np.clip(1 - s.fixtures[_drawer(goal.target)] / 0.18, 0, 1))
    if goal.task == "open_microwave":
        return float(np.clip(s.fixtures[2] / DOOR_OPEN_RAD, 0, 1))
    if goal.task == "close_microwave":
        return float(np.clip(1 - s.fixtures[2] / 1.25, 0, 1))
    i = _object(goal.target)
    held = 0.5 * float((s.touch[i] > 0).mean())
    if goal.task == "pick_up":
        return held + 0.5 * float(np.clip((s.position[i, 2] - REST_HEIGHT[goal.target]) / LIFT_M, 0, 1))
    place = s.points[POINTS.index(goal.receptacle or "bin")]
    near = float(1 - np.tanh(4 * np.linalg.norm(s.position[i] - place)))
    return 0.3 * held + 0.7 * near


def dense_reward(goal: Goal, s: Snapshot, success: bool) -> float:
    """In [0, 2.2]: 0.2 for the tool near the target, 1 for progress, 1 for success."""
    reach = 1 - np.tanh(5 * np.linalg.norm(s.tool - s.points[goal_points(goal)[0]]))
    return float(0.2 * reach + progress(goal, s) + success)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task of the benchmark."""

    name: str
    family: str
    room: str
    horizon: int
    """Control steps (50 ms) after which an episode is truncated."""

    def predicates(self, goal: Goal) -> tuple[str, ...]:
        return tuple(goal_checks(goal))


TASKS = {
    t.name: t
    for t in (
        Task(name="open_drawer", family="drawers", room="kitchen", horizon=200),
        Task(name="close_drawer", family="drawers", room="kitchen", horizon=200),
        Task(name="open_microwave", family="doors", room="kitchen", horizon=240),
        Task(name="close_microwave", family="doors", room="kitchen", horizon=240),
        Task(name="pick_up", family="pick", room="kitchen", horizon=200),
        Task(name="put_in", family="place", room="kitchen", horizon=300),
    )
}
