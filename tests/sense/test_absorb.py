"""What becomes of a good row: stored, updated, unchanged or retracted; a night sees what was known by that night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.model.source import Cell, Source
from riskengine.sense.absorb import Absorbed, absorb
from riskengine.store.database import connect
from riskengine.store.schema import as_known, create_schemas, record_columns

SOURCE = Source(
    source="fraud-cases",
    title="诈骗案件",
    kind="fraud",
    files=("*.csv",),
    fields={name: Cell(column=name) for name in ("occurred_on", "place", "loss")},
)
Row = tuple[str, int, bool]
"""Key, loss in yuan, and whether the row takes the record back."""


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path / "test.duckdb", tmp_path / "scratch") as connection:
        yield connection


def send(con: duckdb.DuckDBPyConnection, day: int, rows: list[Row], quantity: int = 1, file_id: int = 1) -> Absorbed:
    """One file of ``rows`` received on the ``day`` of June."""
    columns = {**{name: "NULL" for name in record_columns("fraud")}, "place": "'990100101'", "quantity": str(quantity)}
    columns |= {"occurred_on": "DATE '2026-05-31'"}
    types = {name: f"CAST({value} AS {record_columns('fraud')[name]}) AS {name}" for name, value in columns.items()}
    types |= {"key": "key", "loss": "CAST(loss AS DECIMAL(18,2)) AS loss"}
    con.execute("CREATE OR REPLACE TEMP TABLE given (row_no BIGINT, key VARCHAR, loss BIGINT, retracts BOOLEAN)")
    if rows:
        con.executemany("INSERT INTO given VALUES (?, ?, ?, ?)", [(i + 2, *row) for i, row in enumerate(rows)])
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE typed AS SELECT row_no, {', '.join(types.values())}, retracts, key IS NULL AS blank FROM given"
    )
    return absorb(con, SOURCE, file_id, date(2026, 6, day))


def known(con: duckdb.DuckDBPyConnection, day: int) -> dict[str, int]:
    rows = con.execute(f"SELECT key, loss FROM ({as_known('fraud', f'DATE {chr(39)}2026-06-{day:02}{chr(39)}')})").fetchall()
    assert len(rows) == len({key for key, _ in rows}), "one version of a record is known on a night"
    return {key: int(loss) for key, loss in rows}


def test_a_new_record_is_stored_and_the_same_again_is_unchanged(con: duckdb.DuckDBPyConnection) -> None:
    assert send(con, 1, [("A", 100, False)]) == Absorbed(stored=1, updated=0, unchanged=0, retracted=0, stale=0)
    assert send(con, 2, [("A", 100, False)]) == Absorbed(stored=0, updated=0, unchanged=1, retracted=0, stale=0)


def test_a_correction_keeps_the_old_version_for_the_nights_before_it(con: duckdb.DuckDBPyConnection) -> None:
    send(con, 1, [("A", 100, False)])
    assert send(con, 5, [("A", 900, False)]).updated == 1
    assert known(con, 4) == {"A": 100}
    assert known(con, 5) == {"A": 900}


def test_a_retraction_nets_out_and_can_be_taken_back(con: duckdb.DuckDBPyConnection) -> None:
    send(con, 1, [("A", 100, False)])
    assert send(con, 2, [("A", 100, True)]).retracted == 1
    assert send(con, 3, [("A", 100, True)]).unchanged == 1
    assert known(con, 3) == {}
    assert send(con, 4, [("A", 100, False)]).updated == 1
    assert known(con, 4) == {"A": 100}


def test_a_retraction_that_arrives_before_its_record_is_remembered(con: duckdb.DuckDBPyConnection) -> None:
    assert send(con, 1, [("A", 100, True)]).retracted == 1
    assert known(con, 1) == {}


def test_a_key_twice_in_one_file_counts_row_by_row_and_the_last_word_holds(con: duckdb.DuckDBPyConnection) -> None:
    fate = send(con, 1, [("A", 100, False), ("A", 100, False), ("A", 300, False), ("B", 5, False)])
    assert (fate.stored, fate.unchanged, fate.updated) == (2, 1, 1)
    assert known(con, 1) == {"A": 300, "B": 5}


def test_a_negative_quantity_stands_in_the_account_as_retracted_and_is_kept_for_netting(con: duckdb.DuckDBPyConnection) -> None:
    assert send(con, 1, [("A", 100, False)], quantity=-1).retracted == 1
    assert con.execute("SELECT sum(quantity) FROM sense.fraud").fetchall() == [(-1,)]


def test_an_older_file_that_turns_up_late_does_not_overwrite_what_is_newer(con: duckdb.DuckDBPyConnection) -> None:
    send(con, 9, [("A", 900, False)])
    late = send(con, 3, [("A", 100, False), ("B", 1, False)])
    assert (late.stale, late.unchanged, late.stored) == (1, 1, 1)
    assert known(con, 9) == {"A": 900, "B": 1}


def answer(con: duckdb.DuckDBPyConnection, day: int, *outcomes: str, file_id: int = 1) -> Absorbed:
    """A filled-in list received on the ``day`` of June: a row for each outcome, all about one warning."""
    types = {name: f"CAST(NULL AS {kind}) AS {name}" for name, kind in record_columns("receipt").items()}
    types |= {"key": "'YJ-2026-000001|反诈中心|2026-06-01' AS key", "outcome": "outcome"}
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE typed AS SELECT row_no, {', '.join(types.values())}, FALSE AS retracts, FALSE AS blank "
        "FROM (SELECT unnest($1::VARCHAR[]) AS outcome, generate_subscripts($1, 1) + 4 AS row_no)",
        [list(outcomes)],
    )
    source = SOURCE.model_copy(update={"source": "receipts", "kind": "receipt"})
    return absorb(con, source, file_id, date(2026, 6, day))


def answers(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str, bool]]:
    return con.execute(
        "SELECT day(known_at), outcome, superseded_at IS NULL FROM sense.receipt ORDER BY known_at, file_id, row_no"
    ).fetchall()


def test_two_rows_of_one_list_about_one_warning_are_both_kept_for_whoever_judges_receipts(con: duckdb.DuckDBPyConnection) -> None:
    fate = answer(con, 2, "属实", "属实", "误报")
    assert (fate.stored, fate.unchanged, fate.updated) == (1, 1, 1)
    assert answers(con) == [(2, "属实", False), (2, "误报", True)]


def test_receipts_are_all_kept_whichever_comes_first(con: duckdb.DuckDBPyConnection) -> None:
    answer(con, 3, "误报", file_id=1)
    assert answer(con, 2, "属实", file_id=2).stale == 0
    answer(con, 1, "误报", file_id=3)
    assert answers(con) == [(1, "误报", False), (2, "属实", False), (3, "误报", True)]


rows = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([1, 2]), st.booleans()), max_size=6)


@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=1, max_size=4))
def test_any_history_of_files_gives_what_a_dictionary_gives(history: list[list[Row]]) -> None:
    """The oracle: walk through the rows, the last word on a key wins; the account of each file adds up to its rows."""
    with duckdb.connect() as con:
        create_schemas(con)
        held: dict[str, int] = {}
        for day, file in enumerate(history, start=1):
            fate = send(con, day, file)
            assert fate.stored + fate.updated + fate.unchanged + fate.retracted == len(file)
            for key, loss, gone in file:
                held.pop(key, None) if gone else held.update({key: loss})
            assert known(con, day) == held
