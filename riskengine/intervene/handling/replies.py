"""Receipts become replies; what cannot be one is refused with a sentence, never silently dropped."""

from __future__ import annotations

from datetime import date

from riskengine.intervene.handling.roles import said_by_units, said_by_verifier, verifier_of
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import Connection

__all__ = ["settle"]


def settle(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Judge every receipt known by tonight that no earlier night has judged.

    ``intervene.reply`` is a log: one row each time a unit said something, the newest word last. A receipt goes to
    ``intervene.refused`` when its warning (or errand) does not exist, its unit is unknown or does not answer for it, or its days lie
    before the delivery or after the day on which the receipt came. The verifier may speak of every warning, with its own words. A word
    of 办理动作 that nobody knows is refused alone: the rest of the line counts. Whether a step is legal now is for the walk to say.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE fresh_receipt AS " + _FRESH, {"as_of": as_of})
    if not con.execute("SELECT 1 FROM fresh_receipt LIMIT 1").fetchone():
        return
    names = {id_: unit.name for id_, unit in rulebook.units.items()}
    con.execute(
        "CREATE OR REPLACE TEMP TABLE receipt_unit AS "
        "SELECT unnest($1::VARCHAR[]) AS unit, unnest($2::VARCHAR[]) AS name",
        [list(names), list(names.values())],
    )
    known = [*said_by_units(rulebook), *said_by_verifier(rulebook)]
    con.execute(
        _JUDGED,
        {
            "as_of": as_of,
            "verifier": verifier_of(rulebook),
            "verifies": rulebook.handling.steps("核验"),
            "known": known,
        },
    )
    con.execute(_REPLIES, {"as_of": as_of})
    words = [row[0] for row in con.execute("SELECT DISTINCT strange FROM judged WHERE strange IS NOT NULL").fetchall()]
    told = {word: f"没有“{word[:20]}”这个办理动作{suggestion(word, known, 0)}" for word in words}
    con.execute(_REFUSED, {"as_of": as_of, "words": list(told), "told": list(told.values())})


_FRESH = """
SELECT r.* FROM sense.receipt AS r
WHERE r.known_at <= $as_of AND NOT r.retracted
  AND coalesce(r.signed_on::VARCHAR, r.outcome, r.measure, r.fed_back_on::VARCHAR, r.post, r.step, r.cause, r.reason, r.until::VARCHAR,
    r.refer_to) IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM intervene.reply AS o WHERE o.file_id = r.file_id AND o.row_no = r.row_no)
  AND NOT EXISTS (SELECT 1 FROM intervene.refused AS i WHERE i.file_id = r.file_id AND i.row_no = r.row_no)
"""

_JUDGED = """
CREATE OR REPLACE TEMP TABLE judged AS
WITH fresh AS (
  SELECT trim(split_part(r.key, '|', 1)) AS id, coalesce(u.unit, v.unit) AS unit, trim(r.unit) AS unit_text,
    if(list_contains($known, r.step), r.step, NULL) AS step, if(list_contains($known, r.step), NULL, r.step) AS strange,
    r.* EXCLUDE (key, unit, step)
  FROM fresh_receipt AS r
  LEFT JOIN receipt_unit AS u ON u.name = trim(r.unit)
  LEFT JOIN receipt_unit AS v ON v.unit = trim(r.unit)
), duty AS (
  SELECT id, unit, min(delivered_on) AS delivered_on FROM intervene.duty WHERE as_of <= $as_of GROUP BY id, unit
  UNION ALL
  SELECT id, unit, min(as_of) FROM intervene.errand WHERE as_of <= $as_of GROUP BY id, unit
), told AS (
  SELECT id FROM assess.warning WHERE opened_on <= $as_of
  UNION
  SELECT id FROM intervene.errand WHERE as_of <= $as_of
)
SELECT f.*, d.delivered_on,
  CASE
    WHEN w.id IS NULL THEN 'unknown-warning'
    WHEN f.unit IS NULL THEN 'unknown-unit'
    WHEN d.id IS NULL AND NOT coalesce(f.unit = $verifier AND list_contains($verifies, f.step), FALSE) THEN 'wrong-unit'
    WHEN f.signed_on < d.delivered_on OR f.fed_back_on < d.delivered_on THEN 'before-delivery'
    WHEN f.signed_on > f.known_at OR f.fed_back_on > f.known_at THEN 'in-the-future'
  END AS code
FROM fresh AS f
LEFT JOIN told AS w ON w.id = f.id
LEFT JOIN duty AS d ON d.id = f.id AND d.unit = f.unit
"""

_REPLIES = """
INSERT INTO intervene.reply
  (as_of, id, unit, post, signed_on, outcome, measure, fed_back_on, file_id, row_no, step, cause, reason, until, refer_to)
SELECT $as_of, id, unit, post, signed_on, outcome, measure, fed_back_on, file_id, row_no, step, cause, reason, until, refer_to
FROM judged
WHERE code IS NULL
  AND (strange IS NULL OR coalesce(signed_on::VARCHAR, outcome, measure, fed_back_on::VARCHAR) IS NOT NULL)
ORDER BY known_at, file_id, row_no
"""

_REFUSED = """
INSERT INTO intervene.refused (as_of, file_id, row_no, code, message)
SELECT $as_of, j.file_id, j.row_no, coalesce(j.code, 'unknown-step'),
  coalesce(f.name, '回执') || '第' || j.row_no || '行：' || CASE j.code
    WHEN 'unknown-warning' THEN '没有编号为“' || left(j.id, 40) || '”的预警。请从本单位最新清单核对预警编号后重新提交。'
    WHEN 'unknown-unit' THEN '没有名为“' || j.unit_text || '”的责任单位。请不要改动清单中的责任单位列，更正后重新提交。'
    WHEN 'wrong-unit' THEN '预警' || j.id || '不由' || j.unit_text || '负责。请核对是否填错了行，由主办或协办单位提交。'
    WHEN 'before-delivery' THEN j.id || '的' || concat_ws('、', if(j.signed_on < j.delivered_on, '签收日期' || j.signed_on, NULL),
      if(j.fed_back_on < j.delivered_on, '反馈日期' || j.fed_back_on, NULL))
      || '早于下发日期' || j.delivered_on || '，这一行没有收。请更正日期后重新提交。'
    WHEN 'in-the-future' THEN j.id || '的' || concat_ws('、', if(j.signed_on > j.known_at, '签收日期' || j.signed_on, NULL),
      if(j.fed_back_on > j.known_at, '反馈日期' || j.fed_back_on, NULL))
      || '晚于收到回执的日期' || j.known_at || '，这一行没有收。请更正日期后重新提交。'
    ELSE '预警' || j.id || '：' || s.says || '请从下拉框选。这一行的其他内容照常收下。'
  END
FROM judged AS j
LEFT JOIN sense.file AS f ON f.file_id = j.file_id
LEFT JOIN (SELECT unnest($words::VARCHAR[]) AS word, unnest($told::VARCHAR[]) AS says) AS s ON s.word = j.strange
WHERE j.code IS NOT NULL OR j.strange IS NOT NULL
ORDER BY j.known_at, j.file_id, j.row_no
"""
