"""Exceptions: a hit that an office has agreed not to be warned of stays a hit, but raises and holds no warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskengine.assess.compounds import judge_compounds
from riskengine.assess.nights import Nights
from riskengine.assess.oracle import conclude
from riskengine.assess.subjects import build_subjects
from riskengine.model.exemption import Exemption
from riskengine.model.rulebook import Rulebook
from tests.assess.compound_cases import OTHER, TOWN, book, compound, known, plain, verdict
from tests.assess.lives import FIRST, lived, night

LAST = FIRST + timedelta(60)


def exempt(rulebook: Rulebook, until: date = LAST, subject: str = TOWN, **more: str) -> Rulebook:
    words = {"who": "县反诈中心研判岗", "why": "集中补立去年案件"}
    added = Exemption(rule="p", subject=subject, until=until, **{**words, **more})
    return replace(rulebook, exemptions=(*rulebook.exemptions, added))


CASES = [
    # for, keep, until night, breaks at, verdicts, what becomes of it
    ("1 of 1", 1, 9, None, "3 3 3", ". . ."),
    # the gravest level is never held down; where breaks_at is written, no level from there on
    ("1 of 1", 1, 9, None, "2 1 2", ". +1 x"),
    ("1 of 1", 1, 9, "橙", "3 2 3", ". +2 x"),
    # the last night of the exception is a night of the exception, the next one is not
    ("1 of 1", 2, 2, None, "3 3 3 .", ". . +3 =3"),
    # what was suppressed does not count towards opening later: those nights were clear
    ("2 of 3", 2, 2, None, "3 3 3 3", ". . . +3"),
    # unknown is still unknown
    ("1 of 1", 1, 9, None, "1 ? 2", "+1 =1? x"),
]


@pytest.mark.parametrize(("opens", "keep", "until", "breaks_at", "verdicts", "expected"), CASES)
def test_life_under_an_exception(con, opens, keep, until, breaks_at, verdicts, expected):
    more = {"breaks_at": breaks_at} if breaks_at else {}
    rulebook = exempt(book(plain("p", keep=keep, **{"for": opens})), FIRST + timedelta(until - 1), **more)
    for n, sign in enumerate(verdicts.split()):
        night(con, rulebook, FIRST + timedelta(n), {("p", TOWN): sign})
    assert lived(con, len(verdicts.split())) == expected


def test_an_open_warning_is_lifted_after_the_usual_clear_nights_not_at_once(con):
    plainly = book(plain("p", keep=2))
    night(con, plainly, FIRST, {("p", TOWN): "3"})
    for n in (1, 2):
        night(con, exempt(plainly), FIRST + timedelta(n), {("p", TOWN): "3"})
    assert lived(con, 3) == "+3 =3 x"


def test_other_subjects_and_other_rules_are_warned_of_as_ever(con):
    rulebook = exempt(book(plain("p"), plain("q")))
    night(con, rulebook, FIRST, {("p", TOWN): "3", ("p", OTHER): "3", ("q", TOWN): "3"})
    rows = con.execute("SELECT subject, rules FROM assess.state JOIN assess.warning USING (id) ORDER BY subject")
    assert rows.fetchall() == [(TOWN, ["q"]), (OTHER, ["p"])]


def test_a_suppressed_hit_is_recorded_with_who_why_and_until_when(con):
    shorter = exempt(book(plain("p")), FIRST + timedelta(3), why="另一件事")
    night(con, exempt(shorter), FIRST, {("p", TOWN): "3", ("p", OTHER): "2"})
    assert con.execute("FROM assess.suppressed").fetchall() == [
        (FIRST, "p", "town", TOWN, 3, LAST, "县反诈中心研判岗", "集中补立去年案件")
    ]
    assert con.execute("SELECT count(*) FROM assess.verdict WHERE verdict = 'hit'").fetchone() == (2,)


def test_an_exception_that_is_over_does_nothing(con):
    night(con, exempt(book(plain("p")), FIRST - timedelta(1)), FIRST, {("p", TOWN): "3"})
    assert lived(con, 1) == "+3"
    assert con.execute("FROM assess.suppressed").fetchall() == []


def test_a_night_that_runs_again_records_the_same_once(con):
    for _ in range(2):
        night(con, exempt(book(plain("p"))), FIRST, {("p", TOWN): "3"})
    assert con.execute("SELECT count(*) FROM assess.suppressed").fetchone() == (1,)


def test_a_compound_still_sees_the_suppressed_hit_of_its_member(con):
    rulebook = exempt(book(plain("p"), compound("c", all="p")))
    verdict(con, "p", "town", TOWN, TOWN)
    known(con, "p")
    as_of = con.execute("SELECT max(as_of) FROM assess.verdict").fetchall()[0][0]
    build_subjects(con, rulebook, Nights.one(as_of))
    judge_compounds(con, rulebook, Nights.one(as_of), conclude)
    assert con.execute("SELECT subject, verdict FROM assess.verdict WHERE rule = 'c'").fetchall() == [(TOWN, "hit")]
