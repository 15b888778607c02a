"""A condition taken apart: the parts are those the language reads, and the answers of the parts make up the answer of
the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.explain.chain import Part
from riskengine.explain.condition import Answers, Clause, answered, ask_for, clause_of, failing
from riskengine.store.database import Connection
from riskengine.store.laboratory import laboratory

NAMES = {"甲": "w.a", "乙": "w.b", "丙": "w.c"}


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    scratch: Path = tmp_path_factory.mktemp("condition")
    with laboratory(None, scratch) as connection:
        yield connection


def shape(clause: Clause) -> object:
    """``甲 > 1``, ``("all", …)``: a condition without its texts of the middle."""
    return clause.text if clause.kind == "test" else (clause.kind, *(shape(part) for part in clause.parts))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("甲 > 1", "甲 > 1"),
        ("甲 > 1 and 乙 < 2", ("all", "甲 > 1", "乙 < 2")),
        ("甲 > 1 or 乙 < 2 and 丙 = 3", ("any", "甲 > 1", ("all", "乙 < 2", "丙 = 3"))),
        ("(甲 > 1 或 乙 < 2) 且 丙 = 3", ("all", ("any", "甲 > 1", "乙 < 2"), "丙 = 3")),
        ("甲 between 1 and 5 and 乙 < 2", ("all", "甲 between 1 and 5", "乙 < 2")),
        ("not 甲 > 1 and 乙 < 2", ("all", ("not", "甲 > 1"), "乙 < 2")),
        ("非 （甲 ＞ 1 或 乙 ＜ 2）", ("not", ("any", "甲 ＞ 1", "乙 ＜ 2"))),
        ("甲 not in (1, 2) or 乙 is not null", ("any", "甲 not in (1, 2)", "乙 is not null")),
        (
            "case when 甲 > 1 and 乙 > 1 then 1 else 0 end = 1 and 丙 > 0",
            ("all", "case when 甲 > 1 and 乙 > 1 then 1 else 0 end = 1", "丙 > 0"),
        ),
        ("(甲 + 乙) > 1 and (丙) < 2", ("all", "(甲 + 乙) > 1", "(丙) < 2")),
        ("((甲 > 1))", "甲 > 1"),
    ],
)
def test_the_parts_are_those_that_the_language_reads(text: str, parts: object) -> None:
    assert shape(clause_of(text)) == parts


_TESTS = st.sampled_from(["甲 > 1", "乙 <= 2", "丙 = 0", "甲 between 0 and 乙", "甲 + 乙 > 丙"])
_CONDITIONS = st.recursive(
    _TESTS,
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from(["and", "or"]), below).map(lambda each: f"{each[0]} {each[1]} {each[2]}"),
        below.map(lambda each: f"({each})"),
        below.map(lambda each: f"not ({each})"),
    ),
    max_leaves=6,
)
_VALUES = st.one_of(st.none(), st.integers(-1, 3))


def known(part: Part) -> bool | None:
    """What the parts make of a condition, in the logic of three values."""
    if part.kind == "test":
        return part.holds
    below = [known(each) for each in part.parts]
    if part.kind == "not":
        return None if below[0] is None else not below[0]
    decisive = part.kind == "any"
    return decisive if decisive in below else None if None in below else not decisive


@settings(max_examples=60)
@given(text=_CONDITIONS, values=st.tuples(_VALUES, _VALUES, _VALUES))
def test_the_answers_of_the_parts_make_up_the_answer_of_the_whole(
    con: Connection, text: str, values: tuple[int | None, ...]
) -> None:
    part = taken_apart(con, text, values)
    assert part.holds == known(part)


def taken_apart(con: Connection, text: str, values: tuple[float | None, ...]) -> Part:
    clause, answers = clause_of(text), Answers(NAMES)
    ask_for(clause, answers)
    cells = ", ".join(
        f"CAST({'NULL' if value is None else value} AS DOUBLE) AS {name}"
        for name, value in zip("abc", values, strict=True)
    )
    answers.fetch(con, f"(SELECT {cells}) w")
    shown = dict(zip(NAMES, values, strict=True))
    return answered(clause, answers, {"甲": "起", "乙": "起", "丙": "是否"}, shown)


@pytest.mark.parametrize(
    ("text", "shown", "gap"),
    [
        ("甲 >= 4", "甲（1起） >= 4", "还差3起"),
        ("甲 > 1", "甲（1起） > 1", "正好相等，要多一点才成立"),
        ("乙 < 2", "乙（5起） < 2", "高出3起"),
        ("乙 < 5", "乙（5起） < 5", "正好相等，要少一点才成立"),
        ("甲 = 乙", "甲（1起） = 乙（5起）", "要5起，是1起"),
        ("丙 = 1", "丙（否） = 1", None),
        ("甲 <> 1", "甲（1起） <> 1", None),
        ("甲 in (2, 3)", "甲（1起） in (2, 3)", None),
    ],
)
def test_a_comparison_that_does_not_hold_says_by_how_much_it_misses(
    con: Connection, text: str, shown: str, gap: str | None
) -> None:
    part = taken_apart(con, text, (1, 5, 0))
    assert (part.shown, part.holds, part.gap) == (shown, False, gap)


def test_the_tests_to_blame_are_named(con: Connection) -> None:
    part = taken_apart(con, "甲 > 3 and (乙 > 9 or 丙 > 2) and 甲 > 0", (1, 5, None))
    assert part.holds is False
    assert [each.text for each in failing(part)] == ["甲 > 3"]
    assert [each.text for each in failing(part, None)] == []
    unsure = taken_apart(con, "甲 > 0 and (乙 > 9 or 丙 > 2)", (1, 5, None))
    assert [each.text for each in failing(unsure, None)] == ["丙 > 2"]


def test_without_a_row_everything_is_unknown(con: Connection) -> None:
    answers = Answers(NAMES)
    answers.ask("甲 > 1", boolean=True)
    answers.fetch(con, "(SELECT 1.0 AS a) w WHERE FALSE")
    assert answers.holds("甲 > 1") is None


def test_the_statement_is_the_engines_own(con: Connection) -> None:
    with pytest.raises(duckdb.Error):  # no such column: what is asked for is what is run
        answers = Answers({"甲": "w.nowhere"})
        answers.ask("甲 > 1", boolean=True)
        answers.fetch(con, "(SELECT 1.0 AS a) w")
