"""The working calendar: which days offices work, from the yearly notices, and from which day on nobody has said yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chinese_calendar.constants import Holiday, holidays, workdays

from riskengine.model.clock import CalendarYear

__all__ = ["PUBLISHED", "Calendar"]

PUBLISHED = range(min(holidays).year, max(holidays).year + 1)
"""Years whose notices the library chinesecalendar has."""

_TURN = (12, 25)
"""From this day on a December waits for the notice of the year after: 29 to 31 December 2007, 2018 and others stand in it."""

_DAYS = "一二三四五六日"
_NAMES: dict[str, str] = {each.value: each.chinese for each in Holiday}


class Calendar:
    """The library's years with ``rules/calendar.yaml`` laid over them. A year that neither has is worked from Monday to Friday.

    >>> Calendar().rest(date(2026, 10, 1)), Calendar().rest(date(2026, 10, 10)), Calendar().settled(date(2031, 1, 2))
    ('国庆节', None, False)
    """

    def __init__(self, years: Iterable[CalendarYear] = ()) -> None:
        years = tuple(years)
        self._off = {day for each in years for day in each.holidays}
        self._on = {day for each in years for day in each.workdays}
        self._years = {*PUBLISHED, *(each.year for each in years)}

    def rest(self, day: date) -> str | None:
        """Why offices do not work on the day (国庆节, 周六, 放假), None where they do."""
        if day in self._on:
            return None
        if day in self._off:
            return "放假"
        if day in workdays:
            return None
        if day in holidays:
            return _NAMES[holidays[day]]
        return f"周{_DAYS[day.weekday()]}" if day.weekday() > 4 else None

    def settled(self, day: date) -> bool:
        """Whether the notice that decides the day is known. Otherwise :meth:`rest` only guesses."""
        if day.year not in self._years:
            return False
        return (day.month, day.day) < _TURN or day.year + 1 in self._years or day in self._off or day in self._on

    def waits_for(self, day: date) -> int:
        """The year of the notice that an unsettled day waits for."""
        return day.year + 1 if day.year in self._years else day.year

    def made_up(self, day: date) -> bool:
        """A Saturday or Sunday that is worked (调休上班)."""
        return day.weekday() > 4 and self.rest(day) is None
