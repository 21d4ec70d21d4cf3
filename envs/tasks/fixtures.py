"""How tasks about one fixture are made: bring its joint to one side or the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...core.marks import Mark
from ...core.phrasebook import task_phrases
from ...core.types import Goal
from ..furniture.piece import Fixture
from ..stage import Check
from ..world import World
from .marks import fixture_mark
from .predicates import opened, shut
from .setup import Setup
from .task import HouseholdTask

Joint = Callable[[Goal], str]
"""Which joint a goal is about."""


def fixture_task(
    name: str, *, family: str, piece: str, joint: Joint, opens: bool, horizon: int, label: str, start: tuple[float, float],
    reverse: str = "", scene: str = "home_kitchen", room: str = "kitchen", distractors: tuple[int, int] = (0, 3),
    things: tuple[str, ...] = (), nudge: Callable[[Setup], None] = lambda _: None,
) -> HouseholdTask:  # fmt: skip
    """start: range of the joint at the beginning, as shares of its travel; label: what the predicate is called, with {target};
    things: categories of what may lie about, all where empty; nudge: moves the piece a little."""

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
        return {f"open({words})": opened(joint(goal))} if opens else {f"shut({words})": shut(joint(goal))}

    def marks(w: World, goal: Goal) -> Mark:
        return fixture_mark(w, joint(goal), opens=opens)

    def possible(s: Setup, goal: Goal) -> bool:
        if piece not in s.layout.usable:
            return False
        f = s.stage.names.fixtures[joint(goal)]
        now = s.joints.get(joint(goal), 0.0)
        return now < 0.5 * f.opened if opens else now > 2 * f.shut

    return HouseholdTask(
        name=name, family=family, room=room, scene=scene, horizon=horizon, goals=task_phrases(name).goals, setup=setup, checks=checks, marks=marks,
        reverse=reverse, possible=possible,
    )  # fmt: skip


def pair(opening: str, closing: str, **settings: object) -> tuple[HouseholdTask, HouseholdTask]:
    """The task that opens and the one that closes, each the other's reverse. `shut_at`, `open_at`: where they begin."""
    shut_at, open_at = settings.pop("shut_at"), settings.pop("open_at")
    both: Mapping[str, object] = settings
    return (
        fixture_task(opening, opens=True, start=shut_at, reverse=closing, **both),  # type: ignore[arg-type]
        fixture_task(closing, opens=False, start=open_at, reverse=opening, **both),  # type: ignore[arg-type]
    )
