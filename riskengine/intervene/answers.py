"""The cells that a unit fills in: drop-downs, checks and what they say. Nothing is locked: a locked sheet could be neither sorted nor
unfolded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

__all__ = ["ACTIONS", "OTHER_CAUSE", "OUTCOMES", "POSTS", "Choices", "receipt_cells", "untouched"]

OUTCOMES = ("属实", "误报", "已化解", "无法核实")
POSTS = ("值班岗", "综治岗", "信访岗", "警务岗", "网格岗", "业务科室", "分管领导岗", "其他岗位")
ACTIONS = ("退回", "申请延期", "暂停计时", "恢复计时", "销号")
"""What a unit may ask for beyond signing and reporting; the verifier's own workbook has its own."""

OTHER_CAUSE = "其他"
_LONGEST = 255  # characters of a list that stands in the rule itself; Excel refuses a file with a longer one

Span = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""


class Choices:
    """Lists to choose from. Short ones stand in the cell's own rule, long ones in columns of the sheet ``name``, which ``make`` makes
    once there is one.
    """

    def __init__(self, make: Callable[[str], Worksheet], name: str) -> None:
        self._make, self._name = make, name
        self._sheet: Worksheet | None = None
        self._kept: dict[tuple[str, ...], str] = {}

    def source(self, items: Sequence[str]) -> str | list[str]:
        """What a drop-down takes its items from; spreadsheets cut an item in the rule itself at its commas."""
        if len(",".join(items)) <= _LONGEST and not any("," in item or item.startswith("=") for item in items):
            return list(items)
        kept = tuple(items)
        if kept not in self._kept:
            if self._sheet is None:
                self._sheet = self._make(self._name)
            column = len(self._kept)
            for row, item in enumerate(kept):
                self._sheet.write_string(row, column, item)
            letter = xl_col_to_name(column)
            self._kept[kept] = f"={self._name}!${letter}$1:${letter}${len(kept)}"
        return self._kept[kept]


def receipt_cells(
    sheet: Worksheet,
    at: Mapping[str, int],
    rows: tuple[int, int],
    causes: Sequence[tuple[str, ...]],
    units: Sequence[str],
    choices: Choices,
    earliest: date,
    as_of: date,
) -> None:
    """Drop-downs and checks on the receipt columns. ``at``: title → column; ``rows``: first and last; ``causes``: of each row, the
    declared reasons of a false warning; ``units``: whom a warning could be handed to; ``earliest``: the first delivery on the list.
    """
    first, last = rows

    def check(title: str, options: dict[str, object]) -> None:
        sheet.data_validation(first, at[title], last, at[title], options)

    for title in ("签收日期", "反馈日期"):
        check(title, _day(title, earliest, date(as_of.year + 1, 12, 31), as_of, f"且不早于下发日期 {earliest}"))
    check("延至日期", _day("延至日期", as_of, date(as_of.year + 2, 12, 31), as_of, "且不早于名单日期"))
    check("核查结果", _choice("核查结果", list(OUTCOMES), "请从下拉框选：" + "、".join(OUTCOMES) + "。"))
    check("填报岗位", _choice("填报岗位", list(POSTS), "请从下拉框选岗位，不填姓名。", "选岗位，不填姓名。"))
    check(
        "办理动作",
        _choice(
            "办理动作",
            list(ACTIONS),
            "请从下拉框选：" + "、".join(ACTIONS) + "。",
            "一般不用填。退回、延期、暂停计时须写理由：点本列右边列标上方的“＋”展开。",
        ),
    )
    check("处置措施", _words("处置措施", "写做了什么、效果如何。不写个人姓名、电话、证件号、门牌。", 1000))
    check("理由", _words("理由", "退回、申请延期、暂停计时的理由。不写个人信息。", 500))
    check("建议转给", _choice("建议转给", choices.source(units), "请从下拉框选单位。", "退回时写应由哪个单位办理。"))
    for declared, own in _alike(causes).items():
        options: dict[str, object] = {
            "validate": "list",
            "source": choices.source([*declared, OTHER_CAUSE]),
            "show_error": False,  # a reason that nobody declared is worth more than one that does not fit
            "input_title": "误报原因",
            "input_message": "核查结果为误报时选一项，也可以自己写。",
        }
        spans = [(first + start, at["误报原因"], first + end, at["误报原因"]) for start, end in own]
        _validate(sheet, spans, options)


def untouched(sheet: Worksheet, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    """Say at once when somebody types into what the engine wrote."""
    options: dict[str, object] = {
        "validate": "custom",
        "value": "=FALSE",
        "error_title": "这一列不用填",
        "error_message": "这一列由引擎写出，回执按预警编号对回，请按“取消”。要填的是浅黄色列。",
    }
    sheet.data_validation(rows[0], columns[0], rows[1], columns[1], options)


def _alike(causes: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], list[tuple[int, int]]]:
    """Declared causes → runs of rows (first, last) that have them."""
    found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    start = 0
    for at, each in enumerate(causes):
        if at + 1 == len(causes) or causes[at + 1] != each:
            found.setdefault(each, []).append((start, at))
            start = at + 1
    return found


def _validate(sheet: Worksheet, spans: Sequence[Span], options: dict[str, object]) -> None:
    others = [[row, column, end, to] for row, column, end, to in spans[1:]]
    sheet.data_validation(*spans[0], {**options, "other_cells": others} if others else options)


def _day(title: str, earliest: date, latest: date, as_of: date, bound: str) -> dict[str, object]:
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": earliest,
        "maximum": latest,
        "input_title": title,
        "input_message": f"如 {as_of}",
        "error_title": "日期不对",
        "error_message": f"请填日期，如 {as_of}，{bound}。",
    }


def _choice(title: str, source: str | list[str], error: str, hint: str = "") -> dict[str, object]:
    options: dict[str, object] = {"validate": "list", "source": source, "error_title": title, "error_message": error}
    return {**options, "input_title": title, "input_message": hint} if hint else options


def _words(title: str, hint: str, most: int) -> dict[str, object]:
    return {
        "validate": "length",
        "criteria": "<=",
        "value": most,
        "input_title": title,
        "input_message": hint,
        "error_title": "太长",
        "error_message": f"请控制在{most}字以内。",
    }
