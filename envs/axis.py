"""One axis: a unit, a nominal value, a training and a wider held-out range, five graded levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FAMILIES = ("physical", "geometry", "visual", "sensing", "event", "language")


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One axis. `x` as unit means a factor on the nominal value; magnitudes get a direction from the episode's stream."""

    name: str
    family: str
    """One of FAMILIES."""
    unit: str
    nominal: float
    train: tuple[float, float]
    """Range to train on."""
    heldout: tuple[float, float]
    """Wider range, never trained on as a whole."""
    log: bool = False
    """Whether draws are uniform in the logarithm."""
    drawn: bool = True
    """Whether `randomize` draws it; the others are set on purpose."""
    help: str

    def levels(self) -> tuple[float, ...]:
        """Five graded values from nominal to the hard end of the held-out range."""
        lo, hi = self.heldout
        if not self.log:
            end = hi if hi - self.nominal >= self.nominal - lo else lo
            return tuple(float(v) for v in np.linspace(self.nominal, end, 5))
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
