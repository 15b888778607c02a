"""The lunar calendar, for holidays that move: the same day of the lunar year before."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache

from lunar_python import LunarYear, Solar

__all__ = ["LUNAR_YEARS", "lunar_year_ago", "spring_festival"]

LUNAR_YEARS = range(1902, 2101)
"""Solar years of the days that can be asked for: for these the months were compared with other tables."""


def lunar_year_ago(day: date) -> date:
    """The day with the same lunar month and day, one lunar year before.

    A day of a leap month stands for the plain month of that number; the 30th is the 29th where last year's month was
    short. Raises ValueError for a day outside :data:`LUNAR_YEARS`.
    """
    if day.year not in LUNAR_YEARS:
        first, last = LUNAR_YEARS[0], LUNAR_YEARS[-1]
        raise ValueError(f"{day} 不在农历可换算的 {first} 至 {last} 年之内，不能用 lag: lunar")
    year = day.year if _months(day.year)[0][0] <= day else day.year - 1
    months = _months(year)
    began, month, _ = months[bisect_right(months, day, key=lambda each: each[0]) - 1]
    [(before, length)] = [(first, length) for first, number, length in _months(year - 1) if number == abs(month)]
    return before + timedelta(min((day - began).days, length - 1))


def spring_festival(year: int) -> date:
    """The first day of the lunar year that begins in ``year``, one of :data:`LUNAR_YEARS`.

    >>> spring_festival(2026)
    datetime.date(2026, 2, 17)
    """
    return _months(year)[0][0]


@lru_cache(maxsize=512)
def _months(year: int) -> tuple[tuple[date, int, int], ...]:
    """The months of a lunar year: first day, number (negative = leap month), length in days."""
    months = []
    for each in LunarYear.fromYear(year).getMonthsInYear():  # some milliseconds of astronomy
        first = Solar.fromJulianDay(each.getFirstJulianDay())
        months.append((date(first.getYear(), first.getMonth(), first.getDay()), each.getMonth(), each.getDayCount()))
    return tuple(months)
