"""Changes of rule files in words, and what each of them can reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskengine.model.rulebook import Rulebook
from riskengine.plan.changes import changes
from riskengine.plan.reach import reach
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace
from tests.plan.county import edit, lay_rules, rules

FRAUD, COMPOUND = "warnings/fraud/fraud.yaml", "warnings/compound/compound.yaml"
PETITIONS, SIGNALS = "warnings/petitions/petitions.yaml", "signals/signals.yaml"
FRAUDS = {("电信网络诈骗", "town"), ("综合研判", "town"), ("信访", "town")}
"""The compound stands on the fraud rules and merges warnings of petitions."""


@pytest.fixture
def old(tmp_path) -> Rulebook:
    lay_rules(tmp_path / "old", rules())
    return load(Workspace.at(tmp_path / "old"))


def edited(folder: Path, name: str, before: str, after: str) -> Rulebook:
    lay_rules(folder, rules())
    workspace = Workspace.at(folder)
    if before:
        edit(workspace, name, before, after)
    else:
        (workspace.rules / name).write_text(after, encoding="utf-8")
    return load(workspace)


@pytest.mark.parametrize(
    ("name", "before", "after", "told", "lots"),
    [
        (FRAUD, "2024-01-01: 3}", "2024-01-01: 4}",
         ["规则“诈骗案件明显增多”（fraud-surge）参数“下限”2024-01-01 起：3起 → 4起"], FRAUDS),
        (FRAUD, "values: {2024-01-01: 3}", "values: {2024-01-01: 3, 2026-06-15: 5}",
         ["规则“诈骗案件明显增多”（fraud-surge）参数“下限”2026-06-15 起：新增 5起"], FRAUDS),
        (FRAUD, "[5, 8, 60]", "[5, 8, 55]",
         ["规则“诈骗案件明显增多”（fraud-surge）得分项“数量”得分档：−∞～5 得 40 分，5～8 得 60 分，8～∞ 得 80 分 → "
          "−∞～5 得 40 分，5～8 得 55 分，8～∞ 得 80 分"], FRAUDS),
        (FRAUD, "title: 诈骗案件明显增多", "title: 诈骗明显增多",
         ["规则“诈骗明显增多”（fraud-surge）名称：诈骗案件明显增多 → 诈骗明显增多"], set()),
        (FRAUD, "    subject: town", "    status: retired\n    subject: town",
         ["规则“诈骗案件明显增多”（fraud-surge）状态：正式运行 → 停用"], FRAUDS),
        (COMPOUND, "within: 4", "within: 2", ["规则“诈骗与信访叠加”（fraud-and-petitions）几夜之内（within）：4 → 2"],
         {("综合研判", "town"), ("信访", "town")}),
        (COMPOUND, "any: [fraud-surge, fraud-loss]", "any: [fraud-surge]",
         ["规则“诈骗与信访叠加”（fraud-and-petitions）任一命中（any）：fraud-surge、fraud-loss → fraud-surge"],
         {("综合研判", "town"), ("信访", "town")}),
        (SIGNALS, "measure: count, window: 7}", "measure: count, window: 5}",
         ["信号“近7日诈骗起数”天数：7 → 5"], FRAUDS),
        ("routes.yaml", "{themes: [信访], lead: xinfang}", "{themes: [信访], lead: zongzhi, township: false}",
         ["派发第2条：信访 派给信访局，属地协办 → 信访 派给综治中心"], {("综合研判", "town"), ("信访", "town"), ("信访", "county")}),
        ("routes.yaml", "  - {themes: [信访], lead: xinfang}\n", "", ["派发（原第2条）：删去 信访 派给信访局，属地协办"],
         {("综合研判", "town"), ("信访", "town"), ("信访", "county")}),
        ("units.yaml", "name: 反诈中心", "name: 县反诈中心", ["单位“县反诈中心”（fanzha）名称：反诈中心 → 县反诈中心"], set()),
        ("levels.yaml", "score: 60, handle_within: 3", "score: 55, handle_within: 3", ["等级“橙”最低分：60 → 55"],
         FRAUDS | {("信访", "county")}),
        ("levels.yaml", "score: 60, handle_within: 3", "score: 60, handle_within: 5", ["等级“橙”办理天数：3 → 5"], set()),
        ("clocks.yaml", "",
         "clocks:\n  - {id: handle-red, title: 红色预警办理, start: 下发, amount: 2, unit: workdays, for: {levels: 红}, basis: 县规程}\n",
         ["期限“红色预警办理”（handle-red）：新增 起算=下发，多少日=2，按什么日=工作日，用在=等级 红，依据=县规程"], set()),
        ("calendar.yaml", "", "calendar:\n  - {year: 2026, reference: 三月三放假通知, holidays: [2026-04-20]}\n",
         ["工作日历“2026”：新增 出处=三月三放假通知，放假=2026-04-20"], set()),
        ("learning.yaml", "", "window: 90\n", ["规则改进“learning.yaml”的 window：365 → 90"], set()),
        ("exceptions.yaml", "",
         "exceptions:\n  - {rule: fraud-loss, subject: '990100103', until: 2026-07-01, who: 县反诈中心, why: 专项已包案}\n",
         ["例外“fraud-loss”（fraud-loss／990100103）：新增 规则=fraud-loss，对象=990100103，截止日=2026-07-01，决定单位=县反诈中心，"
          "原因=专项已包案"], {("电信网络诈骗", "town")}),
    ],
)  # fmt: skip
def test_one_change(old, tmp_path, name, before, after, told, lots):
    new = edited(tmp_path / "new", name, before, after)
    assert [str(each) for each in changes(old, new)] == told
    assert reach(old, new).lots == lots


def test_a_clock_that_changes_is_told_part_by_part(tmp_path):
    written = "clocks:\n  - {id: reply, title: 答复, start: 收到来信, amount: 60, unit: days, last_day: roll, basis: 县办法}\n"
    extended = written.replace("amount: 60", "amount: 30, extension: {amount: 15, approver: 局长办公会}").replace("roll", "keep")
    books = [edited(tmp_path / name, "clocks.yaml", "", text) for name, text in (("one", written), ("two", extended))]
    assert [str(each) for each in changes(*books)] == [
        "期限“答复”（reply）多少日：60 → 30",
        "期限“答复”（reply）最后一日不上班：顺延 → 不顺延",
        "期限“答复”（reply）延长：无 → 多少日 15，批准 局长办公会，须写理由 是",
    ]


def test_nothing_changed(old, tmp_path):
    new = edited(tmp_path / "new", FRAUD, "rules:\n", "# 只加了一行说明\nrules:\n")
    reached = reach(old, new)
    assert (changes(old, new), reached.lots, reached.old.rules) == ((), frozenset(), {})
    assert set(reached.unaffected) == set(new.rules)


def test_a_rule_is_added_and_one_is_gone(old, tmp_path):
    new = edited(tmp_path / "new", PETITIONS, "id: petition-many", "id: petition-lots")
    assert [str(each) for each in changes(old, new)] == [
        "规则“信访件数偏多”（petition-lots）：新增 正式运行",
        "规则“信访件数偏多”（petition-many）：删去 正式运行",
    ]
    reached = reach(old, new)
    assert reached.changed == {"petition-lots", "petition-many"}
    assert "petition-lots" not in reached.old.rules
    assert "petition-many" not in reached.new.rules


def test_members_of_a_compound_are_played_although_their_theme_cannot_differ(old, tmp_path):
    new = edited(tmp_path / "new", COMPOUND, "within: 4", "within: 2")
    reached = reach(old, new)
    assert {"fraud-surge", "fraud-loss", "petition-surge"} <= set(reached.new.rules)
    assert "fraud-surge" in reached.unaffected
    assert reached.shared == set(reached.new.rules) - {"fraud-and-petitions"}


def test_a_changed_source_is_told(old, tmp_path):
    new = edited(tmp_path / "new", "sources/petitions.yaml", "place: 属地,", "place: 属地, channel: 来源,")
    [each] = changes(old, new)
    assert (each.what, each.title) == ("来源", "信访事项")
    assert reach(old, new).lots == set()
