"""Measured signals as SQL fragments: which rows, which days, which aggregate.

Fragments speak of one record as ``r`` and, for places, of the place tree as ``u``. Meaning, the same for each
measure:

* ``count`` is the sum of ``quantity``, so that a retraction (−1) nets out; ``sum`` adds ``of``, with the sign of
  the quantity.
* ``share`` is the part of the count for which ``of`` holds, 0..1; ``distinct`` counts the values whose net count is
  above 0; ``busiest`` is the count of the day that has most, so that a rise can be told from one day's bulk entry.
* ``max`` and ``min`` look at rows that stand (quantity above 0); ``days_since`` is nights since the newest of them.
* ``latest``, ``previous`` and ``streak`` read returns one by one, newest first. They are readings of the subject
  itself: a town's latest satisfaction is not that of one of its villages, so for places they see the rows at the
  place, not those below it.
* A value that the office left out is NULL and never counts as 0; no row at all is the signal's ``empty``.
* An event that came in by several doors counts once for a place: ``count``, ``sum``, ``share`` and ``busiest`` see its records
  as one. A signal with ``once`` leaves it to the kinds named there, where one of these was told first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.assess.events import surplus, surplus_sum
from riskengine.assess.nights import Nights
from riskengine.assess.subjects import newest_first, own_subject
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.language.expression import compile_expression
from riskengine.rulebook.names import columns_of, previous_columns
from riskengine.store.schema import record_columns
from riskengine.store.steps import literal

__all__ = ["READINGS", "Measured", "compile_measured", "newer", "rows_of", "subject_key", "unit_column"]

READINGS = ("latest", "previous", "streak")
"""Measures that read returns one by one, newest first."""

_COUNTED = ("count", "sum", "distinct", "busiest")


@dataclass(frozen=True)
class Measured:
    """One measured signal, compiled.

    ``where``: condition on ``r`` (TRUE where none is written). ``of``: value or condition on ``r``, NULL where none
    is written. ``until``: last day of the window as a SQL date. ``since``: the day before its first one, None = all
    that is known. ``from_day``: ``since`` of the first night, as a day. ``columns``: columns of the kind that it reads.
    ``empty``: SQL of the value where no row was found. ``linked``: the records say of which event they are part, and count by it.
    """

    signal: Signal
    where: str
    of: str | None
    until: str
    since: str | None
    from_day: date | None
    columns: frozenset[str]
    empty: str
    linked: bool = False

    @property
    def kind(self) -> str:
        """The record kind it is measured on."""
        return str(self.signal.source)

    def days(self) -> str:
        """Condition: the record lies in the window."""
        newer = f" AND r.occurred_on > {self.since}" if self.since else ""
        return f"r.occurred_on <= {self.until}{newer}"

    def aggregate(self, within: str) -> str:
        """The aggregate over the rows for which ``within`` holds, as DOUBLE; NULL where there is nothing to read."""
        kept = f"FILTER (WHERE {within})"
        stands = f"FILTER (WHERE {within} AND r.quantity > 0)"
        match self.signal.measure:
            case "count":
                value = self.counted(within)
            case "sum":
                # decimals add up to the same total in any order of rows, doubles do not
                each = f"CAST({self.of} AS DECIMAL(38, 6))"
                value = f"sum({each} * sign(r.quantity)) {kept}" + (
                    f" - {surplus_sum(each, within)}" if self.linked else ""
                )
            case "share":
                value = f"coalesce({self.counted(f'{within} AND ({self.of})')}, 0) / nullif({self.counted(within)}, 0)"
            case "max" | "min":
                value = f"{self.signal.measure}({self.of}) {stands}"
            case "days_since":
                value = f"{self.until} - max(r.occurred_on) {stands}"
            case "latest":
                value = f"arg_max_null(CAST({self.of} AS DOUBLE), {newest_first('r')}) {stands}"
            case _:
                raise ValueError(f"{self.signal.measure} is no plain aggregate")
        return f"CAST({value} AS DOUBLE)"

    def counted(self, within: str = "TRUE") -> str:
        """The net count of the rows for which ``within`` holds, an event once; NULL where there are none."""
        rows = f"sum(r.quantity) FILTER (WHERE {within})"
        return f"({rows} - {surplus(within)})" if self.linked else rows

    def at(self, type_: Subject) -> str:
        """Condition: the record is one that this signal may see for a subject of this type, days and ``where``
        included.
        """
        own = " AND r.place = u.ancestor" if type_ in PLACES and self.signal.measure in READINGS else ""
        return f"{self.days()} AND ({self.where}){own}"


def compile_measured(
    signal: Signal, nights: Nights, type_: Subject | None = None, linked: frozenset[str] = frozenset()
) -> Measured:
    """Compile one measured signal. ``linked``: kinds whose records say of which event they are; only places count by it, a matter
    and the unit that has it stand for themselves. Raises ExpressionError where a condition is not in the language, ValueError where
    the lunar calendar of its nights is not known.
    """
    kind = str(signal.source)
    names = {name: f"r.{column}" for name, column in columns_of(kind).items()} | {"as_of": nights.day}
    before = {name: f"r.previous_{column}" for name, column in previous_columns(kind).items()}
    of_names = names | before if signal.measure == "streak" else names
    where = compile_expression(signal.where, names, boolean=True) if signal.where else None
    conditional = signal.measure in ("share", "streak")
    of = compile_expression(signal.of, of_names, boolean=conditional) if signal.of else None
    until = nights.until(signal.lag)
    used = (where.names if where else frozenset()) | (of.names if of else frozenset())
    empty = signal.empty if signal.empty is not None else (0 if signal.measure in _COUNTED else "unknown")
    by_event = kind in linked and type_ in PLACES
    condition = where.sql if where else "TRUE"
    if by_event and signal.once:
        told_there = ", ".join(literal(each) for each in signal.once)
        condition = f"({condition}) AND (r.elsewhere IN ({told_there})) IS NOT TRUE"
    return Measured(
        signal=signal,
        where=condition,
        of=of.sql if of else None,
        until=until,
        since=f"({until} - {signal.window})" if signal.window else None,
        from_day=nights.earliest(signal.lag) - timedelta(signal.window) if signal.window else None,
        columns=frozenset((columns_of(kind) | previous_columns(kind))[name] for name in used if name != "as_of"),
        empty="0.0" if empty == 0 else "NULL",
        linked=by_event,
    )


def subject_key(kind: str, type_: Subject) -> str:
    """SQL of the subject of type ``type_`` that a record ``r`` of ``kind`` belongs to.

    Raises ValueError where records of the kind say nothing about such subjects.
    """
    if type_ in PLACES:
        return "u.ancestor"
    if type_ is Subject.UNIT:
        return "u.id"
    if type_.value != kind:
        raise ValueError(f"{type_.value}只能用{type_.value}的记录计算，不能用{kind}的记录")
    return own_subject(kind, "r")


def rows_of(table: str, kind: str, type_: Subject) -> str:
    """FROM clause: the records ``r`` of a table, joined (``u``) with the places or units they count for.

    A record belongs to the unit that handles it (``handler``), where the kind has none to its ``unit``, else to its
    ``reporter``.
    """
    if type_ in PLACES:
        return f"{table} r JOIN place_up u ON u.place = r.place AND u.level = {literal(type_.value)}"
    if type_ is Subject.UNIT:
        column = unit_column(kind)
        return f"{table} r JOIN unit_now u ON r.{column} IN (u.id, u.name)"
    return f"{table} r"


def unit_column(kind: str) -> str:
    """The column of ``kind`` that names the unit that answers for a record."""
    columns = record_columns(kind)
    return next((name for name in ("handler", "unit") if name in columns), "reporter")


def newer(since: set[str | None]) -> str:
    """Condition: the record is newer than the oldest of these days; empty where one of them is None, that is, reads
    all.
    """
    bounds = sorted(each for each in since if each is not None)
    if len(bounds) < len(since) or not bounds:
        return ""
    return f"r.occurred_on > {bounds[0]}" if len(bounds) == 1 else f"r.occurred_on > least({', '.join(bounds)})"
