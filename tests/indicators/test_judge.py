"""Verdicts: course, lamp, runs, changes, and that nothing unknown is ever called met."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from riskengine.assess.indicators import judge as described_in
from riskengine.assess.indicators.judge import judge
from riskengine.assess.indicators.noun import Forecast, Reading, Series
from riskengine.model.period import ends
from tests.indicators.said import COUNT, MONTHLY, RANK, RATE, SURVEY, forecast, indicator, stand, target

AT_98 = target("at_least", ("2024-01-01", 98))
MAY = "期末  数值\n2026-05-31  97"
OVER = {"control": {"values": {"2024-01-01": 40}, "reference": "控制指标"}}


@pytest.mark.parametrize(
    ("value", "spread", "course", "lamp"),
    [(99, 0.5, "on", "绿"), (98.2, 1, "open", "黄"), (96, 0.5, "off", "红"), (98, 0, "on", "绿")],
)
def test_the_forecast_decides_within_the_year(value: float, spread: float, course: str, lamp: str) -> None:
    standing = stand(indicator(RATE, target=AT_98), MAY, "2026-06-20", forecast(2026, value, spread))
    assert (standing.course, standing.lamp) == (course, lamp)
    assert standing.chance is not None


@pytest.mark.parametrize(("above", "course"), [(81, "on"), (80, "on"), (79, "open"), (21, "open"), (20, "off")])
def test_four_in_five_are_on_course_and_one_in_five_is_off(above: int, course: str) -> None:
    ahead = Forecast(2026, tuple([97.0] * (99 - above) + [98.0] * above), "试用的方法", 3)
    assert stand(indicator(RATE, target=AT_98), MAY, "2026-06-20", ahead).course == course


@pytest.mark.parametrize(
    ("above", "said"), [(99, "在九成以上"), (92, "在九成以上"), (90, "约九成"), (47, "约五成"), (6, "约一成"), (4, "不到一成")]
)
def test_a_chance_is_told_in_tenths_and_never_as_certain(above: int, said: str) -> None:
    ahead = Forecast(2026, tuple([97.0] * (99 - above) + [98.0] * above), "试用的方法", 3)
    standing = stand(indicator(RATE, target=AT_98), MAY, "2026-06-20", ahead)
    assert standing.why["chance_text"] == f"达到目标的把握{said}"


def test_a_forecast_of_another_year_is_not_used() -> None:
    standing = stand(indicator(RATE, target=AT_98), MAY, "2026-06-20", forecast(2025, 99, 0.1))
    assert (standing.course, standing.forecast) == ("open", None)


CERTAIN: list[tuple[str, dict[str, str], dict[str, Any], str, str, str]] = [
    ("at least, reached", RATE, AT_98, "2026-01-20", "2025-12-31  98", "met"),
    ("at least, not reached", RATE, AT_98, "2026-01-20", "2025-12-31  97.99", "missed"),
    ("exactly", RATE, target("exactly", ("2024-01-01", 100)), "2026-01-20", "2025-12-31  99.99", "missed"),
    ("a count at its line", COUNT, target("at_most", ("2024-01-01", 10)), "2026-01-20", "2025-12-31  10", "met"),
    ("a count passes its line early", COUNT, target("at_most", ("2024-01-01", 10)), "2026-03-20", "2026-02-28  11", "missed"),
    ("a count reaches what it should early", COUNT | {"better": "higher"}, target("at_least", ("2024-01-01", 10)),
     "2026-03-20", "2026-02-28  11", "met"),
    ("a moment above its line may come down", SURVEY | {"better": "lower", "period": "month"},
     target("at_most", ("2024-01-01", 1.5)), "2026-03-20", "2026-02-28  1.7", "open"),
    ("as many as there should be, but more may come", COUNT | {"better": "higher"}, target("exactly", ("2024-01-01", 10)),
     "2026-03-20", "2026-02-28  10", "open"),
    ("so many at the end of a month may be fewer at the end of the year", COUNT | {"covers": "moment"},
     target("at_most", ("2024-01-01", 10)), "2026-03-20", "2026-02-28  12", "open"),
    ("zero so far is not yet zero", COUNT, target("zero"), "2026-03-20", "2026-02-28  0", "open"),
    ("nothing last year and nothing this", COUNT, target("change", ("2024-01-01", -10)), "2026-01-20",
     "2024-12-31  0\n2025-12-31  0", "met"),
    ("a tenth less, just so", COUNT, target("change", ("2024-01-01", -10)), "2026-01-20",
     "2024-12-31  100\n2025-12-31  90", "met"),
    ("one more than a tenth less", COUNT, target("change", ("2024-01-01", -10)), "2026-01-20",
     "2024-12-31  100\n2025-12-31  91", "missed"),
    ("already more than a tenth less allows", COUNT, target("change", ("2024-01-01", -10)), "2026-09-20",
     "2025-12-31  100\n2026-08-31  91", "missed"),
    ("the last place that counts", RANK, target("rank_within", ("2024-01-01", 20)), "2026-01-20", "2025-12-31  20", "met"),
    ("a month of the year is missing", MONTHLY, target("at_most", ("2024-01-01", 10)), "2026-01-20",
     "2025-10-31  1\n2025-12-31  1", "unknown"),
    ("a month is missing, and it is too many all the same", MONTHLY, target("at_most", ("2024-01-01", 10)),
     "2026-01-20", "2025-10-31  11\n2025-12-31  1", "missed"),
]  # fmt: skip


@pytest.mark.parametrize("case", CERTAIN, ids=[case[0] for case in CERTAIN])
def test_what_is_certain_without_a_forecast(case: tuple[str, dict[str, str], dict[str, Any], str, str, str]) -> None:
    _, kind, aim, as_of, rows, course = case
    standing = stand(indicator(kind, target=aim, least=0), f"期末  数值\n{rows}", as_of)
    assert standing.course == course
    assert standing.lamp == {"met": "绿", "missed": "红", "open": "黄", "unknown": "灰"}[course]


def test_no_reading_is_never_met() -> None:
    met_before = "期末  数值\n2025-11-30  99\n2025-12-31  _"
    standing = stand(indicator(RATE, target=AT_98), met_before, "2026-01-20", forecast(2025, 99.5, 0.1))
    assert (standing.course, standing.lamp, standing.value) == ("unknown", "灰", None)
    never = judge(
        Series(indicator(RATE, target=AT_98), "990100", "全县", (), date(2026, 5, 31)), None, date(2026, 6, 20)
    )
    assert (never.course, never.lamp, never.period) == ("unknown", "灰", "2026-05")


def test_a_reading_older_than_what_is_due_does_not_count() -> None:
    of = indicator(RATE, target=AT_98)
    late = Series(of, "990100", "全县", (Reading(date(2026, 4, 30), 99.0),), date(2026, 5, 31))
    assert judge(late, forecast(2026, 99.5, 0.1), date(2026, 6, 20)).course == "unknown"


def test_a_reading_that_came_early_is_judged_unless_it_is_doubted() -> None:
    of = indicator(RATE, target=AT_98)
    april, may = Reading(date(2026, 4, 30), 99.0), Reading(date(2026, 5, 31), 98.5)
    early = Series(of, "990100", "全县", (april, may), april.end)
    assert judge(early, None, date(2026, 6, 2)).value == 98.5
    doubted = Series(of, "990100", "全县", (april, Reading(may.end, None, doubt="是否应为98.5？")), april.end)
    assert judge(doubted, None, date(2026, 6, 2)).value == 99


@pytest.mark.parametrize(
    ("table", "lamp", "why"),
    [
        ("2025-12-31  97  99", "绿", "没有目标，没有下滑"),
        ("2024-12-31  98  97\n2025-12-31  97  99", "黄", "变差，且不如全市平均"),
        ("2024-12-31  98  97\n2025-12-31  97  96", "绿", "没有目标，没有下滑"),
        ("2023-12-31  99  97\n2024-12-31  98  97\n2025-12-31  97  96", "黄", "连续两年下降"),
        ("2024-12-31  96  97\n2025-12-31  97  98", "黄", "连续两年低于全市平均"),
        ("2025-12-31  39  30", "红", "低于控制值40%（低1个百分点）"),
    ],
)
def test_the_lamp_without_a_target(table: str, lamp: str, why: str) -> None:
    standing = stand(indicator(SURVEY, **OVER), f"期末  数值  全市平均\n{table}", "2026-02-01")
    assert (standing.lamp, standing.why["reasons"]["lamp"]) == (lamp, why)
    assert standing.why["words"]["course"] == "无目标"


def test_met_but_slipping_is_yellow() -> None:
    table = "期末  数值\n2023-12-31  99.5\n2024-12-31  99\n2025-12-31  98.5"
    standing = stand(indicator(SURVEY, target=AT_98), table, "2026-02-01")
    assert (standing.course, standing.lamp, standing.fall_periods) == ("met", "黄", 2)


@pytest.mark.parametrize(
    ("rows", "falls", "below"),
    [
        ("2025-12-31  97  98", None, 1),
        ("2024-12-31  98  98\n2025-12-31  97  98", 1, 1),
        ("2024-12-31  97  98\n2025-12-31  97  98", 0, 2),
        ("2022-12-31  99  97\n2023-12-31  98  _\n2024-12-31  97  98\n2025-12-31  96  98", 3, 2),
        ("2022-12-31  99  98\n2023-12-31  _  98\n2024-12-31  97  98\n2025-12-31  96  98", 1, 2),
        ("2024-12-31  96  98\n2025-12-31  97  97", 0, 0),
    ],
)
def test_a_gap_ends_a_run_and_equals_are_no_fall(rows: str, falls: int | None, below: int) -> None:
    standing = stand(indicator(SURVEY), f"期末  数值  全市平均\n{rows}", "2026-02-01")
    assert (standing.fall_periods, standing.below_city_periods) == (falls, below)


def test_what_is_written_alike_is_neither_a_fall_nor_below_nor_over() -> None:
    """Records give shares to many decimals; 93.4203 after 93.4221 is 93.42 after 93.42."""
    of = indicator(RATE | {"better": "higher"}, control={"values": {"2024-01-01": 93.4211}, "reference": "控制指标"})
    rows = "期末  数值  去年同期  全市平均\n2026-04-30  93.4221  93  93\n2026-05-31  93.4203  93.4215  93.4232"
    standing = stand(of, rows, "2026-06-20")
    assert (standing.fall_periods, standing.below_city_periods, standing.over_control) == (0, 0, False)
    assert standing.says == "全县1–5月化解率93.42%"
    assert {"与去年同期持平", "与全市平均持平"} <= set(standing.why["notes"])


def test_a_gap_is_not_bridged_by_what_the_next_return_says_of_last_year() -> None:
    rows = "期末  数值  去年同期\n2023-12-31  99  _\n2024-12-31  _  99\n2025-12-31  97  98"
    assert stand(indicator(SURVEY), rows, "2026-02-01").fall_periods is None
    alone = "期末  数值  去年同期\n2025-12-31  97  98"
    assert stand(indicator(SURVEY), alone, "2026-02-01").fall_periods == 1


def test_single_periods_are_put_together_by_their_cases_where_none_is_missing() -> None:
    of = indicator(RATE | {"covers": "period"}, target=AT_98)
    rows = "期末  数值  分子  分母\n2026-01-31  90  90  100\n2026-02-28  {}  {}  {}\n2026-03-31  96  288  300"
    assert stand(of, rows.format(99, 99, 100), "2026-04-20").why["year_to_date"] == pytest.approx(95.4)
    assert stand(of, rows.format("_", "_", "_"), "2026-04-20").why["year_to_date"] is None


def test_a_share_since_january_is_not_compared_over_the_turn_of_the_year() -> None:
    rows = "期末  数值\n2025-11-30  95\n2025-12-31  94\n2026-01-31  93\n2026-02-28  92"
    assert stand(indicator(RATE), rows, "2026-03-20").fall_periods == 1


def test_a_group_that_it_is_not_held_against_says_nothing() -> None:
    standing = stand(
        indicator(SURVEY, compare=("last_year",)), "期末  数值  全市平均\n2025-12-31  97  98", "2026-02-01"
    )
    assert (standing.below_city_periods, standing.why["groups"]) == (None, {})


def test_few_cases_judge_no_change_no_fall_and_no_group_but_do_judge_the_target() -> None:
    table = "期末  数值  去年同期  全市平均  分母\n2025-11-30  99  99  99  11\n2025-12-31  97  99  99  12"
    standing = stand(indicator(RATE, target=AT_98), table, "2026-01-20")
    assert standing.small
    assert (standing.change, standing.fall_periods, standing.below_city_periods) == (None, None, None)
    assert standing.course == "missed"


@pytest.mark.parametrize(
    ("kind", "row", "small"),
    [(RATE, "97  96  29", True), (RATE, "97  96  30", False), (COUNT, "29  29  _", True), (COUNT, "8  30  _", False)],
)
def test_what_few_means(kind: dict[str, str], row: str, small: bool) -> None:
    standing = stand(indicator(kind, least=30), f"期末  数值  去年同期  分母\n2026-05-31  {row}", "2026-06-20")
    assert (standing.small, standing.change is None) == (small, small)


def test_a_target_that_holds_from_new_year_on_was_not_changed_within_the_year() -> None:
    dated = target("at_least", ("2024-01-01", 90), ("2026-01-01", 92))
    assert stand(indicator(RATE, target=dated), MAY, "2026-06-20").why["target"]["changed"] is None


def test_the_target_in_force_is_the_newest_that_the_night_knows() -> None:
    dated = target("at_least", ("2024-01-01", 90), ("2026-07-01", 92))
    for as_of, line, changed in (("2026-06-30", 90, None), ("2026-07-01", 92, "目标年内由90调整为92（7月1日起）")):
        standing = stand(indicator(RATE, target=dated), MAY, as_of)
        assert standing.target == line
        assert (standing.why["target"]["changed"] or {}).get("text") == changed
    past = stand(indicator(RATE, target=dated), "期末  数值\n2025-12-31  91", "2026-08-01")
    assert (past.target, past.course) == (90, "met")


def test_before_its_first_value_there_is_no_target() -> None:
    standing = stand(indicator(RATE, target=AT_98), "期末  数值\n2023-12-31  50", "2024-01-20")
    assert (standing.target_kind, standing.lamp) == (None, "绿")


def test_a_town_is_not_held_to_a_number_of_the_whole_county() -> None:
    ten = target("at_most", ("2024-01-01", 10))
    town = stand(indicator(COUNT, target=ten), "期末  数值\n2026-05-31  2", "2026-06-20", called="清溪镇")
    assert (town.target_kind, town.lamp) == (None, "绿")
    none = stand(indicator(COUNT, target=target("zero")), "期末  数值\n2026-05-31  1", "2026-06-20", called="清溪镇")
    assert none.course == "missed"


def test_a_town_is_not_held_to_a_change_on_a_handful_of_cases() -> None:
    of = indicator(COUNT, target=target("change", ("2024-01-01", -10)), least=30)
    for last_year, kind in ((29, None), (30, "change")):
        table = f"期末  数值\n2025-12-31  {last_year}\n2026-05-31  9"
        assert stand(of, table, "2026-06-20", called="清溪镇").target_kind == kind
        assert stand(of, table, "2026-06-20").target_kind == "change"


def test_last_years_whole_year_comes_from_records_where_no_return_gave_it() -> None:
    of = indicator(MONTHLY, target=target("change", ("2024-01-01", -10)), least=0)
    steps = {date(2025, month, 1): 10.0 for month in range(1, 13)}
    series = Series(of, "990100", "全县", (Reading(date(2026, 1, 31), 5.0),), date(2026, 1, 31), steps)
    assert judge(series, None, date(2026, 2, 20)).target == pytest.approx(108)


def test_the_county_shows_36_readings_and_a_town_13() -> None:
    periods = ends("month", date(2022, 1, 1), date(2026, 5, 31))
    readings = tuple(Reading(end, 97.0) for end in periods)
    for called, rows in (("全县", 36), ("清溪镇", 13)):
        why = judge(Series(indicator(RATE), "x", called, readings, periods[-1]), None, date(2026, 6, 20)).why
        assert len(why["series"]) == rows
        assert why["series"][-1][0] == "2026-05-31"
        assert all(len(row) == len(why["columns"]) for row in why["series"])


def test_columns_that_say_nothing_are_not_stored_night_after_night() -> None:
    end = date(2026, 5, 31)
    plain, told = Reading(end, 97.0, origin="报送"), Reading(end, 97.0, origin="报送", city=96.5, versions=2)
    for reading, columns in ((plain, ["end", "value", "origin"]), (told, ["end", "value", "city", "versions", "origin"])):
        why = judge(Series(indicator(RATE), "x", "全县", (reading,), end), None, date(2026, 6, 20)).why
        assert why["columns"] == columns and why["series"][0][:2] == ["2026-05-31", 97.0]


def test_every_standing_has_every_key_of_its_why() -> None:
    read = stand(indicator(RATE, target=AT_98), MAY, "2026-06-20")
    unread = stand(indicator(RATE, target=AT_98), "期末  数值\n2026-05-31  _", "2026-06-20")
    assert list(read.why) == list(unread.why)
    described = set(re.findall(r"^- ``(\w+)``", described_in.__doc__ or "", re.MULTILINE))
    assert set(read.why) == described | {"columns"}


def test_a_miss_that_is_forecast_from_a_handful_of_cases_is_open() -> None:
    of = indicator(RATE, target=target("at_least", ("2024-01-01", 92)), least=30)
    standings = [
        stand(of, f"期末  数值  分子  分母\n2026-04-30  60  {6 * n}  {10 * n}", "2026-05-20", forecast(2026, 60, 3))
        for n in (1, 10)
    ]
    assert [(each.small, each.course, each.lamp) for each in standings] == [(True, "open", "黄"), (False, "off", "红")]


@pytest.mark.parametrize(
    ("period", "province", "lamp", "why"),
    [
        ("year", 98, "黄", "不如全市和全省平均"),
        ("year", 96, "绿", "没有目标，没有下滑"),
        ("month", 98, "绿", "没有目标，没有下滑"),
    ],
)
def test_below_several_groups_at_once_is_yellow_unless_it_is_one_month(period: str, province: int, lamp: str, why: str) -> None:
    of = indicator(SURVEY, period=period, **OVER)
    standing = stand(of, f"期末  数值  全市平均  全省平均\n2025-12-31  97  98  {province}", "2026-02-01")
    assert (standing.lamp, standing.why["reasons"]["lamp"]) == (lamp, why)
