"""“Never”, “always” and “cannot be more than” are said only where they are true: DuckDB is asked, on every row of a grid."""

from __future__ import annotations

import math
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.rulebook.issues.ranges import COUNT, SHARE, Domain, Range, range_of, whole
from riskengine.rulebook.issues.reasoning import possible_ways
from riskengine.rulebook.language.expression import compile_expression
from riskengine.rulebook.language.syntax import parsed
from riskengine.rulebook.language.tree import Compare, Name, Number, bound, names_in

DOMAINS = {"起数": COUNT, "件数": COUNT, "占比": SHARE, "是否": Domain(Range(0.0, 1.0), whole=True), "差": Domain()}
GRID = {
    "起数": "0, 1, 2, 3, 7, NULL",
    "件数": "0, 1, 4, NULL",
    "占比": "0.0, 0.3, 1.0, NULL",
    "是否": "0, 1, NULL",
    "差": "-5.5, 0.0, 2.0, NULL",
}

_names = st.sampled_from(sorted(GRID))
_numbers = st.sampled_from(["0", "1", "2", "3", "0.3", "0.5", "7", "-1", "10"])
_atoms = st.one_of(_names, _names, _numbers)


def _sums(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, below, st.sampled_from("+-*/"), below),
        st.builds("- {}".format, below),
        st.builds("abs({})".format, below),
        st.builds("least({}, {})".format, below, below),
        st.builds("greatest({}, {})".format, below, below),
        st.builds("coalesce({}, {})".format, below, below),
        st.builds("round({})".format, below),
        st.builds("(case when {} > {} then {} else {} end)".format, below, below, below, below),
    )


_values = st.recursive(_atoms, _sums, max_leaves=4)
_signs = st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])
_simple = st.builds("{} {} {}".format, _names, _signs, _numbers)
_tests = st.one_of(
    _simple,
    _simple,
    st.builds("{} {} {}".format, _values, _signs, _values),
    st.builds("{} in ({}, {})".format, _names, _numbers, _numbers),
    st.builds("{} not in ({}, {})".format, _names, _numbers, _numbers),
    st.builds("{} between {} and {}".format, _names, _numbers, _numbers),
    st.builds("{} is null".format, _names),
    st.builds("{} is not null".format, _names),
    st.builds("({} > {}) is true".format, _names, _numbers),
    st.builds("({} > {}) is not false".format, _names, _numbers),
)


def _both(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} and {})".format, below, below),
        st.builds("({} and {})".format, below, below),
        st.builds("({} or {})".format, below, below),
        st.builds("(not {})".format, below),
    )


_conditions = st.recursive(_tests, _both, max_leaves=5)


@pytest.fixture(scope="module")
def grid() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE every AS SELECT * FROM (SELECT 1) AS one(x)")
        for name, values in GRID.items():
            con.execute(f'CREATE OR REPLACE TABLE every AS SELECT e.*, unnest([{values}]) AS "{name}" FROM every e')
        yield con


def _sql(text: str, *, boolean: bool) -> str:
    return compile_expression(text, {name: f'"{name}"' for name in GRID}, boolean=boolean).sql


@settings(max_examples=300)
@given(text=_conditions)
def test_what_is_called_impossible_never_happens(grid: duckdb.DuckDBPyConnection, text: str) -> None:
    tree = parsed(text)
    assert tree is not None
    for holds in (True, False):
        if possible_ways(tree, DOMAINS, holds) == []:
            wanted = "" if holds else "NOT "
            found = grid.execute(f"SELECT * FROM every WHERE {wanted}{_sql(text, boolean=True)} LIMIT 1").fetchall()
            assert found == [], f"{text} is {holds} at {found}"


@settings(max_examples=300)
@given(text=_values)
def test_no_value_lies_outside_its_range(grid: duckdb.DuckDBPyConnection, text: str) -> None:
    tree = parsed(text)
    assert tree is not None
    range_ = range_of(tree, DOMAINS)
    value = _sql(text, boolean=False)
    low, high = (
        grid.execute(f"SELECT min(v), max(v) FROM (SELECT CAST({value} AS DOUBLE) AS v FROM every)").fetchone() or ()
    )
    if low is not None:
        assert range_.low <= low + 1e-9 and high <= range_.high + 1e-9
    if whole(tree, DOMAINS):
        odd = grid.execute(
            f"SELECT v FROM (SELECT CAST({value} AS DOUBLE) AS v FROM every) WHERE v <> round(v)"
        ).fetchall()
        assert odd == []


@pytest.mark.parametrize(
    "text",
    [
        "起数 < 0",
        "起数 >= 3 且 起数 <= 2",
        "起数 > 2 且 起数 < 3",
        "占比 > 1",
        "是否 = 2",
        "是否 <> 0 且 是否 <> 1",
        "起数 > 件数 且 件数 > 起数",
        "起数 >= 件数 + 2 且 起数 < 件数",
        "差 is null 且 差 > 1",
        "起数 + 件数 < 0",
        "abs(差) < 0",
        "greatest(起数, 5) < 5",
        "(case when 差 > 0 then 1 else 0 end) > 1",
        "起数 in (1, 2) 且 起数 not in (1, 2)",
        "起数 = 1 且 (起数 = 2 或 起数 = 3)",
        "非 (起数 >= 0)",
        "起数 * 2 > 20 且 起数 < 10",
        "10 < 起数 且 10 > 起数",
        "差 = '甲' 且 差 = '乙'",
        "差 = '甲' 且 差 <> '甲'",
        "起数 / 件数 < 0",
    ],
)
def test_a_contradiction_is_seen(text: str) -> None:
    tree = parsed(text)
    assert tree is not None and possible_ways(tree, DOMAINS) == []


@pytest.mark.parametrize(
    "text", ["起数 >= 0", "占比 <= 1 或 差 > 3", "非 (占比 > 1)", "是否 in (0, 1)", "起数 < 5 或 起数 >= 5"]
)
def test_a_condition_that_cannot_fail_is_seen(text: str) -> None:
    tree = parsed(text)
    assert tree is not None and possible_ways(tree, DOMAINS, False) == []


def test_too_many_ways_are_not_judged() -> None:
    text = " 且 ".join(f"(起数 = {n} 或 件数 = {n})" for n in range(9))
    tree = parsed(text)
    assert tree is not None and possible_ways(tree, DOMAINS) is None


def test_equal_trees_are_equal_wherever_they_stand() -> None:
    assert parsed("起数>1") == parsed("  (起数  ＞ 1)") != parsed("起数 > 2")


def test_a_parameter_becomes_its_value() -> None:
    tree = parsed("起数 >= 下限 * 2")
    assert tree is not None and names_in(bound(tree, {"下限": 3})) == {"起数"}
    assert bound(Compare(">", Name("x"), Name("y")), {"y": 1.0}) == Compare(">", Name("x"), Number(1.0))


@pytest.mark.parametrize(
    "text", ["", "起数 >", "a b", "1 < x < 3", "x in 名单", "(" * 60, "- " * 900 + "1", "x is 3", "case end"]
)
def test_what_is_not_understood_is_not_judged(text: str) -> None:
    assert parsed(text) is None or possible_ways(parsed(text), {}) != []  # type: ignore[arg-type]


def test_ranges_of_whole_numbers_close_on_the_next_one() -> None:
    assert Range(2.0, 5.0, low_open=True, high_open=True).tightened() == Range(3.0, 4.0)
    assert Range(2.5, math.inf).tightened() == Range(3.0, math.inf)
