"""Evidence keeps the numbers of all doors, and explain says what was counted once."""

from __future__ import annotations

import json

import pytest

from riskengine.assess.oracle import conclude
from riskengine.assess.phase import assess
from riskengine.explain.doors import counted_once
from riskengine.explain.relive import set_scene
from riskengine.model.links import Links
from riskengine.sense.links import link
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.assess.tiny import rule, signal
from tests.links.conftest import LINKS, NIGHT, Office, rules


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "rules").mkdir()
    return Workspace.at(tmp_path)


@pytest.fixture
def filled(workspace):
    with connect(workspace.database, workspace.scratch) as con:
        office = Office(con)
        office.sends("hotline", "R1", "06-20", "990101", "环境保护", transfer="ZB-1")
        office.sends("petitions", "X1", "06-21", "990102", "环境保护", transfer="ZB-1")
        office.sends("petitions", "X2", "06-22", "990102", "劳动社保")
        yield con


def book(links=LINKS):
    counted = signal("件数", source="petition", measure="count", window=30)
    return rules(links, [counted], rules=[rule("many", when="件数 >= 1", score=SCORE)])


SCORE = [{"feature": "件数", "of": "件数", "bands": [[None, None, 45]], "says": "{件数}件"}]


def evidence(con, workspace, rulebook):
    link(con, rulebook, NIGHT)
    assess(con, workspace, rulebook, NIGHT, conclude=conclude)
    [(why, told)] = con.execute("SELECT why, evidence FROM assess.state").fetchall()
    [part] = json.loads(told)
    return why, part


def test_the_evidence_names_the_transfer_number_and_the_other_doors(filled, workspace):
    why, part = evidence(filled, workspace, book())
    also = {row[0]: row[-1] for row in part["rows"]}
    assert part["columns"][-1] == "一事多报"
    assert also == {
        "R1": "转办编号 ZB-1；同一件事：信访事项 X1",
        "X1": "转办编号 ZB-1；同一件事：12345工单 R1",
        "X2": "",
    }
    assert "2件" in why


def test_without_doors_the_evidence_is_what_it_was(filled, workspace):
    why, part = evidence(filled, workspace, book(Links()))
    assert part["columns"][-1] != "一事多报"
    assert "3件" in why


def test_explain_says_which_events_were_counted_once(filled):
    rulebook = book()
    link(filled, rulebook, NIGHT)
    scene = set_scene(filled, rulebook, rulebook.rules["many"], NIGHT, ran=False)
    assert counted_once(scene, "9901") == ("“件数”里有1件事从几个渠道报来，各只计一次：12345工单 R1 与 信访事项 X1",)
    assert counted_once(scene, "9902") == ()
