"""The life of a warning, as a table: the verdicts of the nights above, what becomes of the warning below (signs:
see :mod:`tests.assess.lives`).
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from riskengine.store.schema import create_schemas
from tests.assess.compound_cases import TOWN, VILLAGE, book, plain
from tests.assess.lives import FIRST, lived, night


@pytest.fixture
def con():
    with duckdb.connect() as con:
        create_schemas(con)
        yield con


CASES = [
    # for, keep, verdicts, what becomes of it
    ("1 of 1", 1, "3 .", "+3 x"),
    ("1 of 1", 3, "3 . . .", "+3 =3 =3 x"),
    ("1 of 1", 3, "3 . . 3 . . .", "+3 =3 =3 =3 =3 =3 x"),
    ("2 of 3", 3, "3 . . 3 . .", ". . . . . ."),
    ("2 of 3", 3, "3 . 3 . . .", ". . +3 =3 =3 x"),
    ("2 of 2", 1, "3 3 . 3 3", ". +3 x . +3"),
    # the level rises at once and falls only after keep known nights without it
    ("1 of 1", 3, "3 1 3 3 3 .", "+3 ^1 =1 =1 v3 =3"),
    ("1 of 1", 2, "1 2 3 4 .", "+1 =1 v2 v3 v4"),
    # unknown nights move nothing: not up, not down, not out
    ("1 of 1", 2, "2 . ? ? ? .", "+2 =2 =2? =2? =2? x"),
    ("1 of 1", 1, "2 ? ? .", "+2 =2? =2? x"),
    ("2 of 3", 3, "3 ? ? ? 3", ". . . . +3"),
    ("2 of 3", 3, "? ? ? 3 .", ". . . . ."),
    # a rule that broke leaves its warning as it was
    ("1 of 1", 1, "2 ! ! 2 .", "+2 =2? =2? =2 x"),
    ("1 of 1", 2, "1 3 ! 3 3", "+1 =1 =1? v3 =3"),
    # a new episode gets a new number, the old one stays lifted
    ("1 of 1", 1, "3 . 2 .", "+3 x +2 x"),
    # a lifted warning does not open again on nights that already counted
    ("2 of 5", 2, "3 3 . . . .", ". +3 =3 x . ."),
]


@pytest.mark.parametrize(("opens", "keep", "verdicts", "expected"), CASES)
def test_life(con, opens, keep, verdicts, expected):
    rulebook = book(plain("p", keep=keep, **{"for": opens}))
    signs = verdicts.split()
    for n, sign in enumerate(signs):
        night(con, rulebook, FIRST + timedelta(n), {("p", TOWN): sign})
    assert lived(con, len(signs)) == expected


@pytest.mark.parametrize(("opens", "keep", "verdicts", "expected"), CASES)
def test_a_night_that_runs_again_gives_the_same(con, opens, keep, verdicts, expected):
    rulebook = book(plain("p", keep=keep, **{"for": opens}))
    signs = verdicts.split()
    for n, sign in enumerate(signs):
        for _ in range(2):
            night(con, rulebook, FIRST + timedelta(n), {("p", TOWN): sign})
    assert lived(con, len(signs)) == expected


def test_a_night_that_did_not_run_counts_for_nothing(con):
    rulebook = book(plain("p", keep=2))
    night(con, rulebook, FIRST, {("p", TOWN): "2"})
    night(con, rulebook, FIRST + timedelta(5), {("p", TOWN): "."})
    assert con.execute("SELECT change FROM assess.state ORDER BY as_of").fetchall() == [("新增",), ("持续",)]


def test_rules_of_one_theme_share_one_warning_and_the_gravest_decides(con):
    rulebook = book(plain("p", keep=1), plain("q", keep=1))
    for n, (p, q) in enumerate(["3.", "32", ".2", ".."]):
        night(con, rulebook, FIRST + timedelta(n), {("p", TOWN): p, ("q", TOWN): q})
    assert lived(con, 4) == "+3 ^2 =2 x"
    rows = con.execute("SELECT rules, score FROM assess.state ORDER BY as_of").fetchall()
    assert rows == [(["p"], 40.0), (["p", "q"], 60.0), (["q"], 60.0), (["q"], 60.0)]


def test_numbers_run_through_the_year_by_level_theme_and_subject(con):
    rulebook = book(plain("p", keep=1), plain("v", "village", keep=1))
    night(con, rulebook, date(2025, 12, 31), {("p", TOWN): "3"})
    night(con, rulebook, date(2026, 1, 1), {("p", TOWN): ".", ("v", VILLAGE): "2", ("p", "990100102"): "3"})
    night(con, rulebook, date(2026, 1, 2), {("p", TOWN): "1", ("v", VILLAGE): "2", ("p", "990100102"): "3"})
    rows = con.execute(
        "SELECT id, subject_name, place, opened_on, lifted_on FROM assess.warning ORDER BY id"
    ).fetchall()
    assert rows == [
        ("YJ-2025-000001", "清溪镇", TOWN, date(2025, 12, 31), date(2026, 1, 1)),
        ("YJ-2026-000001", "清溪镇石桥村", VILLAGE, date(2026, 1, 1), None),
        ("YJ-2026-000002", "白石镇", "990100102", date(2026, 1, 1), None),
        ("YJ-2026-000003", "清溪镇", TOWN, date(2026, 1, 2), None),
    ]


def test_a_retired_rule_lets_go(con):
    night(con, book(plain("p", keep=3)), FIRST, {("p", TOWN): "2"})
    night(con, book(plain("p", keep=3, status="retired")), FIRST + timedelta(1), {})
    assert lived(con, 2) == "+2 x"


def test_a_level_comes_with_the_night_that_explains_it(con):
    rulebook = book(plain("p", keep=3))
    for n, sign in enumerate("133"):
        night(con, rulebook, FIRST + timedelta(n), {("p", TOWN): sign})
    assert con.execute("SELECT level, hit_on FROM active").fetchall() == [(1, FIRST)]
