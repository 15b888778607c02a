"""Workbooks (.xlsx, legacy .xls, WPS): the sheet with the header, cells as the text that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

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
from riskengine.sense.bound import LIMITS, Limits, check_workbook, with_macros
from riskengine.sense.formulas import Written, formulas
from riskengine.sense.header import SEARCHED_ROWS, Header, Note, Wanted, check, locate, no_header, tidy
from riskengine.sense.ole import ENCRYPTED, MACROS, entries
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
    elif (inside := entries(path)) & MACROS:
        raise with_macros(name)
    elif inside & ENCRYPTED:
        raise _locked(name)
    try:
        # by its suffix the reader would take one kind for the other: old workbooks are often renamed .xlsx
        with _content(path, zipped) as content, CalamineWorkbook.from_object(content) as workbook:
            sheet, header, notes = _choose(workbook, name, source, want)
            notes += [*header.notes(name), *check(name, header.names, source, want)]
            written = formulas(path, sheet.name) if source.loose_header and zipped else {}
            cells = Written(written, header)
            poured = write_rows(con, _rows(sheet, header, cells), header, want, scratch)
            notes += cells.notes(name, sheet.name)
    except PasswordError as error:
        raise _locked(name) from error
    except (CalamineError, ZipError, XmlError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk is full or gone: nobody's file is to blame
        if "password" in str(error).lower() or _encrypted(path):
            raise _locked(name) from error
        raise SourceBroken(
            f"{name}：Excel 文件不完整或已损坏。多半是没有传完，请用 Excel 打开确认后重新上传。"
        ) from error
    return ("xlsx" if zipped else "xls"), header, poured, notes


def _locked(name: str) -> SourceBroken:
    return SourceBroken(f"{name}：工作簿设了打开密码，读不了。请取消密码后重报。")


@contextmanager
def _content(path: Path, zipped: bool) -> Iterator[str | BinaryIO]:
    """The path where its suffix tells the kind, else the open file, of which the kind is told by content."""
    if path.suffix.lower() == (".xlsx" if zipped else ".xls"):
        yield str(path)
    else:
        with path.open("rb") as file:
            yield file


def _encrypted(path: Path) -> bool:
    """Office puts an encrypted workbook into an OLE container with a stream of this name."""
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20)


def _choose(
    workbook: CalamineWorkbook, name: str, source: Source, want: Wanted
) -> tuple[CalamineSheet, Header, list[Note]]:
    notes: list[Note] = []
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    others: list[str] = []
    if source.sheet is not None:
        named = {tidy(sheet): sheet for sheet in workbook.sheet_names}
        if tidy(source.sheet) in named:
            others = [title for title in shown if title != named[tidy(source.sheet)]]
            shown = [named[tidy(source.sheet)]]
        elif not source.loose_header:
            close = get_close_matches(source.sheet, workbook.sheet_names, n=1, cutoff=0.3)
            hint = f"，最接近的是“{close[0]}”" if close else ""
            raise SourceBroken(
                f"{name}：没有工作表“{source.sheet}”，只有“{'”“'.join(workbook.sheet_names)}”{hint}。"
                f"请改回表名后重报，或改写来源 {source.source} 的 sheet。"
            )
    best: tuple[int, CalamineSheet, Header] | None = None
    heads: list[list[str]] = []
    heads_of: dict[str, list[list[str]]] = {}
    alike: list[str] = []
    exact = replace(want, loose=False)  # a second list is a copy of the first; to try every other sheet loosely costs more
    for title in (*shown, *(others if source.loose_header else ())):
        sheet = workbook.get_sheet_by_name(title)
        head = [list(map(cell_text, row)) for row in sheet.to_python(skip_empty_area=False, nrows=SEARCHED_ROWS)]
        header = locate(head, exact if title in others else want)
        if header is not None:
            alike.append(title)
        if title in others:
            continue
        heads += head
        heads_of[sheet.name] = head
        if header is not None:
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
    if source.loose_header:
        notes += _said(name, source, best[1].name, [title for title in alike if title != best[1].name])
    return best[1], replace(header, names=header.names[:width]), notes


def _said(name: str, source: Source, taken: str, alike: Sequence[str]) -> list[Note]:
    """That a sheet was renamed, and which others look like lists: what is filled in there must not get lost silently."""
    notes = []
    if source.sheet is not None and tidy(taken) != tidy(source.sheet):
        message = f"{name}：没有工作表“{source.sheet}”，按工作表“{taken}”读入。请核对。"
        notes.append(Note("renamed-sheet", message))
    if alike:
        others = "”“".join(alike)
        message = f"{name}：只读了工作表“{taken}”；“{others}”也是同样的表头，没有读入。填写了的请并到“{taken}”后重报。"
        notes.append(Note("more-sheets", message))
    return notes


def _rows(sheet: CalamineSheet, header: Header, written: Written) -> Iterator[Row]:
    merged = _merged(sheet, header)
    held: dict[tuple[int, int], str] = {}
    for index, row in enumerate(sheet.iter_rows()):
        if index <= header.index:
            continue
        cells = [cell_text(cell) for cell in row[: len(header.names)]]
        written.take(index, cells)
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
