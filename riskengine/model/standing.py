"""What a night says of indicators, row by row: a standing, its parts, a place in a ranking, a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from riskengine.model.indicator import Course, Lamp

__all__ = ["Finding", "Mark", "Part", "Standing"]


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
