"""Series made up for forecasts, and the forecast of one, with what holds of every forecast."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from riskengine.assess.indicators.forecast import year_end
from riskengine.assess.indicators.noun import Forecast, Reading, Series
from riskengine.model.indicator import Indicator


def indicator(unit: str = "件", covers: str = "year", period: str = "month", **more: Any) -> Indicator:
    said = {"id": "a-figure", "name": "某项指标", "theme": "crime", "definition": "测试用。", "basis": "测试用。"}
    said |= {
        "owner": "gongan",
        "reports": "gongan",
        "unit": unit,
        "better": "lower",
        "period": period,
        "covers": covers,
    }
    return Indicator.model_validate({**said, **more})


def day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def series(kind: Indicator, *readings: Reading, steps: dict[date, float] | None = None) -> Series:
    return Series(kind, "320000", "全县", readings, readings[-1].end if readings else None, steps or {})


def running(years: dict[int, list[float]], kind: Indicator | None = None) -> Series:
    """Monthly counts as the returns give them: the year to date."""
    found = [Reading(day(y, m + 1), sum(counts[: m + 1])) for y, counts in years.items() for m in range(len(counts))]
    return series(kind or indicator(), *found)


def rates(years: dict[int, list[tuple[int, int]]], *, cases: bool = True, covers: str = "year") -> Series:
    found = []
    for year, months in years.items():
        for m in range(len(months)):
            part = months[: m + 1] if covers == "year" else months[m : m + 1]
            hits, all_ = sum(h for h, _ in part), sum(n for _, n in part)
            value = 100 * hits / all_ if all_ else None
            known = {"numerator": hits, "denominator": all_} if cases else {}
            found.append(Reading(day(year, m + 1), value, **known))
    return series(indicator("%", covers), *found)


def moments(values: list[float | None], *, unit: str = "%", per_year: int = 4, sample: int | None = None) -> Series:
    period = {12: "month", 4: "quarter", 2: "half", 1: "year"}[per_year]
    ends = [day(2023 + nth // per_year, (nth % per_year + 1) * 12 // per_year) for nth in range(len(values))]
    found = [Reading(end, value, sample=sample) for end, value in zip(ends, values, strict=True)]
    return series(indicator(unit, "moment", period), *found)


def foretold(known: Series, as_of: date = date(2026, 12, 31)) -> Forecast:
    found = year_end(known, as_of)
    assert found is not None
    assert len(found.quantiles) == 99
    assert list(found.quantiles) == sorted(found.quantiles)
    return found


SUMMER = [10, 10, 20, 40, 60, 80, 80, 60, 40, 20, 10, 10]
STEADY = [30, 31, 29, 30, 32, 28, 30, 31, 29, 30, 31, 29]
