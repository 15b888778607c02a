"""A laboratory: the workspace's records to look at, and empty tables in memory to try things in. Nothing is written back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from riskengine.contracts.sql import text_literal
from riskengine.store.database import Connection, connect, settings, settle

__all__ = ["laboratory"]


@contextmanager
def laboratory(database: Path | None, scratch: Path, *, memory: str = "1GB") -> Iterator[Connection]:
    """A connection to a database in memory with all schemas; whoever works in it uses the same tables as a night does.

    With ``database`` (the workspace's), schema ``sense`` is a set of views on what was sensed there, ``kept`` names the whole
    database for reading (``kept.assess.verdict``), and the other schemas start empty. Without, all start empty.
    Raises Busy or EngineFault as :func:`connect` does.
    """
    if database is not None and database.exists():
        with connect(database, scratch):
            pass  # brings an older database up to today's tables, and says who holds it
    scratch.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(":memory:", config=settings(scratch, memory))
    try:
        settle(con)
        if database is not None and database.exists():
            con.execute(f"ATTACH {text_literal(str(database))} AS kept (READ_ONLY)")
            sensed = con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'kept' AND schema_name = 'sense' ORDER BY 1"
            )
            for (name,) in sensed.fetchall():
                con.execute(f"DROP TABLE IF EXISTS sense.{name}")
                con.execute(f"CREATE VIEW sense.{name} AS FROM kept.sense.{name}")
        yield con
    finally:
        con.close()
