"""The lunar calendar against the Spring Festivals and leap months that everybody can look up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from riskengine.rulebook.lunar import LUNAR_YEARS, lunar_year_ago

SPRING_FESTIVALS = [
    date.fromisoformat(day)
    for day in """
    2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01
    2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03
    """.split()
]
MID_AUTUMN = [date.fromisoformat(day) for day in "2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25".split()]
DRAGON_BOAT = [date.fromisoformat(day) for day in "2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19".split()]


@pytest.mark.parametrize("days", [SPRING_FESTIVALS, MID_AUTUMN, DRAGON_BOAT])
def test_a_holiday_is_a_lunar_year_after_the_same_holiday(days: list[date]) -> None:
    for before, day in zip(days, days[1:], strict=False):
        assert lunar_year_ago(day) == before


def test_days_around_the_spring_festival_keep_their_distance_from_it() -> None:
    for before, day in zip(SPRING_FESTIVALS, SPRING_FESTIVALS[1:], strict=False):
        assert lunar_year_ago(day + timedelta(14)) == before + timedelta(14), "lantern festival"


def test_a_leap_month_stands_for_the_plain_month_of_its_number() -> None:
    assert lunar_year_ago(date(2025, 7, 25)) == date(2024, 7, 6), "leap sixth month, day 1: sixth month, day 1"
    assert lunar_year_ago(date(2023, 3, 22)) == date(2022, 3, 3), "leap second month"
    assert lunar_year_ago(date(2026, 7, 14)) == date(2025, 6, 25), "the year before had two sixth months: the plain one"


def test_the_thirtieth_is_the_twenty_ninth_where_the_month_was_short() -> None:
    eve = date(2026, 2, 16)  # 29th of the twelfth month, the last of its year
    assert lunar_year_ago(eve) == date(2025, 1, 28), "29th of the twelfth month, the last of its year as well"
    assert lunar_year_ago(date(2024, 2, 9)) == date(2023, 1, 21), "30th and 30th"
    assert lunar_year_ago(date(2023, 1, 21)) == date(2022, 1, 31), "30th where the year before had 29 days: the 29th"


def test_a_lunar_year_has_twelve_or_thirteen_months() -> None:
    gaps = {(day - lunar_year_ago(day)).days for day in (date(1990, 1, 1) + timedelta(n) for n in range(0, 40500, 17))}
    assert gaps <= {353, 354, 355, 383, 384, 385}


@pytest.mark.parametrize("day", [date(LUNAR_YEARS[0] - 1, 12, 31), date(LUNAR_YEARS[-1] + 1, 1, 1)])
def test_where_no_calendar_was_compared_there_is_an_error_that_says_so(day: date) -> None:
    with pytest.raises(ValueError, match="lag: lunar"):
        lunar_year_ago(day)
