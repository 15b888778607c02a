"""Random small histories: records that come late, are corrected, taken back or net out, and silences; for property tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from riskengine.contracts import contract
from riskengine.store.database import Connection
from riskengine.store.schema import record_columns

__all__ = ["clear_records", "random_records", "random_silence"]

Row = dict[str, Any]

_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL")


def clear_records(con: Connection) -> None:
    """Forget what was sensed."""
    for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'sense'").fetchall():
        con.execute(f"DELETE FROM sense.{name}")


def random_records(
    con: Connection,
    random: Random,
    kind: str,
    count: int,
    last: date,
    places: Sequence[str],
    words: Mapping[str, Sequence[str]],
) -> None:
    """Insert ``count`` keys of ``kind`` with one to three versions each, the oldest some 400 days before ``last``, the newest known
    after it. ``words``: what its text columns may say.
    """
    rows: list[Row] = []
    for number in range(count):
        row = _row(random, kind, number, last, places, words)
        known = row["occurred_on"] + timedelta(random.choice((0, 0, 1, 5, 40)))
        versions = random.choice((1, 1, 2, 3))
        for nth in range(versions):
            after = known + timedelta(random.choice((0, 1, 3, 20)))
            open_ = nth == versions - 1 and random.random() < 0.9
            retracted = nth > 0 and random.random() < 0.2
            told = {"known_at": known, "superseded_at": None if open_ else after, "retracted": retracted}
            rows.append(row | told | {"file_id": random.randint(1, 3), "row_no": len(rows)})
            known, row = after, row | _said(random, kind, row["occurred_on"], words)
    types = {
        "known_at": "DATE",
        "superseded_at": "DATE",
        "retracted": "BOOLEAN",
        "file_id": "INTEGER",
        "row_no": "BIGINT",
    }
    types |= record_columns(kind)
    columns = ", ".join(f"unnest(?::{type_}[])" for type_ in types.values())
    con.execute(
        f"INSERT INTO sense.{kind} (source, {', '.join(types)}) SELECT 'some', {columns}",
        [[row[name] for row in rows] for name in types],
    )


def random_silence(
    con: Connection, random: Random, kinds: Sequence[str], nights: Sequence[date], places: Sequence[str]
) -> None:
    """Here and there a reporter, seldom a whole source, did not send what is expected."""
    for night in nights:
        for kind in kinds:
            if random.random() < 0.3:
                whole = random.random() < 0.3
                place = None if whole else random.choice(places)
                con.execute(
                    "INSERT INTO sense.silence VALUES (?, 's', ?, '某单位', 'town-01', ?, NULL, ?, NULL, ?, ?)",
                    [night, kind, place, random.randint(1, 9), whole, f"{kind}未报"],
                )


def _row(
    random: Random, kind: str, number: int, last: date, places: Sequence[str], words: Mapping[str, Sequence[str]]
) -> Row:
    back = random.randint(0, 20) if random.random() < 0.5 else random.randint(0, 400)
    occurred_on = last - timedelta(back - 2)
    row: Row = {"key": f"K{number % 60}", "place": random.choice(places), "occurred_on": occurred_on}
    return (
        row | {"quantity": random.choice((1, 1, 1, 2, -1)), "reporter": None} | _said(random, kind, occurred_on, words)
    )


def _said(random: Random, kind: str, occurred_on: date, words: Mapping[str, Sequence[str]]) -> Row:
    """What a version says besides key, place and day; a third is left out."""
    said: Row = {}
    for name, type_ in record_columns(kind).items():
        if name in ("key", "place", "occurred_on", "quantity", "reporter"):
            continue
        if random.random() < 0.3 and name not in contract(kind).subject:
            said[name] = None
        elif type_.split("(")[0] in _NUMBERS:
            said[name] = random.choice((0, 1, 2, 3, 7, 40))
        elif type_ == "DATE":
            said[name] = occurred_on + timedelta(random.choice((0, 3, 30, 90)))
        elif type_ == "BOOLEAN":
            said[name] = random.random() < 0.5
        else:
            said[name] = random.choice(words.get(name, words["category"]))
    return said
