"""Charts: what they draw, what they say to those who cannot see them, and which curve an indicator's standing becomes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from riskengine.intervene.leader.charts import Curve, nights_chart, year_course
from riskengine.intervene.leader.composition import composition
from riskengine.intervene.leader.curves import curve
from riskengine.intervene.leader.indicators import body
from riskengine.intervene.leader.readings import Readings, Standing
from riskengine.intervene.leader.targets import targets
from riskengine.model.indicator import Indicator
from riskengine.model.period import ends
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Part
from tests.intervene.conftest import LEVELS, rulebook

MONTHS = ends("month", date(2025, 1, 1), date(2026, 5, 31))
FILINGS = Curve(
    "诈骗案件立案", "起", tuple((end, 8.0 * end.month) for end in MONTHS), 2026, running=True,
    target=98.0, target_text="目标≤", forecast=(101.0, 93.0, 110.5),
)  # fmt: skip


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def words_of(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup)


def test_a_course_names_its_target_last_year_and_where_the_year_will_end():
    assert {"目标≤98", "去年", "预计", "101", "1月", "12月"} <= set(words(year_course(FILINGS)))


def test_who_cannot_see_it_hears_it():
    svg = year_course(FILINGS)
    assert svg.startswith('<svg class="drawn"') and 'role="img"' in svg
    assert (
        'aria-label="诈骗案件立案（起）走势。最近读数40起（2026年5月）；目标≤98起；预计年末101起，80%区间93至110.5。"'
        in svg
    )


def test_a_chart_fetches_nothing_runs_nothing_and_leaves_the_fonts_to_the_reader():
    svg = year_course(FILINGS)
    assert not re.search(r"https?:|<script|<image|@import|url\(|\son\w+=", svg)
    assert "Microsoft YaHei" in svg and "Noto Sans CJK SC" in svg
    assert (
        svg.count("font-family") == 1
    )  # of the whole drawing; no label has one of its own, none was measured with a machine's font


def test_readings_that_add_up_lie_over_last_year_and_others_run_through_time():
    through = replace(FILINGS, running=False, forecast=None)
    assert {"2025", "2026", "40"} <= set(words(year_course(through))) and "去年" not in words(year_course(through))


def test_a_target_that_is_the_control_value_is_one_line():
    both = replace(FILINGS, target=1.5, control=1.5, forecast=None)
    assert "目标≤1.5，也是控制值" in words(year_course(both)) and "控制值1.5" not in words(year_course(both))


def test_without_a_reading_nothing_is_drawn():
    assert year_course(replace(FILINGS, points=())) == ""
    assert year_course(replace(FILINGS, points=((date(2026, 5, 31), None),))) == ""
    assert year_course(replace(FILINGS, points=((date(2023, 5, 31), 9.0), (date(2026, 5, 31), None)))) == ""


def test_a_missing_reading_is_a_gap_and_is_said():
    gap = tuple((end, None if end.month in (3, 5) else value) for end, value in FILINGS.points)
    whole, broken = year_course(FILINGS), year_course(replace(FILINGS, points=gap))
    assert broken.count("M") > whole.count("M") and "最近读数32起（2026年4月）；此后没有读数；" in broken


@pytest.mark.parametrize("value", [0.0, -3.0, 97.93, 1e9, 0.003])
def test_one_reading_alone_is_drawn_whatever_it_is(value):
    assert year_course(Curve("某指标", "%", ((date(2026, 5, 31), value),), 2026)).endswith("</svg>")


def test_the_same_numbers_give_the_same_bytes():
    nights = [(date(2026, 6, day), {1: day % 3, 2: 2}) for day in range(1, 31)]
    assert nights_chart(nights, LEVELS) == nights_chart(nights, LEVELS)
    assert {"6月30日"} <= set(words(nights_chart(nights, LEVELS)))


def test_nights_without_a_warning_are_drawn_as_nothing():
    assert "今夜0件：红0件，橙0件，黄0件，蓝0件。" in nights_chart(
        [(date(2026, 6, 1), {}), (date(2026, 6, 2), {})], LEVELS
    )


def indicator(**more: Any) -> Indicator:
    return Indicator.model_validate(
        {
            "id": "filings", "name": "诈骗案件立案", "theme": "电信网络诈骗", "definition": "立案数。", "unit": "起", "better": "lower",
            "reports": "fanzha", "owner": "fanzha", "period": "month", "covers": "year", "basis": "目标表", **more,
        }
    )  # fmt: skip


def standing(values: list[float | None], **more: Any) -> Standing:
    """The county's filings over the last ``len(values)`` months."""
    shown = [[end.isoformat(), value] for end, value in zip(MONTHS[-len(values) :], values, strict=True)]
    given = dict.fromkeys(Standing.__dataclass_fields__)
    given |= {
        "indicator": "filings", "place": "990100", "owner": "fanzha", "period_end": date(2026, 5, 31), "target_kind": "at_most",
        "target": 98.0, "course": "off", "lamp": "红", "small": False, "says": "全县诈骗案件立案40起。", "place_name": "云川县",
        "forecast": 101.0, "low": 93.0, "high": 110.0,
        "why": {"columns": ["end", "value"], "series": shown, "chance_text": "达到目标的把握约两成", "words": {"course": "预计不达标"}},
    }  # fmt: skip
    return Standing(**(given | more))


def test_counts_of_single_periods_are_added_up_because_the_target_speaks_of_the_year():
    drawn = curve(standing([5.0, 6.0, 1.0, 2.0, 3.0, None, 4.0]), indicator(covers="period"))
    assert drawn.running and [value for _, value in drawn.points] == [None, None, 1.0, 3.0, 6.0, None, None]


def test_a_year_that_is_not_held_from_its_first_month_is_not_added_up():
    rows = [["2026-02-28", 5.0], ["2026-03-31", 6.0]]
    drawn = curve(standing([6.0], why={"columns": ["end", "value"], "series": rows}), indicator(covers="period"))
    assert [value for _, value in drawn.points] == [None, None]


def test_a_reading_says_of_which_months_it_speaks_and_what_the_year_has_come_to():
    series = {"columns": ["end", "value"], "series": [["2026-05-31", 2.0]], "year_to_date": 14.0}
    rules = book(indicator(id="month", covers="period"), indicator())
    county = {id_: standing([2.0], indicator=id_, why=series) for id_ in rules.indicators}
    text = body(Readings(county=county), rules)
    assert "年初以来14起" in text
    assert ">2026年5月</span></td>" in text and ">2026年1–5月</span></td>" in text


def test_half_years_are_added_up_and_rates_of_single_periods_are_not():
    rows = [["2025-06-30", 3.0], ["2025-12-31", 4.0], ["2026-06-30", 2.0]]
    halves = standing([2.0], why={"columns": ["end", "value"], "series": rows})
    drawn = curve(halves, indicator(covers="period", period="half"))
    assert drawn.running and [value for _, value in drawn.points] == [3.0, 7.0, 2.0]
    for unit in ("‰", "起/万人"):
        drawn = curve(halves, indicator(covers="period", period="half", unit=unit))
        assert not drawn.running and [value for _, value in drawn.points] == [3.0, 4.0, 2.0]


def test_rates_and_surveys_run_through_time_and_places_have_the_first_on_top():
    assert not curve(standing([97.0]), indicator(covers="moment", unit="%")).running
    assert curve(standing([15.0], target_kind="rank_within"), indicator(covers="moment", unit="位")).places


def test_a_year_that_is_over_has_no_forecast():
    assert curve(standing([40.0]), indicator()).forecast == (101.0, 93.0, 110.0)
    assert curve(standing([40.0], period_end=date(2025, 12, 31)), indicator()).forecast is None


def book(*indicators: Indicator) -> Rulebook:
    return replace(rulebook(), indicators={each.id: each for each in indicators})


def test_red_stands_before_yellow_each_with_its_sentence_its_chance_and_its_course():
    found = Readings(
        county={
            "a": standing([1.0], indicator="a", lamp="黄", course="open", says="第二句。"),
            "b": standing([1.0], indicator="b", lamp="绿", course="on"),
            "filings": standing([10.0, 40.0]),
        }
    )
    text = targets(book(indicator(), indicator(id="a"), indicator(id="b")), found)
    assert text.index("全县诈骗案件立案40起。") < text.index("第二句。")
    assert (
        "红灯 1、黄灯 1、绿灯 1、灰灯 0" in words_of(text)
        and "达到目标的把握约两成" in text
        and text.count("<svg") == 2
    )
    assert 'href="%E6%8C%87%E6%A0%87.html#filings"' in text


def test_no_reading_is_grey_and_not_among_the_good_ones():
    grey = standing([None], lamp="灰", course="unknown", value=None)
    text = targets(book(indicator()), Readings(county={"filings": grey}))
    assert "没有红灯、黄灯的指标。" in text and "绿灯 0、灰灯 1" in words_of(text)
    assert "情况未知：" in text and text.index("情况未知：") < text.index("诈骗案件立案")


@pytest.mark.parametrize(("many", "rest"), [(12, "另有红灯 2 项"), (11, "另有红灯 1 项"), (10, "")])
def test_many_red_ones_are_drawn_told_and_counted(many: int, rest: str):
    red = [indicator(id=f"i{n}") for n in range(many)]
    text = targets(book(*red), Readings(county={each.id: standing([40.0], indicator=each.id) for each in red}))
    assert text.count("<svg") == 4 and (rest in text if rest else "另有" not in text)


def test_of_one_colour_what_is_certain_stands_before_what_is_foretold():
    courses = ("on", "open", "off", "missed")
    found = Readings(
        county={each: standing([1.0], indicator=each, course=each, says=f"进度{each}。") for each in courses}
    )
    text = targets(book(*(indicator(id=each) for each in courses)), found)
    assert re.findall(r"进度(\w+)。", text) == ["missed", "off", "open", "on"]


def test_what_misses_its_target_names_the_towns_that_make_the_difference():
    shares = {"990100101": 60.0, "990100102": 25.0, "990100103": 9.0, "其他": 30.0, "990100104": -24.0}
    parts = tuple(
        Part("filings", "乡镇", code, f"{code[-3:]}镇", 3, 2, share / 10, share) for code, share in shares.items()
    )
    found = Readings(county={"filings": standing([40.0])}, parts={"filings": parts})
    text = targets(book(indicator()), found)
    assert "主要差在101镇（占60%）、102镇（占25%）" in words_of(text)
    assert "#filings-990100101" in text
    kept = Readings(county={"filings": standing([40.0], course="open", lamp="黄")}, parts={"filings": parts})
    assert "主要差在" not in words_of(targets(book(indicator()), kept))


@pytest.mark.parametrize(("least", "shown"), [(1.0, ["甲镇", "丙镇", "乙镇"]), (0.9, ["甲镇", "其余2个"])])
def test_parts_below_a_hundredth_of_the_difference_stand_together(least: float, shown: list[str]):
    made = zip(("甲镇", "乙镇", "丙镇"), (100 - 2 * least, least, least), strict=True)
    parts = [Part("filings", "乡镇", name, name, 3, 2, share / 100, share) for name, share in made]
    text = composition(parts, standing([3.0]), indicator())
    assert re.findall(r"<td>([^<]*(?:镇|个))</td>", text) == shown
