"""Delimited text: delimiter, header, rows. DuckDB reads what is well formed, Python what is not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import duckdb

from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.sense.encoding import Text
from riskengine.sense.header import SEARCHED_ROWS, Header, Note, Wanted, check, locate, no_header, tidy
from riskengine.sense.pour import Poured, Row, csv_relation, pour, write_rows
from riskengine.store.database import Connection

__all__ = ["Unreadable", "read_text"]

_DELIMITERS = (",", "\t", ";", "|")
_END = "\x1e"
"""A line that no file holds, put after the last one: where it is swallowed, a quote was left open."""


class Unreadable(Exception):
    """The text is not in the encoding that was guessed; another may do."""


@dataclass(frozen=True)
class _Layout:
    """``lines``: physical lines up to and with the header; more than rows where a header cell holds a line break."""

    delimiter: str
    header: Header
    lines: int


def read_text(
    con: Connection, text: Text, name: str, source: Source, want: Wanted, scratch: Path
) -> tuple[str, Header, Poured, list[Note]]:
    """``text`` into ``raw`` and ``raw_bad``; returns format, header, counts and notes. ``name``: how sentences call
    the file.

    Raises SourceBroken (no header, a column missing, a quote left open) and Unreadable.
    """
    layout = _layout(text, name, source, want)
    header = layout.header
    notes = [*header.notes(name), *check(name, header.names, source, want)]
    poured = _directly(con, text, layout, want)
    if poured is None:
        try:
            poured = write_rows(con, _rows(text, name, layout), header, want, scratch)
        except UnicodeDecodeError as error:
            raise Unreadable from error
    return ("tsv" if layout.delimiter == "\t" else "csv"), header, poured, notes


def _directly(con: Connection, text: Text, layout: _Layout, want: Wanted) -> Poured | None:
    """None where the text is not well formed: blank lines (DuckDB would not number them), ragged rows, broken
    quotes.
    """
    header = layout.header
    if text.gaps or layout.lines != header.index + 1:
        return None
    relation = csv_relation(
        text.path,
        len(header.names),
        skip=layout.lines,
        delimiter=layout.delimiter,
        quote='"' if text.quotes else "",
    )
    numbered = f"(SELECT {header.index + 1} + row_number() OVER () AS row_no, * FROM {relation})"
    try:
        poured = pour(con, numbered, header, want, expected=text.lines - layout.lines)
    except duckdb.InvalidInputException:
        return None
    return poured if _complete(text, layout, poured) else None


def _complete(text: Text, layout: _Layout, poured: Poured) -> bool:
    """Nothing lost: as many rows as lines, or, where cells hold line breaks, as many as a second reader counts.

    Not a formality: where a quote is left open, DuckDB without threads drops the rest of the file in silence.
    """
    if poured.seen == text.lines - layout.lines:
        return True
    if not text.quotes:
        return False
    records, last = 0, [""]
    try:
        with text.path.open(encoding="utf-8-sig", newline="") as lines:
            for last in csv.reader(chain(lines, [_END]), delimiter=layout.delimiter):  # noqa: B007
                records += 1
    except (csv.Error, UnicodeDecodeError):
        return False
    return last == [_END] and poured.seen == records - 1 - (layout.header.index + 1) - text.trailing_gaps


def _layout(text: Text, name: str, source: Source, want: Wanted) -> _Layout:
    if not text.head.strip("\ufeff \t\r\n,;|"):
        raise SourceBroken(f"{name}：文件是空的，连表头也没有。请重新导出后报送；没有数据时也请保留表头。")
    found: list[tuple[int, _Layout]] = []
    tables = {}
    for delimiter in _DELIMITERS:
        rows, lines = _head_rows(text.head, delimiter)
        tables[delimiter] = rows
        if header := locate(rows, want):
            known = sum(tidy(cell) in want.mapped or tidy(cell) in want.ignored for cell in rows[header.index])
            found.append((known, _Layout(delimiter, header, lines[header.index])))
    if not found:
        widest = max(tables.values(), key=lambda rows: max(map(len, rows), default=0))
        raise no_header(name, widest, source, want)
    return max(found, key=lambda pair: pair[0])[1]


def _head_rows(head: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    rows, lines = [], []
    try:
        for row in islice(reader, SEARCHED_ROWS):
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error:
        pass  # an endless cell below the header; the rows so far are enough to find the header
    return rows, lines


def _rows(text: Text, name: str, layout: _Layout) -> Iterator[Row]:
    """Data rows, numbered as a person sees them; strict about characters, patient about quotes."""
    number = 0
    with text.path.open(encoding="utf-8-sig", errors="strict", newline="") as lines:
        reader = csv.reader(chain(lines, [_END]), delimiter=layout.delimiter)
        cells: list[str] = []
        try:
            for number, cells in enumerate(reader, start=1):
                if number > layout.header.index + 1 and cells != [_END]:
                    yield number, cells
        except csv.Error:
            cells = []
            number += 1
        if cells != [_END]:
            raise SourceBroken(
                f"{name}：第 {number} 行的引号没有闭合，后面的内容都并进了一格。请补上引号后重报；这个文件一行也没有读入。"
            )
