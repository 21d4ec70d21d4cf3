"""Skills for long tasks: what is not done yet is done next, by the skills of the other families."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.types import Goal
from ..objects.instance import turned
from ..pointing import pose, pushing, turn_between, yawed
from ..tasks.long import BESIDE_M, DRAWERS
from ..tasks.predicates import in_box, inside, opened, shut
from .appliances import switch_light_off, turn_knob
from .base import HouseContext, afresh, back_off, behind, travel
from .brewing import make_coffee
from .drawers import push_shut
from .grasping import carry, grasp_thing, hang, hemmed_in, holds, let_go
from .joints import drive_joint
from .motion import SOFTLY, Pose, Steps, move, wait
from .things import PALM_M, into_bin, into_cavity

Stage = tuple[Callable[[], bool], Callable[[], Steps]]
"""When a part is done, and how it is done."""


def chain(ctx: HouseContext, *stages: Stage) -> Steps:
    """Does the first part that is not done, until all are; then holds still. A part that comes undone is done again."""
    while True:
        skill = next((do for done, do in stages if not done()), None)
        if skill is None:
            ctx.span = "hold"
            yield from wait(ctx, 1, ctx.grip)
        elif not (yield from skill()):
            yield from back_off(ctx)
        else:
            yield from wait(ctx, 1, ctx.grip)  # a skill may take for done what is not: time goes on all the same


def free(ctx: HouseContext, role: str) -> bool:
    """Whether nothing of the hand touches a thing."""
    return not ctx.world.touch(role).any()


# --- putting things where other things are ------------------------------------------------------------------------------
def bring(
    ctx: HouseContext, role: str, place: Callable[[], np.ndarray], rim: Callable[[], float], across: Callable[[Pose], np.ndarray],
    drop: float = 0.006,
) -> Steps:  # fmt: skip
    """Grasps a thing and lets it down on a place (3,), the fingers side by side along `across` (2,), where there is room for them; that
    may depend on how the tool has it."""

    def there(T: Pose) -> Pose:
        return pose(yawed(T[:3, :3], _swing(T, across(T))), place() + np.array([0.0, 0.0, 0.14]))

    if not (yield from grasp_thing(ctx, role, there)):
        return False
    x = ctx.world.rotation(role)[:2, 0]
    heading = float(np.arctan2(x[1], x[0])) + _swing(ctx.tool, across(ctx.tool))
    if not (yield from carry(ctx, role, place, max(rim() - float(place()[2]), 0.0) + 0.05, heading)):
        return False
    ctx.span = "place"
    R = ctx.reference[:3, :3].copy()

    def down() -> Pose:
        target = place() + hang(ctx, role) + np.array([0.0, 0.0, drop])
        target[2] = max(target[2], rim() - PALM_M)
        return pose(R, target)

    yield from move(ctx, down, grip=0.0, speed=0.5, tolerance=0.008, timeout=50, brake=SOFTLY, until=lambda: not holds(ctx, role))
    yield from let_go(ctx, role, 0.14)
    return True


def _swing(T: Pose, across: np.ndarray) -> float:
    """Angle [rad] about the vertical that turns the fingers' travel along `across`; the gripper is symmetric."""
    angle = np.arctan2(across[1], across[0]) - np.arctan2(T[1, 1], T[0, 1])
    return float((angle + np.pi / 2) % np.pi - np.pi / 2)


FREE_M = 0.16
"""How much of an open drawer's depth a hand fills."""


def into_drawer(ctx: HouseContext, role: str, joint: str, rim_m: float) -> Steps:
    """Into the part of an open drawer that is before its carcass; what is longer than that lies aslant."""
    site, long = f"{joint}_inside", 2 * max(ctx.world.cast[role].half[:2])
    aslant = float(np.arccos(min(FREE_M / long, 1.0)))

    def place() -> np.ndarray:
        T = ctx.world.site(site)
        room = ctx.world.joint(joint) - 0.012
        x = -0.128 + max(0.5 * (room - 0.02), min(0.5 * long * np.cos(aslant) + 0.004, 0.5 * room) if long > 0.12 else 0.0)
        return T[:3, 3] + T[:3, :3] @ np.array([x, 0.0, -0.02])

    def across(T: Pose) -> np.ndarray:
        y = ctx.world.site(site)[:2, 1]
        c, s_ = np.cos(aslant), np.sin(aslant)
        return min((np.array([c * y[0] - k * s_ * y[1], k * s_ * y[0] + c * y[1]]) for k in (1, -1)), key=lambda a: abs(_swing(T, a)))

    rim = lambda: float(ctx.world.site(site)[2, 3]) + rim_m  # noqa: E731
    return bring(ctx, role, place, rim, across, 0.012)


def _raise(ctx: HouseContext, height: float) -> Steps:
    """Rises to a height [m] where it is."""
    up = ctx.reference.copy()
    up[2, 3] = max(up[2, 3], height)
    return (yield from move(ctx, up, grip=ctx.grip, tolerance=0.03, timeout=30))


def _retreat(ctx: HouseContext, distance: float = 0.08) -> Steps:
    """Withdraws along the tool's axis as it is."""
    ctx.span = "withdraw"
    back = behind(ctx.reference, distance)
    yield from move(ctx, back, grip=ctx.grip, tolerance=0.02, timeout=30)
    return True


def close_drawer(ctx: HouseContext, joint: str) -> Steps:
    """Pushes a drawer shut from before it, over its front where the hand is behind that, and withdraws."""
    site = lambda: ctx.world.site(f"{joint}_push")  # noqa: E731
    if float(site()[:2, 2] @ (ctx.tool[:2, 3] - site()[:2, 3])) > -0.05:
        ctx.span = "reach"
        R = pushing(site()[:3, 2], np.pi / 4, site()[:2, 2])
        over = pose(R, site()[:3, 3] - 0.12 * site()[:3, 2] + np.array([0.0, 0.0, 0.16]))
        over[2, 3] = max(over[2, 3], ctx.safe)
        upside = turned(over, np.pi)
        yield from _raise(ctx, over[2, 3])
        yield from travel(
            ctx, lambda: min((over, upside), key=lambda T: turn_between(ctx.reference, T)), grip=0.0, tolerance=0.03, timeout=80
        )
    yield from push_shut(ctx, joint, stay=False)
    return (yield from _retreat(ctx))


def open_drawer(ctx: HouseContext, joint: str, target: float = 0.185) -> Steps:
    """Pulls a drawer open and lets go of its handle."""
    if not (yield from drive_joint(ctx, joint, target, lead=0.06, stay=False)):
        return False
    return (yield from back_off(ctx, 0.10))


def _drawer_stages(ctx: HouseContext, joint: str, half: tuple[float, float, float], rim_m: float, least: float) -> Steps:
    """A thing into a drawer, which is opened first where it is not open by `least` [m], and the drawer shut."""
    inside_ = in_box("target", f"{joint}_inside", half)
    stored = lambda: inside_(ctx.world)  # noqa: E731
    return chain(
        ctx,
        (lambda: stored() or ctx.world.joint(joint) > least, lambda: open_drawer(ctx, joint)),
        (stored, lambda: into_drawer(ctx, "target", joint, rim_m)),
        (lambda: free(ctx, "target"), lambda: let_go(ctx, "target", 0.14)),
        (lambda: shut(joint)(ctx.world), lambda: close_drawer(ctx, joint)),
    )


def stow_in_chest(ctx: HouseContext, goal: Goal) -> Steps:
    del goal
    return _drawer_stages(ctx, "drawer_top", (0.12, 0.145, 0.045), 0.042, 0.12)


def put_cutlery_away(ctx: HouseContext, goal: Goal) -> Steps:
    del goal
    return _drawer_stages(ctx, "cutlery_drawer", (0.12, 0.195, 0.03), 0.08, 0.16)


# --- two things -----------------------------------------------------------------------------------------------------------
def clear_table(ctx: HouseContext, goal: Goal) -> Steps:
    """One piece of rubbish after the other, the nearer one first."""
    del goal

    def done(role: str) -> Callable[[], bool]:
        check = in_box(role, "bin_floor", (0.08, 0.08, 0.14))
        return lambda: check(ctx.world) and free(ctx, role)

    return chain(
        ctx, *((done(r), lambda r=r: into_bin(ctx, r, stay=False)) for r in ("target", "second"))
    )  # fmt: skip


def lay_tray(ctx: HouseContext, goal: Goal) -> Steps:
    """Two things side by side on a tray, the fingers across its length; the lower one first where there is room to take it."""
    del goal

    def spot(sign: float) -> Callable[[], np.ndarray]:
        def place() -> np.ndarray:
            cavity = ctx.world.cast["tray"].cavity
            assert cavity is not None
            return ctx.world.position("tray") + ctx.world.rotation("tray") @ np.array([sign * BESIDE_M, 0.0, cavity.floor])

        return place

    def nearer(role: str) -> float:
        return float(ctx.world.rotation("tray")[:2, 0] @ (ctx.world.position(role) - ctx.world.position("tray"))[:2])

    side = 1.0 if nearer("target") > nearer("receptacle") else -1.0
    rim = lambda: float(ctx.world.position("tray")[2] + ctx.world.cast["tray"].rest)  # noqa: E731
    along = lambda _: ctx.world.rotation("tray")[:2, 1]  # noqa: E731

    def stage(role: str, sign: float) -> Stage:
        return (
            lambda: inside(role, "tray")(ctx.world) and free(ctx, role),
            lambda: bring(ctx, role, spot(sign), rim, along),
        )

    low, tall = stage("receptacle", -side), stage("target", side)
    first = hemmed_in(ctx, "receptacle") > hemmed_in(ctx, "target")  # the tall thing stands in the hand's way
    return chain(ctx, *((tall, low) if first else (low, tall)))


# --- cook -----------------------------------------------------------------------------------------------------------------
def start_cooking(ctx: HouseContext, goal: Goal) -> Steps:
    """The food into the pot, then the knob."""
    knob = f"knob_{goal.receptacle}"
    return chain(
        ctx,
        (lambda: inside("target", "pot")(ctx.world) and free(ctx, "target"), lambda: into_cavity(ctx, "target", "pot", stay=False)),
        (lambda: opened(knob)(ctx.world), lambda: turn_knob(ctx, str(goal.receptacle), on=True, stay=False)),
    )


# --- shut and switch ------------------------------------------------------------------------------------------------------
def close_chest(ctx: HouseContext, goal: Goal) -> Steps:
    """The upper drawer first: it is over the lower one."""
    del goal
    return chain(ctx, *((lambda j=j: shut(j)(ctx.world), lambda j=j: close_drawer(ctx, j)) for j in ("drawer_top", "drawer_bottom")))


def switch_off(ctx: HouseContext) -> Steps:
    """Presses the light switch, the arm home first: shutting a drawer may leave it twisted."""
    yield from afresh(ctx, ctx.world.site("switch_off_push")[:2, 3], 0.0)
    return (yield from switch_light_off(ctx))


def close_up(ctx: HouseContext, goal: Goal) -> Steps:
    joint = DRAWERS[goal.target][1]
    return chain(
        ctx,
        (lambda: shut(joint)(ctx.world), lambda: close_drawer(ctx, joint)),
        (lambda: shut("switch_rocker")(ctx.world), lambda: switch_off(ctx)),
    )


SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {
    "stow_in_chest": stow_in_chest, "put_cutlery_away": put_cutlery_away, "clear_table": clear_table, "lay_tray": lay_tray,
    "start_cooking": start_cooking, "make_coffee": make_coffee, "close_chest": close_chest, "close_up": close_up,
}  # fmt: skip
