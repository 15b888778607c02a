"""The pydantic contract is the truth; the SQL that checks a million rows must not know better, nor worse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import TYPES, in_python

DIGITS = st.sampled_from("0123456789０１２３４５６７８９")
EDGE = st.sampled_from(["", "", " ", "　", "\t", "\u00a0", "\ufeff", "\r\n"])
NUMBERS = st.builds(
    "".join,
    st.tuples(
        EDGE,
        st.sampled_from(["", "", "-", "+", "－", "("]),
        st.sampled_from(["", "", "￥", "¥", "$", "$ "]),
        st.one_of(
            st.integers(0, 10**16).map(str),
            st.integers(0, 10**9).map("{:,}".format),
            st.decimals(0, 10**10, places=3, allow_nan=False).map(str),
            st.floats(0, 1e12).map(repr),
            st.text(DIGITS, max_size=8),
            st.sampled_from(
                ["1e5", "1E-3", "0x1F", "1_000", "Infinity", "nan", "12.", ".5", "1,23", "1.005", "0.123456785"]
            ),
        ),
        st.sampled_from(["", "", "万", "亿", " 万", "千", "%", "百万", "十"]),
        st.sampled_from(["", "", "元", "起", "人次", "个 ", "x"]),
        EDGE,
    ),
)
YEAR = st.sampled_from(["2024", "2023", "1900", "1899", "2100", "2101", "24", "113", "99", "0000", "２０２４"])
SMALL = st.integers(0, 32).flatmap(lambda n: st.sampled_from([str(n), f"{n:02d}", f" {n}"]))
MARK = st.sampled_from(["-", "/", ".", "年", "月", "", " ", "．", "\\"])
CLOCK = st.sampled_from(
    ["", "", "", " 10:23", "T10:23:11", "T10:23:11.000", " 8:00 AM", " 10时23分", "102311", " 25", "Z", " BC"]
)
DAYS = st.one_of(
    st.builds("".join, st.tuples(EDGE, YEAR, MARK, SMALL, MARK, SMALL, st.sampled_from(["", "日", "号"]), CLOCK, EDGE)),
    st.builds("".join, st.tuples(EDGE, SMALL, MARK, SMALL, MARK, YEAR, CLOCK)),
    st.builds("".join, st.tuples(st.sampled_from(["", "民国"]), YEAR, MARK, SMALL, st.sampled_from(["", "月"]))),
    st.integers(19_000, 82_000).flatmap(lambda n: st.sampled_from([str(n), f"{n}.5", f"{n}.", f" {n}"])),
    st.dates().map(str),
    st.dates().map("{:%Y%m%d}".format),
    st.integers(1_000_000, 99_999_999).map(str),
    st.sampled_from(["infinity", "epoch", "2024-02-30", "-2024-01-01", "2024-03-05 (BC)", "02024-03-05"]),
)
WORDS = st.sampled_from(
    [
        "是",
        "否",
        "有",
        "无",
        "Ｙ",
        "√",
        "属实",
        " 属 实 ",
        "已化解",
        "Ａ类（甲），乙",
        "—",
        "N/A",
        "Ｎ／Ａ",
        "NULL",
        "x" * 101,
        "甲" * 64,
    ]
    + ["甲" * 65, "甲" * 2001, " 甲 乙 ", "🙂" * 100, "e\u0301" * 50, "甲\n乙", "$1", "§", "a'b\"c", "100%", "{0}"]
)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
MESS = {name: st.one_of(NUMBERS, DAYS, WORDS, ANYTHING, st.text(DIGITS, max_size=9)) for name in TYPES}

_often = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def several(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """One query for many texts: the query costs more than the texts."""
    return st.lists(texts, min_size=1, max_size=60)


def assert_same(name: str, texts: list[str], in_sql: Callable[..., Any], **how: Any) -> None:
    """Python's value is SQL's value, of the same type; a complaint is NULL."""
    for text, sql in zip(texts, in_sql(name, texts, **how), strict=True):
        python = in_python(name, text, **how)
        expected = None if isinstance(python, ValueError) else python
        assert (sql, type(sql)) == (expected, type(expected)), (name, text, how, python)


@pytest.mark.parametrize("name", TYPES)
@_often
@given(data=st.data())
def test_sql_reads_every_type_as_python_does(name: str, in_sql: Callable[..., Any], data: st.DataObject) -> None:
    assert_same(name, data.draw(several(MESS[name])), in_sql)


@pytest.mark.parametrize("dates", ["ymd", "mdy", "dmy", "minguo"])
@_often
@given(texts=several(DAYS))
def test_sql_reads_days_in_every_order_as_python_does(dates: str, in_sql: Callable[..., Any], texts: list[str]) -> None:
    assert_same("Day", texts, in_sql, dates=dates)


@pytest.mark.parametrize("name", ["Money", "Whole", "Quantity", "Share", "Number"])
@pytest.mark.parametrize("scale", [0.01, 10_000.0, 0.3048, 100.0])
@settings(_often, max_examples=10)
@given(texts=several(NUMBERS))
def test_sql_scales_numbers_as_python_does(
    name: str, scale: float, in_sql: Callable[..., Any], texts: list[str]
) -> None:
    assert_same(name, texts, in_sql, scale=scale)
