"""Dividing episodes among workers so that the results do not show it: a queue of units, and the worker that is this process.

A unit of work is one episode, named by (group, index); a group is a task. Whoever runs it, beside whatever else, its
result is a function of that name alone, so a unit whose worker died is simply run again. Workers pull: each one asks for as
many indices as it has free slots, and one process, the driver, receives the results and commits them.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..core.errors import HomebodyError
from ..core.interrupts import deferred
from ..core.types import Episode, Policy
from .collect import Attempt, CollectConfig, Collector, Demonstrator

Key = tuple[str, int]
"""(group, index) of a unit."""
TRIES = 4
"""How often a unit may be running in a worker that dies. After the first time it runs alone, so the blame is its own."""


class Work(Protocol):
    """Runs episodes of one group at a time, several side by side."""

    def begin(self, group: str, slots: int) -> None:
        """Makes room for `slots` episodes of `group`."""
        ...

    def advance(self, indices: Sequence[int]) -> list[tuple[int, Any]]:
        """Starts `indices` in free slots, then steps until at least one episode ends; returns (index, result) of those that did."""
        ...

    def end(self) -> None:
        """Gives the room back."""
        ...


class Station:
    """A work and the group that it is set up for."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._setting: tuple[str, int] | None = None

    def advance(self, group: str, slots: int, indices: Sequence[int]) -> list[tuple[int, Any]]:
        if self._setting != (group, slots):
            self.end()
            self._work.begin(group, slots)
            self._setting = group, slots
        return self._work.advance(indices)

    def end(self) -> None:
        if self._setting is not None:
            self._setting = None
            self._work.end()


class Units:
    """What waits, what is done, and whose turn it is.

    keep(group, index, result) receives each unit once. With `ahead`, it receives them in the order of `groups`, whoever
    finishes first: a unit then starts only when it is fewer than `ahead` places after the first unfinished one, which bounds
    the finished results that wait for their turn.
    """

    def __init__(self, groups: Mapping[str, Sequence[int]], keep: Callable[[str, int, Any], None], *, ahead: int | None = None) -> None:
        self._keys = [(g, i) for g, indices in groups.items() for i in indices]
        self._place = {key: n for n, key in enumerate(self._keys)}
        self._sizes = {g: len(indices) for g, indices in groups.items()}
        self._keep, self._ahead = keep, ahead
        self._fresh, self._suspects = deque(self._keys), deque[Key]()
        self._deaths: Counter[Key] = Counter()
        self._done: set[Key] = set()
        self._held: dict[int, Any] = {}
        self._turn = 0

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def finished(self) -> bool:
        return len(self._done) == len(self._keys)

    def size(self, group: str) -> int:
        """How many units `group` has in all."""
        return self._sizes[group]

    def suspect(self, key: Key) -> bool:
        """Whether a worker has died while it ran this unit."""
        return self._deaths[key] > 0

    def _startable(self) -> bool:
        return bool(self._fresh) and (self._ahead is None or self._place[self._fresh[0]] < self._turn + self._ahead)

    def next_group(self) -> str | None:
        """The group that a worker with nothing to do should turn to; None where nothing may start now."""
        if self._startable():
            return self._fresh[0][0]
        return self._suspects[0][0] if self._suspects else None

    def take(self, group: str, count: int, *, alone: bool) -> list[int]:
        """Up to `count` indices of `group` to start now; where none is fresh and nothing runs beside it (`alone`), one suspect."""
        out: list[int] = []
        while len(out) < count and self._startable() and self._fresh[0][0] == group:
            out.append(self._fresh.popleft()[1])
        if not out and alone and self._suspects and self._suspects[0][0] == group:
            out.append(self._suspects.popleft()[1])
        return out

    def finish(self, key: Key, result: Any) -> None:
        """Hands the result on, or holds it until its turn. A unit that is done already is not done twice."""
        if key in self._done:
            return
        self._done.add(key)
        if self._ahead is None:
            self._keep(*key, result)
            return
        self._held[self._place[key]] = result
        while self._turn in self._held:
            result = self._held.pop(self._turn)
            self._turn += 1
            self._keep(*self._keys[self._turn - 1], result)

    def put_back(self, keys: Sequence[Key]) -> None:
        """The worker that ran `keys` died: they wait again. Raises HomebodyError for one that has killed its workers TRIES times."""
        for key in sorted(keys, key=self._place.__getitem__):
            self._deaths[key] += 1
            self._suspects.append(key)
            if self._deaths[key] >= TRIES:
                raise HomebodyError(
                    f"episode {key[1]} of {key[0]!r} has killed its worker {TRIES} times, the last {TRIES - 1} alone in it: "
                    "run it without --workers to see why; what else was finished is kept"
                )

    def flush(self) -> None:
        """Hands on what waits for a turn that will not come."""
        with deferred():
            while self._held:
                place = min(self._held)
                result = self._held.pop(place)
                self._keep(*self._keys[place], result)


@dataclass(kw_only=True)
class Seat:
    """What the driver knows of one worker."""

    slots: int
    """Most episodes that it runs side by side."""
    group: str = ""
    open: int = 0
    """Slots of the present group."""
    running: set[int] = field(default_factory=set)

    def fill(self, units: Units, crew: int) -> list[int]:
        """Takes what fits, as one of `crew` workers; another group only when nothing runs here, and beside a suspect nothing."""
        if any(units.suspect((self.group, i)) for i in self.running):
            return []
        if not self.running:
            group = units.next_group()
            if group is None:
                return []
            if group != self.group:
                self.group, self.open = group, min(self.slots, -(-units.size(group) // crew))
        new = units.take(self.group, self.open - len(self.running), alone=not self.running)
        self.running.update(new)
        return new

    def settle(self, units: Units, ended: Sequence[tuple[int, Any]]) -> None:
        """Hands finished episodes on."""
        with deferred():
            for index, result in ended:
                self.running.discard(index)
                units.finish((self.group, index), result)

    def vacate(self, units: Units) -> None:
        """The worker died: what ran there waits again."""
        lost, self.running = [(self.group, i) for i in self.running], set()
        units.put_back(lost)


class Crew(Protocol):
    """Whoever runs units: this process, or workers on a cluster."""

    def run(self, units: Units) -> None:
        """Runs until every unit is done."""
        ...

    @property
    def note(self) -> str:
        """What a progress bar should say about the workers; empty for this process."""
        ...


class Alone:
    """This process runs every unit, `slots` side by side."""

    note = ""

    def __init__(self, work: Work, slots: int) -> None:
        self._work, self._slots = work, slots

    def run(self, units: Units) -> None:
        seat, station = Seat(slots=self._slots), Station(self._work)
        try:
            while not units.finished:
                new = seat.fill(units, 1)
                seat.settle(units, station.advance(seat.group, seat.open, new))
        finally:
            station.end()


class CollectWork:
    """Collecting as a work: a group is a task."""

    def __init__(
        self, make_env: Callable[[str, int], Any], make_demonstrator: Callable[[Any], Demonstrator], config: CollectConfig, *,
        make_policy: Callable[[Any], Policy] | None = None, unrecorded: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """make_env(task, slots) builds the engine of one task; the others build who acts in it; `unrecorded` as `Collector` has it."""
        self._make_env, self._make_demonstrator, self._make_policy, self._config = make_env, make_demonstrator, make_policy, config
        self._unrecorded = unrecorded

    def begin(self, group: str, slots: int) -> None:
        self._env = self._make_env(group, slots)
        try:
            policy = self._make_policy(self._env) if self._make_policy else None
            self._collector = Collector(
                self._env, self._make_demonstrator(self._env), self._config, policy=policy, unrecorded=self._unrecorded
            )  # fmt: skip
        except BaseException:
            self._env.close()
            raise

    def advance(self, indices: Sequence[int]) -> list[tuple[int, Attempt]]:
        return self._collector.advance(indices)

    def end(self) -> None:
        self._env.close()


@dataclass(kw_only=True)
class CollectReport:
    """Keys of `collect`'s JSON."""

    episodes: int = 0
    kept: int = 0
    skipped: int = 0
    """Episodes that were there already."""
    frames: int = 0
    seconds: float = 0.0
    rejected: dict[str, int] = field(default_factory=dict)


def collect(
    crew: Crew, tasks: Sequence[str], config: CollectConfig, sink: Callable[[Episode], object], *, slots: int,
    skip: Callable[[str, int], bool] = lambda *_: False, on_episode: Callable[[CollectReport], None] = lambda _: None,
) -> tuple[CollectReport, bool]:  # fmt: skip
    """Collects `config.episodes` of each task; `sink` receives the kept ones in the order of task and index.

    Episodes for which `skip(task, index)` holds are there already and not run. `slots` is how many run side by side in all: no more than that wait for their turn. Returns the report, and whether
    Ctrl-C cut it short; what was finished until then is kept.
    """
    report, start, interrupted = CollectReport(), time.perf_counter(), False

    def keep(_: str, __: int, attempt: Attempt) -> None:
        if attempt.episode is not None:
            sink(attempt.episode)
            report.kept += 1
            report.frames += attempt.episode.length
        else:
            report.rejected[attempt.rejected] = report.rejected.get(attempt.rejected, 0) + 1
        report.episodes += 1
        report.seconds = time.perf_counter() - start
        on_episode(report)

    indices = range(config.first_index, config.first_index + config.episodes)
    wanted = {t: [i for i in indices if not skip(t, i)] for t in dict.fromkeys(tasks)}
    report.skipped = len(wanted) * len(indices) - sum(map(len, wanted.values()))
    units = Units(wanted, keep, ahead=2 * slots)
    try:
        if len(units):
            crew.run(units)
    except KeyboardInterrupt:
        interrupted = True
        units.flush()
    except HomebodyError:
        units.flush()
        raise
    return report, interrupted
