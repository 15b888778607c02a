"""The monthly drill: a marked line for every unit until it is signed or due, and in no statistics."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskengine.delivery.drills import drills
from riskengine.intervene.drill import call_drill
from riskengine.intervene.leader.wolf import rule_records
from riskengine.intervene.lines import entries
from riskengine.review.precision import rule_precision, unit_work
from riskengine.review.report import review_report
from tests.delivery.county import NIGHT, UNITS, book, folder, listed

DAY = date(2026, 6, 15)


@pytest.fixture
def con(here):
    return here.con


def night(con, as_of, rules=None, **drill):
    call_drill(con, rules or book(drill={"day": 15, **drill}), as_of)
    return con.execute("SELECT id, unit FROM intervene.errand WHERE as_of = ? ORDER BY id", [as_of]).fetchall()


def signs(con, id_, unit, as_of):
    con.execute(
        "INSERT INTO intervene.reply (as_of, id, unit, signed_on) VALUES (?, ?, ?, ?)", [as_of, id_, unit, as_of]
    )


def test_on_its_day_every_unit_gets_one_line_in_the_units_order(con):
    assert night(con, DAY - timedelta(1)) == []
    assert night(con, DAY) == [
        ("YL-2026-06-001", "fanzha"),
        ("YL-2026-06-002", "xinfang"),
        ("YL-2026-06-003", "town-01"),
    ]
    [(kind, says, due)] = con.execute("SELECT DISTINCT kind, says, due FROM intervene.errand").fetchall()
    assert (kind, due) == ("演练", DAY + timedelta(3))
    assert says.startswith("演练：本行为虚构")


def test_a_line_names_the_units_own_place_else_the_county_because_a_receipt_must_name_one(con):
    for days in (0, 1):
        night(con, DAY + timedelta(days))
    places = con.execute("SELECT DISTINCT unit, place FROM intervene.errand ORDER BY ALL").fetchall()
    assert places == [("fanzha", "990100"), ("town-01", "990100101"), ("xinfang", "990100")]


def test_without_a_drill_in_the_rules_there_is_none(con):
    assert night(con, DAY, book()) == []


def test_a_line_stays_until_it_is_signed_or_due(con):
    night(con, DAY)
    signs(con, "YL-2026-06-002", "xinfang", DAY + timedelta(1))
    assert [unit for _, unit in night(con, DAY + timedelta(1))] == ["fanzha", "town-01"]
    signs(con, "YL-2026-06-001", "town-01", DAY + timedelta(2))  # another unit's line
    assert len(night(con, DAY + timedelta(2))) == 2
    assert len(night(con, DAY + timedelta(3))) == 2
    assert night(con, DAY + timedelta(4)) == []


def test_it_comes_once_a_month_with_numbers_of_the_month(con):
    for days in range(40):
        night(con, DAY + timedelta(days))
    begun = con.execute("SELECT min(as_of), left(id, 10) FROM intervene.errand GROUP BY ALL ORDER BY ALL").fetchall()
    assert begun == [(DAY, "YL-2026-06"), (date(2026, 7, 15), "YL-2026-07")]


def test_a_night_that_was_not_run_moves_it_by_days_but_not_by_weeks(con):
    assert len(night(con, DAY + timedelta(2))) == 3
    assert night(con, date(2026, 7, 25)) == []


def test_a_month_without_that_day_has_it_on_its_last(con):
    assert night(con, date(2026, 6, 29), day=31) == []
    assert len(night(con, date(2026, 6, 30), day=31)) == 3


def test_a_unit_that_is_gone_owes_nothing(con):
    night(con, DAY)
    rules = book(drill={"day": 15})
    fewer = replace(rules, units={unit.id: unit for unit in UNITS[:1]})
    assert night(con, DAY + timedelta(1), fewer) == [("YL-2026-06-001", "fanzha")]


def test_it_is_told_who_signed_within_how_many_days_and_who_did_not(here, clock):
    here.con.execute("DELETE FROM intervene.list")
    rules = book(folder(), drill={"day": 30})
    night(here.con, NIGHT, rules)
    for unit in UNITS:
        listed(here.con, here.workspace, unit.id, f"{unit.name}.xlsx", b"list")
    here.deliver(rules, clock, NIGHT)
    signs(here.con, "YL-2026-06-001", "fanzha", NIGHT + timedelta(1))
    signs(here.con, "YL-2026-06-002", "xinfang", NIGHT + timedelta(5))
    found = drills(here.con, month="2026-06")
    assert [(each.unit, each.days, each.late) for each in found] == [
        ("town-01", None, False), ("xinfang", 5, True), ("fanzha", 1, False)
    ]  # fmt: skip
    assert {each.sent_at for each in found} == {clock.now}


def test_no_statistics_know_of_it(here, con):
    """Everything that is counted of warnings, rules and units, with a drill that units sign and answer, and without."""
    con.execute(
        "INSERT INTO intervene.reply (as_of, id, unit, signed_on, outcome) VALUES ($1, 'YJ-2026-000001', 'fanzha', $1, '属实')",
        [NIGHT],
    )
    rules = book(drill={"day": 30})

    def numbers():
        return (
            review_report(con, NIGHT, rules),
            rule_precision(con, NIGHT),
            unit_work(con, NIGHT),
            rule_records(con, rules, entries(con, rules, NIGHT), NIGHT),
        )

    before = numbers()
    for id_, unit in night(con, NIGHT, rules):
        signs(con, id_, unit, NIGHT)
        con.execute(
            "INSERT INTO intervene.reply (as_of, id, unit, signed_on, outcome, fed_back_on) VALUES ($1, $2, $3, $1, '误报', $1)",
            [NIGHT, id_, unit],
        )
    assert before[2] and numbers() == before
