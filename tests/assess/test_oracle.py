"""The oracle: what a compound means."""

from __future__ import annotations

import pytest

from riskengine.assess.dossier import Clause
from riskengine.assess.oracle import compare, conclude
from riskengine.errors import EngineFault


@pytest.mark.parametrize(
    ("true", "holds"),
    [("a b x", True), ("a b y", True), ("a b", False), ("a x", False), ("a b x n", False), ("", False)],
)
def test_all_and_one_of_any_and_nothing_of_none(true, holds):
    clause = Clause("c", ("a", "b"), ("x", "y"), ("n",))
    assert clause.holds(set(true.split())) is holds


@pytest.mark.parametrize(("true", "holds"), [("a x y", True), ("a x y z", True), ("a x", False), ("x y z", False)])
def test_at_least_so_many_of_a_list(true, holds):
    assert Clause("c", ("a",), (), (), of=("x", "y", "z"), count=2).holds(set(true.split())) is holds


def test_what_is_concluded_may_conclude_more():
    clauses = [Clause("top", ("low!", "h"), (), ()), Clause("low", ("a",), (), (), ("low!",))]
    assert conclude(clauses, [frozenset({"a", "h"}), frozenset({"a"}), frozenset({"h"})]) == [
        {"low", "top"},
        {"low"},
        set(),
    ]


def test_a_difference_names_the_rules_and_says_that_nothing_was_written():
    clauses = [Clause("c0", ("h0",), (), ()), Clause("c1", ("h1",), (), ())]
    with pytest.raises(EngineFault) as raised:
        compare(clauses, [frozenset({"h0"})], [frozenset({"c1"})], {"c0": "甲规则", "c1": "乙规则"})
    assert str(raised.value) == (
        "推理结论与校验不一致：推理多得出乙规则，漏掉甲规则（情形：h0）。今晚的研判没有写入，请报告开发人员。"
    )


def test_a_missing_conclusion_is_a_difference():
    with pytest.raises(EngineFault, match="交出1份情形，只收回0份结论"):
        compare([Clause("c0", ("h0",), (), ())], [frozenset()], [], {})
