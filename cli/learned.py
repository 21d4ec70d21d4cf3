"""What a learned policy knows, held against what it is asked for before anything runs; and what a training makes it know."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import HomebodyError
from ..core.experience import Experience, read_experience, united
from ..core.robots import DEFAULT_ROBOT, ROBOTS, robot_named

if TYPE_CHECKING:
    from ..datasets.sampler import TrainingArrays
    from .policies import PolicySource


def rooms_of(tasks: Iterable[str]) -> dict[str, str]:
    """Task -> room, of tasks, tasks in a setting (`open_drawer+stiff`) and `first`, the first room's. Unknown names are left out."""
    from ..envs.registry import all_tasks, members

    known = all_tasks()
    names = [n for t in tasks for n in members(t.split("+")[0])]
    return {n: known[n].room for n in dict.fromkeys(names) if n in known}


def check_asked(source: PolicySource, tasks: Iterable[str], robot: str = DEFAULT_ROBOT) -> None:
    """Says on standard error where `source` was not trained on what it is asked for.

    Raises HomebodyError where it cannot act at all: the robot's joints are not those that it knows.
    """
    robot_named(robot)
    if not source.fingerprint:
        return  # scripted: nothing was learned
    check_body(f"policy {source.name!r}", source.trained_on, robot)
    if source.privileged and source.trained_on:  # the numbers of a state mean something else in another task
        new = [t for t in rooms_of(tasks) if t not in source.trained_on.tasks]
        if new or robot not in source.trained_on.robots:
            known = f"{', '.join(source.trained_on.tasks)} from state, with {', '.join(source.trained_on.robots)}"
            asked = f"task {new[0]}" if new else f"robot {robot}"
            raise HomebodyError(f"policy {source.name!r} learned {known}: expected that alone, not {asked}")
    say_if_new(f"policy {source.name!r}", source.trained_on, tasks, robot)


def check_body(who: str, trained_on: Experience | None, robot: str) -> None:
    """Raises HomebodyError where the weights of `who` know no arm with as many joints as `robot`."""
    known = trained_on.robots if trained_on else (DEFAULT_ROBOT,)
    asked = robot_named(robot)
    if not any(r in ROBOTS and (ROBOTS[r].proprio_dim, ROBOTS[r].action_dim) == (asked.proprio_dim, asked.action_dim) for r in known):
        raise HomebodyError(f"{who} cannot act on robot {robot}, which has {asked.dof} joints: expected {' or '.join(known)}")


def say_if_new(who: str, trained_on: Experience | None, tasks: Iterable[str], robot: str = DEFAULT_ROBOT) -> None:
    """One line on standard error where a checkpoint is asked for what it never learned."""
    if trained_on and (note := trained_on.warning(who, robot=robot, tasks=rooms_of(tasks))):
        print(note, file=sys.stderr, flush=True)


def seen_in(arrays: TrainingArrays) -> Experience:
    """What the episodes of data sets show."""
    rooms = rooms_of(g.task for g in arrays.goals)
    return Experience.of(arrays.robots or (DEFAULT_ROBOT,), rooms.values(), rooms)


def with_earlier(now: Experience, *, start_from: Path | None, resumed: Path | None) -> Experience | None:
    """`now` and what the weights that the training begins with have seen; None where those do not say."""
    earlier = [read_experience(folder) for folder in (start_from, resumed) if folder is not None]
    return united(now, *earlier)
