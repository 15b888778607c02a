"""The language of conditions: what it means, what it refuses, and that nothing gets out of it."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.rulebook.language.expression import ExpressionError, Type, compile_expression

NAMES = {
    "甲": "甲", "乙": '"乙"', "类别": "类别", "日": "日", "是否化解": "是否化解", "rank": '"rank"', "空": "空",
    "as_of": "DATE '2026-06-30'",
}  # fmt: skip
TYPES: dict[str, Type] = {
    "甲": "number",
    "乙": "number",
    "类别": "text",
    "日": "date",
    "是否化解": "flag",
    "rank": "number",
}
con = duckdb.connect()
ROW = (
    "(SELECT 3::BIGINT AS 甲, 0::BIGINT AS 乙, '盗窃' AS 类别, DATE '2026-06-01' AS 日, TRUE AS 是否化解, "
    "7 AS rank, NULL::BIGINT AS 空)"
)


def value(text: str, boolean: bool = True) -> object:
    """What ``text`` is worth on the one row of ``ROW``."""
    compiled = compile_expression(text, NAMES, boolean=boolean, types=TYPES)
    row = con.execute(f"SELECT {compiled.sql} FROM {ROW}").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("甲 > 2", True),
        ("甲 ＞＝ 3 且 非 类别 = “诈骗”", True),
        ("甲 > 5 or 乙 = 0 and 甲 = 3", True),
        ("(甲 > 5 or 乙 = 0) and 甲 = 4", False),
        ("not 甲 > 5", True),
        ("甲 <> 3", False),
        ("甲 != 4", True),
        ("甲 == 3", True),
        ("甲 ≥ 3 and 甲 ≤ 3 and 甲 ≠ 4", True),
        ("甲 between 1 and 3", True),
        ("甲 not between 1 and 3", False),
        ("类别 in ('盗窃'，‘诈骗’)", True),
        ("类别 not in ('诈骗')", True),
        ("甲 in (1, 2, -3)", False),
        ("类别 = 'it''s'", False),
        ("空 is null", True),
        ("甲 is not null", True),
        ("空 > 1", None),
        ("空 > 1 or 甲 > 1", True),
        ("甲 / 乙 > 1", None),
        ("甲 / 2 = 1.5", True),
        ("甲 × 2 ÷ 4 = 1.5", True),
        ("-甲 + 2 * 3 - -1 = 4", True),
        ("case when 甲 > 2 then 1 else 0 end = 1", True),
        ("case when 甲 > 9 then 1 end is null", True),
        ("是否化解", True),
        ("是否化解 is true", True),
        ("是否化解 is not true", False),
        ("是否化解 = false", False),
        ("days_since(日) = 29", True),
        ("month_of(日) = 6 and day_of(日) = 1", True),
        ("days_until(日) = -29", True),
        ("days_between(日, '2026-06-11') = 10", True),
        ("greatest(甲, 乙, 2) = 3 and least(甲, 乙) = 0", True),
        ("greatest(甲, 空) = 3", None),
        ("coalesce(空, 甲) = 3", True),
        ("abs(-甲) = 3 and round(甲 / 7, 2) = 0.43", True),
        ("starts_with(类别, '盗') and contains(类别, '窃')", True),
        ("rank > 6", True),
        ("true", True),
    ],
)
def test_what_a_condition_means(text: str, meaning: object) -> None:
    assert value(text) is meaning


def test_a_value_is_a_number_and_division_is_never_whole() -> None:
    assert value("甲 / 2", boolean=False) == 1.5
    assert value("甲 / 0", boolean=False) is None


def test_the_names_that_were_read_are_told() -> None:
    assert compile_expression("甲 > 乙 and 类别 = '甲'", NAMES, boolean=True).names == {"甲", "乙", "类别"}


def test_the_sql_is_parenthesised_and_carries_only_what_was_given() -> None:
    compiled = compile_expression(
        "甲 / 乙 >= 0.5 或 类别 = '盗''窃'", {"甲": "a", "乙": "b", "类别": "c"}, boolean=True
    )
    assert compiled.sql == "(((CAST(a AS DOUBLE) / NULLIF(CAST(b AS DOUBLE), 0)) >= 0.5e0) OR (c = '盗''窃'))"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("甲 > 2 且 诈骗 > 1", "第9列：未知名称“诈骗”，可用的有：as_of、rank、乙、日、是否化解、甲、空、类别。"),
        ("甲 > 2 and", "第7列：“and”后面缺少内容，请补全。"),
        (
            "甲 > > 2",
            "第1列：表达式里不能用这种写法。可用：比较、and or not、in、between、is null、case、加减乘除和函数。",
        ),
        ("(甲 > 2", "第6列：括号没有配对，缺少“)”。"),
        ("甲 > 2)", "第6列：括号没有配对，多了“)”。"),
        ("甲 乙", "第3列：“乙”前面缺少运算符。请补上 and、or、比较或加减乘除。"),
        ("1 < 甲 < 3", "第1列：不能连写比较（如 1 < x < 3）。请写成 1 < x and x < 3，或 x between 1 and 3。"),
        ("甲 = null", "第1列：与 null 比较永远不成立，请写 is null 或 is not null。"),
        ("甲 = '3'", "第1列：比较两边不是一类：数与文字不能放在一起比较。"),
        ("类别 > '盗'", "第1列：文字只能用 = 或 <> 比较。"),
        ("甲", "第1列：这里要写条件（是或否），写成了数。请加上比较，例如 > 0。"),
        ("日 > 3", "第1列：比较两边不是一类：数与日期不能放在一起比较。"),
        ("days_since('昨天') > 1", "第12列：“昨天”不是日期，请写成 '2026-06-30'。"),
        ("days_since(甲) > 1", "第12列：这里要写日期，写成了数。"),
        ("abs(甲, 乙) > 1", "第1列：函数 abs 要1个参数，写了2个。"),
        ("abs > 1", "第1列：“abs”是函数，后面要写括号。"),
        ("甲 in 乙", "第1列：in 后面要写括号里的清单，例如 in ('盗窃', '诈骗')。"),
        ("甲 and 乙 > 1", "第1列：and 两边要写条件，写成了数。"),
        ("7日 > 1", "第1列：数字“7”后面紧跟着文字，请在中间加空格；名称不能以数字开头。"),
        ("甲 > 1e400", "第5列：这个数太大或太长，请改小。"),
        ("类别 = '盗", "第6列：引号没有配对，请补上后一个引号。"),
        ("  ", "第1列：表达式是空的，请写一个条件或算式。"),
    ],
)
def test_a_mistake_is_told_with_its_column(text: str, told: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text, NAMES, boolean=True, types=TYPES)
    assert str(raised.value) == told


HOSTILE = [
    "read_csv('/etc/passwd')", "甲 > (select 1)", "(select count(*) from sense.fraud) > 1", "甲 > 1; drop table x",
    "甲 > 1 -- 注释", "甲 > 1 /* 注释 */", "copy 甲 to '/tmp/x'", "getenv('HOME') = 'x'", "甲::text = '1'",
    "cast(甲 as text) = '1'", "sense.甲 > 1", '"甲"."乙" > 1', "甲[1] > 1", "{'a': 1} = 甲", "$1 > 1", "? > 1",
    "甲 > all (1)", "exists (select 1)", "甲 over () > 1", "sum(甲) > 1", "current_date > 日", "now() > 日",
    "甲 -> 乙", "x -> x + 1", "甲 like '%'", "类别 || 类别 = '盗'", "甲 = any([1])", "interval '1' day > 1",
    "date '2026-01-01' > 日", "array[1] = 甲", "甲 collate nocase = '1'", "甲 as 乙", "*", "甲 in (select 1)",
    "pragma_version() = 'x'", "abs(distinct 甲) > 1", "w0 > 1", "f0(1) > 1", "abs(*) > 1", "甲\x00> 1", "甲 \\ 1 > 1",
    "E'\\x41' = 类别", "x'41' = 类别", "U&'d' = 类别", "甲 @> 1", "甲 ** 2 > 1", "甲 % 2 = 1", "!甲", "甲 := 1",
    "(甲, 乙) = (1, 2)", "row(1) = 甲", "unnest([1]) > 1", "甲 > 1 union select 1", "grouping(甲) > 1",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_gets_out_of_the_language(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text, NAMES, boolean=True)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "甲" + ")" * 10_000 + " > 1",
        "(" * 60 + "甲" + ")" * 60 + " > 1",
        "not " * 450 + "甲 > 1",
        "- " * 900 + "甲 > 1",
        "+".join(["甲"] * 900) + " > 1",
        "greatest(甲, " * 40 + "甲" + ")" * 40 + " > 1",
        "case when 甲 > 1 then " * 70 + "1" + " end" * 70 + " > 1",
        "甲 > 1 and " * 400,
    ],
    ids=["brackets", "shorter brackets", "not", "minus", "plus", "greatest", "case", "long"],
)
def test_what_is_too_deep_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text, NAMES, boolean=True)


PIECES = st.sampled_from(
    "甲 乙 类别 日 是否化解 空 未知 as_of 1 2.5 1e9 '盗窃' “诈骗” ( ) ， , > < >= = <> != + - * / and or not 且 或 非 in between is "
    "null true case when then else end abs( least( coalesce( round( days_since( contains( ; -- :: . [ select".split()
)


OPERAND = st.sampled_from(
    ["甲", "乙", "空", "rank", "2", "-1", "甲 * 2", "3 - 甲 - 1", "abs(甲)", "case when 甲 > 1 then 2 end"]
)
TEST = st.builds(" ".join, st.tuples(OPERAND, st.sampled_from("> < >= = <>".split()), OPERAND))
SIMPLE = st.one_of(TEST, st.sampled_from(["是否化解", "空 is null", "类别 in ('盗窃')", "rank between 1 and 甲 + 4"]))
JOINED = st.lists(st.builds("".join, st.tuples(st.sampled_from(["", "not "]), SIMPLE)), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(JOINED, st.lists(st.sampled_from([" and ", " or "]), min_size=4, max_size=4))
def test_a_condition_means_what_sql_means_by_it(parts: list[str], joints: list[str]) -> None:
    text = parts[0] + "".join(joint + part for joint, part in zip(joints, parts[1:], strict=False))
    compiled = compile_expression(text, {**NAMES, "乙": "乙"}, boolean=True, types=TYPES)
    ours, theirs = con.execute(f"SELECT ({compiled.sql}), ({text}) FROM {ROW}").fetchall()[0]
    assert ours is theirs


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map(" ".join)), st.booleans())
def test_any_text_compiles_or_is_refused_and_what_compiles_runs(text: str, boolean: bool) -> None:
    try:
        compiled = compile_expression(text, NAMES, boolean=boolean, types=TYPES)
    except ExpressionError as error:
        assert 1 <= error.column <= len(text) + 1
        return
    con.execute(f"SELECT {compiled.sql} FROM {ROW}")
