"""Inhibition: a warning that another one explains is merged into it, and stays all it was."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.assess.merge import merge
from riskengine.assess.nights import Nights
from riskengine.assess.subjects import build_subjects
from riskengine.store.schema import create_schemas
from tests.assess.compound_cases import OTHER, TOWN, VILLAGE, VILLAGE2, book, plain
from tests.assess.lives import FIRST, lived, night

COUNTY = "990100"


def rule(id_: str, subject: str = "town", inhibits: str = "", **more):
    """A rule with a theme of its own, so that each of its warnings stands alone."""
    made = plain(id_, subject, inhibits=tuple(inhibits.split()), **more)
    return made.model_copy(update={"theme": f"主题{id_}"})


def merged(con, as_of: date = FIRST) -> dict[str, str]:
    """Children and parents of the night, each as ``rule@subject``."""
    names = {
        id_: f"{rules[0]}@{subject}"
        for id_, rules, subject in con.execute(
            "SELECT s.id, s.rules, w.subject FROM assess.state s JOIN assess.warning w USING (id) WHERE as_of = ?",
            [as_of],
        ).fetchall()
    }
    rows = con.execute("SELECT child, parent FROM assess.merged WHERE as_of = ?", [as_of]).fetchall()
    return {names[child]: names[parent] for child, parent in rows}


def test_a_warning_on_the_same_subject_is_merged(con):
    night(con, book(rule("p", inhibits="q"), rule("q")), FIRST, {("p", TOWN): "1", ("q", TOWN): "2"})
    assert merged(con) == {f"q@{TOWN}": f"p@{TOWN}"}


def test_warnings_within_the_place_of_the_parent_are_merged_others_are_not(con):
    rulebook = book(rule("p", inhibits="v q"), rule("v", "village"), rule("q"))
    hits = {("p", TOWN): "1", ("v", VILLAGE): "2", ("v", VILLAGE2): "3", ("q", OTHER): "2"}
    night(con, rulebook, FIRST, hits)
    assert merged(con) == {f"v@{VILLAGE}": f"p@{TOWN}", f"v@{VILLAGE2}": f"p@{TOWN}"}


def test_a_child_keeps_its_number_life_and_level(con):
    rulebook = book(rule("p", inhibits="q", keep=1), rule("q", keep=2))
    for n, (p, q) in enumerate(["12", "1.", ".."]):
        night(con, rulebook, FIRST + timedelta(n), {("p", TOWN): p, ("q", TOWN): q})
    assert lived(con, 3) == "+1 +2 =1 =2 x x"
    assert [len(merged(con, FIRST + timedelta(n))) for n in range(3)] == [1, 1, 0]


def test_only_where_all_its_active_rules_are_inhibited(con):
    other = plain("r").model_copy(update={"theme": "主题q"})
    rulebook = book(rule("p", inhibits="q"), rule("q", keep=1), other)
    night(con, rulebook, FIRST, {("p", TOWN): "1", ("q", TOWN): "2", ("r", TOWN): "2"})
    assert merged(con) == {}


def test_the_graver_of_two_stands_alone(con):
    night(con, book(rule("p", inhibits="q"), rule("q")), FIRST, {("p", TOWN): "3", ("q", TOWN): "2"})
    assert merged(con) == {}


def test_of_several_parents_the_gravest_then_the_one_open_longest(con):
    rulebook = book(rule("p", inhibits="v"), rule("q", inhibits="v"), rule("r", inhibits="v"), rule("v", "village"))
    night(con, rulebook, FIRST, {("q", TOWN): "2"})
    hits = {("p", TOWN): "2", ("q", TOWN): "2", ("r", TOWN): "3", ("v", VILLAGE): "3"}
    night(con, rulebook, FIRST + timedelta(1), hits)
    assert merged(con, FIRST + timedelta(1)) == {f"v@{VILLAGE}": f"q@{TOWN}"}
    hits["r", TOWN] = "1"
    night(con, rulebook, FIRST + timedelta(2), hits)
    assert merged(con, FIRST + timedelta(2)) == {f"v@{VILLAGE}": f"r@{TOWN}"}


def test_children_of_a_merged_parent_go_to_the_one_on_top(con):
    rulebook = book(rule("c", "county", inhibits="p"), rule("p", inhibits="v"), rule("v", "village"))
    night(con, rulebook, FIRST, {("c", COUNTY): "1", ("p", TOWN): "1", ("v", VILLAGE): "2"})
    assert merged(con) == {f"p@{TOWN}": f"c@{COUNTY}", f"v@{VILLAGE}": f"c@{COUNTY}"}


def test_rules_that_inhibit_each_other_in_a_circle_end_with_one_on_top(con):
    rulebook = book(rule("p", inhibits="q"), rule("q", inhibits="r"), rule("r", inhibits="p"), rule("s", inhibits="r"))
    night(con, rulebook, FIRST, {("p", TOWN): "2", ("q", TOWN): "2", ("r", TOWN): "2"})
    assert merged(con) == {f"q@{TOWN}": f"p@{TOWN}", f"r@{TOWN}": f"p@{TOWN}"}
    night(con, rulebook, FIRST + timedelta(1), {(each, TOWN): "2" for each in "pqrs"})
    tops = set(merged(con, FIRST + timedelta(1)).values())
    assert not tops & set(merged(con, FIRST + timedelta(1)))


def test_a_parent_that_is_lifted_lets_its_children_go(con):
    rulebook = book(rule("p", inhibits="q", keep=1), rule("q", keep=3))
    night(con, rulebook, FIRST, {("p", TOWN): "1", ("q", TOWN): "2"})
    night(con, rulebook, FIRST + timedelta(1), {("q", TOWN): "2"})
    assert merged(con, FIRST + timedelta(1)) == {}


def test_a_rule_on_trial_merges_nothing(con):
    rulebook = book(rule("p", inhibits="q", status="trial", until=date(2027, 1, 1)), rule("q"))
    night(con, rulebook, FIRST, {("p", TOWN): "1", ("q", TOWN): "2"})
    assert merged(con) == {}


def test_a_night_that_runs_again_merges_the_same_once(con):
    for _ in range(2):
        night(con, book(rule("p", inhibits="q"), rule("q")), FIRST, {("p", TOWN): "1", ("q", TOWN): "2"})
    assert con.execute("SELECT count(*) FROM assess.merged").fetchone() == (1,)


@pytest.fixture(scope="module")
def shared():
    with duckdb.connect() as con:
        create_schemas(con)
        yield con


TREE = {VILLAGE: (TOWN, COUNTY), VILLAGE2: (TOWN, COUNTY), TOWN: (COUNTY,), OTHER: (COUNTY,), COUNTY: ()}
TYPES = {"village": (VILLAGE, VILLAGE2), "town": (TOWN, OTHER), "county": (COUNTY,)}


@st.composite
def nights_of_warnings(draw):
    """Rules that inhibit at random, circles included, and warnings ``(id, subject type, subject, level, rules)``."""
    subjects = {id_: draw(st.sampled_from(sorted(TYPES))) for id_ in "abcdef"}
    rulebook = book(
        *(
            rule(id_, type_, " ".join(sorted(draw(st.sets(st.sampled_from("abcdef"), max_size=3)) - {id_})))
            for id_, type_ in subjects.items()
        )
    )
    warnings = []
    for type_, places in TYPES.items():
        for place in places:
            rules = draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=4))
            own = [id_ for id_ in sorted(rules) if subjects[id_] == type_]
            for part in (own[:2], own[2:]):
                if part:
                    warnings.append((f"YJ-{len(warnings):02}", type_, place, draw(st.integers(1, 2)), part))
    return rulebook, warnings


@given(nights_of_warnings())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_whatever_inhibits_whatever_all_stand_under_one_that_stands_alone(shared, drawn):
    rulebook, warnings = drawn
    for table in ("state", "warning", "merged"):
        shared.execute(f"DELETE FROM assess.{table}")
    for id_, type_, place, level, rules in warnings:
        shared.execute(
            "INSERT INTO assess.warning VALUES (?, ?, ?, '', ?, '', ?, NULL)", [id_, type_, place, place, FIRST]
        )
        row = [FIRST, id_, level, rules]
        shared.execute("INSERT INTO assess.state VALUES (?, ?, '持续', ?, 50, ?, FALSE, '{}', '[]')", row)
    build_subjects(shared, rulebook, Nights.one(FIRST))
    merge(shared, rulebook, Nights.one(FIRST))
    rows = shared.execute("SELECT child, parent FROM assess.merged").fetchall()
    found = dict(rows)
    assert len(found) == len(rows)
    assert not set(found) & set(found.values())

    known = {id_: (type_, place, level, rules) for id_, type_, place, level, rules in warnings}

    def explains(parent: str, child: str) -> bool:
        type_, place, level, rules = known[parent]
        kind, where, lighter, own = known[child]
        here = (type_, place) == (kind, where) or place in TREE[where]
        return (
            parent != child
            and here
            and level <= lighter
            and any(set(own) <= set(rulebook.rules[each].inhibits) for each in rules)
        )

    above = {id_: {other for other in known if explains(other, id_)} for id_ in known}
    for id_ in known:
        reached, todo = set(), [id_]
        while todo:
            for each in above[todo.pop()] - reached:
                reached.add(each)
                todo.append(each)
        if id_ in found:
            assert found[id_] in reached  # the parent explains it, itself or by way of others
            assert known[found[id_]][2] <= known[id_][2]
        else:
            # it stands alone where nothing explains it, or where the explaining goes round and it is first in line
            assert not above[id_] or id_ in reached
