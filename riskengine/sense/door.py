"""The door: nothing about a person comes in. Told by the name of a column and by the content of every cell.

What is found is named (column, row, kind); the value itself is stored nowhere.

*Identity numbers* (18 digits, full-width or spaced out as well) count by shape, calendar day of birth and checksum
(GB 11643). *Mobile numbers* (1[3-9] and nine digits, alone or in groups 3-4-4, +86 or not) have no checksum and count
by shape.

A column of numbers (keys, codes, amounts) is full of digits that only look like these: an 18-digit matter number made
of area, day and serial passes the checksum once in eleven. There an identity number counts only if more than half of
all numbers of its shape pass and its day of birth lies at least ten years back; mobile numbers only condemn the whole
column, and only where they are many and spread over many number ranges, as no serial is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.contracts import contract
from riskengine.contracts.field import sql_type
from riskengine.contracts.personal import personal_name
from riskengine.contracts.sql import quoted
from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.sense.header import Note, tidy, wanted
from riskengine.store.database import Connection

__all__ = ["COLUMN_LEAST", "COLUMN_SHARE", "screen"]

COLUMN_SHARE = 0.3
COLUMN_LEAST = 5
"""A column with personal numbers in this share of its filled cells, and in at least so many, is refused as a whole."""

_NUMBERS_LEAST = 10
_GAP = r"[\s\x{00a0}\x{3000}-]*"
_LEAST, _WHOLE = 11, 18
"""Digits of a mobile number, of an identity number."""
_SUSPECT = rf"[0-9０-９](?:{_GAP}[0-9０-９]){{10}}"
_BEFORE, _AFTER = r"(?:\b|[A-Za-z_])", r"(?:\b|[A-WYZa-wyz_])"
_IDENTITY = (
    rf"{_BEFORE}([1-9](?:{_GAP}\d){{5}}{_GAP}(?:1{_GAP}9|2{_GAP}0)(?:{_GAP}\d){{2}}{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2])"
    rf"{_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])(?:{_GAP}\d){{3}}{_GAP}[\dXx]){_AFTER}"
)
_MOBILE = rf"{_BEFORE}(?:\+?86[ -]?)?(1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}){_AFTER}"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class _Column:
    """``numbers``: holds keys, codes, amounts or days, not words."""

    name: str
    filled: int
    numbers: bool


def screen(con: Connection, source: Source, *, as_of: date, name: str) -> tuple[Note, ...]:
    """Clean ``raw`` before anything is sealed or stored. ``name``: how sentences call the file.

    A column that is personal by its name or condemned by its content is emptied (all NULL) and noted; any other row
    with a personal number moves from ``raw`` to ``raw_bad`` with its column and a reason. Raises SourceBroken where
    the column that had to be emptied is one that no row can do without.
    """
    notes = []
    fatal = wanted(source).fatal
    for column in _suspects(con, source):
        told, share = _examine(con, column, as_of)
        if not told:
            continue
        if share:
            if tidy(column.name) in fatal:
                raise SourceBroken(
                    f"{name}：列“{column.name}”填的是{told}，属于个人信息，整个文件没有读入。请改用业务编号后重报。"
                )
            con.execute(f"UPDATE raw SET {quoted(column.name)} = NULL")
            notes.append(
                Note("personal-column", f"{name}：列“{column.name}”多处含{told}，整列没有读入。请今后不要报送这一列。")
            )
        else:
            con.execute(
                "INSERT INTO raw_bad "
                "SELECT row_no, $1, '「' || $1 || '」含' || told || '，请删去后重报' FROM door_found ORDER BY row_no",
                [column.name],
            )
    con.execute("DELETE FROM raw WHERE row_no IN (SELECT row_no FROM raw_bad)")
    con.execute("DROP TABLE IF EXISTS door_found; DROP TABLE IF EXISTS door_identity")
    return tuple(notes)


def _suspects(con: Connection, source: Source) -> list[_Column]:
    """Columns with at least one cell of eleven digits or more; personal names are emptied on the way."""
    names = [str(row[0]) for row in con.execute("DESCRIBE raw").fetchall() if row[0] != "row_no"]
    for name in [name for name in names if personal_name(name)]:
        con.execute(f"UPDATE raw SET {quoted(name)} = NULL")
        names.remove(name)
    if not names:
        return []
    looks = ", ".join(f"count({quoted(name)}), count(*) FILTER ({_suspect(name)})" for name in names)
    counts = con.execute(f"SELECT {looks} FROM raw").fetchall()[0]
    words = _word_columns(source)
    return [_Column(name, counts[2 * at], name not in words) for at, name in enumerate(names) if counts[2 * at + 1]]


def _suspect(name: str) -> str:
    # the length is free to ask, the pattern is not; CASE, because AND outside WHERE always asks both sides
    column = quoted(name)
    return f"CASE WHEN length({column}) >= {_LEAST} THEN regexp_matches({column}, '{_SUSPECT}') ELSE FALSE END"


def _word_columns(source: Source) -> set[str]:
    """Columns that fill a field of words and neither a key nor a code."""
    model = contract(source.kind)
    codes = {"key", "place", *model.subject} - {"category"}
    words = {
        cell.column
        for field, cell in source.fields.items()
        if cell.column
        and field in model.model_fields
        and field not in codes
        and sql_type(model.model_fields[field]) == "VARCHAR"
    }
    return words - set(source.key)


def _examine(con: Connection, column: _Column, as_of: date) -> tuple[str, bool]:
    """Fill ``door_found(row_no, told)`` for ``column``; returns what was found ("" for nothing) and whether the whole
    column goes.
    """
    written = quoted(column.name)
    narrow = f"translate({written}, '０１２３４５６７８９Ｘｘ', '0123456789Xx')"
    cell = f"CASE WHEN strlen({written}) = length({written}) THEN {written} ELSE {narrow} END"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE door_identity AS
        SELECT row_no, digits, {_checksum("digits")} AS passes FROM (
          SELECT row_no, upper(regexp_replace(unnest(regexp_extract_all({cell}, '{_IDENTITY}', 1)), '[^0-9Xx]', '',
          'g')) AS digits FROM raw WHERE length({written}) >= {_WHOLE} AND {_suspect(column.name)})
        WHERE try_strptime(digits[7:14], '%Y%m%d') IS NOT NULL"""
    )
    counts = "passes"
    if column.numbers:
        counts = f"""passes AND digits[7:14] < '{as_of.year - 10:04d}{as_of:%m%d}'
            AND (SELECT 2 * count(*) FILTER (passes) > count(*) FROM door_identity)"""
    mobile = f"SELECT row_no, '手机号码' FROM raw WHERE {_suspect(column.name)} AND regexp_matches({cell}, '{_MOBILE}')"
    if column.numbers and not _spread(con, column, cell):
        mobile = "SELECT 0, '' WHERE false"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE door_found AS SELECT row_no, min(told) AS told FROM (
        SELECT row_no, '身份证号码' AS told FROM door_identity WHERE {counts} UNION ALL {mobile}) GROUP BY row_no"""
    )
    rows, told = con.execute("SELECT count(*), coalesce(mode(told), '') FROM door_found").fetchall()[0]
    return str(told), rows >= COLUMN_LEAST and rows >= COLUMN_SHARE * column.filled


def _spread(con: Connection, column: _Column, cell: str) -> bool:
    """Whether a column of numbers holds telephones: many, and over at least half as many number ranges (the first
    seven digits).
    """
    written = quoted(column.name)
    # codes and amounts repeat: each is looked at once
    hits, ranges = con.execute(
        f"""SELECT coalesce(sum(times), 0), count(DISTINCT left(regexp_replace(number, '[^0-9]', '', 'g'), 7)) FROM (
        SELECT regexp_extract({cell}, '{_MOBILE}', 1) AS number, times FROM (
          SELECT {written}, count(*) AS times FROM raw WHERE length({written}) >= {_LEAST} GROUP BY 1)
        WHERE {_suspect(column.name)}) WHERE number != ''"""
    ).fetchall()[0]
    return bool(hits >= _NUMBERS_LEAST and hits >= COLUMN_SHARE * column.filled and 2 * ranges >= hits)


def _checksum(digits: str) -> str:
    total = " + ".join(f"(ascii({digits}[{at}]) - 48) * {weight}" for at, weight in enumerate(_WEIGHTS, start=1))
    return f"('10X98765432'[1 + ({total}) % 11] = {digits}[18])"
