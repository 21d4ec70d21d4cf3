"""Arms of a sweep: the same episodes with one axis set to each of its levels, all paired with the nominal arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import HomebodyError, unknown
from ..envs.axes import AXES, check_axes

LEVELS = 5
"""Graded levels of an axis, 0 (nominal) to 4."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One setting of one axis; the nominal arm has none."""

    axis: str = ""
    level: int = 0
    """Place of the value on the axis's scale; 0 is nominal."""
    value: float = 0.0
    """In the axis's unit."""

    @property
    def name(self) -> str:
        """Names the arm in one results folder; empty for the nominal one."""
        return f"{self.axis}={self.value:.6g}" if self.axis else ""

    @property
    def axes(self) -> dict[str, float]:
        return {self.axis: self.value} if self.axis else {}

    def to_json(self) -> dict[str, Any]:
        return {"axis": self.axis, "level": self.level, "value": self.value}


NOMINAL = Arm()


@dataclass(frozen=True, kw_only=True)
class AxesPlan:
    """What `--axes` asks for."""

    fixed: Mapping[str, float] = field(default_factory=dict)
    """Holds in every episode of every arm."""
    arms: tuple[Arm, ...] = ()
    """Perturbed arms; the nominal one, which they are paired with, goes without saying."""


def _axis_names(name: str) -> list[str]:
    """The axes that `name` means: one, a family, or `all`."""
    if name in AXES:
        return [name]
    mine = [a.name for a in AXES.values() if name in (a.family, "all")]
    if not mine:
        raise unknown("axis", name, sorted({*AXES, *(a.family for a in AXES.values()), "all"}))
    return mine


def _levels(name: str, text: str) -> range:
    """`0..4` -> the levels 1 to 4: level 0 is the nominal arm."""
    low, _, high = text.partition("..")
    if not (low.isdigit() and high.isdigit() and int(low) <= int(high) < LEVELS):
        raise HomebodyError(f"axis setting {name}={text}: expected graded levels, as in {name}=0..{LEVELS - 1} (0 is nominal)")
    return range(max(1, int(low)), int(high) + 1)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise HomebodyError(
            f"axis setting {name}={text}: expected NAME=NUMBER, a list NAME=NUMBER,NUMBER, or graded levels NAME=0..{LEVELS - 1}"
        ) from None


def _split(text: str) -> dict[str, list[str]]:
    """`a=1,b=2,3` -> {a: [1], b: [2, 3]}: what has no name belongs to the one before."""
    out: dict[str, list[str]] = {}
    last = ""
    for part in (p.strip() for p in text.split(",") if p.strip()):
        name, equals, value = (s.strip() for s in part.partition("="))
        if not equals:
            if not last:
                raise HomebodyError(f"axis setting {part!r}: expected NAME=NUMBER, as in drawer_friction=6")
            out[last].append(name)
            continue
        if name in out:
            raise HomebodyError(f"axis {name} is set twice: expected a list, as in {name}={out[name][0]},{value}")
        last, out[name] = name, [value]
    return out


def _sweep(name: str, values: Sequence[str]) -> list[Arm]:
    """The perturbed arms of one axis."""
    axis = AXES[name]
    if len(values) == 1:
        scale = axis.levels()
        arms = [Arm(axis=name, level=k, value=float(scale[k])) for k in _levels(name, values[0]) if scale[k] != axis.nominal]
    else:
        numbers = list(dict.fromkeys(_number(name, v) for v in values))
        arms = [Arm(axis=name, level=k, value=v) for k, v in enumerate((v for v in numbers if v != axis.nominal), 1)]
    for arm in arms:
        check_axes(arm.axes)
    return arms


def plan_axes(text: str) -> AxesPlan:
    """Reads `--axes`: `hinge_friction=0.9` sets an axis in every episode; `hinge_friction=0..4` sweeps graded levels and
    `hinge_friction=0.3,0.9` values, beside the nominal arm. A name may be a family or `all`.

    Raises HomebodyError for unknown axes and bad values.
    """
    fixed: dict[str, float] = {}
    arms: dict[str, Arm] = {}
    for name, values in _split(text).items():
        for axis in _axis_names(name):
            if len(values) == 1 and ".." not in values[0]:
                fixed[axis] = _number(axis, values[0])
            else:
                arms |= {arm.name: arm for arm in _sweep(axis, values)}
    both = sorted({a.axis for a in arms.values()} & set(fixed))
    if both:
        raise HomebodyError(f"axis {both[0]} is set in every episode and swept: expected one of the two")
    return AxesPlan(fixed=check_axes(fixed), arms=tuple(arms.values()))
