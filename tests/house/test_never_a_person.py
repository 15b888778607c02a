"""The promise of the product: it scores places, matters, projects, units and indicators, and never a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from riskengine.contracts import contract, kinds
from riskengine.contracts.field import TEXT, field_type
from riskengine.contracts.personal import personal_name
from riskengine.model.rule import Rule
from riskengine.model.subject import Subject
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
CLOSED_DOMAINS = ("宗教", "信仰", "民族", "种族", "言论", "思想", "政治面貌", "舆论", "重点人", "人员")


def test_these_and_no_others_are_scored() -> None:
    assert {subject.value for subject in Subject} == {
        "county", "town", "village", "petition", "dispute", "hazard", "project", "rectification", "survey", "indicator",
        "unit",
    }  # fmt: skip


def test_a_rule_about_a_person_cannot_be_written() -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"id": "x", "subject": "person"})


@pytest.mark.parametrize("kind", kinds())
def test_no_contract_has_room_for_a_person(kind: str) -> None:
    for name, info in contract(kind).model_fields.items():
        assert personal_name(str(info.title)) is None, f"{kind}.{name}"
        assert personal_name(name) is None, f"{kind}.{name}"


@pytest.mark.parametrize("kind", kinds())
def test_free_text_never_stands_on_a_list_as_evidence(kind: str) -> None:
    model = contract(kind)
    assert not {name for name in model.evidence if field_type(model.model_fields[name]) == TEXT}


def test_the_shipped_rules_have_no_domain_of_belief_opinion_or_origin() -> None:
    rules = load(Workspace.at(ROOT))
    said = [rule.theme + rule.title for rule in rules.rules.values()] + list(rules.signals)
    assert not [text for text in said if any(word in text for word in CLOSED_DOMAINS)]


def test_a_petition_is_a_matter_of_the_office_not_of_whoever_asked() -> None:
    model = contract("petition")
    assert model.subject == ("key",)
    assert "handler" in model.model_fields
