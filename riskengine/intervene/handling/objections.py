"""Objections (退回): what is not a unit's business goes on to the one whose business it is."""

from __future__ import annotations

from datetime import date

from riskengine.intervene.handling.gather import standing
from riskengine.intervene.handling.roles import verifier_of
from riskengine.intervene.routing import MATCHED
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["redirect"]


def redirect(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Change the temporary table ``routed`` as accepted objections say, and write on tonight's which route and unit they are about.

    Where the lead that the routes give has objected (接受), the unit that the decision named has it, else the lead of the next route that
    matches and has not objected, else the verifier. That is remembered: a later night gives it to the same unit, and never back. A unit
    that works along (协办) and has objected is left out.
    """
    if not con.execute("SELECT 1 FROM intervene.objection WHERE as_of <= $1 LIMIT 1", [as_of]).fetchone():
        return
    tonight = {"as_of": as_of}
    numbers = [rulebook.route_number(at) for at in range(len(rulebook.routes))]
    con.execute(_NAMED, {**tonight, "numbers": numbers})
    held = standing("intervene.objection", "id, unit, on_day, file_id, row_no", "as_of <= $as_of")
    con.execute(f"CREATE OR REPLACE TEMP TABLE objected AS SELECT * FROM ({held}) WHERE decided = '接受'", tonight)
    con.execute(_NEXT, {"first": as_of, "last": as_of, "verifier": verifier_of(rulebook)})
    con.execute(_REMEMBER, tonight)
    con.execute(_LEAVE_OUT)
    con.execute(_GIVE)
    con.execute("DELETE FROM copied AS c USING routed AS r WHERE r.as_of = c.as_of AND r.id = c.id AND r.unit = c.unit")


_NAMED = """
UPDATE intervene.objection AS o SET route = $numbers[r.route + 1]
FROM routed AS r WHERE o.as_of = $as_of AND o.route IS NULL AND r.as_of = o.as_of AND r.id = o.id AND r.role = '主办'
"""

# new_unit of the newest decision holds, unless it has objected too; a route that gave the warning to another unit meanwhile holds as well
_NEXT = f"""
CREATE OR REPLACE TEMP TABLE redirected AS
WITH {MATCHED}, lead AS (
  SELECT r.id, r.unit AS old FROM routed AS r
  WHERE r.role = '主办' AND EXISTS (SELECT 1 FROM objected AS o WHERE o.id = r.id AND o.unit = r.unit)
), named AS (
  SELECT o.id, arg_max(o.new_unit, (o.decided_on, o.as_of)) AS unit FROM objected AS o
  WHERE o.new_unit IS NOT NULL AND NOT EXISTS (SELECT 1 FROM objected AS e WHERE e.id = o.id AND e.unit = o.new_unit)
  GROUP BY o.id
), next AS (
  SELECT m.id, m.lead AS unit, m.n, m.catch_all FROM matched AS m
  JOIN duty_unit AS u ON u.unit = m.lead
  ANTI JOIN objected AS o ON o.id = m.id AND o.unit = m.lead
  QUALIFY row_number() OVER (PARTITION BY m.id ORDER BY m.n) = 1
)
SELECT l.id, l.old, coalesce(w.unit, n.unit, $verifier) AS unit, if(w.unit IS NULL, n.n, NULL) AS n,
  coalesce(n.catch_all AND w.unit IS NULL, FALSE) AS catch_all
FROM lead AS l
LEFT JOIN named AS w ON w.id = l.id AND w.unit IN (SELECT unit FROM duty_unit)
LEFT JOIN next AS n ON n.id = l.id
WHERE coalesce(w.unit, n.unit, $verifier) IS NOT NULL
"""

_REMEMBER = """
UPDATE intervene.objection AS o SET new_unit = r.unit FROM redirected AS r
WHERE o.as_of = $as_of AND o.id = r.id AND o.decided = '接受' AND o.role = '主办' AND o.new_unit IS NULL
"""

_LEAVE_OUT = """
DELETE FROM routed AS r WHERE EXISTS (SELECT 1 FROM objected AS o WHERE o.id = r.id AND o.unit = r.unit AND r.role = '协办')
  OR EXISTS (SELECT 1 FROM redirected AS d WHERE d.id = r.id AND d.unit = r.unit AND r.role = '协办')
"""

_GIVE = """
UPDATE routed AS r SET unit = d.unit, catch_all = d.catch_all, route = coalesce(d.n, r.route)
FROM redirected AS d WHERE d.id = r.id AND r.role = '主办'
"""
