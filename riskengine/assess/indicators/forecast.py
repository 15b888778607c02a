"""Where the year will end: what has come, what is still to come, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskengine.assess.indicators.forecast_counts import rest_of_year
from riskengine.assess.indicators.forecast_moments import PERCENT, moment
from riskengine.assess.indicators.forecast_quantiles import LEVELS, amounts, counts
from riskengine.assess.indicators.forecast_shares import share, share_alone
from riskengine.assess.indicators.forecast_spans import PER_YEAR, Span, apart, of_months
from riskengine.assess.indicators.noun import Forecast, Reading, Series

__all__ = ["year_end"]

_OVER = "全年已定"
_DIGITS = 6
_FINEST = 9  # digits of a reading: what lies below is the dust of an addition
_NEAR = 0.06  # per cent; readings are often given to one digit


def year_end(series: Series, as_of: date) -> Forecast | None:
    """The forecast for the year that the newest period lies in, by what ``series`` knows; None where too little is known.

    What is forecast is the figure of the whole year as leaders will quote it in December: for counts and sums the year's total
    (also where a reading ``covers`` its period alone), for rates the rate of the whole year (the mean of its periods, where
    their cases are not known), for moments the reading at the year's last period. Readings without a value are skipped, never
    taken for 0; where the newest period's year has no reading at all there is no forecast, nor for counts that were ever below
    0. Steps of months that are not over on ``as_of`` do not count. Counts end at or above what has already been counted, per
    cent between 0 and 100, ranks at whole numbers from 1 on. The same readings give the same bytes.

    Counts and sums: 季节负二项, 季节伽马 (:mod:`.forecast_counts`); rates: 贝塔二项, or without cases 累计均值
    (:mod:`.forecast_shares`); moments: 阻尼漂移 (:mod:`.forecast_moments`). Year over: 全年已定, all quantiles at the value.
    """
    if series.newest is None:
        return None
    year = series.newest.end.year
    known = [(reading, round(reading.value, _FINEST)) for reading in series.readings if reading.value is not None]
    if not known or known[-1][0].end.year != year:
        return None
    if series.indicator.covers == "moment":
        return _moment(series, known, year)
    if series.indicator.unit in PERCENT:
        return _share(series, known, year)
    return _count(series, known, year, as_of)


_Known = Sequence[tuple[Reading, float]]


def _count(series: Series, known: _Known, year: int, as_of: date) -> Forecast | None:
    if min(value for _, value in known) < 0:
        return None
    per_year = PER_YEAR[series.indicator.period]
    running = series.indicator.covers == "year"
    spans = apart([(reading.end, value) for reading, value in known], per_year, running=running)
    sofar = known[-1][1] if running else sum(value for reading, value in known if reading.end.year == year)
    if not (open_ := _open(spans, year, per_year, running=running)):
        return _over(year, sofar)
    whole = _whole(series, known)
    end = known[-1][0].end
    if running and (months := of_months(series.steps, min(as_of, end), end)) and _tell_the_same(months, year, sofar):
        spans, per_year, open_ = months, 12, list(range(end.month, 12))
    rest = rest_of_year(spans, year, open_, per_year, whole=whole)
    if rest is None:
        return None
    come = counts(rest.mean, rest.variance) if whole else amounts(rest.mean, rest.variance)
    return _forecast(year, [sofar + each for each in come], "季节负二项" if whole else "季节伽马", rest.years)


def _whole(series: Series, known: _Known) -> bool:
    """Whether things are counted one by one: declared so, or never anything but whole numbers."""
    computed = series.indicator.computed
    if computed is not None and computed.measure == "sum":
        return not any(value for _, value in known)
    return all(value == int(value) for _, value in known)


def _tell_the_same(months: Sequence[Span], year: int, sofar: float) -> bool:
    """Whether the steps add up to the year so far; they do not where another office's figure is quoted."""
    return abs(sum(span.value for span in months if span.year == year) - sofar) <= max(0.02 * abs(sofar), 1e-6)


def _open(spans: Sequence[Span], year: int, per_year: int, *, running: bool) -> list[int]:
    """The periods of the year that are still to come, or not known."""
    known = {period for span in spans if span.year == year for period in range(span.first, span.last + 1)}
    first = max(known) + 1 if running else 0
    return [period for period in range(first, per_year) if period not in known]


def _share(series: Series, known: _Known, year: int) -> Forecast | None:
    per_year = PER_YEAR[series.indicator.period]
    running = series.indicator.covers == "year"
    spans = apart([(reading.end, value) for reading, value in known], per_year, running=False)
    cases = _cases(known, year)
    if running and spans[-1].last == per_year - 1:
        return _over(year, known[-1][1])
    if cases:
        tops = apart([(end, top) for end, top, _ in cases], per_year, running=running)
        bottoms = apart([(end, bottom) for end, _, bottom in cases], per_year, running=running)
        open_ = _open(bottoms, year, per_year, running=running)
        here = [(top, bottom) for end, top, bottom in cases if end.year == year]
        hit, all_ = here[-1] if running else (sum(top for top, _ in here), sum(bottom for _, bottom in here))
        if not open_:
            return _over(year, 100 * hit / all_ if all_ else known[-1][1])
        whole = all(each == int(each) for _, top, bottom in cases for each in (top, bottom))
        rest = rest_of_year(bottoms, year, open_, per_year, whole=whole)
        quantiles = share(tops, bottoms, (hit, all_), rest, (len(open_), per_year), whole=whole) if rest else None
        if quantiles is not None and rest is not None:
            return _forecast(year, quantiles, "贝塔二项", rest.years, *_bounds(known))
    figures = [(span.year, span.first, span.value) for span in spans]
    if not running and sum(span.year == year for span in spans) == per_year:
        return _over(year, sum(span.value for span in spans if span.year == year) / per_year)
    alone = share_alone(figures, year, per_year, running=running)
    if alone is None:
        return None
    left = per_year - 1 - spans[-1].last if running else per_year - sum(span.year == year for span in spans)
    return _forecast(year, _unbroken(known, alone[0], left), "累计均值", alone[1], *_bounds(known))


def _unbroken(known: _Known, quantiles: Sequence[float], left: int) -> Sequence[float]:
    """A rate that was 100 % in each of n periods stays so through ``left`` more with chance (n+1)/(n+left+1), Laplace's rule of
    succession; what chance remains keeps the lower half of ``quantiles``. Any other rate: ``quantiles``.
    """
    if {value for _, value in known} != {100.0}:
        return quantiles
    broken = 100 * left / (len(known) + left + 1)
    half = len(LEVELS) // 2 + 1
    return [
        quantiles[max(0, min(half, round(level * half / broken)) - 1)] if level <= broken else 100.0
        for level in range(1, len(LEVELS) + 1)
    ]


def _cases(known: _Known, year: int) -> list[tuple[date, float, float]]:
    """Numerators and denominators where they give the reading; none unless they do so for every reading of the year."""
    found = []
    for reading, value in known:
        top, bottom = reading.numerator, reading.denominator
        if top is not None and bottom is not None and 0 <= top <= bottom and _gives(value, top, bottom):
            found.append((reading.end, round(top, _FINEST), round(bottom, _FINEST)))
        elif reading.end.year == year:
            return []
    return found


def _gives(value: float, top: float, bottom: float) -> bool:
    return not bottom or abs(100 * top / bottom - value) <= _NEAR


def _moment(series: Series, known: _Known, year: int) -> Forecast | None:
    per_year = PER_YEAR[series.indicator.period]
    length = 12 // per_year
    figures = [
        (reading.end.year * per_year + (reading.end.month - 1) // length, value, reading.sample)
        for reading, value in known
    ]
    if figures[-1][0] % per_year == per_year - 1:
        return _over(year, figures[-1][1])
    percent = series.indicator.unit in PERCENT
    found = moment(figures, per_year, series.indicator.unit)
    if found is None:
        return None
    quantiles, years = found
    if not percent and all(value == int(value) for _, value in known):
        quantiles = tuple(float(round(each)) for each in quantiles)
    bounds = (1.0, None) if series.indicator.unit == "位" else _bounds(known, percent=percent)
    return _forecast(year, quantiles, "阻尼漂移", years, *bounds)


def _bounds(known: _Known, *, percent: bool = True) -> tuple[float | None, float | None]:
    """Between 0 and 100 per cent, at or above 0, where no reading has ever lain elsewhere."""
    values = [value for _, value in known]
    return 0.0 if min(values) >= 0 else None, 100.0 if percent and max(values) <= 100 else None


def _over(year: int, value: float) -> Forecast:
    return Forecast(year, (value,) * len(LEVELS), _OVER, 0)


def _forecast(
    year: int,
    quantiles: Sequence[float],
    method: str,
    years: int,
    lowest: float | None = None,
    highest: float | None = None,
) -> Forecast:
    """Kept within what can be, in order, and rounded so that the last bit of a sum cannot be seen."""
    found, before = [], float("-inf")
    for each in quantiles:
        if lowest is not None:
            each = max(each, lowest)
        if highest is not None:
            each = min(each, highest)
        before = max(before, round(each, _DIGITS))
        found.append(before)
    return Forecast(year, tuple(found), method, years)
