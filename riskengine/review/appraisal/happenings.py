"""What else an assessment counts: pressed, came back, refused receipts, silent data, false closings, objections, indicators, vetoes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.model.appraisal import AppraisalItem
from riskengine.model.rulebook import Rulebook
from riskengine.review.appraisal.noun import Hit, Source
from riskengine.store.database import Connection

__all__ = ["happenings"]


def happenings(con: Connection, rulebook: Rulebook, year: int, as_of: date) -> list[Hit]:
    """Everything of the year that ``as_of`` knew, except what is read from duties. Reads ``appraised`` and ``town_unit``.

    A unit is pressed once a warning, however many papers say so. Silence of a report is one happening from its first night to its last;
    where the unit answered the warning about it 误报 it was no omission. An objection (退回) costs points only where it came after
    its clock (过期), or again after it had been refused. Receipts for drills, samples and look-backs cost nothing.
    """
    asked = {"first": date(year, 1, 1), "last": date(year, 12, 31), "as_of": as_of}
    wanted: dict[str, list[AppraisalItem]] = {}
    for item in rulebook.appraisal.items:
        wanted.setdefault(item.counts, []).append(item)
    found: list[Hit] = []
    for counts, (table, sql) in _SQL.items():
        if counts not in wanted:
            continue
        more: Mapping[str, object] = {}
        if counts == "pressed":
            more = {"papers": sorted({paper for item in wanted[counts] for paper in item.papers})}
        if counts in ("indicators", "veto"):
            more = {
                "year": str(year),
                "ids": list(rulebook.indicators),
                "names": [each.name for each in rulebook.indicators.values()],
            }
        found += [_hit(counts, table, row) for row in con.execute(sql, {**asked, **more}).fetchall()]
    return [hit for hit in found if _wanted(hit, wanted[hit.counts], rulebook)]


def _hit(counts: str, table: str, row: tuple[object, ...]) -> Hit:
    unit, on, id_, says, as_of, key, days, times, theme, level, file, spared, from_ = row
    assert isinstance(on, date) and isinstance(as_of, date)
    return Hit(
        counts, str(unit), on, str(id_), str(says), Source(str(from_ or table), as_of, str(key)),
        days if isinstance(days, int) else None, float(str(times)), _text(theme), level if isinstance(level, int) else None,
        _text(file), _text(spared),
    )  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _wanted(hit: Hit, items: list[AppraisalItem], rulebook: Rulebook) -> bool:
    """Of silences: longer than the item lets pass; of refused receipts: of one of the item's codes (``id`` of the hit)."""
    unit = rulebook.units.get(hit.unit)
    if unit is None:
        return False
    mine = [item for item in items if unit.type in item.applies]
    if hit.counts == "late-returns":
        return any((hit.days or 0) > item.over for item in mine)
    if hit.counts == "refused":
        return any(not item.codes or hit.id in item.codes for item in mine)
    return bool(mine)


# columns: unit, day, id, sentence, night and number of the row it was read from, days, times, theme, level, file, spared, table
# the newest row of a step counts: one that was taken back is 作废. Pressed is whoever leads on that day
_PRESSED = """
WITH lead AS (
  SELECT id, unit, min(as_of) AS first, max(as_of) AS last FROM intervene.duty
  WHERE role = '主办' AND as_of <= $as_of GROUP BY id, unit
), step AS (
  SELECT * FROM intervene.step WHERE as_of <= $as_of
  QUALIFY row_number() OVER (PARTITION BY id, nth ORDER BY as_of DESC) = 1
), said AS (
  SELECT id, NULL AS unit, on_day AS day, as_of, 'intervene.step' AS told, '督办' AS what FROM step WHERE step = '督办'
  UNION ALL
  SELECT id, unit, as_of, as_of, 'intervene.rung', paper || coalesce('（' || number || '）', '')
  FROM intervene.rung WHERE as_of <= $as_of AND list_contains($papers, paper) AND id IS NOT NULL
), pressed AS (
  SELECT s.id, coalesce(o.unit, l.unit) AS unit, s.day, s.as_of, s.told, s.what
  FROM said AS s JOIN lead AS l ON l.id = s.id AND l.first <= s.day
  LEFT JOIN appraised AS o ON o.id = s.id AND o.unit = s.unit
  QUALIFY row_number() OVER (PARTITION BY s.id, s.day, s.told, s.what ORDER BY l.last DESC, l.unit) = 1
)
SELECT p.unit, min(p.day), p.id, any_value(a.name) || '（' || any_value(a.theme) || '）：' ||
    string_agg(DISTINCT p.day || p.what, '、' ORDER BY p.day || p.what),
  arg_min(p.as_of, (p.day, p.told)), p.id, NULL, 1, any_value(a.theme), min(a.level), NULL,
  CASE WHEN any_value(a.objected) = '接受' THEN '退回已接受，不扣分' END, arg_min(p.told, (p.day, p.told))
FROM pressed AS p JOIN appraised AS a ON a.id = p.id AND a.unit = p.unit
GROUP BY p.unit, p.id HAVING min(p.day) BETWEEN $first AND $last
"""

_REBOUND = """
SELECT r.unit, r.as_of, r.of_id, coalesce(w.subject_name || '（' || w.theme || '）：', '') || r.of_id || '销号后' || r.days || '天' ||
    CASE WHEN r.id = r.of_id THEN '又加重' ELSE '再次出现（' || r.id || '）' END,
  r.as_of, r.of_id, NULL, 1, w.theme, r.level, NULL,
  CASE WHEN r.outcome = '误报' THEN '按误报销号后再次预警，该改的是规则，不扣分' END, NULL
FROM review.rebound AS r LEFT JOIN assess.warning AS w ON w.id = r.id
WHERE r.as_of BETWEEN $first AND least($last, $as_of)
"""

_REFUSED = """
SELECT coalesce(u.unit, v.unit), i.as_of, i.code, i.message, i.as_of, i.file_id || '/' || i.row_no, NULL, 1, NULL, NULL,
  f.name || ' 第' || i.row_no || '行', NULL, NULL
FROM intervene.refused AS i
JOIN sense.receipt AS r ON r.file_id = i.file_id AND r.row_no = i.row_no
LEFT JOIN unit_name AS u ON u.name = trim(r.unit)
LEFT JOIN unit_name AS v ON v.unit = trim(r.unit)
LEFT JOIN sense.file AS f ON f.file_id = i.file_id
WHERE i.as_of BETWEEN $first AND least($last, $as_of) AND coalesce(u.unit, v.unit) IS NOT NULL
  AND NOT regexp_matches(trim(r.key), '^(YL|CJ|HK)-')
"""

_SILENT = """
WITH silent AS (
  SELECT source, reporter, unit, place, last_on, min(as_of) AS first, max(as_of) AS last, count(*) AS nights,
    arg_max(message, as_of) AS message
  FROM sense.silence WHERE as_of <= $as_of GROUP BY source, reporter, unit, place, last_on
), nothing AS (  -- warnings about the unit itself that it, or whoever has it, found to be no omission
  SELECT w.subject AS unit, w.opened_on, max(o.as_of) AS said_on, w.id
  FROM assess.warning AS w JOIN intervene.reply AS o ON o.id = w.id
  WHERE w.subject_type = 'unit' AND o.outcome = '误报' AND o.as_of <= $as_of GROUP BY w.subject, w.opened_on, w.id
)
SELECT s.unit, s.first, s.source, s.message || '共' || s.nights || '夜（' || s.first || '至' || s.last || '）', s.last, s.source,
  s.nights::INTEGER, 1, NULL, NULL, NULL, 
  (SELECT '已核实确无情况可报（' || min(n.id) || '），不扣分' FROM nothing AS n
   WHERE n.unit = s.unit AND n.opened_on <= s.last AND n.said_on >= s.first HAVING count(*) > 0), NULL
FROM silent AS s WHERE s.first BETWEEN $first AND $last AND s.unit IS NOT NULL
"""

_FALSE = """
SELECT d.unit, o.as_of, d.id, coalesce(w.subject_name || '（' || w.theme || '）：', '') || d.closed_on || '销号，' || o.as_of ||
    '回头看（' || e.id || '）核实问题仍在。' || d.says,
  o.as_of, e.id, NULL, 1, w.theme, NULL, f.name || ' 第' || o.row_no || '行', NULL, NULL
FROM (SELECT id, unit, closed_on, arg_max(says, as_of) AS says FROM review.doubt WHERE as_of <= $as_of GROUP BY ALL) AS d
JOIN (SELECT id, about, min(as_of) AS as_of FROM intervene.errand WHERE kind = '回头看' AND as_of <= $as_of GROUP BY ALL) AS e
  ON e.about = d.id AND e.as_of >= d.closed_on
JOIN (SELECT id, arg_max(outcome, (as_of, file_id, row_no)) AS outcome, max(as_of) AS as_of,
    arg_max(file_id, (as_of, file_id, row_no)) AS file_id, arg_max(row_no, (as_of, file_id, row_no)) AS row_no
  FROM intervene.reply WHERE outcome IS NOT NULL AND as_of <= $as_of GROUP BY id) AS o ON o.id = e.id AND o.outcome = '属实'
LEFT JOIN assess.warning AS w ON w.id = d.id
LEFT JOIN sense.file AS f ON f.file_id = o.file_id
WHERE o.as_of BETWEEN $first AND $last
QUALIFY row_number() OVER (PARTITION BY d.id, d.unit ORDER BY o.as_of, e.id) = 1
"""

_OBJECTED = """
WITH objection AS (
  SELECT id, unit, on_day, arg_max(decided, as_of) AS decided, arg_max(reason, as_of) AS reason, max(as_of) AS as_of,
    arg_max(file_id, as_of) AS file_id, arg_max(row_no, as_of) AS row_no, arg_max(decided_on, as_of) AS decided_on
  FROM intervene.objection WHERE as_of <= $as_of GROUP BY id, unit, on_day
), told AS (
  SELECT o.*, EXISTS (FROM objection AS b WHERE b.id = o.id AND b.unit = o.unit AND b.decided = '不接受' AND b.decided_on <= o.on_day
    AND b.on_day < o.on_day) AS again
  FROM objection AS o
)
SELECT o.unit, o.on_day, o.id, w.subject_name || '（' || w.theme || '）：' || o.on_day ||
    CASE WHEN o.decided = '过期' THEN '提出退回，已过期限' ELSE '在退回未被接受之后再次退回，仍未接受' END,
  o.as_of, o.id, NULL, 1, w.theme, NULL, f.name || ' 第' || o.row_no || '行', NULL, NULL
FROM told AS o JOIN assess.warning AS w ON w.id = o.id LEFT JOIN sense.file AS f ON f.file_id = o.file_id
WHERE o.on_day BETWEEN $first AND $last AND (o.decided = '过期' OR (o.decided = '不接受' AND o.again))
"""

_MARKS = """
WITH named AS (SELECT unnest($ids::VARCHAR[]) AS indicator, unnest($names::VARCHAR[]) AS name),
mark AS (
  SELECT CASE WHEN m.scope = 'unit' THEN m.code ELSE t.unit END AS unit, m.*
  FROM assess.mark AS m LEFT JOIN town_unit AS t ON m.scope = 'place' AND t.place = m.code
  WHERE m.as_of BETWEEN $first AND $as_of AND m.indicator IS NOT NULL AND starts_with(m.why ->> 'period', $year)
  QUALIFY m.as_of = max(m.as_of) OVER (PARTITION BY m.scope, m.code, m.indicator)
)
SELECT m.unit, least(m.as_of, $last::DATE), m.indicator, {says}, m.as_of, m.indicator, NULL, {times}, NULL, NULL, NULL, NULL, NULL
FROM mark AS m LEFT JOIN named AS n ON n.indicator = m.indicator
WHERE m.unit IS NOT NULL AND {holds}
"""

_INDICATORS = _MARKS.format(says="m.why ->> 'says'", times="m.deducted", holds="m.deducted > 0")

_VETO = f"""
SELECT r.unit, r.as_of, r.of_id, coalesce(w.subject_name || '（' || w.theme || '）：', '') || r.of_id || '销号后' || r.days ||
    '天反弹，一票否决', r.as_of, r.of_id, NULL, 1, w.theme, r.level, NULL, NULL, 'review.rebound'
FROM review.rebound AS r LEFT JOIN assess.warning AS w ON w.id = r.id
WHERE r.veto AND r.as_of BETWEEN $first AND least($last, $as_of)
UNION ALL
({_MARKS.format(says="coalesce(n.name, m.indicator) || '未达标，一票否决。' || coalesce(m.why ->> 'says', '')", times=1, holds="m.veto")})
"""

_SQL = {
    "pressed": ("intervene.step", _PRESSED),
    "rebound": ("review.rebound", _REBOUND),
    "refused": ("intervene.refused", _REFUSED),
    "late-returns": ("sense.silence", _SILENT),
    "false-closing": ("intervene.reply", _FALSE),
    "objections": ("intervene.objection", _OBJECTED),
    "indicators": ("assess.mark", _INDICATORS),
    "veto": ("assess.mark", _VETO),
}
