"""At least n of these rules hit: in three values, beside other conditions, over other compounds."""

from __future__ import annotations

import duckdb
import pytest

from riskengine.store.schema import create_schemas
from tests.assess.compound_cases import OTHER, TOWN, book, compound, drawn, known, plain, verdict, why


@pytest.fixture
def con():
    with duckdb.connect() as con:
        create_schemas(con)
        yield con


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("hit hit hit", ["hit"]),
        ("hit hit unknown", ["hit"]),
        ("hit hit clear", ["hit"]),
        ("hit unknown clear", ["unknown"]),
        ("unknown unknown clear", ["unknown"]),
        ("hit clear clear", []),
        ("unknown clear clear", []),
    ],
)
def test_three_values_at_least_two_of_three(con, states, expected):
    known(con, "p q r")
    for rule, says in zip("pqr", states.split(), strict=True):
        if says != "clear":
            verdict(con, rule, "town", TOWN, TOWN, says)
    rulebook = book(plain("p"), plain("q"), plain("r"), compound("c", at_least=(2, "p q r")))
    assert [row[2] for row in drawn(con, rulebook)] == expected


def test_at_least_is_one_condition_among_the_others_and_all_must_hold(con):
    known(con, "p q r s")
    for rule, towns in (("p", (TOWN, OTHER)), ("q", (TOWN, OTHER)), ("r", (TOWN, OTHER)), ("s", (OTHER,))):
        for town in towns:
            verdict(con, rule, "town", town, town)
    rules = [plain(id_) for id_ in "pqrs"]
    together = compound("c", all="p", at_least=(2, "q r"), none="s")
    assert [row[1] for row in drawn(con, book(*rules, together))] == [TOWN]


def test_the_members_of_at_least_are_named_and_counted(con):
    known(con, "p q r")
    verdict(con, "p", "town", TOWN, TOWN, score=30)
    verdict(con, "q", "town", TOWN, TOWN, score=45)
    verdict(con, "r", "town", TOWN, TOWN, "unknown")
    floors = ({"when": "命中数 >= 2", "level": "橙", "says": "两项以上叠加"},)
    rulebook = book(plain("p"), plain("q"), plain("r"), compound("c", at_least=(2, "p q r"), floors=floors))
    assert drawn(con, rulebook) == [("c", TOWN, "hit", 65.0, 2)]
    reasons = why(con, "c")
    assert (reasons["members"], reasons["values"], reasons["unknown"]) == (["p", "q"], {"命中数": 2}, ["规则r"])
    assert reasons["features"][0]["says"] == "同时命中：规则p、规则q"
    assert [each["rule"] for each in reasons["details"]] == ["p", "q"]


def test_a_compound_among_the_members_of_at_least_counts_like_any_rule(con):
    known(con, "p q")
    verdict(con, "p", "town", TOWN, TOWN)
    verdict(con, "q", "town", TOWN, TOWN)
    rulebook = book(
        plain("p"), plain("q"), plain("r"), compound("c2", at_least=(3, "c1 p q r")), compound("c1", all="p q")
    )
    known(con, "r")
    assert [row[0] for row in drawn(con, rulebook)] == ["c1", "c2"]
    assert why(con, "c2")["members"] == ["c1", "p", "q"]
