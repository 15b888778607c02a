"""The weekly load of a unit: what it can take this week, and what waits, in sight."""

from __future__ import annotations

from datetime import date, timedelta

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["hold_back"]


def hold_back(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Move lines beyond a unit's weekly load from the temporary table ``routed`` to tonight's rows of ``intervene.waiting``.

    The week runs from Monday to Sunday. What a unit was given this week as lead counts, and so does what it is given tonight whatever
    its load: warnings of the gravest level, and those that somebody had before (their clock runs already). The others are new; by
    level, score, age and number as many of them are given out as the rest of the load allows. A warning that waits leaves ``routed``
    and ``copied`` for all units, so that no clock starts; tomorrow it is ranked again with what is new then, and once it is given out
    its clock starts as for any other. ``place`` is the warning's in the queue of its lead.
    """
    con.execute("DELETE FROM intervene.waiting WHERE as_of = ?", [as_of])
    loads = {unit.id: unit.weekly for unit in rulebook.units.values() if unit.weekly is not None}
    if not loads:
        return
    con.execute(
        "CREATE OR REPLACE TEMP TABLE weekly_load AS SELECT unnest($1::VARCHAR[]) AS unit, unnest($2::INTEGER[]) AS load",
        [list(loads), list(loads.values())],
    )
    gravest = min(level.rank for level in rulebook.levels)
    monday = as_of - timedelta(days=as_of.weekday())
    con.execute(_BEYOND, {"as_of": as_of, "monday": monday, "gravest": gravest})
    if con.execute("SELECT 1 FROM beyond LIMIT 1").fetchone():
        con.execute(_WAIT, {"as_of": as_of})
        con.execute("DELETE FROM routed WHERE id IN (SELECT id FROM beyond)")
        con.execute("DELETE FROM copied WHERE id IN (SELECT id FROM beyond)")


_BEYOND = """
CREATE OR REPLACE TEMP TABLE beyond AS
WITH given AS (
  SELECT unit, count(DISTINCT id) AS many FROM intervene.duty
  WHERE as_of BETWEEN $monday AND $as_of - 1 AND delivered_on >= $monday AND role = '主办' GROUP BY unit
), coming AS (
  SELECT r.id, r.unit, l.load, s.level, s.score, w.opened_on,
    s.level <= $gravest OR EXISTS (SELECT 1 FROM intervene.duty AS d WHERE d.id = r.id AND d.as_of < $as_of) AS always
  FROM routed AS r
  JOIN weekly_load AS l ON l.unit = r.unit
  JOIN assess.state AS s ON s.as_of = r.as_of AND s.id = r.id
  JOIN assess.warning AS w ON w.id = r.id
  WHERE r.role = '主办'
    AND NOT EXISTS (SELECT 1 FROM intervene.duty AS d WHERE d.id = r.id AND d.unit = r.unit AND d.role = '主办' AND d.as_of < $as_of)
), ranked AS (
  SELECT c.*, coalesce(g.many, 0) AS many,
    row_number() OVER (PARTITION BY c.unit ORDER BY c.always DESC, c.level, c.score DESC NULLS LAST, c.opened_on, c.id) AS nth
  FROM coming AS c LEFT JOIN given AS g ON g.unit = c.unit
)
SELECT id, unit, row_number() OVER (PARTITION BY unit ORDER BY nth) AS place FROM ranked WHERE NOT always AND many + nth > load
"""

# it has waited since the first night of this wait: nobody was ever given it
_WAIT = """
INSERT INTO intervene.waiting
SELECT $as_of::DATE, r.id, r.unit, r.role,
  coalesce((SELECT min(e.since) FROM intervene.waiting AS e WHERE e.id = r.id AND e.as_of < $as_of), $as_of::DATE), b.place
FROM routed AS r JOIN beyond AS b ON b.id = r.id
ORDER BY b.unit, b.place, r.role, r.unit
"""
