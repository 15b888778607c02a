"""Fixtures: a fresh workspace and its database a test, and signals computed on a night."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from riskengine.assess.nights import Nights
from riskengine.assess.signals import build_signals
from riskengine.assess.subjects import build_subjects
from riskengine.model.signal import Signal
from riskengine.model.subject import Subject
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace
from tests.assess.tiny import FRAUDS, NIGHT, book, records

Values = Callable[..., Mapping[str, Mapping[str, float | None]]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A fresh workspace without rules."""
    (tmp_path / "rules").mkdir()
    return Workspace.at(tmp_path)


@pytest.fixture
def con(workspace: Workspace) -> Iterator[Connection]:
    """Its database with all schemas."""
    with connect(workspace.database, workspace.scratch, threads=2) as connection:
        yield connection


@pytest.fixture
def frauds(con: Connection) -> None:
    """The few fraud records that the examples of the measures are about."""
    records(con, "fraud", FRAUDS)


@pytest.fixture
def values(con: Connection) -> Values:
    """Compute signals on a night: signal → subject → value."""

    def compute(*signals: Signal, as_of: date = NIGHT) -> Mapping[str, Mapping[str, float | None]]:
        rulebook = book(list(signals))
        build_subjects(con, rulebook, Nights.one(as_of))
        wides = build_signals(con, rulebook, Nights.one(as_of))
        found: dict[str, Mapping[str, float | None]] = {}
        for each in signals:
            wide = wides[Subject(each.subject[0])]
            assert not wide.broken, wide.broken
            rows = con.execute(f'SELECT subject, "{each.name}" FROM {wide.table} ORDER BY subject').fetchall()
            found[each.name] = dict(rows)
        return found

    return compute
