"""Skills for bottles, jars and boxes with lids: caps, pumps, pill boxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...core.types import Goal
from ..furniture.bottles import BOTTLE, JAR
from ..furniture.pill_box import LID_M, LID_SHUT_RAD
from ..furniture.thread import END_RAD, LEAD_M, ScrewTop
from ..objects.instance import turned
from ..pointing import DOWN, pose, pushing, turn_between, yawed
from ..tasks.marks import SIDE_M, TIP_M
from ..tasks.predicates import released
from ..world import World
from .base import HouseContext, close_fingers, higher, move_joints, open_fingers, solve, travel
from .brush import put_in_cup
from .joints import push_joint, site_at
from .motion import DT, SOFTLY, Pose, Steps, clear_up, move, wait

UNDER_M, EDGE_M = -0.003, 0.0036
"""Where on the pads a lid's tab lies, from the tool centre point; how far the tab's edge is beyond its push site [m]."""
DIP_M, BACK_M = 0.012, 0.03
"""How far below a tab the fingertips go under it, and from how far before it [m]."""
PUMP_N = 55.0
"""What a pump's spring takes at the end of its stroke [N]."""
LIFTED_RAD = 1.3
"""Where a lid is let go of."""


def press_pump(ctx: HouseContext, goal: Goal) -> Steps:
    """Presses the head with closed fingers from above and stays."""
    del goal
    return push_joint(ctx, "pump", "pump_push", 10.0, lead=0.012, speed=0.5, force_N=PUMP_N)


# --- pill box ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class _Way:
    """How a hand goes under a tab."""

    pitch: float
    """How far the tool points down [rad]."""
    aside: float
    """How far it points to the left of the lid's own direction [rad]."""
    flip: float
    """Half a turn about its axis, or none: the gripper is symmetric [rad]."""


WAYS = tuple(
    _Way(pitch=float(np.deg2rad(p)), aside=a, flip=f) for a in (0.0, 0.22, -0.22) for p in (60.0, 68.0, 76.0) for f in (0.0, float(np.pi))
)
"""The best first: near the robot the wrist has little room."""


def _under(ctx: HouseContext, joint: str, value: float, way: _Way) -> Pose:
    """The tool with a tab on its upper side when the lid stands at `value`; it points forward and down."""
    T = site_at(ctx, f"{joint}_under", joint, value)
    along = yawed(ctx.world.rotation("pill_box"), way.aside)[:, 0]
    R = pushing(along, way.pitch, along[:2])
    anchor, _, _ = ctx.world.joint_axis(joint)
    out = T[:3, 3] - anchor  # from the hinge to the tab
    edge = T[:3, 3] + EDGE_M * out / np.linalg.norm(out)
    return turned(pose(R, edge - SIDE_M * R[:, 0] - UNDER_M * R[:, 2]), way.flip)


def _way_under(ctx: HouseContext, joint: str) -> _Way:
    """The first way that the arm can go to its end, or the one that it can go furthest."""
    low, inward = ctx.world.joint(joint), ctx.world.rotation("pill_box")[:, 0]

    def trouble(way: _Way) -> float:
        total = 0.0
        for value, back in ((low, BACK_M), (low, 0.0), (LIFTED_RAD, 0.0)):
            T = _under(ctx, joint, value, way)
            T[:3, 3] -= back * inward + np.array([0.0, 0.0, DIP_M if value == low else 0.0])
            q, far, turn = solve(ctx, T)
            spare = float(np.minimum(q - ctx.robot.q_min, ctx.robot.q_max - q).min())
            total += 20 * far + turn + max(0.0, 0.1 - spare)
        return total

    troubles = []
    for way in sorted(WAYS, key=lambda w: 0.3 * WAYS.index(w) + 0.3 * turn_between(ctx.tool, _under(ctx, joint, low, w))):
        troubles.append((trouble(way), way))
        if troubles[-1][0] < 0.12:
            return way
    return min(troubles, key=lambda t: t[0])[1]


def open_lid(ctx: HouseContext, goal: Goal) -> Steps:
    """Goes under the tab with closed fingertips and lifts along the lid's arc."""
    joint = f"lid_{goal.target}"
    while True:
        if ctx.world.joint(joint) > 0.9 * LIFTED_RAD:
            ctx.span = "hold"
            yield from wait(ctx, 1, 0.0)
            continue
        ctx.span = "reach"
        inward, way = ctx.world.rotation("pill_box")[:, 0], _way_under(ctx, joint)
        under = _under(ctx, joint, ctx.world.joint(joint), way)
        under[2, 3] -= DIP_M
        before = under.copy()
        before[:3, 3] -= BACK_M * inward
        yield from clear_up(ctx, before[:2, 3], 0.0, height=ctx.safe)
        above = higher(before, 0.08)
        yield from move_joints(ctx, solve(ctx, above)[0], grip=0.0, rate=1.2)
        yield from move(ctx, before, grip=0.0, tolerance=0.012, timeout=40)
        yield from move(ctx, under, grip=0.0, speed=0.4, tolerance=0.004, timeout=40)
        ctx.span = "lift"

        def ahead(way: _Way = way) -> Pose:
            return _under(ctx, joint, min(ctx.world.joint(joint) + 0.35, LIFTED_RAD + 0.2), way)

        yield from move(ctx, ahead, grip=0.0, speed=0.4, tolerance=0.001, timeout=60, until=lambda: ctx.world.joint(joint) > LIFTED_RAD)
        ctx.span = "withdraw"
        back = ctx.reference.copy()
        back[:3, 3] += np.array([0.0, 0.0, 0.02]) - 0.06 * inward
        yield from move(ctx, back, grip=0.0, tolerance=0.02, timeout=30)


def close_lid(ctx: HouseContext, goal: Goal) -> Steps:
    """Goes down behind the lid, draws it over towards the robot and presses it shut."""
    joint = f"lid_{goal.target}"
    while True:
        if ctx.world.joint(joint) < 0.5 * LID_SHUT_RAD:
            ctx.span = "hold"
            yield from wait(ctx, 1, 0.0)
            continue
        anchor, _, _ = ctx.world.joint_axis(joint)
        box = ctx.world.rotation("pill_box")
        yaw = float(np.arctan2(box[1, 0], box[0, 0])) + np.pi / 2  # the hand's width along the lid: the neighbours are beside it
        R = yawed(DOWN, yaw)
        R = min((R, turned(pose(R, anchor), np.pi)[:3, :3]), key=lambda r: -float(np.trace(r.T @ ctx.reference[:3, :3])))

        def at(x: float, height: float, anchor: np.ndarray = anchor, box: np.ndarray = box, R: np.ndarray = R) -> Pose:
            """The fingertips `x` behind the hinge and `height` above it [m]."""
            return pose(R, anchor + box @ np.array([x, 0.0, height + TIP_M]))

        ctx.span = "reach"
        yield from clear_up(ctx, at(0.05, 0.1)[:2, 3], 0.0, height=ctx.safe)
        yield from travel(ctx, lambda at=at: at(0.045, 0.11), grip=0.0, tolerance=0.015, timeout=100)
        yield from move(ctx, at(0.045, 0.020), grip=0.0, tolerance=0.008, timeout=40)
        ctx.span = "push"
        yield from move(ctx, at(-0.020, 0.024), grip=0.0, speed=0.5, tolerance=0.008, timeout=40)
        yield from move(ctx, at(-0.030, 0.018), grip=0.0, speed=0.5, tolerance=0.006, timeout=30)
        done = lambda: ctx.world.joint(joint) < 0.3 * LID_SHUT_RAD  # noqa: E731
        yield from move(ctx, at(-0.034, LID_M - 0.004), grip=0.0, speed=0.4, tolerance=0.002, timeout=30, until=done)
        ctx.span = "withdraw"
        yield from move(ctx, at(-0.034, 0.08), grip=0.0, tolerance=0.02, timeout=30)


# --- screw tops -------------------------------------------------------------------------------------------------------
WRIST_M = 0.25
"""Left of the wrist's range at both ends of a stroke [rad]."""
TURN_RPS, WIND_RPS = 1.5, 2.0
"""How fast the wrist turns a cap, and how fast it winds up for another stroke [rad/s]."""
WIND_STEPS = 80
"""Control steps that winding up may take."""


def _wind(ctx: HouseContext, position: np.ndarray) -> Steps:
    """Winds the wrist up to its end with the tool at `position` (3,), pointing down. In joint space the hand would dip on the way."""
    wound, x = float(ctx.robot.q_max[-1]) - WRIST_M, ctx.reference[:3, 0]
    T = pose(yawed(DOWN, float(np.arctan2(x[1], x[0]))), position)
    yield from move(ctx, T, grip=1.0, tolerance=0.02, timeout=60)
    for _ in range(WIND_STEPS):
        if ctx.joints[-1] >= wound:
            return True
        T = turned(T, min(WIND_RPS * DT, wound - float(ctx.joints[-1]) + 1e-3))
        ctx.reference, ctx.grip, ctx.speed = T, 1.0, 0.0
        yield
    return False


def _gripping_cap(ctx: HouseContext, top: ScrewTop) -> bool:
    return bool(ctx.grip < 0.5 and (ctx.world.touch(f"{top.name}_cap") > 0).all())


def _grip_point(w: World, top: ScrewTop) -> np.ndarray:
    return w.site(f"cap_{top.name}_handle")[:3, 3]


def _take_cap(ctx: HouseContext, top: ScrewTop) -> Steps:
    """Takes the cap from above, the wrist wound up as far as it goes."""
    ctx.span = "reach"
    goal = _grip_point(ctx.world, top)
    above = goal + np.array([0.0, 0.0, 0.06])
    if np.linalg.norm(ctx.tool[:2, 3] - goal[:2]) > 0.02:
        yield from clear_up(ctx, goal[:2], 1.0, height=ctx.safe)
        yield from travel(ctx, lambda: pose(ctx.reference[:3, :3], above), grip=1.0, tolerance=0.03, timeout=100)
    yield from _wind(ctx, above)
    R = ctx.reference[:3, :3].copy()
    ctx.span = "grasp"
    yield from wait(ctx, 12, 1.0, until=lambda: ctx.width > ctx.open_width)
    yield from move(ctx, lambda: pose(R, _grip_point(ctx.world, top)), grip=1.0, speed=0.6, tolerance=0.0025, timeout=60, brake=SOFTLY)
    yield from close_fingers(ctx)
    return _gripping_cap(ctx, top)


def _turn_cap(ctx: HouseContext, top: ScrewTop, target: float) -> Steps:
    """Turns the held cap by the wrist until the thread's angle reaches `target`, the wrist ends or the grip slips."""
    ctx.span = "turn"
    joint, low = f"cap_{top.name}", float(ctx.robot.q_min[-1]) + WRIST_M
    start, begun = ctx.reference.copy(), ctx.world.joint(joint)
    asked = 0.0
    while ctx.world.joint(joint) < target and ctx.joints[-1] > low and _gripping_cap(ctx, top):
        done = ctx.world.joint(joint) - begun
        if asked - done > 0.8:  # the pads slide on the cap
            return False
        asked = asked + TURN_RPS * DT
        T = turned(start, -asked)
        T[2, 3] = start[2, 3] + LEAD_M * done / (2 * np.pi)
        ctx.reference, ctx.grip, ctx.speed = T, 0.0, 0.0
        yield
    return bool(ctx.world.joint(joint) >= target)


def _let_cap_go(ctx: HouseContext) -> Steps:
    ctx.span = "release"
    yield from open_fingers(ctx)
    up = higher(ctx.reference, 0.05)
    yield from move(ctx, up, grip=1.0, tolerance=0.02, timeout=30)
    return True


def unscrew(top: ScrewTop, piece: str) -> Callable[[HouseContext, Goal], Steps]:
    """Turns the cap off its thread in as many strokes as it takes, lifts it and puts it down before its piece."""
    cap, joint = f"{top.name}_cap", f"cap_{top.name}"
    target = END_RAD + 0.3

    def skill(ctx: HouseContext, goal: Goal) -> Steps:
        del goal
        while True:
            if ctx.world.position(cap)[2] < 0.03 and released(cap)(ctx.world):
                ctx.span = "hold"
                yield from wait(ctx, 1, 1.0)
                continue
            if not (yield from _take_cap(ctx, top)):
                yield from _let_cap_go(ctx)
                continue
            if ctx.world.joint(joint) < target and not (yield from _turn_cap(ctx, top, target)):
                yield from _let_cap_go(ctx)
                continue
            yield from _put_down(ctx, top, piece)

    return skill


def _put_down(ctx: HouseContext, top: ScrewTop, piece: str) -> Steps:
    """Lifts the loose cap off and lays it on the worktop before its piece."""
    cap = f"{top.name}_cap"
    lost = lambda: not _gripping_cap(ctx, top)  # noqa: E731
    ctx.span = "lift"
    up = higher(ctx.reference, 0.06)
    if (yield from move(ctx, up, grip=0.0, speed=0.5, tolerance=0.015, timeout=50, until=lost)):
        return False
    ctx.span = "carry"
    place = ctx.world.position(piece) - 0.06 * ctx.world.rotation(piece)[:, 0]
    over = pose(ctx.reference[:3, :3].copy(), np.array([place[0], place[1], ctx.reference[2, 3]]))
    if (yield from move(ctx, over, grip=0.0, speed=0.8, tolerance=0.02, timeout=60, until=lost)):
        return False
    ctx.span = "place"
    hang = float(ctx.tool[2, 3] - ctx.world.position(cap)[2])
    down = over.copy()
    down[2, 3] = hang + 0.004
    yield from move(ctx, down, grip=0.0, speed=0.5, tolerance=0.006, timeout=60, brake=SOFTLY, until=lost)
    yield from open_fingers(ctx)
    ctx.span = "withdraw"
    up = higher(ctx.reference, 0.10)
    yield from move(ctx, up, grip=1.0, speed=0.8, tolerance=0.03, timeout=40)
    return True


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    "press_soap_pump": press_pump, "open_pill_box": open_lid, "close_pill_box": close_lid, "unscrew_jar": unscrew(JAR, "jar"),
    "unscrew_bottle": unscrew(BOTTLE, "bottle"), "put_toothbrush_in_cup": put_in_cup,
}  # fmt: skip
