"""What a whole series shows: nothing came, two figures differ, the target has nothing to stand on. Each with its sentence."""

from __future__ import annotations

from datetime import date

import pytest

from riskengine.store.database import Connection
from tests.indicators.county import CLEAR, COUNTY, NIGHT, WHITE, Collected, book, indicator, put, reading

MAY = "2026-05-31"


# --- nothing came


def test_a_reading_that_is_due_and_not_there_is_asked_for(con: Connection) -> None:
    reading(con, "2026-04-30", 93.0)
    night = Collected(con, book(indicator()))
    newest = night.of().newest
    assert newest is not None and (newest.end, newest.value, newest.doubt) == (date(2026, 5, 31), None, None)
    finding = night.one("missing")
    assert (finding.place, finding.period, finding.unit) == (COUNTY, "2026-05", "tongji")
    assert finding.message == (
        "全县“某项指标”2026年5月应由统计局在2026年6月10日前报送，至今没有收到，在判断中按未知处理。请统计局补报。"
    )


def test_towns_that_used_to_report_are_asked_for_together(con: Connection) -> None:
    reading(con, MAY, 93.0)
    for town in (CLEAR, WHITE):
        reading(con, "2026-04-30", 93.0, place=town)
    finding = Collected(con, book(indicator())).one("missing")
    assert finding.place is None
    assert finding.message.startswith("清溪镇、白石镇“某项指标”2026年5月应由统计局")


def test_where_the_county_is_missing_its_towns_need_no_word_of_their_own(con: Connection) -> None:
    for place in (COUNTY, CLEAR):
        reading(con, "2026-04-30", 93.0, place=place)
    assert Collected(con, book(indicator())).one("missing").place == COUNTY


@pytest.mark.parametrize(("last", "asked"), [("2025-04-30", False), ("2025-05-31", True)])
def test_a_town_that_stopped_reporting_a_year_ago_is_not_asked(con: Connection, last: str, asked: bool) -> None:
    reading(con, MAY, 93.0)
    reading(con, last, 93.0, place=CLEAR)
    assert bool(Collected(con, book(indicator())).found("missing")) == asked


def test_a_name_that_nearly_fits_is_mentioned(con: Connection) -> None:
    reading(con, MAY, 93.0, category="某项指标值")
    message = Collected(con, book(indicator())).one("missing").message
    assert message.endswith(
        "收到的报表里有名称相近的“某项指标值”，如果是同一个指标，请分析人员把它写进规则的 aliases。"
    )


def test_a_slip_in_the_name_is_mentioned_though_earlier_months_had_it_right(con: Connection) -> None:
    reading(con, "2026-04-30", 93.0)
    reading(con, MAY, 93.0, category="某项指标值")
    assert "名称相近的“某项指标值”" in Collected(con, book(indicator())).one("missing").message


def test_a_name_that_came_long_ago_is_not_mentioned(con: Connection) -> None:
    reading(con, "2024-05-31", 93.0, category="某项指标值")
    assert "名称相近" not in Collected(con, book(indicator())).one("missing").message


def test_quotation_marks_within_a_name_become_single_ones(con: Connection) -> None:
    assert "全县“‘九类’案件”2026年5月" in Collected(con, book(indicator(name="“九类”案件"))).one("missing").message


# --- two figures that differ


COMPUTED = {"from": "petition", "measure": "share", "of": "是否化解"}


def letters(con: Connection, settled: int, of: int, place: str = CLEAR, day: str = "2026-05-10") -> None:
    for nth in range(of):
        put(con, "petition", source="letters", occurred_on=day, settled=nth < settled, place=place)


def test_a_reported_figure_that_differs_from_the_computed_one_stands_and_the_difference_is_told(
    con: Connection,
) -> None:
    put(con, "petition", source="letters", occurred_on="2026-05-01", settled=True)
    letters(con, 7, 9)
    reading(con, MAY, 95.0)
    night = Collected(con, book(indicator(computed=COMPUTED, tolerance=2)))
    found = night.at(MAY)
    assert (found.value, found.origin, found.reported, found.computed) == (95.0, "报送", 95.0, 80.0)
    finding = night.one("differs")
    assert finding.unit == "tongji"
    assert finding.message == (
        "全县“某项指标”2026年5月统计局报送95%，按信访局的记录计算为80%，相差15个百分点（允许相差2个百分点）。"
        "暂按报送的数判断，请统计局与信访局核对统计口径或补录记录。"
    )


@pytest.mark.parametrize(
    ("tolerance", "sent", "told"), [(2, 82.0, False), (2, 82.1, True), (None, 80.04, False), (None, 80.1, True)]
)
def test_a_difference_within_the_tolerance_is_no_finding(
    con: Connection, tolerance: float | None, sent: float, told: bool
) -> None:
    letters(con, 8, 10, day="2026-05-01")
    reading(con, MAY, sent)
    assert bool(Collected(con, book(indicator(computed=COMPUTED, tolerance=tolerance))).found("differs")) == told


def test_a_figure_that_is_not_believed_is_not_held_against_the_records(con: Connection) -> None:
    letters(con, 8, 10, day="2026-05-01")
    reading(con, MAY, 8000)
    night = Collected(con, book(indicator(computed=COMPUTED, plausible=(0, 100))))
    assert night.found("implausible") and not night.found("differs")


def test_towns_that_differ_are_told_together_without_those_of_few_cases(con: Connection) -> None:
    letters(con, 5, 10, CLEAR, "2026-05-01")
    letters(con, 5, 10, WHITE, "2026-05-01")
    for place, value in ((COUNTY, 50.0), (CLEAR, 90.0), (WHITE, 80.0)):
        reading(con, MAY, value, place=place)
    finding = Collected(con, book(indicator(computed=COMPUTED, least=10))).one("differs")
    assert finding.place is None
    assert finding.message.startswith(
        "“某项指标”2026年5月有2个乡镇报送的数与记录对不上：清溪镇报送90%，计算50%；白石镇报送80%，计算50%。"
    )
    assert not Collected(con, book(indicator(computed=COMPUTED, least=11))).found("differs")


def test_where_the_return_is_missing_the_computed_figure_stands_in_and_the_return_is_asked_for(con: Connection) -> None:
    letters(con, 8, 10, day="2026-05-01")
    night = Collected(con, book(indicator(computed=COMPUTED)))
    assert (night.at(MAY).value, night.at(MAY).origin) == (80.0, "计算")
    assert "至今没有收到，暂用按记录计算的80%。请统计局补报。" in night.one("missing").message


# --- targets


def target(kind: str, **fields: object) -> dict[str, object]:
    return {"kind": kind, "reference": "目标表"} | fields


def test_a_target_in_the_return_that_is_not_the_rule_books_is_told(con: Connection) -> None:
    reading(con, MAY, 93.0, target=95.0)
    finding = Collected(con, book(indicator(target=target("at_least", values={"2024-01-01": 90})))).one(
        "target-differs"
    )
    assert finding.message == (
        "全县“某项指标”2026年5月统计局报表里的目标值是95%，规则里是90%，按规则判断。请统计局更正报表；目标若已调整，请分析人员写进规则文件。"
    )


@pytest.mark.parametrize("sent", [90.0, 92.0])
def test_a_target_that_changed_within_the_year_may_still_be_the_old_one_in_an_earlier_return(
    con: Connection, sent: float
) -> None:
    reading(con, MAY, 93.0, target=sent)
    changed = target("at_least", values={"2024-01-01": 90, "2026-06-15": 92})
    assert not Collected(con, book(indicator(target=changed))).found("target-differs")


CHANGE = target("change", values={"2024-01-01": -10})


def test_a_change_on_last_year_needs_last_years_whole_year(con: Connection) -> None:
    reading(con, MAY, 60)
    rulebook = book(indicator(unit="起", better="lower", covers="year", target=CHANGE))
    assert Collected(con, rulebook).one("no-last-year").message == (
        "全县“某项指标”的目标是比上年下降10%，但没有2025年全年的读数，目标算不出来，进度未知。请统计局补报2025年全年数。"
    )
    reading(con, "2025-12-31", 150)
    assert not Collected(con, rulebook).findings


def test_a_change_on_a_year_of_none_is_no_percentage(con: Connection) -> None:
    reading(con, "2025-12-31", 0)
    reading(con, MAY, 3)
    finding = Collected(con, book(indicator(unit="起", better="lower", covers="year", target=CHANGE))).one("zero-base")
    assert finding.unit == "xinfang"
    assert finding.message == (
        "全县“某项指标”2025年全年为0，目标“比上年下降10%”无法按百分比计算。请信访局另定今年的目标数，并写进规则文件。"
    )


def test_none_last_year_and_none_so_far_is_nothing_to_ask_about(con: Connection) -> None:
    reading(con, "2025-12-31", 0)
    reading(con, MAY, 0)
    assert not Collected(con, book(indicator(unit="起", better="lower", covers="year", target=CHANGE))).findings


def test_single_months_make_a_whole_year_only_if_all_are_there(con: Connection) -> None:
    rulebook = book(indicator(unit="起", better="lower", target=CHANGE))
    for month in range(2, 13):
        reading(con, date(2025, month, 28).isoformat(), 5)
    reading(con, MAY, 4)
    assert Collected(con, rulebook).found("no-last-year")
    reading(con, "2025-01-31", 5)
    assert not Collected(con, rulebook).found("no-last-year")


def test_findings_come_in_the_order_of_the_rule_files_the_county_first(con: Connection) -> None:
    for place in (WHITE, CLEAR, COUNTY):
        reading(con, MAY, 0.9, place=place)
    rulebook = book(indicator("z-first", name="另一指标"), indicator("a-second", plausible=(50, 100)))
    found = Collected(con, rulebook, NIGHT).findings
    assert [(each.indicator, each.place, each.code) for each in found] == [
        ("z-first", COUNTY, "missing"),
        ("a-second", COUNTY, "implausible"),
        ("a-second", CLEAR, "implausible"),
        ("a-second", WHITE, "implausible"),
    ]
