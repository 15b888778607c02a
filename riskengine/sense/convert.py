"""From text to values: the rows of a file as its contract reads them, and a complaint for every other row.

The contract is the truth and has two speeds. Many rows are checked set-wise by the SQL it compiles to, and only those that fail
go through pydantic for its words; few rows go through pydantic at once, since planning that SQL costs more than they do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskengine.contracts.place import PlaceNames
from riskengine.contracts.record import Record
from riskengine.model.source import Source
from riskengine.sense.complaints import Complaint, complaints, explain, file
from riskengine.sense.filling import Filling
from riskengine.store.database import Connection
from riskengine.store.schema import record_columns

__all__ = ["FEW", "ConvertReport", "convert"]

FEW = 300
"""Up to so many rows pydantic alone is faster than planning the SQL (measured: they meet between 1,000 and 2,000)."""

_LOOKED_AT = 1000
"""Rows at the beginning that tell how a file writes its days and numbers."""

_LEFT_OVER = 0.3
"""Above this share of rows that the quick way leaves over, reading all of them the slow way is no dearer."""


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
    con: Connection, source: Source, contract: type[Record], names: PlaceNames, as_of: date, *, few: int = FEW
) -> ConvertReport:
    """Read temp table ``raw(row_no, <columns of the file as text>)`` into temp tables ``typed`` and ``bad``.

    ``typed(row_no, <contract fields>, retracts, blank)``: one row a good row. A row is good when the contract
    accepts it; a row that takes a record back needs only its key, a blank one nothing, and what such rows do
    not say is NULL. ``bad(row_no, source_column, field, value, reason)``: one row a complaint, at least one a
    row that is not good; ``value`` is cut to 100 characters. Rows of ``skip_when`` are in neither.
    """
    columns = frozenset(name for name, *_ in con.execute("DESCRIBE raw").fetchall()) - {"row_no"}
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bad "
        "(row_no BIGINT, source_column VARCHAR, field VARCHAR, value VARCHAR, reason VARCHAR)"
    )
    con.execute("DROP TABLE IF EXISTS typed; DROP TABLE IF EXISTS quick")
    filling = Filling(source, contract, columns, as_of)
    [(rows,)] = con.execute("SELECT count(*) FROM raw").fetchall()
    if rows <= few:
        report = _row_by_row(con, filling, names)
        if report is not None:
            return report
    return _set_wise(con, filling, names, rows)


def _set_wise(con: Connection, filling: Filling, names: PlaceNames, rows: int) -> ConvertReport:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE place_text AS SELECT unnest($1::VARCHAR[]) AS written, unnest($2::VARCHAR[]) AS code",
        [list(names.known), list(names.known.values())],
    )
    _type(con, filling)
    [(kept, good, blank)] = con.execute(
        "SELECT count(*), count(*) FILTER (ok), count(*) FILTER (blank) FROM typed"
    ).fetchall()
    if good < kept:
        explain(con, filling, names)
        con.execute("DELETE FROM typed WHERE NOT ok")
    con.execute("ALTER TABLE typed DROP COLUMN ok")
    return ConvertReport(rows=rows, good=good, bad=kept - good, skipped=rows - kept, blank=blank)


def _type(con: Connection, filling: Filling) -> None:
    """Temp table ``typed`` with ``ok``, in the order of the file: first the quick way, then the slow way for what is left.

    A field that is written oddly from the start is read the slow way at once; where many rows are left, all are read again.
    """
    query = con.execute(filling.odd(_LOOKED_AT))
    names = [name for name, *_ in query.description or ()]
    slow = frozenset(name for name, odd in zip(names, query.fetchall()[0], strict=True) if odd)
    con.execute(f"CREATE TEMP TABLE typed AS {filling.checked(slow=slow)}")
    [(rows, good)] = con.execute("SELECT count(*), count(*) FILTER (ok) FROM typed").fetchall()
    if good == rows:
        return
    if filling.by_content or rows - good > _LEFT_OVER * rows:
        # the number in a key of content counts all rows of the file
        con.execute(f"CREATE OR REPLACE TEMP TABLE typed AS {filling.checked()}")
        return
    con.execute("ALTER TABLE typed RENAME TO quick")
    again = filling.checked("row_no IN (SELECT row_no FROM quick WHERE NOT ok)")
    con.execute(f"CREATE TEMP TABLE typed AS SELECT * FROM quick WHERE ok UNION ALL ({again}) ORDER BY row_no")
    con.execute("DROP TABLE quick")


def _row_by_row(con: Connection, filling: Filling, names: PlaceNames) -> ConvertReport | None:
    """The same through pydantic alone; None where a row need not satisfy its whole contract, which only the SQL can weigh."""
    query = con.execute("SELECT * FROM raw ORDER BY row_no")
    header = [name for name, *_ in query.description or ()]
    raw = [dict(zip(header, cells, strict=True)) for cells in query.fetchall()]
    reading, seen = filling.reading(names), Counter[str]()
    typed: list[list[Any]] = []
    found: list[Complaint] = []
    skipped = bad = 0
    for row in raw:
        row_no = row.pop("row_no")
        if filling.holds(filling.source.skip_when, row):
            skipped += 1
            continue
        key = filling.content_key(row, seen) if filling.by_content else None
        retracts = filling.holds(filling.source.retract_when, row)
        record, said = complaints(filling, row_no, row, reading)
        if filling.says_nothing(row) or (record is None and retracts):
            return None
        if record is None:
            bad += 1
            found += said
        else:
            values = {**dict(record), "key": key or record.key}
            typed.append([row_no, *(values[name] for name in filling.cells), retracts])
    types = ["BIGINT", *record_columns(filling.contract.kind).values(), "BOOLEAN"]
    columns = ", ".join(
        f"unnest(${at}::{type_}[]) AS {name}"
        for at, (name, type_) in enumerate(zip(("row_no", *filling.cells, "retracts"), types, strict=True), start=1)
    )
    by_column = [list(column) for column in zip(*typed, strict=True)] if typed else [[] for _ in types]
    con.execute(f"CREATE TEMP TABLE typed AS SELECT {columns}, FALSE AS blank", by_column)
    file(con, found)
    return ConvertReport(rows=len(raw), good=len(typed), bad=bad, skipped=skipped, blank=0)
