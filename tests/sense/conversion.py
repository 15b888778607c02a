"""What the tests of conversion share: one good row of frauds, and a turn of rows into typed ones."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from riskengine.contracts import contract
from riskengine.contracts.place import PlaceNames
from riskengine.model.duty import Place
from riskengine.model.source import Cell, Source
from riskengine.sense import convert as module
from riskengine.sense.convert import ConvertReport

AS_OF = date(2026, 6, 30)
PLACES = (
    Place(code="990100", name="云川县", level="county", parent=None),
    Place(code="990100101", name="清溪镇", level="town", parent="990100"),
    Place(code="990100101001", name="东湾村", level="village", parent="990100101"),
)
COLUMNS = {
    "occurred_on": "发案日期",
    "reported_on": "报案日期",
    "place": "辖区",
    "category": "类别",
    "loss": "损失（元）",
    "victims": "人数",
    "quantity": "件数",
    "attempted": "未遂",
}
GOOD = {
    "编号": "Z1",
    "发案日期": "2026年3月5日",
    "辖区": "清溪镇东湾村",
    "类别": "刷单返利",
    "损失（元）": "3.2万",
    "人数": "１",
    "未遂": "否",
}


def source(*, key: tuple[str, ...] = ("编号",), kind: str = "fraud", **changes: Any) -> Source:
    fields = {name: Cell(column=column) for name, column in COLUMNS.items()} | changes.pop("fields", {})
    return Source(source="fanzha", title="诈骗案件", kind=kind, files=("*.csv",), key=key, fields=fields, **changes)


def lay(con: duckdb.DuckDBPyConnection, rows: list[dict[str, str | None]]) -> None:
    """The temp table that a reader leaves; row numbers as people count, the header being 1."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    typed_columns = ", ".join(f'"{name}" VARCHAR' for name in columns)
    con.execute(f"CREATE OR REPLACE TEMP TABLE raw (row_no BIGINT, {typed_columns})")
    marks = ", ".join("?" * (len(columns) + 1))
    con.executemany(
        f"INSERT INTO raw VALUES ({marks})", [[n, *(row.get(c) for c in columns)] for n, row in enumerate(rows, 2)]
    )


def turn(
    con: duckdb.DuckDBPyConnection, rows: list[dict[str, str | None]], from_: Source | None = None
) -> ConvertReport:
    """Convert row by row, set-wise, and set-wise with what is odd left over for a second query; hold them against each other."""
    lay(con, rows)
    told = []
    for few, looked_at, left_over in ((len(rows), 1000, 0.3), (0, 1000, 0.3), (0, 0, 1.0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_LOOKED_AT", looked_at)
            patch.setattr(module, "_LEFT_OVER", left_over)
            report = module.convert(
                con, from_ or source(), contract((from_ or source()).kind), PlaceNames(PLACES), AS_OF, few=few
            )
        good = con.execute("SELECT * FROM typed ORDER BY row_no").fetchall()
        bad = con.execute("SELECT * FROM bad ORDER BY ALL").fetchall()
        told.append((report, good, bad))
    assert told[0] == told[1] == told[2]
    return told[0][0]


def typed(con: duckdb.DuckDBPyConnection, *columns: str) -> list[tuple[Any, ...]]:
    return con.execute(f"SELECT {', '.join(columns)} FROM typed ORDER BY row_no").fetchall()


def complaints(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
    return con.execute("SELECT row_no, field, reason FROM bad ORDER BY row_no, field").fetchall()
