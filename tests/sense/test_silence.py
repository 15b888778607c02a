"""Who should have reported and did not: late sources, silent stations, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from riskengine.model.duty import Place, Unit
from riskengine.model.rulebook import Rulebook
from riskengine.model.source import Reports, Source
from riskengine.sense.silence import listen
from riskengine.store.database import connect

PLACES = (
    Place(code="99", name="云川县", level="county", parent=None),
    Place(code="9901", name="清溪镇", level="town", parent="99"),
    Place(code="990101", name="东湾村", level="village", parent="9901"),
    Place(code="9902", name="白石镇", level="town", parent="99"),
)
UNITS = {unit.id: unit for unit in (Unit(id="gongan", name="公安局", type="line"), Unit(id="town-01", name="清溪所", type="township"))}
AS_OF = date(2026, 6, 30)


def rulebook(by_reporter: bool = True, until: date | None = None) -> Rulebook:
    source = Source(
        source="incidents",
        title="接处警",
        kind="incident",
        files=("*.csv",),
        fields={},
        reports=Reports(unit="gongan", every=1, grace=2, by_reporter=by_reporter, until=until),
    )
    return Rulebook({"incidents": source}, {}, {}, (), UNITS, PLACES, (), "hash")


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path / "test.duckdb", tmp_path / "scratch") as connection:
        yield connection


def a_file(con: duckdb.DuckDBPyConnection, received: str) -> None:
    con.execute(
        "INSERT INTO sense.file (file_id, source, received_on, as_of, status) "
        f"VALUES (1, 'incidents', DATE '{received}', DATE '{received}', 'loaded')"
    )


def records(con: duckdb.DuckDBPyConnection, reporter: str, place: str, first: str, last: str, a_day: int) -> None:
    con.execute(
        f"""INSERT INTO sense.incident (source, known_at, retracted, key, occurred_on, place, quantity, reporter)
        SELECT 'incidents', day, FALSE, '{reporter}' || day || n, day, '{place}', 1, '{reporter}'
        FROM (SELECT CAST(unnest(generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY)) AS DATE) AS day),
             range({a_day}) AS r(n)"""
    )


def silences(con: duckdb.DuckDBPyConnection, book: Rulebook) -> list[tuple[object, ...]]:
    listen(con, book, AS_OF)
    return con.execute("SELECT reporter, unit, place, days, whole_source FROM sense.silence ORDER BY ALL").fetchall()


def test_a_source_within_its_grace_is_not_late(con: duckdb.DuckDBPyConnection) -> None:
    a_file(con, "2026-06-27")
    assert silences(con, rulebook()) == []


def test_a_late_source_silences_the_county_and_its_office_answers(con: duckdb.DuckDBPyConnection) -> None:
    a_file(con, "2026-06-20")
    assert silences(con, rulebook()) == [(None, "gongan", "99", 10, True)]
    assert con.execute("SELECT code, message FROM sense.issue").fetchall() == [
        ("late-source", "「接处警」应每1天报送一次，最近一次报送是2026-06-20，已10天没有数据，请补报。")
    ]


@pytest.mark.parametrize(("until", "late"), [(date(2026, 6, 29), 0), (date(2026, 6, 30), 1)])
def test_nobody_is_asked_for_files_that_the_office_has_ended(
    con: duckdb.DuckDBPyConnection, until: date, late: int
) -> None:
    a_file(con, "2026-06-20")
    assert len(silences(con, rulebook(until=until))) == late


def test_a_noisy_station_that_falls_silent_silences_its_town_and_answers_itself(con: duckdb.DuckDBPyConnection) -> None:
    a_file(con, "2026-06-30")
    records(con, "清溪所", "990101", "2026-04-01", "2026-06-20", 2)
    records(con, "白石所", "9902", "2026-04-01", "2026-06-30", 2)
    assert silences(con, rulebook()) == [("清溪所", "town-01", "9901", 10, False)]


def test_a_quiet_station_is_given_more_time_than_a_noisy_one(con: duckdb.DuckDBPyConnection) -> None:
    """Two records a day: silent after five days (e⁻¹⁰ < 0.0001). One in four weeks: ten days without any prove nothing."""
    a_file(con, "2026-06-30")
    records(con, "白石所", "9902", "2026-04-01", "2026-06-30", 2)
    records(con, "远山所", "9901", "2026-05-23", "2026-05-23", 1)
    records(con, "远山所", "9901", "2026-06-20", "2026-06-20", 1)
    assert silences(con, rulebook()) == []


def test_stations_are_only_watched_where_the_source_says_so(con: duckdb.DuckDBPyConnection) -> None:
    a_file(con, "2026-06-30")
    records(con, "清溪所", "990101", "2026-04-01", "2026-06-20", 2)
    records(con, "白石所", "9902", "2026-04-01", "2026-06-30", 2)
    assert silences(con, rulebook(by_reporter=False)) == []


def test_asking_twice_gives_the_same(con: duckdb.DuckDBPyConnection) -> None:
    a_file(con, "2026-06-20")
    assert silences(con, rulebook()) == silences(con, rulebook())
