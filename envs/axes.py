"""Axes along which an episode's house, senses and arm may differ from the nominal ones; each has a unit and ranges.

A setting is a mapping {axis: value}; axes that it leaves out are nominal. Randomisation draws every axis, from a stream
that depends on (task, split, episode index) alone. Training ranges follow what was published for sim-to-real transfer
(MuJoCo Playground's randomisers, robosuite's DomainRandomizationWrapper); held-out ranges go further on the same scale.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..core.errors import HomebodyError, unknown

RANDOMIZE = ("train", "heldout")


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One axis. `x` as unit means a factor on the nominal value; magnitudes get a direction from the episode's stream."""

    name: str
    family: str
    """`physical`, `visual` or `sensing`."""
    unit: str
    nominal: float
    train: tuple[float, float]
    """Range to train on."""
    heldout: tuple[float, float]
    """Wider range, never trained on as a whole."""
    log: bool = False
    """Whether draws are uniform in the logarithm."""
    help: str

    def levels(self) -> tuple[float, ...]:
        """Five graded values from nominal to the hard end of the held-out range."""
        lo, hi = self.heldout
        if not self.log:
            return tuple(float(v) for v in np.linspace(self.nominal, hi, 5))
        end = hi if hi / self.nominal >= self.nominal / lo else lo
        return tuple(float(v) for v in np.geomspace(self.nominal, end, 5))

    def draw(self, rng: np.random.Generator, which: str) -> float:
        """A value from the `train` or `heldout` range."""
        lo, hi = self.train if which == "train" else self.heldout
        return float(np.exp(rng.uniform(np.log(lo), np.log(hi)))) if self.log else float(rng.uniform(lo, hi))

    @property
    def bounds(self) -> tuple[float, float]:
        """What a setting may be: the held-out range, nominal included."""
        return min(self.heldout[0], self.nominal), max(self.heldout[1], self.nominal)


def _factor(name: str, family: str, train: tuple[float, float], heldout: tuple[float, float], text: str) -> Axis:
    return Axis(name=name, family=family, unit="x", nominal=1.0, train=train, heldout=heldout, log=True, help=text)


def _amount(name: str, family: str, unit: str, train: float, heldout: float, text: str) -> Axis:
    return Axis(name=name, family=family, unit=unit, nominal=0.0, train=(0.0, train), heldout=(0.0, heldout), help=text)


AXES: dict[str, Axis] = {
    axis.name: axis
    for axis in (
        _factor("object_mass", "physical", (0.6, 1.8), (0.4, 3.0), "mass and inertia of every loose object"),
        _factor("surface_friction", "physical", (0.7, 1.2), (0.5, 1.4), "sliding friction of every surface"),
        Axis(name="drawer_friction", family="physical", unit="N", nominal=1.5, train=(0.5, 6.0), heldout=(0.3, 14.0), log=True,
             help="dry friction of the drawers' runners"),
        Axis(name="hinge_friction", family="physical", unit="N m", nominal=0.15, train=(0.05, 0.6), heldout=(0.03, 1.5), log=True,
             help="dry friction of the microwave door's hinge"),
        _factor("fixture_damping", "physical", (0.5, 3.0), (0.3, 8.0), "viscous damping of drawers and doors"),
        _factor("fixture_mass", "physical", (0.7, 1.6), (0.5, 3.0), "mass and inertia of drawers and doors"),
        _factor("arm_gain", "physical", (0.85, 1.15), (0.6, 1.4), "stiffness and damping gains of the arm's position servos"),
        _factor("arm_friction", "physical", (0.5, 4.0), (0.3, 15.0), "dry friction of the arm's joints"),
        _amount("action_delay", "sensing", "ms", 25.0, 60.0, "time from a command to the servos"),
        _amount("encoder_delay", "sensing", "ms", 25.0, 60.0, "age of the joint positions and velocities that the policy sees"),
        _factor("taxel_gain", "sensing", (0.7, 1.4), (0.4, 2.5), "gain of the taxels"),
        _amount("camera_shift", "visual", "m", 0.02, 0.05, "how far each camera has moved, in a random direction"),
        _amount("camera_tilt", "visual", "deg", 2.0, 6.0, "how far each camera has turned, about a random axis"),
        _factor("camera_zoom", "visual", (0.97, 1.03), (0.92, 1.08), "field of view of the cameras"),
        _amount("light_direction", "visual", "deg", 25.0, 50.0, "how far each light has turned, about a random axis"),
        _factor("light_strength", "visual", (0.7, 1.25), (0.45, 1.5), "brightness of all light"),
        _amount("light_tint", "visual", "share", 0.12, 0.3, "how far the light's colour is from white, towards a random hue"),
        _amount("colour", "visual", "share", 0.1, 0.3, "how far each material's colour is from its own, towards a random one"),
    )
}  # fmt: skip


def episode_stream(task: str, split: str, index: int, purpose: str) -> np.random.Generator:
    """A random stream of the episode that shares nothing with its initial state's. Raises HomebodyError for a negative index."""
    if index < 0:
        raise HomebodyError(f"episode index {index} is negative: expected 0 or more")
    words = [zlib.crc32(w.encode()) for w in (purpose, task, split)]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([*words, index])))


def check_axes(axes: Mapping[str, float]) -> dict[str, float]:
    """The setting as plain numbers. Raises HomebodyError for unknown names and values outside an axis's range."""
    out = {}
    for name, value in axes.items():
        if name not in AXES:
            raise unknown("axis", name, sorted(AXES))
        axis, number = AXES[name], float(value)
        lo, hi = axis.bounds
        if not lo <= number <= hi:  # NaN fails too
            raise HomebodyError(f"axis {name} is {value}: expected {lo:g} to {hi:g} {axis.unit} (nominal {axis.nominal:g})")
        out[name] = number
    return out


def parse_axes(text: str) -> dict[str, float]:
    """`camera_tilt=6,drawer_friction=9` -> {name: value}. Raises HomebodyError for unknown names and bad numbers."""
    out: dict[str, float] = {}
    for part in (p.strip() for p in text.split(",") if p.strip()):
        name, _, value = part.partition("=")
        try:
            out[name.strip()] = float(value)
        except ValueError:
            raise HomebodyError(f"axis setting {part!r}: expected NAME=NUMBER, as in drawer_friction=6") from None
    return check_axes(out)


def draw_axes(which: str, task: str, split: str, index: int) -> dict[str, float]:
    """Every axis drawn from its `train` or `heldout` range, a pure function of the arguments."""
    if which not in RANDOMIZE:
        raise unknown("randomisation", which, RANDOMIZE)
    rng = episode_stream(task, split, index, f"axes {which}")
    return {name: axis.draw(rng, which) for name, axis in AXES.items()}
