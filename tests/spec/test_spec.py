"""The language does what the chapters say, and docs/rule-language.md says what they do."""

from __future__ import annotations

import pytest

from riskengine.model.exemption import Exemption
from riskengine.model.named_list import NamedList
from riskengine.model.rule import Compound, Parameter, Rule
from riskengine.model.signal import Measure
from riskengine.rulebook.language.functions import FUNCTIONS
from tests.spec.element import Element, chapters
from tests.spec.page import PAGE, page
from tests.spec.run import computed, lived, measured, nights_of, refusals, said, tried

TOLD_ONLY = {"id", "title", "theme", "basis", "action", "false_causes", "cases", "evidence"}
"""Keys of a rule that decide nothing."""

ELEMENTS = [element for chapter in chapters() for element in chapter.elements]


def having(form: str) -> pytest.MarkDecorator:
    elements = [element for element in ELEMENTS if getattr(element, form) is not None]
    return pytest.mark.parametrize("element", elements, ids=lambda each: each.element)


@having("table")
def test_expressions_are_worth_what_the_table_says(element: Element) -> None:
    assert element.table is not None
    assert computed(element.table, element.lists) == [[said(cell) for cell in row] for row in element.table.rows]


@having("measured")
def test_signals_have_the_values_that_are_given(element: Element) -> None:
    assert element.measured is not None
    _, found = measured(element.measured, element.lists)
    expected = element.measured.gives
    assert {
        name: [a if b != "_" else "_" for a, b in zip(values, expected[name], strict=True)]
        for name, values in found.items()
    } == {name: ["_" if value == "_" else said(value) for value in values] for name, values in expected.items()}


@having("ruled")
def test_cases_of_rules_come_out_as_expected(element: Element) -> None:
    assert element.ruled is not None
    for wanted, result in zip(element.ruled.tries, tried(element.ruled), strict=True):
        assert result.outcome.fault is None
        assert result.passed, (wanted.case, result.differences)
        came = nights_of(result)
        assert {line: " ".join(came[line]) for line in wanted.nights} == wanted.nights, wanted.case


@having("lived")
def test_whole_nights_bring_what_is_told_of_them(element: Element) -> None:
    assert element.lived is not None
    assert {line: " ".join(nights) for line, nights in lived(element.lived).items()} == element.lived.gives


@having("refused")
def test_what_is_outside_the_language_is_refused_with_the_sentence(element: Element) -> None:
    assert element.refused is not None
    assert refusals(element.refused) == element.refused.texts


WORDS = {
    "a function": [f"{name}(" for name in FUNCTIONS],
    "a measure": [f"measure: {name}" for name in Measure.__args__],
    "a form of signal": ["usual:", "upper:", "formula:", "rate:", "trend:", "rank:"],
    "a lag": ["lag: 7", "lag: 1y", "lag: 2y", "lag: lunar"],
    "an emptiness": ["empty: unknown", "among: parent"],
    "a status": [f"status: {name}" for name in Rule.model_fields["status"].annotation.__args__ if name != "live"],
    "a key of a rule": [
        f"{Rule.model_fields[name].alias or name}:" for name in Rule.model_fields if name not in TOLD_ONLY
    ],
    "a key of a compound": [f"{name}:" for name in Compound.model_fields],
    "a key of a parameter": [f"{name}:" for name in Parameter.model_fields],
    "a key of an exception": [f"{name}:" for name in Exemption.model_fields],
    "a key of a list": [f"{name}:" for name in NamedList.model_fields],
}


@pytest.mark.parametrize("what", WORDS)
def test_no_word_of_the_language_is_without_an_example(what: str) -> None:
    run = " ".join(str(element.model_dump(exclude={"says", "note", "element", "refused"})) for element in ELEMENTS)
    assert [word for word in WORDS[what] if word not in run] == []


def test_the_page_is_what_the_examples_print() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.spec"
