"""A workbook of this house: its styles, the head of a list and its table, set up to print on A4 landscape.

Everything is a plain text cell: nothing that an office wrote can become a formula or a link.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from riskengine.intervene.columns import RECEIPT_COLUMNS, Column, Row
from riskengine.intervene.sheets import row_height
from riskengine.intervene.wording import INTERNAL
from riskengine.model.duty import Level

__all__ = ["FIRST_ROW", "HEADER", "Book"]

_FONT = "微软雅黑"
HEADER = 3
"""Row of the header, from 0: title, summary, hint stand above it."""

FIRST_ROW = HEADER + 1
"""Row of the first line."""


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

    def hidden(self, name: str) -> Worksheet:
        """A new sheet that nobody sees."""
        sheet = self._book.add_worksheet(name)
        sheet.hide()
        return sheet

    def head(
        self,
        sheet: Worksheet,
        title: str,
        summary: str,
        hint: str,
        width: int,
        tonight: str = "",
        *,
        urgent: bool = False,
    ) -> None:
        """Title, summary (below what is new ``tonight``) and hint, across ``width`` columns (at least two). ``urgent``: the hint is."""
        day = f"名单日期 {self._as_of}    {summary}    {INTERNAL}"
        said = f"{tonight}\n{day}" if tonight else day
        for row, (text, style, height) in enumerate(
            (
                (title, "title", 30),
                (said, "summary", 42 if tonight else 20),
                (hint, "urgent hint" if urgent else "hint", 20),
            )
        ):
            sheet.set_row(row, height)
            sheet.merge_range(row, 0, row, width - 1, text, self.styles[style])

    def table(self, sheet: Worksheet, columns: Sequence[Column[Row]], rows: Sequence[Row], printed: int) -> None:
        """Header (frozen, filtered, repeated on every page) and rows; the first ``printed`` columns are printed."""
        self.titles(sheet, columns)
        self.frame(sheet, self.rows(sheet, columns, rows, FIRST_ROW, printed), len(columns), printed)

    def titles(self, sheet: Worksheet, columns: Sequence[Column[Row]]) -> None:
        """The header row; a run of columns that are seldom needed stands folded behind the ``+`` above the column after it."""
        sheet.set_row(HEADER, 32)
        folded = False
        for at, column in enumerate(columns):
            options = {"level": 1, "hidden": True} if column.seldom else {"collapsed": folded}
            folded = column.seldom
            sheet.set_column(at, at, column.width, None, options)
            style = self.styles["filled header" if column.title in RECEIPT_COLUMNS else "header"]
            sheet.write_string(HEADER, at, column.title, style)

    def rows(
        self,
        sheet: Worksheet,
        columns: Sequence[Column[Row]],
        rows: Sequence[Row],
        first: int,
        printed: int,
        *,
        folded: bool = False,
    ) -> int:
        """``rows`` from row ``first`` on; the row after the last. ``folded``: hidden in an outline until somebody unfolds them."""
        widths = [column.width if at < printed and not column.seldom else 0 for at, column in enumerate(columns)]
        options = {"level": 1, "hidden": True} if folded else {}
        for row, each in enumerate(rows, first):
            texts = [column.text(each) for column in columns]
            sheet.set_row(row, row_height(texts, widths), None, options)
            for at, (column, text) in enumerate(zip(columns, texts, strict=True)):
                style = self.styles[column.style(each)]
                if text:
                    sheet.write_string(row, at, text, style)
                else:
                    sheet.write_blank(row, at, None, style)
        return first + len(rows)

    def heading(self, sheet: Worksheet, row: int, text: str, width: int, *, folds: bool = False) -> int:
        """A line across the table about the rows below it; the row after it. ``folds``: what is below it is folded."""
        sheet.set_row(row, 24, None, {"collapsed": True} if folds else {})
        sheet.write_string(row, 0, text, self.styles["section"])
        for at in range(1, width):
            sheet.write_blank(row, at, None, self.styles["section"])
        return row + 1

    def frame(self, sheet: Worksheet, end: int, width: int, printed: int) -> None:
        """Filter, print area and frozen panes of a table whose last row is the one before ``end``."""
        sheet.outline_settings(symbols_below=False)
        sheet.autofilter(HEADER, 0, end - 1, width - 1)
        sheet.print_area(0, 0, end - 1, printed - 1)
        sheet.freeze_panes(FIRST_ROW, 4)
        sheet.repeat_rows(HEADER)

    def _styles(self) -> dict[str, Format]:
        def add(**options: object) -> Format:
            return self._book.add_format({"font_name": _FONT, "font_size": 11, "valign": "vcenter", **options})

        cell = {"border": 1, "border_color": "#BFBFBF", "text_wrap": True}
        styles = {
            "title": add(font_size=18, bold=True, align="center"),
            "summary": add(align="left", text_wrap=True, font_size=12),
            "section": add(bold=True, align="left", bg_color="#EDEDED", top=1, bottom=1, border_color="#BFBFBF"),
            "hint": add(align="left", font_color="#595959"),
            "urgent hint": add(align="left", bold=True, font_color="#C00000"),
            "header": add(**cell, bold=True, align="center", bg_color="#D9E2EC"),
            "filled header": add(**cell, bold=True, align="center", bg_color="#FFE699"),
            "text": add(**cell, align="left"),
            "centre": add(**cell, align="center"),
            "overdue": add(**cell, align="center", bold=True, font_color="#C00000"),
            "typed": add(**cell, align="left", bg_color="#FFF9E5"),
            "day": add(**cell, align="center", bg_color="#FFF9E5", num_format="yyyy-mm-dd"),
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


def _dark(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
