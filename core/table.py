"""A registry: names and what they stand for, in one visible place that a user's own package may add to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeVar, cast

from .errors import HomebodyError, shown, unknown

Value = TypeVar("Value")


class Cached(Protocol):
    """What `functools.cache` and `functools.lru_cache` make of a function."""

    def cache_clear(self) -> None: ...


CachedT = TypeVar("CachedT", bound=Cached)


class Table(Mapping[str, Value]):
    """A mapping in the order of registration. A second thing of one name is refused; an unknown name gets suggestions.

    What is computed once from a table says so, `@table.derived` above `@functools.cache`, and is computed again when the table
    changes.
    """

    def __init__(self, kind: str, entries: Mapping[str, Value] | Iterable[tuple[str, Value]] = ()) -> None:
        """kind: what an entry is, in words for errors, e.g. `task`; entries: a mapping, or pairs, of which no two may share a name."""
        self.kind = kind
        self._entries: dict[str, Value] = {}
        self._derived: list[Cached] = []
        pairs = entries.items() if isinstance(entries, Mapping) else entries
        for name, value in cast("Iterable[tuple[str, Value]]", pairs):
            self.add(name, value)

    def check_new(self, name: str) -> None:
        """Raises HomebodyError where `name` is taken, or no name."""
        if not name or name != name.strip():
            raise HomebodyError(f"the name of a {self.kind} is {name!r}: expected letters without spaces around them")
        if name in self._entries:
            several = f"{self.kind[:-1]}ies" if self.kind.endswith("y") else f"{self.kind}s"
            raise HomebodyError(f"two {several} are called {shown(repr(name))}: expected another name for the second")

    def add(self, name: str, value: Value) -> None:
        """Registers `value`. Raises HomebodyError where the name is taken."""
        self.check_new(name)
        self._entries[name] = value
        self._changed()

    def remove(self, name: str) -> None:
        """Takes an entry out again, as a test does with what it has registered. Raises HomebodyError for an unknown name."""
        self.find(name)
        del self._entries[name]
        self._changed()

    def _changed(self) -> None:
        for cached in self._derived:
            cached.cache_clear()

    def find(self, name: str) -> Value:
        """What `name` stands for. Raises HomebodyError with the nearest names where it stands for nothing."""
        if name not in self._entries:
            raise unknown(self.kind, name, self._entries)
        return self._entries[name]

    def derived(self, function: CachedT) -> CachedT:
        """Decorates a cached function that reads this table: its cache is emptied whenever the table changes."""
        self._derived.append(function)
        return function

    def __getitem__(self, name: str) -> Value:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
