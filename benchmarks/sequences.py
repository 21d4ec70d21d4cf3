"""Sentences that ask for two things, one after the other in one world: rooms, tasks and the words between them drawn evenly, by a seed."""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core.errors import HomebodyError
from ..core.instructions import phrasings
from ..core.phrasebook import BOOK
from ..core.robots import DEFAULT_ROBOT
from ..core.types import Goal
from ..envs.house import SCENES, TASKS
from ..envs.stages import find_stage
from ..envs.tasks.setup import NoRoom

SPLIT = "heldout"
ROOMS = ("first", "kitchen", "bathroom", "care")
"""Where sequences play if nothing else is said."""
RETURNS = 5
"""One sequence in so many takes back what it has just done: open the fridge, then close it."""
LOOKED_AT = 3
"""Initial states of each of two tasks in which both are looked for before another second task is."""
LAST_INDEX = 1 << 31
SHARED = frozenset(["bin", "basket", "person", "worktop"])
"""What two things may be brought to, one after the other."""
USES = {"hand_over": ("hand",), "take_from_hand": ("hand",)}
"""What a task needs to itself beside what its predicates name: a person's hand holds one thing."""
LINKS = (
    "{a} and then {b}", "{a}, then {b}", "{a} and {b}", "{a}, and after that {b}", "{a}, {b}", "{a}. after that, {b}", "{a} then {b}",
    "{a}, and when you have finished, {b}", "{a}. next, {b}",
)  # fmt: skip
"""What people put between two orders, `a` the one to be done first."""
ORDER_LINKS = ("before you {b}, {a}", "{a} before you {b}", "{b}, but first {a}", "first {a}, then {b}")
"""Links into which only orders in plain words fit: `open the fridge`, not `can you open the fridge`."""


@dataclass(frozen=True, kw_only=True)
class TwoThings:
    """One sentence, and the world that it is said in."""

    room: str
    text: str
    goals: tuple[Goal, Goal]
    """In the order in which they have to be done."""
    task: str
    index: int
    """The world is the initial state `index` of `task` in the held-out split."""
    returns: bool = False
    """Whether the second takes back the first."""


@dataclass(kw_only=True)
class _Looks:
    """Initial states that were looked at, each once."""

    robot: str
    index: int
    seen: dict[tuple[str, int], tuple[frozenset[Goal], frozenset[Goal]]] = field(default_factory=dict)

    def at(self, task: str, ahead: int) -> tuple[frozenset[Goal], frozenset[Goal]]:
        """What state `index` + `ahead` of a task allows, and what it has the things for; nothing where the house has no room for it."""
        if (task, ahead) not in self.seen:
            stage = find_stage(task, self.robot)
            try:
                start = stage.start(task, SPLIT, self.index + ahead, {})
                self.seen[task, ahead] = frozenset(start.valid), frozenset(stage.usable(start))
            except NoRoom:
                self.seen[task, ahead] = frozenset(), frozenset()
        return self.seen[task, ahead]


def tasks_at_home(room: str, robot: str = DEFAULT_ROBOT) -> tuple[str, ...]:
    """The tasks of a room that are for a robot."""
    return tuple(n for n, t in TASKS.items() if t.room == room and robot in t.robots)


def all_rooms() -> tuple[str, ...]:
    """Every room of the house, the first room first."""
    return tuple(dict.fromkeys(s.room for s in SCENES.values()))


def draw(
    number: int, *, seed: int, tasks: Collection[str], rooms: Sequence[str] = ROOMS, robot: str = DEFAULT_ROBOT
) -> TwoThings:  # fmt: skip
    """Sequence `number` of a seed, a function of the arguments alone; rooms take turns, and so do the tasks of each.

    tasks: those that may be asked for. Raises HomebodyError where no two of them make sense one after the other in the room.
    """
    room, turn = rooms[number % len(rooms)], number // len(rooms)
    known = [t for t in tasks_at_home(room, robot) if t in tasks]
    rng = _rng(seed, room, "sequence", turn)
    looks = _Looks(robot=robot, index=int(rng.integers(LAST_INDEX)))
    returned, found = turn % RETURNS == RETURNS - 1, None
    if returned:
        firsts = _in_turn([t for t in known if TASKS[t].reverse in tasks], seed, room, "return", turn // RETURNS)
        found = next(_taken_back(firsts, looks, rng), None)
    if found is None:
        returned, other = False, turn - turn // RETURNS
        firsts = _in_turn([t for t in known if not all(map(holds, TASKS[t].goals))], seed, room, "first", other)
        seconds = _in_turn(known, seed, room, "second", other)
        found = next((f for t in firsts if (f := _after(t, seconds, tasks, looks, rng))), None)
    if found is None:
        raise HomebodyError(f"no two of {len(known)} known tasks make sense one after the other in room {room!r}: expected another room")
    goals, task, index = found
    link = _in_turn([*LINKS, *ORDER_LINKS], seed, room, "link", turn)[0]
    return TwoThings(room=room, text=said(goals, link, rng), goals=goals, task=task, index=index, returns=returned)


Found = tuple[tuple[Goal, Goal], str, int]
"""Two goals, and the task and the index of a state that has room for both."""


def _rng(seed: int, room: str, part: str, n: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, zlib.crc32(f"{room} {part}".encode()), n])))


def _in_turn(names: Sequence[str], seed: int, room: str, part: str, turn: int) -> list[str]:
    """All names, the one whose turn it is in front: each has one in as many turns as there are names, in another order every time."""
    if not names:
        return []
    cycle, place = divmod(turn, len(names))
    order = [names[int(i)] for i in _rng(seed, room, part, cycle).permutation(len(names))]
    return order[place:] + order[:place]


def _taken_back(firsts: Sequence[str], looks: _Looks, rng: np.random.Generator) -> Iterator[Found]:
    """Goals and the one that takes each back, in states of their own."""
    for task in firsts:
        back = TASKS[task].reverse
        for ahead in range(LOOKED_AT):
            valid, usable = looks.at(task, ahead)
            pairs = [(a, Goal(task=back, target=a.target, receptacle=a.receptacle)) for a in TASKS[task].goals if a in valid]
            if fits := [(a, b) for a, b in pairs if b in usable]:
                yield fits[int(rng.integers(len(fits)))], task, looks.index + ahead


def _after(first: str, seconds: Sequence[str], tasks: Collection[str], looks: _Looks, rng: np.random.Generator) -> Found | None:
    """A goal of `first`, one of the earliest of `seconds` that goes with it, and a state that allows both; where no task at home does, one of
    `tasks` that is at home elsewhere."""
    for second in seconds:
        pairs = [(a, b) for a in TASKS[first].goals for b in TASKS[second].goals if go_together(a, b)]
        for ahead in range(LOOKED_AT if pairs else 0):
            for task in (first, second):
                valid, _ = looks.at(task, ahead)
                if fits := [p for p in pairs if valid.issuperset(p)]:
                    return fits[int(rng.integers(len(fits)))], task, looks.index + ahead
    for ahead in range(LOOKED_AT):
        valid, _ = looks.at(first, ahead)
        elsewhere = [b for t in TASKS if t in tasks and t not in seconds for b in TASKS[t].goals if b in valid]
        if fits := [(a, b) for a in TASKS[first].goals if a in valid for b in elsewhere if go_together(a, b)]:
            return fits[int(rng.integers(len(fits)))], first, looks.index + ahead
    return None


def go_together(first: Goal, second: Goal) -> bool:
    """Whether the second can be asked for after the first wherever a state allows both.

    Neither needs what the other moves or opens. The robot has one hand: with a thing in it nothing else can be done, and to take a thing and bring
    it somewhere is one thing to ask for.
    """
    return not holds(first) and not _touched(first) & _touched(second)


def holds(goal: Goal) -> bool:
    """Whether the goal is met with a thing in the hand."""
    return any(p.startswith("grasped(") for p in TASKS[goal.task].predicates(goal))


def _touched(goal: Goal) -> frozenset[str]:
    """What a goal is about, by its target and the names in its predicates."""
    named = [n for p in TASKS[goal.task].predicates(goal) if not p.startswith("gentle") for n in re.findall(r"\w+", p.partition("(")[2])]
    return frozenset([goal.target, *named, *USES.get(goal.task, ())]) - SHARED


def said(goals: tuple[Goal, Goal], link: str, rng: np.random.Generator) -> str:
    """The sentence for two goals, each in some words of the phrasebook, training or held out."""
    plain = link in ORDER_LINKS
    a, b = (options[int(rng.integers(len(options)))] for options in (_words(g, plain) for g in goals))
    return link.format(a=a, b=b)


def _words(goal: Goal, plain: bool) -> list[str]:
    """Every way to ask for a goal; `plain`: those that begin with what is to be done."""
    every = [p for split in ("train", "heldout") for p in phrasings(goal, split)]
    return [p for p in every if p.split()[0] in _verbs()] if plain else every


@BOOK.derived
@functools.cache
def _verbs() -> frozenset[str]:
    """The words that the phrasebook's first sentences begin with."""
    return frozenset(phrasings(g)[0].split()[0] for phrases in BOOK.values() for g in phrases.goals)
