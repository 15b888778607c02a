"""Figures from the records that we hold: one pass over a record kind gives all indicators computed from it, by town and month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import duckdb

from riskengine.assess.indicators.tally import Tally, compile_tally
from riskengine.assess.indicators.territory import Territory, lay_out_territory, territory_on
from riskengine.contracts import contract
from riskengine.model.indicator import Indicator
from riskengine.model.period import end_of, ends, months_in
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.rulebook.names import columns_of
from riskengine.store.database import Connection
from riskengine.store.schema import as_known
from riskengine.store.steps import identifier, literal

__all__ = ["TOWNS", "YEARS", "Figure", "Figures", "Piece", "broken_down", "compute", "first_day"]

YEARS = 4
"""Records are looked at from 1 January so many years back."""

TOWNS = "乡镇"
"""What the breakdown by towns is called."""

_LATE = 7
"""A kind whose first record lies this many days into a month is taken to be held from the month's first day."""

_UNREADABLE = (ExpressionError, KeyError, ValueError)


@dataclass(frozen=True)
class Figure:
    """What records say of one period. ``value``: in the indicator's unit; None where nothing can be said (then ``doubt`` says why).

    ``numerator`` and ``denominator``: of a share (records) or ratio (sums); None for a count or a sum. ``records``: how many were counted.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    records: int | None = None
    doubt: str | None = None


@dataclass
class Figures:
    """One indicator: place → period end → figure, and place → month's end → what a count or sum came to. ``fault``: why there is none."""

    periods: dict[str, dict[date, Figure]] = field(default_factory=dict)
    steps: dict[str, dict[date, float]] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True)
class Piece:
    """One part of the county's figure. ``by``: 乡镇, or the title of a column; ``part``: the town's code (the county's own for what lies in
    no town), or what stands in the column (None: nothing). ``numerator``: the count or sum where there is no ``denominator``;
    ``*_before``: last year's same span.
    """

    by: str
    part: str | None
    numerator: float
    denominator: float | None
    numerator_before: float
    denominator_before: float | None


@dataclass(frozen=True)
class _Sum:
    """Numerator (or the count, the sum), denominator and records of some months."""

    numerator: Decimal = Decimal(0)
    denominator: Decimal = Decimal(0)
    records: int = 0

    def __add__(self, other: _Sum) -> _Sum:
        return _Sum(
            self.numerator + other.numerator, self.denominator + other.denominator, self.records + other.records
        )


_Months = Mapping[str | None, dict[int, _Sum]]
"""Town (None: what lies in no town) → month, as year * 12 + month - 1 → its sum."""


def compute(con: Connection, indicators: Sequence[Indicator], territory: Territory, as_of: date) -> dict[str, Figures]:
    """Indicator id → its figures for all periods that are over on the night, for the county and each town that has records.

    A period before the kind's first record has no figure: it is not known, it is not 0. A record whose day is not known, or lies after
    the night, is not counted. Where a source of the kind is silent, the periods that it does not reach have a doubt instead of a value,
    and so has a share of no records. What cannot be computed has a ``fault``, in DuckDB's or the language's words.
    """
    found = {each.id: Figures() for each in indicators}
    passes: dict[tuple[str, str], list[Tally]] = defaultdict(list)
    for each in indicators:
        try:
            tally = compile_tally(each, as_of)
        except _UNREADABLE as error:
            found[each.id].fault = str(error)
            continue
        passes[tally.kind, tally.day].append(tally)
    lay_out_territory(con, territory)
    for (kind, _), group in passes.items():
        hushed = _silences(con, kind, territory, as_of)
        for tally, first, months in _monthly(con, group, as_of, found):
            _fill(tally, first, months, territory, hushed, as_of, found[tally.indicator.id])
    return found


def first_day(indicator: Indicator, end: date) -> date:
    """The first day that a reading of the period ``end`` speaks of; for ``moment`` the first of its last month."""
    if indicator.covers == "year":
        return date(end.year, 1, 1)
    length = 1 if indicator.covers == "moment" else months_in(indicator.period)
    return _first_of(_month(end) - length + 1)


def broken_down(con: Connection, rulebook: Rulebook, indicator: Indicator, end: date, as_of: date) -> list[Piece]:
    """What the county's computed figure of the period ``end`` is made of: by town, and by each column that ``computed.by`` names.

    The pieces of one ``by`` add up to the county's numerator and denominator, those of last year's same span to last year's. Towns in
    the order of their codes, others of their names. Empty where the indicator is not computed, or cannot be.
    """
    territory = territory_on(rulebook, as_of)
    if indicator.computed is None or territory is None:
        return []
    try:
        tally = compile_tally(indicator, as_of)
    except _UNREADABLE:
        return []
    lay_out_territory(con, territory)
    columns, fields = columns_of(tally.kind), contract(tally.kind).model_fields
    parts = {TOWNS: f"coalesce(t.town, {literal(territory.county)})"}
    for each in indicator.computed.by:
        parts[str(fields[columns[each]].title)] = f"CAST(r.{identifier(columns[each])} AS VARCHAR)"
    last = end_of("month", date(end.year - 1, end.month, 1))
    now = f"{tally.day} BETWEEN {literal(first_day(indicator, end))} AND {literal(end)}"
    then = f"{tally.day} BETWEEN {literal(first_day(indicator, last))} AND {literal(last)}"
    try:
        rows = con.execute(
            " UNION ALL ".join(
                f"SELECT {at}, {part} AS part, {tally.columns(now)}, {tally.columns(then)} "
                f"FROM {_known(tally.kind, as_of)} WHERE {now} OR {then} GROUP BY part"
                for at, part in enumerate(parts.values())
            )
            + " ORDER BY 1, part NULLS LAST"
        ).fetchall()
    except duckdb.Error:
        return []
    names = list(parts)
    return [
        Piece(names[at], part, float(n), float(d) if tally.rate else None, float(m), float(e) if tally.rate else None)
        for at, part, n, d, counted, m, e, before in rows
        if counted or before
    ]


def _known(kind: str, as_of: date) -> str:
    return f"({as_known(kind, literal(as_of))}) r LEFT JOIN indicator_place t ON t.place = r.place"


def _monthly(
    con: Connection, group: Sequence[Tally], as_of: date, found: Mapping[str, Figures]
) -> Iterator[tuple[Tally, int, _Months]]:
    """Each tally of one kind and day column with the first month that is held whole, and its months."""
    day, since = group[0].day, date(as_of.year - YEARS, 1, 1)
    try:
        rows = con.execute(
            f"SELECT t.town, CAST(year({day}) * 12 + month({day}) - 1 AS INTEGER), min({day}), "
            f"{', '.join(each.columns() for each in group)} FROM {_known(group[0].kind, as_of)} "
            f"WHERE {day} BETWEEN {literal(since)} AND {literal(as_of)} GROUP BY ALL"
        ).fetchall()
    except duckdb.Error as error:
        if len(group) == 1:
            found[group[0].indicator.id].fault = str(error).strip().splitlines()[0]
        else:  # one of them fails on the numbers of the night: the others stand
            for each in group:
                yield from _monthly(con, [each], as_of, found)
        return
    began = min((row[2] for row in rows), default=as_of)
    for at, tally in enumerate(group):
        months: dict[str | None, dict[int, _Sum]] = defaultdict(dict)
        for row in rows:
            n, d, records = row[3 + 3 * at : 6 + 3 * at]
            if records:
                months[row[0]][row[1]] = _Sum(Decimal(n), Decimal(d), records)
        yield tally, _month(began) + (began.day > _LATE), months


def _silences(con: Connection, kind: str, territory: Territory, as_of: date) -> list[tuple[str | None, date, str]]:
    """Who is silent tonight: the town that it speaks for (None: all), the last day that it reaches to, and the sentence."""
    rows = con.execute(
        "SELECT CASE WHEN NOT whole_source THEN place END, last_on, message FROM sense.silence "
        "WHERE as_of = $1 AND kind = $2 ORDER BY ALL",
        [as_of, kind],
    ).fetchall()
    return [(territory.town_of.get(place) if place else None, last_on, message) for place, last_on, message in rows]


def _fill(
    tally: Tally,
    first: int,
    months: _Months,
    territory: Territory,
    hushed: Sequence[tuple[str | None, date, str]],
    as_of: date,
    into: Figures,
) -> None:
    """Months → periods, for the county (all records) and each town that has any."""
    whole: dict[int, _Sum] = {}
    for each in months.values():
        for month, part in each.items():
            whole[month] = whole[month] + part if month in whole else part
    over = [end for end in ends(tally.indicator.period, _first_of(first), as_of) if end <= as_of]
    spans = [(end, _month(first_day(tally.indicator, end)), _month(end)) for end in over]
    for place in territory.places:
        mine = whole if place == territory.county else months.get(place)
        if mine is None:
            continue
        quiet = [(last, message) for town, last, message in hushed if town is None or town == place]
        into.periods[place] = {
            end: _figure([mine[month] for month in range(since, until + 1) if month in mine], tally.rate, end, quiet)
            for end, since, until in spans
            if since >= first
        }
        if not tally.rate:
            reach = min((as_of, *(last for last, _ in quiet)))
            into.steps[place] = {
                end: float(mine[_month(end)].numerator) if _month(end) in mine else 0.0
                for end in ends("month", _first_of(first), reach)
                if end <= reach
            }


def _figure(span: Sequence[_Sum], rate: bool, end: date, quiet: Sequence[tuple[date, str]]) -> Figure:
    whole = sum(span, _Sum())
    for last, message in quiet:
        if last < end:
            return Figure(None, records=whole.records, doubt=f"按记录计算的数不全：{message}")
    if not rate:
        return Figure(round(float(whole.numerator), 6), records=whole.records)
    if not whole.denominator:
        return Figure(None, 0.0, 0.0, whole.records, "这一期没有可计入的记录，算不出比例")
    value = round(float(100 * whole.numerator / whole.denominator), 6)
    return Figure(value, float(whole.numerator), float(whole.denominator), whole.records)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
