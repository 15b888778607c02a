"""Fixtures: one database a module, with every test's rows taken back after it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from riskengine.store.database import Connection, settle


@pytest.fixture(scope="module")
def database() -> Iterator[Connection]:
    with duckdb.connect() as con:
        settle(con)
        yield con


@pytest.fixture
def con(database: Connection) -> Iterator[Connection]:
    """All schemas, no rows."""
    database.begin()
    try:
        yield database
    finally:
        database.rollback()
