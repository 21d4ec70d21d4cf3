"""What every household skill is made of: reachable grasps, lifting, carrying, joints moved by their handles or pushed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ....core.kinematics import rotation_error
from ....core.robots import Robot
from ...experts.motion import DOWN, DT, Motion, Pose, Steps, clear_up, move, pose, wait, yawed
from ..instance import grasp_pose
from ..world import World

REACH_M, REACH_RAD = 0.006, 0.12
"""A pose whose inverse kinematics end further off than this is out of reach."""
YAWS = 8
"""Headings tried about the approach of a thing of revolution, over half a turn: the gripper is symmetric."""
LYING = 0.75
"""A thing whose own axis leans more than this (z component) lies on its side."""
SPARE_M = 0.028
"""How much wider than a thing the fingers open."""
PALM_M, HAND_HALF_M = 0.035, 0.10
"""How far the palm is above the tool centre point, and half its width along the fingers' travel."""
STALLED = 16
"""Control steps without progress after which a hand takes hold anew."""
BAR_WIDTH_M = (0.003, 0.04)
"""Width between the pads with a handle between them."""


@dataclass(kw_only=True)
class HouseContext(Motion):
    """What a household skill sees and steers. `world` is refreshed before every step."""

    world: World
    robot: Robot
    T_world_base: np.ndarray
    joints: np.ndarray
    """(dof,) the arm's last inverse kinematics [rad]."""
    safe: float = 0.25
    """Tool height at which it passes over everything in the room [m]."""
    memory: dict[str, object] = field(default_factory=dict)

    @property
    def open_width(self) -> float:
        """The gripper counts as open from here [m]."""
        return 0.94 * self.robot.gripper_max_m


def _seeds(ctx: HouseContext) -> list[np.ndarray]:
    """Joints (dof,) from which inverse kinematics are tried: as the arm is, with the wrist half a turn on, at home."""
    out = [ctx.joints]
    for half_turn in (np.pi, -np.pi):
        q = ctx.joints.copy()
        q[-1] += half_turn
        if ctx.robot.q_min[-1] < q[-1] < ctx.robot.q_max[-1]:
            out.append(q)
    return [*out, ctx.robot.q_home]


def move_joints(ctx: HouseContext, goal: np.ndarray, *, grip: float, rate: float = 1.6, timeout: int = 80) -> Steps:
    """Moves the arm in joint space to `goal` (dof,) at up to `rate` [rad/s]: the way for half a turn of the wrist."""
    q = ctx.joints.copy()
    for _ in range(timeout):
        step = goal - q
        largest = float(np.abs(step).max())
        q = goal.copy() if largest <= rate * DT else q + step * (rate * DT / largest)
        ctx.joints, ctx.grip, ctx.speed = q.copy(), grip, 0.0
        ctx.reference = ctx.T_world_base @ ctx.robot.forward(q[None])[0]
        yield
        if largest <= rate * DT:
            return True
    return False


def solve(ctx: HouseContext, T: Pose, iterations: int = 40) -> tuple[np.ndarray, float, float]:
    """Joints (dof,) for a tool pose in the world, and what is left of the error [m], [rad]."""
    T_base = np.linalg.inv(ctx.T_world_base) @ T
    best: tuple[np.ndarray, float, float] | None = None
    for start in _seeds(ctx):
        q = ctx.robot.inverse(T_base[None], start[None], iterations=iterations)[0]
        reached = ctx.robot.forward(q[None])[0]
        off = float(np.linalg.norm(reached[:3, 3] - T_base[:3, 3]))
        turn = float(np.linalg.norm(rotation_error(reached[None, :3, :3], T_base[None, :3, :3])))
        if best is None or off + 0.05 * turn < best[1] + 0.05 * best[2]:
            best = q, off, turn
        if off < REACH_M and turn < REACH_RAD:
            break
    assert best is not None
    return best


def reachable(ctx: HouseContext, T: Pose) -> bool:
    """Whether the arm gets its tool to a pose in the world."""
    _, off, turn = solve(ctx, T)
    return off < REACH_M and turn < REACH_RAD


def turned(T: Pose, angle: float) -> Pose:
    """A tool pose turned by `angle` [rad] about its own approach axis."""
    out, (c, s) = T.copy(), (np.cos(angle), np.sin(angle))
    out[:3, :3] = T[:3, :3] @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
    return out


def _turn_between(a: Pose, b: Pose) -> float:
    return float(np.linalg.norm(rotation_error(a[None, :3, :3], b[None, :3, :3])))


def _lying_grasp(ctx: HouseContext, role: str) -> list[tuple[Pose, float]]:
    """From above across the longest level axis of a thing that has fallen over."""
    w = ctx.world
    centre, axis = w.position(role), w.rotation(role)[:, 2].copy()
    axis[2] = 0.0
    yaw = float(np.arctan2(axis[1], axis[0]))
    return [(pose(yawed(DOWN, yaw), np.array([centre[0], centre[1], max(centre[2], 0.015)])), 0.05)]


def _crowded(ctx: HouseContext, role: str, T: Pose, width: float) -> float:
    """How far the open fingers and the hand above them would reach into other things [m], summed."""
    w, total = ctx.world, 0.0
    own, tool, across = w.body(role), T[:2, 3], T[:2, 1]
    tips = [tool + sign * (0.5 * (width + SPARE_M) + 0.01) * across for sign in (-1, 1)]
    for other, body in w.roles.items():
        if body == own or other not in w.cast:
            continue
        centre, r = w.position(other), w.cast[other].footprint
        total += sum(max(0.0, r + 0.014 - float(np.linalg.norm(centre[:2] - tip))) for tip in tips)
        if centre[2] - w.cast[other].rest + w.cast[other].top > T[2, 3] + PALM_M:
            along = float(np.clip((centre[:2] - tool) @ across, -HAND_HALF_M, HAND_HALF_M))
            total += max(0.0, r + 0.04 - float(np.linalg.norm(centre[:2] - tool - along * across)))
    return total


def grasp_candidates(ctx: HouseContext, role: str) -> list[tuple[Pose, float]]:
    """Tool poses that would hold a thing where it is now, the best first, and the thing's width there [m]."""
    w, instance = ctx.world, ctx.world.cast[role]
    position, rotation = w.position(role), w.rotation(role)
    options: list[tuple[float, Pose, float]] = []
    for rank, grasp in enumerate(instance.grasps):
        T = grasp_pose(grasp, position, rotation)
        if T[2, 2] > -0.3:  # would come from below or from the side
            continue
        angles = np.arange(YAWS) * (np.pi / YAWS) if grasp.any_yaw else np.zeros(1)
        for angle in angles:
            for flip in (0.0, np.pi):
                option = turned(T, float(angle) + flip)
                cost = 0.25 * rank + 0.15 * _turn_between(ctx.tool, option) + 12 * _crowded(ctx, role, option, grasp.width)
                options.append((cost, option, grasp.width))
    if not options:
        return _lying_grasp(ctx, role)
    return [(T, width) for _, T, width in sorted(options, key=lambda o: o[0])]


def choose_grasp(ctx: HouseContext, role: str, where: Callable[[Pose], Pose] | None = None) -> tuple[Pose, float]:
    """The best grasp within reach; with `where` also the pose that the tool would have at its destination must be."""
    candidates = grasp_candidates(ctx, role)
    for T, width in candidates[:12]:
        shifted = T.copy()
        shifted[:3, 3] -= T[:3, :3] @ ctx.robot.grasp_offset(width)
        if reachable(ctx, shifted) and (where is None or reachable(ctx, where(shifted))):
            return shifted, width
    return candidates[0]


def holds(ctx: HouseContext, role: str) -> bool:
    """Both fingers touch the thing."""
    return bool((ctx.world.touch(role) > 0).all())


def grasp_thing(ctx: HouseContext, role: str, where: Callable[[Pose], Pose] | None = None, tries: int = 6) -> Steps:
    """Closes the fingers on a thing, opened no further than it needs; tries again after a miss. False when it gave up."""
    for _ in range(tries):
        if holds(ctx, role) and ctx.grip < 0.5:
            return True
        ctx.span = "reach"
        goal, width = choose_grasp(ctx, role, where)
        goal = goal.copy()
        goal[:3, 3] += ctx.style.offset
        wide = opening_for(ctx, width)
        above = goal.copy()
        above[:3, 3] -= 0.09 * goal[:3, 2]
        above[2, 3] = max(above[2, 3], min(ctx.safe, goal[2, 3] + 0.13))
        if np.linalg.norm(ctx.tool[:2, 3] - goal[:2, 3]) > 0.015:
            yield from clear_up(ctx, goal[:2, 3], grip=wide, height=ctx.safe)
            yield from travel(ctx, lambda T=above: T, grip=wide, timeout=80)
        ctx.span = "grasp"
        if ctx.width < width + 0.012:
            yield from wait(ctx, 12, wide, until=lambda w=width: ctx.width > w + 0.018)
        yield from move(ctx, goal, grip=wide, speed=0.7, tolerance=0.006, timeout=50)
        if (yield from close_on(ctx, role)):
            return True
        ctx.span = "recover"
        up = ctx.reference.copy()
        up[2, 3] = max(ctx.safe, up[2, 3])
        yield from move(ctx, up, grip=1.0, tolerance=0.03, timeout=30)
    return False


def opening_for(ctx: HouseContext, width: float) -> float:
    """The gripper's opening to go about something `width` wide [m]: with a finger's breadth to spare, as a person would."""
    return float(np.clip(ctx.robot.opening(min(width + SPARE_M, ctx.robot.gripper_max_m)), 0.1, 1.0))


def close_on(ctx: HouseContext, role: str) -> Steps:
    """Closes until both fingers touch and the width is steady."""
    last, steady = 1.0, 0
    for _ in range(16):
        yield from wait(ctx, 1, 0.0)
        steady = steady + 1 if abs(ctx.width - last) < 4e-4 else 0
        last = ctx.width
        if holds(ctx, role) and steady >= 2:
            return True
    return holds(ctx, role)


def lift(ctx: HouseContext, role: str, height: float) -> Steps:
    """Raises the tool to `height` [m] with the thing in it; False when it slipped out."""
    ctx.span = "lift"
    target = ctx.reference.copy()
    target[2, 3] = max(target[2, 3], height)
    return not (yield from move(ctx, target, grip=0.0, speed=0.7, tolerance=0.02, until=lambda: not holds(ctx, role)))


def hang(ctx: HouseContext, role: str) -> np.ndarray:
    """(3,) from the thing's foot to the tool, in the world [m]."""
    foot = ctx.world.position(role) - np.array([0.0, 0.0, ctx.world.cast[role].rest])
    return ctx.tool[:3, 3] - foot


TUCK_M = 0.40
"""Radius about the robot's foot within which no furniture stands."""


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
    return (yield from move(ctx, goal, grip=grip, tolerance=tolerance, timeout=timeout, until=until))


def turn_left(ctx: HouseContext, role: str, heading: float | None) -> float:
    """Angle [rad] about the vertical by which a long thing still has to turn so that its x axis, or its back, is at `heading`."""
    if heading is None:
        return 0.0
    x = ctx.world.rotation(role)[:2, 0]
    return float((heading - np.arctan2(x[1], x[0]) + np.pi / 2) % np.pi - np.pi / 2)


def held_over(ctx: HouseContext, role: str, place: np.ndarray, heading: float | None = None) -> Pose:
    """The tool pose that brings the held thing's foot to `place` (3,), turned to `heading` where one is given."""
    turn = turn_left(ctx, role, heading)
    Rz = yawed(np.eye(3), turn)
    return pose(Rz @ ctx.tool[:3, :3] if turn else ctx.reference[:3, :3].copy(), place + _clipped(Rz @ hang(ctx, role)))


def carry(ctx: HouseContext, role: str, to: Callable[[], np.ndarray], clearance: float, heading: float | None = None) -> Steps:
    """Brings the held thing's foot over a place (3,) that may move, `clearance` above it. False when it was lost."""
    ctx.span = "carry"
    lost = lambda: not holds(ctx, role)  # noqa: E731
    up = ctx.reference.copy()
    up[2, 3] = max(up[2, 3], float(to()[2]) + clearance + hang(ctx, role)[2])
    if (yield from move(ctx, up, grip=0.0, speed=0.8, tolerance=0.03, until=lost)):
        return False
    R = yawed(ctx.reference[:3, :3].copy(), turn_left(ctx, role, heading))

    def over() -> Pose:
        T = held_over(ctx, role, to() + np.array([0.0, 0.0, clearance]), heading)
        T[:3, :3] = R
        return T

    return not (yield from travel(ctx, over, grip=0.0, until=lost))


def _clipped(offset: np.ndarray) -> np.ndarray:
    """An offset whose level part is believed up to 12 cm: a thing that swings must not drag the tool after it."""
    return np.array([*np.clip(offset[:2], -0.12, 0.12), offset[2]])


def let_go(ctx: HouseContext, role: str, up: float = 0.10) -> Steps:
    """Opens the fingers and withdraws upwards."""
    ctx.span = "release"
    yield from wait(ctx, 14, 1.0, until=lambda: ctx.width > ctx.open_width)
    ctx.span = "withdraw"
    target = ctx.reference.copy()
    target[2, 3] += up
    yield from move(ctx, target, grip=1.0, speed=0.8, tolerance=0.03, timeout=30)
    return not ctx.world.touch(role).any()


def place(ctx: HouseContext, role: str, to: Callable[[], np.ndarray], clearance: float = 0.08, drop: float = 0.004) -> Steps:
    """Carries the held thing to a place for its foot (3,), sets it down `drop` above and lets go. False when it was lost."""
    if not (yield from carry(ctx, role, to, clearance)):
        return False
    ctx.span = "place"
    R = ctx.reference[:3, :3].copy()
    down = lambda: pose(R, to() + np.array([0, 0, drop]) + _clipped(hang(ctx, role)))  # noqa: E731
    lost = lambda: not holds(ctx, role)  # noqa: E731
    yield from move(ctx, down, grip=0.0, speed=0.4, tolerance=0.006, timeout=50, until=lost)
    return (yield from let_go(ctx, role))


# --- fixtures ---------------------------------------------------------------------------------------------------------
def site_at(ctx: HouseContext, site: str, joint: str, value: float, follow: float = 1.0) -> Pose:
    """Where a site on a joint's body would be if the joint stood at `value`; it turns by the share `follow` of a hinge's turn."""
    T = ctx.world.site(site)
    anchor, axis, hinge = ctx.world.joint_axis(joint)
    delta = value - ctx.world.joint(joint)
    if not hinge:
        T[:3, 3] += delta * axis
        return T
    T[:3, 3] = anchor + rotation_about(axis, delta) @ (T[:3, 3] - anchor)
    # What the tool has turned so far is the share of the whole angle, not of the step.
    T[:3, :3] = rotation_about(axis, follow * value - ctx.world.joint(joint)) @ T[:3, :3]
    return T


def rotation_about(axis: np.ndarray, angle: float) -> np.ndarray:
    """(3, 3) turn by `angle` [rad] about a unit axis (3,) (Rodrigues)."""
    K = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


def gripping(ctx: HouseContext, site: str) -> bool:
    """Whether the fingers are closed about a handle: near its site, held apart by it."""
    near = np.linalg.norm(ctx.tool[:3, 3] - ctx.world.site(site)[:3, 3]) < 0.035
    return bool(near and ctx.grip < 0.5 and BAR_WIDTH_M[0] < ctx.width < BAR_WIDTH_M[1])


def back_off(ctx: HouseContext, distance: float = 0.08) -> Steps:
    """Opens the fingers and withdraws along the tool's axis."""
    ctx.span = "recover"
    yield from wait(ctx, 6, 1.0, until=lambda: ctx.width > 0.75 * ctx.robot.gripper_max_m)
    back = ctx.reference.copy()
    back[:3, 3] -= distance * back[:3, 2]
    yield from move(ctx, back, grip=1.0, tolerance=0.02, timeout=30)
    return True


def _more_room(ctx: HouseContext, goal: Pose, twist: float) -> Pose:
    """The grip, or the same one upside down, from which the wrist can turn furthest on by `twist` [rad] about the tool's axis."""
    low, high = float(ctx.robot.q_min[-1]), float(ctx.robot.q_max[-1])

    def room(T: Pose) -> float:
        q, off, turn = solve(ctx, T)
        after = float(q[-1]) + twist
        return min(after - low, high - after, 0.3) - 10 * off - turn

    return max((goal, turned(goal, np.pi)), key=room)


def grip_handle(
    ctx: HouseContext, joint: str, follow: float, approach: float = 0.10, tries: int = 5, target: float | None = None
) -> Steps:  # fmt: skip
    """Takes hold of a fixture's handle; False when it gave up. With `target` the grip is one that can turn the joint there."""
    site = ctx.world.names.fixtures[joint].handle
    for _ in range(tries):
        if gripping(ctx, site):
            return True
        ctx.span = "reach"
        goal = site_at(ctx, site, joint, ctx.world.joint(joint), follow)
        if target is not None:
            _, axis, _ = ctx.world.joint_axis(joint)
            goal = _more_room(ctx, goal, (target - ctx.world.joint(joint)) * float(axis @ goal[:3, 2]))
        elif _turn_between(ctx.tool, turned(goal, np.pi)) < _turn_between(ctx.tool, goal) and not reachable(ctx, goal):
            goal = turned(goal, np.pi)
        goal[:3, 3] += ctx.style.offset
        before = goal.copy()
        before[:3, 3] -= approach * goal[:3, 2]
        if np.linalg.norm(ctx.tool[:3, 3] - goal[:3, 3]) > 0.04:
            yield from clear_up(ctx, before[:2, 3], 1.0, height=max(ctx.safe, before[2, 3]))
            yield from move(ctx, before, grip=1.0, tolerance=0.015, timeout=100)
        if target is not None and _turn_between(ctx.tool, goal) > 0.5:
            yield from move_joints(ctx, solve(ctx, before)[0], grip=1.0)
        ctx.span = "grasp"
        if ctx.width < 0.6 * ctx.robot.gripper_max_m:
            yield from wait(ctx, 10, 1.0, until=lambda: ctx.width > ctx.open_width)
        yield from move(ctx, goal, grip=1.0, speed=0.6, tolerance=0.008, timeout=50)
        yield from close_fingers(ctx)
        if gripping(ctx, site):
            return True
        yield from back_off(ctx)
    return False


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


def drive_joint(
    ctx: HouseContext, joint: str, target: float, *, lead: float, follow: float = 0.5, speed: float = 0.6, stay: bool = True
) -> Steps:  # fmt: skip
    """Takes a fixture by its handle and moves its joint to `target`; takes hold again after a slip. Then holds still, or returns
    True where it need not `stay`."""
    site = ctx.world.names.fixtures[joint].handle
    sign = 1.0 if target > ctx.world.joint(joint) else -1.0

    def there() -> bool:
        return sign * (ctx.world.joint(joint) - target) > -0.03 * abs(target) - 1e-3

    while True:
        if there():
            if not stay:
                return True
            ctx.span = "hold"
            yield from wait(ctx, 1, ctx.grip)
            continue
        twists = follow == 1.0 and ctx.world.joint_axis(joint)[2]
        if not (yield from grip_handle(ctx, joint, follow, target=target if twists else None)):
            return False
        ctx.span = "pull"

        def ahead() -> Pose:
            now = ctx.world.joint(joint)
            T = site_at(ctx, site, joint, now + sign * min(lead, abs(target - now) + 0.25 * lead), follow)
            upside = turned(T, np.pi)  # the gripper is symmetric: whichever way it took hold
            return upside if _turn_between(ctx.reference, upside) < _turn_between(ctx.reference, T) else T

        best, since = sign * ctx.world.joint(joint), 0

        def over() -> bool:
            nonlocal best, since
            now = sign * ctx.world.joint(joint)
            best, since = (now, 0) if now > best + 0.002 else (best, since + 1)
            return there() or not gripping(ctx, site) or since > STALLED

        yield from move(ctx, ahead, grip=0.0, speed=speed, tolerance=0.001, timeout=140, until=over)
        if since > STALLED and not there():  # the wrist is at its end: take hold anew
            yield from back_off(ctx)


TIP_M, SIDE_M = 0.011, 0.009
"""From the tool centre point to the fingertips, and to the side of the pads."""


def pushing(direction: np.ndarray, pitch: float, towards: np.ndarray) -> np.ndarray:
    """(3, 3) tool orientation for a push: pointing along it and `pitch` [rad] below the horizontal; along `towards` (2,) for a push
    up or down."""
    if direction[2] < -0.7:
        heading = towards
    else:
        heading = direction[:2] if abs(direction[2]) < 0.7 else towards
    yaw = float(np.arctan2(heading[1], heading[0]))
    z = np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), -np.sin(pitch)])
    y = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
    return np.stack([np.cross(y, z), y, z], axis=-1)


def push_joint(
    ctx: HouseContext, joint: str, site: str, target: float, *, lead: float, off: float = 0.06, pitch: float = np.pi / 4, speed: float = 0.6,
    over: float | None = None,
) -> Steps:  # fmt: skip
    """Pushes a fixture with closed fingers at a push site until its joint reaches `target`, then holds still.

    off: where the push begins, before the site [m]; pitch: how far the tool points down [rad]; over: height [m] at which the hand
    passes over the fixture to get at its far side.
    """
    sign = 1.0 if target > ctx.world.joint(joint) else -1.0

    def there() -> bool:
        return sign * (ctx.world.joint(joint) - target) >= 0

    def contact(value: float, back: float) -> Pose:
        T = site_at(ctx, site, joint, value)
        R = pushing(T[:3, 2], pitch, T[:2, 3] - ctx.T_world_base[:2, 3])
        straight, upside = turned(pose(R, T[:3, 3]), 0.0), turned(pose(R, T[:3, 3]), np.pi)
        if _turn_between(ctx.reference, upside) < _turn_between(ctx.reference, straight):
            R = upside[:3, :3]
        if (pitch > 1.2 and abs(T[2, 2]) < 0.7) or T[2, 2] > 0.7:  # with the side of the fingers
            return pose(R, T[:3, 3] - (back + SIDE_M) * T[:3, 2])
        return pose(R, T[:3, 3] - back * T[:3, 2] - TIP_M * R[:, 2])

    while True:
        if there():
            ctx.span = "hold"
            yield from wait(ctx, 1, 0.0)
            continue
        now = ctx.world.joint(joint)
        before = contact(now, off)
        if np.linalg.norm(ctx.tool[:3, 3] - contact(now, 0.02)[:3, 3]) > off:
            ctx.span = "reach"
            height = max(ctx.safe, before[2, 3]) if over is None else over
            yield from clear_up(ctx, before[:2, 3], 0.0, height=height)
            if over is not None:
                above = before.copy()
                above[2, 3] = over
                yield from travel(ctx, lambda T=above: T, grip=0.0, tolerance=0.03, timeout=100)
                yield from move(ctx, before, grip=0.0, tolerance=0.02, timeout=60)
            else:
                yield from travel(ctx, lambda T=before: T, grip=0.0, tolerance=0.012, timeout=100)
        ctx.span = "push"
        ahead = lambda: contact(ctx.world.joint(joint) + sign * lead, 0.0)  # noqa: E731
        if not (yield from move(ctx, ahead, grip=0.0, speed=speed, tolerance=0.001, timeout=80, until=there)):
            ctx.span = "recover"
            back = ctx.reference.copy()
            back[:3, 3] -= 0.06 * back[:3, 2]
            yield from move(ctx, back, grip=0.0, tolerance=0.02, timeout=30)
            if over is not None:
                yield from move(ctx, _at_height(back, over), grip=0.0, tolerance=0.04, timeout=50)


def _at_height(T: Pose, height: float) -> Pose:
    out = T.copy()
    out[2, 3] = height
    return out


__all__ = [
    "HouseContext",
    "back_off",
    "carry",
    "choose_grasp",
    "drive_joint",
    "grasp_candidates",
    "grasp_thing",
    "gripping",
    "hang",
    "holds",
    "let_go",
    "lift",
    "place",
    "push_joint",
    "reachable",
    "site_at",
    "solve",
    "turned",
]  # fmt: skip
