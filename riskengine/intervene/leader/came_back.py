"""One line of the leader's page: whose closings came back of late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from riskengine.intervene.leader.look import link
from riskengine.intervene.lines import Entry
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["came_back"]

_NIGHTS, _UNITS, _NAMED = 30, 5, 3


def came_back(con: Connection, rulebook: Rulebook, found: Sequence[Entry], as_of: date) -> str:
    """Units whose closings came back in the last 30 nights, the most first, with the warnings that came; empty where none did.

    From the reviews of earlier nights and tonight's warnings that opened under a watch, which tonight's review will count.
    """
    if not con.execute("SELECT 1 FROM review.watch WHERE as_of < ? LIMIT 1", [as_of]).fetchone():
        return ""
    rows = con.execute(_RETURNED, {"as_of": as_of, "since": as_of - timedelta(_NIGHTS - 1)}).fetchall()
    if not rows:
        return ""
    open_now = {entry.id for entry in found}
    total = sum(len(ids) for _, ids, _ in rows)
    told = []
    for unit, ids, vetoes in rows[:_UNITS]:
        name = rulebook.units[unit].name if unit in rulebook.units else unit
        shown = "、".join(link(id_, "预警.html", id_) if id_ in open_now else id_ for id_ in ids[:_NAMED])
        more = "等" if len(ids) > _NAMED else ""
        veto = f"，{vetoes} 件是重点整治摘牌后反弹（一票否决）" if vetoes else ""
        told.append(f"{escape(name)} {len(ids)} 件（{shown}{more}{veto}）")
    rest = f"；另有 {len(rows) - _UNITS} 个单位" if len(rows) > _UNITS else ""
    return f"<p><b>销号后又反弹</b>（近{_NIGHTS}夜，共 {total} 件）：{'；'.join(told)}{rest}。</p>"


_RETURNED = """
WITH back AS (
  SELECT unit, id, veto FROM review.rebound WHERE as_of < $as_of AND as_of >= $since AND outcome IS DISTINCT FROM '误报'
  UNION
  SELECT r.unit, r.id, FALSE FROM assess.reopened AS r JOIN assess.warning AS w ON w.id = r.id AND w.opened_on = $as_of
  WHERE r.as_of = $as_of
)
SELECT coalesce(unit, '') AS unit, list(DISTINCT id ORDER BY id) AS ids, count(DISTINCT id) FILTER (veto) AS vetoes
FROM back GROUP BY 1 ORDER BY len(ids) DESC, unit
"""
