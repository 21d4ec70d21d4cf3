"""What the package needs to run and what its extras bring, read from its own metadata: nothing is listed twice.

Only the standard library is imported here: `homebody doctor` must be able to say what is missing, whatever is.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from dataclasses import dataclass
from importlib import metadata

from ..core.errors import HomebodyError

PACKAGE = "homebody"
BUILDING = ("dev",)
"""Extras for working on the package itself: no command needs them."""
IMPORTED_AS = {"cv2": "opencv-python-headless", "opengl": "pyopengl"}
"""Modules whose distribution has another name."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One line of a package's metadata."""

    name: str
    """Of the distribution, normalised."""
    extras: tuple[str, ...]
    """Extras of that distribution which are asked for."""
    versions: str
    """For example `<3,>=2.0`; empty for any."""
    extra: str
    """The extra of ours that asks for it; empty where it is always needed."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a requirement is not met."""

    name: str
    reason: str
    """`missing`, `its files are gone: cv2`, `2.5 is not <2`."""

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


def normalised(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_requirement(line: str) -> Requirement:
    """`mujoco[sysid]<4.1,>=4.0; extra == "calibrate"` as its parts."""
    wanted, _, marker = line.partition(";")
    found = re.match(r"\s*([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?\s*\(?([^)]*)\)?\s*$", wanted)
    if found is None:
        raise HomebodyError(f"a requirement of {PACKAGE} cannot be read: {line!r}")
    extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker)
    return Requirement(
        name=normalised(found[1]), extras=tuple(e.strip() for e in (found[2] or "").split(",") if e.strip()),
        versions=found[3].strip(), extra=extra[1] if extra else "",
    )  # fmt: skip


@functools.cache
def requirements(package: str = PACKAGE) -> tuple[Requirement, ...]:
    """Everything that an installed package's metadata asks for. Raises HomebodyError where it has none."""
    try:
        lines = metadata.requires(package) or []
    except metadata.PackageNotFoundError:
        raise HomebodyError(f"the package {package} is not installed: run `make install`, or `pip install -e .` in its folder") from None
    return tuple(parse_requirement(line) for line in lines)


def extras() -> tuple[str, ...]:
    """The extras that commands may need."""
    return tuple(sorted({r.extra for r in requirements()} - {"", *BUILDING}))


def _version_fault(name: str, version: str, wanted: str) -> str:
    if not wanted:
        return ""
    try:
        specifiers = importlib.import_module("packaging.specifiers")
    except ImportError:
        return ""  # packaging is itself a requirement: its absence is a fault of its own
    return "" if specifiers.SpecifierSet(wanted).contains(version, prereleases=True) else f"{version} is not {wanted}"


def _modules(distribution: metadata.Distribution) -> list[str]:
    """The modules at the top of a distribution, by its list of files."""
    tops = {f.parts[0] for f in distribution.files or () if f.suffix in (".py", ".so") and not f.parts[0].endswith((".dist-info", ".libs"))}
    return sorted({t.split(".")[0] for t in tops if t != ".." and "__" not in t and t.split(".")[0].isidentifier()})


def _fault(requirement: Requirement) -> str:
    """Why a requirement is not met; empty where it is."""
    try:
        distribution = metadata.distribution(requirement.name)
    except metadata.PackageNotFoundError:
        return "missing"
    gone = [m for m in _modules(distribution) if importlib.util.find_spec(m) is None]
    if gone:
        return f"its files are gone: {', '.join(gone)}"
    return _version_fault(requirement.name, distribution.version, requirement.versions)


def faults(extra: str = "") -> list[Fault]:
    """The requirements of an extra (the run-time ones by default) that this environment does not meet."""
    return _faults(PACKAGE, extra)


def _faults(package: str, extra: str) -> list[Fault]:
    out: list[Fault] = []
    for r in (r for r in requirements(package) if r.extra == extra):
        reason = _fault(r)
        if reason:
            out.append(Fault(name=r.name, reason=reason))
        else:  # `mujoco[sysid]` asks for what mujoco lists under sysid
            out += [f for e in r.extras for f in _faults(r.name, e)]
    return out


def require_extra(extra: str, what: str) -> None:
    """Raises HomebodyError with the remedy where `what` needs an extra that is not installed whole."""
    if extra not in extras():
        raise HomebodyError(f"unknown extra {extra!r}: expected one of {', '.join(extras())}")
    if found := faults(extra):
        raise HomebodyError(f"{what} needs {', '.join(map(str, found))}: pip install 'homebody[{extra}]'")


def missing_module(name: str) -> str:
    """What to do about a module that is not there."""
    top = normalised(name.split(".")[0])
    top = IMPORTED_AS.get(top, top)
    for r in requirements():
        if r.name == top and r.extra not in BUILDING:
            remedy = f"pip install 'homebody[{r.extra}]'" if r.extra else "`make install` brings it"
            return f"{name} is not installed: {remedy}, then see `homebody doctor`"
    gone = ", ".join(str(f) for f in faults())
    return (
        f"the module {name} is not installed"
        + (f"; of what Homebody needs, here are not: {gone}" if gone else "")
        + ": see `homebody doctor`"
    )
