"""What every household skill is made of: the context, inverse kinematics with more than one start, ways through the room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...core.kinematics import rotation_error
from ...core.robots import Robot
from ..furniture.clearance import Furniture
from ..pointing import pose, turn_between
from ..robots.arm import Arm
from ..robots.body import Body, body_of
from ..world import World
from .motion import DT, Motion, Pose, Steps, move, stopping, wait

REACH_M, REACH_RAD = 0.006, 0.12
"""A pose whose inverse kinematics end further off than this is out of reach."""
TUCK_M = 0.40
"""Radius about the robot's foot within which no furniture stands."""


@dataclass(kw_only=True)
class HouseContext(Motion):
    """What a household skill sees and steers. `world` is refreshed before every step."""

    world: World
    arm: Arm
    T_world_base: np.ndarray
    joints: np.ndarray
    """(dof,) the arm's last inverse kinematics [rad]."""
    zone: tuple[float, float, float, float]
    """Free worktop, between furniture: x from, x to, y from, y to [m]."""
    furniture: Furniture
    memory: dict[str, object] = field(default_factory=dict)

    @property
    def safe(self) -> float:
        """Tool height at which it passes over everything in the room [m]."""
        return self.arm.safe_m

    @property
    def robot(self) -> Robot:
        """The arm's numbers."""
        return self.arm.robot

    @property
    def body(self) -> Body:
        """Where the arm's links are."""
        return body_of(self.robot.name)

    def placed(self, body: str) -> tuple[np.ndarray, np.ndarray]:
        """Where a body is: (3,) position [m] and (3, 3) orientation."""
        return self.world.position(body), self.world.rotation(body)

    @property
    def open_width(self) -> float:
        """The gripper counts as open from here [m]."""
        return 0.94 * self.robot.gripper_max_m


JOINT_ACCELERATION = 2.5
"""Of motions in joint space [rad/s^2]."""
TURN_Z_M = 0.36
"""Height of the hand at which the arm turns about [m]."""
AFAR_RAD = 0.8
"""A posture in which some joint is further off is not come to by moving the tool straight."""
WAY_LOOKS = 12
"""At so many places of a way at least the hand is held against the furniture."""
LOOK_RAD = 0.06
"""... and as often as the joint that goes furthest moves by this, so that a leaf of a door is not stepped over [rad]."""
LINK_M = 0.05
"""How thick the links behind the hand are [m]."""
WAY_ITERATIONS = 60
"""Steps of inverse kinematics from one pose of a way to the next."""
ROOM_RAD = 0.3
"""More room than this before a joint's end is no better."""
TWISTED_M, TWISTED_RAD = 0.012, 0.2
"""The arm's joints are at their ends where they follow the reference no closer."""


def _seeds(ctx: HouseContext, T_base: Pose) -> list[np.ndarray]:
    """Joints (dof,) from which inverse kinematics are tried: as the arm is, with the wrist half a turn on, at home, and facing the goal
    with the wrist in its quarters."""
    out = [ctx.joints]
    for half_turn in (np.pi, -np.pi):
        q = ctx.joints.copy()
        q[-1] += half_turn
        if ctx.robot.q_min[-1] < q[-1] < ctx.robot.q_max[-1]:
            out.append(q)
    out.append(ctx.robot.q_home)
    for quarter in np.arange(-1.5, 1.6, 1.0) * np.pi / 2:
        q = ctx.robot.q_home.copy()
        q[0], q[-1] = np.arctan2(T_base[1, 3], T_base[0, 3]), quarter
        if ctx.robot.q_min[0] < q[0] < ctx.robot.q_max[0]:
            out.append(q)
    return out


def twisted(ctx: HouseContext) -> bool:
    """Whether the arm cannot follow its reference because joints are at their ends."""
    reached = ctx.T_world_base @ ctx.robot.forward(ctx.joints[None])[0]
    off = float(np.linalg.norm(reached[:3, 3] - ctx.reference[:3, 3]))
    return off > TWISTED_M or turn_between(reached, ctx.reference) > TWISTED_RAD


def move_joints(
    ctx: HouseContext, goal: np.ndarray, *, grip: float, rate: float = 1.2, timeout: int = 100, until: Callable[[], bool] | None = None
) -> Steps:
    """Moves the arm in joint space to `goal` (dof,) at up to `rate` [rad/s]: the way for half a turn of the wrist."""
    q, speed = ctx.joints.copy(), 0.0
    for _ in range(timeout):
        if until is not None and until():
            return True
        step = goal - q
        largest = float(np.abs(step).max())
        speed = min(rate, stopping(largest, JOINT_ACCELERATION), speed + JOINT_ACCELERATION * DT)
        q = goal.copy() if largest <= speed * DT else q + step * (speed * DT / largest)
        ctx.joints, ctx.grip, ctx.speed, ctx.turning = q.copy(), grip, 0.0, 0.0
        ctx.reference = ctx.T_world_base @ ctx.robot.forward(q[None])[0]
        yield
        if largest <= speed * DT:
            return until is None
    return False


def afresh(ctx: HouseContext, towards: np.ndarray, grip: float) -> Steps:
    """Brings the arm home, facing a place (2,): from there it pushes as it should, whatever joints it came with."""
    ctx.span = "recover"
    up = ctx.reference.copy()
    up[2, 3] = max(up[2, 3], TURN_Z_M)
    yield from move(ctx, up, grip=grip, tolerance=0.05, angle=0.6, timeout=25)
    way = (np.linalg.inv(ctx.T_world_base) @ np.array([*towards, 0.0, 1.0]))[:2]
    return (yield from move_joints(ctx, _home(ctx, float(np.arctan2(way[1], way[0]))), grip=grip))


def _home(ctx: HouseContext, turn: float) -> np.ndarray:
    """(dof,) the arm at home, its first joint at `turn` as far as it goes [rad]."""
    q = ctx.robot.q_home.copy()
    q[0] = np.clip(turn, ctx.robot.q_min[0] + 0.1, ctx.robot.q_max[0] - 0.1)
    return q


def _solutions(ctx: HouseContext, T: Pose, iterations: int = 40) -> Iterator[tuple[np.ndarray, float, float]]:
    """Joints (dof,) for a tool pose in the world from each start, and what is left of the error [m], [rad]; where the first does, the others
    are not looked for."""
    T_base = np.linalg.inv(ctx.T_world_base) @ T
    starts = np.array(_seeds(ctx, T_base))
    for some in (starts[:1], starts[1:]):
        q = ctx.robot.inverse(np.repeat(T_base[None], len(some), axis=0), some, iterations=iterations)
        yield from zip(q, *_left(ctx, q, T_base), strict=True)


def _left(ctx: HouseContext, q: np.ndarray, T_base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the tool is from poses (4, 4) or (B, 4, 4) in the base frame at joints q (B, dof): (B,) [m] and (B,) [rad]."""
    reached = ctx.robot.forward(q)
    goals = np.broadcast_to(T_base, reached.shape)
    away, turn = reached[:, :3, 3] - goals[:, :3, 3], rotation_error(reached[:, :3, :3], goals[:, :3, :3])
    return np.linalg.norm(away, axis=1), np.linalg.norm(turn, axis=1)


def solve(ctx: HouseContext, T: Pose, iterations: int = 40) -> tuple[np.ndarray, float, float]:
    """Joints (dof,) for a tool pose in the world, and what is left of the error [m], [rad]."""
    best: tuple[np.ndarray, float, float] | None = None
    for q, off, turn in _solutions(ctx, T, iterations):
        if best is None or off + 0.05 * turn < best[1] + 0.05 * best[2]:
            best = q, off, turn
        if off < REACH_M and turn < REACH_RAD:
            break
    assert best is not None
    return best


def postures(ctx: HouseContext, T: Pose) -> list[np.ndarray]:
    """All the ways, (dof,) each, in which the arm is known to get its tool to a pose in the world without touching itself; the nearest
    first."""
    return [q for q, off, turn in _solutions(ctx, T) if off < REACH_M and turn < REACH_RAD and not ctx.body.folded(q)]


def poised(ctx: HouseContext, options: Sequence[Sequence[Pose]]) -> tuple[int, np.ndarray] | None:
    """Of ways that lead the tool through poses without turning about: the number of the one, and the joints (dof,) at its first pose, that
    leave the joints most room before their ends; earlier and nearer ones are liked a little better. None where no way can be gone."""
    begun = [(n, q) for n, poses in enumerate(options) for q in postures(ctx, poses[0])]
    if not begun:
        return None
    number, first = np.array([n for n, _ in begun]), np.array([q for _, q in begun])
    room, at, base = _room_left(ctx, first), first.copy(), np.linalg.inv(ctx.T_world_base)
    for k in range(1, max(map(len, options))):
        on = np.flatnonzero([room[i] > 0.0 and k < len(options[n]) for i, n in enumerate(number)])
        if not len(on):
            continue
        T = base @ np.array([options[n][k] for n in number[on]])
        at[on] = ctx.robot.inverse(T, at[on], iterations=WAY_ITERATIONS)
        off, turn = _left(ctx, at[on], T)
        near = (off < REACH_M) & (turn < REACH_RAD) & ~np.array([ctx.body.folded(q) for q in at[on]])
        room[on] = np.where(near, np.minimum(room[on], _room_left(ctx, at[on])), -1.0)
    bent = np.abs(first - ctx.robot.q_home)[:, 1:-1].max(1)  # what is left over is drawn home while the tool works
    score = np.minimum(room, ROOM_RAD) - 0.05 * np.abs(first - ctx.joints).max(1) - 0.15 * bent - 0.02 * number
    best = int(np.argmax(np.where(room > 0.0, score, -np.inf)))
    return (int(number[best]), first[best]) if room[best] > 0.0 else None


def _room_left(ctx: HouseContext, q: np.ndarray) -> np.ndarray:
    """How far the joint nearest to its end is from it at joints (B, dof): (B,) [rad]."""
    return np.minimum(q - ctx.robot.q_min, ctx.robot.q_max - q).min(axis=1)


def come(ctx: HouseContext, T: Pose, posture: np.ndarray, grip: float) -> Steps:
    """Brings the tool to a pose in the way that `posture` (dof,) has at or near it, in joint space, where the arm is in another one and no
    furniture is in the hand's way; by way of home where some is. Returns whether it did."""
    if np.abs(posture - ctx.joints).max() < AFAR_RAD:
        return False
    above, there = _over(ctx, posture, T), continued(ctx, posture, T)[0]
    raised = _over(ctx, ctx.joints, ctx.reference)
    if not (_clear(ctx, above, there, grip) and _clear(ctx, ctx.joints, raised, grip)):
        return False
    home, direct = _home(ctx, float(above[0])), _clear(ctx, raised, above, grip)
    if not direct and not (_clear(ctx, raised, home, grip) and _clear(ctx, home, above, grip)):
        return False
    yield from _raise(ctx, grip)
    if not direct:
        yield from move_joints(ctx, home, grip=grip)
    yield from move_joints(ctx, above, grip=grip)
    yield from move_joints(ctx, there, grip=grip)
    return True


def _clear(ctx: HouseContext, start: np.ndarray, end: np.ndarray, grip: float) -> bool:
    """Whether hand and forearm keep off furniture, and the links off each other, on the way from joints to joints (dof,)."""
    looks = max(int(np.abs(end - start).max() / LOOK_RAD) + 1, WAY_LOOKS)
    way = (start + np.linspace(0.0, 1.0, looks)[:, None] * (end - start))[1:-1]
    R, t = ctx.T_world_base[:3, :3], ctx.T_world_base[:3, 3]
    links = (ctx.body.links(q) @ R.T + t for q in way)
    return (
        not any(ctx.body.folded(q) for q in way)
        and all(ctx.furniture.depth(points, ctx.placed, LINK_M) == 0.0 for points in links)
        and _untouched(ctx, ctx.T_world_base @ ctx.robot.forward(way), grip)
    )


def _untouched(ctx: HouseContext, tools: Iterable[Pose], grip: float) -> bool:
    """Whether the hand keeps off furniture at every one of tool poses."""
    hand = np.concatenate([ctx.arm.hand_points(grip * ctx.robot.gripper_max_m), ctx.arm.palm_points])
    return all(ctx.furniture.depth(hand @ T[:3, :3].T + T[:3, 3], ctx.placed) == 0.0 for T in tools)


def continued(
    ctx: HouseContext, q: np.ndarray, T: Pose, iterations: int = WAY_ITERATIONS, off: float = REACH_M, turn: float = REACH_RAD
) -> tuple[np.ndarray, bool]:
    """Joints (dof,) for a pose, found from q (dof,) without turning about, and whether they are: within `off` [m] and `turn` [rad]."""
    T_base = np.linalg.inv(ctx.T_world_base) @ T
    out = ctx.robot.inverse(T_base[None], q[None], iterations=iterations)
    (away,), (turned,) = _left(ctx, out, T_base)
    return out[0], bool(away < off and turned < turn)


def reachable(ctx: HouseContext, T: Pose) -> bool:
    """Whether the arm gets its tool to a pose in the world."""
    _, off, turn = solve(ctx, T)
    return off < REACH_M and turn < REACH_RAD


def travel(
    ctx: HouseContext, goal: Callable[[], Pose], *, grip: float, tolerance: float = 0.012, until: Callable[[], bool] | None = None,
    timeout: int = 140,
) -> Steps:  # fmt: skip
    """Goes to a pose that may move, round by the robot's foot where the way leads past other furniture. As `move` returns."""
    foot = ctx.T_world_base[:2, 3]
    here, there = ctx.tool[:2, 3] - foot, goal()[:2, 3] - foot
    swing = abs((np.arctan2(there[1], there[0]) - np.arctan2(here[1], here[0]) + np.pi) % (2 * np.pi) - np.pi)
    if swing > 0.45 and max(np.linalg.norm(here), np.linalg.norm(there)) > TUCK_M + 0.05:
        first, last = float(np.arctan2(here[1], here[0])), float(np.arctan2(there[1], there[0]))
        turn = (last - first + np.pi) % (2 * np.pi) - np.pi
        height = max(float(ctx.reference[2, 3]), float(goal()[2, 3]))
        stops = max(round(abs(turn) / 0.5), 1)
        for k in range(stops + 1):
            if k == 0 and np.linalg.norm(here) < TUCK_M:
                continue
            angle, T = first + turn * k / stops, (goal() if k == stops else ctx.reference).copy()
            T[:3, 3] = [foot[0] + TUCK_M * np.cos(angle), foot[1] + TUCK_M * np.sin(angle), height]
            done = yield from move(ctx, T, grip=grip, tolerance=0.05, angle=0.6, timeout=40, until=until)
            if done and until is not None:
                return True
    if goal()[2, 3] < ctx.safe and not _straight(ctx, goal(), grip):
        over = higher(goal(), ctx.safe - float(goal()[2, 3]))
        if (
            _straight(ctx, over, grip)
            and (yield from move(ctx, over, grip=grip, tolerance=0.04, timeout=60, until=until))
            and until is not None
        ):
            return True
    return (yield from _go(ctx, goal, grip, tolerance, timeout, until))


def _straight(ctx: HouseContext, goal: Pose, grip: float) -> bool:
    """Whether the hand, as it is turned at `goal`, keeps off furniture on a straight way there."""
    places = ctx.reference[:3, 3] + np.linspace(0.0, 1.0, WAY_LOOKS)[1:-1, None] * (goal[:3, 3] - ctx.reference[:3, 3])
    return _untouched(ctx, (pose(goal[:3, :3], place) for place in places), grip)


def turn_about(ctx: HouseContext, goal: Pose, grip: float, ended: Callable[[], bool] | None = None) -> Steps:
    """Raises the hand and moves the arm to joints from which it reaches a pose, over that pose: on the way the hand dips."""
    yield from _raise(ctx, grip, ended)
    q, off, turn = solve(ctx, goal)
    if off > REACH_M or turn > REACH_RAD:
        return False
    return (yield from move_joints(ctx, _over(ctx, q, goal), grip=grip, until=ended))


def _raise(ctx: HouseContext, grip: float, ended: Callable[[], bool] | None = None) -> Steps:
    """Raises the hand to where the arm may turn about."""
    raised = higher(ctx.reference, max(TURN_Z_M - float(ctx.reference[2, 3]), 0.0))
    return move(ctx, raised, grip=grip, tolerance=0.05, angle=0.6, timeout=20, until=ended)


def _over(ctx: HouseContext, q: np.ndarray, T: Pose) -> np.ndarray:
    """The joints (dof,) for a pose, found from q (dof,), as high over it as the arm may turn about; q where they cannot be."""
    above, near = continued(ctx, q, higher(T, max(TURN_Z_M - float(T[2, 3]), 0.0)))
    return above if near else q


def _go(
    ctx: HouseContext, goal: Callable[[], Pose], grip: float, tolerance: float, timeout: int, until: Callable[[], bool] | None
) -> Steps:
    """Straight to a pose; where joints come to their ends on the way, turns the arm about first to joints that have the goal in reach."""
    ended = lambda: until is not None and until()  # noqa: E731
    if not (yield from move(ctx, goal, grip=grip, tolerance=tolerance, timeout=timeout, until=lambda: ended() or twisted(ctx))):
        return until is None and float(np.linalg.norm(goal()[:3, 3] - ctx.tool[:3, 3])) < tolerance
    if ended():
        return True
    if (yield from turn_about(ctx, goal(), grip, ended)) and ended():
        return True
    return (yield from move(ctx, goal, grip=grip, tolerance=tolerance, timeout=timeout, until=until))


def higher(T: Pose, by: float) -> Pose:
    """A tool pose `by` further up [m]."""
    out = T.copy()
    out[2, 3] += by
    return out


def behind(T: Pose, by: float) -> Pose:
    """A tool pose `by` further back along its own approach [m]."""
    out = T.copy()
    out[:3, 3] -= by * T[:3, 2]
    return out


def open_fingers(ctx: HouseContext) -> Steps:
    """Opens the fingers as far as they go."""
    return wait(ctx, 14, 1.0, until=lambda: ctx.width > ctx.open_width)


def back_off(ctx: HouseContext, distance: float = 0.08) -> Steps:
    """Opens the fingers and withdraws along the tool's axis."""
    ctx.span = "recover"
    yield from wait(ctx, 6, 1.0, until=lambda: ctx.width > 0.75 * ctx.robot.gripper_max_m)
    back = behind(ctx.reference, distance)
    yield from move(ctx, back, grip=1.0, tolerance=0.02, timeout=30)
    return True


def close_fingers(ctx: HouseContext, steps: int = 18) -> Steps:
    """Closes until the width is steady."""
    last, steady = 1.0, 0
    for n in range(steps):
        yield from wait(ctx, 1, 0.0)
        steady = steady + 1 if abs(ctx.width - last) < 4e-4 else 0
        last = ctx.width
        if steady >= 2 and n >= 6:  # they need a moment to start
            return True
    return False
