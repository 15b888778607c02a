"""The clock: delivered on which night, to be handled by which day."""

from __future__ import annotations

from datetime import date

from riskengine.intervene.handling.leaves import lengthen
from riskengine.intervene.kept_clock import keep_clock
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.due import due, level_clocks
from riskengine.rulebook.workdays import Calendar
from riskengine.store.database import Connection

__all__ = ["assign"]


def assign(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``intervene.duty`` from the temporary table ``routed`` and the duties of earlier nights.

    The clock of a unit starts on the night its list first carries the warning and runs as the clock of its level says.
    A rise of the level can only bring the deadline nearer; a fall never moves it. A warning that is lifted tonight
    stays on its units' lists once more. A deadline that hung on days off which nobody had announced (``provisional``) is reckoned anew
    every night, from the day it was counted from, until the calendar has them. Else only an extension that was granted, and a pause, move
    a deadline away.
    """
    calendar = Calendar(rulebook.calendar)
    clocks = level_clocks(rulebook)
    given = [due(clock, as_of, calendar) for clock in clocks.values()]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duty_level AS SELECT unnest($1::TINYINT[]) AS rank, unnest($2::VARCHAR[]) AS clock, "
        "unnest($3::DATE[]) AS deadline, unnest($4::BOOLEAN[]) AS provisional",
        [
            list(clocks),
            [clock.id for clock in clocks.values()],
            [each.day for each in given],
            [each.provisional for each in given],
        ],
    )
    con.execute("DELETE FROM intervene.duty WHERE as_of = $as_of", {"as_of": as_of})
    con.execute(_ASSIGN, {"as_of": as_of})
    by_id = {clock.id: clock for clock in (*clocks.values(), *rulebook.clocks.values())}
    for name, counted_from in con.execute(_WAITING, {"as_of": as_of}).fetchall():
        if name in by_id:
            now = due(by_id[name], counted_from, calendar)
            con.execute(_RECKON, [now.day, now.provisional, as_of, name, counted_from])
    keep_clock(con, rulebook, by_id, as_of)
    lengthen(con, by_id, clocks, calendar, as_of, keeps_clock=rulebook.rebound.keeps_clock)


_ASSIGN = """
INSERT INTO intervene.duty
  (as_of, id, unit, role, level, delivered_on, deadline, catch_all, provisional, clock, counted_from)
WITH earlier AS (
  SELECT * FROM intervene.duty WHERE as_of < $as_of
  QUALIFY row_number() OVER (PARTITION BY id, unit ORDER BY as_of DESC) = 1
), alive AS (
  SELECT r.id, r.unit, r.role, s.level, coalesce(e.delivered_on, $as_of) AS delivered_on, r.catch_all,
    e.id IS NULL OR (s.level < e.level AND l.deadline < e.deadline) AS fresh,
    l.deadline AS deadline_now, l.provisional AS provisional_now, l.clock AS clock_now,
    e.deadline, e.provisional, e.clock, e.counted_from
  FROM routed AS r
  JOIN assess.state AS s ON s.id = r.id AND s.as_of = $as_of
  JOIN duty_level AS l ON l.rank = s.level
  LEFT JOIN earlier AS e ON e.id = r.id AND e.unit = r.unit
), lifted AS (
  SELECT e.id, e.unit, e.role, e.level, e.delivered_on, e.deadline, e.catch_all, e.provisional, e.clock, e.counted_from
  FROM earlier AS e
  JOIN assess.state AS s ON s.id = e.id AND s.as_of = $as_of AND s.change = '解除'
  QUALIFY e.as_of = max(e.as_of) OVER (PARTITION BY e.id)
)
SELECT $as_of::DATE, id, unit, role, level, delivered_on, if(fresh, deadline_now, deadline), catch_all,
  if(fresh, provisional_now, provisional), if(fresh, clock_now, clock), if(fresh, $as_of, counted_from)
FROM alive
UNION ALL SELECT $as_of::DATE, * FROM lifted
ORDER BY id, role, unit
"""

_WAITING = """
SELECT DISTINCT clock, counted_from FROM intervene.duty
WHERE as_of = $as_of AND provisional AND counted_from < $as_of ORDER BY ALL
"""

_RECKON = """
UPDATE intervene.duty SET deadline = $1, provisional = $2
WHERE as_of = $3 AND clock = $4 AND counted_from = $5 AND provisional
"""
