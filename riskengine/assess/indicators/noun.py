"""What passes between the steps before an indicator is judged: readings in order, and a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from riskengine.model.indicator import Indicator

__all__ = ["Forecast", "Reading", "Series"]

Origin = Literal["报送", "计算"]


@dataclass(frozen=True)
class Reading:
    """One period of one series. ``end``: its last day. ``value`` as the indicator says it (what it ``covers``); None: nothing came, or
    nothing that can be believed (then ``doubt`` says why). ``reported`` and ``computed``: both, where both exist. ``numerator`` and
    ``denominator`` speak of the same span as ``value``; ``sample`` counts the answers of a survey, or the records behind a ratio of sums
    and behind a reported share that came without its cases. ``versions``: how often it was sent (2: corrected once).
    """

    end: date
    value: float | None
    origin: Origin | None = None
    reported: float | None = None
    computed: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    sample: int | None = None
    last_year: float | None = None
    city: float | None = None
    province: float | None = None
    peers: float | None = None
    rank: int | None = None
    versions: int = 1
    doubt: str | None = None


@dataclass(frozen=True)
class Series:
    """The readings of one indicator for one place, oldest first, one for every period from the first that came to ``due``, or to the
    newest that came before it was due, a gap being a reading without a value. ``called``: the place as a sentence names it (全县, 全区,
    清溪镇). ``due``: end of the newest period whose reading should be in (its period over, the reporter's grace past); None where nothing
    is due yet. ``steps``: what a computed count or sum came to in each calendar month, where records give it by month.
    """

    indicator: Indicator
    place: str
    called: str
    readings: tuple[Reading, ...]
    due: date | None
    steps: Mapping[date, float] = field(default_factory=dict)

    @property
    def newest(self) -> Reading | None:
        """The newest period, whether it has a value or not."""
        return self.readings[-1] if self.readings else None


@dataclass(frozen=True)
class Forecast:
    """Where the year will end. ``quantiles``: 99 of them, at 1 % … 99 %, non-decreasing; ``value`` is the median, ``low`` to
    ``high`` hold 80 %.

    ``method``: its Chinese name, as it stands on the page. ``years``: how many earlier years it learned the season from.
    """

    year: int
    quantiles: tuple[float, ...]
    method: str
    years: int

    @property
    def value(self) -> float:
        """The median."""
        return self.quantiles[49]

    @property
    def low(self) -> float:
        """One in ten ends below."""
        return self.quantiles[9]

    @property
    def high(self) -> float:
        """One in ten ends above."""
        return self.quantiles[89]

    def at_most(self, value: float) -> float:
        """The chance that the year ends at or below ``value``, 0.005 … 0.995."""
        below = sum(quantile <= value + 1e-9 for quantile in self.quantiles)
        return min(0.995, max(0.005, below / 100))

    def at_least(self, value: float) -> float:
        """The chance that the year ends at or above ``value``, 0.005 … 0.995."""
        above = sum(quantile >= value - 1e-9 for quantile in self.quantiles)
        return min(0.995, max(0.005, above / 100))
