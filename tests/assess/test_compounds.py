"""Compound risks: members on the same subject or below the same place, within N nights, in three values."""

from __future__ import annotations

import dataclasses
import itertools

import duckdb
import pytest

from riskengine.assess import oracle
from riskengine.assess.strata import blocks
from riskengine.errors import EngineFault
from riskengine.model.duty import Place
from riskengine.store.schema import create_schemas
from tests.assess.compound_cases import (
    NIGHT,
    OTHER,
    TOWN,
    VILLAGE,
    VILLAGE2,
    book,
    compound,
    drawn,
    known,
    plain,
    verdict,
    why,
)  # fmt: skip


@pytest.fixture
def con():
    with duckdb.connect() as con:
        create_schemas(con)
        yield con


def test_all_members_on_one_town_score_the_gravest_plus_what_the_compound_adds(con):
    known(con, "p q")
    verdict(con, "p", "town", TOWN, TOWN, score=50)
    verdict(con, "q", "town", TOWN, TOWN, score=45)
    verdict(con, "p", "town", OTHER, OTHER)
    assert drawn(con, book(plain("p"), plain("q"), compound("c", all="p q"))) == [("c", TOWN, "hit", 70.0, 2)]
    assert con.execute("SELECT rule, subjects, hits, unknowns FROM assess.evaluated WHERE rule = 'c'").fetchall() == [
        ("c", 2, 1, 0)
    ]
    assert con.execute("SELECT * FROM assess.inference").fetchall() == [(NIGHT, 2, 1, True)]
    reasons = why(con, "c")
    assert reasons["members"] == ["p", "q"] and reasons["values"] == {"命中数": 2}
    assert reasons["features"][0] == {"feature": "成员最高分", "points": 50.0, "says": "同时命中：规则p、规则q"}
    assert reasons["features"][1]["points"] == 20.0


def test_a_score_never_exceeds_100(con):
    known(con, "p")
    verdict(con, "p", "town", TOWN, TOWN, score=95, level=1)
    assert drawn(con, book(plain("p"), compound("c", all="p"))) == [("c", TOWN, "hit", 100.0, 1)]


def test_hits_in_villages_meet_in_their_town_and_in_the_county(con):
    known(con, "p q")
    verdict(con, "p", "village", VILLAGE, VILLAGE)
    verdict(con, "q", "village", VILLAGE2, VILLAGE2)
    rulebook = book(
        plain("p", "village"), plain("q", "village"),
        compound("c", all="p q"), compound("cc", "county", all="p q"), compound("cv", "village", all="p q"),
    )  # fmt: skip
    assert drawn(con, rulebook) == [("c", TOWN, "hit", 70.0, 2), ("cc", "990100", "hit", 70.0, 2)]
    assert why(con, "c")["features"][0]["says"] == "同时命中：规则p（清溪镇石桥村）、规则q（清溪镇柳湾村）"


def test_a_hit_counts_for_as_many_nights_as_within_says(con):
    known(con, "p q", nights=8)
    verdict(con, "p", "town", TOWN, TOWN)
    verdict(con, "q", "town", TOWN, TOWN, back=6)
    rulebook = book(plain("p"), plain("q"), compound("c7", all="p q", within=7), compound("c6", all="p q", within=6))
    assert [row[0] for row in drawn(con, rulebook)] == ["c7"]
    assert why(con, "c7")["features"][0]["says"] == "同时命中：规则p；近7夜内出现：规则q"


@pytest.mark.parametrize(
    ("p", "q", "expected"),
    [
        ("hit", "hit", []),
        ("hit", None, ["hit"]),
        ("hit", "unknown", ["unknown"]),
        ("unknown", None, ["unknown"]),
        ("unknown", "hit", []),
        ("unknown", "unknown", ["unknown"]),
        (None, None, []),
        (None, "unknown", []),
    ],
)
def test_three_values_p_and_not_q(con, p, q, expected):
    known(con, "p q")
    for rule, says in (("p", p), ("q", q)):
        if says:
            verdict(con, rule, "town", TOWN, TOWN, says)
    assert [row[2] for row in drawn(con, book(plain("p"), plain("q"), compound("c", all="p", none="q")))] == expected


@pytest.mark.parametrize(
    ("p", "q", "expected"),
    [
        ("hit", "unknown", ["hit"]),
        ("unknown", None, ["unknown"]),
        ("unknown", "unknown", ["unknown"]),
        (None, "hit", ["hit"]),
    ],
)
def test_three_values_p_or_q(con, p, q, expected):
    known(con, "p q")
    for rule, says in (("p", p), ("q", q)):
        if says:
            verdict(con, rule, "town", TOWN, TOWN, says)
    assert [row[2] for row in drawn(con, book(plain("p"), plain("q"), compound("c", any="p q")))] == expected


def test_a_compound_over_earlier_nights_waits_for_the_stratum_below():
    rules = [plain("p"), compound("c2", all="c1", within=7), compound("c1", all="p")]
    assert [[rule.id for rule in block.rules] for block in blocks(rules)] == [["c1"], ["c2"]]


def test_an_unknown_compound_has_no_score_and_names_what_is_missing(con):
    known(con, "p q")
    verdict(con, "p", "town", TOWN, TOWN)
    verdict(con, "q", "town", TOWN, TOWN, "unknown")
    assert drawn(con, book(plain("p"), plain("q"), compound("c", all="p q"))) == [("c", TOWN, "unknown", None, None)]
    assert why(con, "c")["unknown"] == ["规则q"] and why(con, "c")["members"] == ["p"]


def test_a_member_that_broke_tonight_is_unknown_for_every_subject(con):
    known(con, "p")
    verdict(con, "p", "town", TOWN, TOWN)
    assert drawn(con, book(plain("p"), plain("q"), compound("c", all="p q"), compound("cany", any="q"))) == [
        ("c", TOWN, "unknown", None, None),
        ("cany", TOWN, "unknown", None, None),
        ("cany", OTHER, "unknown", None, None),
    ]
    assert why(con, "c")["unknown"] == ["规则q"]


def test_a_member_in_draft_never_hits_even_where_it_once_did(con):
    known(con, "p")
    verdict(con, "p", "town", TOWN, TOWN)
    assert drawn(con, book(plain("p", status="retired"), plain("x"), compound("c", any="p"))) == []


def test_a_chain_scores_from_link_to_link(con):
    known(con, "p q")
    verdict(con, "p", "town", TOWN, TOWN, score=40)
    rulebook = book(plain("p"), compound("c2", all="c1", adds=10), compound("c1", all="p", adds=5))
    assert drawn(con, rulebook) == [("c1", TOWN, "hit", 45.0, 3), ("c2", TOWN, "hit", 55.0, 3)]


def test_none_over_a_compound_waits_for_the_stratum_below(con):
    known(con, "p q")
    for rule in "pq":
        verdict(con, rule, "town", TOWN, TOWN)
    verdict(con, "p", "town", OTHER, OTHER)
    rulebook = book(plain("p"), plain("q"), compound("c2", all="p", none="c1"), compound("c1", all="p q"))
    assert [[rule.id for rule in block.rules] for block in blocks(tuple(rulebook.rules.values()))] == [["c1"], ["c2"]]
    assert [row[:2] for row in drawn(con, rulebook)] == [("c1", TOWN), ("c2", OTHER)]


def test_a_village_compound_feeds_a_town_compound(con):
    known(con, "p q")
    verdict(con, "p", "village", VILLAGE, VILLAGE)
    verdict(con, "q", "town", TOWN, TOWN)
    rulebook = book(plain("p", "village"), plain("q"), compound("c2", all="c1 q"), compound("c1", "village", all="p"))
    assert [row[:3] for row in drawn(con, rulebook)] == [("c1", VILLAGE, "hit"), ("c2", TOWN, "hit")]


def test_compounds_in_a_circle_are_a_fault():
    with pytest.raises(EngineFault, match="成了圈"):
        blocks([compound("c1", all="c2"), compound("c2", all="c1")])


def test_a_floor_may_ask_how_many_members_hit(con):
    known(con, "p q")
    for rule in "pq":
        verdict(con, rule, "town", TOWN, TOWN, score=30)
    floors = ({"when": "命中数 >= 2", "level": "橙", "says": "两项以上叠加"},)
    assert drawn(con, book(plain("p"), plain("q"), compound("c", any="p q", floors=floors))) == [
        ("c", TOWN, "hit", 50.0, 2)
    ]
    assert why(con, "c")["floors"] == [{"level": "橙", "says": "两项以上叠加"}]


def test_a_floor_that_asks_for_anything_else_breaks_only_its_rule(con):
    known(con, "p")
    verdict(con, "p", "town", TOWN, TOWN)
    floors = ({"when": "别的 >= 2", "level": "橙", "says": "两项以上叠加"},)
    assert [
        row[0] for row in drawn(con, book(plain("p"), compound("c", any="p", floors=floors), compound("c1", any="p")))
    ] == ["c1"]
    assert "floors 写错了" in con.execute("SELECT message FROM assess.fault").fetchone()[0]


def test_a_conclusion_that_the_oracle_does_not_draw_is_a_fault(con):
    known(con, "p")
    verdict(con, "p", "town", TOWN, TOWN)

    def corrupted(clauses, dossiers):
        return [conclusion - {"c"} for conclusion in oracle.conclude(clauses, dossiers)]

    with pytest.raises(EngineFault, match="^推理结论与校验不一致：推理多得出无，漏掉复合c"):
        drawn(con, book(plain("p"), compound("c", all="p")), corrupted)


def test_every_combination_of_three_values_means_what_kleene_logic_says(con):
    """Five members in all 243 states, sixteen compounds with chains and strata, against three-valued logic in Python."""
    plains = "abcde"
    compounds = {
        "c1": ("a b", "", ""), "c2": ("", "a b c", ""), "c3": ("a", "", "b"), "c4": ("a", "b c", "d e"),
        "c5": ("c1 c", "", ""), "c6": ("", "c1 c3", ""), "c7": ("a", "", "c1"), "c8": ("", "c5 d", "e"),
        "c9": ("c2", "", "c6"), "c10": ("", "c7 c9", "c3"), "c11": ("c10", "e", ""), "c12": ("", "e", "c11 c8"),
        "c13": ("", "", "", 2, "a b c d e"), "c14": ("a", "", "", 3, "c1 c2 c13 e"), "c15": ("", "c14", "d", 1, "b c"),
        "c16": ("", "", "c13", 1, "c1 c12"),
    }  # fmt: skip
    states = list(itertools.product("hit unknown clear".split(), repeat=len(plains)))
    towns = tuple(
        Place(code=f"9901{n:05d}", name=f"镇{n}", level="town", parent="990100")
        for n, _ in enumerate(states, start=200)
    )
    rules = [plain(id_) for id_ in plains] + [
        compound(c, all=a, any=o, none=n, at_least=least) for c, (a, o, n, *least) in compounds.items()
    ]
    known(con, " ".join(plains))
    for town, state in zip(towns, states, strict=True):
        for rule, value in zip(plains, state, strict=True):
            if value != "clear":
                verdict(con, rule, "town", town.code, town.code, value)
    expected = set()
    for town, state in zip(towns, states, strict=True):
        value = {
            rule: {"hit": 1.0, "unknown": 0.5, "clear": 0.0}[said] for rule, said in zip(plains, state, strict=True)
        }
        for c, (all_, any_, none, *least) in compounds.items():
            terms = [value[m] for m in all_.split()] + [1 - value[m] for m in none.split()]
            terms += [max(value[m] for m in any_.split())] if any_ else []
            terms += [sorted((value[m] for m in least[1].split()), reverse=True)[least[0] - 1]] if least else []
            value[c] = min(terms)
            if value[c] > 0:
                expected.add((c, town.code, "hit" if value[c] == 1 else "unknown"))
    rulebook = dataclasses.replace(book(*rules), places=towns)
    assert {row[:3] for row in drawn(con, rulebook) if row[0] in compounds} == expected
