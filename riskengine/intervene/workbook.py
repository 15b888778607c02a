"""The Excel lists. Everything is a plain text cell: nothing that an office wrote can become a formula or a link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from riskengine.intervene.columns import RECEIPT_COLUMNS, TAIL, Column, Row, county_columns, unit_columns
from riskengine.intervene.lines import Entry, Line
from riskengine.intervene.sheets import evidence_sheet, guide_sheet, row_height
from riskengine.intervene.wording import INTERNAL, counts
from riskengine.model.duty import Level, Unit
from riskengine.model.rulebook import Rulebook

__all__ = ["OUTCOMES", "POSTS", "Book", "county_workbook", "unit_workbook"]

OUTCOMES = ("属实", "误报", "已化解", "无法核实")
POSTS = ("值班岗", "综治岗", "信访岗", "警务岗", "网格岗", "业务科室", "分管领导岗", "其他岗位")
_FONT = "微软雅黑"
_HEADER = 3  # row of the header, from 0: title, summary, hint stand above it


def unit_workbook(unit: Unit, lines: Sequence[Line], rulebook: Rulebook, as_of: date) -> bytes:
    """The list of one unit: what it has to do, and the columns in which it answers. The same input, the same bytes."""
    hint = (
        "浅黄色列由本单位填写：先签收，核查后填结果、措施和反馈日期；"
        "填好后保存，放回收件目录的“回执”文件夹。详见“填写说明”。"
    )
    entries = [line.entry for line in lines]
    columns = unit_columns(as_of)
    shown = len(columns) - TAIL
    book = Book(rulebook.levels, as_of)
    sheet = book.sheet("预警清单")
    book.head(sheet, f"{unit.name} 风险预警清单", counts(rulebook.levels, entries), hint, shown)
    book.table(sheet, columns, lines, shown)
    _receipts(sheet, shown - len(RECEIPT_COLUMNS), lines, as_of)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    evidence_sheet(book.sheet("证据明细"), entries, book.styles)
    guide_sheet(book.sheet("填写说明"), rulebook, book.styles)
    return book.content()


def county_workbook(found: Sequence[Entry], levels: Sequence[Level], as_of: date) -> bytes:
    """The list of the whole county: one row a warning, for reading, filtering and sorting; not protected."""
    hint = "办理期限为主办单位的期限；各单位的清单在同名文件夹中，回执只在单位清单中填写。"
    columns = county_columns(as_of)
    book = Book(levels, as_of)
    sheet = book.sheet("全县清单")
    book.head(sheet, "全县风险预警清单", counts(levels, found), hint, len(columns))
    book.table(sheet, columns, found, len(columns))
    evidence_sheet(book.sheet("证据明细"), found, book.styles)
    return book.content()


class Book:
    """A workbook in memory with the styles of this house."""

    def __init__(self, levels: Sequence[Level], as_of: date) -> None:
        self._stream = BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book: Workbook = xlsxwriter.Workbook(self._stream, options)
        self._book.set_properties({"title": "风险预警清单", "created": datetime.combine(as_of, time())})
        self._as_of = as_of
        self._levels = levels
        self.styles = self._styles()

    def content(self) -> bytes:
        """Close the workbook; its bytes."""
        self._book.close()
        return self._stream.getvalue()

    def sheet(self, name: str) -> Worksheet:
        """A new sheet, set up to print on A4 landscape, one page wide."""
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.5)
        sheet.set_footer(f"&L{INTERNAL}&C{self._as_of}&R第 &P 页 共 &N 页")
        sheet.hide_gridlines(2)
        return sheet

    def head(self, sheet: Worksheet, title: str, summary: str, hint: str, width: int) -> None:
        """Title, summary and hint above the table, across ``width`` columns (at least two)."""
        day = f"名单日期 {self._as_of}    {summary}    {INTERNAL}"
        for row, (text, style, height) in enumerate(((title, "title", 30), (day, "summary", 20), (hint, "hint", 20))):
            sheet.set_row(row, height)
            sheet.merge_range(row, 0, row, width - 1, text, self.styles[style])

    def table(self, sheet: Worksheet, columns: Sequence[Column[Row]], rows: Sequence[Row], printed: int) -> None:
        """Header (frozen, filtered, repeated on every page) and rows; the first ``printed`` columns are printed."""
        sheet.set_row(_HEADER, 32)
        for at, column in enumerate(columns):
            filled = column.title in RECEIPT_COLUMNS
            sheet.set_column(at, at, column.width)
            sheet.write_string(_HEADER, at, column.title, self.styles["filled header" if filled else "header"])
        widths = [column.width if at < printed else 0 for at, column in enumerate(columns)]
        for row, each in enumerate(rows, _HEADER + 1):
            texts = [column.text(each) for column in columns]
            sheet.set_row(row, row_height(texts, widths))
            for at, (column, text) in enumerate(zip(columns, texts, strict=True)):
                style = self.styles[column.style(each)]
                if text:
                    sheet.write_string(row, at, text, style)
                else:
                    sheet.write_blank(row, at, None, style)
        sheet.autofilter(_HEADER, 0, _HEADER + len(rows), len(columns) - 1)
        sheet.print_area(0, 0, _HEADER + len(rows), printed - 1)
        sheet.freeze_panes(_HEADER + 1, 4)
        sheet.repeat_rows(_HEADER)

    def _styles(self) -> dict[str, Format]:
        def add(**options: object) -> Format:
            return self._book.add_format({"font_name": _FONT, "font_size": 11, "valign": "vcenter", **options})

        cell = {"border": 1, "border_color": "#BFBFBF", "text_wrap": True}
        styles = {
            "title": add(font_size=18, bold=True, align="center"),
            "summary": add(align="left"),
            "hint": add(align="left", font_color="#595959"),
            "header": add(**cell, bold=True, align="center", bg_color="#D9E2EC"),
            "filled header": add(**cell, bold=True, align="center", bg_color="#FFE699"),
            "text": add(**cell, align="left"),
            "centre": add(**cell, align="center"),
            "overdue": add(**cell, align="center", bold=True, font_color="#C00000"),
            "typed": add(**cell, align="left", bg_color="#FFF9E5", locked=False),
            "day": add(**cell, align="center", bg_color="#FFF9E5", locked=False, num_format="yyyy-mm-dd"),
            "grey": add(border=1, border_color="#D9D9D9", font_size=8, font_color="#A6A6A6", align="left"),
            "heading": add(font_size=12, bold=True),
            "plain": add(text_wrap=True),
        }
        for level in self._levels:
            ink = "#FFFFFF" if _dark(level.colour) else "#000000"
            styles[f"level {level.rank}"] = add(
                **cell, bold=True, align="center", bg_color=level.colour, font_color=ink
            )
        return styles


def _receipts(sheet: Worksheet, first: int, lines: Sequence[Line], as_of: date) -> None:
    """Drop-downs and checks on the five columns that a unit fills in, from column ``first`` on."""
    top, bottom = _HEADER + 1, _HEADER + len(lines)
    earliest = min(line.duty.delivered_on for line in lines)
    day: dict[str, object] = {
        "validate": "date",
        "criteria": "between",
        "minimum": earliest,
        "maximum": date(as_of.year + 1, 12, 31),
        "error_title": "日期不对",
        "error_message": f"请填日期，如 {as_of}，且不早于下发日期 {earliest}。",
    }
    sheet.data_validation(top, first, bottom, first, {**day, "input_title": "签收日期", "input_message": f"如 {as_of}"})
    sheet.data_validation(
        top, first + 3, bottom, first + 3, {**day, "input_title": "反馈日期", "input_message": f"如 {as_of}"}
    )
    sheet.data_validation(
        top,
        first + 1,
        bottom,
        first + 1,
        {
            "validate": "list",
            "source": list(OUTCOMES),
            "error_title": "核查结果",
            "error_message": "请从下拉框选：" + "、".join(OUTCOMES) + "。",
        },
    )
    sheet.data_validation(
        top,
        first + 2,
        bottom,
        first + 2,
        {
            "validate": "length",
            "criteria": "<=",
            "value": 1000,
            "input_title": "处置措施",
            "input_message": "写做了什么、效果如何。不写个人姓名、电话、证件号、门牌。",
            "error_title": "太长",
            "error_message": "请控制在1000字以内。",
        },
    )
    sheet.data_validation(
        top,
        first + 4,
        bottom,
        first + 4,
        {
            "validate": "list",
            "source": list(POSTS),
            "input_title": "填报岗位",
            "input_message": "选岗位，不填姓名。",
            "error_title": "填报岗位",
            "error_message": "请从下拉框选岗位，不填姓名。",
        },
    )


def _dark(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
