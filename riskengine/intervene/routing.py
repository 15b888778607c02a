"""Which units answer for a warning: the first route that matches and whose lead can be named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from riskengine.model.duty import Place
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["current_places", "line_of", "own_unit", "route"]


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


def route(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write the temporary table ``routed (id, unit, role, catch_all)`` for all warnings that are open tonight.

    A route whose lead cannot be named for this warning (``township`` where no township has jurisdiction, ``reporter``
    where the subject is no unit) does not match, so that the next one takes it. A warning no route takes has no row.
    """
    _lay_out(con, rulebook, as_of)
    con.execute(_ROUTED, {"as_of": as_of})


def _lay_out(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Places, routes and units as temporary tables; these are rule files, a few thousand rows at most."""
    places = current_places(rulebook.places, as_of)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duty_place AS "
        "SELECT unnest($1::VARCHAR[]) AS code, unnest($2::VARCHAR[]) AS own, unnest($3::VARCHAR[][]) AS line",
        [list(places), [own_unit(code, places) for code in places], [line_of(code, places) for code in places]],
    )
    ranks = {level.name: level.rank for level in rulebook.levels}
    routes = rulebook.routes
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duty_route AS "
        "SELECT unnest($1::INTEGER[]) AS n, unnest($2::VARCHAR[][]) AS themes, "
        "unnest($3::VARCHAR[][]) AS subjects, unnest($4::INTEGER[][]) AS levels, unnest($5::VARCHAR[][]) AS places, "
        "unnest($6::VARCHAR[]) AS lead, unnest($7::BOOLEAN[]) AS township, unnest($8::BOOLEAN[]) AS catch_all",
        [
            list(range(len(routes))),
            [list(each.themes) for each in routes],
            [[str(subject) for subject in each.subjects] for each in routes],
            [[ranks[name] for name in each.levels] for each in routes],
            [list(each.places) for each in routes],
            [each.lead for each in routes],
            [each.township for each in routes],
            [each.catch_all for each in routes],
        ],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duty_unit AS SELECT unnest($1::VARCHAR[]) AS unit", [list(rulebook.units)]
    )


_ROUTED = """
CREATE OR REPLACE TEMP TABLE routed AS
WITH tonight AS (
  SELECT s.id, s.level, w.subject_type, w.subject, w.theme, p.own, coalesce(p.line, []::VARCHAR[]) AS line
  FROM assess.state AS s
  JOIN assess.warning AS w ON w.id = s.id
  LEFT JOIN duty_place AS p ON p.code = w.place
  WHERE s.as_of = $as_of AND s.change <> '解除'
), matched AS (
  SELECT t.id, t.own, r.n, r.township, r.catch_all,
    CASE
      WHEN r.lead = 'township' THEN t.own
      WHEN r.lead <> 'reporter' THEN r.lead
      WHEN t.subject_type = 'unit' THEN t.subject
    END AS lead
  FROM tonight AS t
  JOIN duty_route AS r ON (len(r.themes) = 0 OR list_contains(r.themes, t.theme))
    AND (len(r.subjects) = 0 OR list_contains(r.subjects, t.subject_type))
    AND (len(r.levels) = 0 OR list_contains(r.levels, t.level))
    AND (len(r.places) = 0 OR list_has_any(r.places, t.line))
), led AS (
  SELECT m.* FROM matched AS m JOIN duty_unit AS u ON u.unit = m.lead
  QUALIFY row_number() OVER (PARTITION BY m.id ORDER BY m.n) = 1
)
SELECT id, lead AS unit, '主办' AS role, catch_all FROM led
UNION ALL
SELECT id, own, '协办', catch_all FROM led JOIN duty_unit AS u ON u.unit = own WHERE township AND own <> lead
"""
