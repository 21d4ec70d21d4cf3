"""Skills on loose things: hold up, put into containers, compartments and bins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.types import Goal
from ..pointing import DOWN, pose, yawed
from ..tasks.marks import TIP_M
from ..tasks.predicates import inside, upright
from .base import HouseContext
from .grasping import carry, grasp_thing, hang, holds, let_go, lift, turn_left
from .motion import SOFTLY, Pose, Steps, move, wait

FINGER_M, ABOVE_M = 0.02, 0.002
"""Room that a finger needs between two walls, and how far above a rim its tip stays where there is less: what it holds drops a centimetre."""
PALM_M = 0.04
"""How far the palm is above the tool centre point: it must stay above a container's rim."""


def hold_up(ctx: HouseContext, goal: Goal) -> Steps:
    """Holds the target up."""
    del goal
    return hold_role_up(ctx, "target")


def hold_role_up(ctx: HouseContext, role: str) -> Steps:
    """Grasps and lifts, again when it slips out, then holds it up for good."""
    while True:
        if not (yield from grasp_thing(ctx, role)):
            return False
        if not (yield from lift(ctx, role, ctx.tool[2, 3] + 0.15)):
            continue
        while holds(ctx, role):
            ctx.span = "hold"
            yield from wait(ctx, 1, 0.0)


def into(
    ctx: HouseContext, role: str, floor: Callable[[], np.ndarray], rim: Callable[[], float], done: Callable[[], bool], drop: float = 0.006,
    heading: Callable[[], float] | None = None, *, stay: bool = True, lowest: float = -PALM_M,
) -> Steps:  # fmt: skip
    """Grasps a thing, carries it over a place (3,), lowers it between the walls and lets go; again until `done` holds. Then waits, or
    returns True where it need not `stay`. lowest: how low the tool may come, from the walls' rim [m]."""
    while True:
        if done():
            if not stay:
                return True
            ctx.span = "withdraw"
            yield from wait(ctx, 1, 1.0)
            continue
        aim = heading() if heading else None
        if not (yield from grasp_thing(ctx, role, lambda T, aim=aim: _over(T, ctx, role, floor(), aim))):
            return False
        clearance = max(rim() - float(floor()[2]), 0.0) + 0.05
        if not (yield from carry(ctx, role, floor, clearance, aim)):
            continue
        ctx.span = "place"
        R = ctx.reference[:3, :3].copy()

        def down(R: np.ndarray = R) -> Pose:
            target = floor() + hang(ctx, role) + np.array([0.0, 0.0, drop])
            target[2] = max(target[2], rim() + lowest)
            return pose(R, target)

        yield from move(ctx, down, grip=0.0, speed=0.5, tolerance=0.008, timeout=50, brake=SOFTLY, until=lambda: not holds(ctx, role))
        yield from let_go(ctx, role, 0.12)


def _over(T: Pose, ctx: HouseContext, role: str, place: np.ndarray, heading: float | None = None) -> Pose:
    """Where the tool would be with the thing over `place`, turned to `heading`, for a grasp at T."""
    Rz = yawed(np.eye(3), turn_left(ctx, role, heading))
    foot = ctx.world.position(role) - np.array([0.0, 0.0, ctx.world.cast[role].rest])
    return pose(Rz @ T[:3, :3], place + Rz @ (T[:3, 3] - foot) + np.array([0.0, 0.0, 0.10]))


def into_container(ctx: HouseContext, goal: Goal) -> Steps:
    """Puts the target into the receptacle's cavity."""
    del goal
    return into_cavity(ctx, "target", "receptacle")


def into_cavity(ctx: HouseContext, role: str, container: str, *, stay: bool = True) -> Steps:
    """Puts a thing into a container's cavity."""
    w = lambda: ctx.world  # noqa: E731 - a new one every step

    def floor() -> np.ndarray:
        cavity = w().cast[container].cavity
        assert cavity is not None
        return w().position(container) + w().rotation(container) @ np.array([*cavity.centre, cavity.floor])

    def rim() -> float:
        cavity = w().cast[container].cavity
        assert cavity is not None
        return float(w().position(container)[2] + cavity.rim)

    def done() -> bool:
        cavity = w().cast[container].cavity
        assert cavity is not None
        d = w().position(role) - w().position(container)
        return bool(np.hypot(d[0], d[1]) < cavity.radius and not w().touch(role).any() and w().position(role)[2] < rim() + 0.06)

    cavity = w().cast[container].cavity
    snug = cavity is not None and w().cast[role].footprint > cavity.radius - FINGER_M
    return into(ctx, role, floor, rim, done, stay=stay, lowest=TIP_M + ABOVE_M if snug else -PALM_M)


def stack_bowls(ctx: HouseContext, goal: Goal) -> Steps:
    """Puts one bowl into the other; where it comes to lie aslant, presses its higher rim down with closed fingers."""
    del goal
    inner = lambda: inside("target", "receptacle")(ctx.world) and not ctx.world.touch("target").any()  # noqa: E731
    skill = into_container(ctx, Goal(task="stack_bowls", target="bowl"))
    while True:
        if inner() and not upright("target")(ctx.world):
            yield from _press_level(ctx, "target")
            skill = into_container(ctx, Goal(task="stack_bowls", target="bowl"))
            continue
        if next(skill, StopIteration) is StopIteration:
            return False
        yield


def _press_level(ctx: HouseContext, role: str) -> Steps:
    """Presses on the higher side of a tilted bowl's rim."""
    ctx.span = "press"
    lean = ctx.world.rotation(role)[:2, 2]
    high = -lean / max(float(np.linalg.norm(lean)), 1e-6)
    instance = ctx.world.cast[role]
    centre, radius = ctx.world.position(role), 0.8 * instance.footprint
    top = centre[2] - instance.rest + instance.top
    for height, grip in ((0.16, 0.0), (0.05, 0.0), (-0.012, 0.0), (0.14, 0.0)):
        T = pose(DOWN, np.array([centre[0] + radius * high[0], centre[1] + radius * high[1], top + height]))
        yield from move(ctx, T, grip=grip, speed=0.6, tolerance=0.012, timeout=45)
    return True


def into_site(
    ctx: HouseContext, site: str, half: float, height: float, drop: float, *, role: str = "target", along: bool = False, stay: bool = True
) -> Steps:
    """Into the room over a site; `along`: with the thing's length along the site's x axis."""
    place = lambda: ctx.world.site(site)[:3, 3]  # noqa: E731

    def done() -> bool:
        d = ctx.world.site(site)[:3, :3].T @ (ctx.world.position(role) - place())
        return bool(np.abs(d[:2]).max() < half and not ctx.world.touch(role).any() and d[2] < height)

    def heading() -> float:
        x = ctx.world.site(site)[:2, 0]
        return float(np.arctan2(x[1], x[0]))

    return into(ctx, role, place, lambda: float(place()[2] + height), done, drop, heading if along else None, stay=stay)


def sort_cutlery(ctx: HouseContext, goal: Goal) -> Steps:
    """Lays cutlery into its compartment."""
    return into_site(ctx, f"compartment_{goal.receptacle}", 0.045, 0.032, 0.01, along=True)


def into_bin(ctx: HouseContext, role: str, *, stay: bool = True) -> Steps:
    """Drops a thing into the bin."""
    return into_site(ctx, "bin_floor", 0.08, 0.14, 0.05, role=role, stay=stay)


def clear_rubbish(ctx: HouseContext, goal: Goal) -> Steps:
    del goal
    return into_bin(ctx, "target")


SKILLS = {
    **{f"hold_up_{what}": hold_up for what in ("drink", "food", "cutlery", "toy")},
    **dict.fromkeys(("serve_on_plate", "put_in_pot", "set_on_tray", "toys_in_basket"), into_container), "stack_bowls": stack_bowls,
    "sort_cutlery": sort_cutlery, "clear_rubbish": clear_rubbish,
}  # fmt: skip
