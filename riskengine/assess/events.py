"""One event that several doors told of (``sense.link``) counts once: what the records of a kind need for that.

A record that is part of an event says ``event`` and, where another record was told first, ``elsewhere``: the kind of that one. A
kind of which no event has two records, and that no signal leaves to others, has neither column, and its statements are what they would
be without links.
"""

from __future__ import annotations

from collections.abc import Iterable

from riskengine.assess.nights import Nights
from riskengine.model.signal import Signal
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["linked_kinds", "surplus", "surplus_sum", "told_apart", "with_events"]

_ALWAYS = "DATE '9999-12-31'"


def linked_kinds(con: Connection, nights: Nights, signals: Iterable[Signal]) -> frozenset[str]:
    """The kinds whose records must be told apart by event on any of the nights: those of which an event has several, and those that
    one of ``signals`` leaves to others (``once``).
    """
    rows = con.execute(
        f"""SELECT kind, count(DISTINCT (source, key)) > 1, bool_or(role = 'also') FROM sense.link
        WHERE as_of <= {literal(nights.days[-1])} AND (superseded_at IS NULL OR superseded_at > {literal(nights.days[0])})
        GROUP BY kind, event"""
    ).fetchall()
    asks = {signal.source for signal in signals if signal.once}
    return frozenset(kind for kind, several, also in rows if several or (also and kind in asks))


def told_apart(con: Connection) -> frozenset[str]:
    """The kinds whose ``known_<kind>`` says of which event a record is, after ``build_signals``."""
    rows = con.execute(
        "SELECT table_name FROM duckdb_columns() "
        "WHERE database_name = 'temp' AND column_name = 'event' AND starts_with(table_name, 'known_')"
    )
    return frozenset(str(name).removeprefix("known_") for (name,) in rows.fetchall())


def with_events(kind: str, columns: list[str], nights: Nights, newer: str) -> str:
    """SELECT of the records of ``kind`` as ``Nights.versions`` has them, with ``event`` and ``elsewhere`` as known on the night; NULL
    where a record is no part of an event. For many nights a version is cut where what is known of its event changes.
    """
    own = f"SELECT {', '.join(columns)}, source AS source_, key AS key_{nights.versions(kind)}{newer}"
    spell = f"""
      SELECT l.source AS source_, l.key AS key_, l.event, CASE WHEN l.role = 'also' THEN f.kind END AS elsewhere,
        l.as_of AS since_, coalesce(l.superseded_at, {_ALWAYS}) AS until_
      FROM sense.link l JOIN (SELECT DISTINCT event, kind FROM sense.link WHERE role = 'first') f USING (event)
      WHERE l.kind = {literal(kind)}"""
    if nights.alone:
        return f"""SELECT r.* EXCLUDE (source_, key_), e.event, e.elsewhere FROM ({own}) r
          LEFT JOIN (SELECT * FROM ({spell}) WHERE since_ <= {nights.day} AND until_ > {nights.day}) e USING (source_, key_)"""
    return f"""
      WITH spell AS ({spell}), version AS ({own}),
      linked AS (SELECT *, row_number() OVER () AS id_ FROM version SEMI JOIN spell USING (source_, key_)),
      turn AS (
        SELECT id_, stands_from AS at_ FROM linked
        UNION SELECT id_, since_ FROM linked JOIN spell USING (source_, key_) WHERE since_ > stands_from AND since_ < stands_until
        UNION SELECT id_, until_ FROM linked JOIN spell USING (source_, key_) WHERE until_ > stands_from AND until_ < stands_until),
      piece AS (SELECT id_, at_, lead(at_) OVER (PARTITION BY id_ ORDER BY at_) AS upto_ FROM turn)
      SELECT v.* EXCLUDE (source_, key_), NULL::VARCHAR AS event, NULL::VARCHAR AS elsewhere
      FROM version v ANTI JOIN spell USING (source_, key_)
      UNION ALL BY NAME
      SELECT k.* EXCLUDE (id_, source_, key_, stands_from, stands_until), p.at_ AS stands_from,
        coalesce(p.upto_, k.stands_until) AS stands_until, e.event, e.elsewhere
      FROM linked k JOIN piece p USING (id_)
      LEFT JOIN spell e ON e.source_ = k.source_ AND e.key_ = k.key_ AND e.since_ <= p.at_ AND e.until_ > p.at_"""


def surplus(within: str) -> str:
    """SQL: how many of the records ``r`` for which ``within`` holds are one event with another of them."""
    # a list of few: nearly no record is part of an event, and DISTINCT aggregates would cost a table each
    events = f"list(r.event) FILTER (WHERE {within} AND r.event IS NOT NULL)"
    return f"coalesce(len({events}) - len(list_distinct({events})), 0)"


def surplus_sum(value: str, within: str) -> str:
    """SQL: what the sum of ``value`` over these records has too much; an event counts with the greatest of its records."""
    rows = (
        f"list({{'e': r.event, 'v': {value}}}) FILTER (WHERE {within} AND r.event IS NOT NULL AND {value} IS NOT NULL)"
    )
    most = (
        f"list_transform(list_distinct(list_transform({rows}, lambda x: x.e)), "
        f"lambda e: list_max(list_transform(list_filter({rows}, lambda x: x.e = e), lambda x: x.v)))"
    )
    return f"coalesce(list_sum(list_transform({rows}, lambda x: x.v)) - list_sum({most}), 0)"
