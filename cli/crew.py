"""A crew of Ray workers for units of work that any of them can do again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..datasets.workers import Seat, Station, Units, Work
from .cluster import ClusterConfig, Hosts, cluster, value


@dataclass(kw_only=True)
class _Member:
    """One worker of a crew."""

    seat: Seat
    actor: Any
    built: bool = False
    busy: bool = True


class RayCrew:
    """Implements datasets.workers.Crew. A worker that dies costs what it was running: that waits again, and a new one starts."""

    def __init__(self, config: ClusterConfig, make: Callable[[], Work], *, slots: int) -> None:
        """`make`, which travels to the workers, builds a work there; each runs up to `slots` episodes side by side."""
        self._config, self._make, self._slots = config, make, slots
        self._members: list[_Member] = []
        self.restarts = 0

    @property
    def note(self) -> str:
        ready, wanted = sum(m.built for m in self._members), len(self._members)
        workers = f"{wanted} worker{'s' * (wanted != 1)}" if ready == wanted else f"{ready} of {wanted} workers"
        return f"{workers}, {self.restarts} restarted" if self.restarts else workers

    def run(self, units: Units) -> None:
        """Starts the workers, runs until every unit is done, and ends them."""
        with cluster(self._config) as ray:
            hosts, calls = Hosts(ray), dict[Any, _Member]()
            make = Seated(self._make)
            try:
                for _ in range(min(self._config.workers, len(units))):
                    actor, call = hosts.start(make)
                    self._members.append(_Member(seat=Seat(slots=self._slots), actor=actor))
                    calls[call] = self._members[-1]
                while not units.finished:
                    for member in self._members:
                        self._feed(member, units, calls)
                    for call in ray.wait(list(calls), timeout=1.0)[0]:
                        self._receive(ray, call, calls.pop(call), units, hosts)
                    for member in self._members:
                        if member.actor is None:
                            member.actor, call = hosts.start(make)
                            member.busy, calls[call] = True, member
            finally:
                for member in self._members:
                    if member.actor is not None:
                        hosts.stop(member.actor)
                self._members = []

    def _feed(self, member: _Member, units: Units, calls: dict[Any, _Member]) -> None:
        if member.busy:
            return
        seat = member.seat
        new = seat.fill(units, len(self._members))
        if seat.running:
            member.busy, calls[member.actor.call.remote("advance", (seat.group, seat.open, new))] = True, member

    def _receive(self, ray: Any, call: Any, member: _Member, units: Units, hosts: Hosts) -> None:
        try:
            answer = ray.get(call)
        except hosts.deaths as error:
            hosts.stop(member.actor)
            member.actor, self.restarts = None, self.restarts + 1
            if member.built:
                member.built = False
                member.seat.vacate(units)
            else:
                hosts.failed(error)
            return
        member.busy = False
        if member.built:
            member.seat.settle(units, value(answer))
        else:
            hosts.started(answer)
            member.built = True


class Seated:
    """Builds a work in a Station, over there."""

    def __init__(self, make: Callable[[], Work]) -> None:
        self._make = make

    def __call__(self) -> Station:
        return Station(self._make())
