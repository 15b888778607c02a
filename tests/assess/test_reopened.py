"""What opens while an earlier closing is watched stands one level graver, for its life; the walk says the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.assess.life import forget_night, live_on
from riskengine.assess.reasons import explain
from riskengine.assess.walk import Closing, walk
from riskengine.model.rebound import Rebound
from riskengine.store.database import Connection
from riskengine.store.schema import create_schemas
from tests.assess.compound_cases import OTHER, TOWN, book, plain
from tests.assess.lives import FIRST, lived, night

OLD = "YJ-2025-000009"
THEME = plain("p").theme


def on(n: int) -> date:
    return FIRST + timedelta(n)


def closed(con: Connection, known: int, day: int, until: int, *, id_: str = OLD, subject: str = TOWN, **more) -> None:
    held = {"kind": "办理", "outcome": "已化解", "theme": THEME, **more}
    con.execute(
        "INSERT INTO review.watch (as_of, id, unit, kind, subject_type, subject, theme, closed_on, until, outcome) "
        "VALUES (?, ?, 'gongan', ?, 'town', ?, ?, ?, ?, ?)",
        [on(known), id_, held["kind"], subject, held["theme"], on(day), on(until), held["outcome"]],
    )


def lives(con: Connection, signs: str, rulebook=None) -> str:
    """The life of one warning over one night a sign."""
    rules = rulebook or book(plain("p", keep=1))
    for n, sign in enumerate(signs):
        night(con, rules, on(n), {("p", TOWN): sign})
    return lived(con, len(signs))


def test_it_stands_one_level_graver_than_its_rules_say_for_its_whole_life(con):
    closed(con, -1, -2, 5)
    assert lives(con, "33241...") == "+2 =2 ^1 v3 ^1 x . ."


def test_the_gravest_level_stays_what_it_is(con):
    closed(con, -1, -2, 5)
    assert lives(con, "11.") == "+1 =1 x"
    rows = con.execute("SELECT as_of, level_by_rules, days FROM assess.reopened ORDER BY as_of").fetchall()
    assert rows == [(on(0), 1, 2), (on(1), 1, 2)]


def test_the_raise_outlasts_the_watch(con):
    closed(con, -1, -2, 0)
    assert lives(con, "333.") == "+2 =2 =2 x"


def test_the_next_warning_after_the_watch_has_none(con):
    closed(con, -1, -2, 1)
    assert lives(con, "3.33") == "+2 x +3 =3"


@pytest.mark.parametrize(
    ("known", "more"),
    [
        (0, {}),  # tonight's review comes after tonight's assessment
        (-1, {"subject": OTHER}),
        (-1, {"theme": "信访"}),
        (-1, {"kind": "重点整治"}),
        (-1, {"outcome": "误报"}),
    ],
)
def test_what_was_not_known_or_is_about_something_else_raises_nothing(con, known, more):
    closed(con, known, -2, 5, **more)
    assert lives(con, "33") == "+3 =3"


@pytest.mark.parametrize(
    ("taken_back", "life"), [(-1, "+3"), (0, "+2")]
)  # of tonight's receipts the assessment knows nothing
def test_a_closing_that_was_taken_back_raises_nothing(con, taken_back, life):
    closed(con, -3, -3, 5)
    con.execute("INSERT INTO intervene.handling (as_of, id, state) VALUES (?, ?, '处置')", [on(taken_back), OLD])
    assert lives(con, "3") == life


def test_a_warning_that_was_open_all_the_time_is_not_raised(con):
    rules = book(plain("p"))
    night(con, rules, on(0), {("p", TOWN): "3"})
    closed(con, 0, 0, 9)
    night(con, rules, on(1), {("p", TOWN): "3"})
    assert lived(con, 2) == "+3 =3"


def test_a_rule_on_trial_is_never_raised(con):
    closed(con, -1, -2, 5)
    rules = book(plain("p"), plain("q", status="trial", until=on(9)))
    night(con, rules, on(0), {("p", TOWN): "3", ("q", TOWN): "3"})
    assert (lived(con, 1), lived(con, 1, "trial_state")) == ("+2", "+3")


def test_the_rules_may_say_that_nothing_is_raised(con):
    closed(con, -1, -2, 5)
    assert lives(con, "33", replace(book(plain("p")), rebound=Rebound(raises=()))) == "+3 =3"


def test_a_night_that_is_run_again_says_the_same(con):
    closed(con, -1, -2, 5)
    lives(con, "332")
    before = con.execute("FROM assess.reopened ORDER BY ALL").fetchall()
    night(con, book(plain("p")), on(2), {("p", TOWN): "2"})
    assert con.execute("FROM assess.reopened ORDER BY ALL").fetchall() == before
    forget_night(con, on(2))
    assert len(con.execute("FROM assess.reopened").fetchall()) == len(before) - 1


def test_the_sentence_says_it_first_and_the_reasons_hold_it(con):
    closed(con, -1, -2, 5)
    rules = book(plain("p"))
    night(con, rules, on(0), {("p", TOWN): "3"})
    con.execute("DELETE FROM assess.night")
    con.execute("DELETE FROM assess.warning")
    con.execute("DELETE FROM assess.state")
    con.execute("DELETE FROM assess.reopened")
    live_on(con, rules, on(0))
    explain(con, rules, on(0))
    [(why,)] = con.execute("SELECT why FROM reason").fetchall()
    told = json.loads(why)
    said = f"反弹：{OLD} 于 2026-05-30 由gongan销号后 2 天再次出现，按规则为黄，升一级为橙。"
    assert told["sentence"].startswith(said)
    assert told["rebound"] == {
        "of": OLD, "closed_on": "2026-05-30", "unit": "gongan", "days": 2, "level_by_rules": "黄", "level": "橙",
    }  # fmt: skip
    assert told["rules"][0]["level"] == "黄"


@pytest.fixture(scope="module")
def shared():
    with duckdb.connect() as con:
        create_schemas(con)
        yield con


_TABLES = (
    "night",
    "evaluated",
    "verdict",
    "warning",
    "state",
    "reopened",
    "suppressed",
    "merged",
    "trial_warning",
    "trial_state",
)


@st.composite
def histories(draw):
    """Nights of verdicts of two rules on two towns, and closings that may or may not be watched in them."""
    signs = st.text(alphabet="1234..?", min_size=7, max_size=7)
    verdicts = {(rule, subject): draw(signs) for rule in "pq" for subject in (TOWN, OTHER)}
    closings = []
    for number in range(draw(st.integers(0, 3))):
        day = draw(st.integers(-4, 7))
        known = draw(st.integers(day, 8))
        undone = draw(st.none() | st.integers(known + 1, 9))
        outcome = draw(st.sampled_from(["属实", "已化解", "误报"]))
        subject = draw(st.sampled_from([TOWN, OTHER]))
        closings.append((known, day, draw(st.integers(day, 12)), f"YJ-2025-{number:06d}", subject, outcome, undone))
    return verdicts, closings


@given(histories())
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_walk_raises_what_the_nights_raise(shared, history):
    verdicts, closings = history
    for table in _TABLES:
        shared.execute(f"DELETE FROM assess.{table}")
    shared.execute("DELETE FROM review.watch")
    shared.execute("DELETE FROM intervene.handling")
    for known, day, until, id_, subject, outcome, undone in closings:
        closed(shared, known, day, until, id_=id_, subject=subject, outcome=outcome)
        if undone is not None:
            shared.execute("INSERT INTO intervene.handling (as_of, id, state) VALUES (?, ?, '处置')", [on(undone), id_])
    rulebook = book(plain("p", keep=1), plain("q", keep=2))
    for n in range(7):
        night(shared, rulebook, on(n), {key: signs[n] for key, signs in verdicts.items()})
    found = walk(
        rulebook,
        [on(n) for n in range(7)],
        shared.execute("SELECT as_of, rule FROM assess.evaluated").fetchall(),
        shared.execute(
            "SELECT as_of, rule, subject_type, subject, verdict, level, score FROM assess.verdict v "
            "SEMI JOIN (FROM assess.verdict WHERE verdict = 'hit') h USING (rule, subject_type, subject)"
        ).fetchall(),
        [
            Closing(on(known), id_, "town", subject, THEME, on(day), on(until), outcome, undone and on(undone))
            for known, day, until, id_, subject, outcome, undone in closings
        ],
    )
    stored = shared.execute(
        "SELECT s.as_of, w.subject, s.change, s.level, r.of_id, r.level_by_rules FROM assess.state s JOIN assess.warning w USING (id) "
        "LEFT JOIN assess.reopened r ON r.as_of = s.as_of AND r.id = s.id ORDER BY ALL"
    ).fetchall()
    assert sorted((each.as_of, each.subject, each.change, each.level) for each in found.live) == [
        row[:4] for row in stored
    ]
    raised = {(each.as_of, each.subject): each.reopened for each in found.live if each.change != "解除"}
    assert raised == {(as_of, subject): of for as_of, subject, change, _, of, _ in stored if change != "解除"}
    for _, _, change, level, of, by_rules in stored:
        if of is not None and change != "解除":
            assert level == max(1, by_rules - 1)
