"""How an office writes: which columns, in which style, into which files, sent on which days."""

from __future__ import annotations

import gzip
import io
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import xlsxwriter

from data.sample.chance import FIRST, LAST, SWITCH, days, month_end
from data.sample.geography import named

__all__ = [
    "Cell",
    "Column",
    "Office",
    "Row",
    "Version",
    "deliver",
    "half_year_ends",
    "last_words",
    "monthly",
    "quarterly",
]
__all__ += ["chinese", "dashed", "dotted", "excel_serial", "percent", "place_name", "wide"]
__all__ += ["json_lines", "sheet", "text_file", "weekly"]

Cell = str | int | float | date | None
Row = dict[str, Cell]


@dataclass(frozen=True)
class Version:
    """What an office knew of a record from ``known_on`` on. ``only_in``: goes into a file of this note instead."""

    known_on: date
    row: Row
    only_in: str | None = None


@dataclass(frozen=True)
class Column:
    """One column of an office's file: its header, the field that it shows and how the cell is written."""

    header: str
    field: str
    write: Callable[[Cell], Cell] = lambda value: value
    width: int = 12


Writer = Callable[["Office", Path, date, list[list[Cell]]], None]


@dataclass(frozen=True)
class Office:
    """One kind of file of one office. ``sends``: the days on which a file goes out, in order."""

    folder: str
    stem: str
    suffix: str
    columns: tuple[Column, ...]
    write: Writer
    sends: tuple[date, ...]
    title: str = ""
    extra: dict[str, Cell] = field(default_factory=dict)

    def path(self, inbox: Path, sent: date, note: str = "") -> Path:
        """``公安局/110接处警_20260331.csv``."""
        return inbox / self.folder / f"{self.stem}{note}_{sent:%Y%m%d}{self.suffix}"


def weekly(*weekdays: int) -> list[date]:
    """Send days after the switch: on these weekdays (0 = Monday)."""
    return [day for day in days(SWITCH + timedelta(days=1), LAST) if day.weekday() in weekdays]


def monthly(last: date = SWITCH) -> list[date]:
    """Every month end up to ``last``."""
    return [day for day in days(FIRST, last) if day == month_end(day)]


def quarterly(last: date = SWITCH) -> list[date]:
    """Every quarter end up to ``last``, and ``last``."""
    return sorted({day for day in monthly(last) if day.month % 3 == 0} | {last})


def half_year_ends(last: date = SWITCH) -> list[date]:
    """Every half-year end up to ``last``, and ``last``."""
    return sorted({day for day in monthly(last) if day.month % 6 == 0} | {last})


def deliver(office: Office, versions: Iterable[Version], inbox: Path) -> int:
    """Write all files of an office; returns how many. A file holds the last word on each record since the one before.

    Rows of the same key with the same content stay (an office that sends a line twice). Versions known after the last
    send day are not sent yet.
    """
    batches: dict[tuple[date, str], dict[str, list[Row]]] = {(sent, ""): {} for sent in office.sends}
    for version in sorted(versions, key=lambda v: (v.known_on, str(v.row["key"]))):
        at = bisect_left(office.sends, version.known_on)
        slot = (
            (version.known_on, version.only_in)
            if version.only_in
            else (office.sends[at], "")
            if at < len(office.sends)
            else None
        )
        if slot is None:
            continue
        held = batches.setdefault(slot, {}).setdefault(str(version.row["key"]), [])
        if held and held[-1] != version.row:
            held.clear()
        held.append(version.row)
    for (sent, note), records in batches.items():
        path = office.path(inbox, sent, note)
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            [column.write(row.get(column.field)) for column in office.columns]
            for same in records.values()
            for row in same
        ]
        office.write(office, path, sent, rows)
    return len(batches)


def text_file(encoding: str, delimiter: str = ",", newline: str = "\r\n", packed: bool = False) -> Writer:
    """A writer of delimited text; ``encoding`` as Python names it (``utf-8-sig`` and ``utf-16`` write their mark)."""

    def write(office: Office, path: Path, sent: date, rows: list[list[Cell]]) -> None:
        lines = [delimiter.join(column.header for column in office.columns)]
        lines += [delimiter.join(_quoted(cell, delimiter) for cell in row) for row in rows]
        _store(path, (newline.join(lines) + newline).encode(encoding), packed)

    return write


def json_lines(packed_until: date | None = None) -> Writer:
    """A writer of JSON lines; files sent up to ``packed_until`` are gzipped."""

    def write(office: Office, path: Path, sent: date, rows: list[list[Cell]]) -> None:
        headers = [column.header for column in office.columns]
        text = "".join(
            json.dumps(dict(zip(headers, row, strict=True)), ensure_ascii=False, default=str) + "\n" for row in rows
        )
        packed = packed_until is not None and sent <= packed_until
        _store(path.with_name(path.name + ".gz") if packed else path, text.encode(), packed)

    return write


def sheet(*, titled: bool = True, totals: bool = False, name: str = "Sheet1") -> Writer:
    """A writer of XLSX: merged title rows above the header, a totals row at the end; days as Excel days."""

    def write(office: Office, path: Path, sent: date, rows: list[list[Cell]]) -> None:
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            book.set_properties({"title": office.title, "created": datetime.combine(sent, time())})
            page, day = book.add_worksheet(name), book.add_format({"num_format": "yyyy/m/d"})
            head, last, at = book.add_format({"bold": True, "align": "center"}), len(office.columns) - 1, 0
            if titled:
                page.merge_range(0, 0, 0, last, office.title, head)
                page.merge_range(1, 0, 1, last, f"填报单位：{office.folder}　　填报日期：{chinese(sent)}")
                at = 2
            for c, column in enumerate(office.columns):
                page.write_string(at, c, column.header, head)
                page.set_column(c, c, column.width)
            for r, row in enumerate(rows, at + 1):
                for c, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(r, c, datetime.combine(cell, time()), day)
                    elif isinstance(cell, (int, float)):
                        page.write_number(r, c, cell)
                    elif cell is not None:
                        page.write_string(r, c, cell)
            if totals:
                page.write_string(at + 1 + len(rows), 0, "合　计")
                page.write_string(at + 1 + len(rows), 1, f"{len(rows)}件")

    return write


def _quoted(cell: Cell, delimiter: str) -> str:
    text = "" if cell is None else str(cell)
    return f'"{text}"' if delimiter in text else text


def _store(path: Path, content: bytes, packed: bool) -> None:
    if packed:
        held = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=held, mtime=0) as stream:
            stream.write(content)
        content = held.getvalue()
    path.write_bytes(content)


def dashed(value: Cell) -> Cell:
    """2026-03-05."""
    return value.isoformat() if isinstance(value, date) else value


def dotted(value: Cell) -> Cell:
    """2026.3.5."""
    return f"{value.year}.{value.month}.{value.day}" if isinstance(value, date) else value


def chinese(value: Cell) -> Cell:
    """2026年3月5日."""
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value


def percent(value: Cell) -> Cell:
    """97.93%."""
    return f"{value:.2f}%" if isinstance(value, (int, float)) else value


def excel_serial(value: Cell) -> Cell:
    """46086: the number that Excel keeps a day as, when the cell lost its date format."""
    return (value - date(1899, 12, 30)).days if isinstance(value, date) else value


def place_name(value: Cell) -> Cell:
    """清溪镇东湾村."""
    return named(str(value)) if value is not None else None


def wide(value: Cell) -> Cell:
    """３　 in full-width digits, as typed with a Chinese input method."""
    return None if value is None else "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in str(value))


def last_words(versions: Iterable[Version]) -> dict[str, Version]:
    """The newest version of each record."""
    return {str(v.row["key"]): v for v in sorted(versions, key=lambda v: v.known_on)}
