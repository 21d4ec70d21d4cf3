"""The sequential paired test: its error rate, what it saves, and that it is exact."""

import itertools
import math

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.sequential import SequentialConfig, SequentialMcNemar
from homebody.core.statistics import mcnemar

PAIRS, LOOKS = 160, 10


def play(rng, difference, *, pairs=PAIRS, discordant=0.3):
    """One comparison with a true difference of rates -> (decided, pairs used, p, whether all pairs decide by McNemar, B ahead)."""
    u = rng.random(pairs)
    b, a = np.cumsum(u < (discordant + difference) / 2), np.cumsum(u > 1 - (discordant - difference) / 2)
    test = SequentialMcNemar(SequentialConfig(pairs=pairs))
    used = pairs
    for k in range(1, LOOKS + 1):
        used = round(pairs * k / LOOKS)
        if test.look(used, int(a[used - 1]), int(b[used - 1]), last=k == LOOKS):
            break
    return test.decided, used, test.p, mcnemar(int(a[-1]), int(b[-1])) < 0.05, b[used - 1] > a[used - 1]


def test_false_alarms_over_2000_comparisons_of_equals_stay_below_5_percent():
    rng = np.random.default_rng(11)
    plays = [play(rng, 0.0) for _ in range(2000)]
    alarms = sum(decided for decided, *_ in plays)
    assert 40 <= alarms <= 100  # 5 % of 2,000; a test that never alarms would be of no use
    assert 0.0 < sum(p <= 0.2 for _, _, p, *_ in plays) / 2000 <= 0.2 + 0.02  # its p values are honest too


def test_looking_at_mcnemars_p_after_each_part_instead_raises_twice_as_many_false_alarms():
    rng, alarms = np.random.default_rng(11), 0
    for _ in range(500):
        u = rng.random(PAIRS)
        a, b = np.cumsum(u < 0.15), np.cumsum(u > 0.85)
        alarms += any(mcnemar(int(a[n - 1]), int(b[n - 1])) < 0.05 for n in range(16, PAIRS + 1, 16))
    assert alarms / 500 > 0.1


@pytest.mark.parametrize(("difference", "least_power", "most_pairs"), [(0.12, 0.7, 0.8), (0.2, 0.98, 0.5)])
def test_a_real_difference_takes_fewer_pairs_than_a_fixed_number_with_nearly_its_power(difference, least_power, most_pairs):
    rng = np.random.default_rng(12)
    plays = [play(rng, difference) for _ in range(600)]
    decided, fixed = sum(p[0] for p in plays) / 600, sum(p[3] for p in plays) / 600
    assert decided >= max(least_power, fixed - 0.05)
    assert sum(p[1] for p in plays) / 600 <= most_pairs * PAIRS
    assert all(ahead for won, _, _, _, ahead in plays if won)


def test_what_is_spent_is_the_probability_of_deciding_counted_path_by_path():
    """Eight fair coins, looks after 4 and 8: all 256 paths, one by one."""
    decided = sum(
        any_look(path, (4, 8)) for path in itertools.product((0, 1), repeat=8)
    )  # fmt: skip
    test = SequentialMcNemar(SequentialConfig(pairs=8, level=0.2))
    test.look(4, 2, 2)
    test.look(8, 4, 4)
    assert test.spent == pytest.approx(decided / 256, abs=1e-12) and 0 < test.spent <= 0.2


def any_look(path, looks):
    test = SequentialMcNemar(SequentialConfig(pairs=8, level=0.2))
    return any(test.look(n, n - sum(path[:n]), sum(path[:n])) for n in looks)


def test_with_one_look_it_is_mcnemars_exact_test():
    for a, b in itertools.product(range(0, 25, 3), repeat=2):
        test = SequentialMcNemar(SequentialConfig(pairs=60))
        assert test.look(60, a, b) == (mcnemar(a, b) <= 0.05)
        assert test.p == pytest.approx(mcnemar(a, b), abs=1e-9)


def test_a_decision_has_a_p_value_below_the_level_and_no_decision_has_one_above():
    rng = np.random.default_rng(13)
    for difference in (0.0, 0.1, 0.25):
        for decided, _, p, *_ in (play(rng, difference) for _ in range(100)):
            assert decided == (p <= 0.05) and 0 <= p <= 1


def test_it_works_for_thousands_of_pairs():
    test = SequentialMcNemar(SequentialConfig(pairs=20_000))
    assert not test.look(10_000, 1500, 1500)
    before = test.spent
    assert test.look(20_000, 3000, 3500)
    assert test.p == pytest.approx(before, abs=1e-6) and math.isfinite(test.spent)  # ordered by stage: no p below what was spent


@pytest.mark.parametrize(("call", "message"), [
    (lambda: SequentialConfig(pairs=0), "planned pairs are 0"),
    (lambda: SequentialConfig(pairs=5, level=1.0), "level is 1.0"),
    (lambda: SequentialConfig(pairs=5, power=0), "spending power is 0"),
    (lambda: SequentialMcNemar(SequentialConfig(pairs=5)).look(3, 2, 2), "3 pairs with 2 and 2 won"),
])  # fmt: skip
def test_impossible_totals_are_refused_with_their_numbers(call, message):
    with pytest.raises(HomebodyError, match=message):
        call()
