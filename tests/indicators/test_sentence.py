"""The sentence that a leader would say, as a table: readings in, words out."""

from __future__ import annotations

from typing import Any

import pytest

from riskengine.assess.indicators.noun import Forecast
from riskengine.assess.indicators.spoken import county_called, running
from riskengine.model.figure import amount, difference, number
from tests.indicators.said import COUNT, MONTHLY, RANK, RATE, SURVEY, forecast, indicator, stand, target

THREE_YEARS = """
期末        数值   全市平均
2021-12-31  98.60  98.40
2022-12-31  98.40  98.50
2023-12-31  98.20  98.60
2024-12-31  97.93  98.70
"""

COMPARED: list[tuple[str, dict[str, str], dict[str, Any], str, str, str, str]] = [
    (
        "falls and below the city, equally long",
        SURVEY, {}, "全区", "2025-02-01", THREE_YEARS,
        "全区群众安全感97.93%，连续三年下降且连续三年低于全市平均",
    ),
    (
        "falls longer than it is below",
        SURVEY, {}, "全县", "2025-02-01", THREE_YEARS.replace("98.50", "98.30"),
        "全县群众安全感97.93%，连续三年下降，连续两年低于全市平均",
    ),
    (
        "below two groups, equally long",
        SURVEY, {}, "全县", "2025-02-01",
        "期末  数值  全市平均  全省平均\n2023-12-31  96  97  96.5\n2024-12-31  96.4  97  96.8",
        "全县群众安全感96.4%，连续两年低于全市平均和全省平均，比去年同期上升0.4个百分点",
    ),
    (
        "one fall, below both for the first time",
        SURVEY, {}, "全县", "2025-02-01",
        "期末  数值  全市平均  全省平均\n2023-12-31  96.42  96  96\n2024-12-31  96.3  96.58  97.09",
        "全县群众安全感96.3%，比去年同期下降0.12个百分点，低于全省0.79个百分点、低于全市0.28个百分点",
    ),
    (
        "rising, over the province, but below the city",
        SURVEY, {}, "全县", "2025-02-01",
        "期末  数值  去年同期  全市平均  全省平均\n2024-12-31  91.5  91.18  92.77  88.76",
        "全县群众安全感91.5%，比去年同期上升0.32个百分点，高于全省2.74个百分点，但低于全市1.27个百分点",
    ),
    (
        "what should be low is said to be above",
        RATE | {"better": "lower", "name": "诈骗占比"}, {}, "清溪镇", "2026-04-20",
        "期末  数值  全市平均\n2026-01-31  38  37\n2026-02-28  39  37\n2026-03-31  40.5  37.5",
        "清溪镇1–3月诈骗占比40.5%，连续两个月上升，连续三个月高于全市平均",
    ),
    (
        "counts in per cent of last year, with both numbers",
        COUNT, {}, "全县", "2026-04-20", "期末  数值  去年同期\n2026-03-31  174  262",
        "全县1–3月诈骗案件立案174起，比去年同期下降33.6%（174起，去年262起）",
    ),
    (
        "per so many residents: the unit is said once",
        COUNT | {"name": "发案率", "unit": "起/十万人"}, {}, "全县", "2026-04-20", "期末  数值  去年同期\n2026-03-31  0.98  1.12",
        "全县1–3月发案率0.98起/十万人，比去年同期下降12.5%（0.98，去年1.12）",
    ),
    (
        "zero last year: no per cent",
        COUNT | {"name": "重大火灾"}, {}, "全县", "2026-04-20", "期末  数值  去年同期\n2026-03-31  3  0",
        "全县1–3月重大火灾3起，去年为0，今年3起，增加3起，不计算百分比",
    ),
    (
        "few cases: nothing is made of 100 % to 91.67 %",
        RATE, {}, "全县", "2026-06-20",
        "期末  数值  去年同期  全市平均  分子  分母\n2026-05-31  91.67  100  95  11  12",
        "全县1–5月化解率91.67%，基数小（12件），不作升降判断",
    ),
    (
        "few answers",
        SURVEY | {"period": "quarter"}, {"least": 100}, "清溪镇", "2026-04-20",
        "期末  数值  去年同期  样本量\n2026-03-31  91  98  60",
        "清溪镇群众安全感91%，基数小（样本60份），不作升降判断",
    ),
    (
        "few cases in both years",
        COUNT, {}, "清溪镇", "2026-04-20", "期末  数值  去年同期\n2026-03-31  8  5",
        "清溪镇1–3月诈骗案件立案8起，基数小（8起，去年5起），不作升降判断",
    ),
    (
        "control value passed, by how many per cent",
        MONTHLY, {"control": {"values": {"2024-01-01": 10}, "reference": "控制指标"}}, "全县", "2026-06-20",
        "期末  数值\n2026-05-31  11.5",
        "全县5月工伤人数11.5人，超过控制值10人（高15%）",
    ),
    (
        "control value of a share, by how many points",
        RATE | {"better": "lower", "name": "占比"}, {"control": {"values": {"2024-01-01": 40}, "reference": "控制指标"}},
        "全县", "2026-07-20", "期末  数值\n2026-06-30  41.5",
        "全县1–6月占比41.5%，超过控制值40%（高1.5个百分点）",
    ),
    (
        "places lost in the city",
        RATE, {}, "全县", "2026-07-20", "期末  数值  全市排名\n2026-05-31  96  9\n2026-06-30  96.2  12",
        "全县1–6月化解率96.2%，全市第12位，较上期下降3位",
    ),
    (
        "a reading that is a place itself",
        RANK, {}, "全县", "2026-07-20", "期末  数值\n2026-03-31  9\n2026-06-30  12",
        "全县平安指数第12位，较上期下降3位",
    ),
    (
        "a year-to-date count rises by itself: years are compared",
        COUNT, {}, "全县", "2026-06-20",
        "期末  数值\n2024-04-30  80\n2024-05-31  100\n2025-05-31  120\n2026-04-30  120\n2026-05-31  150",
        "全县1–5月诈骗案件立案150起，连续两年同期上升",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", COMPARED, ids=[case[0] for case in COMPARED])
def test_what_is_said_of_a_reading(case: tuple[str, dict[str, str], dict[str, Any], str, str, str, str]) -> None:
    _, kind, more, called, as_of, table, says = case
    assert stand(indicator(kind, **more), table, as_of, called=called).says == says


AT_98 = target("at_least", ("2024-01-01", 98))
AT_MOST_10 = target("at_most", ("2024-01-01", 10))
TENTH_LESS = target("change", ("2024-01-01", -10))
MAY = "期末  数值\n2026-05-31  97"

ON_TARGET: list[tuple[str, dict[str, str], dict[str, Any], str, str, Forecast | None, str]] = [
    (
        "will miss", RATE, AT_98, "2026-06-20", MAY, forecast(2026, 96.1, 0.55),
        "全县1–5月化解率97%，预计年末96.1%（80%把握95.4%–96.8%），达不到98%的目标",
    ),
    (
        "will hold", RATE, AT_98, "2026-06-20", MAY, forecast(2026, 98.8, 0.3),
        "全县1–5月化解率97%，预计年末98.8%（80%把握98.4%–99.2%），能达到98%的目标",
    ),
    (
        "open", RATE, AT_98, "2026-06-20", MAY, forecast(2026, 98.04, 0.8),
        "全县1–5月化解率97%，预计年末98.04%（80%把握97.01%–99.07%），能否达到98%的目标难料",
    ),
    (
        "no forecast: the newest reading is told, and that it is not the year's end", RATE, AT_98, "2026-06-20", MAY, None,
        "全县1–5月化解率97%，按最近读数没有达到98%的目标（差1个百分点），年末能否达到难料",
    ),
    (
        "the year is over and the target missed", RATE, AT_98, "2026-01-20", "期末  数值\n2025-12-31  97.93", None,
        "全县2025年全年化解率97.93%，没有达到98%的目标，差0.07个百分点",
    ),
    (
        "the year is over and the target met", RATE, AT_98, "2026-01-20", "期末  数值\n2025-12-31  98", None,
        "全县2025年全年化解率98%，达到98%的目标",
    ),
    (
        "a count has passed its line: missed now", COUNT, AT_MOST_10, "2026-09-20", "期末  数值\n2026-08-31  12",
        forecast(2026, 16, 2), "全县1–8月诈骗案件立案12起，已突破全年不超过10起的目标，多2起",
    ),
    (
        "a count will pass its line", COUNT, AT_MOST_10, "2026-06-20", "期末  数值\n2026-05-31  6", forecast(2026, 14, 2),
        "全县1–5月诈骗案件立案6起，预计年末14起（80%把握11–17起），守不住不超过10起的目标",
    ),
    (
        "a count below ten is foretold in tenths", COUNT, AT_MOST_10, "2026-06-20", "期末  数值\n2026-05-31  2", forecast(2026, 5.5, 2),
        "全县1–5月诈骗案件立案2起，预计年末5.5起（80%把握2.9–8.1起），能守住不超过10起的目标",
    ),
    (
        "zero broken", COUNT | {"name": "重特大事故"}, target("zero"), "2026-04-20", "期末  数值\n2026-03-31  1", None,
        "全县1–3月重特大事故1起，已突破全年零发生的目标",
    ),
    (
        "zero held at the end of the year", COUNT | {"name": "重特大事故"}, target("zero"), "2026-01-20",
        "期末  数值\n2025-12-31  0", None, "全县2025年全年重特大事故0起，守住零发生的目标",
    ),
    (
        "a change on last year, resolved", COUNT, TENTH_LESS, "2026-06-20",
        "期末  数值\n2025-05-31  120\n2025-12-31  262\n2026-05-31  100", forecast(2026, 230, 20),
        "全县1–5月诈骗案件立案100起，比去年同期下降16.7%（100起，去年120起）。"
        "预计年末230起（80%把握204–256起），能否达到比去年下降10%（不超过235起）的目标难料",
    ),
    (
        "last year's whole year unknown: the target cannot be formed", COUNT, TENTH_LESS, "2026-06-20",
        "期末  数值\n2026-05-31  100", forecast(2026, 230, 20),
        "全县1–5月诈骗案件立案100起，2025年全年数未知，“比去年下降10%”折算不出，进度未知",
    ),
    (
        "last year zero, three this year", COUNT, TENTH_LESS, "2026-06-20",
        "期末  数值\n2025-05-31  0\n2025-12-31  0\n2026-05-31  3", forecast(2026, 5, 2),
        "全县1–5月诈骗案件立案3起，去年为0，今年3起，增加3起，不计算百分比。"
        "2025年全年为0，“比去年下降10%”折算不出，进度未知",
    ),
    (
        "months are put together", MONTHLY, AT_MOST_10, "2026-04-20",
        "期末  数值\n2026-01-31  5\n2026-02-28  4\n2026-03-31  3", None,
        "全县3月工伤人数3人，1–3月累计12人，已突破全年不超过10人的目标，多2人",
    ),
    (
        "months are put together before they are held against a forecast of the year", MONTHLY, AT_MOST_10, "2026-03-20",
        "期末  数值\n2026-01-31  2\n2026-02-28  1", forecast(2026, 16, 2),
        "全县2月工伤人数1人，1–2月累计3人，预计年末16人（80%把握13–19人），守不住不超过10人的目标",
    ),
    (
        "a name that begins with a figure stands apart from the month", RATE | {"name": "110警情化解率"}, AT_98, "2026-06-20",
        MAY, forecast(2026, 99, 0.1), "全县1–5月的110警情化解率97%，预计年末99%（80%把握98.9%–99.1%），能达到98%的目标",
    ),
    (
        "a place in the city", RANK, target("rank_within", ("2024-01-01", 20)), "2026-04-20",
        "期末  数值\n2026-03-31  18", forecast(2026, 18.2, 2),
        "全县平安指数第18位，预计年末第18位（80%把握第16–21位），多半能达到前20位的目标",
    ),
    (
        "the target was changed within the year", RATE,
        target("at_least", ("2024-01-01", 90), ("2026-07-01", 92)), "2026-08-20", "期末  数值\n2026-07-31  91",
        forecast(2026, 91, 0.3),
        "全县1–7月化解率91%，预计年末91%（80%把握90.6%–91.4%），达不到92%的目标。目标年内由90调整为92（7月1日起）",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", ON_TARGET, ids=[case[0] for case in ON_TARGET])
def test_what_is_said_of_the_target(
    case: tuple[str, dict[str, str], dict[str, Any], str, str, Forecast | None, str],
) -> None:
    _, kind, aim, as_of, table, ahead, says = case
    assert stand(indicator(kind, target=aim, least=0), table, as_of, ahead).says == says


def test_a_missing_reading_is_said_to_be_missing_and_the_last_one_is_told() -> None:
    standing = stand(indicator(RATE, target=AT_98), "期末  数值\n2026-04-30  99\n2026-05-31  _", "2026-06-20")
    assert standing.says == "全县化解率2026年5月读数应报未报，态势未知（最近一次是2026年4月的99%）"


def test_of_what_is_only_computed_nobody_failed_to_report_anything() -> None:
    computed = {"from": "petition", "measure": "share", "of": "是否化解"}
    standing = stand(indicator(RATE, reports=None, computed=computed), "期末  数值\n2026-05-31  _", "2026-06-20")
    assert standing.says == "全县化解率2026年5月没有可供计算的记录，态势未知"


def test_a_doubted_reading_is_unknown_and_asked_for_again() -> None:
    standing = stand(
        indicator(SURVEY), "期末  数值\n2025-12-31  _", "2026-02-01", doubt="报的是0.9793，是否应为97.93？"
    )
    assert standing.says == "全县群众安全感2025年读数存疑：报的是0.9793，是否应为97.93？态势未知，请核实后重报"


def test_spring_festival_in_another_month_keeps_january_from_being_compared() -> None:
    """2025: from 28 January on; 2026: from 16 February on."""
    rows = "期末  数值  去年同期\n2025-12-31  50  50\n2026-01-31  60  40"
    january = stand(indicator(MONTHLY), rows, "2026-02-20")
    assert january.change is None
    assert "春节假期去年在1月和2月、今年在2月，1月、2月不单独同比，1–2月合并后再比" in january.why["notes"]
    table = "期末  数值  去年同期\n2026-01-31  60  40\n2026-02-28  30  60"
    both = stand(indicator(MONTHLY), table, "2026-03-20")
    assert both.says == "全县2月工伤人数30人，1–2月合并比去年同期下降10%（90人，去年100人）"
    assert both.change == -10


def test_january_is_compared_where_the_festival_falls_alike() -> None:
    """2026: from 16 February on; 2027: from 5 February on."""
    assert stand(indicator(MONTHLY), "期末  数值  去年同期\n2027-01-31  60  40", "2027-02-20").change == 50


def test_what_was_corrected_and_what_records_come_to_is_noted() -> None:
    table = "期末  数值\n2026-05-31  91.2"
    notes = stand(indicator(RATE), table, "2026-06-20", versions=2, reported=91.2, computed=88.5).why["notes"]
    assert notes[-2:] == ["报送91.2%，按记录计算88.5%，相差2.7个百分点", "这一期更正过1次，以最后一次为准"]


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(97.930, 2, "97.93"), (-0.0, 2, "0"), (-0.001, 2, "-0.001"), (1e-9, 2, "0"), (0.125, 1, "0.1"), (12.0, 2, "12")],
)
def test_numbers_lose_their_zeros_and_never_say_minus_zero(value: float, digits: int, written: str) -> None:
    assert number(value, digits) == written


def test_words_of_numbers_and_units() -> None:
    assert [running(count, "年") for count in (2, 3, 10, 12, 20)] == [
        "连续两年", "连续三年", "连续十年", "连续十二年", "连续二十年",
    ]  # fmt: skip
    assert (county_called("云川县"), county_called("临江区"), county_called("东山市")) == ("全县", "全区", "本市")
    assert (amount(indicator(RANK), 12), amount(indicator(RATE), 97.930)) == ("第12位", "97.93%")
    assert (difference(indicator(RATE), -0.28), difference(indicator(COUNT), -3)) == ("0.28个百分点", "3起")
