"""The columns of the lists: title, width, what stands in a cell and how it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from riskengine.intervene.lines import Duty, Entry, Line
from riskengine.intervene.wording import deadline, evidence_in_short, level_name, numbered, reason

__all__ = ["RECEIPT_COLUMNS", "TAIL", "Column", "Row", "county_columns", "unit_columns"]

Row = TypeVar("Row")
"""What one row of a list is made of."""

RECEIPT_COLUMNS = ("签收日期", "核查结果", "处置措施", "反馈日期", "填报岗位")
"""What a unit fills in, side by side; the titles are what rules/sources/receipts.yaml reads back."""

TAIL = 3
"""Grey columns at the end of a unit's list: only the receipt needs them, they are not printed."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """``width`` in characters; ``style`` names a style of the workbook."""

    title: str
    width: float
    text: Callable[[Row], str]
    style: Callable[[Row], str]


def unit_columns(as_of: date) -> tuple[Column[Line], ...]:
    """A unit's list, one row a line: the warning, the unit's own part, the receipt columns, the grey tail."""
    shared = tuple(_of_entry(column) for column in _entry_columns())
    return (
        *shared,
        Column("角色", 6, lambda line: line.duty.role, _centre),
        Column("下发日期", 12, lambda line: line.duty.delivered_on.isoformat(), _centre),
        Column(
            "办理期限",
            12,
            lambda line: "\n".join(deadline(line.entry, line.duty, as_of)).strip(),
            lambda line: "overdue" if _late(line.entry, line.duty, as_of) else "centre",
        ),
        Column("回执情况", 12, lambda line: line.duty.receipt, _centre),
        Column("签收日期", 12, _empty, lambda line: "day"),
        Column("核查结果", 9, _empty, lambda line: "typed"),
        Column("处置措施", 20, _empty, lambda line: "typed"),
        Column("反馈日期", 12, _empty, lambda line: "day"),
        Column("填报岗位", 9.5, _empty, lambda line: "typed"),
        Column("责任单位", 6, lambda line: line.duty.unit_name, lambda line: "grey"),
        Column("地区编码", 6, lambda line: line.entry.place, lambda line: "grey"),
        Column("名单日期", 6, lambda line: as_of.isoformat(), lambda line: "grey"),
    )


def county_columns(as_of: date) -> tuple[Column[Entry], ...]:
    """The county's list, one row a warning, also for one that no unit answers for."""
    return (
        *_entry_columns(),
        Column("主办单位", 15, lambda entry: _units(entry, "主办") or "未分到单位", _centre),
        Column("协办单位", 15, lambda entry: _units(entry, "协办"), _centre),
        Column("下发日期", 12, lambda entry: entry.duties[0].delivered_on.isoformat() if entry.duties else "", _centre),
        Column(
            "办理期限",
            12,
            lambda entry: "\n".join(deadline(entry, entry.duties[0], as_of)).strip() if entry.duties else "",
            lambda entry: "overdue" if entry.duties and _late(entry, entry.duties[0], as_of) else "centre",
        ),
        Column("回执情况", 24, _receipts, lambda entry: "text"),
    )


def _entry_columns() -> tuple[Column[Entry], ...]:
    return (
        Column("预警编号", 16, lambda entry: entry.id, _centre),
        Column("等级", 9, lambda entry: level_name(entry.level), lambda entry: f"level {entry.level.rank}"),
        Column("状态", 6, lambda entry: entry.change, _centre),
        Column("对象", 15, lambda entry: entry.subject_name, _text),
        Column("主题", 10, lambda entry: entry.theme, _centre),
        Column("为什么预警", 32, reason, _text),
        Column("证据", 34, lambda entry: evidence_in_short(entry.evidence), _text),
        Column("建议措施", 26, lambda entry: numbered(entry.actions), _text),
        Column("可能的误报原因", 20, lambda entry: numbered(entry.false_causes), _text),
    )


def _of_entry(column: Column[Entry]) -> Column[Line]:
    return Column(
        column.title, column.width, lambda line: column.text(line.entry), lambda line: column.style(line.entry)
    )


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


def _receipts(entry: Entry) -> str:
    return "\n".join(f"{duty.unit_name}：{' '.join(duty.receipt.split())}" for duty in entry.duties)
