"""The last step of every format: a relation of text cells becomes the temp table ``raw``, blank and totals rows left
out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from riskengine.contracts.sql import quoted, text_literal
from riskengine.errors import EngineFault
from riskengine.sense.header import Header, Note, Wanted
from riskengine.store.database import Connection

__all__ = ["Poured", "Row", "csv_relation", "pour", "reset", "write_rows"]

Row = tuple[int, Sequence[str]]
"""Row number as a person sees it in the file, and its cells as text."""

_BLANK = " \t\r\n\u00a0\u3000\ufeff"
_GAP = f"[{_BLANK}]*"
_TOTALS = rf"本?[页表]?{_GAP}(合|总|小|累|共|总合){_GAP}计|(grand|sub)?\s?total"
_FOOTER = rf"(填表|制表|填报|报送|审核|复核|统计|经办|负责|分管){_GAP}(人|领导|单位|时间|日期)|附?注|备注|说明"
# Read alike by Python and by RE2; a row is told by its first filled cell alone.
_NOT_A_RECORD = rf"(?is){_GAP}(({_TOTALS}){_GAP}[:：]?{_GAP}|({_FOOTER}){_GAP}[:：].*)"
_SUSPECT = f"{_BLANK}本页表合总小累共填制报审复统经办负分附注备说GgSsTt"
"""Every first character that a blank, totals or footer cell may have."""


@dataclass(frozen=True)
class Poured:
    """``rows_read``: data rows, those in ``raw_bad`` included. ``left_out``: blank and totals rows among ``seen``
    rows.
    """

    rows_read: int
    left_out: int
    seen: int

    def notes(self, file: str) -> list[Note]:
        """What was left out, and that nothing was there, as notes about ``file``."""
        notes = []
        if self.left_out:
            notes.append(
                Note("rows-left-out", f"{file}：略过空白行、合计行和落款行共 {self.left_out} 行，不计入读取行数。")
            )
        if not self.rows_read:
            notes.append(Note("no-rows", f"{file}：只有表头，没有数据行；按零报告处理。如有数据，请补报。"))
        return notes


def reset(con: Connection) -> None:
    """Empty ``raw_bad(row_no, source_column, reason)``: rows refused before they reach a contract; no value is kept."""
    con.execute("CREATE OR REPLACE TEMP TABLE raw_bad (row_no BIGINT, source_column VARCHAR, reason VARCHAR)")


def csv_relation(path: Path, width: int, *, skip: int, delimiter: str, quote: str) -> str:
    """SQL of a well-formed UTF-8 table as columns c0…; any ragged row, broken quote or broken character raises when
    it runs.
    """
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    location = text_literal(str(path))
    # compression is named, or DuckDB would judge by the suffix; auto_detect would guess types, quotes and headers;
    # new_line is not named, for with CRLF DuckDB 2.0 then reads nothing and says nothing; parallel reading gains nothing
    # under row numbers and would cut the blocks of a sealed file by the number of threads
    return (
        f"read_csv({location}, auto_detect=false, header=false, all_varchar=true, columns={{{columns}}}, "
        f"skip={skip}, delim='{delimiter}', quote='{quote}', escape='{quote}', null_padding=false, strict_mode=true, "
        f"compression='none', parallel=false)"
    )


def pour(con: Connection, relation: str, header: Header, want: Wanted, *, expected: int | None = None) -> Poured:
    """Create temp table ``raw(row_no BIGINT, <mapped columns, VARCHAR>)`` from ``relation`` (row_no, c0… in the order
    of the file).

    Columns carry the names written in the source; a mapped column that the file lacks is all NULL; columns that are
    not mapped stay outside. An empty cell is NULL. ``expected``: rows that there should be; where they all came,
    nobody counts again.
    """
    cells = [f"c{position}" for position in range(len(header.names))]
    place = dict(zip(header.names, cells, strict=True))
    columns = "".join(
        f", {place.get(name, 'CAST(NULL AS VARCHAR)')} AS {quoted(column)}" for name, column in want.mapped.items()
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT row_no{columns} FROM {relation} WHERE NOT {_leave_out(cells)}"
    )
    kept = _count(con, "raw")
    seen = kept if kept == expected else _count(con, relation)
    return Poured(rows_read=kept + _count(con, "raw_bad"), left_out=seen - kept, seen=seen)


def _leave_out(cells: Sequence[str]) -> str:
    first = f"coalesce({', '.join(cells)})"
    if len(cells) == 1:
        first = cells[0]
    trimmed = ", ".join(f"nullif(trim({cell}, '{_BLANK}'), '')" for cell in cells)
    # a first cell of blanks alone is rare: only then are all cells trimmed
    filled = f"CASE WHEN trim({first}, '{_BLANK}') = '' THEN coalesce({trimmed}, '') ELSE {first} END"
    thorough = f"coalesce(({filled}) = '' OR regexp_full_match({filled}, '{_NOT_A_RECORD}'), true)"
    # nearly every row is told to be a record by the first character of its first cell
    return f"(CASE WHEN regexp_matches(c0, '^[^{_SUSPECT}]') THEN false ELSE {thorough} END)"


def _count(con: Connection, relation: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])


def write_rows(con: Connection, rows: Iterable[Row], header: Header, want: Wanted, scratch: Path) -> Poured:
    """The slow way for rows that DuckDB cannot read itself: sheets, ragged text. Rows too wide go to ``raw_bad``.

    Rows pass one at a time through a clean copy in ``scratch``; short rows are filled with NULL.
    """
    width, left_out, seen = len(header.names), 0, 0
    not_a_record = re.compile(_NOT_A_RECORD)
    path, bad = scratch / "rows.csv", scratch / "bad.csv"
    with path.open("w", encoding="utf-8", newline="") as out, bad.open("w", encoding="utf-8", newline="") as out_bad:
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        bad_writer = csv.writer(out_bad, lineterminator="\n")
        for number, cells in rows:
            seen += 1
            first = next((cell for cell in cells if cell and not cell.isspace()), "")
            if not first or not_a_record.fullmatch(first):
                left_out += 1
            elif any(cell and not cell.isspace() for cell in cells[width:]):
                bad_writer.writerow((number, len(cells)))
            else:
                writer.writerow((number, *cells[:width], *[""] * (width - len(cells))))
    reason = f"这一行有 ' || c1 || ' 格，表头只有 {width} 列，多半是内容里有分隔符却没有加引号。请核对后重报"
    con.execute(
        f"INSERT INTO raw_bad SELECT CAST(c0 AS BIGINT), NULL, '{reason}' "
        f"FROM {csv_relation(bad, 2, skip=0, delimiter=',', quote='')}"
    )
    relation = csv_relation(path, width + 1, skip=0, delimiter=",", quote='"')
    shifted = ", ".join(f"c{position + 1} AS c{position}" for position in range(width))
    poured = pour(
        con, f"(SELECT CAST(c0 AS BIGINT) AS row_no, {shifted} FROM {relation})", header, want, expected=seen - left_out
    )
    if poured.rows_read != seen - left_out:
        raise EngineFault("表格的两种读法得出的行数不一致，没有读入。请把这个文件交给系统维护人员。")
    return Poured(rows_read=poured.rows_read, left_out=left_out, seen=seen)
