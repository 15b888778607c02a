"""Reading one text the slow way (Python) and the fast way (SQL)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from pydantic import TypeAdapter, ValidationError

from riskengine.contracts import field as types
from riskengine.contracts.field import FieldType, Reading
from riskengine.contracts.sql import direct_sql, put, value_sql

TYPES: dict[str, tuple[Any, FieldType]] = {
    "Code": (types.Code, types.CODE),
    "Word": (types.Word, types.WORD),
    "Text": (types.Text, types.TEXT),
    "Day": (types.Day, types.DAY),
    "Money": (types.Money, types.MONEY),
    "Whole": (types.Whole, types.WHOLE),
    "Quantity": (types.Quantity, types.QUANTITY),
    "Share": (types.Share, types.SHARE),
    "Number": (types.Number, types.NUMBER),
    "Flag": (types.Flag, types.FLAG),
    "Outcome": (types.Outcome, types.OUTCOME),
}


def in_python(name: str, text: str, *, dates: str = "ymd", scale: float = 1.0) -> Any:
    """The value, or the complaint as an instance of ValueError."""
    adapter: TypeAdapter[Any] = TypeAdapter(TYPES[name][0])
    try:
        # outside a model a field has no name, which is what Reading is keyed by
        return adapter.validate_python(text, context=Reading(dates={"": dates}, scales={"": scale}))
    except ValidationError as error:
        return error.errors()[0]["ctx"]["error"]


@pytest.fixture(scope="session")
def in_sql() -> Callable[..., Any]:
    """The values that SQL makes of texts, None where it makes none."""
    con = duckdb.connect()

    def read(name: str, texts: list[str], *, dates: str = "ymd", scale: float = 1.0) -> list[Any]:
        kind = TYPES[name][1]
        normal, value, limited = value_sql(kind, "x", dates=dates, scale=scale)
        direct, plain = direct_sql(kind, scale) or ("NULL", "FALSE")
        direct, plain = put(direct, "x"), put(plain, "x").replace("¤", "d")
        # through a table: a constant would be folded, and branches evaluated that are otherwise skipped
        con.execute("CREATE OR REPLACE TEMP TABLE cell AS SELECT * FROM (SELECT unnest($1::VARCHAR[]) AS x)", [texts])
        normalised = f"SELECT {normal} AS n, d, {plain} AS f FROM (SELECT x, {direct} AS d FROM cell)"
        # the quick way must say what the whole way says, wherever it says anything
        either = f"CASE WHEN f THEN d ELSE {put(value, 'n')} END" if direct != "NULL" else put(value, "n")
        return [
            row[0]
            for row in con.execute(
                f"SELECT {put(limited, 'v')} FROM (SELECT {either} AS v FROM ({normalised}))"
            ).fetchall()
        ]

    return read
