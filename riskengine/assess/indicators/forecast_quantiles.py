"""The 99 quantiles of what is still to come: counts, amounts, shares, and figures that are as likely above as below."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from math import sqrt
from statistics import NormalDist

__all__ = ["LEVELS", "amounts", "counts", "hits", "mixed", "spread"]

LEVELS = tuple(level / 100 for level in range(1, 100))
"""The chances that the 99 quantiles stand for."""

_NORMAL = tuple(NormalDist().inv_cdf(level) for level in LEVELS)
_NOTHING = 1e-9
_NEGLIGIBLE = 1e-10  # by the most likely one
_WIDE = 60.0  # standard deviations above this are no longer summed count by count
_HEAVY = 60.0  # nor are tails that die away so slowly


def counts(mean: float, variance: float) -> tuple[float, ...]:
    """Negative binomial with this mean and variance (Poisson where the variance is not above the mean), summed exactly.

    >>> counts(2.0, 3.0)[49]
    2.0
    """
    if mean <= _NOTHING:
        return (0.0,) * len(LEVELS)
    if variance > _WIDE**2 or variance > _HEAVY * mean:
        return tuple(float(round(each)) for each in amounts(mean, variance))
    if variance <= mean * (1 + 1e-9):
        first, weights = _from_the_top(int(mean), None, lambda k: mean / (k + 1))
    else:
        fade = 1 - mean / variance
        size = mean * mean / (variance - mean)
        first, weights = _from_the_top(
            int(max(0.0, (size - 1) * fade / (1 - fade))), None, lambda k: (k + size) / (k + 1) * fade
        )
    return tuple(float(first + nth) for nth in _reached(range(len(weights)), weights))


def amounts(mean: float, variance: float) -> tuple[float, ...]:
    """Gamma with this mean and variance; its quantiles by Wilson and Hilferty 1931 (PNAS 17:684), never below 0."""
    if mean <= _NOTHING:
        return (0.0,) * len(LEVELS)
    ninth = variance / (9 * mean * mean)
    return tuple(mean * max(0.0, 1 - ninth + z * sqrt(ninth)) ** 3 for z in _NORMAL)


def hits(trials: int, share: float, variance: float) -> list[tuple[float, float]]:
    """How many of ``trials`` hit: the numbers and their chances, beta-binomial with mean ``trials`` × ``share`` and this variance
    (binomial where the variance is not above the binomial one).
    """
    if trials <= 0 or share <= 0 or share >= 1:
        return [(float(trials) if share >= 1 else 0.0, 1.0)]
    plain = trials * share * (1 - share)
    alike = min(0.999, (variance / plain - 1) / (trials - 1)) if trials > 1 else 0.0
    top = min(trials, int((trials + 1) * share))
    if alike <= 1e-9:
        odds = share / (1 - share)
        first, weights = _from_the_top(top, trials, lambda k: (trials - k) / (k + 1) * odds)
    else:
        a, b = share * (1 / alike - 1), (1 - share) * (1 / alike - 1)

        def grows(k: int) -> float:
            return (trials - k) / (k + 1) * (k + a) / (trials - k - 1 + b)

        if a <= 1 and b <= 1:  # high at both ends, low between them: nothing may be left out
            first, weights = 0, list(accumulate(range(trials), lambda weight, k: weight * grows(k), initial=1.0))
        else:
            top = trials if b <= 1 else 0 if a <= 1 else min(trials, int((trials + 1) * (a - 1) / (a + b - 2)))
            first, weights = _from_the_top(top, trials, grows)
    total = sum(weights)
    return [(float(first + nth), weight / total) for nth, weight in enumerate(weights)]


def mixed(outcomes: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """The quantiles of outcomes with their weights, in any order."""
    values, weights = zip(*sorted(outcomes), strict=True)
    return _reached(values, weights)


def spread(centre: float, deviation: float, freedom: float) -> tuple[float, ...]:
    """Student's t about ``centre``, by the expansion of Cornish and Fisher (Abramowitz and Stegun 26.7.5); ``freedom`` ≥ 3."""
    found = []
    for z in _NORMAL:
        first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
        third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
        found.append(centre + deviation * (z + first / freedom + second / freedom**2 + third / freedom**3))
    return tuple(found)


def _from_the_top(top: int, last: int | None, grows: Callable[[int], float]) -> tuple[int, list[float]]:
    """Weights of whole numbers around their most likely one, as far as they matter; ``grows(k)``: weight k+1 by weight k."""
    down, weight, k = [], 1.0, top
    while k > 0:
        weight /= grows(k - 1)
        if weight < _NEGLIGIBLE:
            break
        down.append(weight)
        k -= 1
    up, weight, k = [1.0], 1.0, top
    while last is None or k < last:
        weight *= grows(k)
        if weight < _NEGLIGIBLE:
            break
        up.append(weight)
        k += 1
    return top - len(down), down[::-1] + up


def _reached(values: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """The smallest value, of those in order, at or below which lies at least 1 %, 2 %, … 99 % of the weight."""
    sofar = list(accumulate(weights))
    enough = sofar[-1] * (1 - 1e-12)
    last = len(values) - 1
    return tuple(values[min(last, bisect_left(sofar, level * enough))] for level in LEVELS)
