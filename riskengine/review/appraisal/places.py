"""Towns side by side: raw counts beside rates for ten thousand residents, with and without what is only there because it is reported.

A town that screens its own disputes well, or that a new source has begun to report of, has higher counts without being worse. So
every count stands three times: raw, per residents, and per residents without self-reported records and new channels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.model.share import LEAST, wilson
from riskengine.review.appraisal.noun import Channel, PlaceRate
from riskengine.review.appraisal.score import places_in
from riskengine.store.database import Connection
from riskengine.store.schema import as_known

__all__ = ["PER", "WARNINGS", "place_rates"]

PER = 10_000
"""Residents that a rate is for."""

WARNINGS = "warning"
"""The kind under which a town's warnings are compared."""

_SETTLED = 90  # a source whose first record of a place is so many days younger than the kind's first record in the county is new there
_LEAST_DAYS = 28  # shorter than that, before and after, says nothing about a jump
_SURE = 3.0  # standard deviations: so many towns and sources are looked at that 1.96 would find a jump by chance


def place_rates(con: Connection, rulebook: Rulebook, year: int, as_of: date) -> list[PlaceRate]:
    """A row a kind and town, kinds in the order of the rules, warnings last, towns with the highest fair rate first.

    Reads ``town_of``. A channel is new where the town's count per day rose with it: of the records in equal spans before and after its
    first day, the lower bound (Wilson, 3 standard deviations) of the share after is above a half, which is how two Poisson rates are
    compared (Przyborowski and Wilenski 1940).
    """
    last = min(as_of, date(year, 12, 31))
    _collect(con, rulebook, as_of)
    asked = {"first": date(year, 1, 1), "last": last}
    residents = _residents(rulebook, last)
    channels = _channels(con, rulebook, year, last)
    counts = {(row[0], row[1]): row[2:] for row in con.execute(_COUNTS, asked).fetchall()}
    new = _through(con, channels, asked)
    returns = _returns(con, asked)
    found: list[PlaceRate] = []
    for kind in (*rulebook.appraisal.kinds, WARNINGS):
        rows = []
        for town in sorted(residents):
            count, own = (int(each) for each in counts.get((kind, town), (0, 0)))
            since = tuple(channels.get((kind, town), ()))
            rows.append(
                _rate(town, kind, residents[town], count, own, new.get((kind, town), 0), returns(kind, town), since)
            )
        found += _ranked(rows)
    return found


def _rate(
    town: str,
    kind: str,
    residents: int | None,
    count: int,
    own: int,
    new: int,
    returns: tuple[int, int],
    channels: tuple[Channel, ...],
) -> PlaceRate:
    left = max(count - own - new, 0)
    rate = fair = low = high = None
    if residents:
        rate, fair = (round(each / residents * PER, 4) for each in (max(count, 0), left))
        low, high = (round(each * PER, 4) for each in wilson(min(left, residents), residents))
    return PlaceRate(
        town, kind, residents, count, own, new, rate, fair, low, high, None, False, None, False, left < LEAST, returns, channels
    )  # fmt: skip


def _ranked(rows: Sequence[PlaceRate]) -> list[PlaceRate]:
    raw = places_in({each.place: -each.rate for each in rows if each.rate is not None and each.count >= LEAST})
    fair = places_in({each.place: -each.fair for each in rows if each.fair is not None and not each.small})
    found = []
    for each in rows:
        rank, tied = raw.get(each.place, (None, False))
        fair_rank, fair_tied = fair.get(each.place, (None, False))
        found.append(replace(each, rank=rank, tied=tied, fair_rank=fair_rank, fair_tied=fair_tied))
    return sorted(found, key=lambda each: (each.fair_rank or 10**6, -(each.fair or 0.0), each.place))


def _collect(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Temp table ``told(kind, town, source, day, own, n)``: records by day as the night knew them, warnings among them."""
    own = list(rulebook.appraisal.own)
    parts = [
        f"SELECT '{kind}' AS kind, t.town, r.source, r.occurred_on AS day, list_contains(s.own, r.source) OR "
        f"coalesce(list_contains(s.names, r.reporter), FALSE) AS own, sum(r.quantity)::BIGINT AS n "
        f"FROM ({as_known(kind, '$as_of')}) AS r JOIN town_of AS t ON t.place = r.place, self AS s GROUP BY ALL"
        for kind in rulebook.appraisal.kinds
    ]
    parts.append(
        f"SELECT '{WARNINGS}' AS kind, t.town, NULL::VARCHAR AS source, w.opened_on AS day, FALSE AS own, count(*)::BIGINT AS n "
        "FROM assess.warning AS w "
        "JOIN town_of AS t ON t.place = w.place WHERE w.opened_on <= $as_of GROUP BY ALL"
    )
    units = {unit.id: unit.name for unit in rulebook.units.values() if unit.type == "township"}
    names = {name for each in rulebook.places if each.level == "town" for name in (each.name, *each.aliases)}
    con.execute(
        "CREATE OR REPLACE TEMP TABLE told AS WITH self AS (SELECT $own::VARCHAR[] AS own, $names::VARCHAR[] AS names) "
        + " UNION ALL ".join(parts),
        {"as_of": as_of, "own": own, "names": sorted(names | set(units.values()))},
    )


def _residents(rulebook: Rulebook, day: date) -> dict[str, int | None]:
    """Town → residents on the day, the oldest number known where all begin later; towns that have ended by then are left out."""
    newest: dict[str, tuple[date, int | None]] = {}
    for place in rulebook.places:
        since = place.valid_from or date.min
        if place.level != "town" or (place.valid_until is not None and place.valid_until < day):
            continue
        held = newest.get(place.code)
        if held is None or _nearer(since, held[0], day):
            newest[place.code] = since, place.population
    return {code: population for code, (_, population) in newest.items()}


def _nearer(since: date, held: date, day: date) -> bool:
    """Whether what began on ``since`` says more of the day than what began on ``held``, whatever order the rows stand in."""
    if held > day:
        return since < held
    return held < since <= day


def _channels(con: Connection, rulebook: Rulebook, year: int, last: date) -> dict[tuple[str, str], list[Channel]]:
    """Kind and town → the sources that are new there since the year before, with the jump that they brought."""
    since = {"from": date(year - 1, 1, 1), "last": last, "settled": _SETTLED, "days": _LEAST_DAYS}
    found: dict[tuple[str, str], list[Channel]] = defaultdict(list)
    for kind, town, source, first, days, before, after in con.execute(_CHANNELS, since).fetchall():
        if before + after >= LEAST and wilson(after, before + after, _SURE)[0] > 0.5:
            title = rulebook.sources[source].title if source in rulebook.sources else source
            found[kind, town].append(Channel(source, title, first, int(before), int(after), int(days)))
    return found


def _through(
    con: Connection, channels: Mapping[tuple[str, str], Sequence[Channel]], asked: Mapping[str, date]
) -> dict[tuple[str, str], int]:
    """Kind and town → records of the year that came through its new channels; those that are the town's own are not counted again."""
    if not channels:
        return {}
    rows = [(kind, town, each.source) for (kind, town), of in channels.items() for each in of]
    found = con.execute(
        "SELECT kind, town, sum(n) FROM told WHERE NOT own AND day BETWEEN $first AND $last AND (kind, town, source) IN "
        "(SELECT (unnest($kinds::VARCHAR[]), unnest($towns::VARCHAR[]), unnest($sources::VARCHAR[]))) GROUP BY ALL",
        {
            **asked,
            "kinds": [row[0] for row in rows],
            "towns": [row[1] for row in rows],
            "sources": [row[2] for row in rows],
        },
    ).fetchall()
    return {(kind, town): int(n) for kind, town, n in found}


class _Returns:
    """How many nights of the year were not silent, by kind and town."""

    def __init__(self, nights: int, silent: Mapping[tuple[str, str | None], set[date]]) -> None:
        self._nights, self._silent = nights, silent

    def __call__(self, kind: str, town: str) -> tuple[int, int]:
        hushed = self._silent.get((kind, town), set()) | self._silent.get((kind, None), set())
        return (self._nights - len(hushed), self._nights) if kind != WARNINGS else (0, 0)


def _returns(con: Connection, asked: Mapping[str, date]) -> _Returns:
    nights = con.execute(
        "SELECT count(*) FROM sense.night WHERE as_of BETWEEN $first AND $last", dict(asked)
    ).fetchone()
    silent: dict[tuple[str, str | None], set[date]] = defaultdict(set)
    for kind, town, night in con.execute(_SILENT, dict(asked)).fetchall():
        silent[kind, town].add(night)
    return _Returns(int(nights[0]) if nights else 0, silent)


_COUNTS = """
SELECT kind, town, sum(n), coalesce(sum(n) FILTER (own), 0) FROM told WHERE day BETWEEN $first AND $last GROUP BY kind, town
"""

_CHANNELS = """
WITH began AS (SELECT kind, min(day) AS day FROM told GROUP BY kind),
first AS (
  SELECT kind, town, source, min(day) AS day FROM told WHERE source IS NOT NULL AND NOT own GROUP BY kind, town, source
), fresh AS (
  SELECT f.*, least(f.day - b.day, $last::DATE - f.day + 1, 365)::INTEGER AS days
  FROM first AS f JOIN began AS b ON b.kind = f.kind
  WHERE f.day > b.day + $settled::INTEGER AND f.day BETWEEN $from AND $last
)
SELECT f.kind, f.town, f.source, f.day, f.days, coalesce(sum(t.n) FILTER (t.day < f.day), 0) AS before,
  coalesce(sum(t.n) FILTER (t.day >= f.day), 0) AS after
FROM fresh AS f
JOIN told AS t ON t.kind = f.kind AND t.town = f.town AND NOT t.own AND t.day >= f.day - f.days AND t.day < f.day + f.days
WHERE f.days >= $days
GROUP BY f.kind, f.town, f.source, f.day, f.days
ORDER BY f.kind, f.town, f.day, f.source
"""

_SILENT = """
SELECT DISTINCT s.kind, CASE WHEN s.whole_source THEN NULL ELSE t.town END, s.as_of
FROM sense.silence AS s LEFT JOIN town_of AS t ON t.place = s.place
WHERE s.as_of BETWEEN $first AND $last AND (s.whole_source OR t.town IS NOT NULL)
"""
