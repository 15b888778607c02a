"""The parts of an assessment: a happening, a line of the sheet, a unit's total, a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from riskengine.model.appraisal import Appraisal

__all__ = ["Channel", "Entry", "Hit", "PlaceRate", "Sheet", "Source", "Standing", "UnitShares"]


@dataclass(frozen=True, order=True)
class Source:
    """The row that a happening was read from: ``table`` (schema.name), its night, and the number that it goes by there."""

    table: str
    as_of: date
    id: str


@dataclass(frozen=True)
class Hit:
    """One thing that happened to a unit and that an item of the assessment counts.

    ``on``: the day it came about, by which it belongs to a year. ``id``: the warning, indicator or source it is about. ``days``: over
    what was allowed, None where days do not count. ``times``: how often it counts (indicators: points). ``theme``, ``level``: of the
    warning, None where there is none. ``file``: the receipt that shows it, ``name 第n行``. ``spared``: why it costs nothing by the
    engine's own rules, None where it does.
    """

    counts: str
    unit: str
    on: date
    id: str
    says: str
    source: Source
    days: int | None = None
    times: float = 1.0
    theme: str | None = None
    level: int | None = None
    file: str | None = None
    spared: str | None = None

    @property
    def number(self) -> str | None:
        """``id`` where it is the number of a warning or a matter; None where it is a word of the rule files (an indicator, a source)."""
        word = self.id.isascii() and self.id[:1].islower()
        return None if word else self.id


@dataclass(frozen=True)
class Entry:
    """A line of the sheet: a happening under an item. ``points``: what it would cost alone; ``deducted``: what it does cost, after the
    item's cap; ``note``: why that is less.
    """

    item: str
    hit: Hit
    points: float
    deducted: float
    note: str | None


@dataclass(frozen=True)
class Standing:
    """A unit's total. ``by``: item id → points deducted, every item that is for such units. ``score`` = points - sum of ``by``.

    ``warnings``: given to it in the year. ``rank`` within its type (``line``, ``township``), 1 the best, equals share the better one
    and are ``tied``; those with a ``veto`` stand last; None where ``small`` (too few warnings) and there is no veto.
    """

    unit: str
    type: str
    warnings: int
    score: float
    by: Mapping[str, float]
    veto: bool
    small: bool
    rank: int | None
    tied: bool
    of: int


@dataclass(frozen=True)
class UnitShares:
    """What a unit made of its warnings, as ``(hits, of)`` each; the share is unknown where ``of`` is below LEAST.

    ``signed``: signed within the days that the assessment allows; ``in_time``: fed back by the deadline, of those that were
    answered or whose deadline passed unanswered; ``answered``: fed back at all, of the same; ``confirmed``: 属实 or 已化解, of those
    judged; ``back``: came back, of those closed, 误报 apart;
    ``returns``: nights without a silent report, of all nights that year, (0, 0) where it owes no reports. ``rank``: by ``in_time``,
    within the type; None where that is unknown.
    """

    unit: str
    type: str
    signed: tuple[int, int]
    in_time: tuple[int, int]
    answered: tuple[int, int]
    confirmed: tuple[int, int]
    back: tuple[int, int]
    returns: tuple[int, int]
    rank: int | None = None
    tied: bool = False


@dataclass(frozen=True)
class Channel:
    """A source that first told of a place on ``since``, when the place's count of that kind jumped. ``before`` and ``after``: records in
    the same number of ``days`` up to and from then on.
    """

    source: str
    title: str
    since: date
    before: int
    after: int
    days: int


@dataclass(frozen=True)
class PlaceRate:
    """A town and a kind of record in the year. ``rate``: of all; ``fair``: without ``own`` (self-reported) and without what came through
    new ``channels``; both for ten thousand residents, None where the residents are not known. ``low`` and ``high``: 95 % of ``fair``.

    ``rank``: by ``rate``, ``fair_rank``: by ``fair``; 1 has most; None where ``small`` (fewer than LEAST records) or unknown.
    ``returns``: nights on which nothing of the kind was silent there, of all nights.
    """

    place: str
    kind: str
    residents: int | None
    count: int
    own: int
    new: int
    rate: float | None
    fair: float | None
    low: float | None
    high: float | None
    rank: int | None
    tied: bool
    fair_rank: int | None
    fair_tied: bool
    small: bool
    returns: tuple[int, int]
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The whole assessment of a year as one night knew it. ``entries`` in the order units, items, days."""

    year: int
    as_of: date
    rules: str
    appraisal: Appraisal
    standings: tuple[Standing, ...]
    entries: tuple[Entry, ...]
    shares: tuple[UnitShares, ...]
    places: tuple[PlaceRate, ...]
    unit_names: Mapping[str, str]
    place_names: Mapping[str, str]
    level_names: Mapping[int, str]
