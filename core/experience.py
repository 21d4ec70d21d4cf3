"""What a policy was trained on: robots, rooms and tasks, as a checkpoint's config.json says under `trained_on`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import HomebodyError
from .files import CONFIG_FILE

KEY = "trained_on"


@dataclass(frozen=True, kw_only=True)
class Experience:
    """Names, each sorted: what the weights have seen."""

    robots: tuple[str, ...]
    rooms: tuple[str, ...]
    tasks: tuple[str, ...]

    @staticmethod
    def of(robots: Iterable[str], rooms: Iterable[str], tasks: Iterable[str]) -> Experience:
        return Experience(robots=tuple(sorted(set(robots))), rooms=tuple(sorted(set(rooms))), tasks=tuple(sorted(set(tasks))))

    def to_json(self) -> dict[str, list[str]]:
        return {k: list(v) for k, v in asdict(self).items()}

    def warning(self, who: str, *, robot: str, tasks: Mapping[str, str]) -> str:
        """One line where `who` (as in `policy 'homebody'`) is asked for what it never learned, else empty. `tasks`: name -> room."""
        new = [f"robot {robot}"] if robot not in self.robots else []
        strange = [t for t, room in tasks.items() if t not in self.tasks or room not in self.rooms]
        new += [", ".join(strange[:4]) + (f" and {len(strange) - 4} more tasks" if len(strange) > 4 else "")] if strange else []
        if not new:
            return ""
        known = ", ".join(self.tasks[:8]) + (f" and {len(self.tasks) - 8} more" if len(self.tasks) > 8 else "")
        where = f"in room {', '.join(self.rooms)} on {', '.join(self.robots)}"
        return f"note: {who} was not trained on {' or '.join(new)} (it knows {known} {where}): expect it to fail"


def united(*parts: Experience | None) -> Experience | None:
    """What weights have seen that went through all `parts`; None where one of them is unknown."""
    known = [p for p in parts if p is not None]
    if not parts or len(known) < len(parts):
        return None
    names = {key: [n for p in known for n in getattr(p, key)] for key in ("robots", "rooms", "tasks")}
    return Experience.of(**names)


def from_config(config: Mapping[str, Any], path: Path) -> Experience | None:
    """The experience in a checkpoint's config; None where an older one says nothing. Raises HomebodyError for a damaged one."""
    said = config.get(KEY)
    if said is None:
        return None
    keys = ("robots", "rooms", "tasks")
    fits = isinstance(said, dict) and set(said) == set(keys)
    if not fits or not all(isinstance(said[k], list) and all(isinstance(n, str) for n in said[k]) for k in keys):
        raise HomebodyError(f"damaged {path}: {KEY} is {str(said)[:80]}; expected lists of names under robots, rooms and tasks")
    return Experience.of(**{k: said[k] for k in keys})


def read_experience(folder: Path) -> Experience | None:
    """Of a checkpoint folder; None where it says nothing readable: loading explains."""
    path = folder / CONFIG_FILE
    try:
        config = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return from_config(config, path) if isinstance(config, dict) else None
