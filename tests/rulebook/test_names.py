"""What an expression may name, and what a rule needs."""

from __future__ import annotations

from datetime import date

import pytest

from riskengine.rulebook.load import load
from riskengine.rulebook.names import (
    column_types,
    columns_of,
    kinds_needed,
    parameters_in_force,
    placeholders,
    previous_columns,
    signals_needed,
)
from riskengine.workspace import Workspace


def test_a_column_has_a_chinese_and_a_field_name() -> None:
    assert columns_of("fraud")["损失金额"] == columns_of("fraud")["loss"] == "loss"
    assert column_types("fraud")["损失金额"] == "number"
    assert column_types("fraud")["日期"] == "date"
    assert column_types("fraud")["是否未遂"] == "flag"
    assert column_types("fraud")["类别"] == "text"


def test_the_return_before_is_named_with_a_prefix() -> None:
    assert previous_columns("survey")["上期数值"] == previous_columns("survey")["previous_value"] == "value"


@pytest.mark.parametrize(
    ("night", "value"),
    [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), (5.0, date(2024, 1, 1))),
        (date(2026, 5, 31), (5.0, date(2024, 1, 1))),
        (date(2026, 6, 1), (4.0, date(2026, 6, 1))),
    ],
)
def test_a_parameter_is_the_newest_value_of_its_history(
    workspace: Workspace, night: date, value: tuple[float, date] | None
) -> None:
    rule = load(workspace).rules["fraud-surge"]
    assert parameters_in_force(rule, night) == {"起数下限": value}


def test_signals_come_after_what_they_are_computed_from(workspace: Workspace) -> None:
    book = load(workspace)
    assert [signal.name for signal in signals_needed(book, book.rules["fraud-surge"])] == [
        "近7日诈骗起数",
        "近7日诈骗往常",
    ]
    assert kinds_needed(book, book.rules["fraud-surge"]) == {"fraud"}
    assert kinds_needed(book, book.rules["petition-old"]) == {"petition"}


def test_a_compound_reads_no_signal_of_its_own(workspace: Workspace) -> None:
    book = load(workspace)
    assert signals_needed(book, book.rules["town-both"]) == ()
    assert kinds_needed(book, book.rules["town-both"]) == frozenset()


def test_placeholders_of_a_sentence() -> None:
    assert placeholders("近7日{ 起数 }起，往常{往常}起") == ("起数", "往常")
    for wrong in ("{起数", "起数}", "{{起数}}"):
        with pytest.raises(ValueError):
            placeholders(wrong)
