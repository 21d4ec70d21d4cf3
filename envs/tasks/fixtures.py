"""How tasks about one fixture are made: bring its joint to one side or the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...core.marks import Mark
from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.piece import Fixture
from ..stage import Casting, Check
from ..world import World
from .marks import fixture_mark
from .predicates import BLOW_N, gentle, opened, others_left_alone, shut
from .setup import Setup
from .situation import Situation
from .task import HouseholdTask

Joint = Callable[[Goal], str]
"""Which joint a goal is about."""


def careful(joint: str, words: str, most_N: float = BLOW_N) -> dict[str, Check]:
    """What is asked of whoever moves a fixture, besides that it be moved: not to slam it, to press on nothing harder than `most_N`, and to
    leave the others alone."""
    return {f"gentle({words})": gentle(joint, most_N), "others_left_alone": others_left_alone(joint)}


def could_move(s: Situation, piece: str, joint: str, *, opens: bool) -> bool:
    """Whether a fixture is in reach and not yet where it is to be moved."""
    if piece not in s.layout.usable:
        return False
    fixture, now = s.stage.names.fixtures[joint], s.joints.get(joint, 0.0)
    return now < s.clear * fixture.opened if opens else now > fixture.shut / s.clear


def fixture_task(
    name: str, *, family: str, piece: str, joint: Joint, opens: bool, horizon: int, label: str, start: tuple[float, float],
    reverse: str = "", scene: str = "home_kitchen", room: str = "kitchen", distractors: tuple[int, int] = (0, 3),
    things: tuple[str, ...] = (), nudge: Callable[[Setup], None] = lambda _: None, most_N: float = BLOW_N,
) -> HouseholdTask:  # fmt: skip
    """start: range of the joint at the beginning, as shares of its travel; label: what the predicate is called, with {target};
    things: categories of what may lie about, all where empty; nudge: moves the piece a little; most_N: the hardest that furniture may
    be pressed on."""

    def setup(s: Setup, goal: Goal) -> None:
        s.use(piece)
        nudge(s)
        fixture: Fixture = s.stage.names.fixtures[joint(goal)]
        value = s.between(*start) if opens else s.ajar(*start)
        least = 0.0 if opens else 1.6 * fixture.shut / fixture.travel  # never done at the start
        s.joint(joint(goal), fixture.travel * max(value, least))
        s.distract(*distractors, *things)

    def checks(goal: Goal) -> dict[str, Check]:
        words = label.format(target=goal.target)
        side, check = ("open", opened) if opens else ("shut", shut)
        return {f"{side}({words})": check(joint(goal)), **careful(joint(goal), words, most_N)}

    def marks(w: World, goal: Goal) -> Mark:
        return fixture_mark(w, joint(goal), opens=opens)

    def possible(s: Situation, goal: Goal) -> Casting | None:
        return {} if could_move(s, piece, joint(goal), opens=opens) else None

    return HouseholdTask(
        name=name, family=family, room=room, scene=scene, horizon=horizon, goals=task_phrases(name).goals, setup=setup, checks=checks, marks=marks,
        reverse=reverse, possible=possible,
    )  # fmt: skip


def pair(opening: str, closing: str, **settings: object) -> tuple[HouseholdTask, HouseholdTask]:
    """The task that opens and the one that closes, each the other's reverse. `shut_at`, `open_at`: where they begin; `opens_N`, `shuts_N`:
    the hardest that furniture may be pressed on."""
    shut_at, open_at = settings.pop("shut_at"), settings.pop("open_at")
    opens_N, shuts_N = settings.pop("opens_N", BLOW_N), settings.pop("shuts_N", BLOW_N)
    both: Mapping[str, object] = settings
    return (
        fixture_task(opening, opens=True, start=shut_at, reverse=closing, most_N=opens_N, **both),  # type: ignore[arg-type]
        fixture_task(closing, opens=False, start=open_at, reverse=opening, most_N=shuts_N, **both),  # type: ignore[arg-type]
    )
