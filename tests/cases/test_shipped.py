"""The shipped rules' own cases: all come out as said, every rule has a hit and a clear one, and every way is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskengine.cases.run import run_cases
from riskengine.cases.telling import report_text
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    return load(Workspace.at(ROOT))


def test_every_case_of_the_shipped_rules_passes(shipped: Rulebook, tmp_path: Path) -> None:
    results = run_cases(shipped, tmp_path)
    assert all(result.passed for result in results), report_text(results, {}, {})
    assert len(results) == sum(len(rule.cases) for rule in shipped.rules.values())


def test_every_shipped_rule_has_a_hit_and_a_clear_case(shipped: Rulebook) -> None:
    lacking = {
        rule.id
        for rule in shipped.rules.values()
        if not {"hit", "clear"} <= {case.expect.verdict for case in rule.cases}
    }
    assert not lacking


def test_the_shipped_cases_show_every_way_and_every_record_kind(shipped: Rulebook) -> None:
    cases = [case for rule in shipped.rules.values() for case in rule.cases]
    assert {kind for case in cases for kind in case.records} == {
        "dispute", "fraud", "hazard", "incident", "indicator", "petition", "project", "rectification", "survey",
    }  # fmt: skip
    assert any(case.members and case.expect.verdict == "unknown" for case in cases)
    assert {case.expect.warning for case in cases} >= {"无", "新增", "升级", "持续", "解除"}
