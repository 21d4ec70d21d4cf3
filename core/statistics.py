"""Statistics of success rates: intervals for one run, paired comparison of two. NumPy only.

Sources: Wilson (1927) for the score interval; Zou and Donner (2008), MOVER, for a mean of independent rates; McNemar
(1947), exact form, for paired success tables; Tango (1998), score interval, for a difference of paired rates; Connor (1987) for
the power of McNemar's test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from .errors import HomebodyError

Interval = tuple[float, float]


def _z(level: float) -> float:
    if not 0 < level < 1:
        raise HomebodyError(f"confidence level is {level}: expected a number between 0 and 1")
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(successes: int, trials: int, level: float = 0.95) -> Interval:
    """Score interval of a rate; (0, 1) without trials, for then nothing is known."""
    if not 0 <= successes <= trials:
        raise HomebodyError(f"{successes} successes in {trials} trials: expected 0 <= successes <= trials")
    if trials == 0:
        return 0.0, 1.0
    z, p = _z(level), successes / trials
    shrink = 1 + z * z / trials
    centre = (p + z * z / (2 * trials)) / shrink
    half = z / shrink * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    return (0.0 if successes == 0 else max(0.0, centre - half)), (1.0 if successes == trials else min(1.0, centre + half))


def mean_rate(successes: Sequence[int], trials: Sequence[int], level: float = 0.95) -> tuple[float, Interval]:
    """Unweighted mean of independent rates and its interval, from the rates' own Wilson intervals (MOVER)."""
    tables = [(s, n) for s, n in zip(successes, trials, strict=True) if n]
    if not tables:
        return math.nan, (0.0, 1.0)
    rates = [s / n for s, n in tables]
    bounds = [wilson(s, n, level) for s, n in tables]
    below = math.sqrt(sum((p - lo) ** 2 for p, (lo, _) in zip(rates, bounds, strict=True))) / len(rates)
    above = math.sqrt(sum((hi - p) ** 2 for p, (_, hi) in zip(rates, bounds, strict=True))) / len(rates)
    mean = sum(rates) / len(rates)
    return mean, (max(0.0, mean - below), min(1.0, mean + above))


def mcnemar(only_a: int, only_b: int) -> float:
    """Exact two-sided p value that A and B succeed equally often, from the pairs where just one of them did."""
    if min(only_a, only_b) < 0:
        raise HomebodyError(f"discordant pairs are {only_a} and {only_b}: expected 0 or more")
    n, k = only_a + only_b, min(only_a, only_b)
    tail = sum(math.comb(n, i) for i in range(k + 1))
    return min(1.0, float(2 * tail / 2**n))


def _tango_z(delta: float, pairs: int, only_a: int, only_b: int) -> float:
    """Tango's score statistic for a true difference `delta` (B minus A), with the constrained maximum-likelihood share of A's wins."""
    b = (2 * pairs - only_b + only_a) * delta - only_b - only_a
    share_a = (math.sqrt(max(0.0, b * b + 8 * pairs * only_a * delta * (1 - delta))) - b) / (4 * pairs)
    variance = pairs * (2 * share_a + delta * (1 - delta))
    far = only_b - only_a - pairs * delta
    return far / math.sqrt(variance) if variance > 1e-12 else (0.0 if abs(far) < 1e-9 else math.copysign(math.inf, far))


def paired_difference(pairs: int, only_a: int, only_b: int, level: float = 0.95) -> tuple[float, Interval]:
    """Difference of two paired rates (B minus A) and its score interval, from the pairs where just one of them succeeded.

    Without such pairs the interval is not empty: that none was seen does not mean that none exist. Where McNemar's exact test
    does not tell the two apart, the interval reaches zero, too, though the score alone may fall short of it in small tables.
    """
    if min(only_a, only_b) < 0 or only_a + only_b > pairs or pairs < 1:
        raise HomebodyError(f"{only_a} and {only_b} of {pairs} pairs disagree: expected 0 <= disagreeing <= pairs, and a pair or more")
    z, difference = _z(level), (only_b - only_a) / pairs

    def edge(end: float) -> float:
        """Where |z| is reached between the difference and `end`, by bisection."""
        inside, outside = difference, end
        for _ in range(60):
            middle = (inside + outside) / 2
            if abs(_tango_z(middle, pairs, only_a, only_b)) <= z:
                inside = middle
            else:
                outside = middle
        return inside

    low, high = edge(-1.0), edge(1.0)
    if mcnemar(only_a, only_b) >= 1 - level:
        low, high = min(low, 0.0), max(high, 0.0)
    return difference, (low, high)


def paired_bootstrap(
    a: Sequence[float], b: Sequence[float], *, strata: Sequence[str] | None = None, level: float = 0.95,
    resamples: int = 10_000, seed: int = 0,
) -> tuple[float, Interval]:  # fmt: skip
    """Mean of b - a over pairs and its percentile interval; `strata` (e.g. task names) are resampled apart."""
    d = np.asarray(b, np.float64) - np.asarray(a, np.float64)  # (n,); unequal lengths raise here
    if d.ndim != 1 or not len(d):
        raise HomebodyError(f"paired values of shape {d.shape}: expected at least one pair in a flat list")
    labels = np.asarray(strata if strata is not None else [""] * len(d))
    rng = np.random.Generator(np.random.Philox(seed))
    total = np.zeros(resamples)
    for label in np.unique(labels):
        group = d[labels == label]  # (m,)
        values, counts = np.unique(group, return_counts=True)
        # Resampling m of m values is a multinomial draw over the distinct ones: the same law, far fewer numbers.
        total += rng.multinomial(len(group), counts / len(group), size=resamples) @ values
    edge = (1 - level) / 2
    low, high = np.quantile(total / len(d), [edge, 1 - edge])
    return float(d.mean()), (float(low), float(high))


def pairs_needed(difference: float, discordant: float, *, level: float = 0.95, power: float = 0.8) -> float:
    """Pairs for McNemar's test to see `difference` of two rates when a share `discordant` of pairs disagree."""
    z_alpha, z_beta = _z(level), NormalDist().inv_cdf(power)
    spread = max(discordant, difference)  # rates cannot differ by more than the share of pairs that disagree
    return ((z_alpha * math.sqrt(spread) + z_beta * math.sqrt(spread - difference**2)) / difference) ** 2


def minimum_detectable_difference(
    pairs: int, discordant: int, *, level: float = 0.95, power: float = 0.8
) -> float:  # fmt: skip
    """Smallest true difference of two rates that `pairs` pairs show with `power`, given how many disagreed; at most 1.

    The share of disagreeing pairs is estimated with one added to each side, so that none seen does not mean none exist.
    """
    if not 0 <= discordant <= pairs:
        raise HomebodyError(f"{discordant} of {pairs} pairs disagree: expected 0 <= disagreeing <= pairs")
    share = (discordant + 1) / (pairs + 2)
    low, high = 1e-6, 1.0
    if pairs < pairs_needed(high, share, level=level, power=power):
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if pairs_needed(middle, share, level=level, power=power) <= pairs else (middle, high)
    return high
