"""Signals made of signals, of a unit's own affairs, and what one signal that fails does to the rest."""

from __future__ import annotations

import pytest

from riskengine.assess.nights import Nights
from riskengine.assess.signals import build_signals
from riskengine.assess.subjects import build_subjects
from riskengine.model.subject import Subject
from riskengine.store.database import Connection
from tests.assess.conftest import Values
from tests.assess.tiny import NIGHT, book, records, rule, signal

pytestmark = pytest.mark.usefixtures("frauds")


def test_a_unit_sees_the_matters_it_handles_and_its_own_silence(con: Connection, values: Values) -> None:
    records(
        con,
        "petition",
        """
        key  occurred_on  place  handler
        A    06-01        9901   反诈中心
        B    06-01        9901   fanzha
        C    06-01        9901   某公司
    """,
    )
    con.execute(
        "INSERT INTO sense.silence (as_of, source, kind, unit, place, days) VALUES"
        " ('2026-06-30', 'a', 'fraud', 'town-01', '9901', 12), ('2026-06-30', 'b', 'fraud', 'town-01', '9901', 3),"
        " ('2026-06-29', 'a', 'fraud', 'fanzha', '99', 5)"
    )
    found = values(
        signal("承办", "unit", source="petition", measure="count"),
        signal("静默", "unit", formula="静默天数 * 10 + 静默来源数"),
    )
    assert found["承办"] == {"fanzha": 2, "town-01": 0, "town-02": 0}
    assert found["静默"] == {"fanzha": 0, "town-01": 122, "town-02": 0}


def test_formulas_are_computed_in_the_order_of_their_need(values: Values) -> None:
    found = values(
        signal("一倍率", formula="二率 / 10"),
        signal("二率", formula="起数 / 人口 * 10000"),
        signal("起数", source="fraud", measure="count"),
        signal("零除", formula="起数 / (起数 - 起数)"),
    )
    assert found["二率"] == {"9901": 2, "9902": pytest.approx(10 / 12)}
    assert found["一倍率"]["9901"] == pytest.approx(0.2)
    assert found["零除"] == {"9901": None, "9902": None}


def test_a_village_without_a_population_has_no_rate(values: Values) -> None:
    found = values(
        signal("率", "village", formula="村起数 / 人口"),
        signal("村起数", "village", source="fraud", measure="count"),
    )
    assert found["率"] == {"990101": pytest.approx(1 / 900), "990102": None}


def test_a_signal_that_fails_is_named_and_takes_no_other_with_it(con: Connection) -> None:
    signals = [
        signal("好", source="fraud", measure="count"),
        signal("坏", source="fraud", measure="max", of="受理日期"),
        signal("靠坏", formula="坏 + 1"),
        signal("错配", "project", source="fraud", measure="count"),
    ]
    rules = [rule("r", when="好 > 0 and 靠坏 > 0"), rule("p", "project", when="错配 > 0")]
    rulebook = book(signals, rules)
    build_subjects(con, rulebook, Nights.one(NIGHT))
    wides = build_signals(con, rulebook, Nights.one(NIGHT))
    town = wides[Subject.TOWN]
    assert set(town.broken) == {"坏", "靠坏"}
    assert con.execute('SELECT "好", "坏", "靠坏" FROM wide_town ORDER BY subject').fetchall() == [
        (4, None, None),
        (1, None, None),
    ]
    assert set(wides[Subject.PROJECT].broken) == {"错配"}


def test_a_runtime_failure_in_one_signal_leaves_the_pass_to_the_others(con: Connection) -> None:
    records(
        con,
        "incident",
        """
        occurred_on  place  people
        06-30        9901   9000000000000000000
    """,
    )
    signals = [
        signal("好", source="incident", measure="count"),
        signal("溢出", source="incident", measure="max", of="涉及人数 + 涉及人数"),
        signal("公式", formula="好 * 2"),
    ]
    rulebook = book(signals)
    build_subjects(con, rulebook, Nights.one(NIGHT))
    town = build_signals(con, rulebook, Nights.one(NIGHT))[Subject.TOWN]
    assert set(town.broken) == {"溢出"}
    assert con.execute('SELECT "好", "溢出", "公式" FROM wide_town ORDER BY subject').fetchall() == [
        (1, None, 2),
        (0, None, 0),
    ]
