"""What is asked of a forecast: each series as it was known at the end of a month, what came, and what the plain ways would say."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from benchmarks.pasts import Past
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.model.indicator import Indicator

__all__ = ["MONTHS", "asked"]

MONTHS = range(3, 12)
"""The months at whose end a forecast is asked for."""


def asked(past: Past) -> Iterator[tuple[str, int, Series, float, tuple[float, float, float]]]:
    """Kind, month, series as known at its end, what came, and the three plain ways."""
    years = sorted(past.figures)
    for year in years[-past.told :]:
        per_year = len(past.figures[year])
        for period in range(per_year - 1):
            month = (period + 1) * 12 // per_year
            if per_year == 12 and month not in MONTHS:
                continue
            if past.moments:
                yield past.kind, month, _moments(past, year, period, per_year), *_stood(past, year, period, per_year)
            elif past.cases is None:
                yield past.kind, month, _counts(past, year, month), *_came(past, year, month)
            elif sum(past.cases[year][:month]):
                for alone in (False, True):
                    series = _rates(past, year, month, alone=alone)
                    yield past.kind + "_alone" * alone, month, series, *_hit(past, year, month)


def _came(past: Past, year: int, month: int) -> tuple[float, tuple[float, float, float]]:
    now, before = past.figures[year], past.figures[year - 1]
    sofar = sum(now[:month])
    elapsed = (date(year, month, monthrange(year, month)[1]) - date(year - 1, 12, 31)).days
    straight = sofar / elapsed * (date(year, 12, 31) - date(year - 1, 12, 31)).days
    return sum(now), (sum(before), sofar + sum(before[month:]), straight)


def _hit(past: Past, year: int, month: int) -> tuple[float, tuple[float, float, float]]:
    assert past.cases is not None
    now, before = ((past.figures[each], past.cases[each]) for each in (year, year - 1))
    sofar = 100 * sum(now[0][:month]) / sum(now[1][:month])
    last = 100 * sum(before[0]) / max(1, sum(before[1]))
    return 100 * sum(now[0]) / sum(now[1]), (last, (month * sofar + (12 - month) * last) / 12, sofar)


def _stood(past: Past, year: int, period: int, per_year: int) -> tuple[float, tuple[float, float, float]]:
    now, before = past.figures[year], past.figures[year - 1]
    line = now[period] + (now[period] - before[period]) / per_year * (per_year - 1 - period)
    return now[-1], (before[-1], now[period], line)


def _counts(past: Past, year: int, month: int) -> Series:
    readings = [Reading(end, sum(past.figures[end.year][: end.month])) for end in _ends(past, year, month, 12)]
    return Series(_COUNT, "", "全县", tuple(readings), None)


def _rates(past: Past, year: int, month: int, *, alone: bool) -> Series:
    assert past.cases is not None
    readings = []
    for end in _ends(past, year, month, 12):
        hits, cases = sum(past.figures[end.year][: end.month]), sum(past.cases[end.year][: end.month])
        value = 100 * hits / cases if cases else None
        readings.append(Reading(end, value) if alone else Reading(end, value, numerator=hits, denominator=cases))
    return Series(_RATE, "", "全县", tuple(readings), None)


def _moments(past: Past, year: int, period: int, per_year: int) -> Series:
    ends = _ends(past, year, (period + 1) * 12 // per_year, per_year)
    readings = [
        Reading(end, past.figures[end.year][end.month * per_year // 12 - 1], sample=past.sample) for end in ends
    ]
    return Series(_SURVEYS[per_year], "", "全县", tuple(readings), None)


def _ends(past: Past, year: int, month: int, per_year: int) -> list[date]:
    every = [(y, nth * 12 // per_year) for y in sorted(past.figures) for nth in range(1, per_year + 1)]
    return [date(y, m, monthrange(y, m)[1]) for y, m in every if (y, m) <= (year, month)]


def _indicator(unit: str, period: str, covers: str) -> Indicator:
    said = {
        "id": "back-test",
        "name": "回测",
        "theme": "crime",
        "definition": "回测用。",
        "basis": "回测用。",
        "owner": "gongan",
    }
    return Indicator.model_validate(
        {**said, "reports": "gongan", "unit": unit, "period": period, "covers": covers, "better": "lower"}
    )


_COUNT, _RATE = _indicator("件", "month", "year"), _indicator("%", "month", "year")
_SURVEYS = {
    number: _indicator("%", period, "moment") for number, period in ((2, "half"), (4, "quarter"), (12, "month"))
}
