"""Receipts become outcomes; what cannot be one becomes an issue with a sentence, never silently dropped."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["settle"]


def settle(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Judge every receipt known by tonight that no earlier night has judged.

    ``intervene.reply`` is a log: one row each time a unit said something, the newest word last. A receipt goes to
    ``intervene.refused`` when its warning does not exist, its unit is unknown or does not answer for the warning, or its
    days lie before the delivery.
    """
    names = {id_: unit.name for id_, unit in rulebook.units.items()}
    con.execute(
        "CREATE OR REPLACE TEMP TABLE receipt_unit AS "
        "SELECT unnest($1::VARCHAR[]) AS unit, unnest($2::VARCHAR[]) AS name",
        [list(names), list(names.values())],
    )
    con.execute(_JUDGED, {"as_of": as_of})
    con.execute(
        "INSERT INTO intervene.reply "
        "SELECT $as_of, id, unit, post, signed_on, outcome, measure, fed_back_on, file_id, row_no, step, cause, reason, until, refer_to "
        "FROM judged WHERE code IS NULL ORDER BY known_at, file_id, row_no",
        {"as_of": as_of},
    )
    con.execute(_ISSUES, {"as_of": as_of})


_JUDGED = """
CREATE OR REPLACE TEMP TABLE judged AS
WITH fresh AS (
  SELECT split_part(r.key, '|', 1) AS id, coalesce(u.unit, v.unit) AS unit, trim(r.unit) AS unit_text,
    r.* EXCLUDE (key, unit)
  FROM sense.receipt AS r
  LEFT JOIN receipt_unit AS u ON u.name = trim(r.unit)
  LEFT JOIN receipt_unit AS v ON v.unit = trim(r.unit)
  WHERE r.known_at <= $as_of AND NOT r.retracted
    AND NOT EXISTS (SELECT 1 FROM intervene.reply AS o WHERE o.file_id = r.file_id AND o.row_no = r.row_no)
    AND NOT EXISTS (SELECT 1 FROM intervene.refused AS i WHERE i.file_id = r.file_id AND i.row_no = r.row_no)
), duty AS (
  SELECT id, unit, min(delivered_on) AS delivered_on FROM intervene.duty WHERE as_of <= $as_of GROUP BY id, unit
)
SELECT f.*, d.delivered_on,
  CASE
    WHEN w.id IS NULL THEN 'unknown-warning'
    WHEN f.unit IS NULL THEN 'unknown-unit'
    WHEN d.id IS NULL THEN 'wrong-unit'
    WHEN f.signed_on < d.delivered_on OR f.fed_back_on < d.delivered_on THEN 'before-delivery'
  END AS code
FROM fresh AS f
LEFT JOIN assess.warning AS w ON w.id = f.id AND w.opened_on <= $as_of
LEFT JOIN duty AS d ON d.id = f.id AND d.unit = f.unit
WHERE coalesce(f.signed_on::VARCHAR, f.outcome, f.measure, f.fed_back_on::VARCHAR, f.post, f.step) IS NOT NULL
"""

_ISSUES = """
INSERT INTO intervene.refused
SELECT $as_of, j.file_id, j.row_no, j.code,
  coalesce(f.name, '回执') || '第' || j.row_no || '行：' || CASE j.code
    WHEN 'unknown-warning' THEN '没有编号为“' || j.id || '”的预警。请从本单位最新清单核对预警编号后重新提交。'
    WHEN 'unknown-unit' THEN '没有名为“' || j.unit_text || '”的责任单位。请不要改动清单中的责任单位列，更正后重新提交。'
    WHEN 'wrong-unit' THEN '预警' || j.id || '不由' || j.unit_text || '负责。请核对是否填错了行，由主办或协办单位提交。'
    ELSE '签收或反馈日期早于下发日期' || j.delivered_on || '。请更正日期后重新提交。'
  END
FROM judged AS j
LEFT JOIN sense.file AS f ON f.file_id = j.file_id
WHERE j.code IS NOT NULL
ORDER BY j.known_at, j.file_id, j.row_no
"""
