"""The county and its towns on a night, and places that were merged into others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from riskengine.assess.indicators.territory import Territory, territory_on
from riskengine.model.duty import Place
from riskengine.rulebook.places import read_places
from tests.indicators.county import CLEAR, COUNTY, NIGHT, OLD, PLACES, WHITE, book

TABLE = """code,name,level,parent,population,valid_from,unit,aliases,valid_until,merged_into
99,云川县,县,,,,,,,
9901,清溪镇,镇,99,,,,,,
9903,乌江镇,镇,99,,,,,2025/12/31,9901
"""


def on(night: date, *places: Place) -> Territory:
    found = territory_on(book(places=places or PLACES), night)
    assert found is not None
    return found


def test_the_table_says_when_a_place_ended_and_in_which_other(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text(TABLE, encoding="utf-8")
    document, rows = read_places(tmp_path / "places.csv", "rules/places.csv")
    assert not document.problems
    assert [(place.valid_until, place.merged_into) for _, place in rows] == [
        (None, None),
        (None, None),
        (date(2025, 12, 31), "9901"),
    ]


def test_a_table_without_these_columns_is_read_as_before(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("code,name,level,parent\n99,云川县,县,\n", encoding="utf-8")
    document, rows = read_places(tmp_path / "places.csv", "rules/places.csv")
    assert not document.problems
    assert (rows[0][1].valid_until, rows[0][1].merged_into) == (None, None)


def test_a_town_stands_to_the_end_of_its_last_day(tmp_path: Path) -> None:
    assert list(on(date(2025, 12, 31)).towns) == [CLEAR, WHITE, OLD]
    assert list(on(date(2026, 1, 1)).towns) == [CLEAR, WHITE]
    assert on(NIGHT).mergers[OLD].on == date(2026, 1, 1)


def test_what_lay_in_a_merged_town_lies_in_its_successor() -> None:
    assert [on(NIGHT).town_of[code] for code in (OLD, "990301", "990101", COUNTY)] == [CLEAR, CLEAR, CLEAR, None]
    assert on(date(2025, 12, 31)).town_of["990301"] == OLD


def test_a_chain_of_mergers_is_followed_as_far_as_the_night() -> None:
    chain = [
        Place(code=code, name=code, level="town", parent=COUNTY, valid_until=until, merged_into=into)
        for code, until, into in (("a", date(2024, 12, 31), "b"), ("b", date(2025, 12, 31), "c"), ("c", None, None))
    ]
    assert on(date(2025, 6, 30), PLACES[0], *chain).mergers["a"].into == "b"
    assert on(NIGHT, PLACES[0], *chain).mergers["a"].into == "c"
    assert on(NIGHT, PLACES[0], *chain).town_of["a"] == "c"


@pytest.mark.parametrize(("name", "called"), [("云川县", "全县"), ("临江区", "全区"), ("云川市", "本市")])
def test_the_county_is_called_by_what_it_is(name: str, called: str) -> None:
    assert on(NIGHT, Place(code="99", name=name, level="county", parent=None)).called == called


def test_several_rows_of_a_place_are_one_town() -> None:
    twice = [
        Place(code=CLEAR, name="清溪镇", level="town", parent=COUNTY, valid_from=date(year, 1, 1), population=year)
        for year in (2024, 2026)
    ]
    assert list(on(NIGHT, PLACES[0], *twice).towns) == [CLEAR]
