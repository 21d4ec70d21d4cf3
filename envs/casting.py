"""Who plays what under which goal: in the state that an episode begins with, and in the one that it has come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..core.types import Goal
from .furniture.clearance import SPARE_M
from .objects.instance import Instance, grasps_from_above
from .objects.instance import turned as about
from .stage import Casting
from .start import Start
from .tasks.compiled import CompiledScene
from .tasks.predicates import lowest
from .tasks.setup import HEADINGS
from .tasks.situation import Present, Situation
from .tasks.task import HouseholdTask
from .world import World

ON_WORKTOP_M = 0.015
"""What reaches no further above or below the worktop lies or stands on it."""
REACH_M = 0.78
"""How far from the foot of an arm without a ring of its own a thing may be taken from above [m]."""
SIDES = (None, 0.0, 1.0)
"""Where all fixtures might be brought: where they are, shut or off, open or on; as shares of their travel."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Who plays what under one goal: bodies and what they are, by role."""

    roles: Mapping[str, str]
    cast: Mapping[str, Instance]


@dataclass(frozen=True, kw_only=True)
class Detail:
    """What the stage remembers of an episode besides its start."""

    task: str
    cast: Mapping[str, Instance]
    layout: str
    style: str
    zone: tuple[float, float, float, float]
    """Free worktop of the layout: x from, x to, y from, y to [m]."""
    parts: Mapping[Goal, Parts]
    """Who plays what under each goal that the state allows, or that was asked for since."""
    handy: frozenset[str]
    """Roles that stood on the worktop with room for a hand about them."""
    cloths: tuple[str, ...]


NOBODY = Parts(roles={}, cast={})


def parts_of(goal: Goal, start: Start) -> Parts:
    """Who plays what under `goal` in an episode that began with `start`."""
    return start.detail.parts.get(goal) or Parts(roles=start.roles, cast=start.detail.cast)


def parts_under(casting: Casting, roles: Mapping[str, str], cast: Mapping[str, Instance]) -> Parts:
    """Who plays what where some things change roles; who is displaced from one is called `other_` and the role's name.

    roles, cast: bodies and what they are, by the roles of the initial state."""
    names = {r: [g for g, own in casting.items() if own == r] or [f"other_{r}" if r in casting else r] for r in roles}
    return Parts(
        roles={n: body for r, body in roles.items() for n in names[r]}, cast={n: cast[r] for r in roles for n in names[r]}
    )  # fmt: skip


def recast(start: Start, castings: Mapping[Goal, Casting]) -> Start:
    """The start with who plays what under goals that were asked for since; who played what before stays so."""
    new = {g: c for g, c in castings.items() if g != start.goal and g not in start.detail.parts}
    if not new:
        return start
    parts = {g: parts_under(c, start.roles, start.detail.cast) for g, c in new.items()}
    return replace(start, detail=replace(start.detail, parts={**start.detail.parts, **parts}))


def allowed(s: Situation, tasks: Iterable[HouseholdTask], robot: str) -> dict[Goal, Casting]:
    """The goals that a state allows, in a fixed order, and who plays what under each."""
    out: dict[Goal, Casting] = {}
    for task in tasks:
        if task.possible is None or robot not in task.robots:
            continue
        for goal in task.goals:
            casting = task.possible(s, goal)
            if casting is not None:
                out[goal] = casting
    return out


def as_begun(stage: CompiledScene, start: Start) -> Present:
    """The state that an episode begins with."""
    return _situation(stage, start, start.qpos, start.detail.handy)


def as_it_is(stage: CompiledScene, start: Start, w: World) -> Present:
    """The state that an episode which began with `start` has come to."""
    w = w.playing(start.roles, start.detail.cast)
    return _situation(stage, start, w.row("qpos"), frozenset(r for r in start.roles if _handy(stage, w, r)))


def _situation(stage: CompiledScene, start: Start, qpos: np.ndarray, handy: frozenset[str]) -> Present:
    """qpos (nq,)"""
    at, detail = stage.names.qpos, start.detail
    return Present(
        stage=stage, layout=next(y for y in stage.definition.layouts if y.name == detail.layout), cast_of=detail.cast, roles=start.roles,
        joints={j: float(qpos[at[j]]) for j in stage.names.fixtures}, handy=handy, cloths=detail.cloths,
        poses={r: qpos[at[body] : at[body] + 7].copy() for r, body in start.roles.items()},
    )  # fmt: skip


def _handy(stage: CompiledScene, w: World, role: str) -> bool:
    """Whether a hand can take a thing: it is held, or it lies on the worktop in reach, and furniture leaves room for a hand about it."""
    if (w.touch(role) > 0).all():
        return True
    arm, position = stage.arm, w.position(role)
    x, y, *_ = np.linalg.inv(w.T_world_base) @ np.append(position, 1.0)
    near = np.hypot(x, y) < REACH_M if arm.ring is None else arm.ring.holds(float(x), float(y))
    if not near or abs(lowest(w, role)) > ON_WORKTOP_M:
        return False
    return any(
        w.in_the_way(about(T, angle), min(grasp.width + SPARE_M, arm.robot.gripper_max_m)) == 0
        for _, grasp, T, angle in grasps_from_above(w.cast[role], position, w.rotation(role), HEADINGS)
    )


def usable(s: Present, tasks: Iterable[HouseholdTask], robot: str) -> dict[Goal, Casting]:
    """The goals that the state allows or would if fixtures were where they are not: what may be asked for later on."""
    tasks, out = tuple(tasks), dict[Goal, Casting]()
    for side in SIDES:
        joints = s.joints if side is None else {j: side * f.travel for j, f in s.stage.names.fixtures.items()}
        out = {**allowed(replace(s, joints=joints), tasks, robot), **out}
    return out
