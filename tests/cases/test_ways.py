"""Three ways to say what is known, each decided by the night's own code: signals, records, members."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskengine.cases.run import run_cases
from riskengine.rulebook.load import load
from tests.cases.county import RULES, came, lay_down, only, with_cases

SIX = """
- case: 六起
  as_of: 2026-06-30
  signals: {近7日诈骗起数: %s, 近7日诈骗上界: 5%s}
  expect: {verdict: hit}
"""


def test_signals_are_judged_scored_warned_of_and_routed(tmp_path: Path) -> None:
    result = only(tmp_path, surge=SIX % ("6x2", ""))
    seen = result.outcome
    assert result.passed
    assert (seen.verdict, seen.level, seen.score, seen.warning, seen.unit) == ("hit", "橙", 60, "新增", "fanzha")
    assert seen.reason == "近7日诈骗6起，上界5起。"


def test_a_signal_that_is_computed_is_computed_unless_it_is_given(tmp_path: Path) -> None:
    computed, written = came(
        tmp_path, surge=SIX % ("12", ", 人口: 20000") + SIX.replace("六起", "给了发案率") % ("12", ", 万人诈骗起数: 1")
    )
    assert [night.values["万人诈骗起数"] for night in computed.outcome.nights] == ["6"]
    assert computed.outcome.score == 90
    assert [night.values["万人诈骗起数"] for night in written.outcome.nights] == ["1"]
    assert written.outcome.score == 80


def test_residents_are_those_of_the_place_and_may_be_unknown(tmp_path: Path) -> None:
    here, nowhere = came(
        tmp_path,
        surge=(SIX % ("12", "")).replace("  signals", "  place: 白石镇\n  signals")
        + SIX.replace("六起", "没有人口") % ("12", ", 人口: _"),
    )
    assert here.outcome.nights[0].values["万人诈骗起数"] == "12"
    assert nowhere.outcome.nights[0].values["万人诈骗起数"] == "未知"


def test_what_is_not_written_is_unknown_and_unknown_is_not_clear(tmp_path: Path) -> None:
    seen = only(tmp_path, surge=SIX.replace(", 近7日诈骗上界: 5%s", "") % "6").outcome
    assert (seen.verdict, seen.reason, seen.warning) == ("unknown", "数据缺失：近7日诈骗上界。", "无")


def test_one_night_of_two_out_of_three_warns_of_nothing_yet(tmp_path: Path) -> None:
    seen = only(tmp_path, surge=SIX % ("1 6", "")).outcome
    assert (seen.verdict, seen.level, seen.warning, seen.unit) == ("hit", "橙", "无", None)


LIVES = [
    ("6 6", "hit", "橙", "新增"),
    ("6 _ 6", "hit", "橙", "新增"),
    ("6 6 12", "hit", "红", "升级"),
    ("6 6 1", "clear", "橙", "持续"),
    ("6 6 1 1", "clear", None, "解除"),
    ("6 6 1 _", "unknown", "橙", "持续"),
    ("12 12 6 6", "hit", "橙", "降级"),
    ("6 6 1 1 1", "clear", None, "无"),
]


def test_a_series_runs_through_for_and_keep(tmp_path: Path) -> None:
    cases = "".join(SIX.replace("六起", nights) % (nights, ", 人口: _") for nights, *_ in LIVES)
    seen = [result.outcome for result in came(tmp_path, surge=cases)]
    assert [(each.verdict, each.level, each.warning) for each in seen] == [tuple(life) for _, *life in LIVES]


def test_the_place_of_a_case_decides_who_leads(tmp_path: Path) -> None:
    seen = only(tmp_path, surge=(SIX % ("6x2", "")).replace("  signals", "  place: 白石镇\n  signals")).outcome
    assert seen.unit == "town-02"


def test_an_exception_holds_for_the_subject_that_a_case_names(tmp_path: Path) -> None:
    cases = (SIX % ("6x2", "")).replace("  signals", "  place: 白石镇\n  signals") + SIX.replace("六起", "别处") % (
        "6x2",
        "",
    )
    exception = """
exceptions:
  - {rule: fraud-surge, subject: "990100102", until: 2026-12-31, who: 反诈中心, why: 集中补立案}
"""
    workspace = lay_down(tmp_path, with_cases(surge=cases), **{"exceptions.yaml": exception})
    there, elsewhere = run_cases(load(workspace), workspace.scratch)
    assert (there.outcome.verdict, there.outcome.warning) == ("hit", "无")
    assert (elsewhere.outcome.verdict, elsewhere.outcome.warning) == ("hit", "新增")


OLD = """
- case: 从台账算
  as_of: 2026-06-30
  records:
    petition: |
      编号  日期   地区    涉及人数  办结日期
      甲    %s  东湾村  %s         %s
  expect: {verdict: hit}
"""


MATTERS = [
    ("04-30", "_", "_", "hit", "黄"),
    ("05-01", "_", "_", "clear", None),
    ("04-30", "20", "_", "hit", "红"),
    ("04-30", "_", "06-20", "clear", None),
    ("04-30", "_", "05-20", "clear", None),
]


def test_records_are_measured(tmp_path: Path) -> None:
    cases = "".join(OLD.replace("从台账算", f"第{n}件") % matter[:3] for n, matter in enumerate(MATTERS))
    seen = [result.outcome for result in came(tmp_path, old=cases)]
    assert [(each.verdict, each.level) for each in seen] == [matter[3:] for matter in MATTERS]


def test_records_of_a_town_count_what_lies_in_it(tmp_path: Path) -> None:
    seen = only(
        tmp_path,
        surge="""
- case: 镇村合计
  as_of: 2026-06-30
  place: 清溪镇
  records:
    fraud: |
      日期   地区    件数
      06-29  清溪镇  3
      06-28  东湾村  4
      06-22  清溪镇  9
      06-28  白石镇  5
  expect: {verdict: unknown}
""",
    ).outcome
    assert seen.nights[-1].values["近7日诈骗起数"] == "7"
    assert seen.nights[-1].values["近7日诈骗上界"] == "未知"


def test_cases_do_not_see_each_other(tmp_path: Path) -> None:
    """The same subjects, places and keys in many cases at once."""
    surge = "".join(SIX.replace("六起", f"第{n}个") % (n, "") for n in range(1, 9))
    old = "".join(OLD.replace("从台账算", f"第{n}件") % ("04-30", n * 6, "_") for n in range(1, 5))
    results = came(tmp_path, surge=surge, old=old)
    assert [each.outcome.verdict for each in results] == ["clear"] * 5 + ["hit"] * 3 + ["hit"] * 4
    assert [each.outcome.level for each in results[8:]] == ["黄", "黄", "黄", "红"]


BOTH = """
- case: 两项
  as_of: 2026-06-30
  members: {fraud-surge: %s, petition-old: %s}
  expect: {verdict: hit}
"""


MEETINGS = [
    ("hit", "hit", "hit", 60),
    ("hit=60", "hit=45", "hit", 70),
    ("hit=95", "hit", "hit", 100),
    ("clearx2 hit", "hit=70 clearx2", "hit", 80),
    ("clearx3 hit", "hit=70 clearx3", "clear", None),
    ("hit", "clear", "clear", None),
    ("hit", "_", "unknown", None),
    ("_ hit", "hit", "hit", 60),
]


def test_members_meet(tmp_path: Path) -> None:
    cases = "".join(
        BOTH.replace("两项", f"第{n}次") % (fraud, petition) for n, (fraud, petition, *_) in enumerate(MEETINGS)
    )
    seen = [result.outcome for result in came(tmp_path, both=cases)]
    assert [(each.verdict, None if each.verdict == "clear" else each.score) for each in seen] == [
        tuple(outcome) for _, _, *outcome in MEETINGS
    ]


def test_the_members_of_one_case_are_not_met_by_another(tmp_path: Path) -> None:
    results = came(tmp_path, both=BOTH % ("hit", "clear") + BOTH.replace("两项", "另一例") % ("clear", "hit"))
    assert [each.outcome.verdict for each in results] == ["clear", "clear"]


def test_members_of_at_least_are_given_like_any_other(tmp_path: Path) -> None:
    text = with_cases(both=BOTH % ("hit", "hit") + BOTH.replace("两项", "一项") % ("hit", "clear"))
    text = text.replace(
        "{all: [fraud-surge, petition-old], within: 3}", "{at_least: {count: 2, of: [fraud-surge, petition-old]}}"
    )
    workspace = lay_down(tmp_path, text)
    assert [each.outcome.verdict for each in run_cases(load(workspace), workspace.scratch)] == ["hit", "clear"]


def test_a_trend_and_a_rank_are_given_or_unknown(tmp_path: Path) -> None:
    signals = (
        RULES["signals/all.yaml"]
        + """\
  - {name: 诈骗走势, unit: 起, subject: town, trend: 近7日诈骗起数}
  - {name: 诈骗位次, unit: 位, subject: town, rank: 近7日诈骗起数}
"""
    )
    cases = SIX.replace("近7日诈骗上界: 5", "诈骗走势: 1, 诈骗位次: 2") % ("6", "")
    cases += SIX.replace("六起", "没有位次").replace("近7日诈骗上界: 5", "诈骗走势: 1") % ("6", "")
    text = with_cases(surge=cases).replace("近7日诈骗起数 > 近7日诈骗上界", "诈骗走势 > 0 and 诈骗位次 <= 3")
    text = text.replace("，上界{近7日诈骗上界}起", "")
    workspace = lay_down(tmp_path, text, **{"signals/all.yaml": signals})
    assert [each.outcome.verdict for each in run_cases(load(workspace), workspace.scratch)] == ["hit", "unknown"]


def test_compounds_of_the_same_members_and_theme_are_tried_each_for_itself(tmp_path: Path) -> None:
    more = RULES["warnings/all.yaml"].split("  - id: town-both")[1]
    more = "  - id: town-more" + more.replace("adds: 10", "adds: 40").replace("同时出现", "同时加重")
    cases = "    cases:\n" + (BOTH % ("hit", "hit")).strip("\n").replace("\n", "\n      ")
    text = with_cases(both=BOTH % ("hit", "hit")) + more + cases.replace("- case", "      - case", 1) + "\n"
    workspace = lay_down(tmp_path, text)
    assert [each.outcome.score for each in run_cases(load(workspace), workspace.scratch)] == [60, 90]


def test_a_compound_may_be_tried_beside_one_that_it_builds_on(tmp_path: Path) -> None:
    above = RULES["warnings/all.yaml"].split("  - id: town-both")[1]
    top = "  - id: town-top" + above.replace("fraud-surge, petition-old", "town-both").replace("同时出现", "叠加之上")
    cases = BOTH.replace("{fraud-surge: %s, petition-old: %s}", "{town-both: hit=40}")
    text = (
        with_cases(both=BOTH % ("hit", "hit")) + top + "    cases:\n" + cases.replace("\n", "\n      ").rstrip() + "\n"
    )
    workspace = lay_down(tmp_path, text)
    assert [each.outcome.score for each in run_cases(load(workspace), workspace.scratch)] == [60, 50]


@pytest.mark.parametrize("status", ["status: draft", "status: trial\n    until: 2026-01-31", "status: retired"])
def test_a_rule_is_tried_whatever_its_status(tmp_path: Path, status: str) -> None:
    text = with_cases(surge=SIX % ("6x2", "")).replace("subject: town\n", f"subject: town\n    {status}\n", 1)
    workspace = lay_down(tmp_path, text.split("  - id: town-both")[0])
    (result,) = run_cases(load(workspace), workspace.scratch)
    assert (result.outcome.verdict, result.outcome.warning) == ("hit", "新增")


def test_a_parameter_that_is_not_in_force_makes_a_case_unknown(tmp_path: Path) -> None:
    seen = only(tmp_path, surge=(SIX % ("6", ", 人口: 20000")).replace("2026-06-30", "2023-12-31")).outcome
    assert (seen.verdict, seen.reason) == ("unknown", "数据缺失：起数下限。")


def test_a_parameter_that_changes_during_a_series_holds_from_its_day(tmp_path: Path) -> None:
    text = with_cases(surge=SIX % ("6x2", "")).replace("{2024-01-01: 4}", "{2024-01-01: 7, 2026-06-30: 4}")
    workspace = lay_down(tmp_path, text)
    (result,) = run_cases(load(workspace), workspace.scratch)
    assert [night.verdict for night in result.outcome.nights] == ["clear", "hit"]
