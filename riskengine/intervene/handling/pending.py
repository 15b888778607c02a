"""What waits for the verifier: reports to be checked, objections and extensions to be decided; and the workbook in which it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.intervene.answers import OUTCOMES, POSTS, Choices
from riskengine.intervene.book import FIRST_ROW, Book
from riskengine.intervene.columns import Column
from riskengine.intervene.handling.gather import TAKEN_BACK, standing
from riskengine.intervene.handling.roles import verifier_of
from riskengine.intervene.routing import current_places, place_name
from riskengine.intervene.wording import level_name
from riskengine.model.duty import Level
from riskengine.model.handling import CLOSED
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Pending", "pending", "pending_workbook"]


@dataclass(frozen=True)
class Pending:
    """One thing to decide. ``what``: 待核验, 退回待定 or 延期待批; ``may``: the words with which it is decided; ``since``: since when it waits.

    ``says``: who reported or asked what, sentences.
    """

    id: str
    what: str
    level: Level
    theme: str
    subject_name: str
    place: str
    place_name: str
    unit_name: str
    says: str
    since: date
    state: str
    deadline: date | None
    may: tuple[str, ...]


def pending(con: Connection, rulebook: Rulebook, as_of: date) -> list[Pending]:
    """What waits for the verifier tonight, gravest and oldest first. Reads ``intervene.handling``, ``objection``, ``step``, ``duty``."""
    handling = rulebook.handling
    names = {level.rank: level.name for level in rulebook.levels}
    alone = {
        (state, rank)
        for each in handling.transitions
        if each.to == CLOSED and "主办" in each.by
        for state in each.start
        for rank, name in names.items()
        if not each.levels or name in each.levels
    }
    checked = sorted({state for each in handling.transitions if each.step == "核验通过" for state in each.start})
    pairs = [(state, rank) for state in checked for rank in names if (state, rank) not in alone]
    grants = sorted({state for each in handling.transitions if each.step == "同意延期" for state in each.start})
    rows = con.execute(
        _PENDING.format(
            handling=standing("intervene.handling", "id", "as_of <= $as_of"),
            objection=standing("intervene.objection", "id, unit, on_day, file_id, row_no", "as_of <= $as_of"),
            back=TAKEN_BACK,
        ),
        {
            "as_of": as_of,
            "states": [state for state, _ in pairs],
            "ranks": [rank for _, rank in pairs],
            "closed": CLOSED,
            "grants": grants,
        },
    ).fetchall()
    levels = {level.rank: level for level in rulebook.levels}
    lightest = max(rulebook.levels, key=lambda level: level.rank)
    places = current_places(rulebook.places, as_of) if rows else {}
    return [
        Pending(
            id_,
            what,
            levels.get(rank, lightest),
            theme,
            name or subject,
            place or "",
            place_name(place, places),
            rulebook.units[unit].name if unit in rulebook.units else unit or "",
            says,
            since,
            state,
            deadline,
            _MAY[what],
        )
        for id_, what, rank, theme, subject, name, place, unit, says, since, state, deadline in rows
    ]


def pending_workbook(found: list[Pending], rulebook: Rulebook, as_of: date) -> bytes:
    """The verifier's workbook 核验审批: one row a thing to decide, with the receipt columns that the reader of receipts knows."""
    verifier = rulebook.units[verifier_of(rulebook) or ""]
    book = Book(rulebook.levels, as_of)
    sheet = book.sheet("预警清单")
    counts = "、".join(f"{what} {n}" for what in _MAY if (n := sum(each.what == what for each in found)))
    hint = "只填“办理动作”（从下拉框选）；不同意、不通过的写“理由”，同意退回可写“建议转给”。填好放回收件目录的“回执”文件夹。"
    columns = _columns(verifier.name, as_of)
    shown = len(columns) - 3
    book.head(sheet, f"{verifier.name} 核验审批", counts, hint, shown)
    book.table(sheet, columns, found, shown)
    at = {column.title: n for n, column in enumerate(columns)}
    first, last = FIRST_ROW, FIRST_ROW + len(found) - 1
    for row, each in enumerate(found, FIRST_ROW):
        sheet.data_validation(
            row,
            at["办理动作"],
            row,
            at["办理动作"],
            {
                "validate": "list",
                "source": list(each.may),
                "error_title": "办理动作",
                "error_message": "请从下拉框选：" + "、".join(each.may) + "。",
            },
        )
    units = [unit.name for unit in sorted(rulebook.units.values(), key=lambda each: (each.sort, each.id))]
    whom = Choices(book.hidden, "选项").source(units)
    for title, items in (("核查结果", list(OUTCOMES)), ("填报岗位", list(POSTS)), ("建议转给", whom)):
        sheet.data_validation(first, at[title], last, at[title], {"validate": "list", "source": items})
    return book.content()


def _columns(verifier: str, as_of: date) -> tuple[Column[Pending], ...]:
    def text(_: Pending) -> str:
        return "text"

    def centre(_: Pending) -> str:
        return "centre"

    def typed(_: Pending) -> str:
        return "typed"

    def grey(_: Pending) -> str:
        return "grey"

    def empty(_: Pending) -> str:
        return ""

    answers = ("办理动作", "理由", "建议转给", "填报岗位")
    others = ("签收日期", "核查结果", "处置措施", "反馈日期", "误报原因", "延至日期")
    return (
        Column("预警编号", 17, lambda each: each.id, centre),
        Column("等级", 8, lambda each: level_name(each.level), lambda each: f"level {each.level.rank}"),
        Column("状态", 9.5, lambda each: each.what, centre),
        Column("对象", 16, lambda each: each.subject_name, text),
        Column("主题", 12, lambda each: each.theme, centre),
        Column("报来内容", 46, lambda each: f"{each.unit_name}：{each.says}", text),
        Column("办理状态", 11, lambda each: f"{each.state}\n{each.since}", centre),
        Column("办理期限", 11.5, lambda each: each.deadline.isoformat() if each.deadline else "", centre),
        Column("角色", 6, lambda each: "核验", centre),
        *(Column(title, width, empty, typed) for title, width in zip(answers, (12, 24, 15, 10), strict=True)),
        *(Column(title, 11, empty, typed, seldom=True) for title in others),
        Column("责任单位", 6, lambda each: verifier, grey),
        Column("地区编码", 6, lambda each: each.place, grey),
        Column("名单日期", 6, lambda each: as_of.isoformat(), grey),
    )


_MAY = {
    "待核验": ("核验通过", "核验不通过"),
    "退回待定": ("同意退回", "不同意退回"),
    "延期待批": ("同意延期", "不同意延期"),
}
"""What waits → the words with which it is decided, in the order in which the list has them."""

_PENDING = """
WITH now AS ({handling}), counted AS (
  SELECT s.* FROM intervene.step AS s
  WHERE s.as_of <= $as_of AND s.step <> '{back}' AND NOT EXISTS (
    SELECT 1 FROM intervene.step AS b WHERE b.id = s.id AND b.nth = s.nth AND b.step = '{back}' AND b.as_of <= $as_of)
), graver AS (
  SELECT id, min(level) AS rank FROM intervene.duty WHERE as_of <= $as_of GROUP BY id
), found AS (
  SELECT n.id, '待核验' AS what, n.since, n.state, s.unit,
    '核查结果“' || coalesce(n.outcome, '') || '”，' || coalesce(s.measure, '没有写处置措施') AS says
  FROM now AS n JOIN graver AS g USING (id)
  JOIN (SELECT unnest($states::VARCHAR[]) AS state, unnest($ranks::INTEGER[]) AS rank) AS c ON c.state = n.state AND c.rank = g.rank
  LEFT JOIN (
    SELECT id, arg_max(unit, (on_day, nth)) AS unit, arg_max(measure, (on_day, nth)) AS measure
    FROM counted WHERE step = '反馈' AND role = '主办' GROUP BY id) AS s ON s.id = n.id
  UNION ALL
  SELECT o.id, '退回待定', o.on_day, n.state, o.unit,
    o.role || '退回，理由：' || coalesce(o.reason, '') || coalesce('，建议转给' || r.refer_to, '')
  FROM ({objection}) AS o JOIN now AS n USING (id)
  LEFT JOIN intervene.reply AS r ON r.file_id = o.file_id AND r.row_no = o.row_no
  WHERE o.decided = '待定' AND n.state <> $closed
  UNION ALL
  SELECT a.id, '延期待批', a.on_day, n.state, a.unit, '申请延至' || coalesce(r.until::VARCHAR, '') || '，理由：' || coalesce(a.reason, '')
  FROM counted AS a JOIN now AS n USING (id)
  LEFT JOIN intervene.reply AS r ON r.file_id = a.file_id AND r.row_no = a.row_no
  WHERE a.step = '申请延期' AND list_contains($grants, n.state) AND NOT EXISTS (
    SELECT 1 FROM counted AS d WHERE d.id = a.id AND d.step IN ('同意延期', '不同意延期') AND d.on_day >= a.on_day)
)
SELECT f.id, f.what, g.rank, w.theme, w.subject, w.subject_name, w.place, f.unit, f.says, f.since, f.state,
  (SELECT arg_max(d.deadline, d.as_of) FROM intervene.duty AS d WHERE d.id = f.id AND d.unit = f.unit AND d.as_of <= $as_of)
FROM found AS f JOIN assess.warning AS w ON w.id = f.id JOIN graver AS g ON g.id = f.id
ORDER BY g.rank, f.since, f.id, f.what, f.unit
"""
