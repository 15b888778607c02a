"""The line that a figure is held against, how far it misses it, and what it amounts to since 1 January."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from riskengine.assess.indicators.comparison import History
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.target import year_to_date
from riskengine.model.figure import measure
from riskengine.model.indicator import Indicator
from riskengine.model.period import ends

__all__ = ["gap", "reading_on", "so_far"]


def gap(indicator: Indicator, value: float, line: float) -> float:
    """How far ``value`` misses its target ``line``, in the indicator's unit; 0 where it does not."""
    match indicator.target.kind if indicator.target else indicator.better:
        case "exactly":
            return abs(value - line)
        case "at_least" | "higher":
            return max(0.0, line - value)
        case "change" if indicator.better == "higher":
            return max(0.0, line - value)
        case _:
            return max(0.0, value - line)


def reading_on(series: Series, end: date) -> Reading | None:
    """The reading of the period that ends on ``end``; ``last_year`` from the reading a year earlier where it did not come along.

    A reading that is doubted has no value.
    """
    found = next((each for each in reversed(series.readings) if each.end == end), None)
    if found is None:
        return None
    history = History(series)
    return replace(found, value=history.value(end), last_year=history.year_before(found))


def so_far(series: Series, end: date) -> Reading | None:
    """What is held against the target of the year on ``end``: the reading itself, but for readings of single periods all of the year's put
    together. Its cases likewise, where all are known, and of counts ``last_year``.
    """
    newest = reading_on(series, end)
    if newest is None or series.indicator.covers != "period" or newest.value is None:
        return newest
    value = year_to_date(series, History(series), newest)
    year = [reading_on(series, each) for each in ends(series.indicator.period, date(end.year, 1, 1), end)]
    if measure(series.indicator) == "count":
        return replace(newest, value=value, last_year=_sum([each.last_year if each else None for each in year]))
    above = _sum([each.numerator if each else None for each in year])
    below = _sum([each.denominator if each else None for each in year])
    if above is None or below is None:
        return replace(newest, value=value)
    return replace(newest, value=value, numerator=above, denominator=below)


def _sum(values: Sequence[float | None]) -> float | None:
    """None where one of them is not known."""
    known = [each for each in values if each is not None]
    return sum(known) if len(known) == len(values) else None
