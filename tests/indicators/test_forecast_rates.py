"""The forecast of rates, surveys, stocks and ranks to year end."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.assess.indicators.forecast import year_end
from riskengine.assess.indicators.noun import Reading
from riskengine.model.period import end_of, previous
from tests.indicators.foretold import foretold, indicator, moments, rates, series


def test_a_rate_is_pooled_so_that_few_cases_to_come_cannot_turn_it():
    early = foretold(rates({2025: [(9, 10)] * 12, 2026: [(9, 10)] * 3}))
    late = foretold(rates({2025: [(9, 10)] * 12, 2026: [(9, 10)] * 11}))
    assert early.method == "贝塔二项"
    assert early.low < late.low <= 90 <= late.high < early.high
    assert late.low > 100 * 99 / 120  # even if all that come were misses, hardly lower


def test_rates_of_single_periods_end_at_the_rate_of_all_their_cases():
    months = [(1, 2), *([(99, 100)] * 11)]
    found = foretold(rates({2025: months}, covers="period"))
    assert found.value == pytest.approx(100 * 1090 / 1102)


def test_a_full_score_stays_possible_and_is_not_certain():
    found = foretold(rates({2025: [(8, 8)] * 12, 2026: [(8, 8)] * 6}))
    assert found.high == 100.0
    assert 0.4 < found.at_least(100) < 0.95


def test_a_rate_without_its_cases_has_an_interval_from_its_own_past():
    random.seed(3)
    months = {y: [(random.randint(82, 95), 100) for _ in range(12)] for y in (2023, 2024, 2025)}
    found = foretold(rates({**months, 2026: [(89, 100)] * 5}, cases=False))
    assert found.method == "累计均值"
    assert found.low < 89 < found.high
    assert found.high - found.low < 5


@pytest.mark.parametrize(("years", "chance"), [(2, 30 / 37), (1, 18 / 25), (0, 6 / 13)])
def test_a_full_score_without_its_cases_stays_full_the_surer_the_longer_it_has_been(years: int, chance: float):
    full = [(20, 20)] * 12
    found = foretold(rates({2025 - back: full for back in range(years)} | {2026: full[:5]}, cases=False))
    assert found.method == "累计均值"
    assert found.at_least(100) == pytest.approx(chance, abs=0.01)
    assert 99 < found.low <= found.value <= found.high == 100


def test_cases_that_do_not_give_the_rate_are_not_used():
    months = {2025: [(9, 10)] * 12, 2026: [(9, 10)] * 4}
    wrong = tuple(
        Reading(r.end, 80.0, numerator=r.numerator, denominator=r.denominator) for r in rates(months).readings
    )
    assert foretold(series(indicator("%"), *wrong)).method == "累计均值"


def test_a_survey_walks_on_from_where_it_stands():
    found = foretold(moments([97.1, 97.4, 97.2, 97.3, 97.5, 97.2, 97.4, 97.6, 97.3, 97.5], sample=1000))
    assert found.method == "阻尼漂移"
    assert 97.0 < found.value < 97.8
    assert found.high <= 100
    assert year_end(moments([97.1, 97.4, 97.2]), date(2023, 12, 1)) is None


def test_a_figure_that_rises_steadily_is_expected_to_rise_on():
    rising = foretold(moments([20 + 1.7 * nth for nth in range(18)], per_year=12))
    assert rising.value > 20 + 1.7 * 17 + 5
    to_and_fro = foretold(moments([50 + (-1) ** nth for nth in range(18)], per_year=12))
    assert 48.5 < to_and_fro.value < 51.5


def test_a_season_of_moments_needs_three_years():
    quarters = [90.0, 92.0, 91.0, 95.0]
    known = foretold(moments([*quarters * 3, 90.1, 92.1]))
    assert known.value > 93.5


def test_ranks_are_whole_and_at_least_one():
    found = foretold(moments([2, 1, 3, 1, 2], unit="位", per_year=2))
    assert all(each == int(each) and each >= 1 for each in found.quantiles)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=4, max_size=35),
    st.booleans(),
    st.sampled_from(["year", "period"]),
)
def test_rates_end_between_none_and_all(months, cases, covers):
    pairs = [(min(pair), max(pair)) for pair in months]
    known = rates(
        {2023 + nth // 12: pairs[nth - nth % 12 : nth + 1] for nth in range(len(pairs))}, cases=cases, covers=covers
    )
    found = year_end(known, date(2026, 12, 31))
    if found is not None:
        assert list(found.quantiles) == sorted(found.quantiles)
        assert 0 <= found.quantiles[0] and found.quantiles[-1] <= 100


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=30),
    st.sampled_from([2, 4, 12]),
    st.sampled_from(["%", "位", "件"]),
)
def test_moments_end_where_they_can(values, per_year, unit):
    found = year_end(
        moments([v if v is None or unit == "%" else float(1 + round(v)) for v in values], unit=unit, per_year=per_year),
        date(2099, 1, 1),
    )
    if found is not None:
        assert list(found.quantiles) == sorted(found.quantiles)
        assert found.quantiles[0] >= (1 if unit == "位" else 0)
        assert unit != "%" or found.quantiles[-1] <= 100


wild = st.none() | st.floats(-1e9, 1e9) | st.integers(0, 3).map(float)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(wild, wild, wild, st.none() | st.integers(0, 5000)), min_size=1, max_size=40),
    st.sampled_from(["month", "quarter", "half", "year"]),
    st.sampled_from(["year", "period", "moment"]),
    st.sampled_from(["%", "件", "万元", "位"]),
)
def test_whatever_was_sent_gives_a_forecast_or_none(rows, period, covers, unit):
    first = end_of(period, date(2019, 1, 1))
    ends = [previous(period, first, -nth) for nth in range(len(rows))]
    found = [Reading(e, v, numerator=t, denominator=b, sample=n) for e, (v, t, b, n) in zip(ends, rows, strict=True)]
    told = year_end(series(indicator(unit, covers, period), *found), date(2099, 1, 1))
    assert told is None or (list(told.quantiles) == sorted(told.quantiles) and all(q - q == 0 for q in told.quantiles))
