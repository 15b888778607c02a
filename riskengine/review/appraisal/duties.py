"""Late signing, overdue handling, no answer: read from who answered for what, since when and until when, and what it said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from riskengine.model.appraisal import Appraisal, AppraisalItem
from riskengine.model.duty import Unit
from riskengine.model.rulebook import Rulebook
from riskengine.review.appraisal.noun import Hit, Source
from riskengine.rulebook.workdays import Calendar
from riskengine.store.database import Connection

__all__ = ["build_duties", "duty_hits", "warnings_of"]


def build_duties(con: Connection, as_of: date) -> None:
    """Temp table ``appraised``: one row a warning and unit that was given it by ``as_of``, as that night knew it.

    ``deadline``: the newest one, with approved extensions and pauses, or that of the night it answered where that is later; the days
    that somebody took to refuse an objection (退回) come on top. ``ends``: the newest night on which it owed it, or the day it was
    closed. ``objected``: 待定, 接受, 不接受 or 过期, NULL without an objection. ``answered_on``: NULL without an outcome; of 协办 also the
    lead's, ``own_answered_on`` is its own. Drills, samples and look-backs are no warnings and do not stand here.
    """
    con.execute(_APPRAISED, {"as_of": as_of})


def warnings_of(con: Connection, year: int) -> dict[str, int]:
    """Unit → warnings that were delivered to it in the year. Reads ``appraised``."""
    return dict(
        con.execute(
            "SELECT unit, count(*) FROM appraised WHERE year(delivered_on) = ? GROUP BY unit", [year]
        ).fetchall()
    )


def duty_hits(con: Connection, rulebook: Rulebook, year: int, as_of: date) -> list[Hit]:
    """What units were late with in the year: the day is the first one over. Reads ``appraised``."""
    calendar = Calendar(rulebook.calendar)
    wanted = [item for item in rulebook.appraisal.items if item.counts in ("late-signing", "overdue", "unanswered")]
    if not wanted:
        return []
    rows = [
        _Row(*row) for row in con.execute(_LATE, {"first": date(year, 1, 1), "last": date(year, 12, 31)}).fetchall()
    ]
    units = rulebook.units
    return [
        hit
        for row in rows
        if row.unit in units
        for item in _items_for(rulebook.appraisal, units[row.unit], wanted)
        if row.role in item.roles and (hit := _hit(row, item, calendar, as_of)) is not None and hit.on.year == year
    ]


class _Row(NamedTuple):
    id: str
    unit: str
    role: str
    level: int
    theme: str
    name: str
    delivered_on: date
    deadline: date | None
    provisional: bool
    last_night: date
    ends: date
    seen_on: date | None
    answered_on: date | None
    objected: str | None
    extended: int | None
    file: str | None


def _items_for(appraisal: Appraisal, unit: Unit, wanted: Iterable[AppraisalItem]) -> list[AppraisalItem]:
    return [item for item in wanted if unit.type in item.applies]


def _hit(row: _Row, item: AppraisalItem, calendar: Calendar, as_of: date) -> Hit | None:
    if item.counts == "late-signing":
        begins, done = row.delivered_on, row.seen_on
    elif row.deadline is None or (item.counts == "unanswered" and row.answered_on is not None):
        return None
    else:
        begins, done = row.deadline, row.answered_on
    took, first = _took(item, begins, done or row.ends, calendar)
    if first is None:
        return None
    says = _says(row, item, done, took, as_of)
    spared = {"接受": "退回已接受，不扣分", "待定": "退回还没有答复，暂不扣分"}.get(row.objected or "")
    if spared is None and item.counts != "late-signing" and row.provisional:
        spared = "期限暂定（放假安排还没有公布），暂不扣分"
    return Hit(
        item.counts, row.unit, first, row.id, says, Source("intervene.duty", row.last_night, row.id), took,
        theme=row.theme, level=row.level, file=row.file, spared=spared,
    )  # fmt: skip


def _took(item: AppraisalItem, begins: date, ends: date, calendar: Calendar) -> tuple[int, date | None]:
    """Days from ``begins`` (not counted) to ``ends``, and the first one over; None where none is."""
    if item.unit == "days":
        took = (ends - begins).days
        return took, begins + timedelta(item.over + 1) if took > item.over else None
    took, first = 0, None
    for n in range(1, (ends - begins).days + 1):
        day = begins + timedelta(n)
        if calendar.rest(day) is None:
            took += 1
            if took == item.over + 1:
                first = day
    return took, first


def _says(row: _Row, item: AppraisalItem, done: date | None, took: int, as_of: date) -> str:
    days = f"{took}{'个工作日' if item.unit == 'workdays' else '天'}"
    about = f"{row.name}（{row.theme}，{row.role}）"
    longer = f"（已批准延期{row.extended}天计入）" if row.extended else ""
    allowed = f"超过规定的{item.over}{'个工作日' if item.unit == 'workdays' else '天'}"
    until = "至今" if row.ends == as_of else f"到{row.ends}为止"
    match item.counts:
        case "late-signing" if done is not None:
            return f"{about}：{row.delivered_on}下发，{done}签收，用了{days}，{allowed}"
        case "late-signing":
            return f"{about}：{row.delivered_on}下发，{until}{days}没有签收，{allowed}"
        case "overdue" if done is not None:
            return f"{about}：{row.deadline}到期{longer}，{done}反馈，逾期{days}"
        case "overdue":
            return f"{about}：{row.deadline}到期{longer}，{until}逾期{days}没有反馈"
        case _:
            return f"{about}：{row.deadline}到期{longer}，{until}{days}没有反馈核查结果，{allowed}"


_APPRAISED = """
CREATE OR REPLACE TEMP TABLE appraised AS
WITH said AS (
  SELECT id, unit, min(coalesce(signed_on, fed_back_on, as_of)) AS seen_on,
    min(coalesce(fed_back_on, as_of)) FILTER (outcome IS NOT NULL) AS answered_on,
    arg_min(file_id, (as_of, file_id, row_no)) AS file_id, arg_min(row_no, (as_of, file_id, row_no)) AS row_no
  FROM intervene.reply WHERE as_of <= $as_of GROUP BY id, unit
), duty AS (
  SELECT d.id, d.unit, arg_max(d.role, d.as_of) AS role, min(d.level) AS level, min(d.delivered_on) AS delivered_on,
    max(d.as_of) AS last_night, arg_max(d.deadline, d.as_of) AS deadline,
    max(d.deadline) FILTER (d.as_of = d.answering) AS deadline_then, arg_max(d.provisional, d.as_of) AS provisional
  FROM (
    SELECT d.*, max(d.as_of) FILTER (d.as_of <= s.answered_on) OVER (PARTITION BY d.id, d.unit) AS answering
    FROM intervene.duty AS d LEFT JOIN said AS s ON s.id = d.id AND s.unit = d.unit
    WHERE d.as_of <= $as_of
  ) AS d GROUP BY d.id, d.unit
), objected AS (
  SELECT id, unit, arg_max(decided, (as_of, on_day)) AS decided,
    coalesce(greatest(arg_max(decided_on, (as_of, on_day)) - arg_max(on_day, (as_of, on_day)), 0), 0) AS days
  FROM intervene.objection WHERE as_of <= $as_of GROUP BY id, unit
), extended AS (
  SELECT id, unit, arg_max(amount, as_of) AS amount FROM intervene.leave WHERE as_of <= $as_of AND kind = '延期' GROUP BY id, unit
), closed AS (
  SELECT id, arg_max_null(closed_on, as_of) AS closed_on FROM intervene.handling WHERE as_of <= $as_of GROUP BY id
)
SELECT d.id, d.unit, d.role, d.level, w.theme, w.subject_name AS name, w.opened_on, d.delivered_on,
  (greatest(d.deadline, d.deadline_then) + CASE WHEN o.decided = '不接受' THEN o.days::INTEGER ELSE 0 END)::DATE AS deadline,
  coalesce(d.provisional, FALSE) AS provisional, d.last_night,
  least(d.last_night, c.closed_on) AS ends,
  s.seen_on,
  CASE WHEN d.role = '主办' THEN s.answered_on
    ELSE least(s.answered_on, min(s.answered_on) FILTER (d.role = '主办') OVER (PARTITION BY d.id)) END AS answered_on,
  s.answered_on AS own_answered_on, o.decided AS objected, e.amount AS extended, s.file_id, s.row_no
FROM duty AS d
JOIN assess.warning AS w ON w.id = d.id
LEFT JOIN said AS s ON s.id = d.id AND s.unit = d.unit
LEFT JOIN objected AS o ON o.id = d.id AND o.unit = d.unit
LEFT JOIN extended AS e ON e.id = d.id AND e.unit = d.unit
LEFT JOIN closed AS c ON c.id = d.id
"""

_LATE = """
SELECT a.id, a.unit, a.role, a.level, a.theme, a.name, a.delivered_on, a.deadline, a.provisional, a.last_night, a.ends, a.seen_on,
  a.answered_on, a.objected, a.extended, f.name || ' 第' || a.row_no || '行'
FROM appraised AS a
LEFT JOIN sense.file AS f ON f.file_id = a.file_id
WHERE a.delivered_on <= $last AND (coalesce(a.seen_on, a.ends) > a.delivered_on OR coalesce(a.answered_on, a.ends) > a.deadline)
  AND greatest(a.ends, a.seen_on, a.answered_on) >= $first
ORDER BY a.id, a.unit
"""
