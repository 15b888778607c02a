"""Chance and the calendar: seeded streams, counts, weekdays, seasons, festivals."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from data.sample.geography import Town, Village, villages

__all__ = ["FIRST", "LAST", "SWITCH", "Places", "count", "days", "month_end", "month_ends", "pick", "rhythm", "stream"]

FIRST = date(2024, 7, 1)
LAST = date(2026, 6, 30)
SWITCH = date(2026, 2, 28)
"""Up to here history comes in large files; afterwards each office sends by its own rhythm."""

# Days on which offices are half empty and the county is quiet: Spring Festival of 2025 and 2026 (lunar), National Day.
_QUIET = (
    (date(2025, 1, 28), date(2025, 2, 4), 0.55), (date(2026, 2, 16), date(2026, 2, 23), 0.55),
    (date(2024, 10, 1), date(2024, 10, 7), 0.85), (date(2025, 10, 1), date(2025, 10, 8), 0.85),
)  # fmt: skip


def stream(name: str) -> Random:
    """An independent stream of chance for one purpose, the same on every run and machine."""
    return Random(f"云川县/{name}")


def days(first: date = FIRST, last: date = LAST) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def month_end(day: date) -> date:
    """The last day of the month of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_ends(first: date = FIRST, last: date = LAST) -> list[date]:
    """All month ends in between."""
    return [day for day in days(first, last) if day == month_end(day)]


def rhythm(day: date, *, weekend: float = 0.8, season: float = 0.12) -> float:
    """How busy a day is against the mean: weekday, a summer that is busier than winter, festivals."""
    busy = weekend if day.weekday() >= 5 else 1 + (1 - weekend) * 0.4
    busy *= 1 + season * math.cos(2 * math.pi * (day.timetuple().tm_yday - 200) / 365.25)
    for first, last, factor in _QUIET:
        if first <= day <= last:
            busy *= factor
    return busy


def count(rng: Random, mean: float, spread: float = 1.2) -> int:
    """A count with variance ``spread`` times its mean (negative binomial; Poisson at 1)."""
    rate = mean if spread <= 1 else rng.gammavariate(mean / (spread - 1), spread - 1)
    if rate > 40:
        return max(0, round(rng.gauss(rate, math.sqrt(rate))))
    limit, product, found = math.exp(-rate), rng.random(), 0
    while product > limit:
        product *= rng.random()
        found += 1
    return found


def pick(rng: Random, weights: dict[str, float]) -> str:
    """One of the keys, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


class Places:
    """Villages drawn by residents; ``urban`` > 1 lets the county seat have more than its share."""

    def __init__(self, urban: float = 1.0, only: Town | None = None) -> None:
        self._all: Sequence[Village] = [v for v in villages() if only is None or v.town == only]
        self._sums = list(accumulate(v.people * (urban if v.name.endswith("社区") else 1.0) for v in self._all))

    def draw(self, rng: Random) -> Village:
        """One village."""
        return self._all[bisect(self._sums, rng.random() * self._sums[-1])]
