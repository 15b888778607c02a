"""Where a rate of the whole year will end: by its cases, and where they are not known by its own past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, log, sqrt

from riskengine.assess.indicators.forecast_counts import Rest
from riskengine.assess.indicators.forecast_quantiles import amounts, counts, hits, mixed, spread
from riskengine.assess.indicators.forecast_spans import Span

__all__ = ["share", "share_alone"]

_MEMORY = (0.4, 0.7, 0.85, 0.95, 1.0)  # how much of what was known before a quarter of a year counts after it
_MANY = 400.0  # cases still to come above which they are no longer summed one by one
_LEAST = 3


def share(
    tops: Sequence[Span],
    bottoms: Sequence[Span],
    sofar: tuple[float, float],
    rest: Rest,
    ahead: tuple[int, int],
    *,
    whole: bool,
) -> list[float] | None:
    """99 quantiles in per cent. ``tops`` of ``bottoms`` hit, period by period; ``sofar``: of this year; ``rest``: the cases still
    to come; ``ahead``: in how many periods, and how many periods a year has.

    The rate wanders: hits and misses are added up and forgotten over time (beta-binomial with discount: West and Harrison 1997,
    Bayesian Forecasting and Dynamic Models, ch. 14), the speed averaged over by how well it foretold the periods so far. How many
    of the cases still to come will hit is beta-binomial, summed exactly over three numbers of cases to come. None where fewer
    than three periods are known.
    """
    periods = [
        (b.year * ahead[1] + b.last, t.value, b.value) for t, b in zip(tops, bottoms, strict=True) if b.value > 0
    ]
    if len(periods) < _LEAST:
        return None
    noise = _noise(periods, whole=whole)
    steps = ahead[0]
    further = (steps + 1) * (2 * steps + 1) / (6 * steps) * 4 / ahead[1]
    total = mean = square = 0.0
    for memory, (weight, hit, missed) in zip(_MEMORY, _told(periods, noise, ahead[1]), strict=True):
        level = hit / (hit + missed)
        doubt = level * (1 - level) / ((hit + missed) * memory**further + 1)
        total += weight
        mean += weight * level
        square += weight * (level * level + doubt)
    mean, square = mean / total, square / total
    doubt = square - mean * mean
    hit, all_ = sofar
    coming = (counts if whole else amounts)(rest.mean, rest.variance)
    numbers = [coming[16], coming[49], coming[82]]
    if not whole or numbers[-1] > _MANY:
        return _smooth(mean, doubt, noise, sofar, numbers)
    outcomes = []
    for number in numbers:
        variance = noise * number * mean * (1 - mean) + number * number * doubt
        for came, chance in hits(int(number), mean, variance):
            outcomes.append((100 * (hit + came) / (all_ + number) if all_ + number else 100 * mean, chance))
    return list(mixed(outcomes))


def _smooth(
    mean: float, doubt: float, noise: float, sofar: tuple[float, float], numbers: Sequence[float]
) -> list[float]:
    """The same for many cases, or amounts: moments in the place of sums."""
    hit, all_ = sofar
    ends = [(hit + number * mean) / (all_ + number) if all_ + number else mean for number in numbers]
    centre = sum(ends) / len(ends)
    number = max(numbers[1], 1e-9)
    variance = (noise * number * mean * (1 - mean) + number * number * doubt) / (all_ + number) ** 2
    variance += sum((end - centre) ** 2 for end in ends) / len(ends)
    return [100 * each for each in spread(centre, sqrt(variance), 30)]


def _noise(periods: Sequence[tuple[int, float, float]], *, whole: bool) -> float:
    """By how many times the variance of a period's hits exceeds the binomial one, from neighbours in time."""
    hit, all_ = sum(top for _, top, _ in periods), sum(bottom for _, _, bottom in periods)
    level = (hit + 0.5) / (all_ + 1)
    total, number = 0.0, 0
    for (_, top, bottom), (_, later, under) in zip(periods, periods[1:], strict=False):
        total += (later / under - top / bottom) ** 2 / (level * (1 - level) * (1 / bottom + 1 / under))
        number += 1
    freedom = number * 2 / 3
    found = total / number if number else 1.0
    return max(1.0, (found * freedom + 1.1 * 3) / (freedom + 3)) if whole else max(found, 1e-9)


def _told(periods: Sequence[tuple[int, float, float]], noise: float, per_year: int) -> list[tuple[float, float, float]]:
    """For each memory: its weight, hits and misses gathered, in units of the noise."""
    found = []
    for memory in _MEMORY:
        hit = missed = likely = 0.0
        before = periods[0][0]
        for at, top, bottom in periods:
            if at > before:
                kept = memory ** ((at - before) * 4 / per_year)
                hit, missed = hit * kept, missed * kept
                level = (hit + 0.5) / (hit + missed + 1)
                cases = bottom / noise
                variance = cases * level * (1 - level) * (1 + (cases - 1) / (hit + missed + 2) if cases > 1 else 1)
                likely -= 0.5 * (log(variance) + (top / noise - cases * level) ** 2 / variance)
                before = at
            hit += top / noise
            missed += (bottom - top) / noise
        found.append((likely, hit + 0.5, missed + 0.5))
    top_ = max(likely for likely, _, _ in found)
    return [(exp(likely - top_), hit, missed) for likely, hit, missed in found]


def share_alone(
    figures: Sequence[tuple[int, int, float]], year: int, per_year: int, *, running: bool
) -> tuple[tuple[float, ...], int] | None:
    """99 quantiles in per cent, and the number of earlier years, from figures alone: year, period counted from 0, per cent.

    Periods of a year vary about the year's level with variance s², years about the year before with b². After p of M periods the
    mean so far says the year's level up to s²/p, the year before up to b²; what is still to come is the mean of both by their
    weight (empirical Bayes; Efron and Morris 1973, JASA 68:117). A year-to-date rate that changes by c from period p-1 to p tells
    s² as p·(p-1)·c². None with fewer than three figures.
    """
    if len(figures) < _LEAST:
        return None
    years: dict[int, list[tuple[int, float]]] = {}
    for which, period, value in figures:
        years.setdefault(which, []).append((period, value))
    here = years[year]
    elapsed = here[-1][0] + 1 if running else len(here)
    sofar = here[-1][1] if running else sum(value for _, value in here) / len(here)
    squares = _squares(years.values(), running=running)
    typical = _typical(sofar)
    within = (sum(squares) + 2 * typical) / (len(squares) + 2)
    ends = [
        values[-1][1] if running else sum(value for _, value in values) / len(values)
        for which, values in years.items()
        if which < year and (values[-1][0] == per_year - 1 if running else len(values) * 2 >= per_year)
    ]
    moves = [max(0.0, (b - a) ** 2 - 2 * within / per_year) for a, b in zip(ends, ends[1:], strict=False)]
    between = (sum(moves) + 2 * within) / (len(moves) + 2)
    left = per_year - elapsed
    weight = between / (between + within / elapsed) if ends else 1.0
    level = weight * sofar + (1 - weight) * (ends[-1] if ends else sofar)
    doubt = weight * within / elapsed
    centre = (elapsed * sofar + left * level) / per_year
    deviation = left / per_year * sqrt(doubt + within / left)
    return spread(centre, deviation, max(4.0, len(squares) + 2.0)), len(ends)


def _squares(years: Iterable[list[tuple[int, float]]], *, running: bool) -> list[float]:
    """What each change between neighbouring periods says of the variance within a year."""
    found = []
    for values in years:
        for (before, a), (now, b) in zip(values, values[1:], strict=False):
            if now == before + 1:
                found.append((b - a) ** 2 * (before + 1) * (now + 1) if running else (b - a) ** 2 / 2)
    return found


def _typical(value: float) -> float:
    """The variance of a period's rate where nothing else is known: that of a share of 400 cases."""
    part = min(0.995, max(0.005, value / 100))
    return part * (1 - part) * 25
