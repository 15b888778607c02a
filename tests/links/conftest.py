"""A county of two towns whose police, hot line, petition office and screening tell of the same events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import duckdb
import pytest

from riskengine.contracts import contract
from riskengine.model.links import Links
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from riskengine.model.source import Source
from riskengine.sense.links import link
from riskengine.store.database import Connection, settle
from riskengine.store.schema import create_schemas
from tests.assess.tiny import book

NIGHT = date(2026, 6, 30)
KINDS = {"incidents": "incident", "hotline": "petition", "petitions": "petition", "disputes": "dispute"}
TITLES = {"incidents": "110接处警", "hotline": "12345工单", "petitions": "信访事项", "disputes": "纠纷台账"}
LINKS = Links.model_validate(
    {
        "doors": list(KINDS),
        "meetings": [
            {"doors": ["incidents", "hotline"], "within": 7},
            {"doors": ["incidents", "petitions"], "within": 14},
            {"doors": ["hotline", "petitions"], "within": 14},
            {"doors": ["petitions", "disputes"], "within": 14},
        ],
        "categories": [{"name": "噪声", "words": ["噪声扰民", "环境保护"]}],
        "prior": 0.1,
    }
)


def rules(links: Links = LINKS, signals: list[Signal] | None = None, **more: Any) -> Rulebook:
    """A rule book with the four doors."""
    sources = {
        name: Source(source=name, title=TITLES[name], kind=kind, files=(f"{name}/*.csv",), fields={})
        for name, kind in KINDS.items()
    }
    return book(signals or [], sources=sources, links=links, **more)


class Office:
    """Puts records into the tables as a file of ``known`` brings them; the same key again is a correction."""

    def __init__(self, con: Connection) -> None:
        self.con = con
        self.files = 0

    def sends(
        self, source: str, key: str, day: str, place: str, category: str, *, known: date = NIGHT, **more: Any
    ) -> None:
        kind = KINDS[source]
        self.files += 1
        row = {
            "source": source, "key": key, "occurred_on": f"2026-{day}", "place": place, "category": category,
            "known_at": known, "retracted": False, "file_id": self.files, "row_no": 1, "quantity": 1, **more,
        }  # fmt: skip
        assert (
            row.keys() - {"source", "known_at", "retracted", "file_id", "row_no"} <= contract(kind).model_fields.keys()
        )
        self.con.execute(
            f"UPDATE sense.{kind} SET superseded_at = ? WHERE source = ? AND key = ? AND superseded_at IS NULL",
            [known, source, key],
        )
        self.con.execute(
            f"INSERT INTO sense.{kind} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
        self.con.execute(
            "INSERT INTO sense.file (file_id, as_of, kind, source, status) VALUES (?, ?, ?, ?, 'loaded')",
            [self.files, known, kind, source],
        )


@pytest.fixture
def con() -> Iterator[Connection]:
    """An empty database with all schemas."""
    connection = duckdb.connect(":memory:")
    settle(connection)
    create_schemas(connection)
    yield connection
    connection.close()


@pytest.fixture
def office(con: Connection) -> Office:
    """The offices of the county."""
    return Office(con)


Night = Callable[..., Mapping[str, str]]


@pytest.fixture
def night(con: Connection) -> Night:
    """Link a night; key → event, as known on it."""

    def run(as_of: date = NIGHT, rulebook: Rulebook | None = None) -> Mapping[str, str]:
        rulebook = rulebook or rules()
        link(con, rulebook, as_of)
        con.execute("DELETE FROM sense.night WHERE as_of = ?", [as_of])
        con.execute("INSERT INTO sense.night VALUES (?, ?, 0)", [as_of, rulebook.hash])
        rows = con.execute(
            "SELECT key, event FROM sense.link WHERE as_of <= $1 AND (superseded_at IS NULL OR superseded_at > $1) ORDER BY key",
            [as_of],
        )
        return dict(rows.fetchall())

    return run
