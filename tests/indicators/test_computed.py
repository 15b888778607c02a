"""Figures computed from records: which of them count, for which place and period, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from riskengine.store.database import Connection, settle
from tests.indicators.county import (
    CLEAR,
    COUNT,
    COUNTY,
    NIGHT,
    OLD,
    WHITE,
    Collected,
    book,
    computed,
    counted,
    letter,
    put,
)  # fmt: skip

MAY = "2026-05-31"


# --- periods


def test_a_share_has_its_numerator_and_denominator(con: Connection) -> None:
    for settled in (True, True, False):
        letter(con, "2026-05-01", settled=settled)
    found = Collected(con, book(computed())).at(MAY)
    assert (found.value, found.numerator, found.denominator) == (66.666667, 2.0, 3.0)
    assert (found.origin, found.computed, found.reported) == ("计算", 66.666667, None)


@pytest.mark.parametrize(
    ("covers", "period", "values"),
    [
        ("period", "month", [10, 20, 30, 40, 50]),
        ("year", "month", [10, 30, 60, 100, 150]),
        ("period", "quarter", [60]),
        ("year", "quarter", [60]),
        ("moment", "quarter", [30]),
    ],
)
def test_a_figure_speaks_of_its_period_of_the_year_so_far_or_of_the_last_month(
    con: Connection, covers: str, period: str, values: list[float]
) -> None:
    for month in range(1, 6):
        letter(con, f"2026-{month:02}-01", quantity=month * 10)
    night = Collected(con, book(counted(covers=covers, period=period)))
    assert list(night.values().values()) == values


def test_a_share_of_the_year_so_far_pools_its_months(con: Connection) -> None:
    letter(con, "2026-01-01", quantity=9)
    letter(con, "2026-02-01", settled=False)
    assert Collected(con, book(computed(covers="year"))).at("2026-02-28").value == 90.0


def test_the_months_of_a_count_are_kept_as_steps(con: Connection) -> None:
    letter(con, "2026-03-01", quantity=2)
    letter(con, "2026-05-31", quantity=3)
    steps = Collected(con, book(counted(covers="year"))).of().steps
    assert {day.isoformat(): value for day, value in steps.items()} == {"2026-03-31": 2.0, "2026-04-30": 0.0, MAY: 3.0}
    assert not Collected(con, book(computed())).of().steps


@pytest.mark.parametrize(("night", "due"), [("2026-06-10", "2026-04-30"), ("2026-06-11", MAY)])
def test_a_period_is_due_when_the_file_that_brings_its_last_records_is(con: Connection, night: str, due: str) -> None:
    letter(con, "2026-01-01")
    newest = Collected(con, book(counted()), date.fromisoformat(night)).of().newest
    assert newest is not None and newest.end.isoformat() == due


# --- which records


def test_what_was_taken_back_is_netted_out(con: Connection) -> None:
    letter(con, "2026-05-01", quantity=5)
    letter(con, "2026-05-20", quantity=-2)
    assert Collected(con, book(counted())).at(MAY).value == 3


def test_only_rows_for_which_the_condition_holds_are_counted(con: Connection) -> None:
    for category in ("土地", "土地", "劳资"):
        letter(con, "2026-05-01", category=category)
    assert Collected(con, book(counted(computed=COUNT | {"where": "类别 = '土地'"}))).at(MAY).value == 2


def test_a_row_for_which_the_share_cannot_be_told_does_not_fulfil_it(con: Connection) -> None:
    letter(con, "2026-05-01")
    letter(con, "2026-05-01", settled=None)
    assert Collected(con, book(computed())).at(MAY).value == 50.0


def test_a_row_whose_day_is_not_known_or_still_to_come_is_not_counted(con: Connection) -> None:
    for due in ("2026-05-04", "2026-07-04", None):
        letter(con, "2026-05-01", due_on=due)
    night = Collected(con, book(counted(computed=COUNT | {"day": "办理期限"})))
    assert night.values() == {MAY: 1}


def test_records_count_as_they_were_known_on_the_night(con: Connection) -> None:
    letter(con, "2026-05-01", key="A", settled=False, known_at="2026-05-02", superseded_at="2026-06-20")
    letter(con, "2026-05-01", key="A", settled=True, known_at="2026-06-20")
    assert [Collected(con, book(computed()), night).at(MAY).value for night in (date(2026, 6, 19), NIGHT)] == [
        0.0,
        100.0,
    ]


def test_a_sum_adds_what_is_written(con: Connection) -> None:
    for people in (3, 4, None):
        letter(con, "2026-05-01", people=people)
    assert (
        Collected(con, book(counted(computed={"from": "petition", "measure": "sum", "of": "涉及人数"}))).at(MAY).value
        == 7
    )


def test_a_ratio_leaves_out_rows_that_lack_one_of_its_sums(con: Connection) -> None:
    for loss, stopped in ((100, 20), (100, None), (None, 50), (300, 60)):
        put(con, "fraud", occurred_on="2026-05-01", place=CLEAR, loss=loss, stopped=stopped)
    ratio = {"from": "fraud", "measure": "ratio", "of": "止付金额", "per": "损失金额"}
    found = Collected(con, book(computed(computed=ratio))).at(MAY)
    assert (found.value, found.numerator, found.denominator, found.sample) == (20.0, 80.0, 400.0, 4)


# --- places


def test_a_place_counts_what_lies_at_and_below_it(con: Connection) -> None:
    for place in (COUNTY, CLEAR, "990101", WHITE):
        letter(con, "2026-05-01", place=place)
    night = Collected(con, book(counted()))
    assert [night.at(MAY, place).value for place in (COUNTY, CLEAR, WHITE)] == [4, 2, 1]


def test_the_territory_of_a_merged_town_counts_for_its_successor_in_all_years(con: Connection) -> None:
    for day, place in (("2025-05-01", OLD), ("2026-05-01", "990301"), ("2026-05-01", CLEAR)):
        letter(con, day, place=place)
    night = Collected(con, book(counted()))
    assert {each.place for each in night.series} == {COUNTY, CLEAR}
    assert (night.at(MAY, CLEAR).value, night.at(MAY, CLEAR).last_year) == (2, 1)
    before = Collected(con, book(counted()), date(2025, 12, 31))
    assert {each.place for each in before.series} == {COUNTY, OLD}


def test_a_town_without_records_has_no_series_and_one_with_some_has_its_zeros(con: Connection) -> None:
    letter(con, "2026-04-01")
    night = Collected(con, book(counted()))
    assert {each.place for each in night.series} == {COUNTY, CLEAR}
    assert night.at(MAY, CLEAR).value == 0


# --- what is not known


def test_before_the_first_record_nothing_is_known_and_it_is_not_zero(con: Connection) -> None:
    letter(con, "2025-03-20")
    letter(con, "2026-02-01")
    assert list(Collected(con, book(counted(covers="period"))).values())[0] == "2025-04-30"
    night = Collected(con, book(counted(covers="year")))
    assert list(night.values().items())[:2] == [("2026-01-31", 0), ("2026-02-28", 1)]
    assert night.at("2026-01-31").last_year is None


@pytest.mark.parametrize(("first", "whole"), [("2026-03-07", "2026-03-31"), ("2026-03-08", "2026-04-30")])
def test_a_kind_whose_first_record_lies_in_a_months_first_week_holds_the_whole_month(
    con: Connection, first: str, whole: str
) -> None:
    letter(con, first)
    assert list(Collected(con, book(counted())).values())[0] == whole


def test_a_share_of_no_records_is_unknown(con: Connection) -> None:
    letter(con, "2026-04-01")
    found = Collected(con, book(computed())).at(MAY)
    assert (found.value, found.origin, found.doubt) == (None, None, "这一期没有可计入的记录，算不出比例")


def silence(con: Connection, last_on: str, *, place: str = COUNTY, whole: bool = True) -> None:
    con.execute(
        "INSERT INTO sense.silence VALUES (?, 'letters', 'petition', NULL, 'xinfang', ?, ?, 30, NULL, ?, '信访报表没有来。')",
        [NIGHT, place, last_on, whole],
    )


def test_where_the_source_is_silent_what_it_does_not_reach_is_unknown(con: Connection) -> None:
    for month in (3, 4, 5):
        letter(con, f"2026-{month:02}-01")
    silence(con, "2026-05-10")
    night = Collected(con, book(counted()))
    assert (night.at("2026-04-30").value, night.at(MAY).value) == (1, None)
    assert night.at(MAY).doubt == "按记录计算的数不全：信访报表没有来。"
    assert max(night.of().steps) == date(2026, 4, 30)


@pytest.mark.parametrize("last", [MAY, "2026-06-05"])
def test_a_source_that_fell_silent_after_the_period_takes_nothing_from_it(con: Connection, last: str) -> None:
    letter(con, "2026-05-01")
    silence(con, last)
    assert Collected(con, book(counted())).at(MAY).value == 1


def test_a_silent_station_takes_its_own_town_alone(con: Connection) -> None:
    for place in (CLEAR, WHITE):
        letter(con, "2026-05-01", place=place)
    silence(con, "2026-05-10", place="990101", whole=False)
    night = Collected(con, book(counted()))
    assert [night.at(MAY, place).value for place in (COUNTY, CLEAR, WHITE)] == [2, None, 1]


@pytest.fixture
def plain() -> Iterator[Connection]:
    """A database outside a transaction: one that has seen an error answers nothing more."""
    with duckdb.connect() as con:
        settle(con)
        yield con


def test_what_cannot_be_computed_is_a_finding_and_the_others_stand(plain: Connection) -> None:
    con = plain
    letter(con, "2026-05-01", people=3)
    nowhere = counted(id_="nowhere", computed=COUNT | {"where": "没有这一列 = 1"})
    beyond = counted(id_="beyond", computed={"from": "petition", "measure": "sum", "of": "涉及人数 * 1e38"})
    night = Collected(con, book(counted(), nowhere, beyond))
    assert night.at(MAY).value == 1
    assert [(each.indicator, each.unit) for each in night.found("fault")] == [("nowhere", None), ("beyond", None)]
    for each in night.found("fault"):
        assert each.message.startswith("“某项指标”没有按记录算出来：")
        assert each.message.endswith("请分析人员检查规则文件里这个指标的 computed。")
