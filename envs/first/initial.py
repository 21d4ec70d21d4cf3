"""Initial states: a pure function of (task, split, episode index), never of what ran before."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from ...core.errors import HomebodyError, unknown
from ...core.instructions import all_goals, phrasings
from ...core.kinematics import Q_HOME
from ...core.types import Goal
from ..stage import Start
from .kitchen import CABINET_SLOTS
from .loose import FOOTPRINT, OBJECTS, REST_HEIGHT
from .model import HouseModel

SPLITS = ("train", "heldout")
ALL_TASKS = "all"
ZONE_X, ZONE_Y = (0.36, 0.66), (-0.165, 0.155)
"""Where objects stand on the worktop [m]."""
GAP = 0.045
"""Free space between objects, room for a finger [m]."""
DRAWER_OPEN, DOOR_OPEN = (0.12, 0.165), (0.8, 1.25)
"""Ranges of an open drawer [m] and an open microwave door [rad]."""
ROBOT_NOISE = 0.04
"""Half-width of the uniform noise on the arm's start joints [rad]."""


def episode_rng(task: str, split: str, index: int) -> np.random.Generator:
    """The episode's own random stream. Raises HomebodyError for an unknown split or a negative index."""
    if split not in SPLITS:
        raise unknown("split", split, SPLITS)
    if index < 0:
        raise HomebodyError(f"episode index {index} is negative: expected 0 or more")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([zlib.crc32(task.encode()), SPLITS.index(split), index])))


def goal_is_valid(goal: Goal, present: set[str], drawers: np.ndarray, door: float) -> bool:
    """Whether the state (objects on the worktop, drawer openings (top, bottom) [m], door angle [rad]) allows `goal`."""
    if goal.task in ("pick_up", "put_in"):
        return goal.target in present
    if goal.task.endswith("microwave"):
        return (door > 0.5) == goal.task.startswith("close")
    this = 0 if goal.target == "top" else 1
    if goal.task == "close_drawer":
        return bool(drawers[this] > 0.1)
    return bool(drawers[this] < 0.01 and (this == 0 or drawers[0] < 0.01))


def _fixtures(rng: np.random.Generator, goal: Goal, axes: Mapping[str, float]) -> np.ndarray:
    """(3,) top drawer [m], bottom drawer [m], microwave door [rad]; such that `goal` is valid."""
    wants_open = goal.task.startswith("close")
    drawers = np.zeros(2)
    which = int(rng.integers(3))  # none, top or bottom stands open
    opening, angle = rng.uniform(*DRAWER_OPEN), rng.uniform(*DOOR_OPEN)
    door_open = rng.random() < 0.4
    if goal.task.endswith("drawer"):
        this = 0 if goal.target == "top" else 1
        which = this + 1 if wants_open else (0 if this == 1 or which == 1 else which)
    if which:
        drawers[which - 1] = opening * axes.get("initial_opening", 1.0)
    if goal.task.endswith("microwave"):
        door_open = wants_open
    return np.array([drawers[0], drawers[1], angle * axes.get("initial_opening", 1.0) if door_open else 0.0])


def _place(rng: np.random.Generator, names: list[str], more: float) -> dict[str, np.ndarray]:
    """Positions (x, y) [m] on the worktop with GAP between footprints; by rejection, the largest first. `more` widens the zone [m]."""
    for _ in range(200):
        placed: dict[str, np.ndarray] = {}
        for name in sorted(names, key=lambda n: -FOOTPRINT[n]):
            r = FOOTPRINT[name]
            for _ in range(30):
                p = np.array([rng.uniform(ZONE_X[0] - more, ZONE_X[1] + more), rng.uniform(ZONE_Y[0] - more, ZONE_Y[1] + more)])
                if all(np.linalg.norm(p - q) > r + FOOTPRINT[o] + GAP for o, q in placed.items()):
                    placed[name] = p
                    break
        if len(placed) == len(names):
            return placed
    raise AssertionError("the worktop's zone is too small for the objects")


def _yaw(rng: np.random.Generator, name: str) -> float:
    """Heading [rad] about the vertical; the mug's handle and the box leave their graspable sides towards +-y."""
    if name == "mug":
        return float(rng.choice([0.0, np.pi]) + rng.uniform(-0.6, 0.6))
    if name == "box":
        return float(rng.uniform(-0.6, 0.6))
    return float(rng.uniform(-np.pi, np.pi))


def task_goals(task: str) -> tuple[Goal, ...]:
    """The goals of a task, or of every task for `all`. Raises HomebodyError for an unknown name."""
    goals = tuple(g for g in all_goals() if task in (ALL_TASKS, g.task))
    if not goals:
        raise unknown("task", task, sorted({g.task for g in all_goals()} | {ALL_TASKS}))
    return goals


def initial_state(house: HouseModel, task: str, split: str, index: int, axes: Mapping[str, float] | None = None) -> Start:
    """The state at the start of episode `index` of `task` in `split`."""
    rng, axes = episode_rng(task, split, index), axes or {}
    goals = task_goals(task)
    if task == ALL_TASKS:  # tasks, not goals, are equally likely
        tasks = sorted({g.task for g in goals})
        chosen = tasks[int(rng.integers(len(tasks)))]
        goals = tuple(g for g in goals if g.task == chosen)
    goal = goals[int(rng.integers(len(goals)))]
    fixtures = _fixtures(rng, goal, axes)
    others = [n for n in OBJECTS if n != "bowl"]
    keep = [goal.target] if goal.target in others else []
    rest = [str(n) for n in rng.permutation([n for n in others if n not in keep])]
    present = keep + rest[: 3 - len(keep)]
    places = _place(rng, ["bowl", *present], axes.get("object_pose", 0.0))
    qpos = house.model.qpos0.copy()
    slots = iter(rng.permutation(len(CABINET_SLOTS)))
    for row, name in zip(house.object_qpos, OBJECTS, strict=True):
        yaw = _yaw(rng, name)
        if name in places:
            qpos[row[:3]] = [*places[name], REST_HEIGHT[name]]
        else:
            slot = np.asarray(CABINET_SLOTS[int(next(slots))])
            qpos[row[:3]] = slot + [0.0, 0.0, REST_HEIGHT[name]]
        qpos[row[3:]] = [np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)]
    qpos[house.fixture_qpos] = fixtures
    noise = axes.get("robot_start", ROBOT_NOISE)
    arm = Q_HOME + rng.uniform(-noise, noise, 7)
    qpos[house.arm_qpos] = arm
    qpos[house.finger_qpos] = 0.04
    words = phrasings(goal, split)
    instruction = words[int(rng.integers(len(words)))]
    valid = tuple(g for g in all_goals() if g == goal or goal_is_valid(g, set(places), fixtures[:2], fixtures[2]))
    return Start(goal=goal, instruction=instruction, qpos=qpos, ctrl=np.append(arm, 1.0), valid=valid)
