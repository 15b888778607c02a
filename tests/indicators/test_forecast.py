"""The forecast of counts to year end: what it may say, what it must not, and that it knows season and Spring Festival."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.forecast import backtest
from benchmarks.pasts import made
from riskengine.assess.indicators.forecast import year_end
from riskengine.assess.indicators.noun import Reading, Series
from tests.indicators.foretold import STEADY, SUMMER, day, foretold, indicator, running, series


def test_the_season_of_earlier_years_is_seen_where_a_straight_line_is_misled():
    known = running({2023: SUMMER, 2024: SUMMER, 2025: SUMMER, 2026: SUMMER[:4]})
    found = foretold(known)
    assert sum(SUMMER[:4]) * 3 == 240  # the straight line, for a year that brings 440
    assert found.low <= 440 <= found.high
    assert 400 <= found.value <= 480
    assert (found.method, found.years, found.year) == ("季节负二项", 3, 2026)


def test_a_year_that_runs_higher_than_the_years_before_ends_higher():
    known = {2023: SUMMER, 2024: SUMMER, 2025: SUMMER, 2026: [3 * each // 2 for each in SUMMER[:7]]}
    assert foretold(running(known)).value > 1.3 * 440


def test_a_level_that_has_shifted_is_not_pulled_back_to_last_year():
    shifted = [*STEADY[:5], *(2 * each for each in STEADY[5:10])]
    found = foretold(running({2024: STEADY, 2025: STEADY, 2026: shifted}))
    assert found.value > sum(shifted) + 1.6 * sum(STEADY[10:])


def test_the_festival_takes_its_share_along_when_it_moves():
    # all that ever comes, comes around Spring Festival: in January 2023 and 2025, in February 2024 and 2026
    years = {2023: [60, 0], 2024: [4, 56], 2025: [40, 20]}
    history = {year: [*months, *([2] * 10)] for year, months in years.items()}
    found = foretold(running({**history, 2026: [3]}))
    assert 3 * 12 == 36  # the straight line after January
    assert abs(found.value - 80) < abs(36 - 80)
    assert found.value > 50


def test_without_the_festival_moved_a_busy_january_would_be_carried_on():
    history = {2022: [33, 27], 2023: [60, 2], 2024: [4, 56], 2025: [40, 20]}
    late = {year: [*months, *([2] * 10)] for year, months in history.items()}
    early = foretold(running({**late, 2026: [3]}))  # 17 February: all still to come
    over = foretold(running({**{y - 3: c for y, c in late.items() if y > 2022}, 2023: [60]}))  # 22 January: over
    assert early.value - 3 > 1.5 * (over.value - 60)


def test_one_year_of_history_is_enough_and_says_less():
    one, three = (
        foretold(running({**{y: STEADY for y in years}, 2026: STEADY[:6]})) for years in ((2025,), (2023, 2024, 2025))
    )
    assert one.low <= 360 <= one.high
    assert (one.years, three.years) == (1, 3)
    assert one.high - one.low > three.high - three.low


def test_a_year_without_history_is_foretold_from_its_own_months_and_widely():
    found = foretold(running({2026: STEADY[:4]}))
    assert found.low <= 360 <= found.high
    assert found.years == 0
    assert year_end(running({2026: STEADY[:2]}), date(2026, 3, 1)) is None  # two months are too little


def test_what_never_happened_may_happen_and_the_chance_of_none_grows_with_the_year():
    chances = [foretold(running({2024: [0] * 12, 2025: [0] * 12, 2026: [0] * m})).at_most(0) for m in (1, 6, 11)]
    assert chances == sorted(chances)
    assert 0.5 < chances[0] < 0.95 < chances[2]


@pytest.mark.parametrize("kind", [indicator(), indicator("%"), indicator("%", "moment")])
def test_a_year_that_is_over_is_what_it_is(kind):
    known = (
        running({2025: [4] * 12}, kind)
        if kind.unit == "件"
        else series(kind, *(Reading(day(2025, m), 90.0 + m / 10) for m in range(1, 13)))
    )
    found = foretold(known)
    assert set(found.quantiles) == {known.readings[-1].value}
    assert found.method == "全年已定"


def test_counts_of_single_periods_end_at_their_sum():
    kind = indicator(covers="period")
    months = [Reading(day(2025, m), 5.0) for m in range(1, 13)]
    assert set(foretold(series(kind, *months)).quantiles) == {60.0}
    gap = foretold(series(kind, *months[:7], Reading(day(2025, 8), None, doubt="超出合理范围"), *months[8:]))
    assert gap.low >= 55 and gap.value > 55  # what August brought is not known, and not nothing


def test_a_missing_month_of_a_running_count_changes_little():
    full = running({2024: SUMMER, 2025: SUMMER, 2026: SUMMER[:6]})
    gaps = tuple(Reading(r.end, None) if r.end in (day(2025, 4), day(2026, 3)) else r for r in full.readings)
    with_gaps = Series(full.indicator, full.place, full.called, gaps, full.due)
    assert foretold(with_gaps).value == pytest.approx(foretold(full).value, rel=0.05)


def test_a_later_lower_count_corrects_the_earlier_ones():
    known = series(indicator(), *(Reading(day(2026, m), v) for m, v in ((1, 10.0), (2, 30.0), (3, 24.0), (4, 34.0))))
    assert foretold(known).quantiles[0] >= 34


def test_no_reading_in_the_newest_year_is_no_forecast():
    known = running({2024: STEADY, 2025: STEADY})
    missing = Series(
        known.indicator, known.place, known.called, (*known.readings, Reading(day(2026, 1), None)), day(2026, 1)
    )
    assert year_end(missing, date(2026, 2, 20)) is None
    assert year_end(Series(known.indicator, "320000", "全县", (), None), date(2026, 2, 20)) is None


def test_months_from_records_show_the_season_that_quarterly_readings_hide():
    kind = indicator(period="quarter", computed={"from": "fraud", "measure": "count"})
    steps = {
        date(y, m, 1): float(SUMMER[m - 1])
        for y in (2023, 2024, 2025, 2026)
        for m in range(1, 13)
        if (y, m) <= (2026, 3)
    }
    quarters = [(y, q) for y in (2024, 2025, 2026) for q in (3, 6, 9, 12) if (y, q) <= (2026, 3)]
    readings = [Reading(day(y, q), float(sum(SUMMER[:q])), "计算") for y, q in quarters]
    by_month = foretold(series(kind, *readings, steps=steps), date(2026, 4, 10))
    assert by_month.years == 3
    assert by_month.low <= 440 <= by_month.high
    # another office's figure is quoted: the steps do not tell of it
    other = foretold(
        series(kind, *(Reading(r.end, 2 * (r.value or 0), "报送") for r in readings), steps=steps), date(2026, 4, 10)
    )
    assert other.years == 2
    assert other.value > 700


def test_amounts_are_not_held_to_whole_numbers_nor_to_their_scale():
    kind = indicator("万元", computed={"from": "fraud", "measure": "sum", "of": "损失"})
    years = {y: [each * 1.37 for each in SUMMER] for y in (2023, 2024, 2025)} | {
        2026: [each * 1.37 for each in SUMMER[:5]]
    }
    small = foretold(running(years, kind))
    large = foretold(running({y: [1e4 * v for v in months] for y, months in years.items()}, kind))
    assert small.method == "季节伽马"
    assert [each / 1e4 for each in large.quantiles] == pytest.approx(list(small.quantiles), rel=1e-3)
    assert small.low <= 440 * 1.37 <= small.high


def test_on_made_series_it_beats_the_plain_ways_and_its_interval_holds():
    told, _ = backtest(made(seed=11, each=4), seed=11)
    for kind in ("made_rare", "made_counts", "made_rates", "made_rates_alone", "made_surveys"):
        mine = [each for each in told if each.kind == kind]
        error = sum(abs(each.forecast.value - each.actual) for each in mine)
        plain = [sum(abs(each.plain[nth] - each.actual) for each in mine) for nth in range(3)]
        assert error < min(plain), kind
    assert 0.72 <= sum(0.1 <= each.rank <= 0.9 for each in told) / len(told) <= 0.9


counts_of_a_year = st.lists(st.integers(0, 400), min_size=12, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(counts_of_a_year, max_size=4), st.lists(st.integers(0, 400), min_size=3, max_size=11))
def test_counts_end_in_order_finite_and_never_below_what_came(before, now):
    years = {2026 - len(before) + nth: counts for nth, counts in enumerate(before)} | {2026: now}
    found = foretold(running(years))
    assert found.quantiles[0] >= sum(now)
    assert found.quantiles[-1] < 1e7
    assert found == foretold(running(years))
