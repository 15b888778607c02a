"""Named lists: what a condition may say of them, and that a night and a rule's hash see their values."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.errors import RulesInvalid
from riskengine.model.named_list import NamedList
from riskengine.rulebook.language.expression import ExpressionError, compile_expression
from riskengine.rulebook.language.lists import lists_used, written_out
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

NAMES = {"类别": "类别", "甲": "甲", "乙": "乙"}
LISTS = {
    "高发": NamedList(name="高发", reference="某文件", values=("刷单返利", "虚假'投资")),
    "档": NamedList(name="档", reference="某文件", values=(1, -2.5)),
}
SIGNAL = "from: fraud, measure: count, window: 7"
LIST_FILE = "lists:\n  - {name: 高发类别, reference: 反诈中心口径, values: [刷单返利, 虚假投资]}\n"


def refused(text: str) -> str:
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text, NAMES, boolean=True, types={"类别": "text", "甲": "number"}, lists=LISTS)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("类别 in 高发", "类别 in ('刷单返利', '虚假''投资')"),
        ("甲 > 1 且 类别 not in 高发", "甲 > 1 且 类别 not in ('刷单返利', '虚假''投资')"),
        ("甲 in 档 or 类别 IN　高发 and 甲 <> 2", "甲 in (1, -2.5) or 类别 IN　('刷单返利', '虚假''投资') and 甲 <> 2"),
        ("类别 = '类别 in 高发'", "类别 = '类别 in 高发'"),
    ],
)
def test_a_list_stands_for_its_values(text: str, same: str) -> None:
    assert written_out(text, LISTS) == same
    sql = compile_expression(text, NAMES, boolean=True, lists=LISTS).sql
    assert sql == compile_expression(same, NAMES, boolean=True).sql


TEXTS = st.lists(st.text(st.characters(min_codepoint=32), max_size=50), min_size=1, max_size=6)
NUMBERS = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=6)


@given(TEXTS | NUMBERS)
def test_written_out_and_named_are_the_same_whatever_the_values(values: list[str] | list[float]) -> None:
    lists = {"单": NamedList(name="单", reference="某文件", values=tuple(values))}
    sql = compile_expression("类别 not in 单", NAMES, boolean=True, lists=lists).sql
    assert compile_expression(written_out("类别 not in 单", lists), NAMES, boolean=True).sql == sql


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("类别 in 高发类", "第7列：未知名单“高发类”，是否想写“高发”？请在 lists.yaml 里补上这个名单，或直接写 in ('盗窃', '诈骗')。"),
        ("甲 > 1 and 类别 = 高发", "第16列：“高发”是名单，前面要写 in 或 not in。"),
        ("高发 in 高发", "第1列：“高发”是名单，前面要写 in 或 not in。"),
        ("甲 in 高发", "第1列：in 两边不是一类：数与文字不能放在一起比较。"),
        ("类别 in (高发)", "第8列：“高发”是名单，前面要写 in 或 not in。"),
        ("甲 in 乙", "第1列：in 后面要写括号里的清单，例如 in ('盗窃', '诈骗')。"),
    ],
)  # fmt: skip
def test_a_mistake_with_a_list_is_told_where_it_stands(text: str, told: str) -> None:
    assert refused(text) == told


def test_a_list_that_would_burst_the_condition_is_refused() -> None:
    long = {"长": NamedList(name="长", reference="某文件", values=tuple(f"很长的类别{n}" for n in range(300)))}
    with pytest.raises(ExpressionError, match="第7列：名单写开后条件超过2000个字符。"):
        compile_expression("类别 in 长", NAMES, boolean=True, lists=long)


def test_the_words_after_in_are_the_lists_that_a_condition_uses() -> None:
    assert lists_used("类别 in 高发 且 甲 not in 档 或 乙 in (1, 2)") == {"高发", "档"}
    assert lists_used("((") == lists_used(None) == set()


def with_lists(workspace: Workspace, text: str = LIST_FILE) -> Workspace:
    (workspace.rules / "lists.yaml").write_text(text, encoding="utf-8")
    path = workspace.rules / "signals" / "fraud.yaml"
    written = path.read_text(encoding="utf-8")
    path.write_text(written.replace(f"{SIGNAL}}}", f"where: 类别 in 高发类别, {SIGNAL}}}"), encoding="utf-8")
    rules = workspace.rules / "warnings" / "fraud" / "surge.yaml"
    written = rules.read_text(encoding="utf-8").replace("where: 类别 <> '其他诈骗'", "where: 类别 in 高发类别")
    rules.write_text(written, encoding="utf-8")
    return workspace


def test_a_loaded_rule_book_has_its_lists_written_out(workspace: Workspace) -> None:
    book = load(with_lists(workspace))
    assert book.signals["近7日诈骗起数"].where == "类别 in ('刷单返利', '虚假投资')"
    evidence = book.rules["fraud-surge"].evidence
    assert evidence is not None and evidence.where == "类别 in ('刷单返利', '虚假投资')"
    assert book.lists["高发类别"].values == ("刷单返利", "虚假投资")


def test_a_changed_list_is_a_changed_rule_for_every_rule_that_reads_it(workspace: Workspace) -> None:
    before = load(with_lists(workspace)).rule_hashes
    path = workspace.rules / "lists.yaml"
    path.write_text(LIST_FILE.replace("刷单返利, ", ""), encoding="utf-8")
    after = load(workspace).rule_hashes
    assert after["fraud-surge"] != before["fraud-surge"]
    assert after["petition-old"] == before["petition-old"]


def test_a_list_that_is_missing_is_told_at_its_own_column(workspace: Workspace) -> None:
    with pytest.raises(RulesInvalid) as raised:
        load(with_lists(workspace, "lists: []\n"))
    first = raised.value.problems[0]
    line = (workspace.rules / "signals" / "fraud.yaml").read_text(encoding="utf-8").splitlines()[first.line - 1]
    assert line[first.column - 1 :].startswith("高发类别")
    assert first.code == "E301" and first.message.startswith("where 第7列：未知名单“高发类别”")


def test_a_broken_list_file_does_not_blame_the_conditions(workspace: Workspace) -> None:
    with pytest.raises(RulesInvalid) as raised:
        load(with_lists(workspace, LIST_FILE.replace("values", "value")))
    assert {problem.file for problem in raised.value.problems} == {"rules/lists.yaml"}


def test_the_shipped_lists_are_used_and_give_the_same_conditions_as_before() -> None:
    book = load(Workspace.at(Path(__file__).parents[2]))
    assert book.signals["近28日暴力警情"].where == "类别 in ('故意伤害', '殴斗', '抢劫抢夺')"
