"""The indicators that are shipped, and what a mistake in one does: found before the night, with file, line and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.errors import RulesInvalid
from riskengine.model.indicator import Indicator
from riskengine.rulebook.check import check
from riskengine.rulebook.checks.indicators import same_name
from riskengine.rulebook.checks.targets import in_force
from riskengine.rulebook.load import load, rules_hash
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]

TABLE = {
    "重大事项社会稳定风险评估率": ("exactly", 100),
    "初次信访一次性化解率": ("at_least", 92),
    "现行命案破案率": ("exactly", 100),
    "“九类”涉恶案件现案破案率": ("at_least", 30),
    "110接报警的矛盾纠纷排查化解率": ("at_least", 90),
    "诈骗案件立案": ("change", -10),
    "生产安全较大事故": ("at_most", 10),
    "重特大事故": ("zero", None),
    "生产安全死亡人数": ("change", -3.9),
    "重大森林火灾": ("zero", None),
    "重大危化环境安全事件": ("zero", None),
    "因灾群死群伤事件": ("zero", None),
    "媒情、网情、社情“交转办”事项办结率": ("at_least", 90),
    "政府性债务违约": ("zero", None),
    "银行不良率": ("at_most", 1.5),
    "保交楼风险项目整体交付率": ("at_least", 60),
    "平安指数": ("rank_within", 20),
    "平安建设工作": ("rank_within", 20),
}
"""The yearly targets of one district, line by line."""

ONE = """\
indicators:
  - id: fraud-filings
    name: 诈骗案件立案
    theme: 电信网络诈骗
    definition: 年初以来立案起数。
    unit: 起
    better: lower
    owner: fanzha
    period: month
    covers: year
    computed: {from: fraud, where: 类别 in 高发类别, measure: count}
    basis: 年度目标表
    cases:
      - {case: 没有读数, as_of: 2026-01-20, readings: "期末 | 数值\\n2025-12-31 | _", expect: {lamp: 灰}}
"""
LIST = "lists:\n  - {name: 高发类别, reference: 县反诈中心研判, values: [刷单返利, 虚假投资]}\n"


@pytest.fixture(scope="module")
def shipped() -> dict[str, Indicator]:
    """Every name an office may use → the shipped indicator."""
    found = load(Workspace.at(ROOT)).indicators.values()
    return {same_name(name): each for each in found for name in (each.name, *each.aliases)}


@pytest.mark.parametrize("name", TABLE)
def test_a_line_of_the_districts_table_of_targets_is_shipped(shipped: dict[str, Indicator], name: str) -> None:
    target = shipped[same_name(name)].target
    assert target is not None
    kind, value = TABLE[name]
    assert target.kind == kind
    assert in_force(target.values, date(2026, 6, 30)) == value


@pytest.mark.parametrize("group", ["平安三率", "两率一度"])
def test_the_surveys_are_shipped_and_ask_about_offices(shipped: dict[str, Indicator], group: str) -> None:
    held = {each.id: each for each in shipped.values() if each.group == group}
    assert len(held) >= 3 and all(each.returns == "survey" for each in held.values())
    if group == "两率一度":
        assert {each.about for each in held.values()} == {"gongan", "jiancha", "fayuan", "sifa"}


def test_five_rates_are_computed_from_records(shipped: dict[str, Indicator]) -> None:
    computed = {each.id for each in shipped.values() if each.computed is not None}
    assert computed == {"first-petitions", "dispute-settlement", "hazards-in-time", "fraud-filings", "loss-stopped"}


def test_the_points_of_the_assessment_are_a_hundred_and_no_miss_costs_more_than_its_share(
    shipped: dict[str, Indicator],
) -> None:
    held = {each.id: each for each in shipped.values()}.values()
    assert sum(each.weight for each in held) == 100
    assert all(each.target is not None and each.deduct is not None for each in held if each.weight)
    assert {each.id for each in held if each.deduct and each.deduct.veto} == {
        "homicides-solved",
        "grave-accidents",
        "mass-casualties",
    }


def laid(workspace: Workspace, text: str, lists: str = "") -> Workspace:
    (workspace.rules / "indicators").mkdir(exist_ok=True)
    (workspace.rules / "indicators" / "fraud.yaml").write_text(text, encoding="utf-8")
    if lists:
        (workspace.rules / "lists.yaml").write_text(lists, encoding="utf-8")
    return workspace


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_broken_indicator_stops_the_night_with_line_and_column_and_exit_code_3(
    workspace: Workspace, command: str
) -> None:
    laid(workspace, ONE.replace("better: lower", "better: 低"), LIST)
    asked = ["--as-of", "2026-06-30", "--workspace", str(workspace.root)]
    done = CliRunner().invoke(app, [command, *asked])
    assert done.exit_code == 3
    said = "rules/indicators/fraud.yaml:7:5: E203 better：“低”不在可用的值里，可用：higher、lower。"
    assert said in done.output
    assert not (workspace.root / "data" / "outbox").exists()


def test_a_case_that_names_an_unknown_place_does_not_stop_a_night(workspace: Workspace) -> None:
    laid(workspace, ONE.replace("as_of: 2026-01-20,", "as_of: 2026-01-20, place: 清西镇,"), LIST)
    assert "fraud-filings" in load(workspace).indicators
    with pytest.raises(RulesInvalid) as refused:
        load(workspace, cases=True)
    assert [problem.code for problem in refused.value.problems] == ["E623"]


def test_a_named_list_in_an_indicator_is_written_out_counts_as_used_and_may_not_be_unknown(
    tidy_workspace: Workspace,
) -> None:
    laid(tidy_workspace, ONE, LIST)
    computed = load(tidy_workspace).indicators["fraud-filings"].computed
    assert computed is not None and computed.where == "类别 in ('刷单返利', '虚假投资')"
    assert check(tidy_workspace, date(2026, 6, 30)) == []
    laid(tidy_workspace, ONE.replace("高发类别", "高发"))
    [problem] = check(tidy_workspace, date(2026, 6, 30))[:1]
    assert "未知名单“高发”，是否想写“高发类别”？" in problem.message


def test_what_may_stand_in_a_file_that_could_not_be_read_is_not_called_unknown(workspace: Workspace) -> None:
    laid(workspace, ONE, LIST)
    (workspace.rules / "units.yaml").write_text("units: [{id: fanzha", encoding="utf-8")
    (workspace.rules / "lists.yaml").write_text("lists: [{name: 高发", encoding="utf-8")
    with pytest.raises(RulesInvalid) as refused:
        load(workspace)
    assert {problem.file for problem in refused.value.problems} == {"rules/units.yaml", "rules/lists.yaml"}


SOURCE = """\
source: returns
title: 指标月报
kind: indicator
files: 统计局/*.csv
key: 编号
fields: {occurred_on: 期末, place: 地区, category: 指标名称, value: 数值}
"""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("reports: {unit: zongzhi, every: 31}\n", ["I808"]),
        ("reports: {unit: fanzha, every: 31}\n", []),
        ("", []),
    ],
    ids=["another office reports", "the office itself reports", "nobody said who reports"],
)
def test_an_indicator_that_no_source_brings_from_its_office_is_told(
    tidy_workspace: Workspace, more: str, told: list[str]
) -> None:
    laid(
        tidy_workspace,
        ONE.replace("computed: {from: fraud, where: 类别 in 高发类别, measure: count}", "reports: fanzha"),
    )
    (tidy_workspace.rules / "sources" / "returns.yaml").write_text(SOURCE + more, encoding="utf-8")
    assert [problem.code for problem in check(tidy_workspace, date(2026, 6, 30))] == told


def test_an_indicator_belongs_to_the_hash_of_the_rules(workspace: Workspace) -> None:
    before = rules_hash(workspace.rules)
    assert rules_hash(laid(workspace, ONE, LIST).rules) != before


def test_one_word_may_stand_for_a_list_of_one(workspace: Workspace) -> None:
    text = ONE.replace("    theme:", "    aliases: 诈骗立案\n    compare: city\n    theme:").replace(
        "expect: {lamp: 灰}", "expect: {lamp: 灰, says: 没有读数}"
    )
    found = load(laid(workspace, text, LIST)).indicators["fraud-filings"]
    assert (found.aliases, found.compare, found.cases[0].expect.says) == (("诈骗立案",), ("city",), ("没有读数",))


@pytest.mark.parametrize(
    ("day", "value"), [("2025-12-31", None), ("2026-01-01", 90), ("2026-06-30", 90), ("2026-07-01", 92)]
)
def test_the_target_in_force_is_the_newest_that_holds(day: str, value: float | None) -> None:
    values = {date(2026, 1, 1): 90.0, date(2026, 7, 1): 92.0}
    assert in_force(values, date.fromisoformat(day)) == value


@pytest.mark.parametrize(
    ("one", "other"), [("诈骗 立案", "诈骗立案"), ("１１０纠纷化解率", "110纠纷化解率"), ("化解率（年）", "化解率(年)")]
)
def test_names_are_compared_half_width_and_without_blanks(one: str, other: str) -> None:
    assert same_name(one) == same_name(other)
