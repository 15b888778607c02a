"""The readings that were published are cases of the shipped indicators, and come out as the offices said them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskengine.cases.indicators import differences, published, run_indicator_cases, series_of
from riskengine.cases.telling import indicator_failure_text, report_text
from riskengine.cli.every import app
from riskengine.model.indicator import IndicatorCase, IndicatorExpect
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Standing
from riskengine.rulebook.case_tables import read_readings
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]

SAID = [
    ("群众安全感", "97.93%，连续三年下降且连续三年低于全市平均", "黄"),
    ("十万人命案发案率", "0.98起每十万人，超过控制值", "红"),
    ("劳动争议一审案件数", "超过控制值52件（高11.5%）", "红"),
    ("刑事立案数", "比去年同期下降33.6%（174起，去年262起）", "绿"),
    ("刑事立案数", "比去年同期下降5.2%", "绿"),
    ("电信网络诈骗立案占比", "超过控制值40%", "红"),
    ("治安满意率", "比去年同期下降0.12个百分点，低于全省0.79个百分点、低于全市0.28个百分点", "黄"),
    ("扫黑除恶认可率", "低于全省0.65个百分点、低于全市0.22个百分点", "黄"),
    ("平安建设知晓率", "比去年同期上升0.32个百分点，高于全省2.74个百分点，但低于全市1.27个百分点", "绿"),
    ("公众安全感满意率", "比去年同期上升0.61个百分点，但低于全市0.89个百分点", "绿"),
]


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    return load(Workspace.at(ROOT))


@pytest.fixture(scope="module")
def said(shipped: Rulebook) -> dict[str, list[Standing]]:
    """Indicator's name → what is said of its published readings, those with a ``source``."""
    found: dict[str, list[Standing]] = {}
    for indicator, case, standing in published(shipped):
        if case.source is not None:
            found.setdefault(indicator.name, []).append(standing)
    return found


@pytest.mark.parametrize(("name", "words", "lamp"), SAID)
def test_a_published_reading_is_said_as_it_was_published(
    said: dict[str, list[Standing]], name: str, words: str, lamp: str
) -> None:
    assert [each.lamp for each in said[name] if words in each.says] == [lamp]


def test_a_district_says_the_whole_sentence(shipped: Rulebook) -> None:
    district = tuple(
        place.model_copy(update={"name": "临江区"}) if place.parent is None else place for place in shipped.places
    )
    (first, *_) = (
        standing
        for indicator, case, standing in published(replace(shipped, places=district))
        if indicator.name == "群众安全感" and case.source is not None
    )
    assert first.says == "全区群众安全感97.93%，连续三年下降且连续三年低于全市平均"


def test_every_case_of_the_shipped_indicators_passes(shipped: Rulebook) -> None:
    results = run_indicator_cases(shipped)
    assert all(result.passed for result in results), report_text([], {}, {}, results)
    assert len(results) == sum(len(indicator.cases) for indicator in shipped.indicators.values())
    assert {indicator.id for indicator in shipped.indicators.values() if not indicator.cases} == set()


def test_only_wanted_cases_are_run(shipped: Rulebook) -> None:
    (result,) = run_indicator_cases(shipped, lambda indicator, index: (indicator.id, index) == ("sense-of-safety", 0))
    assert result.case.as_of == date(2026, 2, 1)


def test_a_case_of_a_town_speaks_of_the_town(shipped: Rulebook) -> None:
    safety = shipped.indicators["sense-of-safety"]
    case = safety.cases[0].model_copy(update={"place": "清溪镇"})
    series, complaints = series_of(shipped, safety, case)
    assert (series.called, series.place, complaints) == ("清溪镇", "990100101", [])


def test_a_line_without_a_reading_and_a_line_that_is_not_there_are_both_no_reading(shipped: Rulebook) -> None:
    case = IndicatorCase(
        case="缺一期",
        as_of=date(2026, 2, 1),
        readings="期末  数值\n2023-12-31  98\n2025-12-31  _",
        expect=IndicatorExpect(),
    )
    series, _ = series_of(shipped, shipped.indicators["sense-of-safety"], case)
    assert [(each.end.year, each.value) for each in series.readings] == [(2023, 98), (2024, None), (2025, None)]
    assert series.due == date(2025, 12, 31)


def test_what_differs_is_told_part_by_part(said: dict[str, list[Standing]]) -> None:
    expect = IndicatorExpect(
        lamp="红", course="met", value=97.9, falls=2, below={"city": 2, "province": 1}, forecast=(90, 95),
        says=("低于全省",), silent=("下降",),
    )  # fmt: skip
    standing = said["群众安全感"][0]
    assert [f"{each.what}：应为{each.expected}，实为{each.came}" for each in differences(expect, standing)] == [
        "灯：应为红灯，实为黄灯",
        "进度：应为met（已达标），实为unknown（未知）",
        "读数：应为97.9，实为97.93",
        "连续变差期数：应为2，实为3",
        "连续不如全市平均期数：应为2，实为3",
        "连续不如全省平均期数：应为1，实为未知",
        "年末预测：应为90 至 95，实为97.93",
        f"一句话：应为含“低于全省”，实为“{standing.says}”",
        f"一句话：应为不含“下降”，实为“{standing.says}”",
    ]


GOLDEN = """\
  rules/indicators/x.yaml:9:9: 用例“高出全市控制值11.5%”（2024-06-20）没有通过
    灯：应为 绿灯，实为 红灯
    怎么得出的：
      期末        数值
      2024-05-31  58
      目标：无
      控制值：52
      红灯：超过控制值52件（高11.5%）
      进度无目标：没有目标
      一句话：全县5月劳动争议一审案件数58件，超过控制值52件（高11.5%）"""


def test_a_failing_case_shows_the_readings_and_why(shipped: Rulebook) -> None:
    labour = shipped.indicators["labour-cases"]
    wrong = labour.cases[0].model_copy(update={"expect": IndicatorExpect(lamp="绿")})
    book = replace(shipped, indicators={labour.id: labour.model_copy(update={"cases": (wrong,)})})
    (result,) = run_indicator_cases(book)
    assert indicator_failure_text(result, "rules/indicators/x.yaml:9:9") == GOLDEN
    assert report_text([], {}, {}, [result]).splitlines()[-1] == "共 1 项指标、1 个用例，1 个没有通过。"


def test_the_command_runs_them_too() -> None:
    runner = CliRunner()
    typed = runner.invoke(app, ["test", "sense-of-safety", "labour-cases", "--workspace", str(ROOT)])
    assert (typed.exit_code, typed.stdout.splitlines()[-1]) == (0, "共 2 项指标、2 个用例，全部通过。")
    told = runner.invoke(app, ["test", "--case", "97.93%", "--json", "--workspace", str(ROOT)])
    (case,) = json.loads(told.stdout)
    assert case["indicator"] == "sense-of-safety"
    assert case["came"]["below"] == {"city": 3, "province": None, "peers": None}
    assert case["where"].startswith("rules/indicators/perception.yaml:")
    unknown = runner.invoke(app, ["test", "sense-of-safty", "--workspace", str(ROOT)])
    assert (unknown.exit_code, "是否想写“sense-of-safety”？" in unknown.output) == (2, True)


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        ("期末  读数\n2025-12-31  97", 0, "读数表没有“读数”这一列"),
        ("期末  全市平均\n2025-12-31  97", 0, "读数表要有“期末”和“数值”两列。请补上表头。"),
        ("期末  数值\n2025-12-30  97", 1, "期末写了 2025-12-30，2025年的最后一天是 2025-12-31，请改正。"),
        (
            "期末  数值\n2026-12-31  97",
            1,
            "期末 2026-12-31 在 as_of（2026-02-01）之后，那时还不知道，请删去这一行或改 as_of。",
        ),
        ("期末  数值\n2025-12-31  97\n2025-12-31  98", 2, "2025-12-31 这一期写了两次。请删去一行。"),
        ("期末  数值\n2025-12-31  好", 1, "“好”"),
        ("期末  数值\n2025-12-31", 1, "表头有 2 列，这一行有 1 列。"),
        ("期末  数值\n_  97", 1, "不是能识别的日期"),
    ],
)
def test_a_table_that_cannot_be_read_says_where_and_what(table: str, line: int, message: str) -> None:
    _, complaints = read_readings(table, "year", date(2026, 2, 1))
    (complaint,) = complaints
    assert complaint.line == line
    assert complaint.message.startswith(message), complaint.message


def test_a_day_may_leave_out_the_year_and_a_figure_may_carry_its_sign() -> None:
    (reading,), complaints = read_readings("期末 | 数值 | 全市排名\n01-31 | 97.93% | 3", "month", date(2026, 2, 1))
    assert (reading.end, reading.value, reading.rank, complaints) == (date(2026, 1, 31), 97.93, 3, [])
