"""The clock: delivered on which night, to be handled by which day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from riskengine.model.duty import Level
from riskengine.store.database import Connection

__all__ = ["assign"]


def assign(con: Connection, levels: Iterable[Level], as_of: date) -> None:
    """Write tonight's rows of ``intervene.duty`` from the temporary table ``routed`` and the duties of earlier nights.

    The clock of a unit starts on the night its list first carries the warning and runs ``handle_within`` calendar days.
    A rise of the level can only bring the deadline nearer; a fall never moves it. A warning that is lifted tonight
    stays on its units' lists once more.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duty_level AS "
        "SELECT unnest($1::TINYINT[]) AS rank, unnest($2::INTEGER[]) AS within",
        [[level.rank for level in levels], [level.handle_within for level in levels]],
    )
    con.execute("DELETE FROM intervene.duty WHERE as_of = $as_of", {"as_of": as_of})
    con.execute(_ASSIGN, {"as_of": as_of})


_ASSIGN = """
INSERT INTO intervene.duty (as_of, id, unit, role, level, delivered_on, deadline, catch_all)
WITH earlier AS (
  SELECT * FROM intervene.duty WHERE as_of < $as_of
  QUALIFY row_number() OVER (PARTITION BY id, unit ORDER BY as_of DESC) = 1
), alive AS (
  SELECT r.id, r.unit, r.role, s.level, coalesce(e.delivered_on, $as_of) AS delivered_on,
    CASE
      WHEN e.id IS NULL THEN $as_of + l.within
      WHEN s.level < e.level THEN least(e.deadline, $as_of + l.within)
      ELSE e.deadline
    END AS deadline,
    r.catch_all
  FROM routed AS r
  JOIN assess.state AS s ON s.id = r.id AND s.as_of = $as_of
  JOIN duty_level AS l ON l.rank = s.level
  LEFT JOIN earlier AS e ON e.id = r.id AND e.unit = r.unit
), lifted AS (
  SELECT e.id, e.unit, e.role, e.level, e.delivered_on, e.deadline, e.catch_all
  FROM earlier AS e
  JOIN assess.state AS s ON s.id = e.id AND s.as_of = $as_of AND s.change = '解除'
  QUALIFY e.as_of = max(e.as_of) OVER (PARTITION BY e.id)
)
SELECT $as_of::DATE, * FROM alive UNION ALL SELECT $as_of::DATE, * FROM lifted ORDER BY id, role, unit
"""
