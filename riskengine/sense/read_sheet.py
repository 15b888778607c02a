"""Workbooks (.xlsx, legacy .xls, WPS): the sheet with the header, cells as the text that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.sense.bound import LIMITS, Limits, check_workbook
from riskengine.sense.header import SEARCHED_ROWS, Header, Note, Wanted, check, locate, no_header, tidy
from riskengine.sense.pour import Poured, Row, write_rows
from riskengine.store.database import Connection

__all__ = ["cell_text", "read_sheet"]

Cell = int | float | str | bool | time | date | datetime | timedelta


def cell_text(cell: Cell) -> str:
    """A cell as text: days as 2024-03-05, numbers by their shortest spelling (12, not 12.0), true as 是; a formula
    stays its value.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        # Excel holds 15 digits; more would show the error of the binary fraction
        return format(Decimal(f"{cell:.15g}"), "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def read_sheet(
    con: Connection, path: Path, name: str, source: Source, want: Wanted, scratch: Path, limits: Limits = LIMITS
) -> tuple[str, Header, Poured, list[Note]]:
    """The sheet named in ``source``, or the visible one that fits best, into ``raw``. ``row_no`` is Excel's own.

    Merged cells below the header hold their value in every row. Raises SourceBroken: damaged, with a password, no
    such sheet, no header.
    """
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    if zipped:
        check_workbook(path, name, limits)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheet, header = _choose(workbook, name, source, want)
            notes = check(name, header.names, source, want)
            poured = write_rows(con, _rows(sheet, header), header, want, scratch)
    except PasswordError as error:
        raise SourceBroken(f"{name}：工作簿设了打开密码，读不了。请取消密码后重报。") from error
    except (CalamineError, ZipError, XmlError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk is full or gone: nobody's file is to blame
        if "password" in str(error).lower() or _encrypted(path):
            raise SourceBroken(f"{name}：工作簿设了打开密码，读不了。请取消密码后重报。") from error
        raise SourceBroken(
            f"{name}：Excel 文件不完整或已损坏。多半是没有传完，请用 Excel 打开确认后重新上传。"
        ) from error
    return ("xlsx" if zipped else "xls"), header, poured, notes


def _encrypted(path: Path) -> bool:
    """Office puts an encrypted workbook into an OLE container with a stream of this name."""
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20)


def _choose(workbook: CalamineWorkbook, name: str, source: Source, want: Wanted) -> tuple[CalamineSheet, Header]:
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if source.sheet is not None:
        named = {tidy(sheet): sheet for sheet in workbook.sheet_names}
        if tidy(source.sheet) not in named:
            close = get_close_matches(source.sheet, workbook.sheet_names, n=1, cutoff=0.3)
            hint = f"，最接近的是“{close[0]}”" if close else ""
            raise SourceBroken(
                f"{name}：没有工作表“{source.sheet}”，只有“{'”“'.join(workbook.sheet_names)}”{hint}。"
                f"请改回表名后重报，或改写来源 {source.source} 的 sheet。"
            )
        shown = [named[tidy(source.sheet)]]
    best: tuple[int, CalamineSheet, Header] | None = None
    heads: list[list[str]] = []
    heads_of: dict[str, list[list[str]]] = {}
    for title in shown:
        sheet = workbook.get_sheet_by_name(title)
        head = [list(map(cell_text, row)) for row in sheet.to_python(skip_empty_area=False, nrows=SEARCHED_ROWS)]
        heads += head
        heads_of[sheet.name] = head
        if header := locate(head, want):
            found = len(set(header.names) & (want.mapped.keys() | want.ignored))
            if best is None or found > best[0]:
                best = found, sheet, header
    if best is None:
        if not any(cell.strip() for row in heads for cell in row):
            raise SourceBroken(f"{name}：工作簿是空的，连表头也没有。请重新导出后报送；没有数据时也请保留表头。")
        raise no_header(name, heads, source, want)
    # cells to the right of the last title belong to no column: a stray mark far out must not widen the table
    header, titles = best[2], heads_of[best[1].name][best[2].index]
    width = max(place for place, title in enumerate(titles, start=1) if title.strip())
    return best[1], Header(header.index, header.names[:width])


def _rows(sheet: CalamineSheet, header: Header) -> Iterator[Row]:
    merged = _merged(sheet, header)
    held: dict[tuple[int, int], str] = {}
    for index, row in enumerate(sheet.iter_rows()):
        if index <= header.index:
            continue
        cells = [cell_text(cell) for cell in row[: len(header.names)]]
        for column, first in merged.get(index, ()):
            if first == index:
                held[first, column] = cells[column]
            elif column < len(cells) and any(cells):
                cells[column] = held.get((first, column), "")
        yield index + 1, cells


def _merged(sheet: CalamineSheet, header: Header) -> dict[int, Sequence[tuple[int, int]]]:
    """Row index → (column, first row) of the cells merged over several rows below the header."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top > header.index and bottom > top and left == right and left < len(header.names):
            for index in range(top, min(bottom, sheet.total_height) + 1):
                found.setdefault(index, []).append((left, top))
    return {index: tuple(cells) for index, cells in found.items()}
