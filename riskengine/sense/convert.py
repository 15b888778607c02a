"""From text to values: the rows of a file as its contract reads them, and a complaint a clerk can act on for every
other row.

Everything is checked set-wise in SQL; only rows that fail go through the pydantic contract, one by one, for its
words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from riskengine.contracts import parse
from riskengine.contracts.field import Reading
from riskengine.contracts.place import PlaceNames
from riskengine.contracts.record import Record
from riskengine.contracts.sql import any_of, normal_code, normal_words, quoted
from riskengine.contracts.stages import field_sql, order_problems, staged
from riskengine.model.duty import Place
from riskengine.model.source import Cell, Condition, Source
from riskengine.store.database import Connection

__all__ = ["ConvertReport", "convert"]

_EXPLAINED = 10_000
"""So many rows are explained one by one; a file that is wrong throughout stays bounded, the rest gets a plain
sentence.
"""

_SHOWN = 100
"""Characters of a refused value that are kept."""


@dataclass(frozen=True)
class ConvertReport:
    """Rows of the file by what became of them: ``rows`` = ``good`` + ``bad`` + ``skipped``; ``blank`` of the good said
    nothing new.
    """

    rows: int
    good: int
    bad: int
    skipped: int
    blank: int


def convert(
    con: Connection, source: Source, contract: type[Record], places: Iterable[Place], as_of: date
) -> ConvertReport:
    """Read temp table ``raw(row_no, <columns of the file as text>)`` into temp tables ``typed`` and ``bad``.

    ``typed(row_no, <contract fields>, retracts, blank)``: one row a good row. A row is good when the contract
    accepts it; a row that takes a record back needs only its key, a blank one nothing, and what such rows do
    not say is NULL. ``bad(row_no, source_column, field, value, reason)``: one row a complaint, at least one a
    row that is not good; ``value`` is cut to 100 characters. Rows of ``skip_when`` are in neither.
    """
    columns = frozenset(name for name, *_ in con.execute("DESCRIBE raw").fetchall()) - {"row_no"}
    names = PlaceNames(places)
    con.execute("CREATE OR REPLACE TEMP TABLE place_text (written VARCHAR, code VARCHAR)")
    con.execute(
        "INSERT INTO place_text SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[])",
        [list(names.known), list(names.known.values())],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bad "
        "(row_no BIGINT, source_column VARCHAR, field VARCHAR, value VARCHAR, reason VARCHAR)"
    )
    room = _Room(source, contract, columns, as_of)
    con.execute("DROP TABLE IF EXISTS typed")
    con.execute(f"CREATE TEMP TABLE typed AS {room.checked()}")
    rows, good, blank = con.execute(
        "SELECT (SELECT count(*) FROM raw), count(*) FILTER (ok), count(*) FILTER (blank) FROM typed"
    ).fetchall()[0]
    kept = con.execute("SELECT count(*) FROM typed").fetchall()[0][0]
    if good < kept:
        _explain(con, room, names)
        con.execute("DELETE FROM typed WHERE NOT ok")
    con.execute("ALTER TABLE typed DROP COLUMN ok")
    return ConvertReport(rows=rows, good=good, bad=kept - good, skipped=rows - kept, blank=blank)


class _Room:
    """One source over one file's columns: which cell fills which field, as SQL and as Python."""

    def __init__(self, source: Source, contract: type[Record], columns: frozenset[str], as_of: date) -> None:
        self.source, self.contract, self.columns, self.as_of = source, contract, columns, as_of
        self.cells = {name: source.fields.get(name, Cell()) for name in contract.model_fields}
        another = source.repeats == "another"
        if len(source.key) == 1 and not another:
            self.cells["key"] = Cell(column=source.key[0])
        self.fields = [field_sql(contract, name, cell, columns, as_of) for name, cell in self.cells.items()]
        self.joined = len(source.key) > 1 and not another
        self.by_content = another or (not source.key and self.cells["key"] == Cell())

    def _key(self) -> str | None:
        if self.joined:
            cells = ", ".join(
                f"coalesce({normal_code(quoted(name))}, '')" if name in self.columns else "''"
                for name in self.source.key
            )
            said = f"CASE WHEN k IN {any_of(parse.BLANKS)} THEN '' ELSE k END"
            text = f"array_to_string(list_transform([{cells}], lambda k: {said}), '|')"
            return f"nullif({text}, '{'|' * (len(self.source.key) - 1)}')"
        if self.by_content:
            mapped = self.source.key or sorted({cell.column for cell in self.cells.values() if cell.column})
            there = [name for name in mapped if name in self.columns]
            content = ", ".join(f"coalesce({quoted(name)}, '')" for name in there) or "''"
            text = f"concat_ws(chr(31), {content})"
            # the number is the same digest as the text, and four times as fast to sort by
            return f"md5({text}) || '#' || row_number() OVER (PARTITION BY md5_number({text}) ORDER BY row_no)"
        return None

    def _stages(self, where: str) -> str:
        marks = {"retracts": self._held(self.source.retract_when), "blank": self._empty(self.source.blank_when)}
        skip = self._held(self.source.skip_when)
        return staged(self.fields, marks, f"NOT {skip} AND {where}", key=self._key())

    def _held(self, condition: Condition | None) -> str:
        if condition is None or condition.column not in self.columns:
            return "FALSE"
        text = f"coalesce({quoted(condition.column)}, '')"
        return f"(({normal_words(text)}) IN {any_of(parse.words(value) for value in condition.values)})"

    def _empty(self, columns: Iterable[str]) -> str:
        there = [
            f"coalesce(({normal_words(quoted(name))}) IN {any_of(parse.BLANKS)}, TRUE)"
            for name in columns
            if name in self.columns
        ]
        return f"({' AND '.join(there)})" if there else "FALSE"

    def problems(self) -> str:
        """TRUE where the contract refuses a row of which it wants everything."""
        return " OR ".join([*(field.problem for field in self.fields), *order_problems(self.contract, self.cells)])

    def checked(self) -> str:
        """All rows that are not skipped, typed, with ``ok``."""
        key = next(field.problem for field in self.fields if field.field == "key")
        values = ", ".join(
            f"coalesce(v_{field.field}, {field.default}) AS {field.field}"
            if field.default
            else f"v_{field.field} AS {field.field}"
            for field in self.fields
        )
        ok = f"blank OR (CASE WHEN retracts THEN NOT ({key}) ELSE NOT ({self.problems()}) END)"
        return f"SELECT row_no, {values}, retracts, blank, {ok} AS ok FROM ({self._stages('TRUE')})"

    def failed(self, after: int) -> str:
        """The stages of the rows behind ``after`` that are not ok: what could not be explained one by one."""
        return self._stages(f"row_no > {after} AND row_no IN (SELECT row_no FROM typed WHERE NOT ok)")

    def label(self, field: str) -> str:
        """What the office calls the field."""
        return self.cells[field].column or self.contract.model_fields[field].title or field

    def columns_of(self, field: str) -> str:
        """The column (or columns) of the file that fill the field."""
        return "+".join(self.source.key) if field == "key" and self.joined else self.cells[field].column or ""

    def text(self, field: str, row: Mapping[str, str | None]) -> str | None:
        """What the file holds for the field."""
        if field == "key" and self.joined:
            parts = [parse.half(row.get(name) or "") for name in self.source.key]
            said = ["" if part in parse.BLANKS else part for part in parts]
            return "|".join(said) if any(said) else None
        if field == "key" and self.by_content:
            return "content"
        cell = self.cells[field]
        return row.get(cell.column) if cell.column in self.columns and cell.column else cell.constant

    def reading(self, names: PlaceNames) -> Reading:
        """The validation context of this source."""
        return Reading(
            as_of=self.as_of,
            dates={name: cell.dates for name, cell in self.cells.items()},
            scales={name: cell.scale for name, cell in self.cells.items()},
            places=names,
        )


def _explain(con: Connection, room: _Room, names: PlaceNames) -> None:
    query = con.execute(
        "SELECT raw.*, typed.retracts FROM raw JOIN typed USING (row_no) WHERE NOT typed.ok "
        f"ORDER BY row_no LIMIT {_EXPLAINED}"
    )
    header = [name for name, *_ in query.description or ()][:-1]
    rows = query.fetchall()
    reading = room.reading(names)
    found: list[tuple[int, str, str, str | None, str]] = []
    for *cells, retracts in rows:
        row = dict(zip(header, cells, strict=True))
        complaints = _complaints(room, row, reading, key_only=retracts)
        found += complaints or [(row["row_no"], "", "", None, "这一行没有通过核对，请核对后重报")]
    con.execute(
        "INSERT INTO bad SELECT unnest($1::BIGINT[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[]), "
        "unnest($4::VARCHAR[]), unnest($5::VARCHAR[])",
        [list(column) for column in zip(*found, strict=True)],
    )
    if len(rows) == _EXPLAINED:
        _summarise(con, room, after=rows[-1][header.index("row_no")])


def _complaints(
    room: _Room, row: Mapping[str, Any], reading: Reading, *, key_only: bool
) -> list[tuple[int, str, str, str | None, str]]:
    given: dict[str, str | None] = {}
    found: list[tuple[int, str, str, str | None, str]] = []

    def complain(field: str, value: str | None, complaint: str) -> None:
        shown = "" if value is None or parse.is_blank(value) else f"“{value[:_SHOWN]}”"
        found.append(
            (
                row["row_no"],
                room.columns_of(field),
                field,
                value and value[:_SHOWN],
                f"{room.label(field)}{shown}{complaint}",
            )
        )

    for field in room.cells:
        text = room.text(field, row)
        try:
            cell = room.cells[field]
            given[field] = parse.translated(text, cell.values, cell.otherwise, cell.pattern)
        except ValueError as error:
            complain(field, text, str(error))
    try:
        room.contract.model_validate(given, context=reading)
    except ValidationError as refusal:
        for detail in refusal.errors(include_url=False):
            if detail["type"] == "missing":  # not given, because its translation was refused above
                continue
            context = detail.get("ctx", {})
            field = str(detail["loc"][0] if detail["loc"] else context["field"])
            complain(field, room.text(field, row), str(context.get("error", context.get("says", detail["msg"]))))
    return [complaint for complaint in found if not key_only or complaint[2] == "key"]


def _summarise(con: Connection, room: _Room, after: int) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE failed AS {room.failed(after)}")
    for field in room.fields:
        con.execute(
            f"""INSERT INTO bad SELECT row_no, $1, $2, left(t_{field.field}, {_SHOWN}), $3 FROM failed
            WHERE ({field.problem}) AND (NOT retracts OR $2 = 'key')""",
            [
                room.columns_of(field.field),
                field.field,
                f"{room.label(field.field)}的值不合要求，请对照前面各行的说明改正",
            ],
        )
    for (_, later), problem in zip(room.contract.orders, order_problems(room.contract, room.cells), strict=True):
        con.execute(
            f"""INSERT INTO bad SELECT row_no, $1, $2, left(t_{later}, {_SHOWN}), $3 FROM failed
            WHERE {problem} AND NOT retracts""",
            [room.columns_of(later), later, f"{room.label(later)}的先后不对，请对照前面各行的说明改正"],
        )
    con.execute("DROP TABLE failed")
