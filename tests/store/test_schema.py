"""The tables in which the phases meet: made once, grown when a contract grows."""

from __future__ import annotations

from pathlib import Path

from riskengine.contracts import kinds
from riskengine.store.database import connect
from riskengine.store.schema import record_columns


def test_every_kind_has_a_table_with_the_columns_of_its_contract(tmp_path: Path) -> None:
    with connect(tmp_path / "a.duckdb", tmp_path / "scratch") as con:
        for kind in kinds():
            names = {row[0] for row in con.execute(f"DESCRIBE sense.{kind}").fetchall()}
            assert names >= record_columns(kind).keys() | {"source", "known_at", "superseded_at", "retracted"}


def test_a_column_of_a_newer_contract_is_added_and_records_are_kept(tmp_path: Path) -> None:
    with connect(tmp_path / "a.duckdb", tmp_path / "scratch") as con:
        con.execute("ALTER TABLE sense.fraud DROP COLUMN victims")
        con.execute("INSERT INTO sense.fraud (key) VALUES ('A')")
    with connect(tmp_path / "a.duckdb", tmp_path / "scratch") as con:
        assert con.execute("SELECT key, victims FROM sense.fraud").fetchall() == [("A", None)]


def test_a_column_of_a_newer_release_is_added_and_duties_are_kept(tmp_path: Path) -> None:
    with connect(tmp_path / "a.duckdb", tmp_path / "scratch") as con:
        for name in ("provisional", "clock", "counted_from"):
            con.execute(f"ALTER TABLE intervene.duty DROP COLUMN {name}")
        con.execute("INSERT INTO intervene.duty (id) VALUES ('YJ-2026-000001')")
    with connect(tmp_path / "a.duckdb", tmp_path / "scratch") as con:
        found = con.execute("SELECT id, provisional, clock, counted_from FROM intervene.duty").fetchall()
        assert found == [("YJ-2026-000001", None, None, None)]
