"""The rule book → a workbook: tables to edit, and a sheet that says how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from riskengine.errors import NotDelivered, RulesInvalid
from riskengine.exchange.tables import LEADS, Table, tables_of, unit_names
from riskengine.rulebook.entries import read_entries
from riskengine.rulebook.load import find_problems
from riskengine.workspace import Workspace

__all__ = ["GUIDE", "STAMP", "export", "stamp_of"]

GUIDE = "说明"
STAMP = "导出标记（勿改）"

_TOLD = (
    "在这里改数，不用打开 YAML。改好存盘，运行 riskengine rules import 这个文件，程序逐格核对后写回 rules/；注释、次序和没改的地方一字不动。",
    "灰色的列说明这一行是谁的，改了不算数。白色的列可以改。",
    "参数：改“值”就是改那一天起的数；要从某天起换新数，加一行，前四列照抄，写新的生效日和值，旧的一行留着，历史才说得清。",
    "得分档：含下限、不含上限；空着的下限是负无穷，空着的上限是正无穷。各档要首尾相接。",
    "派发：自上而下，先匹配者得。调换行的次序就是调换先后；删行就是删去这一条；加行时“原序号”空着。空着的条件等于不限，几个用顿号隔开。",
    "例外：加行时“原序号”空着。到期日当夜仍有效，次夜起照常预警。“谁定的”写单位或职务，不写姓名。",
    "指标：目标、控制值从哪天起是多少；年内改了，加一行写新的生效日和值，旧的一行留着。指标分数：各项占几分、差多少扣几分，分数合起来应是100。",
    "不能在这里新增或删除规则、参数、得分项、指标；那些请改 YAML。",
)


def export(workspace: Workspace, path: Path) -> Sequence[Table]:
    """Write the workbook ``path`` (.xlsx) and give what stands in it.

    Raises RulesInvalid where the rule files have errors, NotDelivered where the file cannot be written.
    """
    entries = read_entries(workspace.rules)
    problems = find_problems(entries, cases=False)
    if problems:
        raise RulesInvalid(problems)
    tables = tables_of(entries)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
        _guide(book, stamp_of(tables))
        choices = {
            "主办": [*LEADS.values(), *unit_names(entries).values()],
            "属地协办": ["是", "否"],
            "兜底": ["是", "否"],
            "不压的等级": [level.model.name for level in entries.levels],
        }
        for table in tables:
            _sheet(book, table, choices)
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise NotDelivered(f"{path} 写不了（{error}）。请关闭已打开的同名工作簿、检查文件夹权限后再导出。") from error
    return tables


_WIDE = 100
"""Width of the explanations, in Latin characters; a Chinese one takes two."""


def stamp_of(tables: Sequence[Table]) -> str:
    """What the tables held, as 16 hexadecimal digits: an import refuses a workbook that was made from other numbers."""
    content = [[[str(value) for value in row.values] for row in table.rows] for table in tables]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]


def _guide(book: Workbook, stamp: str) -> None:
    sheet = book.add_worksheet(GUIDE)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, _WIDE)
    sheet.write_string(0, 0, "规则手工改数表", book.add_format({"bold": True, "font_size": 14}))
    text = book.add_format({"text_wrap": True, "valign": "top"})
    for row, line in enumerate(_TOLD, start=2):
        sheet.write_number(row, 0, row - 1, book.add_format({"valign": "top", "align": "right"}))
        sheet.write_string(row, 1, line, text)
        sheet.set_row(row, 16 * (1 + 2 * len(line) // _WIDE))
    below = len(_TOLD) + 3
    sheet.write_string(below, 0, STAMP)
    sheet.write_string(below, 1, stamp)


def _sheet(book: Workbook, table: Table, choices: dict[str, list[str]]) -> None:
    sheet: Worksheet = book.add_worksheet(table.title)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    head = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1})
    formats = {
        edited: {
            "text": _format(book, edited, "@" if edited else "General"),
            "yes": _format(book, edited, "General"),
            "number": _format(book, edited, "General"),
            "day": _format(book, edited, "yyyy-mm-dd"),
        }
        for edited in (True, False)
    }
    for at, column in enumerate(table.columns):
        form = formats[column.edited][column.type]
        sheet.set_column(at, at, column.width, form)
        sheet.write_string(0, at, column.title, head)
        for number, row in enumerate(table.rows, start=1):
            _write(sheet, number, at, row.values[at], form)
        if column.title in choices and sum(map(len, choices[column.title])) < 200:  # Excel holds 255 characters
            rule = {"validate": "list", "source": choices[column.title], "error_type": "warning"}
            sheet.data_validation(1, at, len(table.rows) + 200, at, rule)
    sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)


def _format(book: Workbook, edited: bool, number: str) -> Format:
    shade = {} if edited else {"bg_color": "#F2F2F2", "font_color": "#595959"}
    return book.add_format({"num_format": number, "valign": "top", **shade})


def _write(sheet: Worksheet, row: int, column: int, value: str | float | date | None, form: Format) -> None:
    match value:
        case None:
            sheet.write_blank(row, column, None, form)
        case str():
            sheet.write_string(row, column, value, form)
        case date():
            sheet.write_datetime(row, column, value, form)
        case _:
            sheet.write_number(row, column, value, form)
