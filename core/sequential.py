"""A paired comparison that may stop early with its error rate kept: an exact group-sequential McNemar test.

At each look the test sees how many pairs are finished and, of those where just one side succeeded, how many each side won.
If A and B are equally good, each such pair is a fair coin whatever came before, so the law of the count of B's wins is known
exactly, path by path, by convolution; no approximation by a Gaussian enters. The error rate is spent in portions that grow
with the share of the planned pairs that is done (Lan and DeMets 1983, power family of Kim and DeMets 1987), and what one
look's discrete law leaves unspent the next may use. The p value orders outcomes by stage (Siegmund 1978).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .errors import HomebodyError


def _coin(n: int) -> np.ndarray:
    """(n + 1,) probabilities of 0 .. n heads in n tosses."""
    k = np.arange(n + 1)
    logs = [math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) - n * math.log(2) for i in k]
    return np.exp(logs)


@dataclass(frozen=True, kw_only=True)
class SequentialConfig:
    """What is fixed before the first pair is seen."""

    pairs: int
    """Planned pairs: the last look is when all are done."""
    level: float = 0.05
    """Two-sided rate of false alarms over all looks together."""
    power: float = 2.0
    """The share t of the pairs done has spent level * t ** power: 1 stops earliest, 3 keeps nearly everything for the end."""

    def __post_init__(self) -> None:
        if self.pairs < 1:
            raise HomebodyError(f"planned pairs are {self.pairs}: expected 1 or more")
        if not 0 < self.level < 1:
            raise HomebodyError(f"level is {self.level}: expected a number between 0 and 1")
        if self.power <= 0:
            raise HomebodyError(f"spending power is {self.power}: expected a number above 0")


class SequentialMcNemar:
    """`look` after `look`, until `decided` or all planned pairs are done."""

    def __init__(self, config: SequentialConfig) -> None:
        self._config = config
        self._law = np.ones(1)  # (discordant + 1,) P(B won k of them and no look has decided); sums to 1 minus what is spent
        self._seen = (0, 0, 0)
        self.spent = 0.0
        """Probability, under equality, that one of the looks so far decides."""
        self.p = 1.0
        """Two-sided p value of the outcome so far; with early stopping it stays valid."""
        self.decided = False
        self.looks = 0

    def look(self, pairs: int, only_a: int, only_b: int, *, last: bool = False) -> bool:
        """Totals so far -> whether the difference is shown. `last`: no pair will follow, so all of the level may be spent."""
        if self.decided:
            return True
        done, won_a, won_b = self._seen
        if pairs < done or only_a < won_a or only_b < won_b or only_a + only_b > pairs:
            raise HomebodyError(f"{pairs} pairs with {only_a} and {only_b} won after {self._seen}: expected totals that only grow")
        self._seen, self.looks = (pairs, only_a, only_b), self.looks + 1
        n, config = only_a + only_b, self._config
        self._law = np.convolve(self._law, _coin(n - won_a - won_b))
        lead = np.abs(2 * np.arange(n + 1) - n)
        share = 1.0 if last else min(1.0, pairs / config.pairs)
        room = config.level * share**config.power - self.spent
        mine = abs(only_b - only_a)
        self.p = min(1.0, self.spent + float(self._law[lead >= mine].sum()))
        # The smallest lead whose probability fits into what may be spent by now; n + 1 is a lead that nothing reaches.
        tail = np.array([float(self._law[lead >= c].sum()) for c in range(n + 2)])  # (n + 2,)
        boundary = int(np.argmax(tail <= room + 1e-15))
        self.decided = mine >= boundary
        self.spent += float(tail[boundary])
        self._law = np.where(lead >= boundary, 0.0, self._law)
        return self.decided
