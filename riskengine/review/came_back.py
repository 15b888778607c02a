"""What is watched, what came back, what is doubtful and who looks again, one by one, each traced to the receipt that closed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from riskengine.errors import WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.review.tables import text_table
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import Connection
from riskengine.store.watches import running, watches

__all__ = ["CameBack", "came_back", "unit_of"]

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class CameBack:
    """Rows of one night, oldest closing first, all as plain values under the keys of :data:`_COLUMNS`; days as dates, levels by name.

    ``closing``: ``回执/….xlsx第4行``, 引擎 where no receipt closed it, or the return that says 销号 of a listed place.
    """

    as_of: date
    watches: Rows
    rebounds: Rows
    doubts: Rows
    look_backs: Rows

    def text(self) -> str:
        """Four Chinese tables for a terminal."""
        parts = [f"反弹（截至 {self.as_of}）"]
        for title, rows, columns in (
            (f"观察中 {len(self.watches)} 件", self.watches, _COLUMNS["watches"]),
            (f"反弹 {len(self.rebounds)} 件", self.rebounds, _COLUMNS["rebounds"]),
            (f"结而未解（存疑）{len(self.doubts)} 件", self.doubts, _COLUMNS["doubts"]),
            (f"回头看 {len(self.look_backs)} 件", self.look_backs, _COLUMNS["look_backs"]),
        ):
            parts.append(title)
            if rows:
                frame = pd.DataFrame(
                    [[_shown(row[key]) for key in columns] for row in rows], columns=list(columns.values())
                )
                parts.append(text_table(frame))
        return "\n".join(parts)

    def json(self) -> dict[str, Any]:
        """The same as plain values, days as ISO text."""
        return {
            "as_of": self.as_of.isoformat(),
            **{
                name: [_plain(row) for row in getattr(self, name)]
                for name in ("watches", "rebounds", "doubts", "look_backs")
            },
        }


def came_back(con: Connection, rulebook: Rulebook, as_of: date, unit: str | None = None) -> CameBack:
    """As the night ``as_of`` saw it; with ``unit`` (an id) only closings of that unit."""
    asked = {"as_of": as_of, "unit": unit}
    names = {each.id: each.name for each in rulebook.units.values()}
    levels = {level.rank: level.name for level in rulebook.levels}

    def rows(sql: str) -> Rows:
        cursor = con.execute(sql, asked)
        keys = [column[0] for column in cursor.description or ()]
        return [_named(dict(zip(keys, row, strict=True)), names, levels) for row in cursor.fetchall()]

    return CameBack(as_of, rows(_WATCHES), rows(_REBOUNDS), rows(_DOUBTS), rows(_LOOK_BACKS))


def unit_of(rulebook: Rulebook, name: str) -> str:
    """The id of a unit by its id or name. Raises WrongUse."""
    word = name.strip()
    for unit in rulebook.units.values():
        if word in (unit.id, unit.name):
            return unit.id
    raise WrongUse(
        f"没有名为“{word[:40]}”的责任单位{suggestion(word, [each.name for each in rulebook.units.values()])}"
    )


def _named(row: dict[str, Any], names: Mapping[str, str], levels: Mapping[int, str]) -> dict[str, Any]:
    for key in ("level", "level_at_closing", "level_before"):
        if key in row:
            row[key] = levels.get(row[key], "") if row[key] is not None else None
    for key in ("unit", "by"):
        if key in row:
            row[f"{key}_name"] = names.get(row[key], row[key])
    if "veto" in row:
        row["veto_says"] = "一票否决" if row["veto"] else ""
    return row


def _shown(value: object) -> str:
    if value is None:
        return ""
    return "、".join(value) if isinstance(value, list) else str(value)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, date) else value for key, value in row.items() if key != "veto_says"
    }


_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "watches": {
        "id": "编号", "kind": "种类", "subject_name": "对象", "theme": "主题", "unit_name": "销号单位", "level_at_closing": "销号时",
        "closed_on": "销号日期", "until": "观察到", "closing": "依据",
    },
    "rebounds": {
        "id": "再次预警", "of_id": "原编号", "how": "怎样", "subject_name": "对象", "theme": "主题", "unit_name": "销号单位",
        "closed_on": "销号日期", "days": "隔几天", "level_at_closing": "销号时", "level": "再现时", "veto_says": "否决", "closing": "依据",
    },
    "doubts": {
        "id": "编号", "unit_name": "销号单位", "closed_on": "销号日期", "reasons": "疑点", "says": "说明", "look_back": "回头看", "closing": "依据",
    },
    "look_backs": {
        "id": "编号", "about": "看哪一件", "by_name": "由谁看", "since": "交办", "due": "期限", "outcome": "结果", "closing": "依据",
    },
}  # fmt: skip

# the receipt that closed it: the one of the step, else the unit's newest word with an outcome before it was known as closed
_CLOSING = """
closing AS (
  SELECT w.id, w.closed_on, coalesce(
      (SELECT arg_max(f.name || '第' || s.row_no || '行', (s.as_of, s.nth)) FROM intervene.step AS s
        JOIN sense.file AS f ON f.file_id = s.file_id
        WHERE s.id = w.id AND s.state = '销号' AND s.on_day = w.closed_on AND s.as_of <= $as_of),
      (SELECT arg_max(f.name || '第' || r.row_no || '行', (r.as_of, r.file_id, r.row_no)) FROM intervene.reply AS r
        JOIN sense.file AS f ON f.file_id = r.file_id
        WHERE r.id = w.id AND r.unit = w.unit AND r.outcome IS NOT NULL AND r.as_of <= w.as_of),
      (SELECT arg_min(f.name || '第' || c.row_no || '行', (c.known_at, c.occurred_on, c.file_id, c.row_no)) FROM sense.rectification AS c
        JOIN sense.file AS f ON f.file_id = c.file_id
        WHERE w.kind = '重点整治' AND c.site = w.id AND c.signed_off_on = w.closed_on AND c.known_at <= w.as_of),
      '引擎') AS closing
  FROM review.watch AS w WHERE w.as_of <= $as_of
  QUALIFY row_number() OVER (PARTITION BY w.id, w.closed_on ORDER BY w.as_of DESC) = 1
)"""

_WATCHES = f"""
WITH {_CLOSING}, named AS ({watches()})
SELECT w.id, w.kind, coalesce(n.subject_name, l.label, w.subject) AS subject_name, w.theme, w.unit, w.outcome, w.level_before,
  w.level_at_closing, w.closed_on, w.until, w.veto, c.closing
FROM named AS w LEFT JOIN assess.warning AS n ON n.id = w.id
LEFT JOIN (SELECT site, arg_max(label, (occurred_on, known_at)) AS label FROM sense.rectification WHERE known_at <= $as_of GROUP BY site)
  AS l ON w.kind = '重点整治' AND l.site = w.id
LEFT JOIN closing AS c ON c.id = w.id AND c.closed_on = w.closed_on
WHERE {running("$as_of", reviewed=True).replace("w.closed_on < $as_of", "w.closed_on <= $as_of")}
  AND ($unit IS NULL OR w.unit = $unit)
ORDER BY w.closed_on, w.kind, w.id
"""

_REBOUNDS = f"""
WITH {_CLOSING}
SELECT r.id, r.of_id, r.kind, r.how, coalesce(n.subject_name, n.subject) AS subject_name, r.theme, r.unit, r.outcome, r.closed_on,
  r.days, r.level AS level_at_closing, r.raised_to AS level, r.veto, r.as_of, c.closing
FROM review.rebound AS r LEFT JOIN assess.warning AS n ON n.id = r.id
LEFT JOIN closing AS c ON c.id = r.of_id AND c.closed_on = r.closed_on
WHERE r.as_of <= $as_of AND ($unit IS NULL OR r.unit = $unit)
ORDER BY r.closed_on, r.days, r.id, r.kind
"""

_DOUBTS = f"""
WITH {_CLOSING}
SELECT d.id, d.unit, d.closed_on, d.reasons, d.says,
  coalesce((SELECT min(e.id) FROM intervene.errand AS e WHERE e.kind = '回头看' AND e.about = d.id AND e.as_of <= $as_of), '待安排')
    AS look_back, c.closing
FROM review.doubt AS d LEFT JOIN closing AS c ON c.id = d.id AND c.closed_on = d.closed_on
WHERE d.as_of <= $as_of AND ($unit IS NULL OR d.unit = $unit)
ORDER BY d.closed_on, d.id
"""

_LOOK_BACKS = f"""
WITH {_CLOSING}, asked AS (
  SELECT id, about, unit, min(as_of) AS since, min(due) AS due FROM intervene.errand
  WHERE kind = '回头看' AND as_of <= $as_of GROUP BY id, about, unit
)
SELECT e.id, e.about, e.unit AS by, e.since, e.due, coalesce(
    (SELECT arg_max(r.outcome, (r.as_of, r.file_id, r.row_no)) FROM intervene.reply AS r
      WHERE r.id = e.id AND r.unit = e.unit AND r.outcome IS NOT NULL AND r.as_of <= $as_of),
    CASE WHEN e.due < $as_of THEN '逾期未答复' ELSE '未答复' END) AS outcome, d.unit, max(c.closing) AS closing
FROM asked AS e
LEFT JOIN (SELECT id, arg_max(unit, as_of) AS unit, max(closed_on) AS closed_on FROM review.doubt WHERE as_of <= $as_of GROUP BY id) AS d
  ON d.id = e.about
LEFT JOIN closing AS c ON c.id = d.id AND c.closed_on = d.closed_on
WHERE $unit IS NULL OR d.unit = $unit
GROUP BY ALL
ORDER BY e.id
"""
