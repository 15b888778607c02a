"""The persistence ladder: what has lasted too long, or was left too long, goes up, with a paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from riskengine.intervene.papers.issue import Wanted, chinese_day, issue, recipient
from riskengine.intervene.plates import tend_plates
from riskengine.intervene.routing import current_places
from riskengine.model.ladder import PERIODS, Climb, Ladder
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["climb"]

_LOOKED = {"weeks": "逐周", "ten-days": "逐旬", "months": "逐月"}
"""A period counts by its last night: two ends of 旬 may lie ten days apart, which are not two 旬."""


def climb(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``intervene.rung``, ``intervene.paper`` and ``intervene.plate``.

    A ladder counts for each open warning up to tonight and reaches the highest rung that its count allows, once until the level falls
    (``overdue``, ``unanswered``: once for a deadline, a delivery). Only complete nights count: a night on which the warning's data were
    stale, or that did not run, neither counts nor breaks what was counted, and reaches nothing. What is closed, waits for its turn or
    for the decision of an objection is not pressed; what is merged into another warning is not counted for itself.
    """
    ladder = rulebook.ladder
    if ladder.office is None:
        return
    _lay_out(con, rulebook)
    con.execute(_OPEN, {"as_of": as_of})
    wanted: list[Wanted] = []
    for counted, sql in ((PERIODS, _LASTING), ({"overdue", "unanswered"}, _LEFT)):
        if any(each.counts in counted for each in ladder.ladders):
            wanted += _reached(rulebook, con.execute(sql, {"as_of": as_of}).fetchall(), as_of)
    if ladder.receipt_levels and con.execute(_CLOSES, {"as_of": as_of}).fetchone():
        ranks = [level.rank for level in rulebook.levels if level.name in ladder.receipt_levels]
        rows = con.execute(_CLOSED, {"as_of": as_of, "ranks": ranks}).fetchall()
        wanted += [_receipt(ladder, *row) for row in rows]
    wanted += tend_plates(con, rulebook, as_of)
    issue(con, rulebook, as_of, wanted)


def _reached(rulebook: Rulebook, rows: list[tuple[Any, ...]], as_of: date) -> Iterator[Wanted]:
    ladder = rulebook.ladder
    by_id = {each.id: each for each in ladder.ladders}
    places = current_places(rulebook.places, as_of)
    gravest = min(rulebook.levels, key=lambda level: level.rank).name
    for name, nth, id_, rank, place, lead, n, since, stale in rows:
        each = by_id[name]
        rung = each.rungs[nth - 1]
        copies = tuple(recipient(copy, ladder, lead, place, places) for copy in rung.copies)
        to, kind = recipient(rung.to, ladder, lead, place, places), rung.paper
        if to == lead and to in (ladder.office, ladder.leaders):  # nobody presses or summons itself, or its own leaders
            kind, copies = "风险提示函", (*copies, *((ladder.leaders,) if ladder.leaders else ()))
        yield Wanted(
            kind=kind,
            id=id_,
            place=place,
            rank=rank,
            to=to,
            copies=copies,
            why=_why(each, gravest, n, since, stale),
            answer_within=rung.answer_within,
            ladder=name,
            rung=nth,
        )


def _why(each: Climb, gravest: str, n: int, since: date, stale: int) -> str:
    if each.counts in PERIODS:
        left_out = f"，其间数据不全的{stale}夜没有计入" if stale and each.counts == "nights" else ""
        level = f"{each.level}级{'' if each.level == gravest else '及以上'}"
        if each.counts != "nights":
            return f"{_LOOKED[each.counts]}研判已连续{n}次为{level}（{chinese_day(since)}起）"
        return f"{level}已连续{n}夜（{chinese_day(since)}起{left_out}）"
    if each.counts == "overdue":
        return f"办理期限{chinese_day(since)}已过{n}天，主办单位尚未反馈"
    return f"{chinese_day(since)}下发，已{n}天，主办单位尚未{each.step}"


def _receipt(ladder: Ladder, id_: str, place: str | None, rank: int, lead: str | None, along: list[str]) -> Wanted:
    return Wanted("销号回执", id_, place, rank, lead or ladder.office or "", tuple(along), "办理完毕，准予销号", None)


def _lay_out(con: Connection, rulebook: Rulebook) -> None:
    """Temporary tables ``ladder_climb`` and ``ladder_rung``; the rank of a ladder that names no level is that of the lightest."""
    ranks = {level.name: level.rank for level in rulebook.levels}
    climbs = rulebook.ladder.ladders
    con.execute(
        """CREATE OR REPLACE TEMP TABLE ladder_climb AS SELECT unnest($1::VARCHAR[]) AS ladder, unnest($2::VARCHAR[]) AS counts,
        unnest($3::TINYINT[]) AS rank, unnest($7::TINYINT[]) AS gravest,
        unnest($4::VARCHAR[]) AS step, unnest($5::VARCHAR[][]) AS themes, unnest($6::VARCHAR[][]) AS subjects""",
        [
            [each.id for each in climbs],
            [each.counts for each in climbs],
            [ranks.get(each.level or "", max(ranks.values())) for each in climbs],
            [each.step for each in climbs],
            [list(each.themes) for each in climbs],
            [[str(subject) for subject in each.subjects] for each in climbs],
            [ranks.get(each.gravest or "", 0) for each in climbs],
        ],
    )
    rungs = [(each.id, nth, rung.after) for each in climbs for nth, rung in enumerate(each.rungs, start=1)]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE ladder_rung AS SELECT unnest($1::VARCHAR[]) AS ladder, unnest($2::INTEGER[]) AS rung, "
        "unnest($3::INTEGER[]) AS after",
        [[each[0] for each in rungs], [each[1] for each in rungs], [each[2] for each in rungs]],
    )


# One row a ladder and a warning that it is about tonight.
_OPEN = """
CREATE OR REPLACE TEMP TABLE ladder_open AS
WITH closed AS (
  SELECT id FROM intervene.handling WHERE as_of <= $as_of
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY as_of DESC) = 1 AND closed_on IS NOT NULL
), lead AS (
  SELECT id, unit, delivered_on, deadline FROM intervene.duty WHERE as_of = $as_of AND role = '主办'
)
SELECT c.ladder, c.counts, c.rank, c.step, s.id, s.level, w.place, l.unit AS lead, l.delivered_on, l.deadline
FROM assess.state AS s
JOIN assess.warning AS w ON w.id = s.id
JOIN ladder_climb AS c ON s.level BETWEEN c.gravest AND c.rank AND (len(c.themes) = 0 OR list_contains(c.themes, w.theme))
  AND (len(c.subjects) = 0 OR list_contains(c.subjects, w.subject_type))
LEFT JOIN lead AS l ON l.id = s.id
WHERE s.as_of = $as_of AND s.change <> '解除' AND NOT s.stale AND NOT EXISTS (FROM closed WHERE closed.id = s.id)
"""

_DUE = """, due AS (
  SELECT n.*, max(r.rung) AS rung FROM counted AS n JOIN ladder_rung AS r ON r.ladder = n.ladder AND r.after <= n.n GROUP BY ALL
)
SELECT ladder, rung, id, level, place, lead, n, since, stale FROM due AS d
WHERE NOT EXISTS (
  FROM intervene.rung AS p WHERE p.ladder = d.ladder AND p.id = d.id AND p.rung >= d.rung AND p.as_of < $as_of AND p.as_of > d.fell_on)
ORDER BY ladder, id
"""

_LASTING = (
    """
WITH spread AS (
  SELECT o.ladder, o.id, o.rank, s.as_of, s.level, s.stale,
    CASE o.counts WHEN 'nights' THEN s.as_of WHEN 'weeks' THEN date_trunc('week', s.as_of)::DATE + 6 WHEN 'months' THEN last_day(s.as_of)
      ELSE if(day(s.as_of) <= 20, date_trunc('month', s.as_of)::DATE + if(day(s.as_of) <= 10, 9, 19), last_day(s.as_of)) END AS on_day,
    max(s.as_of) FILTER (NOT s.stale AND s.level > o.rank) OVER (PARTITION BY o.ladder, o.id, on_day) AS lighter_on
  FROM ladder_open AS o
  JOIN assess.state AS s ON s.id = o.id AND s.as_of <= $as_of AND s.change <> '解除'
  WHERE o.counts IN ('nights', 'weeks', 'ten-days', 'months')
    AND NOT EXISTS (FROM assess.merged AS m WHERE m.as_of = $as_of AND m.child = o.id)
), reading AS (
  SELECT ladder, id, rank, on_day, arg_max(level, as_of) FILTER (NOT stale) AS level, count(*) FILTER (stale) AS stale,
    min(as_of) FILTER (as_of > coalesce(lighter_on, DATE '1900-01-01')) AS first
  FROM spread WHERE on_day <= $as_of GROUP BY ladder, id, rank, on_day
), fell AS (
  SELECT ladder, id, coalesce(max(on_day) FILTER (level > rank), DATE '1900-01-01') AS fell_on FROM reading GROUP BY ladder, id
), counted AS (
  SELECT o.ladder, o.id, o.level, o.place, o.lead, f.fell_on, count(r.level) AS n, min(r.first) AS since, sum(r.stale) AS stale
  FROM fell AS f
  JOIN reading AS r ON r.ladder = f.ladder AND r.id = f.id AND r.on_day > f.fell_on
  JOIN ladder_open AS o ON o.ladder = f.ladder AND o.id = f.id
  GROUP BY ALL
)"""
    + _DUE
)

_STATES = "('反馈', '核验', '销号')"

_LEFT = (
    f"""
WITH standing AS (
  SELECT id, state FROM intervene.handling WHERE as_of <= $as_of
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY as_of DESC) = 1
), held AS (
  SELECT id FROM intervene.waiting WHERE as_of = $as_of
  UNION SELECT id FROM standing WHERE state = '退回'
  UNION SELECT id FROM (
    FROM intervene.objection WHERE as_of <= $as_of
    QUALIFY row_number() OVER (PARTITION BY id, unit, on_day ORDER BY as_of DESC) = 1
  ) WHERE decided = '待定'
), counted AS (
  SELECT o.ladder, o.id, o.level, o.place, o.lead,
    if(o.counts = 'overdue', o.deadline, o.delivered_on) AS since, since AS fell_on, 0 AS stale, ($as_of::DATE - since)::INTEGER AS n
  FROM ladder_open AS o
  LEFT JOIN standing AS h ON h.id = o.id
  WHERE o.counts IN ('overdue', 'unanswered') AND NOT EXISTS (FROM held WHERE held.id = o.id) AND CASE o.counts
    WHEN 'overdue' THEN o.deadline < $as_of AND coalesce(h.state NOT IN {_STATES}, NOT EXISTS (
      FROM intervene.reply AS r WHERE r.as_of <= $as_of AND r.id = o.id AND r.unit = o.lead AND r.outcome IS NOT NULL))
    ELSE NOT EXISTS (
      FROM intervene.step AS t WHERE t.as_of <= $as_of AND t.id = o.id AND t.role = '主办' AND t.step = o.step) END
)"""
    + _DUE
)

_CLOSES = "SELECT 1 FROM intervene.handling WHERE as_of = $as_of AND closed_on IS NOT NULL LIMIT 1"

_CLOSED = """
WITH now AS (
  SELECT id FROM intervene.handling WHERE as_of = $as_of AND closed_on IS NOT NULL AND state = '销号'
), before AS (
  SELECT id, closed_on FROM intervene.handling WHERE as_of < $as_of
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY as_of DESC) = 1
), part AS (
  SELECT id, unit, role FROM intervene.duty WHERE as_of <= $as_of
  QUALIFY as_of = max(as_of) OVER (PARTITION BY id)
)
SELECT w.id, w.place, (SELECT min(level) FROM assess.state AS s WHERE s.id = w.id AND s.as_of <= $as_of) AS gravest,
  (SELECT min(unit) FROM part WHERE part.id = w.id AND role = '主办'),
  coalesce((SELECT list(unit ORDER BY unit) FROM part WHERE part.id = w.id AND role = '协办'), [])
FROM now JOIN assess.warning AS w ON w.id = now.id
WHERE NOT EXISTS (FROM before WHERE before.id = now.id AND before.closed_on IS NOT NULL)
  AND list_contains($ranks::TINYINT[], gravest)
ORDER BY w.id
"""
