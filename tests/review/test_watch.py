"""After closing: how long is watched, what counts as coming back, and against whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskengine.model.rebound import ListedPlace, Rebound, Rectified, WatchFor
from tests.review.conftest import RULEBOOK, Ledger

FIRST = date(2026, 6, 1)
OLD, NEW = "YJ-2026-000001", "YJ-2026-000002"
SETTINGS = Rebound(
    watch=(WatchFor(levels=("红",), days=90), WatchFor(levels=("橙",), days=60), WatchFor(levels=("黄",), days=30)),
)


def on(n: int) -> date:
    return FIRST + timedelta(n)


@pytest.fixture
def county(ledger: Ledger) -> Ledger:
    ledger.rulebook = replace(RULEBOOK, rebound=SETTINGS)
    return ledger


def close(ledger: Ledger, id_: str, day: date, *, known: date | None = None, outcome: str = "已化解") -> None:
    """As the handling tells it: closed by its lead on the day, known on that night or a later one."""
    ledger.con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since, outcome, closed_on, closed_by) "
        "VALUES (?, ?, '销号', ?, ?, ?, 'fanzha')",
        [known or day, id_, day, outcome, day],
    )


def rows(ledger: Ledger, sql: str) -> list[tuple]:
    return ledger.con.execute(sql).fetchall()


def rebounds(ledger: Ledger) -> list[tuple]:
    return rows(ledger, "SELECT as_of, id, of_id, unit, days, level, raised_to, how FROM review.rebound ORDER BY ALL")


def test_a_closing_is_watched_as_long_as_its_level_at_closing_says(county):
    county.warn(OLD, FIRST, "1233")
    close(county, OLD, on(3))
    county.review(on(3))
    found = rows(
        county, "SELECT id, unit, kind, closed_on, until, level_before, level_at_closing, outcome FROM review.watch"
    )
    assert found == [(OLD, "fanzha", "办理", on(3), on(33), 1, 3, "已化解")]


def test_it_counts_against_the_lead_also_where_the_verifier_closed_it(county):
    county.warn(OLD, FIRST, "22")
    county.con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since, outcome, closed_on, closed_by) "
        "VALUES (?, ?, '销号', ?, '属实', ?, 'zongzhi')",
        [on(1), OLD, on(1), on(1)],
    )
    county.review(on(1))
    assert rows(county, "SELECT unit, until FROM review.watch") == [("fanzha", on(61))]


def test_a_level_that_is_not_named_is_not_watched(county):
    county.warn(OLD, FIRST, "44")
    close(county, OLD, on(1))
    county.review(on(1))
    assert rows(county, "FROM review.watch") == []


def test_a_closing_is_written_once(county):
    county.warn(OLD, FIRST, "33")
    close(county, OLD, on(1))
    for n in (1, 2, 3):
        county.review(on(n))
    assert rows(county, "SELECT as_of FROM review.watch") == [(on(1),)]


@pytest.mark.parametrize(("opened", "comes_back"), [(1, False), (31, True), (32, False)])
def test_a_new_warning_counts_from_the_day_after_closing_through_the_last_day_of_the_watch(county, opened, comes_back):
    county.warn(OLD, FIRST, "33x")
    close(county, OLD, on(1))
    county.review(on(1))
    county.warn(NEW, on(opened), "2")
    county.review(on(opened))
    assert rebounds(county) == ([(on(opened), NEW, OLD, "fanzha", 30, 3, 2, "再现")] if comes_back else [])


@pytest.mark.parametrize("other", [{"theme": "信访"}, {"subject": "990100102"}, {"subject_type": "village"}])
def test_only_the_same_subject_and_theme_come_back(county, other):
    county.warn(OLD, FIRST, "33x")
    close(county, OLD, on(1))
    county.review(on(1))
    county.warn(NEW, on(5), "2", **other)
    county.review(on(5))
    assert rebounds(county) == []


def test_a_warning_that_rises_above_its_level_at_closing_comes_back_once(county):
    county.warn(OLD, FIRST, "333321")
    close(county, OLD, on(1))
    for n in range(1, 6):
        county.review(on(n))
    assert rebounds(county) == [(on(4), OLD, OLD, "fanzha", 3, 3, 2, "加重")]


def test_one_that_falls_and_returns_to_its_level_at_closing_has_not_risen_above_it(county):
    county.warn(OLD, FIRST, "33434")
    close(county, OLD, on(1))
    for n in range(1, 5):
        county.review(on(n))
    assert rebounds(county) == []


def test_what_came_before_a_late_receipt_is_counted_when_the_receipt_is_known(county):
    county.warn(OLD, FIRST, "33x")
    county.warn(NEW, on(4), "33333")
    close(county, OLD, on(1), known=on(6))
    county.review(on(6))
    county.review(on(7))
    assert rebounds(county) == [(on(6), NEW, OLD, "fanzha", 3, 3, 3, "再现")]


def test_a_warning_counts_against_the_newest_closing_before_it_and_once(county):
    county.warn(OLD, FIRST, "33x")
    close(county, OLD, on(1))
    county.warn(NEW, on(4), "33x")
    county.review(on(4))
    close(county, NEW, on(5))
    county.review(on(5))
    county.warn("YJ-2026-000003", on(8), "3")
    county.review(on(8))
    county.review(on(9))
    assert [(id_, of) for _, id_, of, *_ in rebounds(county)] == [(NEW, OLD), ("YJ-2026-000003", NEW)]


def test_a_closing_that_was_taken_back_is_not_watched_any_more(county):
    county.warn(OLD, FIRST, "33x")
    close(county, OLD, on(1))
    county.review(on(1))
    county.con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since) VALUES (?, ?, '处置', ?)", [on(2), OLD, on(2)]
    )
    county.review(on(2))
    county.warn(NEW, on(5), "2")
    county.review(on(5))
    assert rebounds(county) == []


def test_a_night_that_is_run_again_says_the_same(county):
    county.warn(OLD, FIRST, "33x")
    close(county, OLD, on(1))
    county.review(on(1))
    county.warn(NEW, on(5), "2")
    county.review(on(5))
    before = rebounds(county), rows(county, "FROM review.watch")
    county.con.execute("DELETE FROM review.night WHERE as_of = ?", [on(5)])
    county.review(on(5))
    assert (rebounds(county), rows(county, "FROM review.watch")) == before


def test_without_the_rule_file_nothing_is_watched(ledger):
    ledger.warn(OLD, FIRST, "33x")
    close(ledger, OLD, on(1))
    ledger.review(on(1))
    assert rows(ledger, "FROM review.watch") == []


LISTED = Rectified(places=(ListedPlace(category="治安乱点", themes=("刑事治安",)),))


@pytest.fixture
def listed(ledger: Ledger) -> Ledger:
    """ZZ-01 in 东湾村, handled by 反诈中心, signed off on the first day, as a return of the next day tells."""
    ledger.rulebook = replace(RULEBOOK, rebound=Rebound(rectification=LISTED))
    sign_off(ledger, on(1), FIRST)
    ledger.review(on(1))
    return ledger


def sign_off(ledger: Ledger, known: date, day: date | None, row: int = 1) -> None:
    ledger.con.execute(
        "INSERT INTO sense.rectification (source, known_at, retracted, file_id, row_no, key, occurred_on, place, category, site, "
        "handler, signed_off_on) VALUES ('r', ?, FALSE, 1, ?, ?, ?, '990100101001', '治安乱点', 'ZZ-01', '反诈中心', ?)",
        [known, row, f"b{row}", known, day],
    )


def test_a_listed_place_is_watched_for_a_year_from_its_sign_off(listed):
    found = rows(listed, "SELECT id, unit, kind, subject_type, theme, closed_on, until, veto FROM review.watch")
    assert found == [("ZZ-01", "fanzha", "重点整治", "rectification", "重点整治", FIRST, date(2027, 6, 1), True)]


@pytest.mark.parametrize(
    ("warned", "comes_back"),
    [
        ({"theme": "重点整治", "subject_type": "rectification", "subject": "ZZ-01"}, True),
        ({"theme": "刑事治安", "subject_type": "village", "subject": "990100101001"}, True),
        ({"theme": "公共安全", "subject_type": "village", "subject": "990100101001"}, False),
        ({"theme": "刑事治安", "subject_type": "town", "subject": "990100101"}, False),
    ],
)
def test_what_is_about_the_listed_place_comes_back_with_a_veto(listed, warned, comes_back):
    listed.warn(NEW, on(20), "2", **warned)
    listed.review(on(20))
    found = rows(listed, "SELECT id, of_id, unit, days, kind, veto FROM review.rebound")
    assert found == ([(NEW, "ZZ-01", "fanzha", 20, "重点整治", True)] if comes_back else [])


@pytest.mark.parametrize(("night", "watched"), [(date(2027, 6, 1), True), (date(2027, 6, 2), False)])
def test_a_sign_off_that_becomes_known_late_is_watched_for_what_is_left_of_the_year(listed, night, watched):
    listed.con.execute("DELETE FROM review.watch")
    listed.review(night)
    assert bool(rows(listed, "FROM review.watch")) is watched


def test_a_sign_off_that_a_later_return_takes_back_is_not_held_against_anyone(listed):
    sign_off(listed, on(10), None, row=2)
    listed.review(on(10))
    listed.warn(NEW, on(20), "2", theme="重点整治", subject_type="rectification", subject="ZZ-01")
    listed.review(on(20))
    assert rows(listed, "FROM review.rebound") == []


def test_a_closing_that_stands_again_after_all_is_watched_again(county):
    county.warn(OLD, FIRST, "33x")
    close(county, OLD, on(1))
    county.review(on(1))
    county.con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since) VALUES (?, ?, '处置', ?)", [on(2), OLD, on(2)]
    )
    county.review(on(2))
    close(county, OLD, on(1), known=on(3))
    county.review(on(3))
    assert rows(county, "SELECT as_of FROM review.watch ORDER BY ALL") == [(on(1),), (on(3),)]
    county.warn(NEW, on(5), "2")
    county.review(on(5))
    assert [(id_, of) for _, id_, of, *_ in rebounds(county)] == [(NEW, OLD)]
