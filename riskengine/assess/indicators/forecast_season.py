"""How a year spreads over its periods: days, Spring Festival, and the season that earlier years show."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import cos, exp, log, pi, sin

from riskengine.assess.indicators.forecast_spans import Span
from riskengine.rulebook.lunar import LUNAR_YEARS, spring_festival

__all__ = ["Season", "season"]

_BEFORE, _LENGTH = 5, 15  # the festival: from five days before New Year's Day, fifteen days
_EFFECTS = tuple(exp(nth / 3) for nth in range(-6, 8))  # how many plain days a festival day may count for: 0.14 … 10
_DOUBT = 0.8  # how far the logarithm of that number usually lies from 0
_MONTHLY = 2.0  # by how many times months vary more than Poisson's counts; here the exact number hardly matters
_MOST, _AMOUNT = 200.0, 20.0  # a month says no more than that many cases would; and of amounts as much as so many
_SLACK = 0.3  # how far January and February together may differ from the other months by themselves

# How far the factor of a period moves from year to year (variance), where a single year says nothing of it; as it usually is; and
# for how many observations the latter counts. Whatever moves it lasts for months, so that a wave through the year is less sure;
# and a lone year's wave may be no season at all (fraud comes in waves, too).
_ALONE, _WANDER, _WEIGHT = 0.03, 0.02, 6
_LASTS, _WAVE_LASTS, _LONE_WAVE_LASTS = 3.0, 2.0, 8.0
_LEAST_FACTOR = 0.02


@dataclass(frozen=True)
class Season:
    """``factors``: how much busier than the year's average a day of each period is, and ``doubts``: the variance of that number for
    one year. ``festival``: how many plain days a day of Spring Festival counts for. ``years``: how many earlier years it was
    learned from. ``noise``: by how many times the variance of a period exceeds its mean.
    """

    factors: tuple[float, ...]
    doubts: tuple[float, ...]
    festival: float
    years: int
    noise: float

    def exposure(self, year: int, first: int, last: int) -> float:
        """What the periods ``first`` to ``last`` bring, in average years."""
        per_year = len(self.factors)
        among = range(first, last + 1)
        return sum(self.factors[period] * _days(year, period, per_year, self.festival) for period in among) / 365.25

    def doubt(self, period: int) -> float:
        """Variance of a period's factor, relative to its square."""
        return self.doubts[period] / max(self.factors[period], 0.2) ** 2


def season(spans: Sequence[Span], year: int, per_year: int, *, whole: bool) -> Season:
    """Learn the season of ``year`` from the years before it, and the noise from all.

    Factors are the ratios of what came to what even days would bring. The wave that goes once through the year is shrunk towards
    none, and what is left of each period towards that wave, by the part of their variance that is noise (James and Stein; Efron
    and Morris 1973, JASA 68:117). Noise is learned from neighbours in time (von Neumann 1941, Ann. Math. Stat. 12:367), so that a
    drift of the level does not count as noise. Years of which less than three quarters are known say nothing of the season.
    ``whole``: things are counted one by one, so that their variance is not below their mean.
    """
    singles = [span for span in spans if span.single]
    festival = _festival(singles, whole=whole) if per_year == 12 else 1.0
    plain = {(span.year, span.first): _days(span.year, span.first, per_year, festival) for span in singles}
    levels = _levels(singles, plain)
    came, due = [0.0] * per_year, [0.0] * per_year
    known = Counter(span.year for span in singles if span.year < year and levels[span.year] > 0)
    whole_years = {which for which, number in known.items() if number * 4 >= per_year * 3}
    years = len(whole_years)
    expected = [(span, levels[span.year] * plain[span.year, span.first]) for span in singles]
    for span, level in expected:
        if span.year in whole_years:
            came[span.first] += span.value
            due[span.first] += level
    raw = [c / d if d > 0 else 1.0 for c, d in zip(came, due, strict=True)]
    wave = _wave(raw)
    taken = years / (years - 1) if years > 1 else per_year / (per_year - 3) if years and per_year > 3 else 1.0
    usual = None if whole else sum(levels.values()) * 365 / per_year / max(1, len(levels))
    noise = _noise(expected, raw if years > 1 else wave, taken, usual)
    if not years:
        return Season((1.0,) * per_year, (2 * _WANDER,) * per_year, festival, 0, noise)
    wander = _wander([each for each in expected if each[0].year in whole_years], raw, noise, years)
    chance = [noise / d + wander / years if d > 0 else 9.0 for d in due]
    lasts = _WAVE_LASTS if years > 1 else _LONE_WAVE_LASTS
    unsure = 4 / per_year * sum(c + (lasts - 1) * wander / years for c in chance) / per_year
    height = sum((each - 1) ** 2 for each in wave) * 2 / per_year
    kept = max(0.0, 1 - unsure / height) if height else 0.0
    away = [r - w for r, w in zip(raw, wave, strict=True)]
    between = max(0.0, sum(a * a - c for a, c in zip(away, chance, strict=True)) / max(1, per_year - 3))
    parts = [between / (between + c) for c in chance]
    return Season(
        tuple(max(_LEAST_FACTOR, 1 + (w - 1) * kept + a * part) for w, a, part in zip(wave, away, parts, strict=True)),
        tuple(between * (1 - part) + wander * _LASTS + kept * unsure / 2 for part in parts),
        festival,
        years,
        noise,
    )


def _wave(raw: Sequence[float]) -> list[float]:
    """The one wave through the year that is nearest to the factors; where there are too few of them, they themselves."""
    number = len(raw)
    if number < 4:
        return list(raw)
    basis = _circle(number)
    mean = sum(raw) / number
    east = sum(r * c for r, (c, _) in zip(raw, basis, strict=True)) * 2 / number
    north = sum(r * s for r, (_, s) in zip(raw, basis, strict=True)) * 2 / number
    return [max(_LEAST_FACTOR, mean + east * c + north * s) for c, s in basis]


@lru_cache(maxsize=4)
def _circle(number: int) -> tuple[tuple[float, float], ...]:
    return tuple((cos(2 * pi * nth / number), sin(2 * pi * nth / number)) for nth in range(number))


def _wander(expected: Sequence[tuple[Span, float]], raw: Sequence[float], noise: float, years: int) -> float:
    """By how much the factor of a period differs from year to year beyond noise (variance)."""
    if years < 2:
        return _ALONE
    total = weight = 0.0
    for span, level in expected:
        due = level * raw[span.first]
        if due > 0:
            sure = 1 / (noise / due + _WANDER) ** 2
            total += sure * ((span.value / due - 1) ** 2 * years / (years - 1) - noise / due)
            weight += sure
    free = len(raw) * (years - 1)
    return (max(0.0, total / weight) * free + _WANDER * _WEIGHT) / (free + _WEIGHT) if weight else _WANDER


def _levels(singles: Sequence[Span], plain: dict[tuple[int, int], float]) -> dict[int, float]:
    """What an average day of each year brought."""
    came: dict[int, float] = {}
    days: dict[int, float] = {}
    for span in singles:
        came[span.year] = came.get(span.year, 0.0) + span.value
        days[span.year] = days.get(span.year, 0.0) + plain[span.year, span.first]
    return {year: came[year] / days[year] for year in came}


def _noise(
    expected: Sequence[tuple[Span, float]], factors: Sequence[float], taken: float, usual: float | None
) -> float:
    """Variance by mean, from the differences of neighbouring periods, season taken out (``taken``: what that takes away with it).

    Held near what is usual: counts vary a little more than Poisson's and never less; of amounts, whose scale nobody knows, one
    period of ``usual`` size is within a third of another.
    """
    total, number = 0.0, 0
    before: tuple[float, float] | None = None
    for span, level in expected:
        due = level * factors[span.first]
        now = (span.value / due, 1 / due) if due > 0 else None
        if now is not None and before is not None:
            total += (now[0] - before[0]) ** 2 / (now[1] + before[1])
            number += 1
        before = now
    freedom = number * 2 / 3
    found = total / number * taken * freedom if number else 0.0
    if usual is None:
        return max(1.0, (found + 1.2 * 3) / (freedom + 3))
    return (found + 0.1 * usual * 2) / (freedom + 2)


def _festival(singles: Sequence[Span], *, whole: bool) -> float:
    """How many plain days a festival day counts for: the mean over what January and February tell, year by year, of how the two
    months divide between them, and of how far both together differ from the rest of their year.
    """
    mean = sum(span.value for span in singles) / max(1, len(singles))
    if mean <= 0:
        return 1.0
    worth = min(1.0, _MOST / mean) if whole else _AMOUNT / mean
    years: dict[int, dict[int, float]] = {}
    for span in singles:
        years.setdefault(span.year, {})[span.first] = span.value * worth
    told = []
    for year, months in years.items():
        pair = months.get(0, 0.0) + months.get(1, 0.0)
        if year not in LUNAR_YEARS or 0 not in months or 1 not in months or pair <= 0:
            continue
        rest = sum(value for month, value in months.items() if month > 1)
        days = sum(monthrange(year, month + 1)[1] for month in months if month > 1)
        (first, early), (second, late), *_ = _calendar(year, 12)
        told.append((months[0], months[1], first, early, second, late, rest / days if days > 100 else None))
    if not told:
        return 1.0
    weights = []
    for effect in _EFFECTS:
        more = effect - 1
        likely = -0.5 * (log(effect) / _DOUBT) ** 2
        for january, february, first, early, second, late, usual in told:
            both = first + second + more * (early + late)
            split = january * log((first + more * early) / both) + february * log((second + more * late) / both)
            likely += split / _MONTHLY
            if usual:
                pair = january + february
                likely -= 0.5 * log(pair / (usual * both)) ** 2 / (_SLACK**2 + _MONTHLY / pair)
        weights.append(likely)
    top = max(weights)
    chances = [exp(weight - top) for weight in weights]
    return exp(sum(c * log(e) for c, e in zip(chances, _EFFECTS, strict=True)) / sum(chances))


def _days(year: int, period: int, per_year: int, festival: float) -> float:
    """Days of a period, those of the festival counted ``festival`` times."""
    days, inside = _calendar(year, per_year)[period]
    return days + (festival - 1) * inside


@lru_cache(maxsize=256)
def _calendar(year: int, per_year: int) -> tuple[tuple[int, int], ...]:
    """Days of each period of a year, and how many of them lie in the festival."""
    length = 12 // per_year
    days = [
        sum(monthrange(year, month)[1] for month in range(nth * length + 1, (nth + 1) * length + 1))
        for nth in range(per_year)
    ]
    inside = [0] * per_year
    if year in LUNAR_YEARS:
        first = spring_festival(year) - timedelta(_BEFORE)
        for nth in range(_LENGTH):
            inside[((first + timedelta(nth)).month - 1) // length] += 1
    return tuple(zip(days, inside, strict=True))
