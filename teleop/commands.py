"""What the page may ask for: each message is checked here, so that nothing behind it has to doubt a value."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.errors import HomebodyError, unknown

MAX_BYTES = 4096
"""Longest message."""
MAX_TEXT = 200
"""Longest instruction [characters]."""
Vector = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Move:
    """Drive the tool; all zero: a control was let go. See ToolDrive.step for the axes."""

    linear: Vector = (0.0, 0.0, 0.0)
    angular: Vector = (0.0, 0.0, 0.0)
    slow: bool = False

    @property
    def still(self) -> bool:
        return not any((*self.linear, *self.angular))


@dataclass(frozen=True, kw_only=True)
class Grip:
    """Open or close the gripper."""

    open: bool


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """Set what the attempt is about; with `run` the policy acts on it at once."""

    text: str
    run: bool


@dataclass(frozen=True, kw_only=True)
class Resume:
    """Hand the robot (back) to the policy."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Take the robot from the policy without moving it."""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """The operator is away: the page lost its focus or its connection."""

    reason: str = "the page is not in front"


@dataclass(frozen=True, kw_only=True)
class Keep:
    """Commit the attempt, go to the next start."""


@dataclass(frozen=True, kw_only=True)
class Redo:
    """Throw the attempt away, same start again."""


@dataclass(frozen=True, kw_only=True)
class Discard:
    """Throw the attempt away, go to the next start."""


@dataclass(frozen=True, kw_only=True)
class Ack:
    """The page has shown frame `number`."""

    number: int


Command = Move | Grip | Prompt | Resume | Stop | Hold | Keep | Redo | Discard | Ack
PLAIN: Mapping[str, Callable[[], Command]] = {
    "resume": Resume, "stop": Stop, "hold": Hold, "keep": Keep, "redo": Redo, "discard": Discard,
}  # fmt: skip
KINDS = ("move", "grip", "prompt", "ack", *PLAIN)


def _vector(message: Mapping[str, Any], name: str) -> Vector:
    value = message.get(name, [0, 0, 0])
    numbers = isinstance(value, list) and len(value) == 3 and all(type(v) in (int, float) and math.isfinite(v) for v in value)
    if not numbers:
        raise HomebodyError(f"{name} is {str(value)[:40]!r}: expected three numbers between -1 and 1")
    x, y, z = (min(max(float(v), -1.0), 1.0) for v in value)
    return (x, y, z)


def _typed(message: Mapping[str, Any], name: str, kind: type) -> Any:
    value = message.get(name)
    if type(value) is not kind:
        raise HomebodyError(f"{name} is {str(value)[:40]!r}: expected {kind.__name__}")
    return value


def parse_command(raw: str | bytes) -> Command:
    """The command in a message of the page. Raises HomebodyError for anything else."""
    if len(raw) > MAX_BYTES:
        raise HomebodyError(f"message of {len(raw)} bytes: expected {MAX_BYTES} at most")
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise HomebodyError("message is no JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise HomebodyError("message is no object with a type")
    kind = message["type"]
    if kind == "move":
        return Move(linear=_vector(message, "linear"), angular=_vector(message, "angular"), slow=message.get("slow") is True)
    if kind == "grip":
        return Grip(open=_typed(message, "open", bool))
    if kind == "prompt":
        text = " ".join(_typed(message, "text", str).split())
        if len(text) > MAX_TEXT:
            raise HomebodyError(f"instruction of {len(text)} characters: expected {MAX_TEXT} at most")
        return Prompt(text=text, run=message.get("run") is True)
    if kind == "ack":
        return Ack(number=_typed(message, "number", int))
    if kind in PLAIN:
        return PLAIN[kind]()
    raise unknown("command", kind[:40], KINDS)
