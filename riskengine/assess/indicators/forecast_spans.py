"""Readings of a year so far, taken apart into what each period brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

__all__ = ["PER_YEAR", "Span", "apart", "of_months"]

PER_YEAR = {"month": 12, "quarter": 4, "half": 2, "year": 1}
"""How many periods make a year."""


@dataclass(frozen=True)
class Span:
    """What the periods ``first`` to ``last`` of a year, counted from 0, brought together. More than one where a reading is
    missing between two year-to-date figures.
    """

    year: int
    first: int
    last: int
    value: float

    @property
    def single(self) -> bool:
        """Whether it tells of one period alone."""
        return self.first == self.last


def apart(readings: Iterable[tuple[date, float]], per_year: int, *, running: bool) -> list[Span]:
    """``readings``: end and figure, oldest first, without those that are not known. ``running``: figures are year-to-date.

    A later figure that is lower corrects the earlier ones, so that no period brings less than nothing.
    """
    length = 12 // per_year
    if not running:
        return [Span(end.year, (end.month - 1) // length, (end.month - 1) // length, value) for end, value in readings]
    years: dict[int, list[tuple[int, float]]] = {}
    for end, value in readings:
        years.setdefault(end.year, []).append(((end.month - 1) // length, value))
    found = []
    for year, figures in years.items():
        lowest, corrected = float("inf"), []
        for period, value in reversed(figures):
            lowest = min(lowest, value)
            corrected.append((period, lowest))
        before, sofar = -1, 0.0
        for period, value in reversed(corrected):
            found.append(Span(year, before + 1, period, value - sofar))
            before, sofar = period, value
    return found


def of_months(steps: Mapping[date, float], known: date, end: date) -> list[Span]:
    """What records give by calendar month (a day of each month → what it brought), oldest first, from the first month that is named to
    the one of ``end``. Steps after ``known`` do not count; a month that is not named brought nothing.
    """
    named = {day.year * 12 + day.month - 1: value for day, value in steps.items() if day <= known}
    if not named:
        return []
    months = range(min(named), end.year * 12 + end.month)
    return [Span(at // 12, at % 12, at % 12, named.get(at, 0.0)) for at in months]
