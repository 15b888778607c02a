"""Silence is a finding: sources that are late, and stations that are normally noisy and say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.model.source import Reports, Source
from riskengine.store.database import Connection
from riskengine.store.schema import as_known

__all__ = ["listen"]

CHANCE = 0.0001
"""A reporter is silent when its silence would come by chance (Poisson at its own rate) less often than this: so rare, because a
county looks at tens of stations on hundreds of nights."""

LEARN_DAYS = 56
"""Days before its last record from which a reporter's own rate is learnt: eight weeks, so that weekdays even out."""


@dataclass(frozen=True)
class _Silence:
    """Who should have reported and did not. ``reporter`` None: the source as a whole; ``a_day``: records a day it used to send."""

    reporter: str | None
    unit: str
    place: str | None
    last_on: date
    days: int
    a_day: float | None
    message: str

    @property
    def code(self) -> str:
        return "late-source" if self.reporter is None else "silent-reporter"


def listen(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``sense.silence``, and an issue for each.

    A late source silences the whole county (``whole_source``, place = the root of the tree); a silent reporter silences the town
    where most of its records lie. Data up to and including ``as_of``.
    """
    con.execute("DELETE FROM sense.silence WHERE as_of = $1", [as_of])
    _towns(con, rulebook)
    for source in rulebook.sources.values():
        for found in _silences(con, rulebook, source, as_of):
            con.execute(
                "INSERT INTO sense.silence VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                [as_of, source.source, source.kind, found.reporter, found.unit, found.place, found.last_on, found.days,
                 found.a_day, found.reporter is None, found.message],
            )  # fmt: skip
            con.execute(
                "INSERT INTO sense.issue VALUES ($1, NULL, $2, $3, $4)", [as_of, source.source, found.code, found.message]
            )


def _silences(con: Connection, rulebook: Rulebook, source: Source, as_of: date) -> Iterator[_Silence]:
    if source.reports is None or (source.reports.until is not None and as_of > source.reports.until):
        return
    late = _late(con, rulebook, source, source.reports, as_of)
    if late is not None:
        yield late
    elif source.reports.by_reporter:
        yield from _silent_reporters(con, rulebook, source, source.reports, as_of)


def _towns(con: Connection, rulebook: Rulebook) -> None:
    """Temp table ``town_of(place, town)``: the town at or above each place; the place itself where there is none."""
    places = {place.code: place for place in rulebook.places}
    towns = []
    for code in places:
        node = places[code]
        while node.level != "town" and node.parent in places:
            node = places[node.parent]
        towns.append(node.code if node.level == "town" else code)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE town_of AS SELECT unnest($1::VARCHAR[]) AS place, unnest($2::VARCHAR[]) AS town",
        [list(places), towns],
    )


def _late(con: Connection, rulebook: Rulebook, source: Source, reports: Reports, as_of: date) -> _Silence | None:
    newest: date | None = con.execute(
        "SELECT max(coalesce(received_on, as_of)) FROM sense.file WHERE source = $1 AND status = 'loaded' AND as_of <= $2",
        [source.source, as_of],
    ).fetchall()[0][0]
    last = newest or reports.since
    if last is None or (as_of - last).days <= reports.every + reports.grace:
        return None
    days = (as_of - last).days
    root = next((place.code for place in rulebook.places if place.parent is None), None)
    when = f"最近一次报送是{newest.isoformat()}" if newest else "从未报送"
    message = f"「{source.title}」应每{reports.every}天报送一次，{when}，已{days}天没有数据，请补报。"
    return _Silence(None, reports.unit, root, last, days, None, message)


def _silent_reporters(
    con: Connection, rulebook: Rulebook, source: Source, reports: Reports, as_of: date
) -> Iterator[_Silence]:
    """The clock of a reporter runs against the newest day on which anybody in the same source reported, not against the night:
    a source that sends every Friday makes nobody silent on Thursday.
    """
    silent = con.execute(
        f"""WITH known AS (
          SELECT * FROM ({as_known(source.kind, "$as_of")}) WHERE source = $source AND reporter IS NOT NULL AND quantity > 0),
        newest AS (SELECT max(occurred_on) AS day FROM known),
        last AS (SELECT reporter, max(occurred_on) AS day FROM known GROUP BY reporter),
        by_town AS (
          SELECT reporter, last.day AS last_on, coalesce(town, place) AS place, count(*) AS n
          FROM known JOIN last USING (reporter) LEFT JOIN town_of USING (place)
          WHERE occurred_on > last.day - {LEARN_DAYS} GROUP BY ALL),
        rate AS (
          SELECT reporter, last_on, sum(n) / {LEARN_DAYS}.0 AS a_day, first(place ORDER BY n DESC, place) AS place
          FROM by_town GROUP BY reporter, last_on)
        SELECT reporter, place, last_on, newest.day - last_on AS days, a_day
        FROM rate, newest WHERE newest.day > last_on AND exp(-a_day * (newest.day - last_on)) < {CHANCE} ORDER BY reporter""",
        {"as_of": as_of, "source": source.source},
    ).fetchall()
    by_name = {unit.name: unit.id for unit in rulebook.units.values()}
    for reporter, place, last_on, days, a_day in silent:
        message = (
            f"「{source.title}」中{reporter}平时每天约{a_day:.1f}条，自{last_on.isoformat()}之后已{days}天没有一条记录，"
            "请核实是确无情况还是漏报。"
        )
        yield _Silence(reporter, by_name.get(reporter, reports.unit), place, last_on, days, a_day, message)
