"""Issues one by one where a file each would say little: words that units use, units of counting, ratios, rules that mask others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.rulebook.issues.domains import domains_of
from riskengine.rulebook.issues.reasoning import possible_ways
from riskengine.rulebook.issues.units import unlike
from riskengine.rulebook.issues.wording import wrong_words
from riskengine.rulebook.language.syntax import parsed
from riskengine.rulebook.language.tree import And, Not

SAID = [
    "拨打12345、110、12333、119核实",
    "走访KTV、网吧、APP运营单位，PM2.5超标的同时通报",
    "近7日诈骗{近7日诈骗起数}起，往常{近7日诈骗往常}起",
    "A类、B类企业3日内复查，涉VOCs的交生态环境局",
    "按“一案一策”化解（信访工作条例第34条）",
    "县平安办2024年风险预警工作方案第6条；中央政法委“社会治安整体防控”要求",
    "赔偿标准待定的征地纠纷",
    "GB 50016-2014、GA 38-2021 要求",
    "5G基站、Wi-Fi、Excel表",
]
NOT_SAID = [
    ("按 fraud-surge 流程处理", "fraud-surge"),
    ("见 assess_verdict 表", "assess_verdict"),
    ("level 升到红", "level"),
    ("起数>=5的镇", ">="),
    ("起数 and 损失都高", "and"),
    ("TODO 补充", "TODO"),
    ("待定", "待定"),
    ("措施：待补充。", "待补充"),
    ("联系人xxx，电话另发", "xxx"),
    ("这样写？？", "？？"),
    ("check again", "check again"),
    ("合并{起数", "{"),
]


@pytest.mark.parametrize("text", SAID)
def test_what_units_say_themselves_is_understood(text: str) -> None:
    assert wrong_words(text) is None


@pytest.mark.parametrize(("text", "word"), NOT_SAID)
def test_a_programs_words_and_notes_to_oneself_are_named(text: str, word: str) -> None:
    told = wrong_words(text)
    assert told is not None and f"“{word}”" in told[0]
    assert text.startswith(word, told[1] - 1) or told[1] == 1


def test_eighty_characters_without_a_stop_are_too_many() -> None:
    assert wrong_words("长" * 80) is None
    assert wrong_words("前面，" + "长" * 81) == ("有一句话连续81个字没有标点（最多80个）。请断开成短句。", 4)


UNITS = {"起数": "起", "件数": "件", "损失": "元", "止付": "元", "占比": "比例", "升幅": "%", "点": "百分点"}


@pytest.mark.parametrize(
    "text",
    [
        "起数 + 件数 > 5",
        "起数 > 损失",
        "起数 >= 5 且 损失 - 起数 > 0",
        "abs(起数) > round(损失, 1)",
        "greatest(起数, 损失) > 5",
        "起数 + 1 > 损失 - 止付",
        "coalesce(起数, 0) = 损失",
        "起数 between 1 and 损失",
        "- 起数 < 损失",
        "占比 > 升幅",
    ],
)
def test_things_of_different_units_are_not_put_together(text: str) -> None:
    tree = parsed(text)
    assert tree is not None and list(unlike(tree, UNITS))


@pytest.mark.parametrize(
    "text",
    [
        "损失 > 止付 * 2",
        "损失 / 起数 > 10000",
        "起数 * 10000 / 件数 > 占比",
        "升幅 - 点 > 1",
        "起数 + 1 > 2",
        "(case when 起数 > 1 then 1 else 0 end) + (case when 损失 > 1 then 1 else 0 end) > 1",
        "未知 > 损失",
    ],
)
def test_products_quotients_and_bare_numbers_have_no_unit(text: str) -> None:
    tree = parsed(text)
    assert tree is not None and not list(unlike(tree, UNITS))


_tests = st.builds(
    "{} {} {}".format, st.sampled_from(["甲", "乙"]), st.sampled_from(["<", "<=", ">", ">=", "="]), st.integers(0, 4)
)
_conditions = st.recursive(
    _tests,
    lambda below: st.one_of(
        st.builds("({} and {})".format, below, below),
        st.builds("({} or {})".format, below, below),
        st.builds("(not {})".format, below),
    ),
    max_leaves=4,
)


@settings(max_examples=200)
@given(one=_conditions, other=_conditions)
def test_one_condition_is_said_to_contain_another_only_where_it_does(one: str, other: str) -> None:
    """The test on which “masked” stands: over every pair of numbers."""
    first, second = parsed(one), parsed(other)
    assert first is not None and second is not None
    if possible_ways(And((first, Not(second))), domains_of({}, {})) == []:
        for 甲 in range(-1, 6):
            for 乙 in range(-1, 6):
                values = {"甲": 甲, "乙": 乙}
                assert not eval(_python(one), values) or eval(_python(other), values)


def _python(text: str) -> str:
    return text.replace(" = ", " == ")
