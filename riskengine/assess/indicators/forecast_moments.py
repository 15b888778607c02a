"""Where a figure that speaks of a moment (a survey, a stock, a place in a ranking) will stand at the end of the year."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from riskengine.assess.indicators.forecast_quantiles import spread

__all__ = ["PERCENT", "moment"]

PERCENT = ("%", "％")
_LEAST = 4
_DAMPING = 0.95  # a direction fades by so much each period
_AGREED = 4  # squared t below which changes are taken to have no direction
_WEIGHT = 2  # changes that what is usual counts for


def moment(
    figures: Sequence[tuple[int, float, int | None]], per_year: int, unit: str
) -> tuple[tuple[float, ...], int] | None:
    """99 quantiles of the year's last period, and the number of earlier years. ``figures``: number of the period (year × periods a
    year + period), value, answers of the survey where known. ``unit``: as the
    indicator says it. None with fewer than four figures.

    A local level with blur (Muth 1960, JASA 55:299; the filter of Kalman 1960): what is measured walks, and each figure lies about
    it. Its steps are learned from past changes, the direction only from changes that agree on one, and damped (Gardner and
    McKenzie 1985, Management Science 31:1237). With three earlier years each period's usual distance from its year's mean is
    taken out and put back.
    """
    if len(figures) < _LEAST:
        return None
    at = [number for number, _, _ in figures]
    values = [value for _, value, _ in figures]
    years = len({number // per_year for number in at}) - 1
    season = _season(at, values, per_year) if years >= 3 and per_year > 1 else [0.0] * per_year
    values = [value - season[number % per_year] for number, value in zip(at, values, strict=True)]
    changes = [(b - a, n - m) for a, b, m, n in zip(values, values[1:], at, at[1:], strict=False)]
    drift = _drift(changes)
    steps = [((change - drift * gap) ** 2 / gap, gap) for change, gap in changes]
    blur = _blur(figures, changes, sum(step for step, _ in steps) / len(steps), percent=unit in PERCENT)
    typical = _typical(values[-1], per_year, unit)
    walk = (max(0.0, sum(step - 2 * blur / gap for step, gap in steps)) + _WEIGHT * typical) / (len(steps) + _WEIGHT)
    level, doubt = values[0], walk
    for value, (_, gap) in zip(values[1:], changes, strict=True):
        level, doubt = level + drift * gap, doubt + walk * gap
        gain = doubt / (doubt + blur)
        level, doubt = level + gain * (value - level), doubt * (1 - gain)
    ahead = per_year - 1 - at[-1] % per_year
    centre = level + drift * sum(_DAMPING**nth for nth in range(ahead)) + season[per_year - 1]
    variance = doubt + walk * ahead + blur
    return spread(centre, sqrt(variance), max(4.0, float(len(changes)))), max(0, years)


def _drift(changes: Sequence[tuple[float, int]]) -> float:
    """Mean change a period, as far as the changes agree on it: a walk without a direction has none."""
    periods = sum(gap for _, gap in changes)
    mean = sum(change for change, _ in changes) / periods
    rest = sum((change - mean * gap) ** 2 / gap for change, gap in changes) / max(1, len(changes) - 1)
    return mean * max(0.0, 1 - _AGREED * rest / (periods * mean * mean)) if mean else 0.0


def _season(at: Sequence[int], values: Sequence[float], per_year: int) -> list[float]:
    """How far each period lies from its year's mean, shrunk by the part that is noise."""
    years: dict[int, list[float]] = {}
    for number, value in zip(at, values, strict=True):
        years.setdefault(number // per_year, []).append(value)
    away: list[list[float]] = [[] for _ in range(per_year)]
    for number, value in zip(at, values, strict=True):
        mine = years[number // per_year]
        if len(mine) == per_year:
            away[number % per_year].append(value - sum(mine) / per_year)
    if any(len(each) < 3 for each in away):
        return [0.0] * per_year
    means = [sum(each) / len(each) for each in away]
    free = sum(len(each) - 1 for each in away)
    noise = sum((value - mean) ** 2 for each, mean in zip(away, means, strict=True) for value in each) / free
    chance = noise / min(len(each) for each in away)
    between = sum(mean * mean for mean in means) / max(1, per_year - 1)
    kept = max(0.0, 1 - chance / between) if between else 0.0
    return [mean * kept for mean in means]


def _blur(
    figures: Sequence[tuple[int, float, int | None]],
    changes: Sequence[tuple[float, int]],
    step: float,
    *,
    percent: bool,
) -> float:
    """Variance of a single figure about what it measures: that of the sample where it is told; otherwise from how far each change
    is taken back by the next one.
    """
    value, sample = figures[-1][1], figures[-1][2]
    if percent and sample:
        return min(value * (100 - value) / sample, 0.45 * step)
    if len(changes) < 6:
        return 0.0
    back = -sum(a * b for (a, _), (b, _) in zip(changes, changes[1:], strict=False)) / (len(changes) - 1)
    return min(max(0.0, back) * len(changes) / (len(changes) + 6), 0.45 * step)


def _typical(value: float, per_year: int, unit: str) -> float:
    """The variance of a change where nothing else is known: in half a year about a point of a share of nine in ten, two places of a
    rank, a twentieth of anything else.
    """
    if unit == "位":
        return 4 * 2 / per_year
    if unit not in PERCENT:
        return (0.05 * max(abs(value), 1.0)) ** 2 * 2 / per_year
    part = min(0.995, max(0.005, value / 100))
    return part * (1 - part) * 12 * 2 / per_year
