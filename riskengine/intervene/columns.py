"""The columns of the lists: title, width, what stands in a cell and how it looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from riskengine.intervene.handled import Errand
from riskengine.intervene.lines import Entry, Line
from riskengine.intervene.parts import Duty
from riskengine.intervene.unread import Unread
from riskengine.intervene.wording import deadline, evidence_in_short, level_name, numbered, reason

__all__ = [
    "RECEIPT_COLUMNS",
    "TAIL",
    "Column",
    "Row",
    "county_columns",
    "errand_columns",
    "unit_columns",
    "unread_columns",
    "waiting_columns",
]

Row = TypeVar("Row")
"""What one row of a list is made of."""

RECEIPT_COLUMNS = (
    "签收日期",
    "核查结果",
    "处置措施",
    "反馈日期",
    "填报岗位",
    "办理动作",
    "误报原因",
    "理由",
    "延至日期",
    "建议转给",
)
"""What a unit fills in, side by side; the titles are what rules/sources/receipts.yaml reads back."""

TAIL = 3
"""Grey columns at the end of a unit's list: only the receipt needs them, they are not printed."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """``width`` in characters; ``style`` names a style of the workbook. ``seldom``: folded away until somebody needs it."""

    title: str
    width: float
    text: Callable[[Row], str]
    style: Callable[[Row], str]
    seldom: bool = False


def unit_columns(as_of: date) -> tuple[Column[Line], ...]:
    """A unit's list, one row a line: the warning, the unit's own part, the receipt columns, the grey tail."""
    shared = tuple(_of_line(column, as_of) for column in _entry_columns())
    return (
        *shared,
        Column("角色", 5.5, lambda line: line.duty.role, _centre),
        Column("下发日期", 11, lambda line: line.duty.delivered_on.isoformat(), _centre),
        Column(
            "办理期限",
            11.5,
            lambda line: "\n".join(deadline(line.entry, line.duty, as_of)).strip(),
            lambda line: "overdue" if _late(line.entry, line.duty, as_of) else "centre",
        ),
        Column("办理状态", 11.5, lambda line: _state(line.entry, line.duty), _centre),
        Column("签收日期", 11, _empty, lambda line: "day"),
        Column("核查结果", 8.5, _empty, lambda line: "typed"),
        Column("处置措施", 18, _empty, lambda line: "typed"),
        Column("反馈日期", 11, _empty, lambda line: "day"),
        Column("填报岗位", 9, _empty, lambda line: "typed"),
        Column("办理动作", 9, _empty, lambda line: "typed"),
        Column("误报原因", 18, _empty, lambda line: "typed", seldom=True),
        Column("理由", 20, _empty, lambda line: "typed", seldom=True),
        Column("延至日期", 12, _empty, lambda line: "day", seldom=True),
        Column("建议转给", 15, _empty, lambda line: "typed", seldom=True),
        Column("责任单位", 6, lambda line: line.duty.unit_name, lambda line: "grey"),
        Column("地区编码", 6, lambda line: line.entry.place, lambda line: "grey"),
        Column("名单日期", 6, lambda line: as_of.isoformat(), lambda line: "grey"),
    )


def county_columns(as_of: date) -> tuple[Column[Entry], ...]:
    """The county's list, one row a warning, also for one that no unit answers for."""
    return (
        *_entry_columns(),
        Column("主办单位", 15, lambda entry: _units(entry, "主办") or entry.unowned, _centre),
        Column("协办单位", 15, lambda entry: _units(entry, "协办"), _centre),
        Column("下发日期", 12, lambda entry: entry.duties[0].delivered_on.isoformat() if entry.duties else "", _centre),
        Column(
            "办理期限",
            12,
            lambda entry: "\n".join(deadline(entry, entry.duties[0], as_of)).strip() if entry.duties else "",
            lambda entry: "overdue" if entry.duties and _late(entry, entry.duties[0], as_of) else "centre",
        ),
        Column("办理状态", 24, _receipts, lambda entry: "text"),
    )


def errand_columns(columns: Sequence[Column[Line]], as_of: date) -> tuple[Column[Errand], ...]:
    """The columns of a unit's list for the lines that are no warnings: the same titles, and empty where only a warning says something."""
    said: dict[str, Callable[[Errand], str]] = {
        "预警编号": lambda errand: errand.id,
        "状态": lambda errand: errand.kind,
        "对象": lambda errand: errand.subject,
        "为什么预警": lambda errand: errand.says,
        "角色": lambda errand: "主办",
        "下发日期": lambda errand: errand.delivered_on.isoformat(),
        "办理期限": lambda errand: _until(errand, as_of),
        "办理状态": lambda errand: errand.receipt,
        "责任单位": lambda errand: errand.unit_name,
        "地区编码": lambda errand: errand.place,
        "名单日期": lambda errand: as_of.isoformat(),
    }
    words = {"对象", "为什么预警", "证据", "建议措施", "可能的误报原因"}
    return tuple(
        Column(
            each.title,
            each.width,
            said.get(each.title, _empty),
            _same(_ERRAND_STYLES.get(each.title, "text" if each.title in words else "centre")),
            each.seldom,
        )
        for each in columns
    )


def waiting_columns(unit: str) -> tuple[Column[Entry], ...]:
    """The queue of a unit: place, since when, what and why."""
    return (
        Column("候办顺序", 9, lambda entry: str(next(w.place for w in entry.waiting if w.unit == unit)), _centre),
        Column("候办起", 12, lambda entry: entry.waiting[0].since.isoformat(), _centre),
        Column("预警编号", 18, lambda entry: entry.id, _centre),
        Column("等级", 10, lambda entry: level_name(entry.level), lambda entry: f"level {entry.level.rank}"),
        Column("对象", 24, lambda entry: entry.subject_name, _text),
        Column("主题", 14, lambda entry: entry.theme, _centre),
        Column("为什么预警", 80, reason, _text),
    )


def unread_columns() -> tuple[Column[Unread], ...]:
    """What a unit should mend in its receipts: where, and what to do."""
    return (
        Column("文件", 48, lambda each: each.file, lambda each: "text"),
        Column("行", 8, lambda each: "" if each.row is None else str(each.row), lambda each: "centre"),
        Column("列", 18, lambda each: each.column, lambda each: "centre"),
        Column("怎么回事，怎么办", 96, lambda each: each.says, lambda each: "text"),
    )


def _entry_columns() -> tuple[Column[Entry], ...]:
    return (
        Column("预警编号", 15.5, lambda entry: entry.id, _centre),
        Column("等级", 7.5, lambda entry: level_name(entry.level), lambda entry: f"level {entry.level.rank}"),
        Column("状态", 6, _change, _centre),
        Column("对象", 14, lambda entry: entry.subject_name, _text),
        Column("主题", 8.5, lambda entry: entry.theme, _centre),
        Column("为什么预警", 30, reason, _text),
        Column("证据", 32, lambda entry: evidence_in_short(entry.evidence), _text),
        Column("建议措施", 24, lambda entry: numbered(entry.actions), _text),
        Column("可能的误报原因", 16, lambda entry: numbered(entry.false_causes), _text),
    )


def _of_line(column: Column[Entry], as_of: date) -> Column[Line]:
    text: Callable[[Line], str] = lambda line: column.text(line.entry)  # noqa: E731
    if column.title == "状态":
        text = lambda line: _change(line.entry) + _given(line, as_of)  # noqa: E731
    return Column(column.title, column.width, text, lambda line: column.style(line.entry))


def _change(entry: Entry) -> str:
    """A queue is no change of the warning, but who reads the list must see why nobody has it; nor is it one that it came back."""
    return "\n".join((entry.change, *(["候办"] if entry.waiting else []), *(["反弹"] if entry.rebound_of else [])))


def _given(line: Line, as_of: date) -> str:
    late = line.duty.delivered_on == as_of and line.entry.change not in ("新增", "解除")
    return "\n今夜下发" if late else ""


def _centre(_: object) -> str:
    return "centre"


def _text(_: object) -> str:
    return "text"


def _empty(_: object) -> str:
    return ""


def _late(entry: Entry, duty: Duty, as_of: date) -> bool:
    left = duty.left(as_of)
    return not entry.lifted and left is not None and left < 0


def _units(entry: Entry, role: str) -> str:
    return "\n".join(duty.unit_name for duty in entry.duties if duty.role == role)


def _state(entry: Entry, duty: Duty) -> str:
    """The handling as its lead moves it; of a unit that works along what it said itself."""
    if entry.handling is not None and (duty.role == "主办" or entry.closed):
        return str(entry.handling)
    return duty.receipt


def _receipts(entry: Entry) -> str:
    return "\n".join(f"{duty.unit_name}：{' '.join(_state(entry, duty).split())}" for duty in entry.duties)


def _until(errand: Errand, as_of: date) -> str:
    if errand.due is None:
        return ""
    left = (errand.due - as_of).days
    mark = f"逾期{-left}天" if left < 0 else "今日到期" if left == 0 else f"剩{left}天"
    return errand.due.isoformat() if errand.outcome else f"{errand.due}\n{mark}"


def _same(style: str) -> Callable[[object], str]:
    return lambda _: style


_ERRAND_STYLES = {title: "day" if title.endswith("日期") else "typed" for title in RECEIPT_COLUMNS} | {
    title: "grey" for title in ("责任单位", "地区编码", "名单日期")
}
