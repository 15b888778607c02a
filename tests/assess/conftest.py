"""Fixtures: a fresh database a test, and signals computed on a night."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from riskengine.assess.signals import build_signals
from riskengine.assess.subjects import build_subjects
from riskengine.model.signal import Signal
from riskengine.model.subject import Subject
from riskengine.store.database import Connection, connect
from tests.assess.tiny import NIGHT, book

Values = Callable[..., Mapping[str, Mapping[str, float | None]]]


@pytest.fixture
def con(tmp_path: Path) -> Iterator[Connection]:
    """A fresh workspace database with all schemas."""
    with connect(tmp_path / "data" / "night.duckdb", tmp_path / "scratch", threads=2) as connection:
        yield connection


@pytest.fixture
def values(con: Connection) -> Values:
    """Compute signals on a night: signal → subject → value."""

    def compute(*signals: Signal, as_of: date = NIGHT) -> Mapping[str, Mapping[str, float | None]]:
        rulebook = book(list(signals))
        build_subjects(con, rulebook, as_of)
        wides = build_signals(con, rulebook, as_of)
        found: dict[str, Mapping[str, float | None]] = {}
        for each in signals:
            wide = wides[Subject(each.subject[0])]
            assert not wide.broken, wide.broken
            rows = con.execute(f'SELECT subject, "{each.name}" FROM {wide.table} ORDER BY subject').fetchall()
            found[each.name] = dict(rows)
        return found

    return compute
