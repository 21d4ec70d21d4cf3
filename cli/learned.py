"""What a learned policy knows, held against what it is asked for before anything runs; and what a training makes it know."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import HomebodyError
from ..core.experience import Experience, read_experience, united

if TYPE_CHECKING:
    from ..datasets.sampler import TrainingArrays
    from .policies import PolicySource

FIRST_ROBOT = "panda"
"""The arm of checkpoints that do not say theirs."""


def rooms_of(tasks: Iterable[str]) -> dict[str, str]:
    """Task -> room, of tasks, tasks in a setting (`open_drawer+stiff`) and `first`, the first room's. Unknown names are left out."""
    from ..envs.registry import all_tasks, members

    known = all_tasks()
    names = [n for t in tasks for n in members(t.split("+")[0])]
    return {n: known[n].room for n in dict.fromkeys(names) if n in known}


def check_asked(source: PolicySource, tasks: Iterable[str], robot: str = FIRST_ROBOT) -> None:
    """Says on standard error where `source` was not trained on what it is asked for.

    Raises HomebodyError where it cannot act at all: the robot's joints are not those that it knows.
    """
    from ..core.errors import unknown
    from ..core.robots import ROBOTS

    if robot not in ROBOTS:
        raise unknown("robot", robot, ROBOTS)
    if not source.fingerprint:
        return  # scripted: nothing was learned
    own = source.trained_on.robots if source.trained_on else (FIRST_ROBOT,)
    body = (ROBOTS[robot].proprio_dim, ROBOTS[robot].action_dim)
    if not any(r in ROBOTS and (ROBOTS[r].proprio_dim, ROBOTS[r].action_dim) == body for r in own):
        raise HomebodyError(
            f"policy {source.name!r} cannot act on robot {robot}, which has {ROBOTS[robot].dof} joints: expected {' or '.join(own)}"
        )
    if source.privileged and source.trained_on:  # the numbers of a state mean something else in another task
        new = [t for t in rooms_of(tasks) if t not in source.trained_on.tasks]
        if new or robot not in source.trained_on.robots:
            known = f"{', '.join(source.trained_on.tasks)} from state, with {', '.join(source.trained_on.robots)}"
            asked = f"task {new[0]}" if new else f"robot {robot}"
            raise HomebodyError(f"policy {source.name!r} learned {known}: expected that alone, not {asked}")
    say_if_new(f"policy {source.name!r}", source.trained_on, tasks, robot)


def say_if_new(who: str, trained_on: Experience | None, tasks: Iterable[str], robot: str = FIRST_ROBOT) -> None:
    """One line on standard error where a checkpoint is asked for what it never learned."""
    if trained_on and (note := trained_on.warning(who, robot=robot, tasks=rooms_of(tasks))):
        print(note, file=sys.stderr, flush=True)


def seen_in(arrays: TrainingArrays) -> Experience:
    """What the episodes of data sets show."""
    rooms = rooms_of(g.task for g in arrays.goals)
    return Experience.of(arrays.robots or (FIRST_ROBOT,), rooms.values(), rooms)


def with_earlier(now: Experience, *, start_from: Path | None, resumed: Path | None) -> Experience | None:
    """`now` and what the weights that the training begins with have seen; None where those do not say."""
    earlier = [read_experience(folder) for folder in (start_from, resumed) if folder is not None]
    return united(now, *earlier)
