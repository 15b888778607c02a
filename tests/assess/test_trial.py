"""Rules on trial: they live like live ones, each for itself, in tables of their own, until their last night."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from riskengine.assess.nights import Nights
from riskengine.assess.subjects import evaluated_rules
from riskengine.assess.verdicts import judge
from tests.assess.compound_cases import TOWN, VILLAGE, book, plain
from tests.assess.lives import FIRST, lived, night
from tests.assess.test_exempt import exempt
from tests.assess.tiny import NIGHT, records, signal
from tests.assess.tiny import book as tiny_book
from tests.assess.tiny import rule as tiny_rule

NEVER = date(2027, 1, 1)


def trial(id_: str, until: date = NEVER, **more):
    return plain(id_, status="trial", until=until, **more)


@pytest.mark.parametrize(
    ("opens", "keep", "verdicts", "expected"),
    [
        ("1 of 1", 2, "3 . . 2", "+3 =3 x +2"),
        ("2 of 3", 1, "3 ? 3 !", ". . +3 =3?"),
        ("1 of 1", 2, "3 1 3 3", "+3 ^1 =1 v3"),
    ],
)
def test_a_trial_lives_as_a_live_rule_does(con, opens, keep, verdicts, expected):
    rulebook = book(trial("q", keep=keep, **{"for": opens}))
    signs = verdicts.split()
    for n, sign in enumerate(signs):
        for _ in range(2):  # a night that runs again gives the same
            night(con, rulebook, FIRST + timedelta(n), {("q", TOWN): sign})
    assert lived(con, len(signs), "trial_state") == expected
    assert lived(con, len(signs)) == " ".join("." * len(signs))


def test_each_trial_has_an_episode_of_its_own_beside_the_live_warning(con):
    rulebook = book(plain("p"), trial("q"), trial("r"))
    night(con, rulebook, FIRST, {("p", TOWN): "2", ("q", TOWN): "3", ("r", TOWN): "1"})
    rows = con.execute("SELECT id, rule, subject, subject_name, place, theme, opened_on FROM assess.trial_warning")
    assert sorted(rows.fetchall()) == [
        ("SY-2026-000001", "r", TOWN, "清溪镇", TOWN, "公共安全", FIRST),
        ("SY-2026-000002", "q", TOWN, "清溪镇", TOWN, "公共安全", FIRST),
    ]
    assert con.execute("SELECT id, rules FROM assess.state").fetchall() == [("YJ-2026-000001", ["p"])]


def test_a_trial_ends_with_its_last_night(con):
    rulebook = book(trial("q", until=FIRST + timedelta(1), keep=5))
    for n in range(4):
        night(con, rulebook, FIRST + timedelta(n), {("q", TOWN): "3"})
    assert lived(con, 4, "trial_state") == "+3 =3 x ."
    assert con.execute("SELECT lifted_on FROM assess.trial_warning").fetchall() == [(FIRST + timedelta(2),)]


def test_a_trial_that_is_over_is_not_evaluated_any_more():
    rulebook = book(plain("p"), trial("q", until=FIRST))
    assert [rule.id for rule in evaluated_rules(rulebook, FIRST)] == ["p", "q"]
    assert [rule.id for rule in evaluated_rules(rulebook, FIRST + timedelta(1))] == ["p"]


def test_over_many_nights_a_trial_has_verdicts_only_while_it_lasts(con):
    records(con, "fraud", "occurred_on place quantity\n06-28 9901 3")
    asked = tiny_rule("q", when="近7日起数 >= 1", status="trial", until=NIGHT - timedelta(1))
    counted = signal("近7日起数", source="fraud", measure="count", window=7)
    nights = tuple(NIGHT - timedelta(n) for n in (2, 1, 0))
    for each in (Nights(nights), Nights.one(NIGHT)):
        judge(con, tiny_book([counted], [asked]), each)
    for table in ("verdict", "evaluated"):
        rows = con.execute(f"SELECT as_of FROM assess.{table} WHERE rule = 'q' ORDER BY as_of").fetchall()
        assert rows == [(nights[0],), (nights[1],)]


def test_a_trial_that_goes_live_opens_at_once_where_its_nights_are_enough(con):
    night(con, book(trial("q", **{"for": "2 of 2"})), FIRST, {("q", TOWN): "3"})
    night(con, book(plain("q", **{"for": "2 of 2"})), FIRST + timedelta(1), {("q", TOWN): "3"})
    assert lived(con, 2) == ". +3"


def test_a_trial_episode_ends_on_the_night_on_which_the_rule_goes_live(con):
    night(con, book(trial("q", keep=9)), FIRST, {("q", TOWN): "3"})
    night(con, book(plain("q", keep=9)), FIRST + timedelta(1), {("q", TOWN): "3"})
    assert (lived(con, 2, "trial_state"), lived(con, 2)) == ("+3 x", ". +3")


def test_exceptions_hold_for_trials_too(con):
    rulebook = exempt(book(trial("p")))
    night(con, rulebook, FIRST, {("p", TOWN): "3"})
    assert lived(con, 1, "trial_state") == "."
    assert con.execute("SELECT count(*) FROM assess.suppressed").fetchone() == (1,)


def test_trial_numbers_run_through_the_year_apart_from_those_of_warnings(con):
    rulebook = book(plain("p"), trial("q", subject="village", keep=1))
    night(con, rulebook, FIRST, {("p", TOWN): "2", ("q", VILLAGE): "3"})
    night(con, rulebook, FIRST + timedelta(1), {("q", VILLAGE): "."})
    night(con, rulebook, FIRST + timedelta(2), {("q", VILLAGE): "3"})
    ids = con.execute("SELECT id FROM assess.trial_warning ORDER BY id").fetchall()
    assert ids == [("SY-2026-000001",), ("SY-2026-000002",)]
