"""What earlier nights had: open warnings by level for the chart, and by town to see where it is getting worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.intervene.lines import Entry
from riskengine.intervene.routing import current_places, line_of
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["BACK", "Counts", "History", "history"]

BACK = (7, 28)
"""Towns are held against the nights so many days before."""

Counts = Mapping[int, int]
"""Rank of a level → how many open warnings."""

_NIGHTS = 30
_SLACK = 6  # days: a night that did not run is stood in for by the one before it, but by no older one


@dataclass(frozen=True)
class History:
    """``nights``: the last 30 that ran, oldest first, tonight last. ``towns``: days back (0: tonight) → the night that is compared with and
    the open warnings of each town; None where no night ran near that day.
    """

    nights: tuple[tuple[date, Counts], ...]
    towns: Mapping[int, tuple[date, Mapping[str, Counts]] | None]

    @property
    def before(self) -> tuple[date, Counts] | None:
        """The night before tonight; None on the first."""
        return self.nights[-2] if len(self.nights) > 1 else None


def history(con: Connection, rulebook: Rulebook, found: Sequence[Entry], as_of: date) -> History:
    """Tonight as it is listed, earlier nights from ``assess.state``. A place counts for the town that it lies in tonight."""
    ran = [night for (night,) in con.execute(_RAN, {"as_of": as_of, "oldest": as_of - timedelta(40)}).fetchall()]
    alive = [entry for entry in found if not entry.lifted]
    towns: dict[int, tuple[date, Mapping[str, Counts]] | None] = {0: (as_of, _tonight(alive))}
    for back in BACK:
        day = as_of - timedelta(back)
        night = max((each for each in ran if day - timedelta(_SLACK) <= each <= day), default=None)
        towns[back] = (night, _towns(con, rulebook, night, as_of)) if night else None
    by_night: dict[date, dict[int, int]] = {night: {} for night in ran[-_NIGHTS + 1 :]}
    for night, rank, many in con.execute(_LEVELS, [list(by_night)]).fetchall():
        by_night[night][rank] = many
    tonight: dict[int, int] = {}
    for entry in alive:
        tonight[entry.level.rank] = tonight.get(entry.level.rank, 0) + 1
    return History((*by_night.items(), (as_of, tonight)), towns)


def _tonight(alive: Sequence[Entry]) -> Mapping[str, Counts]:
    counted: dict[str, dict[int, int]] = {}
    for entry in alive:
        own = counted.setdefault(entry.town or "", {})
        own[entry.level.rank] = own.get(entry.level.rank, 0) + 1
    return counted


def _towns(con: Connection, rulebook: Rulebook, night: date, as_of: date) -> Mapping[str, Counts]:
    places = current_places(rulebook.places, as_of)
    counted: dict[str, dict[int, int]] = {}
    for place, rank, many in con.execute(_PLACES, [night]).fetchall():
        town = next((code for code in line_of(place, places) if places[code].level == "town"), "")
        own = counted.setdefault(town, {})
        own[rank] = own.get(rank, 0) + many
    return counted


_RAN = """
SELECT DISTINCT as_of FROM (SELECT as_of FROM assess.night UNION ALL SELECT as_of FROM intervene.night)
WHERE as_of < $as_of AND as_of >= $oldest ORDER BY as_of
"""

_LEVELS = """
SELECT as_of, level, count(*) FROM assess.state
WHERE list_contains($1::DATE[], as_of) AND change <> '解除' AND level IS NOT NULL GROUP BY ALL ORDER BY ALL
"""

_PLACES = """
SELECT w.place, s.level, count(*) FROM assess.state AS s JOIN assess.warning AS w ON w.id = s.id
WHERE s.as_of = $1 AND s.change <> '解除' AND s.level IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
