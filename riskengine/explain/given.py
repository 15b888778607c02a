"""What became of a warning after the routes: handed on because a unit sent it back, or waiting for room."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["after_routes"]


def after_routes(con: Connection, rulebook: Rulebook, warning: str, as_of: date) -> str:
    """What the routes do not tell of ``warning`` on the night, clauses without a full stop; "" where they tell all. Reads ``kept``."""
    tonight = {"id": warning, "as_of": as_of}
    names = {id_: unit.name for id_, unit in rulebook.units.items()}
    said = []
    lead = con.execute(_LEAD, tonight).fetchone()
    back = [names.get(unit, unit) for (unit,) in con.execute(_SENT_BACK, tonight).fetchall()]
    if lead is not None and back:
        said.append(f"{'、'.join(back)}退回，经同意改由{names.get(lead[0], lead[0])}主办")
    if waits := con.execute(_WAITS, tonight).fetchone():
        unit, place, since = waits
        told = f"{names.get(unit, unit)}本周办理量已满，自{since}起排队，现排第{place}位"
        said.append(f"候办：{told}，尚未下发、期限未起算")
    return "；".join(said)


_LEAD = """
SELECT unit FROM (
  SELECT unit FROM kept.intervene.duty WHERE id = $id AND as_of = $as_of AND role = '主办'
  UNION ALL SELECT unit FROM kept.intervene.waiting WHERE id = $id AND as_of = $as_of AND role = '主办')
"""

_SENT_BACK = """
SELECT unit FROM (
  SELECT * FROM kept.intervene.objection WHERE id = $id AND as_of <= $as_of
  QUALIFY row_number() OVER (PARTITION BY unit, on_day, file_id, row_no ORDER BY as_of DESC) = 1)
WHERE decided = '接受' AND role = '主办' GROUP BY unit ORDER BY min(decided_on), unit
"""

_WAITS = "SELECT unit, place, since FROM kept.intervene.waiting WHERE id = $id AND as_of = $as_of AND role = '主办'"
