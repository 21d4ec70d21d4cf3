"""How tasks say where: marks at handles, push sites and things, in the world frame."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ...core.marks import Mark
from ...core.robots import robot_named
from ...core.types import Goal
from ..furniture.clearance import SPARE_M
from ..objects.instance import Instance, grasps_from_above, turned
from ..pointing import DOWN, pose, pushing, rotation_about, yawed
from ..robots.table import arm_named
from ..stage import Check
from ..world import World

Marks = Callable[[World, Goal], Mark]
"""Where a goal is, in the world frame; `progress` below 0 stands for the share of the predicates that hold."""
Place = Callable[[World], np.ndarray]
SHARE = -1.0
"""Progress that is the share of the goal's predicates that hold."""
HANDLE_M = 0.014
"""What is between the fingers on a handle [m]."""
TIP_M, SIDE_M = 0.011, 0.009
"""From the tool centre point to the fingertips, and to the side of the pads."""
ASIDE_M = 0.004
"""A hand that comes down beside what it then pushes keeps this much room: without it, it comes down on top."""
TILTS_RAD = (0.17, 0.35, 0.0, 0.52)
"""How much further from above than it sticks out a knob may be taken, the best first."""
PALM_M = 0.01
"""How much room the hand over the fingers keeps beside taller things [m]."""
YAWS = 8
"""Headings tried about the approach of a thing of revolution."""
ROUND_M, ROUND_RAD = 0.004, 0.05
"""Grasps are chosen for poses rounded to these, so that the choice is a function of the state and seldom made."""
NEAR_ENOUGH_M = 0.02
"""A pose that the arm gets this near to is reached: rounding alone is that much."""
LYING_M = 0.015
"""Least height of the tool over a thing that lies on its side."""
MOST_TRIED, MOST_CLEAR = 16, 3
"""Ways to hold a thing that are held against the furniture, and how many clear ones against the arm's reach."""
NEAR_PER_M = 4.0


# --- ways to hold -------------------------------------------------------------------------------------------------------
@functools.lru_cache(maxsize=4096)
def _within_reach(name: str, poses: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """How far off the arm stays from each tool pose in the base frame, flattened (16,): metres and 0.05 of radians."""
    robot, T = robot_named(name), np.array(poses).reshape(-1, 4, 4)
    q = np.repeat(robot.q_home[None], len(T), axis=0)
    q[:, 0] = np.clip(np.arctan2(T[:, 1, 3], T[:, 0, 3]), robot.q_min[0], robot.q_max[0])
    off = np.full(len(T), np.inf)
    for iterations in (6, 6, 12, 16):  # most poses are reached soon
        left = off > NEAR_ENOUGH_M / 2
        if not left.any():
            break
        q[left] = robot.inverse(T[left], q[left], iterations=iterations)
        reached = robot.forward(q[left])
        turn = np.arccos(np.clip((np.einsum("bij,bij->b", reached[:, :3, :3], T[left, :3, :3]) - 1) / 2, -1, 1))
        off[left] = np.linalg.norm(reached[:, :3, 3] - T[left, :3, 3], axis=1) + 0.05 * turn
    return tuple(off.tolist())


_ROUNDS = np.array([[ROUND_RAD] * 3 + [ROUND_M]] * 3 + [[1.0] * 4])


def _rounded(T: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """Poses (B, 4, 4) as `_within_reach` takes them."""
    return tuple(map(tuple, (np.round(T / _ROUNDS) * _ROUNDS).reshape(-1, 16).tolist()))


def easiest(w: World, poses: Sequence[np.ndarray], costs: Sequence[float] | None = None) -> int:
    """Which of several tool poses (4, 4) in the world the arm gets nearest to; `costs` [m] are added."""
    off = np.array(_within_reach(w.robot.name, _rounded(np.linalg.inv(w.T_world_base) @ np.array(poses))))
    off = np.where(off < NEAR_ENOUGH_M, 0.0, off)
    return int(np.argmin(10 * off + (0.0 if costs is None else np.asarray(costs))))


def either_way(w: World, T: np.ndarray) -> np.ndarray:
    """A tool pose (4, 4) or the same turned half about its own axis, whichever the arm reaches: a gripper is symmetric."""
    both = (T, turned(T, np.pi))
    home = w.T_world_base @ w.robot.forward(w.robot.q_home[None])[0]
    return both[easiest(w, both, [0.02 * float(1 - home[:3, 1] @ t[:3, 1]) for t in both])]


def more_from_above(w: World, T: np.ndarray) -> np.ndarray:
    """A tool pose (4, 4) at a knob, or the nearest to it that the arm reaches with the hand turned about its fingers' travel towards plumb."""
    sign = 1.0 if np.cross(T[:3, 1], T[:3, 2])[2] < 0 else -1.0  # the way about that axis that points the hand further down
    tilts = [pose(rotation_about(T[:3, 1], sign * tilt) @ T[:3, :3], T[:3, 3]) for tilt in TILTS_RAD]
    return either_way(w, tilts[easiest(w, tilts, [0.01 * k for k in range(len(tilts))])])


Others = Sequence[tuple[Instance, np.ndarray]]
"""Things and where they are, (3,) each."""


def beside(w: World, role: str) -> Others:
    """The things beside one that a role names."""
    own = w.body(role)
    return [(w.cast[other], w.position(other)) for other, body in w.roles.items() if body != own and other in w.cast]


def tips_crowding(others: Others, T: np.ndarray, width: float) -> float:
    """How far the open fingers would reach into other things [m]."""
    total = 0.0
    tips = [T[:2, 3] + sign * (0.5 * (width + SPARE_M) + 0.01) * T[:2, 1] for sign in (-1, 1)]
    for thing, at in others:
        total += sum(max(0.0, thing.footprint + 0.014 - math.dist(at[:2], tip)) for tip in tips)
    return total


def palm_crowding(w: World, others: Others, T: np.ndarray) -> float:
    """How far the hand over the fingers would come down on taller things beside one that it takes [m]."""
    total = 0.0
    palm = arm_named(w.robot.name).palm_points @ T[:3, :3].T + T[:3, 3]
    for thing, at in others:
        under = palm[palm[:, 2] < at[2] - thing.rest + thing.top]
        if len(under):
            total += max(0.0, thing.footprint + PALM_M - float(np.linalg.norm(under[:, :2] - at[:2], axis=1).min()))
    return total


def on_ear(instance: Instance, rotation: np.ndarray, T: np.ndarray) -> bool:
    """Whether a finger would come down on what sticks out of a thing of revolution, as a mug's ear does."""
    across = np.abs(rotation.T @ T[:3, 1])
    long, short = (0, 1) if instance.half[0] > instance.half[1] else (1, 0)
    return instance.half[long] - instance.half[short] > 0.012 and across[long] > 0.6


def grasp_of(w: World, role: str) -> tuple[np.ndarray, float]:
    """The tool pose (4, 4) that holds a thing where it is, from above, and what is then between the fingers [m]; the tool's own while
    the fingers hold it."""
    if (w.touch(role) > 0).all():
        return w.T_world_tool, 2 * min(w.cast[role].half[:2]) or 0.02
    instance, position, rotation, others = w.cast[role], w.position(role), w.rotation(role), beside(w, role)
    options: list[tuple[float, np.ndarray, float]] = []
    for rank, grasp, T, angle in grasps_from_above(instance, position, rotation, YAWS):
        option = turned(T, angle)
        if not (grasp.any_yaw and on_ear(instance, rotation, option)):
            crowd = tips_crowding(others, option, grasp.width) + palm_crowding(w, others, option)
            options.append((0.05 * rank + 4 * crowd, option, grasp.width))
    if not options:
        options = [(0.0, *lying_grasp(w, role))]
    options = clear_ones(w, sorted(options, key=lambda o: o[0]))
    poses = [_for_jaws(w, role, t, width) for _, T, width in options for t in (T, turned(T, np.pi))]
    home = w.T_world_base @ w.robot.forward(w.robot.q_home[None])[0]
    costs = [options[k // 2][0] + 0.02 * float(1 - home[:3, 1] @ t[:3, 1]) for k, t in enumerate(poses)]
    best = easiest(w, poses, costs)
    return poses[best], options[best // 2][2]


def lying_grasp(w: World, role: str) -> tuple[np.ndarray, float]:
    """From above across the longest level axis of a thing that has fallen over: the tool pose (4, 4), and the thing's width there [m]."""
    centre, axis = w.position(role), w.rotation(role)[:, 2]
    yaw = float(np.arctan2(axis[1], axis[0]))
    return pose(yawed(DOWN, yaw), np.array([centre[0], centre[1], max(centre[2], LYING_M)])), 0.05


def clear_ones(w: World, options: list[tuple[float, np.ndarray, float]]) -> list[tuple[float, np.ndarray, float]]:
    """The first of some ways to hold (cost, tool pose, width) that leave the hand clear of furniture, or the clearest."""
    clear, found = [], []
    for cost, T, width in options[:MOST_TRIED]:
        crowd = w.in_the_way(T, min(width + SPARE_M, w.robot.gripper_max_m))
        found.append((cost + 12 * crowd, T, width))
        if crowd == 0:
            clear.append((cost, T, width))
        if len(clear) == MOST_CLEAR:
            break
    return clear or sorted(found, key=lambda o: o[0])[:MOST_CLEAR]


def _for_jaws(w: World, role: str, T: np.ndarray, width: float) -> np.ndarray:
    """The tool pose at which the jaws take what is `width` wide at T."""
    out = T.copy()
    out[:3, 3] -= T[:3, :3] @ w.robot.grasp_offset(width)
    return out


def mark_at(
    T: np.ndarray, width: float, place: np.ndarray, way: np.ndarray | None = None, progress: float = SHARE, *, skill: str = "", held: bool = False
) -> Mark:  # fmt: skip
    """A mark at a tool pose (4, 4); the way leads to the place where none is given."""
    step = place - T[:3, 3] if way is None else way
    length = float(np.linalg.norm(step))
    return Mark(
        position=T[:3, 3].copy(), approach=T[:3, 2].copy(), across=T[:3, 1].copy(), width=width, place=np.array(place, float),
        way=step / length if length > 1e-6 else np.array([0.0, 0.0, 1.0]), progress=progress, skill=skill, held=held,
    )  # fmt: skip


# --- fixtures -----------------------------------------------------------------------------------------------------------
def _moved(w: World, joint: str, point: np.ndarray, delta: float) -> tuple[np.ndarray, np.ndarray]:
    """Where a point (3,) on a joint's body goes when the joint moves by `delta`, and the way it starts, per unit of the joint."""
    anchor, axis, hinge = w.joint_axis(joint)
    if not hinge:
        return point + delta * axis, axis
    arm = point - anchor
    return anchor + rotation_about(axis, delta) @ arm, np.cross(axis, arm)


def fixture_mark(w: World, joint: str, *, opens: bool) -> Mark:
    """At a fixture that has to be opened or shut: at its handle where it is pulled, at its push site where it is pushed."""
    f = w.names.fixtures[joint]
    now, target = w.joint(joint), f.opened * 1.05 if opens else 0.0
    progress = float(np.clip(now / f.opened if opens else 1 - (now - f.shut) / max(f.travel - f.shut, 1e-9), 0, 1))
    pulled = f.handle and (opens or not f.push_shut)
    if pulled:
        T, width = (more_from_above if f.kind == "knob" else either_way)(w, w.site(f.handle)), HANDLE_M
    else:
        T, width = push_pose(w, f.push_open if opens else f.push_shut, f.push_pitch), 0.0
    place, way = _moved(w, joint, T[:3, 3], target - now)
    if not pulled and target == now:
        way = w.site(f.push_open if opens else f.push_shut)[:3, 2]
    return mark_at(T, width, place, way * (1.0 if target >= now else -1.0), progress)


def push_pose(w: World, site: str, pitch: float) -> np.ndarray:
    """The tool pose (4, 4) with closed fingers against a push site: with their tips, or with their side where the tool points down."""
    S = w.site(site)
    R = pushing(S[:3, 2], pitch, S[:2, 3] - w.T_world_base[:2, 3])
    if (pitch > 1.2 and abs(S[2, 2]) < 0.7) or S[2, 2] > 0.7:
        return either_way(w, pose(R, S[:3, 3] - (SIDE_M + ASIDE_M) * S[:3, 2]))
    thick = SIDE_M * abs(float(R[:, 0] @ S[:3, 2]))  # fingers that point down a little touch with the edge of their tips
    return either_way(w, pose(R, S[:3, 3] - TIP_M * R[:, 2] - thick * S[:3, 2]))


# --- things -------------------------------------------------------------------------------------------------------------
def held_up(role: Callable[[Goal], str], height_m: float) -> Marks:
    """A thing that has to be held up by `height_m`."""

    def mark(w: World, goal: Goal) -> Mark:
        name = role(goal)
        T, width = grasp_of(w, name)
        left = w.cast[name].rest + height_m - float(w.position(name)[2])
        held = 0.5 * float((w.touch(name) > 0).mean())
        progress = held + 0.5 * float(np.clip(1 - left / height_m, 0, 1))
        up = np.array([0.0, 0.0, max(left, 0.0)])
        place = T[:3, 3] + up
        return mark_at(lifted(T, up) if held == 0.5 else T, width, place, np.array([0.0, 0.0, 1.0]), progress, held=held == 0.5)

    return mark


def lifted(T: np.ndarray, by: np.ndarray) -> np.ndarray:
    """A tool pose (4, 4) moved by a vector (3,)."""
    out = T.copy()
    out[:3, 3] += by
    return out


LetGo = Callable[[World, str, np.ndarray], np.ndarray]
"""World, role of the held thing, where it has to go (3,) -> the tool pose (4, 4) from which it is let go."""


def set_down(w: World, name: str, there: np.ndarray) -> np.ndarray:
    """As the hand holds it now, its foot on the place."""
    return lifted(w.T_world_tool, there + np.array([0.0, 0.0, w.cast[name].rest]) - w.position(name))


def brought(role: Callable[[Goal], str], place: Callable[[World, Goal], np.ndarray], let_go: LetGo = set_down) -> Marks:
    """A thing that has to go to a place (3,): where it is taken, and once it is in the hand where it is let go."""

    def mark(w: World, goal: Goal) -> Mark:
        name, there = role(goal), place(w, goal)
        T, width = grasp_of(w, name)
        near = float(1 - np.tanh(NEAR_PER_M * np.linalg.norm(w.position(name) - there)))
        progress = 0.3 * float((w.touch(name) > 0).mean()) + 0.7 * near
        if (w.touch(name) > 0).all():
            return mark_at(let_go(w, name, there), width, there, there - w.T_world_tool[:3, 3], progress, held=True)
        return mark_at(T, width, there, progress=progress)

    return mark


def the(role: str) -> Callable[[Goal], str]:
    """The same role whatever the goal."""
    return lambda goal: role


def in_cavity(container: str) -> Callable[[World, Goal], np.ndarray]:
    """(3,) the middle of a container's floor."""

    def place(w: World, goal: Goal) -> np.ndarray:
        del goal
        cavity = w.cast[container].cavity
        assert cavity is not None, f"{w.cast[container].name} has no cavity"
        return w.position(container) + w.rotation(container) @ np.array([*cavity.centre, cavity.floor])

    return place


def at_site(site: Callable[[Goal], str]) -> Callable[[World, Goal], np.ndarray]:
    """(3,) a site's own position."""
    return lambda w, goal: w.site(site(goal))[:3, 3]


# --- one after the other ------------------------------------------------------------------------------------------------
Step = tuple[Callable[[World, Goal], bool], Marks, str]
"""Whether it is done, where, and which skill it takes."""


def in_turn(*steps: Step) -> Marks:
    """The mark of the first step that is not done yet; the last one's where all are. Progress: the share of the predicates."""

    def mark(w: World, goal: Goal) -> Mark:
        _, where, skill = next((s for s in steps if not s[0](w, goal)), steps[-1])
        return replace(where(w, goal), progress=SHARE, skill=skill)

    return mark


def holds_all(*checks: Check) -> Callable[[World, Goal], bool]:
    """Whether several predicates hold."""
    return lambda w, goal: all(c(w) for c in checks)
