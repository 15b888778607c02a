"""A workbook that came back → rows of checked cells, or every wrong cell by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

from riskengine.contracts import parse
from riskengine.errors import Problem, WrongUse
from riskengine.exchange.export import GUIDE, STAMP
from riskengine.exchange.tables import INDICATORS, POINTS, Cell, Column, Table

__all__ = ["CellProblem", "Filled", "Sheet", "read_sheets"]

_MAX_ROWS = 20_000


@dataclass(frozen=True, order=True)
class CellProblem(Problem):
    """A problem of a cell: ``file`` is the workbook and its sheet, ``line`` and ``column`` are Excel's."""

    def __str__(self) -> str:
        """``rules.xlsx 参数!F12：E203 “很多”不是数…``"""
        return f"{self.file}!{_letters(self.column)}{self.line}：{self.code} {self.message}"


@dataclass(frozen=True)
class Filled:
    """One row as it came back: its number in Excel and its cells in the order of the table's columns."""

    line: int
    values: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """One table as it came back. ``seats``: Excel column of each of the table's columns, from 1. ``unread``: rows with a cell
    that cannot be read, NULL in its place; they are there, so nothing may be called taken out because of them.
    """

    file: str
    table: Table
    seats: tuple[int, ...]
    rows: tuple[Filled, ...]
    unread: tuple[Filled, ...] = ()

    def problem(self, line: int, title: str | None, code: str, message: str) -> CellProblem:
        """A problem of the cell below ``title`` in the row ``line``."""
        column = 1 if title is None else self.seats[self.table.column(title)]
        return CellProblem(self.file, line, column, code, message)


def read_sheets(path: Path, tables: Sequence[Table]) -> tuple[list[Sheet], str, list[Problem]]:
    """The sheets of the workbook in the order of ``tables``, the stamp it carries, and what is wrong with its cells.

    Columns are found by their titles, wherever they stand; empty rows and unknown columns are passed over. Raises WrongUse for a
    file that is no readable workbook.
    """
    if not path.is_file():
        raise WrongUse(f"没有“{path}”这个文件。请核对文件名和所在文件夹。")
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            raw = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except PasswordError as error:
        raise WrongUse(f"{path.name}：工作簿设了打开密码，读不了。请取消密码后再导入。") from error
    except (CalamineError, ZipError, XmlError, OSError) as error:
        raise WrongUse(
            f"{path.name}：不是能读的 Excel 工作簿（.xlsx）。请用 riskengine rules export 重新导出再改。"
        ) from error
    problems: list[Problem] = []
    sheets = []
    for table in tables:
        file = f"{path.name} {table.title}"
        rows = raw.get(table.title)
        if rows is None:
            problems.append(CellProblem(file, 1, 1, "E106", "缺少这张工作表。请不要删除或改名工作表，重新导出再改。"))
            continue
        found = _sheet(file, table, rows, problems)
        if found is not None:
            sheets.append(found)
    stamps = [str(row[1]).strip() for row in raw.get(GUIDE, []) if len(row) > 1 and str(row[0]).strip() == STAMP]
    return sheets, stamps[0] if stamps else "", problems


_SHARE = "比例请写成小数，如 8% 写 0.08。"
_PERCENT = {title: "单元格设成常规格式，百分率直接写数，如 92% 写 92。" for title in (INDICATORS, POINTS)}
"""Sheet → what to write instead of a text with a per-cent sign, where it is no parameter's 0 to 1."""


def _sheet(file: str, table: Table, rows: Sequence[Sequence[object]], problems: list[Problem]) -> Sheet | None:
    titles = [parse.words(str(cell)) for cell in rows[0]] if rows else []
    missing = [column.title for column in table.columns if column.title not in titles and column.edited]
    missing += [
        column.title for column in table.columns[:3] if column.title not in titles and not column.title.endswith("名称")
    ]
    if missing or len(rows) > _MAX_ROWS:
        message = f"第一行缺少列“{missing[0]}”。请照导出的表头改。" if missing else f"超过{_MAX_ROWS}行。请删去空行。"
        problems.append(CellProblem(file, 1, 1, "E107", message))
        return None
    seats = tuple(titles.index(column.title) + 1 if column.title in titles else 0 for column in table.columns)
    filled: list[Filled] = []
    unread: list[Filled] = []
    for line, row in enumerate(rows[1:], start=2):
        cells = [row[seat - 1] if 0 < seat <= len(row) else "" for seat in seats]
        if all(_blank(cell) for cell in cells):
            continue
        wrong = len(problems)
        values = tuple(_values(file, table.columns, cells, line, seats, problems))
        (filled if len(problems) == wrong else unread).append(Filled(line, values))
    return Sheet(file, table, seats, tuple(filled), tuple(unread))


def _values(
    file: str,
    columns: Sequence[Column],
    cells: Sequence[object],
    line: int,
    seats: Sequence[int],
    problems: list[Problem],
) -> Iterator[Cell]:
    for column, cell, seat in zip(columns, cells, seats, strict=True):
        try:
            yield None if _blank(cell) else _value(column.type, cell)
        except ValueError:
            if column.type == "number" and _text(cell).endswith(("%", "％")):
                message = f"{column.title}“{str(cell)[:30]}”是带百分号的文字。{_PERCENT.get(file.split()[-1], _SHARE)}"
                problems.append(CellProblem(file, line, max(seat, 1), "E203", message))
                yield None
                continue
            what = {"number": "数", "day": "日期（如 2026-06-30）", "yes": "“是”或“否”"}[column.type]
            message = f"{column.title}“{str(cell)[:30]}”不是{what}。请改正这一格。"
            problems.append(CellProblem(file, line, max(seat, 1), "E203", message))
            yield None


def _value(type_: str, cell: object) -> Cell:
    if isinstance(cell, datetime):
        cell = cell.date()
    if type_ == "day":
        return cell if isinstance(cell, date) else parse.day(_text(cell))
    if isinstance(cell, bool | date):
        raise ValueError
    if type_ == "number":
        if isinstance(cell, str) and cell.strip().endswith(("%", "％")):
            raise ValueError  # 8% as text reads as 8, which a share of 0.08 is not
        return float(cell) if isinstance(cell, int | float) else parse.real(_text(cell).replace(",", ""))
    read = parse.words(_text(cell)) if type_ == "yes" else _text(cell)
    if type_ == "yes" and read not in ("是", "否"):
        raise ValueError
    return read


def _text(cell: object) -> str:
    """A cell as text; Excel turns codes into numbers, 33.0 was 33."""
    return format(Decimal(f"{cell:.15g}"), "f") if isinstance(cell, float) else str(cell).strip()


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
