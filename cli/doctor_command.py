"""`homebody doctor`: checks this machine."""

from __future__ import annotations

from .doctor import examine
from .outputs import JsonPath


def doctor(*, json_path: JsonPath = None) -> int:
    """Checks this machine. Exit code 1 when something that Homebody needs is missing.

    Args:
        json_path: Write `checks: [{name, ok, detail, remedy}]` there too.
    """
    return examine(json_path)


COMMANDS = {"doctor": doctor}
