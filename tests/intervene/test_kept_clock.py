"""What came back after it was closed keeps its clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from riskengine.intervene.duty import assign
from riskengine.intervene.routing import route
from riskengine.model.clock import Clock, ClockFor, Extension
from riskengine.model.rebound import Rebound

FIRST = date(2026, 6, 1)
OLD, NEW = "YJ-2026-000001", "YJ-2026-000002"


def on(n: int) -> date:
    return FIRST + timedelta(n)


def given(stage, as_of: date) -> dict[tuple[str, str], tuple[date, date]]:
    route(stage.con, stage.rulebook, as_of)
    assign(stage.con, stage.rulebook, as_of)
    rows = stage.con.execute("SELECT id, unit, deadline, counted_from FROM intervene.duty WHERE as_of = ?", [as_of])
    return {(id_, unit): (deadline, counted) for id_, unit, deadline, counted in rows.fetchall()}


def come_back(stage, closed: int, again: int, level: int = 3, **more) -> dict[tuple[str, str], tuple[date, date]]:
    """Yellow (7 days) on the first night, closed on day ``closed``, back on day ``again``."""
    stage.warn(FIRST, OLD, "新增", 3)
    given(stage, FIRST)
    stage.warn(on(again), NEW, "新增", level, **more)
    stage.con.execute(
        "INSERT INTO assess.reopened VALUES (?, ?, ?, ?, ?, 'fanzha', 4)",
        [on(again), NEW, OLD, on(closed), again - closed],
    )
    return given(stage, on(again))


def test_the_days_before_closing_are_used_up_and_the_closed_ones_do_not_count(stage):
    found = come_back(stage, closed=2, again=20)
    assert found[NEW, "fanzha"] == (on(20 + 7 - 2), FIRST)
    assert found[NEW, "town-01"] == (on(25), FIRST)


def test_the_clock_is_that_of_the_raised_level(stage):
    assert come_back(stage, closed=1, again=20, level=2)[NEW, "fanzha"] == (on(20 + 3 - 1), FIRST)


def test_a_clock_that_was_used_up_ends_tomorrow_and_not_in_the_past(stage):
    assert come_back(stage, closed=9, again=20)[NEW, "fanzha"] == (on(21), FIRST)


def test_a_unit_that_had_no_part_in_the_closed_one_has_a_clock_of_its_own(stage):
    found = come_back(stage, closed=2, again=20, place="990100102", subject="990100102")
    assert found[NEW, "fanzha"] == (on(25), FIRST)
    assert found[NEW, "town-02"] == (on(27), on(20))


def test_it_stays_on_later_nights(stage):
    come_back(stage, closed=2, again=20)
    stage.warn(on(21), NEW, "持续", 3)
    assert given(stage, on(21))[NEW, "fanzha"] == (on(25), FIRST)


def test_what_comes_back_twice_has_what_is_left_after_both(stage):
    come_back(stage, closed=2, again=20)
    third = "YJ-2026-000003"
    stage.warn(on(40), third, "新增", 3)
    stage.con.execute("INSERT INTO assess.reopened VALUES (?, ?, ?, ?, 17, 'fanzha', 4)", [on(40), third, NEW, on(23)])
    assert given(stage, on(40))[third, "fanzha"] == (on(40 + 7 - 2 - 3), FIRST)


def test_where_the_rules_say_so_the_clock_begins_anew(stage):
    stage.rulebook = replace(stage.rulebook, rebound=Rebound(keeps_clock=False))
    assert come_back(stage, closed=2, again=20)[NEW, "fanzha"] == (on(27), on(20))


def test_an_extension_is_counted_on_from_the_clock_that_was_kept(stage):
    yellow = Clock(
        id="handle-yellow", title="黄色预警办理", start="下发", amount=7, unit="days", pauses=("听证",),
        extension=Extension(amount=5, approver="综治中心"), serves=ClockFor(levels=("黄",)), basis="工作规程",
    )  # fmt: skip
    stage.rulebook = replace(stage.rulebook, clocks={yellow.id: yellow})
    come_back(stage, closed=2, again=20)
    stage.con.execute(
        "INSERT INTO intervene.leave (as_of, id, unit, kind, first, amount, approver, reason) "
        "VALUES (?, ?, 'fanzha', '延期', ?, 3, '综治中心', '待检测')",
        [on(21), NEW, on(21)],
    )
    stage.warn(on(21), NEW, "持续", 3)
    assert given(stage, on(21))[NEW, "fanzha"] == (on(25 + 3), FIRST)
