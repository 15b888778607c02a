"""What passes between the steps: readings in order, a forecast, a standing, its parts, a place in a ranking, a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from riskengine.model.indicator import Course, Indicator, Lamp

__all__ = ["Finding", "Forecast", "Mark", "Part", "Reading", "Series", "Standing"]

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
    """The readings of one indicator for one place, oldest first, one for every period from the first that came to ``due``, a gap being
    a reading without a value. ``called``: the place as a sentence names it (全县, 全区, 清溪镇). ``due``: end of the newest period whose
    reading should be in (its period over, the reporter's grace past); None where nothing is due yet. ``steps``: what a computed count or
    sum came to in each calendar month, where records give it by month.
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


@dataclass(frozen=True)
class Standing:
    """A row of ``assess.standing``, column by column; see ``riskengine/store/schema.py``."""

    indicator: str
    place: str
    owner: str
    period: str | None
    period_end: date | None
    due: date | None
    value: float | None
    origin: str | None
    reported: float | None
    computed: float | None
    last_year: float | None
    change: float | None
    change_in: str | None
    city: float | None
    province: float | None
    peers: float | None
    rank: int | None
    rank_before: int | None
    target_kind: str | None
    target: float | None
    control: float | None
    over_control: bool | None
    course: Course
    lamp: Lamp
    forecast: float | None
    low: float | None
    high: float | None
    chance: float | None
    method: str | None
    fall_periods: int | None
    below_city_periods: int | None
    below_province_periods: int | None
    below_peers_periods: int | None
    small: bool
    says: str
    why: Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A row of ``assess.part``. ``difference`` in the indicator's unit (百分点 for %), ``share`` in per cent of the whole difference."""

    indicator: str
    by: str
    part: str
    name: str
    value: float | None
    base: float | None
    difference: float
    share: float


@dataclass(frozen=True)
class Mark:
    """A row of ``assess.mark``. ``rank`` 1 is the best; equals share the better place and are ``tied``; ``of``: how many were ranked."""

    scope: Literal["place", "unit"]
    code: str
    indicator: str | None
    value: float | None
    rank: int | None
    rank_before: int | None
    tied: bool
    of: int
    small: bool
    weight: float
    deducted: float
    veto: bool
    why: Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """A row of ``assess.finding``: where, what, what to do, in one Chinese sentence."""

    indicator: str
    place: str | None
    period: str | None
    code: str
    unit: str | None
    message: str
