"""The sums behind the quantiles, held to slow ones that anybody can read."""

from __future__ import annotations

from math import comb, exp, lgamma, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.assess.indicators.forecast_quantiles import LEVELS, amounts, counts, hits, mixed, spread


def by_hand(chances: list[float]) -> list[float]:
    """The smallest number at or below which lies each level, one chance after another."""
    found = []
    for level in LEVELS:
        sofar, number = 0.0, 0
        while (sofar := sofar + chances[number]) < level - 1e-9:
            number += 1
        found.append(float(number))
    return found


def negative_binomial(k: int, mean: float, variance: float) -> float:
    size, p = mean * mean / (variance - mean), mean / variance
    return exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log(p) + k * log(1 - p))


@pytest.mark.parametrize(
    ("mean", "variance"), [(0.05, 0.06), (0.5, 2.0), (2.0, 3.0), (3.3, 40.0), (40.0, 41.0), (120.0, 900.0)]
)
def test_counts_are_the_negative_binomial_summed(mean, variance):
    assert list(counts(mean, variance)) == by_hand([negative_binomial(k, mean, variance) for k in range(3000)])


@pytest.mark.parametrize("mean", [0.01, 1.0, 7.5, 90.0])
def test_counts_without_more_variance_than_their_mean_are_poisson(mean):
    assert list(counts(mean, mean / 2)) == by_hand([exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(400)])


def test_nothing_to_come_is_nothing():
    assert set(counts(0.0, 5.0)) == set(amounts(0.0, 5.0)) == {0.0}


def test_many_counts_are_taken_as_amounts_and_meet_the_sum():
    summed = by_hand([negative_binomial(k, 900.0, 3590.0) for k in range(2000)])
    assert counts(900.0, 3610.0) == pytest.approx(summed, rel=0.004)


def beta_binomial(k: int, n: int, a: float, b: float) -> float:
    def beta(x: float, y: float) -> float:
        return lgamma(x) + lgamma(y) - lgamma(x + y)

    return exp(log(comb(n, k)) + beta(k + a, n - k + b) - beta(a, b))


@pytest.mark.parametrize(
    ("trials", "share", "alike"),
    [
        (10, 0.5, 0.05),
        (60, 0.97, 0.02),
        (60, 0.03, 0.02),
        (25, 0.9, 0.3),
        (25, 0.5, 0.6),
        (80, 0.995, 0.05),
        (1, 0.3, 0.0),
        (90, 0.4, 0.0),
    ],
)
def test_hits_are_the_beta_binomial_summed(trials, share, alike):
    variance = trials * share * (1 - share) * (1 + (trials - 1) * alike)
    if alike:
        a, b = share * (1 / alike - 1), (1 - share) * (1 / alike - 1)
        expected = [beta_binomial(k, trials, a, b) for k in range(trials + 1)]
    else:
        expected = [comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(trials + 1)]
    found = dict(hits(trials, share, variance))
    assert [found.get(float(k), 0.0) for k in range(trials + 1)] == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("trials", "share", "expected"), [(0, 0.5, 0.0), (7, 0.0, 0.0), (7, 1.0, 7.0)])
def test_hits_that_are_certain(trials, share, expected):
    assert hits(trials, share, 1.0) == [(expected, 1.0)]


def test_mixed_outcomes_are_put_in_order():
    found = mixed([(3.0, 0.5), (1.0, 0.25), (2.0, 0.25)])
    assert (found[0], found[24], found[25], found[49], found[50], found[98]) == (1.0, 1.0, 2.0, 2.0, 3.0, 3.0)


def test_amounts_are_nearly_gamma():
    # 10 %, 50 % and 90 % of gamma with shape 4 and scale 1
    found = amounts(4.0, 4.0)
    assert (found[9], found[49], found[89]) == pytest.approx((1.7448, 3.6721, 6.6808), rel=0.005)


def test_the_spread_is_nearly_students():
    # 90 % and 99 % of t with 5 degrees of freedom
    found = spread(0.0, 1.0, 5.0)
    assert (found[49], found[89], found[98]) == pytest.approx((0.0, 1.4759, 3.3649), rel=0.01)


@settings(max_examples=150, deadline=None)
@given(st.floats(0, 1e6), st.floats(0.1, 1e4))
def test_quantiles_never_go_back_and_are_finite(mean, times):
    for found in (counts(mean, mean * times), amounts(mean, mean * times), spread(mean, times, 4.0)):
        assert list(found) == sorted(found)
        assert all(each - each == 0 for each in found)
    assert counts(mean, mean * times)[0] >= 0
