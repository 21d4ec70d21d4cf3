"""Tasks about bottles, jars and boxes with lids: caps, pumps, pill boxes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.marks import Mark
from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.bottles import BOTTLE, JAR, PLINTH_M
from ..furniture.thread import ScrewTop
from ..pointing import DOWN, pose, pushing, yawed
from ..stage import Casting, Check
from ..world import World
from .fixtures import could_move, fixture_task
from .marks import SIDE_M, Marks, brought, easiest, either_way, fixture_mark, in_cavity, mark_at, the
from .predicates import inside, opened, others_left_alone, put_down, released, shut
from .setup import Setup
from .situation import Situation
from .task import HouseholdTask

SCENE, ROOM = "home_bathroom", "bathroom"
ABOUT = ("soap", "sponge", "toothbrush", "beaker", "toilet_roll", "medicine_box")
"""What lies about in a bathroom."""
LIES_M = 0.03
"""A cap whose origin is no higher than this above the worktop lies on it, whichever way up."""
UNDER_RAD, BEHIND_M = 1.05, (0.042, 0.0, 0.031)
"""How far the tool points down under a lid's tab [rad], and where it is behind an open lid, from its hinge [m]."""
BEFORE_M = 0.06
"""How far before its piece a cap is put down [m]."""
OPEN_AT = (1.15, 1.85)
"""How far lids that have to be closed stand open [rad]."""


def _nudge(piece: str) -> Callable[[Setup], None]:
    """Nothing stands twice in quite the same place, or where one had found it before a hand would find it again."""
    return lambda s: s.nudge(piece, 0.025, 0.025, 0.2, (0.0, PLINTH_M - 0.003))


# --- pill box ---------------------------------------------------------------------------------------------------------
def _lid(opens: bool) -> Marks:
    """Open: the fingertips under the tab, from before it; shut: behind the standing lid, pointing down."""

    def mark(w: World, goal: Goal) -> Mark:
        joint, box = f"lid_{goal.target}", w.rotation("pill_box")
        found = fixture_mark(w, joint, opens=opens)
        if opens:
            R = pushing(box[:, 0], UNDER_RAD, box[:2, 0])
            T = pose(R, w.site(f"{joint}_under")[:3, 3] - SIDE_M * R[:, 0])
        else:
            anchor, _, _ = w.joint_axis(joint)
            heading = float(np.arctan2(box[1, 0], box[0, 0])) + np.pi / 2  # the hand's width along the lid: its neighbours are beside it
            T = pose(yawed(DOWN, heading), anchor + box @ np.array(BEHIND_M))
        return mark_at(either_way(w, T), 0.0, found.place, box[:, 0] * (1.0 if opens else -1.0), found.progress)

    return mark


def _pill_box(name: str, reverse: str, *, opens: bool) -> HouseholdTask:
    """The lid of one day, the others stay as they are."""

    def setup(s: Setup, goal: Goal) -> None:
        s.use("pill_box")
        _nudge("pill_box")(s)
        s.joint(f"lid_{goal.target}", 0.0 if opens else s.ajar(*OPEN_AT))
        s.distract(0, 2, *ABOUT)

    def checks(goal: Goal) -> dict[str, Check]:
        side, check = ("open", opened) if opens else ("shut", shut)
        return {f"{side}({goal.target}_lid)": check(f"lid_{goal.target}"), "others_left_alone": others_left_alone(f"lid_{goal.target}")}

    def possible(s: Situation, goal: Goal) -> Casting | None:
        return {} if could_move(s, "pill_box", f"lid_{goal.target}", opens=opens) else None

    return HouseholdTask(
        name=name, family="bottles", room=ROOM, scene=SCENE, horizon=260, goals=task_phrases(name).goals, setup=setup, checks=checks,
        marks=_lid(opens), reverse=reverse, possible=possible,
    )  # fmt: skip


# --- screw tops -------------------------------------------------------------------------------------------------------
def off(top: ScrewTop) -> Check:
    """The cap is no longer about its neck: beside it, or above it."""
    cap, seat = f"{top.name}_cap", f"{top.name}_seat"

    def check(w: World) -> bool:
        T = w.site(seat)
        d = T[:3, :3].T @ (w.position(cap) - T[:3, 3])
        return bool(np.hypot(d[0], d[1]) > top.core + top.radius or d[2] > top.neck + top.height)

    return check


def lies(top: ScrewTop) -> Check:
    """The cap lies on the worktop."""
    return lambda w: bool(-0.002 < w.position(f"{top.name}_cap")[2] < LIES_M)


def _unscrew(name: str, top: ScrewTop, piece: str) -> HouseholdTask:
    cap = f"{top.name}_cap"

    def setup(s: Setup, goal: Goal) -> None:
        del goal
        s.use(piece)
        s.distract(0, 2, *ABOUT)

    def checks(goal: Goal) -> dict[str, Check]:
        del goal
        return {
            f"turned({cap})": opened(f"cap_{top.name}"), f"off({cap})": off(top), f"on_worktop({cap})": lies(top),
            f"released({cap})": released(cap), f"put_down({cap})": put_down(cap), "others_left_alone": others_left_alone(f"cap_{top.name}"),
        }  # fmt: skip

    def marks(w: World, goal: Goal) -> Mark:
        """At the cap, which is round: the tool points down and turns it, then carries it to the worktop before its piece."""
        del goal
        grip = w.site(f"cap_{top.name}_handle")[:3, 3]
        place = w.position(piece) - BEFORE_M * w.rotation(piece)[:, 0]
        base = w.T_world_base[:3, :3] @ w.robot.forward(w.robot.q_home[None])[0][:3, :3]
        heading = float(np.arctan2(base[1, 0], base[0, 0]))
        return mark_at(
            pose(yawed(DOWN, heading), grip), 2 * top.radius, np.array([place[0], place[1], LIES_M / 2]), np.array([0.0, 0.0, 1.0])
        )

    return HouseholdTask(
        name=name, family="bottles", room=ROOM, scene=SCENE, horizon=600, goals=task_phrases(name).goals, setup=setup, checks=checks,
        marks=marks, possible=lambda s, goal: {} if piece in s.layout.usable else None,
    )  # fmt: skip


# --- toothbrush -------------------------------------------------------------------------------------------------------
CUP_M, BRUSH_M = (0.545, 0.585), (0.35, 0.385)
"""How far the cup and the toothbrush are from the robot's nominal foot [m]."""
BRUSH_RAD = 1.3
"""How far the bristles point to either side of straight ahead [rad]: a wrist turns no further with the hand laid back."""


def _brush_setup(s: Setup, goal: Goal) -> None:
    """The cup stands where the worktop is free, the toothbrush lies before it."""
    x0, x1, y0, y1 = s.layout.zone
    angle = float(np.arctan2(y0 + y1, x0 + x1))
    for role, category, (near, far), spread, turn in (
        ("receptacle", "beaker", CUP_M, 0.09, np.pi), ("target", goal.target, BRUSH_M, 0.16, BRUSH_RAD)
    ):  # fmt: skip
        s.cast(role, category)
        way, radius = angle + s.between(-spread, spread), s.between(near, far)
        s.put(role, np.array([radius * np.cos(way), radius * np.sin(way), s.cast_of[role].rest]), way + s.between(-turn, turn))


STEEP = 0.6
"""Least rise of a brush that stands in a cup, as the sine of its angle (37 degrees): across the rim it has none."""


def steep(role: str) -> Check:
    """A long thing stands more than it lies: its length (x) points up or down."""
    return lambda w: bool(abs(w.rotation(role)[2, 0]) > STEEP)


PITCHES = tuple(np.deg2rad((22.0, 28.0, 34.0, 40.0, 46.0)))
"""How far the tool may point down with a brush stood up [rad]: the less, the more upright the brush."""
SINK_M = 0.055
"""How far a brush's end goes below the rim before it is let go [m]."""
ASIDE_M = 0.010
"""How far before the cup's middle the end goes down: the brush leans away from the robot [m]."""


def stood_up(w: World, tool: np.ndarray, pitch: float, depth: float) -> np.ndarray:
    """The tool pose (4, 4) that has the lower end of the brush, as `tool` holds it now, `depth` below the cup's rim [m]."""
    cup, cavity = w.position("receptacle"), w.cast["receptacle"].cavity
    assert cavity is not None
    ahead = cup - np.append(w.T_world_base[:2, 3], cup[2])
    ahead /= np.linalg.norm(ahead)
    R = pushing(ahead, pitch, ahead[:2])
    # The tool's x points up then, and the bristles with it; the other end is as far from the tool as it is now.
    middle = tool[:3, :3].T @ (w.position("target") - tool[:3, 3])
    end = middle - np.array([w.cast["target"].half[0], 0.0, 0.0])
    place = cup + np.array([0.0, 0.0, cavity.rim - depth]) - ASIDE_M * ahead
    return pose(R, place - R @ end)


def _into_cup(w: World, name: str, there: np.ndarray) -> np.ndarray:
    """Stood up in the cup, as upright as the arm can."""
    del name, there
    ways = [stood_up(w, w.T_world_tool, float(pitch), SINK_M) for pitch in PITCHES]
    return ways[easiest(w, ways, [0.01 * k for k in range(len(ways))])]


def _brush_checks(goal: Goal) -> dict[str, Check]:
    return {
        f"inside({goal.target}, beaker)": inside("target", "receptacle"), f"steep({goal.target})": steep("target"),
        f"released({goal.target})": released("target"),
    }  # fmt: skip


TASKS: tuple[HouseholdTask, ...] = (
    fixture_task("press_soap_pump", family="bottles", piece="dispenser", joint=lambda _: "pump", opens=True, horizon=200, label="soap_pump",
                 start=(0.0, 0.0), scene=SCENE, room=ROOM, distractors=(0, 2), things=ABOUT, nudge=_nudge("dispenser")),
    _pill_box("open_pill_box", "close_pill_box", opens=True), _pill_box("close_pill_box", "open_pill_box", opens=False),
    _unscrew("unscrew_jar", JAR, "jar"), _unscrew("unscrew_bottle", BOTTLE, "bottle"),
    HouseholdTask(
        name="put_toothbrush_in_cup", family="tidy", room=ROOM, scene=SCENE, horizon=320, goals=task_phrases("put_toothbrush_in_cup").goals,
        setup=_brush_setup, checks=_brush_checks, marks=brought(the("target"), in_cavity("receptacle"), _into_cup),
    ),
)  # fmt: skip
