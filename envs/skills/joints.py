"""Fixtures: joints moved by their handles along the way that the handle takes, or pushed with closed fingers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..objects.instance import turned
from ..pointing import pose, pushing, rotation_about, turn_between
from ..tasks.marks import SIDE_M, TIP_M
from .base import ROOM_RAD, HouseContext, afresh, back_off, behind, close_fingers, come, poised, postures, travel
from .motion import BEARABLE_N, DT, SOFTLY, Pose, Steps, clear_up, move, wait

STALLED = 16
"""Control steps without progress after which a hand takes hold anew."""
BAR_WIDTH_M = (0.003, 0.04)
"""Width between the pads with a handle between them."""
NEAR_M, DRIFT_M = 0.06, 0.03
"""A push is held sideways from this close on, by up to this much."""
ARRIVING_MPS, MEETING_MPS, BACK_M = 0.12, 0.04, 0.08
"""How fast a hand comes up to what it pushes and how fast it meets it, and how far before the push site it may do so."""
MEETING_M = 0.04
"""From this far on a hand slows down to meet what it pushes."""


LEAST, GROWS, SHRINKS = 0.06, 0.1, 0.25
"""Of a hand's largest lead over a joint that it moves: the least share of it, and the shares by which it grows and shrinks in a control
step."""
SLOWING = 2.0
"""How much slower a joint should move for each unit nearer to its target [1/s]."""
PACES = {False: (0.16, 0.03), True: (0.55, 0.1)}
"""How fast slides [m/s] and hinges [rad/s] should move, and how fast they should reach their targets."""
ITS_WAY = (3.0, 1.0)
"""Of what has a short way, a button, the same in ways a second."""
PRESSED = 0.05
"""Past its end by more than this share of the largest lead, a joint is pressed too hard."""
LED_STOPS = 3
"""Places on a handle's way at which the arm's joints are looked at before it is taken."""
LED_M = 0.01
"""A hand has come to where it leads a joint when its reference is this near, and before it touches the tool itself."""
AT_END = 0.2
"""A joint nearer to its end than this share of the largest lead is not stuck."""
FIRMER_N, FIRMEST_N = 1.5, 60.0
"""How much more force a joint that does not move is given with each control step, and how much at most [N]."""
TOUCH_N = 0.5
"""A hand that presses by more has come to what it pushes [N]."""
GENTLE_N = 20.0
"""The force at most that doors, drawers and levers ask for [N]."""


@dataclass(kw_only=True)
class Lead:
    """How far a hand is commanded ahead of the joint that it moves. It grows while the joint is slower than it should be and shrinks while
    it is faster or the hand presses hard: what moves lightly is led gently, and nothing is slammed."""

    most: float
    """The largest lead [m or rad]."""
    cruise: float
    """How fast the joint should move [m/s or rad/s]."""
    creep: float
    """How fast it should reach its target."""
    force_N: float
    """Force on furniture from which the lead grows no more; at half as much again it shrinks."""
    lead: float = 0.0
    touched: bool = False
    """Whether the hand has pressed on anything yet: before that the joint cannot be blamed for standing still."""
    _more_N: float = 0.0
    _last: float = float("nan")

    def __post_init__(self) -> None:
        self.lead = max(self.lead, LEAST * self.most)

    @staticmethod
    def over(ctx: HouseContext, joint: str, most: float, force_N: float = GENTLE_N) -> Lead:
        """For a fixture's joint."""
        cruise, creep = np.minimum(PACES[ctx.world.joint_axis(joint)[2]], np.multiply(ITS_WAY, ctx.world.names.fixtures[joint].travel))
        return Lead(most=most, cruise=cruise, creep=creep, force_N=force_N)

    def see(self, value: float, left: float, pressing: float, *, there: bool) -> float:
        """The lead for a joint at `value` with `left` to go, negative where it is past its end, `pressing` [N] on furniture; there: whether
        the hand is where the lead so far put it, and a larger one might help."""
        self.touched |= pressing > TOUCH_N
        speed = 0.0 if np.isnan(self._last) else abs(value - self._last) / DT
        self._last = value
        wanted = min(self.cruise, self.creep + SLOWING * max(left, 0.0))
        grow = float(np.clip((wanted - speed) / wanted, -1.0, 1.0)) * GROWS
        stuck = self.touched and speed < 0.1 * wanted and left > AT_END * self.most
        self._more_N = min(self._more_N + FIRMER_N, FIRMEST_N) if stuck else max(self._more_N - 4 * FIRMER_N, 0.0)
        allowed = self.force_N + self._more_N
        if pressing > allowed or not there or left <= 0.0:
            grow = min(grow, 0.0)
        if left < -PRESSED * self.most:  # what is pressed to its end is held there, no harder
            grow = -GROWS
        if pressing > 1.5 * allowed:
            grow = -SHRINKS * min(pressing / allowed - 1.0, 1.0)
        self.lead = float(np.clip(self.lead + grow * self.most, LEAST * self.most, self.most))
        return self.lead


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


def gripping(ctx: HouseContext, site: str) -> bool:
    """Whether the fingers are closed about a handle: near its site, held apart by it."""
    near = np.linalg.norm(ctx.tool[:3, 3] - ctx.world.site(site)[:3, 3]) < 0.035
    return bool(near and ctx.grip < 0.5 and BAR_WIDTH_M[0] < ctx.width < BAR_WIDTH_M[1])


def _more_room(ctx: HouseContext, goal: Pose, twist: float) -> tuple[Pose, np.ndarray | None]:
    """The grip, or the same one upside down, from which the wrist can turn furthest on by `twist` [rad] about the tool's axis, and the
    joints (dof,) that it does it with; the grip itself where none is in reach."""
    low, high = float(ctx.robot.q_min[-1]), float(ctx.robot.q_max[-1])
    ways = [(T, q) for T in (goal, turned(goal, np.pi)) for q in postures(ctx, T)]
    after = [float(q[-1]) + twist for _, q in ways]
    far = [min(a - low, high - a, ROOM_RAD) - 0.02 * float(np.abs(q - ctx.joints).max()) for a, (_, q) in zip(after, ways, strict=True)]
    return ways[int(np.argmax(far))] if ways else (goal, None)


def _rest(ctx: HouseContext, grip: float) -> Steps:
    """Stays a step where the tool is: pressing on what has come to its end is over."""
    if ctx.span != "hold":
        ctx.span, ctx.reference = "hold", ctx.tool.copy()
    return (yield from wait(ctx, 1, grip))


def grip_handle(ctx: HouseContext, joint: str, target: float, follow: float, approach: float = 0.10, tries: int = 5) -> Steps:
    """Takes hold of a fixture's handle so that the arm can bring its joint to `target`; False when it gave up."""
    site = ctx.world.names.fixtures[joint].handle
    for _ in range(tries):
        if gripping(ctx, site):
            return True
        ctx.span = "reach"
        now = ctx.world.joint(joint)
        goal, posture = site_at(ctx, site, joint, now, follow), None
        if follow == 1.0 and ctx.world.joint_axis(joint)[2]:
            _, axis, _ = ctx.world.joint_axis(joint)
            goal, posture = _more_room(ctx, goal, (target - now) * float(axis @ goal[:3, 2]))
        else:
            pulls = [site_at(ctx, site, joint, v, follow) for v in np.linspace(now, target, LED_STOPS + 1)[1:]]
            before, posture = _roomier(ctx, [behind(goal, approach), goal, *pulls])
            goal = behind(before, -approach)
        goal[:3, 3] += ctx.style.offset
        before = behind(goal, approach)
        come_round = posture is not None and (yield from come(ctx, before, posture, 1.0))
        if not come_round and np.linalg.norm(ctx.tool[:3, 3] - goal[:3, 3]) > 0.04:
            yield from clear_up(ctx, before[:2, 3], 1.0, height=max(ctx.safe, before[2, 3]))
            yield from move(ctx, before, grip=1.0, tolerance=0.015, timeout=100)
        ctx.span = "grasp"
        if ctx.width < 0.6 * ctx.robot.gripper_max_m:
            yield from wait(ctx, 10, 1.0, until=lambda: ctx.width > ctx.open_width)
        yield from move(ctx, goal, grip=1.0, speed=0.6, tolerance=0.008, timeout=60, brake=SOFTLY)
        yield from close_fingers(ctx)
        if gripping(ctx, site):
            return True
        yield from back_off(ctx)
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
            yield from _rest(ctx, ctx.grip)
            continue
        if not (yield from grip_handle(ctx, joint, target, follow)):
            return False
        ctx.span = "pull"

        push = Lead.over(ctx, joint, lead)

        def ahead(push: Lead = push) -> Pose:
            now = ctx.world.joint(joint)
            by = min(push.see(now, abs(target - now), ctx.pressing, there=True), abs(target - now) + 0.25 * lead)
            T = site_at(ctx, site, joint, now + sign * by, follow)
            upside = turned(T, np.pi)  # the gripper is symmetric: whichever way it took hold
            return upside if turn_between(ctx.reference, upside) < turn_between(ctx.reference, T) else T

        best, since = sign * ctx.world.joint(joint), 0

        def over() -> bool:
            nonlocal best, since
            now = sign * ctx.world.joint(joint)
            best, since = (now, 0) if now > best + 0.002 else (best, since + 1)
            return there() or not gripping(ctx, site) or since > STALLED

        yield from move(ctx, ahead, grip=0.0, speed=speed, tolerance=-1.0, timeout=140, until=over)
        if since > STALLED and not there():  # the wrist is at its end: take hold anew
            yield from back_off(ctx)


def _roomier(ctx: HouseContext, way: Sequence[Pose]) -> tuple[Pose, np.ndarray | None]:
    """The first pose of a way that leads the tool through poses, or the same one upside down where the arm would come to joints' ends on the
    way, and the joints (dof,) that it begins with; the pose as it is where the way cannot be gone at all."""
    ways = [way, [turned(T, np.pi) for T in way]]
    best = poised(ctx, ways)
    return (way[0], None) if best is None else (ways[best[0]][0], best[1])


def _push_pose(ctx: HouseContext, T: Pose, pitch: float, back: float) -> Pose:
    """The tool that is about to push at a site's pose `T`, whose z axis points along the push, `back` before it [m]."""
    R = pushing(T[:3, 2], pitch, T[:2, 3] - ctx.T_world_base[:2, 3])
    straight, upside = turned(pose(R, T[:3, 3]), 0.0), turned(pose(R, T[:3, 3]), np.pi)
    if turn_between(ctx.reference, upside) < turn_between(ctx.reference, straight):
        R = upside[:3, :3]
    if (pitch > 1.2 and abs(T[2, 2]) < 0.7) or T[2, 2] > 0.7:  # with the side of the fingers
        return pose(R, T[:3, 3] - (back + SIDE_M) * T[:3, 2])
    return pose(R, T[:3, 3] - back * T[:3, 2] - TIP_M * R[:, 2])


@dataclass(kw_only=True)
class Push:
    """A push with closed fingers: where the hand should be from step to step."""

    ctx: HouseContext
    joint: str
    target: float
    contact: Callable[[float, float], Pose]
    """Value of the joint, distance kept [m] -> the tool's pose where it touches what it pushes."""
    lead: Lead
    way: str
    """A site along whose z axis the push is held sideways, where the arm gives way under it; "" for none."""
    back: float = 0.0
    """How far before the push site the hand met something that moves with it, as a handle [m]."""
    drift: np.ndarray = field(default_factory=lambda: np.zeros(3))
    goal: np.ndarray = field(default_factory=lambda: np.full(3, np.inf))

    def pace(self) -> float:
        """Share of the style's speed at which the hand may come up to what it pushes."""
        if self.lead.touched:
            return 1.0
        off = float(np.linalg.norm(self.goal - self.ctx.tool[:3, 3]))
        share = min(off / MEETING_M, 1.0)
        return (MEETING_MPS + share * (ARRIVING_MPS - MEETING_MPS)) / self.ctx.style.speed

    def ahead(self) -> Pose:
        """The tool's pose that leads the joint; called once a control step."""
        ctx, now = self.ctx, self.ctx.world.joint(self.joint)
        sign, touched = (1.0 if self.target > now else -1.0), self.lead.touched
        place = ctx.reference if touched else ctx.tool
        travel = ctx.world.names.fixtures[self.joint].travel
        left = sign * (float(np.clip(self.target, 0.0, travel)) - now)
        self.lead.see(now, left, ctx.pressing, there=bool(np.linalg.norm(place[:3, 3] - self.goal) < LED_M))
        if self.lead.touched and not touched:
            here = self.contact(now, 0.0)
            along = here[:3, 3] - self.contact(now, 1.0)[:3, 3]
            self.back = float(np.clip((here[:3, 3] - ctx.tool[:3, 3]) @ along, 0.0, BACK_M))
        # A joint gives at its end: the hand would follow it on and on.
        T = self.contact(float(np.clip(now, 0.0, travel)) + sign * self.lead.lead, self.back)
        if self.way:
            z, off = ctx.world.site(self.way)[:3, 2], T[:3, 3] - ctx.tool[:3, 3]
            if np.linalg.norm(off) < NEAR_M:
                self.drift = np.clip(self.drift + 0.06 * (off - (off @ z) * z), -DRIFT_M, DRIFT_M)
        T[:3, 3] += self.drift
        self.goal = T[:3, 3].copy()
        return T


def push_joint(
    ctx: HouseContext, joint: str, site: str, target: float, *, lead: float, off: float = 0.06, speed: float = 0.6,
    over: float | None = None, stay: bool = True, steady: bool = False, force_N: float = GENTLE_N,
) -> Steps:  # fmt: skip
    """Pushes a fixture with closed fingers at a push site until its joint reaches `target`, then holds still, or returns True where it
    need not `stay`.

    off: where the push begins, before the site [m]; over: height [m] at which the hand
    passes over the fixture to get at its far side; steady: hold the push sideways where the arm gives way under it; force_N: what it
    takes.
    """
    sign = 1.0 if target > ctx.world.joint(joint) else -1.0

    def there() -> bool:
        return sign * (ctx.world.joint(joint) - target) >= 0

    fixture = ctx.world.names.fixtures[joint]
    pitch, end = fixture.push_pitch, float(np.clip(target, 0.0, fixture.travel))

    def contact(value: float, back: float) -> Pose:
        return _push_pose(ctx, site_at(ctx, site, joint, value), pitch, back)

    while True:
        if there():
            ctx.bearable = BEARABLE_N
            if not stay:
                return True
            yield from _rest(ctx, 0.0)
            continue
        now = ctx.world.joint(joint)
        if np.linalg.norm(ctx.tool[:3, 3] - contact(now, 0.02)[:3, 3]) > off:
            ctx.span = "reach"
            before, after = contact(now, off), contact(end, 0.0)
            after = min((after, turned(after, np.pi)), key=lambda T: turn_between(before, T))
            before, posture = _roomier(ctx, [before, after])
            height = max(ctx.safe, before[2, 3]) if over is None else over
            if posture is not None and (yield from come(ctx, before, posture, 0.0)):
                continue
            yield from clear_up(ctx, before[:2, 3], 0.0, height=height)
            if over is not None:
                above = before.copy()
                above[2, 3] = over
                yield from travel(ctx, lambda T=above: T, grip=0.0, tolerance=0.03, timeout=100)
                yield from move(ctx, before, grip=0.0, tolerance=0.02, timeout=60)
            else:
                yield from travel(ctx, lambda T=before: T, grip=0.0, tolerance=0.012, timeout=100)
        ctx.span = "push"
        push = Push(
            ctx=ctx, joint=joint, target=target, contact=contact, lead=Lead.over(ctx, joint, lead, force_N), way=site if steady else ""
        )
        ctx.bearable = 1.5 * (force_N + FIRMEST_N)
        if not (
            yield from move(ctx, push.ahead, grip=0.0, speed=lambda p=push: min(speed, p.pace()), tolerance=-1.0, timeout=120, until=there)
        ):
            ctx.span, ctx.bearable = "recover", BEARABLE_N
            back = behind(ctx.reference, 0.06)
            yield from move(ctx, back, grip=0.0, tolerance=0.02, timeout=30)
            if over is not None:
                yield from move(ctx, _at_height(back, over), grip=0.0, tolerance=0.04, timeout=50)
            yield from afresh(ctx, ctx.world.site(site)[:2, 3], 0.0)


def _at_height(T: Pose, height: float) -> Pose:
    out = T.copy()
    out[2, 3] = height
    return out
