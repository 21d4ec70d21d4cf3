"""Intervals and tests of rates, against SciPy, statsmodels and simulation."""

import math

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.statistics import (
    mcnemar,
    mean_rate,
    minimum_detectable_difference,
    paired_bootstrap,
    paired_difference,
    pairs_needed,
    wilson,
)

stats = pytest.importorskip("scipy.stats")


def test_wilson_equals_scipy_and_statsmodels_on_1000_random_tables():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    rng = np.random.default_rng(0)
    for _ in range(1000):
        n = int(rng.integers(1, 400))
        k = int(rng.integers(0, n + 1))
        level = float(rng.uniform(0.5, 0.99))
        expected = stats.binomtest(k, n).proportion_ci(level, method="wilson")
        assert wilson(k, n, level) == pytest.approx((expected.low, expected.high), abs=1e-9)
        assert wilson(k, n, level) == pytest.approx(proportion.proportion_confint(k, n, 1 - level, method="wilson"), abs=1e-9)


def test_mcnemar_equals_scipy_and_statsmodels_on_1000_random_tables():
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    rng = np.random.default_rng(1)
    for both, b, c, neither in rng.integers(0, 60, size=(1000, 4)).tolist():
        expected = stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
        assert mcnemar(b, c) == pytest.approx(expected, abs=1e-12)
        if b + c:
            assert mcnemar(b, c) == pytest.approx(tables.mcnemar([[both, b], [c, neither]], exact=True).pvalue, abs=1e-12)


def test_the_mean_of_one_rate_is_wilsons_interval_and_of_two_equal_to_movers_formula_on_1000_random_tables():
    rng = np.random.default_rng(3)
    for _ in range(1000):
        n = rng.integers(1, 200, size=2)
        k = rng.integers(0, n + 1)
        assert mean_rate([int(k[0])], [int(n[0])])[1] == pytest.approx(wilson(int(k[0]), int(n[0])), abs=1e-12)
        p, bounds = k / n, np.array([stats.binomtest(int(x), int(m)).proportion_ci(method="wilson") for x, m in zip(k, n, strict=True)])
        low = p.mean() - np.hypot(*(p - bounds[:, 0])) / 2
        high = p.mean() + np.hypot(*(bounds[:, 1] - p)) / 2
        assert mean_rate(k.tolist(), n.tolist())[1] == pytest.approx((max(0, low), min(1, high)), abs=1e-9)


def constrained_score(delta, pairs, only_a, only_b):
    """z of Tango's test by brute force: the likelihood maximised numerically under the hypothesis."""
    optimize = pytest.importorskip("scipy.optimize")

    def minus_log_likelihood(q):  # q: probability that only A succeeds; only B: q + delta
        cells = ((only_a, q), (only_b, q + delta), (pairs - only_a - only_b, 1 - 2 * q - delta))
        return -sum(n * math.log(max(p, 1e-300)) for n, p in cells if n)

    low, high = max(0.0, -delta), (1 - delta) / 2
    q = optimize.minimize_scalar(minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    return (only_b - only_a - pairs * delta) / math.sqrt(pairs * (2 * q + delta - delta**2))


def test_the_paired_interval_ends_where_the_score_reaches_196_on_1000_random_tables():
    rng, z = np.random.default_rng(7), stats.norm.ppf(0.975)
    for _ in range(1000):
        pairs = int(rng.integers(10, 300))
        only_a, only_b = rng.multinomial(pairs, rng.dirichlet([1, 1, 3]))[:2].tolist()
        difference, (low, high) = paired_difference(pairs, only_a, only_b)
        assert -1 <= low <= difference <= high <= 1 and difference == (only_b - only_a) / pairs
        for end in (low, high):
            if abs(end) < 1 - 1e-9 and end != 0:
                assert abs(constrained_score(end, pairs, only_a, only_b)) == pytest.approx(z, abs=2e-3)


def test_the_paired_interval_and_the_exact_test_never_contradict_each_other():
    for pairs in (8, 40):
        for only_a in range(pairs + 1):
            for only_b in range(pairs + 1 - only_a):
                low, high = paired_difference(pairs, only_a, only_b)[1]
                assert (low <= 0 <= high) == (mcnemar(only_a, only_b) >= 0.05)


def test_the_paired_interval_covers_the_true_difference_about_as_often_as_it_says():
    rng, hits = np.random.default_rng(8), 0
    for only_a, only_b in rng.multinomial(60, [0.1, 0.22, 0.68], size=1000)[:, :2].tolist():
        low, high = paired_difference(60, only_a, only_b)[1]
        hits += low <= 0.12 <= high
    assert 930 <= hits <= 980


def test_no_disagreement_leaves_an_interval_that_shrinks_with_pairs():
    widths = [paired_difference(n, 0, 0)[1][1] for n in (10, 100, 1000)]
    assert widths == sorted(widths, reverse=True) and 0.02 < widths[1] < 0.06


def test_paired_bootstrap_equals_scipys_percentile_interval_within_its_noise():
    rng = np.random.default_rng(2)
    for _ in range(4):
        a, b = rng.random(120) < 0.6, rng.random(120) < 0.75
        d = b.astype(float) - a
        expected = stats.bootstrap((d,), np.mean, n_resamples=8000, method="percentile", rng=3).confidence_interval
        mean, interval = paired_bootstrap(a, b)
        assert mean == pytest.approx(d.mean())
        assert interval == pytest.approx((expected.low, expected.high), abs=0.012)


def test_paired_bootstrap_covers_the_true_difference_about_as_often_as_it_says():
    rng = np.random.default_rng(4)
    hits = 0
    for seed in range(200):
        a = rng.random(80) < 0.5
        b = np.where(rng.random(80) < 0.3, rng.random(80) < 0.9, a)
        low, high = paired_bootstrap(a, b, resamples=1000, seed=seed)[1]
        hits += low <= 0.3 * 0.4 <= high
    assert 175 <= hits <= 199


def test_strata_keep_their_share_in_every_resample():
    """Two tasks that differ only from each other: within a task nothing varies, so the difference is certain."""
    a, b = [0] * 10 + [1] * 10, [1] * 10 + [1] * 10
    assert paired_bootstrap(a, b, strata=["x"] * 10 + ["y"] * 10)[1] == (0.5, 0.5)
    low, high = paired_bootstrap(a, b)[1]
    assert low < 0.4 and high > 0.6


def test_the_minimum_detectable_difference_is_detected_with_80_percent_power():
    rng = np.random.default_rng(5)
    pairs, share = 300, 0.25
    mde = minimum_detectable_difference(pairs, round(share * pairs))
    found = 0
    for _ in range(1000):
        u = rng.random(pairs)
        only_b, only_a = int((u < (share + mde) / 2).sum()), int((u > 1 - (share - mde) / 2).sum())
        found += mcnemar(only_a, only_b) < 0.05
    assert 0.72 <= found / 1000 <= 0.86  # the exact test is a little shy of the normal approximation


def test_the_minimum_detectable_difference_falls_with_pairs_and_is_one_when_nothing_could_be_seen():
    sizes = [minimum_detectable_difference(n, n // 5) for n in (20, 80, 320, 1280)]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] < 0.06
    assert pairs_needed(sizes[2], 65 / 322) == pytest.approx(320, rel=1e-3)
    assert minimum_detectable_difference(1, 0) == 1.0


def test_the_mean_rate_interval_covers_the_true_mean():
    rng = np.random.default_rng(6)
    rates, trials = np.array([0.5, 0.8, 0.95, 0.99]), [50] * 4
    inside = 0
    for _ in range(400):
        mean, (low, high) = mean_rate(rng.binomial(50, rates).tolist(), trials)
        assert low <= mean <= high
        inside += low <= rates.mean() <= high
    assert 0.91 <= inside / 400 <= 0.99
    assert math.isnan(mean_rate([0], [0])[0])


@pytest.mark.parametrize(("call", "message"), [
    (lambda: wilson(5, 4), "5 successes in 4 trials"),
    (lambda: wilson(1, 4, 1.5), "confidence level is 1.5"),
    (lambda: mcnemar(-1, 4), "-1 and 4"),
    (lambda: paired_difference(5, 3, 3), "3 and 3 of 5 pairs disagree"),
    (lambda: paired_difference(0, 0, 0), "0 and 0 of 0 pairs"),
    (lambda: paired_bootstrap([], []), "at least one pair"),
    (lambda: minimum_detectable_difference(3, 4), "4 of 3 pairs"),
])  # fmt: skip
def test_impossible_tables_are_refused_with_their_numbers(call, message):
    with pytest.raises(HomebodyError, match=message):
        call()
