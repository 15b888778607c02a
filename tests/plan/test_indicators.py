"""Indicators in a plan: what changed in them is told, that they are not played is said, and warnings stay as they were."""

from __future__ import annotations

import pytest

from riskengine.plan.changes import changes
from riskengine.plan.reach import reach
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace
from tests.plan.asking import plan
from tests.plan.county import lay_rules, rules

INDICATORS = """\
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
    target: {kind: change, values: {2026-01-01: -10}, reference: 年度目标表}
    control: {values: {2026-01-01: 700}, reference: 控制值表}
    computed: {from: fraud, measure: count, by: 类别}
    weight: 100
    deduct: {each: 1, points: 1, most: 5}
    basis: 年度目标表
    cases:
      - {case: 没有读数, as_of: 2026-01-20, readings: "期末 | 数值\\n2025-12-31 | _", expect: {lamp: 灰}}
"""
NAMED = "指标“诈骗案件立案”（fraud-filings）"


def book(folder, text):
    lay_rules(folder, rules() | ({"indicators/fraud.yaml": text} if text else {}))
    return load(Workspace.at(folder))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("{2026-01-01: -10}", "{2026-01-01: -10, 2026-07-01: -12}", ["目标2026-07-01 起：新增 -12%"]),
        ("{2026-01-01: 700}", "{2026-01-01: 650}", ["控制值2026-01-01 起：700起 → 650起"]),
        ("    control: {values: {2026-01-01: 700}, reference: 控制值表}\n", "", ["控制值：删去 700起"]),
        ("kind: change, values: {2026-01-01: -10}", "kind: zero", ["目标2026-01-01 起：删去 -10%", "目标方式：比上年升降 → 零发生"]),
        ("period: month", "period: quarter", ["周期：月 → 季"]),
        (", by: 类别", "", ["计算分组：类别 → （空）"]),
        ("points: 1,", "points: 2,", ["扣分每份：1 → 2"]),
        ("case: 没有读数", "case: 没有报", []),
    ],
)  # fmt: skip
def test_one_change_of_an_indicator(tmp_path, before, after, told):
    assert before in INDICATORS
    old, new = book(tmp_path / "old", INDICATORS), book(tmp_path / "new", INDICATORS.replace(before, after, 1))
    assert [str(each) for each in changes(old, new)] == [NAMED + each for each in told]
    assert reach(old, new).lots == frozenset()


def test_against_rules_of_before_there_were_indicators_a_plan_tells_the_new_ones_and_plays_nothing(county):
    lay_rules(county.root, {"indicators/fraud.yaml": INDICATORS})
    told = plan(county)
    assert f"{NAMED}：新增 目标比上年升降-10%，控制值700起" in told
    assert "预警没有任何不同（没有规则需要推演）" in told
    assert (
        "指标“诈骗案件立案”有改动：这里只推演预警规则，不推演指标。请运行 riskengine test，并看下一夜的指标页。" in told
    )


def test_a_plan_of_a_book_whose_indicators_are_gone(tmp_path):
    told = [str(each) for each in changes(book(tmp_path / "old", INDICATORS), book(tmp_path / "new", ""))]
    assert told == [f"{NAMED}：删去 目标比上年升降-10%，控制值700起"]
