"""Two ways through the nights, one meaning: the walk in Python is the oracle of the life that SQL decides."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.assess.walk import Walk, walk
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection
from riskengine.store.schema import create_schemas
from tests.assess.compound_cases import OTHER, TOWN, book, plain
from tests.assess.lives import FIRST, night
from tests.assess.test_exempt import exempt

TABLES = (
    "night",
    "evaluated",
    "verdict",
    "warning",
    "state",
    "suppressed",
    "merged",
    "trial_warning",
    "trial_state",
)


@pytest.fixture(scope="module")
def shared():
    with duckdb.connect() as con:
        create_schemas(con)
        yield con


def walked(con: Connection, rulebook: Rulebook) -> Walk:
    """The walk over the very verdicts that stand in the tables."""
    return walk(
        rulebook,
        [as_of for (as_of,) in con.execute("SELECT as_of FROM assess.night ORDER BY as_of").fetchall()],
        con.execute("SELECT as_of, rule FROM assess.evaluated").fetchall(),
        con.execute(
            "SELECT as_of, rule, subject_type, subject, verdict, level, score FROM assess.verdict v "
            "SEMI JOIN (FROM assess.verdict WHERE verdict = 'hit') h USING (rule, subject_type, subject)"
        ).fetchall(),
    )


def stored(con: Connection, live: bool) -> list[tuple]:
    lot, rules, table = ("theme", "s.rules", "") if live else ("theme", "[w.rule]", "trial_")
    return con.execute(
        f"SELECT s.as_of, w.subject_type, w.subject, w.{lot}, w.opened_on, s.change, s.level, s.score, {rules}, s.stale "
        f"FROM assess.{table}state s JOIN assess.{table}warning w USING (id) ORDER BY ALL"
    ).fetchall()


def shown(standings) -> list[tuple]:
    fields = ("as_of", "subject_type", "subject", "theme", "opened_on", "change", "level", "score", "rules", "stale")
    rows = [tuple(getattr(each, name) for name in fields) for each in standings]
    return sorted((*row[:8], list(row[8]), row[9]) for row in rows)


@st.composite
def rules(draw, id_: str):
    """A rule live or on trial, with any persistence."""
    nights = draw(st.integers(1, 4))
    hits = draw(st.integers(1, nights))
    more = {"for": f"{hits} of {nights}", "keep": draw(st.integers(1, 3))}
    if draw(st.booleans()) and id_ != "p":
        more |= {"status": "trial", "until": FIRST + timedelta(draw(st.integers(0, 9)))}
    return plain(id_, **more)


@st.composite
def histories(draw):
    """A rule book of three rules and up to nine nights of verdicts on two towns; a night may be missing."""
    rulebook = book(*(draw(rules(id_)) for id_ in "pqr"))
    for subject in draw(st.sets(st.sampled_from([TOWN, OTHER]))):
        more = draw(st.sampled_from([{}, {"breaks_at": "橙"}]))
        rulebook = exempt(rulebook, FIRST + timedelta(draw(st.integers(-1, 9))), subject, **more)
    keys = [(rule, subject) for rule in "pqr" for subject in (TOWN, OTHER)]
    sign = st.sampled_from(["1", "2", "3", ".", ".", "?"])
    broken = st.sampled_from(["", "", "", "p", "qr"])
    nights: dict[date, dict[tuple[str, str], str]] = {}
    for n in sorted(draw(st.sets(st.integers(0, 9), min_size=2, max_size=9))):
        faulty = draw(broken)
        nights[FIRST + timedelta(n)] = {
            key: "!" if key[0] in faulty else drawn
            for key, drawn in zip(keys, draw(st.tuples(*[sign] * len(keys))), strict=True)
        }
    return rulebook, nights


@given(histories())
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_walk_and_the_nights_say_the_same(shared, history):
    rulebook, nights = history
    for table in TABLES:
        shared.execute(f"DELETE FROM assess.{table}")
    for as_of, verdicts in nights.items():
        night(shared, rulebook, as_of, verdicts)
    found = walked(shared, rulebook)
    assert shown(found.live) == stored(shared, live=True)
    assert shown(found.trial) == stored(shared, live=False)
    suppressed = shared.execute("SELECT as_of, rule, subject_type, subject, level FROM assess.suppressed").fetchall()
    assert sorted((s.as_of, s.rule, s.subject_type, s.subject, s.level) for s in found.suppressed) == sorted(suppressed)


def test_new_warnings_come_in_the_order_of_their_numbers(con):
    rulebook = book(plain("p"))
    night(con, rulebook, FIRST, {("p", TOWN): "2"})
    night(con, rulebook, FIRST + timedelta(1), {("p", OTHER): "1", ("p", "990100"): "1", ("p", TOWN): "2"})
    opened = [(each.as_of, each.subject) for each in walked(con, rulebook).live if each.change == "新增"]
    assert opened == con.execute("SELECT opened_on, subject FROM assess.warning ORDER BY id").fetchall()


def test_nights_before_the_first_are_history_that_counts():
    rulebook = book(plain("p", **{"for": "2 of 2"}))
    sightings = [(FIRST + timedelta(n), "p", "town", TOWN, "hit", 2, 60.0) for n in range(2)]
    evaluated = [(FIRST + timedelta(n), "p") for n in range(2)]
    found = walk(rulebook, [FIRST + timedelta(1)], evaluated, sightings)
    assert [each.change for each in found.live] == ["新增"]
    assert walk(rulebook, [FIRST + timedelta(1)], evaluated[1:], sightings[1:]).live == ()
