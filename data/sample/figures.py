"""The figures behind the returns: what happened in each month, added up from January on; rates with what they are made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import accumulate
from typing import TypeVar

from data.sample import fraud, planted
from data.sample.chance import month_end, month_ends, stream

__all__ = ["MONTHS", "SINCE", "Pair", "filings", "of_rate", "steps", "to_date", "year_before"]

SINCE = date(2023, 1, 1)
MONTHS = month_ends(SINCE, date(2026, 5, 31))
"""Month ends from January 2023 to the newest that was known on the sample date."""

Pair = tuple[int, int]
"""Numerator and denominator."""

Value = TypeVar("Value")

_SPRING = {2023: 1, 2024: 2, 2025: 1, 2026: 2}
"""Month in which most of the Spring Festival lies."""


def steps(name: str, totals: Mapping[int, float], season: tuple[float, ...], quiet: float = 1.0) -> dict[date, int]:
    """Whole numbers a month that add up to ``totals`` over a year, by the weights of twelve months; the month of the Spring Festival
    is ``quiet`` times as busy. The running year is cut off at the newest month.
    """
    rng, found = stream(f"figure/{name}"), {}
    for year, total in totals.items():
        weights = [
            weight * rng.uniform(0.9, 1.1) * (quiet if month == _SPRING[year] else 1.0)
            for month, weight in enumerate(season, 1)
        ]
        sums = [0, *(round(total * part / sum(weights)) for part in accumulate(weights))]
        for month in range(12):
            found[month_end(date(year, month + 1, 1))] = sums[month + 1] - sums[month]
    return {end: n for end, n in found.items() if end <= MONTHS[-1]}


def to_date(months: Mapping[date, int]) -> dict[date, int]:
    """From 1 January to each month end."""
    found: dict[date, int] = {}
    total = 0
    for end in sorted(months):
        total = months[end] + (0 if end.month == 1 else total)
        found[end] = total
    return found


def of_rate(
    name: str, rate: Mapping[int, float], denominators: Mapping[date, int], swing: float = 0.01
) -> dict[date, Pair]:
    """How many of the ``denominators`` of each month succeed at a ``rate`` (0 to 1) a year, to date: pairs from 1 January on."""
    rng, found, expected = stream(f"rate/{name}"), {}, 0.0
    for end, whole in to_date(denominators).items():
        hoped = denominators[end] * (rate[end.year] + rng.uniform(-swing, swing))
        expected = hoped + (0.0 if end.month == 1 else expected)
        found[end] = (min(whole, round(expected)), whole)
    return found


def year_before(found: Mapping[date, Value], end: date) -> Value | None:
    """The same month end a year earlier."""
    return found.get(month_end(end.replace(year=end.year - 1, day=1)))


def filings() -> dict[date, int]:
    """Fraud filings a month: by the day of the report as the anti-fraud centre's own cases have it, made up before its records begin."""
    earlier = steps("诈骗立案", {2023: 742, 2024: 730}, (1,) * 12, quiet=0.85)
    found = {end: n for end, n in earlier.items() if end < date(2024, 7, 1)} | {
        end: 0 for end in MONTHS if end > date(2024, 7, 1)
    }
    cases = {str(v.row["key"]): v.row["reported_on"] for v in fraud.background() + planted.versions("fraud")}
    for day in cases.values():
        assert isinstance(day, date)
        if (end := month_end(day)) in found:
            found[end] += 1
    return found
