"""How often what a unit closed came back: of watches that are over, with an interval."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from riskengine.model.share import wilson
from riskengine.review.rebounds import rebounds, rebounds_by_outcome, rebounds_by_unit
from riskengine.review.report import review_report
from tests.review.conftest import RULEBOOK, Ledger

FIRST = date(2026, 6, 1)


def on(n: int) -> date:
    return FIRST + timedelta(n)


def closings(
    ledger: Ledger, unit: str, number: int, *, back: int = 0, until: int = 30, outcome: str = "已化解"
) -> None:
    """So many closings of the first day, the first ``back`` of which came back after 1, 2, 3 … days."""
    for at in range(number):
        id_ = f"{unit}-{outcome}-{until}-{at}"
        ledger.con.execute(
            "INSERT INTO review.watch (as_of, id, unit, kind, closed_on, until, outcome) VALUES (?, ?, ?, '办理', ?, ?, ?)",
            [FIRST, id_, unit, FIRST, on(until), outcome],
        )
        if at < back:
            ledger.con.execute(
                "INSERT INTO review.rebound (as_of, id, of_id, unit, days, kind, closed_on) VALUES (?, ?, ?, ?, ?, '办理', ?)",
                [on(at + 1), f"new-{id_}", id_, unit, at + 1, FIRST],
            )


def test_a_share_is_of_watches_that_are_over_and_the_running_ones_stand_beside_it(ledger):
    closings(ledger, "fanzha", 8, back=2)
    closings(ledger, "fanzha", 4, back=3, until=90)
    [found] = rebounds_by_unit(ledger.con, on(31))
    low, high = wilson(2, 8)
    assert (found.what, found.watched, found.came_back, found.rate) == ("fanzha", 8, 2, 0.25)
    assert (found.low, found.high) == (low, high)
    assert (found.running, found.back_already, found.days) == (4, 3, 2.0)


def test_on_its_last_day_a_watch_is_not_over(ledger):
    closings(ledger, "fanzha", 8, back=2)
    [found] = rebounds_by_unit(ledger.con, on(30))
    assert (found.watched, found.running) == (0, 8)


def test_too_few_say_nothing(ledger):
    closings(ledger, "fanzha", 4, back=4)
    [found] = rebounds_by_unit(ledger.con, on(40))
    assert (found.came_back, found.rate, found.low) == (4, None, None)


def test_false_alarms_are_no_closings_of_a_unit_but_an_outcome(ledger):
    closings(ledger, "fanzha", 6, back=1)
    closings(ledger, "fanzha", 5, back=4, outcome="误报")
    assert [each.watched for each in rebounds_by_unit(ledger.con, on(40))] == [6]
    assert [(each.what, each.watched, each.came_back) for each in rebounds_by_outcome(ledger.con, on(40))] == [
        ("误报", 5, 4),
        ("已化解", 6, 1),
    ]


def test_a_closing_that_was_taken_back_for_another_reason_is_not_counted(ledger):
    closings(ledger, "fanzha", 6, back=1)
    for at in (0, 5):
        ledger.con.execute(
            "INSERT INTO intervene.handling (as_of, id, state) VALUES (?, ?, '处置')", [on(9), f"fanzha-已化解-30-{at}"]
        )
    [found] = rebounds_by_unit(ledger.con, on(40))
    assert (found.watched, found.came_back) == (5, 1)


def test_the_report_shows_who_has_what_come_back_and_is_silent_where_nothing_was_watched(ledger):
    rulebook = replace(RULEBOOK)
    assert rebounds(ledger.con, rulebook, on(40)) is None
    assert "反弹" not in review_report(ledger.con, on(40), rulebook).text()
    closings(ledger, "fanzha", 8, back=2)
    closings(ledger, "town-01", 6, back=5)
    report = review_report(ledger.con, on(40), rulebook)
    lines = report.text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("销号后反弹（"))
    assert [line.split()[:4] for line in lines[at + 2 : at + 4]] == [
        ["清溪镇人民政府", "6", "5", "83%"],
        ["反诈中心", "8", "2", "25%"],
    ]
    assert [each["name"] for each in report.json()["rebounds"]["units"]] == ["清溪镇人民政府", "反诈中心"]
