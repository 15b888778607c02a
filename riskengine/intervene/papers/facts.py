"""What stands in the papers about warnings: read once for all of a night's, said in the words of an official letter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from riskengine.intervene.papers.issue import chinese_day
from riskengine.intervene.papers.render import Lines
from riskengine.intervene.routing import current_places, place_name
from riskengine.intervene.wording import INTERNAL, level_name
from riskengine.model.paper import PaperKind
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.due import due, in_words, level_clocks
from riskengine.rulebook.workdays import Calendar
from riskengine.store.database import Connection

__all__ = ["MIND", "Values", "common_values", "evidence_lines", "numbered_lines", "paper_values"]

Values = dict[str, str | Lines]
"""Placeholder → what takes its place."""

_ROWS = 3
"""So many records a rule stand in a paper; all are in the list of that night."""

_TELLING = frozenset({"编号", "日期", "地区", "类别", "数值"})

MIND = (
    f"本文所称等级为{INTERNAL}，只供有关单位内部使用。",
    "办理、反馈材料中不写个人姓名、身份证号码、电话和住址。",
)
"""What every paper asks to mind."""


def paper_values(con: Connection, rulebook: Rulebook, ids: Iterable[str], as_of: date) -> dict[str, Values]:
    """Warning id → the values that are the same in every paper about it; ids of no warning are left out.

    Of a warning that is lifted the newest night counts on which it was not. The clock is that of the lead.
    """
    rows = con.execute(_FACTS, {"ids": list(ids), "as_of": as_of}).fetchall()
    return {row[0]: _values(rulebook, row, as_of) for row in rows}


def _values(rulebook: Rulebook, row: Sequence[Any], as_of: date) -> Values:
    (id_, name, place, theme, opened, rank, stale, rules, why, evidence, deadline, provisional, clock, counted_from, outcome,
     cause, closed_on, closed_by, measure) = row  # fmt: skip
    places = current_places(rulebook.places, as_of)
    county = next((each.name for each in places.values() if each.parent is None), "全县")
    level = next((each for each in rulebook.levels if each.rank == rank), rulebook.levels[-1])
    known = [rulebook.rules[rule] for rule in rules or () if rule in rulebook.rules]
    causes = list(dict.fromkeys(each for rule in known for each in rule.false_causes))
    mind = [f"核查时先排除常见的误报原因：{'、'.join(causes)}。"] if causes else []
    if closed_on is not None:
        mind = ["销号后再次出现同类情况的，请及时报告。"]
    elif stale:
        mind.append("部分来源没有按时报送，等级暂按上一次完整数据，请以实地核查为准。")
    clocks = {each.id: each for each in (*level_clocks(rulebook).values(), *rulebook.clocks.values())}
    basis = clocks.get(clock or "") or level_clocks(rulebook).get(rank)  # nights before 0.4 did not note the clock
    late = (as_of - deadline).days if deadline else 0
    mark = (
        f"（已逾期{late}天）"
        if late > 0 and closed_on is None
        else "（暂定，放假安排公布后重新计算）"
        if provisional
        else ""
    )
    from_day = ""
    if counted_from is not None and deadline is not None and basis is not None:
        plain = due(basis, counted_from, Calendar(rulebook.calendar)).day
        more = "" if plain == deadline else "，期间暂停计时、准予延期或已销号的时间另计"
        from_day = f"，{chinese_day(counted_from)}起算{more}"
    unit = rulebook.units.get(closed_by or "")
    return {
        "编号": id_,
        "对象": name or id_,
        "类别": theme,
        "等级": f"{level_name(level)}，{INTERNAL}",
        "开始时间": chinese_day(opened),
        "影响范围": place_name(place, places) or f"{county}全县",
        "情况": str((json.loads(why) if why else {}).get("sentence") or "见预警清单"),
        "注意事项": numbered_lines((*mind, *MIND)),
        "建议措施": numbered_lines(tuple(dict.fromkeys(rule.action for rule in known)) or ("请按职责分工研究处置。",)),
        "证据": evidence_lines(json.loads(evidence) if evidence else ()),
        "期限": f"{chinese_day(deadline)}{mark}" if deadline else "未定",
        "期限依据": f"{basis.title}：自{basis.start}之日起{in_words(basis)}（{basis.basis}）{from_day}"
        if basis
        else "见预警清单",
        "核查结果": "、".join(each for each in (outcome, cause) if each) or "未填",
        "处置情况": measure or "未填",
        "销号日期": chinese_day(closed_on),
        "销号单位": unit.name if unit else "按规定期限自动销号" if closed_on else "",
    }


def numbered_lines(sentences: Sequence[str]) -> Lines:
    """One as it is, several with their numbers."""
    return Lines(sentences) if len(sentences) < 2 else Lines(f"{n}. {each}" for n, each in enumerate(sentences, 1))


def evidence_lines(evidence: Iterable[Mapping[str, Any]]) -> Lines:
    """A line a rule: what records, the first of them, how many in all."""
    found = []
    for each in evidence:
        records = list(each.get("rows") or ())
        if records:
            columns = list(each.get("columns") or ())
            told = [at for at, title in enumerate(columns) if title in _TELLING] or range(min(3, len(columns)))
            named = "；".join(" ".join(str(record[at]) for at in told if record[at]) for record in records[:_ROWS])
            more = f"等{len(records)}条" if len(records) > _ROWS else ""
            found.append(f"{each.get('title') or '记录'}：{named}{more}。")
    return numbered_lines(tuple(dict.fromkeys(found)))


def common_values(
    rulebook: Rulebook,
    kind: PaperKind,
    number: str,
    to: str,
    copies: Sequence[str],
    why: str,
    answer_by: date | None,
    as_of: date,
) -> Values:
    """The values that a paper has of its own."""
    ladder = rulebook.ladder
    county = next((place.name for place in rulebook.places if place.parent is None), "")
    office = rulebook.units.get(ladder.office or "")
    return {
        "文号": number,
        "主送": _name(rulebook, to),
        "抄送": "、".join(_name(rulebook, copy) for copy in copies),
        "事由": why,
        "反馈期限": chinese_day(answer_by),
        "出文单位": ladder.signature or (f"{county}{office.name}" if office else county),
        "出文日期": chinese_day(as_of),
    }


def _name(rulebook: Rulebook, unit: str) -> str:
    return rulebook.units[unit].name if unit in rulebook.units else unit


_FACTS = """
WITH asked AS (SELECT unnest($ids::VARCHAR[]) AS id),
state AS (
  SELECT s.* FROM assess.state AS s SEMI JOIN asked USING (id) WHERE s.as_of <= $as_of AND s.change <> '解除'
  QUALIFY row_number() OVER (PARTITION BY s.id ORDER BY s.as_of DESC) = 1
), duty AS (
  SELECT d.* FROM intervene.duty AS d SEMI JOIN asked USING (id) WHERE d.as_of <= $as_of AND d.role = '主办'
  QUALIFY row_number() OVER (PARTITION BY d.id ORDER BY d.as_of DESC, d.unit) = 1
), handled AS (
  SELECT h.* FROM intervene.handling AS h SEMI JOIN asked USING (id) WHERE h.as_of <= $as_of
  QUALIFY row_number() OVER (PARTITION BY h.id ORDER BY h.as_of DESC) = 1
), said AS (
  SELECT r.id, r.unit, r.measure FROM intervene.reply AS r SEMI JOIN asked USING (id) WHERE r.as_of <= $as_of AND r.measure IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY r.id, r.unit ORDER BY r.as_of DESC, r.file_id DESC, r.row_no DESC) = 1
)
SELECT w.id, w.subject_name, w.place, w.theme, w.opened_on, s.level, s.stale, s.rules, s.why, s.evidence, d.deadline,
  coalesce(d.provisional, FALSE), d.clock, d.counted_from, h.outcome, h.cause, h.closed_on, h.closed_by, m.measure
FROM asked JOIN assess.warning AS w ON w.id = asked.id
JOIN state AS s ON s.id = w.id
LEFT JOIN duty AS d ON d.id = w.id
LEFT JOIN handled AS h ON h.id = w.id
LEFT JOIN said AS m ON m.id = w.id AND m.unit = d.unit
ORDER BY w.id
"""
