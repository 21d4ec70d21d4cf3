"""Peas: pour them from a cup into a bowl, wipe them off a place mat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...core.marks import Mark
from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.grains import GRAIN_RADIUS_M, MAT_HALF_M, NAMES
from ..objects.instance import Instance, turned
from ..pointing import DOWN, pointing, pose, yawed
from ..stage import Check
from ..world import World
from .marks import SHARE, brought, easiest, either_way, in_cavity, mark_at, the
from .predicates import STILL_MPS, UPRIGHT, released, stands
from .setup import Setup
from .task import HouseholdTask

SCENE = "kitchen_grains"
ENOUGH = 0.9
"""Share of the peas that has to arrive in the bowl."""
ON_TABLE = 0.8
"""Share of the peas that must not be swept onto the floor."""
OVER_BOWL_M, GRIP_SHARE, SIDE_PITCH_RAD, EAR_RAD = 0.12, 0.6, 0.35, 1.05
"""Height of a poured cup over the bowl's floor [m]; where it is taken, as a share of its height; how far the tool then points down, and how far
a handle may be from where it points [rad]."""
SWEPT = 0.8
"""Share of the peas that the sponge has to have pushed; a hand that takes the sponge may brush a few."""
HEADINGS_RAD = np.deg2rad([0, -12, 12, -25, 25, -40, 40, -55, 55])
"""How far aside of straight ahead a hand may come at a cup, the best first [rad]."""
LANES = 9
"""Strokes that are thought of from one edge of the mat to the other."""
OVER_M = 0.035
"""How far beyond the mat's edge the sponge's front goes."""
CLEAR_M = 0.009
"""Free space about the sponge where it is put down."""
STROKE_STEPS = 40
"""What a stroke costs besides its way [control steps]: lifting, returning, lowering."""
SWEEP_MPS = 0.25
BEGUN_M = 0.012
"""How near the sponge comes to where a stroke begins before it is on its way [m]."""
HANDLE_RAD = 0.8
"""How far a mug's handle is turned from pointing away from the robot, at most."""


def grains(w: World) -> np.ndarray:
    """(N, 3) centres of the peas [m]."""
    return np.stack([w.position(n) for n in NAMES])


def in_vessel(points: np.ndarray, vessel: Instance) -> np.ndarray:
    """(N,) which points (N, 3), in the vessel's frame, lie in its cavity; its wall may lean outwards."""
    cavity = vessel.cavity
    assert cavity is not None
    share = np.clip((points[:, 2] - cavity.floor) / (cavity.rim - cavity.floor), 0.0, 1.0)
    radius = cavity.radius + (min(vessel.half[:2]) - 0.005 - cavity.radius) * share
    radial = np.hypot(points[:, 0] - cavity.centre[0], points[:, 1] - cavity.centre[1])
    return (radial < radius) & (points[:, 2] > cavity.floor) & (points[:, 2] < cavity.rim)


def within(w: World, role: str) -> np.ndarray:
    """(N,) which peas lie in the cavity of the vessel that plays `role`."""
    return in_vessel((grains(w) - w.position(role)) @ w.rotation(role), w.cast[role])


def poured(container: str, share: float = ENOUGH, source: str = "target") -> Check:
    """At least a share of the peas lies in the cavity of the upright container, and no more in the cup that they came from: a full cup in
    the bowl is not poured."""

    def check(w: World) -> bool:
        if w.rotation(container)[2, 2] <= UPRIGHT:
            return False
        return bool((within(w, container) & ~within(w, source)).mean() >= share)

    return check


def kept(role: str, container: str = "receptacle") -> Check:
    """Not dropped: both fingers hold it, or it stands on the worktop by itself, and not among the peas."""
    alone = stands(role)

    def check(w: World) -> bool:
        if (w.touch(role) > 0).all():
            return True
        beside = np.linalg.norm(w.position(role)[:2] - w.position(container)[:2]) > min(w.cast[container].half[:2])
        return bool(beside and alone(w) and not w.touch(role).any() and w.speed(role) < STILL_MPS)

    return check


def clean(site: str, half: tuple[float, float]) -> Check:
    """No pea lies on a rectangle about a site, and few have gone below the worktop."""

    def check(w: World) -> bool:
        T = w.site(site)
        d = (grains(w) - T[:3, 3]) @ T[:3, :3]
        return bool((np.abs(d[:, :2]) > np.asarray(half)).any(1).all() and (d[:, 2] > -0.02).mean() >= ON_TABLE)

    return check


def swept(site: str, half: tuple[float, float], share: float = SWEPT) -> Check:
    """Of the peas off a rectangle about a site, the sponge has pushed at least a share: not the bare hand."""

    def check(w: World) -> bool:
        if w.past is None or not len(w.past.swept):
            return False
        T = w.site(site)
        d = (grains(w) - T[:3, 3]) @ T[:3, :3]
        gone = (np.abs(d[:, :2]) > np.asarray(half)).any(1)
        return bool(gone.any() and w.past.swept[gone].mean() >= share)

    return check


def fill(s: Setup, role: str) -> None:
    """Lets the peas lie in a container, layer upon layer."""
    cavity = s.cast_of[role].cavity
    assert cavity is not None
    place, r = s.pose_of(role)[:3], GRAIN_RADIUS_M
    ring = max(cavity.radius - 1.25 * r, 0.0)
    level, k, turn = 0, 0, s.between(-np.pi, np.pi)
    per_level = max(int(np.pi * 2 * ring / (2.3 * r)), 1)
    while k < len(NAMES):
        spots = [(ring, turn + 2 * np.pi * n / per_level) for n in range(per_level)] + ([(0.0, 0.0)] if ring > 2.3 * r else [])
        for radius, angle in spots[: len(NAMES) - k]:
            offset = [radius * np.cos(angle), radius * np.sin(angle), cavity.floor + r + 0.001 + level * 2.1 * r]
            s.put_body(NAMES[k], place + np.array(offset))
            k += 1
        level, turn = level + 1, turn + 0.4


def _pour_setup(s: Setup, goal: Goal) -> None:
    """Cup and bowl side by side, either of them on the left, the cup's handle away from the robot."""
    s.use("place_mat")
    x0, x1, y0, y1 = s.reach
    middle, left = (y0 + y1) / 2 + s.between(-0.03, 0.03), s.between(0.0, 1.0) < 0.5
    x0, x1, y0, y1 = x0 + 0.06, x1 - 0.06, y0 + 0.03, y1 - 0.03  # the hand turns on edge beside the bowl
    right_half, left_half = (x0, x1, y0, middle - 0.03), (x0, x1, middle + 0.03, y1)
    s.cast("receptacle", str(goal.receptacle), fits=lambda t: t.cavity is not None and t.cavity.radius > 0.045)
    s.stand("receptacle", left_half if left else right_half, margin=0.06)
    s.cast("target", goal.target)
    half = right_half if left else left_half
    away = float(np.arctan2((half[2] + half[3]) / 2, 0.45))
    s.stand("target", half, yaw=(away - HANDLE_RAD, away + HANDLE_RAD), margin=0.06)
    fill(s, "target")
    s.distract(0, 1)


def _pour_checks(goal: Goal) -> dict[str, Check]:
    return {f"poured({goal.receptacle})": poured("receptacle"), f"kept({goal.target})": kept("target")}


def _wipe_setup(s: Setup, goal: Goal) -> None:
    s.use("place_mat")
    spot = s.layout.spots["place_mat"]
    c, t = np.cos(spot.yaw), np.sin(spot.yaw)
    hx, hy = MAT_HALF_M
    s.take(spot.x + hx * c, spot.y + hx * t, max(hx, hy) + 0.01)
    s.cast("target", goal.target)
    x0, _, y0, y1 = s.layout.zone
    s.stand("target", (x0, 0.44, y0 + 0.02, y1 - 0.02), margin=0.02)  # the open hand needs room on both sides
    placed: list[np.ndarray] = []
    while len(placed) < len(NAMES):
        u = np.array([s.between(0.012, 2 * hx - 0.012), s.between(-hy + 0.012, hy - 0.012)])
        if all(np.linalg.norm(u - v) > 2.4 * GRAIN_RADIUS_M for v in placed):
            s.put_body(NAMES[len(placed)], np.array([spot.x + c * u[0] - t * u[1], spot.y + t * u[0] + c * u[1], GRAIN_RADIUS_M]))
            placed.append(u)


def _wipe_checks(goal: Goal) -> dict[str, Check]:
    return {
        "clean(place_mat)": clean("mat", MAT_HALF_M), f"swept_by({goal.target})": swept("mat", MAT_HALF_M),
        f"released({goal.target})": released("target"),
    }  # fmt: skip


def _pour_marks(w: World, goal: Goal) -> Mark:
    """The cup from the side, on the way that leaves its handle free; its mouth goes over the bowl."""
    del goal
    cup = w.cast["target"]
    bowl = in_cavity("receptacle")(w, Goal(task="pour_peas", target="mug")) + np.array([0.0, 0.0, OVER_BOWL_M])
    if (w.touch("target") > 0).all():
        return mark_at(w.T_world_tool, 2 * cup.half[1], bowl)
    centre = w.position("target") + np.array([0.0, 0.0, GRIP_SHARE * cup.top - cup.rest])
    foot, ear = w.T_world_base[:2, 3], w.rotation("target")[:2, 0]
    straight = float(np.arctan2(centre[1] - foot[1], centre[0] - foot[0]))
    headings = straight + HEADINGS_RAD
    free = [h for h in headings if ear @ [np.cos(h), np.sin(h)] > np.cos(EAR_RAD)] or list(headings)
    poses = [turned(pose(pointing(float(h), SIDE_PITCH_RAD), centre), flip) for h in free for flip in (0.0, np.pi)]
    return mark_at(poses[easiest(w, poses, [0.01 * k for k in range(len(poses))])], 2 * cup.half[1], bowl)


def best_stroke(peas: np.ndarray, half: tuple[float, float], mat: tuple[float, float]) -> tuple[float, float, float]:
    """Middle x, first y and direction (-1, 1) along y of the stroke that clears most peas in its time.

    peas (N, 2) in the mat's frame; half: the sponge's half-sizes across and along the stroke; mat: the mat's, all [m].
    """
    on = (np.abs(peas) < np.asarray(mat)).all(1)
    best, found = -1.0, (0.0, -mat[1] - half[1], 1.0)
    for x in np.linspace(-mat[0] + 0.6 * half[0], mat[0] - 0.6 * half[0], LANES):
        lane = np.abs(peas[:, 0] - x) < half[0] - 0.5 * GRAIN_RADIUS_M
        if not (lane & on).any():
            continue
        under = np.abs(peas[:, 0] - x) < half[0] + CLEAR_M
        for way in (-1.0, 1.0):
            y = float((way * peas[lane & on, 1]).min()) - half[1] - GRAIN_RADIUS_M - CLEAR_M
            while (np.abs(way * peas[under, 1] - y) < half[1] + CLEAR_M).any() and y > -mat[1] - 0.06:
                y -= 0.008
            pushed = int((lane & on & (way * peas[:, 1] > y)).sum())
            gain = pushed / (STROKE_STEPS + 20 * (mat[1] + OVER_M - half[1] - y) / SWEEP_MPS)
            if gain > best:
                best, found = gain, (float(x), way * y, way)
    return found


def _wipe_marks(w: World, goal: Goal) -> Mark:
    """The sponge, and the mat; with the sponge in the hand where the next stroke begins and where it ends."""
    found = brought(the("target"), lambda w, _: w.site("mat")[:3, 3])(w, goal)
    if not found.held or clean("mat", MAT_HALF_M)(w):
        return replace(found, progress=SHARE)
    sponge, mat = w.cast["target"].half, w.site("mat")
    peas = ((grains(w) - mat[:3, 3]) @ mat[:3, :3])[:, :2]
    x, y, way = best_stroke(peas, (sponge[0], sponge[1]), MAT_HALF_M)
    hand = w.T_world_tool[:3, 3] - w.position("target")
    low = w.cast["target"].rest
    start, end = (mat[:3, 3] + mat[:3, :3] @ [x, v, 0.0] + hand + [0, 0, low] for v in (y, way * (MAT_HALF_M[1] + OVER_M - sponge[1])))
    heading = np.arctan2(mat[1, 0], mat[0, 0])
    T = either_way(w, pose(yawed(DOWN, float(heading)), start))
    return replace(mark_at(T, found.width, end, progress=SHARE), held=True)


TASKS: tuple[HouseholdTask, ...] = (
    HouseholdTask(
        name="pour_peas", family="pour", room="kitchen", scene=SCENE, horizon=320, goals=task_phrases("pour_peas").goals, setup=_pour_setup,
        checks=_pour_checks, marks=_pour_marks,
    ),
    HouseholdTask(
        name="wipe_mat", family="wipe", room="kitchen", scene=SCENE, horizon=500, goals=task_phrases("wipe_mat").goals, setup=_wipe_setup,
        checks=_wipe_checks, marks=_wipe_marks,
    ),
)  # fmt: skip
