"""What is wrong with readings: each case has its sentence, and the reading is unknown where it must be."""

from __future__ import annotations

from datetime import date

import pytest

from riskengine.model.period import previous
from riskengine.store.database import Connection
from tests.indicators.county import COUNTY, OLD, SOURCES, Collected, book, indicator, reading

MAY = "2026-05-31"


def usual(con: Connection, *values: float) -> None:
    """Readings of the months up to April, newest last."""
    for back, value in enumerate(reversed(values)):
        reading(con, previous("month", date(2026, 4, 30), back).isoformat(), value)


# --- not believed


def test_a_share_that_was_sent_as_a_fraction_is_not_believed(con: Connection) -> None:
    usual(con, 98.1, 98.0, 97.9)
    reading(con, MAY, 0.9793)
    night = Collected(con, book(indicator(plausible=(50, 100))))
    found = night.at(MAY)
    assert (found.value, found.reported, found.origin) == (None, 0.9793, None)
    assert found.doubt == "报为0.9793%，不在合理范围50%至100%之内，是否应为97.93%？"
    finding = night.one("implausible")
    assert (finding.indicator, finding.place, finding.period, finding.unit) == (
        "some-rate",
        COUNTY,
        "2026-05",
        "tongji",
    )
    assert finding.message == (
        "全县“某项指标”2026年5月报为0.9793%，不在合理范围50%至100%之内，是否应为97.93%？更正之前按未知处理，请统计局核对后按原编号更正重报。"
        "Excel 里设成百分比格式的格子，存的是0.9793：请改成常规格式，直接写97.93。"
    )


def test_a_share_without_its_point_is_not_believed(con: Connection) -> None:
    usual(con, 98.1, 98.0, 97.9)
    reading(con, MAY, 9793)
    assert (
        Collected(con, book(indicator(plausible=(0, 100)))).at(MAY).doubt
        == "报为9793%，不在合理范围0%至100%之内，是否应为97.93%？"
    )


def test_a_share_within_its_range_is_held_against_its_own_neighbours(con: Connection) -> None:
    usual(con, 98.1, 98.0, 97.9, 98.2)
    reading(con, MAY, 0.9793)
    night = Collected(con, book(indicator(plausible=(0, 100))))
    assert night.at(MAY).doubt == "报为0.9793%，与前后各期相差约百倍（前后各期一般为98.05%），是否应为97.93%？"
    assert night.at(MAY).value is None


def test_three_neighbours_are_too_few_to_hold_a_share_against(con: Connection) -> None:
    usual(con, 98.1, 98.0, 97.9)
    reading(con, MAY, 0.9793)
    assert Collected(con, book(indicator(plausible=(0, 100)))).at(MAY).value == 0.9793


def test_the_first_readings_of_all_are_held_against_the_target(con: Connection) -> None:
    target = {"kind": "at_least", "values": {"2026-01-01": 92}, "reference": "目标表"}
    rulebook = book(indicator(plausible=(0, 100), target=target))
    reading(con, MAY, 0.9313)
    night = Collected(con, rulebook)
    assert (night.at(MAY).value, night.at(MAY).doubt) == (None, "报为0.9313%，与92%的目标相差约百倍，是否应为93.13%？")
    assert Collected(con, book(indicator(plausible=(0, 100)))).at(MAY).value == 0.9313


def test_a_share_far_below_its_target_is_no_slip_of_the_point(con: Connection) -> None:
    reading(con, MAY, 9.3)
    target = {"kind": "at_least", "values": {"2026-01-01": 92}, "reference": "目标表"}
    assert Collected(con, book(indicator(plausible=(0, 100), target=target))).at(MAY).value == 9.3


def test_a_share_that_grows_from_nothing_all_year_is_believed(con: Connection) -> None:
    growing = [0.3, 0.4, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 50.0]
    usual(con, *growing)
    reading(con, MAY, 60.0)
    night = Collected(con, book(indicator(plausible=(0, 100))))
    assert [value for value in night.values().values()] == [*growing, 60.0]


def test_a_count_a_hundred_times_the_usual_is_news_and_not_a_slip(con: Connection) -> None:
    usual(con, 3, 2, 3, 2, 3)
    reading(con, MAY, 250)
    assert Collected(con, book(indicator(unit="人", better="lower"))).at(MAY).value == 250


def test_what_nobody_can_guess_is_only_doubted(con: Connection) -> None:
    reading(con, MAY, -5)
    night = Collected(con, book(indicator(unit="起", plausible=(0, None))))
    assert night.at(MAY).doubt == "报为-5起，低于合理的下限0起"
    assert night.one("implausible").message.startswith(
        "全县“某项指标”2026年5月报为-5起，低于合理的下限0起。更正之前按未知处理"
    )


def test_a_corrected_reading_is_believed_again(con: Connection) -> None:
    reading(con, MAY, 0.9793, key="A1", known_at="2026-06-05", superseded_at="2026-06-12")
    reading(con, MAY, 97.93, key="A1", known_at="2026-06-12")
    rulebook = book(indicator(plausible=(50, 100)))
    assert Collected(con, rulebook, date(2026, 6, 11)).at(MAY).value is None
    night = Collected(con, rulebook)
    assert (night.at(MAY).value, night.at(MAY).versions, night.findings) == (97.93, 2, [])


def test_an_average_that_cannot_be_is_left_out_and_the_reading_stands(con: Connection) -> None:
    reading(con, MAY, 97.93, city_average=0.978, last_year=98.0)
    night = Collected(con, book(indicator(plausible=(50, 100))))
    assert (night.at(MAY).value, night.at(MAY).city, night.at(MAY).last_year) == (97.93, None, 98.0)
    assert "的全市平均报为0.978%，不在合理范围之内，没有采用" in night.one("implausible").message


def test_a_whole_row_of_fractions_is_one_slip_and_tells_of_the_reading(con: Connection) -> None:
    reading(con, MAY, 0.9793, city_average=0.984, last_year=0.982)
    night = Collected(con, book(indicator(plausible=(50, 100))))
    assert "2026年5月报为0.9793%" in night.one("implausible").message
    assert (night.at(MAY).city, night.at(MAY).last_year) == (None, None)


def test_averages_that_cannot_be_are_told_in_one_sentence(con: Connection) -> None:
    reading(con, MAY, 97.93, city_average=0.984, last_year=0.982)
    message = Collected(con, book(indicator(plausible=(50, 100)))).one("implausible").message
    assert "的全市平均报为0.984%、去年同期报为0.982%，不在合理范围之内，没有采用。" in message
    assert "同样的情况" not in message


def test_the_same_slip_in_several_months_is_told_once_with_how_often(con: Connection) -> None:
    for end in ("2026-03-31", "2026-04-30", MAY):
        reading(con, end, 0.97)
    finding = Collected(con, book(indicator(plausible=(50, 100)))).one("implausible")
    assert finding.period == "2026-05"
    assert finding.message.endswith("（近一年同样的情况共3期）")


def test_what_is_older_than_a_year_asks_nobody_any_more(con: Connection) -> None:
    reading(con, "2025-05-31", 0.97)
    reading(con, MAY, 97.0)
    night = Collected(con, book(indicator(plausible=(50, 100))))
    assert night.at("2025-05-31").value is None
    assert night.findings == []


# --- who sent it


def test_two_figures_of_one_office_under_different_numbers_contradict_each_other(con: Connection) -> None:
    reading(con, MAY, 93.0, key="A1")
    reading(con, MAY, 91.5, key="A2")
    night = Collected(con, book(indicator()))
    assert (night.at(MAY).value, night.at(MAY).doubt) == (None, "统计局报了2个不同的数")
    assert night.one("contradiction").message == (
        "全县“某项指标”2026年5月统计局用不同编号报了不同的数：93%（编号A1）、91.5%（编号A2）。在确认之前按未知处理，请统计局确认哪一个有效，撤回其余的。"
    )


UNNUMBERED = {each.source: each.model_copy(update={"key": ()}) if each.source == "stat" else each for each in SOURCES}


def test_of_a_source_without_numbers_the_newest_file_corrects_the_older_one(con: Connection) -> None:
    reading(con, MAY, 0.9313, key="f1#1", file_id=1, known_at="2026-06-05")
    reading(con, MAY, 93.13, key="f2#1", file_id=2, known_at="2026-06-12")
    night = Collected(con, book(indicator(), sources=UNNUMBERED))
    assert (night.at(MAY).value, night.at(MAY).versions, night.findings) == (93.13, 2, [])


def test_two_figures_within_one_file_without_numbers_still_contradict_each_other(con: Connection) -> None:
    reading(con, MAY, 93.0, key="f1#1", file_id=1)
    reading(con, MAY, 91.5, key="f1#2", file_id=1)
    night = Collected(con, book(indicator(), sources=UNNUMBERED))
    assert night.at(MAY).value is None
    assert night.one("contradiction").message == (
        "全县“某项指标”2026年5月统计局对同一期报了不同的数：93%、91.5%。在确认之前按未知处理，请统计局确认哪一个有效，撤回其余的；没有编号的，只留一行再报一次。"
    )


def test_the_same_figure_sent_twice_is_one_reading(con: Connection) -> None:
    reading(con, MAY, 93.0, key="A1")
    reading(con, MAY, 93.0, key="A2")
    night = Collected(con, book(indicator()))
    assert (night.at(MAY).value, night.findings) == (93.0, [])


def test_the_office_that_reports_it_counts_and_the_other_is_told_beside_it(con: Connection) -> None:
    reading(con, MAY, 1.52, source="stat")
    reading(con, MAY, 1.68, source="bank")
    night = Collected(con, book(indicator(reports="jinrong")))
    assert night.at(MAY).value == 1.68
    finding = night.one("other-office")
    assert finding.unit == "tongji"
    assert finding.message == (
        "全县“某项指标”2026年5月应由金融发展局报送，统计局也报了1.52%，两家的数不一致，以金融发展局的1.68%为准。请统计局与金融发展局核对，今后只由金融发展局报送。"
    )


def test_where_only_the_other_office_sent_it_nothing_is_known(con: Connection) -> None:
    reading(con, MAY, 1.52, source="stat")
    night = Collected(con, book(indicator(reports="jinrong")))
    assert (night.at(MAY).value, night.at(MAY).doubt) == (None, "应由金融发展局报送，只收到统计局报的1.52%")
    assert night.one("other-office").unit == "jinrong"
    assert "不采用，按未知处理。请金融发展局补报，统计局不再报送。" in night.one("other-office").message
    assert not night.found("missing")


def test_the_reporting_unit_written_in_the_row_goes_before_the_file_it_came_in(con: Connection) -> None:
    reading(con, MAY, 1.68, source="stat", reporter="金融发展局")
    night = Collected(con, book(indicator(reports="jinrong")))
    assert (night.at(MAY).value, night.found("other-office")) == (1.68, [])


@pytest.mark.parametrize(("source", "sender"), [("stat", "统计局"), ("not-in-the-rules-any-more", "报送单位")])
def test_a_figure_for_what_is_only_computed_is_not_used(con: Connection, source: str, sender: str) -> None:
    reading(con, MAY, 93.0, source=source)
    computed = {"from": "petition", "measure": "share", "of": "是否化解"}
    night = Collected(con, book(indicator(reports=None, computed=computed)))
    assert night.at(MAY).reported is None
    assert f"按本县记录计算，不由单位报送；{sender}报送的93%没有采用" in night.one("other-office").message


# --- a town that was merged


def test_a_reading_for_a_town_that_was_merged_belongs_to_nobody(con: Connection) -> None:
    reading(con, "2025-11-30", 92.0, place=OLD)
    reading(con, MAY, 93.0, place=OLD)
    night = Collected(con, book(indicator()))
    assert [each.place for each in night.series] == [COUNTY]
    finding = night.one("merged-place")
    assert (finding.place, finding.unit) == (OLD, "tongji")
    assert finding.message == (
        "乌江镇已于2026年1月1日并入清溪镇，统计局仍按原建制报送“某项指标”2026年5月的读数93%，没有采用。请统计局改按清溪镇报送。"
    )


def test_its_readings_up_to_the_merger_are_history_and_no_fault_of_anybodys(con: Connection) -> None:
    reading(con, "2025-12-31", 92.0, place=OLD)
    assert not Collected(con, book(indicator())).found("merged-place")
