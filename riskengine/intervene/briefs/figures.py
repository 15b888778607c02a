"""The numbers of a week or month, read from what its nights left in the database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from riskengine.intervene.briefs.span import Span
from riskengine.intervene.routing import current_places, line_of
from riskengine.model.indicator import GRAVEST_FIRST
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Figures", "Lamps", "UnitFigures", "figures", "lamps"]


@dataclass(frozen=True)
class UnitFigures:
    """One unit: warnings delivered to it as lead in the period; outcomes it sent, as lead or along, and of these by the
    deadline; open as lead and overdue at the end.
    """

    delivered: int
    answered: int
    in_time: int
    open: int
    overdue: int


@dataclass(frozen=True)
class Figures:
    """One period. ``nights``: how many of its nights ran; the rest is not known, not zero. ``end``: the newest of them.

    ``opened``, ``open``: level rank → warnings; by theme and by town the opened ones (town code, None = the county itself).
    """

    nights: int
    end: date | None
    opened: Counter[int]
    raised: int
    lifted: int
    open: Counter[int]
    themes: Counter[str]
    towns: Counter[str | None]
    units: dict[str, UnitFigures]
    silent: dict[str, int]
    refused: int


@dataclass(frozen=True)
class Lamps:
    """An indicator of the county at the end of the period, and its lamp at the end of the one before (``was`` None: not judged)."""

    indicator: str
    was: str | None
    now: str
    says: str


def figures(con: Connection, rulebook: Rulebook, span: Span, known: date) -> Figures:
    """Count ``assess.*``, ``intervene.*``, ``sense.silence`` and receipts over the nights of ``span``.

    Outcomes are those of receipts that were known on the night ``known``, as on that night's lists; ``entries`` of that night must have
    been read before, it lays down who is called what (``unit_name``).
    """
    nights = {"first": span.first, "last": span.asked}
    count, end = con.execute(_NIGHTS, nights).fetchone() or (0, None)
    at_end = {"end": end}
    changes = con.execute(_CHANGES, nights).fetchall()
    opened = con.execute(_OPENED, nights).fetchall()
    places = current_places(rulebook.places, span.asked)

    def town(place: str) -> str | None:
        return next((code for code in line_of(place, places) if places[code].level == "town"), None)

    return Figures(
        nights=count,
        end=end,
        opened=Counter({level: n for change, level, n in changes if change == "新增"}),
        raised=sum(n for change, _, n in changes if change == "升级"),
        lifted=sum(n for change, _, n in changes if change == "解除"),
        open=Counter(dict(con.execute(_OPEN, at_end).fetchall())),
        themes=Counter(theme for theme, _ in opened),
        towns=Counter(town(place) for _, place in opened),
        units={
            unit: UnitFigures(*rest)
            for unit, *rest in con.execute(_UNITS, nights | at_end | {"known": known}).fetchall()
        },
        silent=dict(con.execute(_SILENT, nights).fetchall()),
        refused=(con.execute(_REFUSED, nights).fetchone() or (0,))[0],
    )


def lamps(con: Connection, county: str, now: date | None, before: date | None) -> list[Lamps]:
    """The indicators that were judged on the night ``now``, the worst first, in the order in which they were stored."""
    found = con.execute(
        _LAMPS, {"county": county, "now": now, "before": before, "gravest": list(GRAVEST_FIRST)}
    ).fetchall()
    return [Lamps(*row) for row in found]


_NIGHTS = "SELECT count(*), max(as_of) FROM assess.night WHERE as_of BETWEEN $first AND $last"

_CHANGES = """
SELECT change, level, count(*) FROM assess.state
WHERE as_of BETWEEN $first AND $last AND change <> '持续' GROUP BY ALL ORDER BY ALL
"""

_OPENED = """
SELECT w.theme, w.place FROM assess.state AS s JOIN assess.warning AS w USING (id)
WHERE s.as_of BETWEEN $first AND $last AND s.change = '新增' ORDER BY s.id
"""

_OPEN = "SELECT level, count(*) FROM assess.state WHERE as_of = $end AND change <> '解除' GROUP BY level ORDER BY level"

# Of what a unit fed back on a warning the first outcome tells whether it was in time.
_UNITS = """
WITH named AS (SELECT DISTINCT unit FROM intervene.duty WHERE as_of BETWEEN $first AND $last),
delivered AS (
  SELECT unit, id, bool_or(role = '主办') AS leads, min(delivered_on) AS delivered_on, min_by(deadline, as_of) AS deadline
  FROM intervene.duty WHERE as_of <= $last GROUP BY unit, id),
answered AS (
  SELECT u.unit, split_part(r.key, '|', 1) AS id, min(r.fed_back_on) AS fed_back_on
  FROM sense.receipt AS r JOIN unit_name AS u ON u.name = trim(r.unit) OR u.unit = trim(r.unit)
  WHERE r.known_at <= $known AND NOT r.retracted AND r.outcome IS NOT NULL GROUP BY ALL),
ended AS (
  SELECT d.unit, count(*) AS open, count(*) FILTER (WHERE d.deadline < $end AND a.id IS NULL) AS overdue
  FROM intervene.duty AS d
  JOIN assess.state AS s ON s.as_of = d.as_of AND s.id = d.id AND s.change <> '解除'
  LEFT JOIN answered AS a ON a.unit = d.unit AND a.id = d.id
  WHERE d.as_of = $end AND d.role = '主办' GROUP BY d.unit)
SELECT n.unit,
  (SELECT count(*) FROM delivered AS d WHERE d.unit = n.unit AND d.leads AND d.delivered_on BETWEEN $first AND $last),
  (SELECT count(*) FROM answered AS a WHERE a.unit = n.unit AND a.fed_back_on BETWEEN $first AND $last),
  (SELECT count(*) FROM answered AS a JOIN delivered AS d USING (unit, id)
   WHERE a.unit = n.unit AND a.fed_back_on BETWEEN $first AND $last AND a.fed_back_on <= d.deadline),
  coalesce(e.open, 0), coalesce(e.overdue, 0)
FROM named AS n LEFT JOIN ended AS e USING (unit) ORDER BY n.unit
"""

_SILENT = """
SELECT source, count(DISTINCT as_of) FROM sense.silence WHERE as_of BETWEEN $first AND $last GROUP BY source ORDER BY ALL
"""

_REFUSED = """
SELECT count(*) FROM sense.file WHERE as_of BETWEEN $first AND $last AND status IN ('refused', 'unreadable', 'unclaimed')
"""

_LAMPS = """
SELECT n.indicator, b.lamp, n.lamp, n.says
FROM assess.standing AS n
LEFT JOIN assess.standing AS b ON b.as_of = $before AND b.indicator = n.indicator AND b.place = n.place
WHERE n.as_of = $now AND n.place = $county
ORDER BY list_position($gravest::VARCHAR[], n.lamp), n.rowid
"""
