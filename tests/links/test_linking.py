"""What is one event and what is not."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from benchmarks.doors import made, pour
from benchmarks.links import linked, quality
from riskengine.model.links import Links
from riskengine.rulebook.load import load
from riskengine.sense.links import link
from riskengine.store.database import settle
from riskengine.workspace import Workspace
from tests.links.conftest import LINKS, NIGHT, rules


def test_a_transfer_number_makes_one_event_of_three_doors(office, night):
    office.sends("incidents", "J1", "06-01", "990101", "噪声扰民", transfer="ZB-1")
    office.sends("hotline", "R1", "06-03", "9901", "环境保护", transfer="ZB-1")
    office.sends("petitions", "X1", "06-20", "990102", "环境保护", transfer="R1")
    assert night() == dict.fromkeys(("J1", "R1", "X1"), "incidents:J1")


def test_the_record_number_of_the_other_door_is_a_transfer_number_too(office, night):
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", transfer="J1")
    office.sends("incidents", "J1", "06-01", "990101", "噪声扰民")
    assert set(night()) == {"J1", "R1"}


def test_a_number_alone_is_a_slip_of_the_pen_where_town_and_category_both_differ(office, night):
    office.sends("incidents", "J1", "06-01", "990101", "噪声扰民", transfer="ZB-1")
    office.sends("hotline", "R1", "06-03", "9902", "劳动社保", transfer="ZB-1")
    assert not night()


def test_a_number_that_everybody_writes_is_a_placeholder(office, night):
    for n in range(9):
        office.sends("incidents" if n % 2 else "hotline", f"K{n}", "06-01", "9901", "环境保护", transfer="000")
    assert not night()


def test_place_day_and_category_make_one_event_without_a_number(office, night):
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", handler="住建局")
    office.sends("petitions", "X1", "06-03", "990101", "环境保护", handler="住建局")
    assert set(night()) == {"R1", "X1"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"category": "劳动社保"}, id="another matter"),
        pytest.param({"place": "990102"}, id="another village"),
        pytest.param({"place": "9902"}, id="another town"),
        pytest.param({"day": "06-12"}, id="days apart"),
        pytest.param({"transfer": "ZB-2"}, id="another number"),
        pytest.param({"quantity": 2}, id="a sum of several"),
    ],
)
def test_what_differs_in_what_counts_stays_apart(office, night, other):
    one = {"day": "06-03", "place": "990101", "category": "环境保护", "handler": "住建局"}
    office.sends("hotline", "R1", **one, transfer="ZB-1" if "transfer" in other else None)
    office.sends("petitions", "X1", **(one | other))
    assert not night()


def test_of_two_candidates_the_likelier_is_taken_and_the_other_left(office, night):
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", handler="住建局")
    office.sends("hotline", "R2", "06-04", "990101", "环境保护", handler="住建局")
    office.sends("petitions", "X1", "06-04", "990101", "环境保护", handler="住建局")
    assert set(night()) == {"R2", "X1"}


def test_two_records_of_one_door_are_never_one_event(office, night):
    office.sends("petitions", "X1", "06-03", "990101", "环境保护", handler="住建局")
    office.sends("petitions", "X2", "06-03", "990101", "环境保护", handler="住建局")
    assert not night()


def test_what_must_agree_must_agree(office, night):
    needs = LINKS.model_copy(update={"meetings": (LINKS.meetings[2].model_copy(update={"needs": ("people",)}),)})
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", handler="住建局")
    office.sends("petitions", "X1", "06-03", "990101", "环境保护", handler="住建局", people=3)
    assert set(night()) == {"R1", "X1"}
    assert not night(NIGHT + timedelta(1), rules(needs, hash="1" * 64))


def test_the_match_is_told_field_by_field(con, office, night):
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", handler="住建局")
    office.sends("petitions", "X1", "06-04", "990101", "环境保护", handler="住建局")
    night()
    [(role, weight, why)] = con.execute("SELECT role, weight, why FROM sense.link WHERE key = 'X1'").fetchall()
    told = json.loads(why)
    assert (role, told["source"], told["key"], told["number"]) == ("also", "hotline", "R1", None)
    assert [(each["field"], each["says"]) for each in told["fields"]] == [
        ("地区", "同一个村（社区）"), ("日期", "相隔1天"), ("类别", "类别相同"), ("承办单位", "单位相同"),
    ]  # fmt: skip
    assert weight == pytest.approx(told["prior"] + sum(each["weight"] for each in told["fields"]), abs=1e-3)
    assert told["chance"] == pytest.approx(1 / (1 + 2**-weight), abs=1e-3)


def test_a_night_still_knows_what_it_took_for_one_event(con, office, night):
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", handler="住建局")
    office.sends("petitions", "X1", "06-03", "990101", "环境保护", handler="住建局")
    assert set(night()) == {"R1", "X1"}
    later = NIGHT + timedelta(1)
    office.sends("petitions", "X1", "06-03", "9902", "环境保护", handler="住建局", known=later)
    assert not night(later)
    kept = con.execute("SELECT key FROM sense.link WHERE as_of <= ? AND superseded_at > ? ORDER BY key", [NIGHT, NIGHT])
    assert kept.fetchall() == [("R1",), ("X1",)]


def test_an_unchanged_night_writes_nothing_and_the_same_night_again_the_same(con, office, night):
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", handler="住建局")
    office.sends("petitions", "X1", "06-03", "990101", "环境保护", handler="住建局")
    night()
    first = con.execute("FROM sense.link ORDER BY key").fetchall()
    night()
    assert con.execute("FROM sense.link ORDER BY key").fetchall() == first
    office.sends("incidents", "J9", "06-29", "990101", "盗窃", known=NIGHT + timedelta(1))
    night(NIGHT + timedelta(1))
    assert con.execute("FROM sense.link ORDER BY key").fetchall() == first


@pytest.mark.parametrize(
    "nights",
    [
        pytest.param([{"J1", "R1"}, {"X1"}], id="the cited first"),
        pytest.param([{"R1", "X1"}, {"J1"}], id="last the one that leads into an event that began long before"),
        pytest.param([{"X1"}, {"R1"}, {"J1"}], id="the newest first"),
    ],
)
def test_numbers_reach_as_far_back_as_they_may_whichever_record_comes_last(office, night, nights):
    sent = {
        "J1": ("incidents", "06-20", "噪声扰民", None),
        "R1": ("hotline", "03-10", "环境保护", "J1"),
        "X1": ("petitions", "01-05", "环境保护", "R1"),
    }
    for n, keys in enumerate(nights):
        for key in sorted(keys):
            source, day, category, transfer = sent[key]
            office.sends(source, key, day, "990101", category, transfer=transfer, known=NIGHT + timedelta(n))
        found = night(NIGHT + timedelta(n))
    assert found == dict.fromkeys(("J1", "R1", "X1"), "petitions:X1")


def test_a_rule_book_without_the_file_links_nothing_and_lets_go_of_what_was_linked(con, office, night):
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", transfer="J1")
    office.sends("incidents", "J1", "06-03", "990101", "噪声扰民")
    assert not night(rulebook=rules(Links()))
    assert night(NIGHT + timedelta(1), rules(hash="1" * 64))
    assert not night(NIGHT + timedelta(2), rules(Links(), hash="2" * 64))


@pytest.fixture(scope="module")
def shipped():
    return load(Workspace.at(Path(__file__).parents[2]))


@pytest.fixture(scope="module")
def hundreds(shipped):
    return made(shipped.places, seed=3, events=1500, days=180)


def test_precision_and_recall_on_the_made_set(shipped, hundreds):
    con = duckdb.connect(":memory:")
    settle(con)
    came = quality(linked(con, shipped, hundreds), hundreds)
    assert came.precision >= 0.97
    assert came.recall >= 0.55


def test_night_by_night_comes_to_what_one_night_comes_to(shipped, hundreds):
    """Whatever order the offices send in: what holds in the end is a function of what is known."""
    whole, parts = duckdb.connect(":memory:"), duckdb.connect(":memory:")
    for con in (whole, parts):
        settle(con)
    linked(whole, shipped, hundreds)
    for n in range(4):
        night = date(2026, 8, 1) + timedelta(n)
        pour(parts, [each for at, each in enumerate(hundreds) if at * 7 // 3 % 4 == n], night)
        for nth, kind in enumerate(("incident", "petition", "dispute")):
            file = [n * 3 + nth]
            parts.execute(f"UPDATE sense.{kind} SET file_id = ? WHERE known_at = ?", [*file, night])
            parts.execute(
                "INSERT INTO sense.file (file_id, as_of, kind, status) VALUES (?, ?, ?, 'loaded')", [*file, night, kind]
            )
        link(parts, shipped, night)
        parts.execute("INSERT INTO sense.night VALUES (?, ?, 0)", [night, shipped.hash])
    held = "SELECT * EXCLUDE (as_of, superseded_at) FROM sense.link WHERE superseded_at IS NULL ORDER BY ALL"
    assert parts.execute(held).fetchall() == whole.execute(held).fetchall()
