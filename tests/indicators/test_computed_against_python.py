"""Figures computed from records, held against a few lines of Python, against the towns they are made of, and their breakdown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.assess.indicators.computed import Piece, broken_down
from riskengine.store.database import Connection
from tests.indicators.county import (
    CLEAR,
    COUNT,
    COUNTY,
    NIGHT,
    OLD,
    SHARE,
    WHITE,
    Collected,
    book,
    computed,
    counted,
    indicator,
    letter,
)  # fmt: skip

MAY = "2026-05-31"


@dataclass(frozen=True)
class Letter:
    day: date
    place: str
    settled: bool | None
    quantity: int
    category: str | None = None


LETTERS = st.lists(
    st.builds(
        Letter,
        day=st.integers(0, 900).map(lambda days: date(2024, 1, 1) + timedelta(days)),
        place=st.sampled_from([COUNTY, CLEAR, "990101", WHITE, OLD, "990301"]),
        settled=st.sampled_from([True, False, None]),
        quantity=st.sampled_from([1, 1, 1, 2, 3]),
        category=st.sampled_from(["土地", "劳资", None]),
    ),
    min_size=1,
    max_size=60,
)
_TOWN = {CLEAR: CLEAR, "990101": CLEAR, WHITE: WHITE, OLD: CLEAR, "990301": CLEAR}


def lay(con: Connection, letters: list[Letter]) -> None:
    con.execute("DELETE FROM sense.petition")
    first = Letter(date(2024, 1, 1), COUNTY, None, 1)  # so that all years are held whole
    for each in [first, *letters]:
        letter(
            con,
            each.day.isoformat(),
            place=each.place,
            settled=each.settled,
            quantity=each.quantity,
            category=each.category,
        )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LETTERS)
def test_a_computed_share_is_what_python_counts_and_the_county_its_towns_by_weight(
    con: Connection, letters: list[Letter]
) -> None:
    lay(con, letters)
    letters = [*letters, Letter(date(2024, 1, 1), COUNTY, None, 1)]
    night = Collected(con, book(computed(covers="year"), counted(id_="count", covers="period", period="quarter")))
    for series in night.series:
        mine = [each for each in letters if series.place == COUNTY or _TOWN.get(each.place) == series.place]
        for found in series.readings:
            if series.indicator.id == "count":
                begins = date(found.end.year, found.end.month - 2, 1)
                assert found.value == sum(each.quantity for each in mine if begins <= each.day <= found.end)
                continue
            within = [each for each in mine if each.day.year == found.end.year and each.day <= found.end]
            below = sum(each.quantity for each in within)
            above = sum(each.quantity for each in within if each.settled)
            assert (found.numerator, found.denominator) == (above, below)
            assert found.value == (round(100 * above / below, 6) if below else None)
    towns = [each for each in night.series if each.indicator.id == "some-rate" and each.place != COUNTY]
    own = [each for each in letters if each.place == COUNTY and each.day.year == 2026 and each.day <= date(2026, 5, 31)]
    newest = [each.newest for each in towns if each.newest is not None]
    county = night.of().newest
    assert county is not None
    assert county.numerator == sum(each.numerator or 0 for each in newest) + sum(e.quantity for e in own if e.settled)
    assert county.denominator == sum(each.denominator or 0 for each in newest) + sum(e.quantity for e in own)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LETTERS)
def test_the_pieces_of_one_breakdown_add_up_to_the_county(con: Connection, letters: list[Letter]) -> None:
    lay(con, letters)
    share = computed(covers="year", computed=SHARE | {"by": ["类别"]})
    rulebook, end = book(share), date(2026, 5, 31)
    county = Collected(con, rulebook).at(MAY)
    before = Collected(con, rulebook).at("2025-05-31")
    pieces = broken_down(con, rulebook, share, end, NIGHT)
    for by in ("乡镇", "类别"):
        mine = [each for each in pieces if each.by == by]
        assert sum(each.numerator for each in mine) == county.numerator
        assert sum(each.denominator or 0 for each in mine) == county.denominator
        assert sum(each.numerator_before for each in mine) == before.numerator
        assert sum(each.denominator_before or 0 for each in mine) == before.denominator


def test_a_breakdown_names_towns_by_code_and_other_parts_by_what_stands_in_the_column(con: Connection) -> None:
    for day, place, category in (
        ("2025-05-01", OLD, "土地"), ("2026-05-01", "990301", "土地"), ("2026-04-01", WHITE, None), ("2026-05-02", COUNTY, "劳资"),
    ):  # fmt: skip
        letter(con, day, place=place, category=category)
    count = counted(covers="year", computed=COUNT | {"by": ["category"]})
    assert broken_down(con, book(count), count, date(2026, 5, 31), NIGHT) == [
        Piece("乡镇", COUNTY, 1, None, 0, None),
        Piece("乡镇", CLEAR, 1, None, 1, None),
        Piece("乡镇", WHITE, 1, None, 0, None),
        Piece("类别", "劳资", 1, None, 0, None),
        Piece("类别", "土地", 1, None, 1, None),
        Piece("类别", None, 1, None, 0, None),
    ]


def test_what_is_only_reported_has_no_breakdown_by_records(con: Connection) -> None:
    assert broken_down(con, book(indicator()), indicator(), date(2026, 5, 31), NIGHT) == []
