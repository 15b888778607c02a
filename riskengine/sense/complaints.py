"""What is wrong with a row, in words a clerk can act on: the contract itself is asked, row by row."""

from __future__ import annotations

from pydantic import ValidationError

from riskengine.contracts import parse
from riskengine.contracts.field import Reading
from riskengine.contracts.place import PlaceNames
from riskengine.contracts.record import Record
from riskengine.contracts.stages import order_problems
from riskengine.sense.filling import Filling, Row
from riskengine.store.database import Connection

__all__ = ["Complaint", "complaints", "explain", "file"]

Complaint = tuple[int, str, str, str | None, str]
"""Row number, source column, contract field, the refused value (cut), the reason."""

_EXPLAINED = 10_000
"""So many rows are explained one by one; a file that is wrong throughout stays bounded, the rest gets a plain sentence."""

_SHOWN = 100
"""Characters of a refused value that are kept."""


def explain(con: Connection, filling: Filling, names: PlaceNames) -> None:
    """Fill temp table ``bad`` for the rows of ``typed`` that are not ok."""
    query = con.execute(
        "SELECT raw.*, typed.retracts FROM raw JOIN typed USING (row_no) WHERE NOT typed.ok "
        f"ORDER BY row_no LIMIT {_EXPLAINED}"
    )
    header = [name for name, *_ in query.description or ()][:-1]
    rows = query.fetchall()
    reading = filling.reading(names)
    found: list[Complaint] = []
    for *cells, retracts in rows:
        row = dict(zip(header, cells, strict=True))
        row_no = row.pop("row_no")
        _, said = complaints(filling, row_no, row, reading)
        said = [complaint for complaint in said if not retracts or complaint[2] == "key"]
        found += said or [(row_no, "", "", None, "这一行没有通过核对，请核对后重报")]
    file(con, found)
    if len(rows) == _EXPLAINED:
        _summarise(con, filling, after=rows[-1][header.index("row_no")])


def complaints(filling: Filling, row_no: int, row: Row, reading: Reading) -> tuple[Record | None, list[Complaint]]:
    """What the contract says of one row: the record, or None and at least one complaint."""
    given: dict[str, str | None] = {}
    found: list[Complaint] = []
    record = None

    def complain(field: str, value: str | None, complaint: str) -> None:
        shown = "" if value is None or parse.is_blank(value) else f"“{value[:_SHOWN]}”"
        found.append(
            (
                row_no,
                filling.columns_of(field),
                field,
                value and value[:_SHOWN],
                f"{filling.label(field)}{shown}{complaint}",
            )
        )

    for field in filling.cells:
        text = filling.text(field, row)
        try:
            cell = filling.cells[field]
            given[field] = parse.translated(text, cell.values, cell.otherwise, cell.pattern)
        except ValueError as error:
            complain(field, text, str(error))
    try:
        record = filling.contract.model_validate(given, context=reading)
    except ValidationError as refusal:
        for detail in refusal.errors(include_url=False):
            if detail["type"] == "missing":  # not given, because its translation was refused above
                continue
            context = detail.get("ctx", {})
            field = str(detail["loc"][0] if detail["loc"] else context["field"])
            complain(field, filling.text(field, row), str(context.get("error", context.get("says", detail["msg"]))))
    return (None if found else record), found


def file(con: Connection, found: list[Complaint]) -> None:
    """Put complaints into temp table ``bad``."""
    if found:
        con.execute(
            "INSERT INTO bad SELECT unnest($1::BIGINT[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[]), "
            "unnest($4::VARCHAR[]), unnest($5::VARCHAR[])",
            [list(column) for column in zip(*found, strict=True)],
        )


def _summarise(con: Connection, filling: Filling, after: int) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE failed AS {filling.failed(after)}")
    for field in filling.fields:
        con.execute(
            f"""INSERT INTO bad SELECT row_no, $1, $2, left(t_{field.field}, {_SHOWN}), $3 FROM failed
            WHERE ({field.problem}) AND (NOT retracts OR $2 = 'key')""",
            [
                filling.columns_of(field.field),
                field.field,
                f"{filling.label(field.field)}的值不合要求，请对照前面各行的说明改正",
            ],
        )
    for (_, later), problem in zip(filling.contract.orders, order_problems(filling.contract, filling.cells), strict=True):
        con.execute(
            f"""INSERT INTO bad SELECT row_no, $1, $2, left(t_{later}, {_SHOWN}), $3 FROM failed
            WHERE {problem} AND NOT retracts""",
            [filling.columns_of(later), later, f"{filling.label(later)}的先后不对，请对照前面各行的说明改正"],
        )
    con.execute("DROP TABLE failed")
