"""Which units answer for a warning: the first route that matches and whose lead can be named."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from riskengine.model.duty import Place
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["MATCHED", "current_places", "line_of", "own_unit", "place_name", "route", "route_standing"]


def current_places(places: Iterable[Place], as_of: date) -> dict[str, Place]:
    """The place tree as it stands on the night: of several rows with one code the newest that is valid, by code.

    A place whose rows all start after the night keeps its earliest row: only its population is not known yet.
    """
    newest: dict[str, Place] = {}
    for place in sorted(places, key=lambda each: each.valid_from or date.min):
        if place.code not in newest or (place.valid_from or date.min) <= as_of:
            newest[place.code] = place
    return newest


def line_of(code: str | None, places: Mapping[str, Place]) -> list[str]:
    """The codes from ``code`` up to the root, the place itself first; empty for an unknown code."""
    line: list[str] = []
    while code is not None and code in places and code not in line:
        line.append(code)
        code = places[code].parent
    return line


def own_unit(code: str | None, places: Mapping[str, Place]) -> str | None:
    """The unit with jurisdiction over the place itself, else over the nearest place above it. None without any."""
    return next((places[each].unit for each in line_of(code, places) if places[each].unit), None)


def place_name(code: str | None, places: Mapping[str, Place]) -> str:
    """``清溪镇东湾村``: the place with what lies between it and the county; empty for an unknown code."""
    line = [places[each] for each in line_of(code, places)]
    inner = [place.name for place in reversed(line) if place.level != "county"]
    return "".join(inner) or (line[0].name if line else "")


def route(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write the temporary table ``routed (as_of, id, unit, role, catch_all, route)`` for all warnings that are open tonight,
    and for those that rules on trial would have opened tonight (``SY-…``); ``route``: which of the book's, from 0.

    A route whose lead cannot be named for this warning (``township`` where no township has jurisdiction, ``reporter``
    where the subject is no unit) does not match, so that the next one takes it. A warning no route takes has no row.

    Temporary table ``copied (as_of, id, unit)``: the units that are only told (抄送), those with a part in it left out.
    """
    con.execute(_STANDING, {"as_of": as_of})
    route_standing(con, rulebook, [as_of])
    asked = any(each.copies for each in rulebook.routes)
    con.execute(_COPIED if asked else "CREATE OR REPLACE TEMP TABLE copied (as_of DATE, id VARCHAR, unit VARCHAR)")


def route_standing(con: Connection, rulebook: Rulebook, nights: Sequence[date]) -> None:
    """:func:`route` for the temporary table ``standing (as_of, id, level, subject_type, subject, theme, place)`` over
    ``nights`` (in order), whatever put it there; each night sees the place tree as it stood.
    """
    _lay_out(con, rulebook)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE routed (as_of DATE, id VARCHAR, unit VARCHAR, role VARCHAR, catch_all BOOLEAN, route INTEGER)"
    )
    turns = sorted({place.valid_from for place in rulebook.places if place.valid_from is not None})
    for _, group in groupby(nights, key=lambda night: bisect_right(turns, night)):
        alike = list(group)
        _lay_out_places(con, rulebook, alike[0])
        con.execute(_ROUTED, {"first": alike[0], "last": alike[-1]})


def _lay_out_places(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    places = current_places(rulebook.places, as_of)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duty_place AS "
        "SELECT unnest($1::VARCHAR[]) AS code, unnest($2::VARCHAR[]) AS own, unnest($3::VARCHAR[][]) AS line",
        [list(places), [own_unit(code, places) for code in places], [line_of(code, places) for code in places]],
    )


def _lay_out(con: Connection, rulebook: Rulebook) -> None:
    """Routes and units as temporary tables."""
    ranks = {level.name: level.rank for level in rulebook.levels}
    routes = rulebook.routes
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duty_route AS "
        "SELECT unnest($1::INTEGER[]) AS n, unnest($2::VARCHAR[][]) AS themes, "
        "unnest($3::VARCHAR[][]) AS subjects, unnest($4::INTEGER[][]) AS levels, unnest($5::VARCHAR[][]) AS places, "
        "unnest($6::VARCHAR[]) AS lead, unnest($7::BOOLEAN[]) AS township, unnest($8::BOOLEAN[]) AS catch_all, "
        "unnest($9::VARCHAR[][]) AS copies",
        [
            list(range(len(routes))),
            [list(each.themes) for each in routes],
            [[str(subject) for subject in each.subjects] for each in routes],
            [[ranks[name] for name in each.levels] for each in routes],
            [list(each.places) for each in routes],
            [each.lead for each in routes],
            [each.township for each in routes],
            [each.catch_all for each in routes],
            [list(each.copies) for each in routes],
        ],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duty_unit AS SELECT unnest($1::VARCHAR[]) AS unit", [list(rulebook.units)]
    )


_STANDING = """
CREATE OR REPLACE TEMP TABLE standing AS
SELECT s.as_of, s.id, s.level, w.subject_type, w.subject, w.theme, w.place
FROM assess.state AS s JOIN assess.warning AS w ON w.id = s.id
WHERE s.as_of = $as_of AND s.change <> '解除'
UNION ALL
SELECT s.as_of, s.id, s.level, w.subject_type, w.subject, w.theme, w.place
FROM assess.trial_state AS s JOIN assess.trial_warning AS w ON w.id = s.id
WHERE s.as_of = $as_of AND s.change = '新增'
"""

MATCHED = """
placed AS (
  SELECT s.as_of, s.id, s.level, s.subject_type, s.subject, s.theme, p.own, coalesce(p.line, []::VARCHAR[]) AS line
  FROM standing AS s LEFT JOIN duty_place AS p ON p.code = s.place
  WHERE s.as_of BETWEEN $first AND $last
), matched AS (
  SELECT t.as_of, t.id, t.own, r.n, r.township, r.catch_all,
    CASE
      WHEN r.lead = 'township' THEN t.own
      WHEN r.lead <> 'reporter' THEN r.lead
      WHEN t.subject_type = 'unit' THEN t.subject
    END AS lead
  FROM placed AS t
  JOIN duty_route AS r ON (len(r.themes) = 0 OR list_contains(r.themes, t.theme))
    AND (len(r.subjects) = 0 OR list_contains(r.subjects, t.subject_type))
    AND (len(r.levels) = 0 OR list_contains(r.levels, t.level))
    AND (len(r.places) = 0 OR list_has_any(r.places, t.line))
)"""
"""Steps of a query, ``matched`` the last: every route that takes a warning of ``standing`` between ``$first`` and ``$last``, ``n`` as in
``routed``, with the unit that would lead; the place tree is that of :func:`route_standing`'s last night."""

_ROUTED = f"""
INSERT INTO routed
WITH {MATCHED}, led AS (
  SELECT m.* FROM matched AS m JOIN duty_unit AS u ON u.unit = m.lead
  QUALIFY row_number() OVER (PARTITION BY m.as_of, m.id ORDER BY m.n) = 1
)
SELECT as_of, id, lead AS unit, '主办' AS role, catch_all, n FROM led
UNION ALL
SELECT as_of, id, own, '协办', catch_all, n FROM led JOIN duty_unit AS u ON u.unit = own WHERE township AND own <> lead
"""

_COPIED = """
CREATE OR REPLACE TEMP TABLE copied AS
SELECT DISTINCT t.as_of, t.id, u.unit FROM (
  SELECT d.as_of, d.id, unnest(r.copies) AS written, p.own
  FROM routed AS d JOIN duty_route AS r ON r.n = d.route
  JOIN standing AS s ON s.as_of = d.as_of AND s.id = d.id LEFT JOIN duty_place AS p ON p.code = s.place
  WHERE d.role = '主办'
) AS t JOIN duty_unit AS u ON u.unit = if(t.written = 'township', t.own, t.written)
ANTI JOIN routed AS d ON d.as_of = t.as_of AND d.id = t.id AND d.unit = u.unit
"""
